mod function;

use super::{Dialect, List, Transaction};
use crate::Type;

/// SQLite 3.44 and later; without ordered aggregates and `RIGHT` and `FULL` joins, 3.35.
///
/// Whole numbers, booleans and bytes have storage classes of their own. Dates, times, UUIDs, JSON and exact
/// decimals are text: declared types are chosen such that SQLite's affinity never turns them into numbers.
pub static SQLITE: Dialect = Dialect {
    name: "SQLite",
    parameter: '?',
    type_name,
    value_type: |_| None,
    identity: "",
    list: List::Function("rarray"),
    decimal_collation: Some("onggi_decimal"),
    no_limit: Some("-1"),
    same: " IS ",
    different: Some(" IS NOT "),
    like: " LIKE ",
    matches: function::matches,
    zero_fails: false,
    nulls_last: false,
    function: function::form,
    cast: function::cast,
    sums_widen: false,
    program_functions: true,
    aggregate_filter: true,
    join_function: "group_concat(",
    join_distinct: false,
    window_count: None,
    frame_groups: true,
    frame_exclude: true,
    derived_names: false,
    compound_parentheses: false,
    intersect_first: false,
    materialized: true,
    distinct_on: false,
    locks: false,
    explain: Some("EXPLAIN QUERY PLAN "),
    on_conflict: true,
    returning: true,
    returns_keys: false,
    array_rows: false,
    element_type: type_name,
    follow_keys: None,
    update_from: true,
    forward_references: true,
    name_limit: None,
    failure_ends_transaction: false,
    sends_ahead: false,
    setup: &[],
    transaction: Transaction {
        // The same as `BEGIN`, but can be returned to. A savepoint inside a transaction costs a file of the pages written.
        begin: "SAVEPOINT begin",
        rollback_to_begin: Some("ROLLBACK TO SAVEPOINT begin"),
        begin_write: "BEGIN IMMEDIATE",
        begin_read: None,
        begin_level: None,
        statement_timeout: None,
        commit: "COMMIT",
        rollback: "ROLLBACK",
        read_only: None,
    },
    defer_foreign_keys: Some("PRAGMA defer_foreign_keys = ON"),
};

fn type_name(ty: Type) -> &'static str {
    match ty {
        Type::Boolean => "BOOLEAN",
        Type::Integer { .. } => "INTEGER",
        Type::Real | Type::Double => "REAL",
        Type::Text | Type::Uuid | Type::Decimal | Type::Json => "TEXT",
        Type::Blob => "BLOB",
        Type::Date => "DATE",
        Type::Time => "TIME",
        Type::DateTime | Type::Timestamp => "DATETIME",
    }
}
