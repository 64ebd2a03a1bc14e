//! MariaDB and MySQL, which share most of their SQL.

mod function;
mod types;

use super::{
    AdvisoryLock, Dialect, Join, KeyLater, List, NameLimit, Returning, Tables, Together, Transaction,
    UpdateFrom, Upsert, Write,
};
use crate::{LockStrength, Type};

/// Asks a server which of the two it is, of which version, and by how much the keys of one insert differ.
pub const MYSQL_VERSION: &str = "SELECT VERSION(), @@auto_increment_increment, @@max_allowed_packet";

/// Asks for the columns of a table's index, by the names of both, in their order.
pub const MYSQL_KEY_COLUMNS: &str = "SELECT COLUMN_NAME FROM information_schema.STATISTICS \
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME = ? ORDER BY SEQ_IN_INDEX";

/// Asks MariaDB what it has noted of the statement before: the error 4094 where it failed in a trigger or procedure.
pub const MARIADB_NOTES: &str = "SHOW WARNINGS";

/// Asks how many triggers a table has.
pub const MYSQL_TRIGGERS: &str = "SELECT count(*) FROM information_schema.TRIGGERS \
    WHERE EVENT_OBJECT_SCHEMA = DATABASE() AND EVENT_OBJECT_TABLE = ?";

/// Ends the statement of the connection whose number stands behind it.
pub const MYSQL_CANCEL: &str = "KILL QUERY ";

/// Stands in an insert that fails with the error 1242 where the row in its way is that of another unique constraint than is named.
pub const MYSQL_OTHER_KEY: &str = "onggi_other_key";

/// Asks MariaDB whether a transaction is open.
pub const MARIADB_IN_TRANSACTION: &str = "SELECT @@in_transaction";

/// Fails on MySQL with the error 1568 where a transaction is open; where none is, it says of the next one what holds of all.
pub const MYSQL_OUTSIDE_TRANSACTION: &str = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE";

/// MariaDB 10.6 and later.
///
/// Texts are compared by their bytes, spaces at their ends included. Transactions are serializable: what they read is locked, and
/// one of two that wait for each other fails and can be run again. Statements that create and drop tables commit at once.
pub static MARIADB: Dialect = Dialect {
    name: "MariaDB",
    quote: '`',
    backslash_escapes: false,
    name_limit: Some(NameLimit::Characters(64)),
    parameter: '?',
    numbered: false,
    value_type: types::value_type,
    value_cast: true,
    computed_type: |_| None,
    short_values: false,
    list: List::Json,
    element_type: types::element_type,
    arrays: false,
    decimals: None,
    no_limit: Some("18446744073709551615"),
    // MariaDB takes it for never NULL.
    row_comparisons: false,
    same: " <=> ",
    different: None,
    like: " LIKE ",
    like_sides: Some(function::LOWER),
    whole_division: Some(" DIV "),
    matches: function::matches,
    zero_fails: false,
    nulls_last: false,
    nulls_order: false,
    function: function::form,
    decimal_function: function::of_decimal,
    cast: function::cast,
    wide_decimals: false,
    sum: function::sum,
    decimal_mean: Some(function::DECIMAL_MEAN),
    mean_of: Some("CAST({0} AS DOUBLE)"),
    program_functions: false,
    quoted_functions: false,
    aggregate_filter: false,
    join: Join::Literal,
    join_distinct: true,
    window_count: None,
    window_default: false,
    frame_parameters: false,
    frame_groups: false,
    frame_exclude: false,
    having_expressions: false,
    exact_ranks: false,
    derived_names: true,
    derived_columns: true,
    limit_in_list: false,
    looks_anew: false,
    recursive: types::recursive,
    full_join: false,
    compound_parentheses: true,
    intersect_first: true,
    materialized: false,
    distinct_on: false,
    lock: |strength| match strength {
        LockStrength::Update => Some(" FOR UPDATE"),
        LockStrength::Share => Some(" LOCK IN SHARE MODE"),
        LockStrength::NoKeyUpdate | LockStrength::KeyShare => None,
    },
    lock_of: false,
    explain: Some("EXPLAIN "),
    write: Write {
        default_row: " () VALUES ()",
        upsert: Upsert::OnDuplicateKey,
        returning: Returning::NotUpdates,
        returns_keys: false,
        upserted_key: None,
        together: Together::Values(65_535),
        changes_listed: true,
        copy: None,
        takes_copies: None,
        rounded: &ROUNDED,
        precisions: Some(PRECISIONS),
        update_from: UpdateFrom::Tables,
        joins_lists: true,
        reads_own_table: true,
        sets_at_once: true,
        follow_keys: None,
    },
    tables: Tables {
        type_name: types::mariadb,
        key_type: types::mariadb_key,
        options: " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
        index_if_not_exists: true,
        computed_indexes: false,
        key_later: KeyLater::IfNotExists,
        ..TABLES
    },
    failure_ends_transaction: false,
    sends_ahead: true,
    told_beside: false,
    orders_by_index: false,
    advisory_lock: AdvisoryLock::Missing,
    channels: None,
    setup: &[
        "SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin",
        // Names in double quotes, `||` and backslashes are those of other databases; a division by zero is NULL; all columns are
        // set at once.
        "SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,\
         NO_UNSIGNED_SUBTRACTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION,SIMULTANEOUS_ASSIGNMENT'",
        UTC,
        LONG_JOINS,
        LONG_SORTS,
        SORT_ROOM,
        ISOLATION,
    ],
    transaction: Transaction {
        // Of each statement, in seconds. It stays with the connection.
        statement_timeout: Some("SET SESSION max_statement_time = {} / 1000"),
        statement_timeout_end: Some("SET SESSION max_statement_time = DEFAULT"),
        ..TRANSACTION
    },
};

/// MySQL 8.0.21 and later; without `INTERSECT` and `EXCEPT`, which came with 8.0.31.
///
/// It has no `RETURNING`, and sets columns one after the other: where that would matter, a statement is an error. The limit on the
/// time of statements is for those that read.
pub static MYSQL: Dialect = Dialect {
    name: "MySQL",
    quote: '`',
    // It reads the defaults and checks that tables have by the mode of who reads them first, and keeps them with backslashes.
    backslash_escapes: true,
    name_limit: Some(NameLimit::Characters(64)),
    parameter: '?',
    numbered: false,
    value_type: types::mysql_value_type,
    value_cast: true,
    computed_type: types::mysql_computed_type,
    short_values: true,
    list: List::Json,
    element_type: types::mysql_element_type,
    arrays: false,
    decimals: None,
    no_limit: Some("18446744073709551615"),
    row_comparisons: false,
    same: " <=> ",
    different: None,
    like: " LIKE ",
    like_sides: Some(function::LOWER),
    whole_division: Some(" DIV "),
    matches: function::matches,
    zero_fails: false,
    nulls_last: false,
    nulls_order: false,
    function: function::mysql_form,
    decimal_function: function::of_decimal,
    cast: function::mysql_cast,
    wide_decimals: false,
    sum: function::sum,
    decimal_mean: Some(function::DECIMAL_MEAN),
    mean_of: Some("CAST({0} AS DOUBLE)"),
    program_functions: false,
    quoted_functions: false,
    aggregate_filter: false,
    join: Join::Literal,
    join_distinct: true,
    window_count: None,
    window_default: true,
    frame_parameters: true,
    frame_groups: false,
    frame_exclude: false,
    having_expressions: false,
    exact_ranks: true,
    derived_names: true,
    derived_columns: true,
    limit_in_list: false,
    looks_anew: false,
    recursive: types::recursive,
    full_join: false,
    compound_parentheses: true,
    intersect_first: true,
    materialized: false,
    distinct_on: false,
    lock: |strength| match strength {
        LockStrength::Update => Some(" FOR UPDATE"),
        LockStrength::Share => Some(" FOR SHARE"),
        LockStrength::NoKeyUpdate | LockStrength::KeyShare => None,
    },
    lock_of: true,
    explain: Some("EXPLAIN "),
    write: Write {
        default_row: " () VALUES ()",
        upsert: Upsert::OnDuplicateKey,
        returning: Returning::Never,
        returns_keys: false,
        upserted_key: Some("CAST(LAST_INSERT_ID({0}) AS SIGNED)"),
        together: Together::Values(65_535),
        changes_listed: false,
        copy: None,
        takes_copies: None,
        rounded: &ROUNDED,
        precisions: Some(PRECISIONS),
        update_from: UpdateFrom::Tables,
        joins_lists: false,
        reads_own_table: false,
        sets_at_once: false,
        follow_keys: None,
    },
    tables: Tables {
        type_name: types::mysql,
        key_type: types::mysql_key,
        options: " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin",
        index_if_not_exists: false,
        computed_indexes: true,
        json_indexes: false,
        key_later: KeyLater::Prepared,
        ..TABLES
    },
    failure_ends_transaction: false,
    sends_ahead: true,
    told_beside: false,
    orders_by_index: false,
    advisory_lock: AdvisoryLock::Missing,
    channels: None,
    setup: &[
        "SET NAMES utf8mb4 COLLATE utf8mb4_0900_bin",
        "SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_UNSIGNED_SUBTRACTION,\
         NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION'",
        UTC,
        LONG_JOINS,
        SORT_ROOM,
        ISOLATION,
    ],
    transaction: Transaction {
        statement_timeout: Some("SET SESSION max_execution_time = {}"),
        statement_timeout_end: Some("SET SESSION max_execution_time = DEFAULT"),
        ..TRANSACTION
    },
};

/// Moments are in UTC, whatever the server's own zone. The server tells where a transaction begins and ends, and nothing else of
/// what changes.
const UTC: &str = "SET SESSION time_zone = '+00:00', session_track_transaction_info = 'STATE', session_track_schema = OFF, \
    session_track_system_variables = ''";

/// Joined texts would be cut off silently; this is the most that there is on both.
const LONG_JOINS: &str = "SET SESSION group_concat_max_len = 1073741824";

/// Of longer texts and bytes only so much is sorted by: MariaDB looks at the first 1,024 bytes otherwise, also where it makes the parts
/// of windows; a character is four of them where a limit follows. With more, orders with a limit take long. MySQL looks at all there is.
const LONG_SORTS: &str = "SET SESSION max_sort_length = CAST(greatest(@@max_sort_length, 65536) AS UNSIGNED)";

/// Both fail where fifteen rows do not fit; MariaDB takes each text for as long as it may be.
const SORT_ROOM: &str =
    "SET SESSION sort_buffer_size = CAST(greatest(@@sort_buffer_size, 16777216) AS UNSIGNED)";

/// Existing columns can be of other types than those that tables are created with.
const ROUNDED: [Type; 9] = [
    Type::Real,
    Type::Double,
    Type::Decimal,
    Type::Time,
    Type::DateTime,
    Type::Timestamp,
    Type::Integer { bits: 32, signed: true },
    Type::Integer { bits: 64, signed: true },
    Type::Integer { bits: 64, signed: false },
];

const PRECISIONS: &str = "SELECT COLUMN_NAME, \
        CASE DATA_TYPE WHEN 'date' THEN 'days' WHEN 'float' THEN 'single' WHEN 'double' THEN \
            IF(NUMERIC_SCALE IS NULL, 'double', 'digits') ELSE 'digits' END, \
        CAST(IF(DATA_TYPE = 'float', NUMERIC_SCALE, COALESCE(DATETIME_PRECISION, NUMERIC_SCALE, 0)) AS SIGNED) \
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND DATA_TYPE IN \
        ('decimal', 'tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'float', 'double', 'date', 'datetime', 'timestamp', \
        'time')";

/// What is read within transactions is locked, so that they do what they would do one after another.
const ISOLATION: &str = "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE";

const TABLES: Tables = Tables {
    type_name: types::mariadb,
    key_type: types::mariadb_key,
    same_key_types: true,
    identity: " NOT NULL AUTO_INCREMENT",
    length: "char_length",
    column_checks: false,
    default_parentheses: true,
    options: "",
    index_if_not_exists: true,
    computed_indexes: false,
    json_indexes: true,
    set_default: false,
    key_later: KeyLater::IfNotExists,
    in_transactions: false,
    defer_foreign_keys: None,
};

const TRANSACTION: Transaction = Transaction {
    begin: "START TRANSACTION",
    rollback_to_begin: None,
    begin_write: "START TRANSACTION",
    begin_read: Some("START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT"),
    begin_level: None,
    next_level: Some("SET TRANSACTION ISOLATION LEVEL "),
    statement_timeout: None,
    statement_timeout_end: None,
    commit: "COMMIT",
    rollback: "ROLLBACK",
    read_only: Some(["SET SESSION TRANSACTION READ ONLY", "SET SESSION TRANSACTION READ WRITE"]),
};
