//! Tables that the tests share.

#![allow(dead_code)]

use onggi_sql::dialect::{
    self, AdvisoryLock, Dialect, KeyLater, NameLimit, Returning, Tables, Together, Transaction, UpdateFrom,
    Upsert, Write,
};
use onggi_sql::{Column, Compiled, LockStrength, Result, Statement, Table, Type, compile};

static USER_COLUMNS: [Column; 5] = [
    Column::new("id", Type::BIGINT).generated(),
    Column::new("name", Type::Text),
    Column::new("age", Type::Integer { bits: 32, signed: true }),
    Column::new("balance", Type::Decimal).with_nullable(true),
    Column::new("version", Type::BIGINT),
];

/// A generated key, a decimal, a version.
pub static USERS: Table = Table::new("users", &USER_COLUMNS, &[0]).with_version(4);

pub const ID: usize = 0;
pub const NAME: usize = 1;
pub const AGE: usize = 2;
pub const BALANCE: usize = 3;
pub const VERSION: usize = 4;

static SEAT_COLUMNS: [Column; 3] = [
    Column::new("row", Type::BIGINT),
    Column::new("number", Type::BIGINT),
    Column::new("taken", Type::Boolean),
];

/// A composite key.
pub static SEATS: Table = Table::new("seats", &SEAT_COLUMNS, &[0, 1]);

static ODD_COLUMNS: [Column; 2] =
    [Column::new("select", Type::BIGINT).generated(), Column::new("a \"b\" 'c' `d` [e]; --", Type::Text)];

/// Names that need their quotes.
pub static ODD: Table = Table::new("the \"odd\" one", &ODD_COLUMNS, &[0]);

pub fn compiled(statement: &Statement) -> Result<Compiled> {
    compile::compile(statement, &dialect::SQLITE)
}

/// The statement as SQLite gets it, or the error in its place.
pub fn text(statement: &Statement) -> String {
    match compiled(statement) {
        Ok(compiled) => compiled.text().to_owned(),
        Err(error) => format!("error: {error}"),
    }
}

/// A database that lacks whatever SQLite has, and has what SQLite lacks.
pub static POOR: Dialect = Dialect {
    name: "Poor",
    quote: '"',
    backslash_escapes: false,
    name_limit: Some(NameLimit::Bytes(63)),
    parameter: '$',
    numbered: true,
    value_type: |_| None,
    value_cast: false,
    computed_type: |_| None,
    short_values: false,
    list: dialect::List::Function("unnest"),
    element_type: |_| "TEXT",
    arrays: false,
    decimals: None,
    no_limit: None,
    row_comparisons: true,
    same: " <=> ",
    different: None,
    like: " LIKE ",
    like_sides: None,
    whole_division: None,
    matches: |_| "match({0}, {1})",
    zero_fails: true,
    nulls_last: true,
    nulls_order: true,
    function: |_, _| None,
    decimal_function: |_, _| None,
    cast: |_| None,
    wide_decimals: true,
    sum: |_| None,
    decimal_mean: None,
    mean_of: None,
    program_functions: false,
    quoted_functions: true,
    aggregate_filter: false,
    join: dialect::Join::Function("string_agg("),
    join_distinct: false,
    window_count: None,
    window_default: true,
    frame_parameters: true,
    frame_groups: false,
    frame_exclude: false,
    having_expressions: true,
    exact_ranks: true,
    derived_names: true,
    derived_columns: false,
    limit_in_list: true,
    looks_anew: true,
    recursive: |_| None,
    full_join: true,
    compound_parentheses: true,
    intersect_first: true,
    materialized: false,
    distinct_on: true,
    lock: |strength| match strength {
        LockStrength::Update => Some(" FOR UPDATE"),
        LockStrength::NoKeyUpdate => Some(" FOR NO KEY UPDATE"),
        LockStrength::Share => Some(" FOR SHARE"),
        LockStrength::KeyShare => Some(" FOR KEY SHARE"),
    },
    lock_of: true,
    explain: None,
    write: Write {
        default_row: " DEFAULT VALUES",
        upsert: Upsert::Never,
        returning: Returning::Never,
        returns_keys: false,
        upserted_key: None,
        together: Together::Never,
        changes_listed: false,
        copy: None,
        takes_copies: None,
        rounded: &[],
        precisions: None,
        update_from: UpdateFrom::Never,
        joins_lists: false,
        reads_own_table: true,
        sets_at_once: true,
        follow_keys: None,
    },
    tables: Tables {
        type_name: |_| "TEXT",
        key_type: |_, _| None,
        same_key_types: false,
        identity: "",
        length: "length",
        column_checks: true,
        default_parentheses: false,
        options: "",
        index_if_not_exists: true,
        computed_indexes: true,
        json_indexes: true,
        set_default: true,
        key_later: KeyLater::Block,
        in_transactions: true,
        defer_foreign_keys: None,
    },
    failure_ends_transaction: true,
    sends_ahead: true,
    told_beside: false,
    orders_by_index: true,
    advisory_lock: AdvisoryLock::Missing,
    channels: None,
    setup: &[],
    transaction: Transaction {
        begin: "BEGIN",
        rollback_to_begin: None,
        begin_write: "BEGIN",
        begin_read: None,
        begin_level: None,
        next_level: None,
        statement_timeout: None,
        statement_timeout_end: None,
        commit: "COMMIT",
        rollback: "ROLLBACK",
        read_only: None,
    },
};

/// The statement as a poor database gets it, or the error in its place.
pub fn poor_text(statement: &Statement) -> String {
    match compile::compile(statement, &POOR) {
        Ok(compiled) => compiled.text().to_owned(),
        Err(error) => format!("error: {error}"),
    }
}
