//! Tables that the tests share.

#![allow(dead_code)]

use onggi_sql::dialect::{self, Dialect, Transaction};
use onggi_sql::{Column, Compiled, Result, Statement, Table, Type, compile};

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
    parameter: '$',
    type_name: |_| "TEXT",
    value_type: |_| None,
    identity: "",
    list: dialect::List::Function("unnest"),
    decimal_collation: None,
    no_limit: None,
    same: " <=> ",
    different: None,
    like: " LIKE ",
    matches: |_| "match({0}, {1})",
    zero_fails: true,
    nulls_last: true,
    function: |_, _| None,
    cast: |_| None,
    sums_widen: true,
    program_functions: false,
    aggregate_filter: false,
    join_function: "string_agg(",
    join_distinct: false,
    window_count: None,
    frame_groups: false,
    frame_exclude: false,
    derived_names: true,
    compound_parentheses: true,
    intersect_first: true,
    materialized: false,
    distinct_on: true,
    locks: true,
    explain: None,
    on_conflict: false,
    returning: false,
    returns_keys: false,
    array_rows: false,
    element_type: |_| "TEXT",
    follow_keys: None,
    update_from: false,
    forward_references: false,
    name_limit: Some(63),
    failure_ends_transaction: true,
    sends_ahead: true,
    setup: &[],
    transaction: Transaction {
        begin: "BEGIN",
        rollback_to_begin: None,
        begin_write: "BEGIN",
        begin_read: None,
        begin_level: None,
        statement_timeout: None,
        commit: "COMMIT",
        rollback: "ROLLBACK",
        read_only: None,
    },
    defer_foreign_keys: None,
};

/// The statement as a poor database gets it, or the error in its place.
pub fn poor_text(statement: &Statement) -> String {
    match compile::compile(statement, &POOR) {
        Ok(compiled) => compiled.text().to_owned(),
        Err(error) => format!("error: {error}"),
    }
}
