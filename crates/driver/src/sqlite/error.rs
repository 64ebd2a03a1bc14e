use rusqlite::ffi;

use super::limit::stopped;
use super::waiting::busy;
use crate::error::{Error, Kind};

/// SQLite's error as one of the project's, with the constraint that it names.
#[cold]
pub(super) fn classify(error: rusqlite::Error) -> Error {
    let (code, message) = match &error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            (failure.extended_code, message.clone().unwrap_or_else(|| failure.to_string()))
        }
        rusqlite::Error::SqlInputError { error, msg, .. } => (error.extended_code, msg.clone()),
        other => return Error::new(Kind::Other, other.to_string()).with_source(error),
    };
    constraint(code, &message).unwrap_or_else(|| general(code, &message)).with_source(error)
}

/// Violated constraints: SQLite says `UNIQUE constraint failed: users.email`, or a name for checks and indexes.
fn constraint(code: i32, message: &str) -> Option<Error> {
    let named = message.split_once(": ").map_or("", |(_, named)| named);
    Some(match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            unique(named)
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => {
            let (table, columns) = columns(named);
            Error::new(Kind::NotNull, format!("{named} cannot be NULL")).with_columns(&table, columns)
        }
        ffi::SQLITE_CONSTRAINT_CHECK => {
            Error::new(Kind::Check, format!("a row does not meet the check {named}")).with_constraint(named)
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY | ffi::SQLITE_CONSTRAINT_TRIGGER
            if message.contains("FOREIGN KEY") =>
        {
            Error::new(
                Kind::ForeignKey,
                "a foreign key would be broken: a row refers to one that is not there, or is still referred to",
            )
        }
        _ => return None,
    })
}

fn unique(named: &str) -> Error {
    if let Some(index) = named.strip_prefix("index ") {
        let index = index.trim_matches('\'');
        return Error::new(
            Kind::Unique,
            format!("a row with the same values of the unique index {index} exists"),
        )
        .with_constraint(index);
    }
    let (table, columns) = columns(named);
    let list = columns.join(", ");
    Error::new(Kind::Unique, format!("a row of {table} with the same {list} exists"))
        .with_columns(&table, columns)
}

/// `users.first, users.last` as table and columns. Names with `, ` or `.` in them come apart wrongly, as SQLite
/// quotes nothing here.
fn columns(named: &str) -> (String, Vec<String>) {
    let mut table = String::new();
    let mut columns = Vec::new();
    for part in named.split(", ") {
        let (of, column) = part.split_once('.').unwrap_or(("", part));
        table = of.to_owned();
        columns.push(column.to_owned());
    }
    (table, columns)
}

/// The error of a statement that found another connection writing and could not wait for it: SQLite does not let a
/// transaction that has read wait for the lock to write, as both could wait for each other.
pub(super) fn collision(error: rusqlite::Error) -> Error {
    Error::new(
        Kind::Serialization,
        "another connection is writing, for which a transaction that has read cannot wait; run it again, or use the \
         closure form of transactions, which takes the write lock at its start",
    )
    .with_source(error)
}

fn general(code: i32, message: &str) -> Error {
    match (code, code & 0xff) {
        (ffi::SQLITE_BUSY_SNAPSHOT, _) => Error::new(
            Kind::Serialization,
            "another connection wrote after this transaction had read; run it again, or use the closure form of \
             transactions, which takes the write lock at its start",
        ),
        (_, ffi::SQLITE_BUSY) => busy(message),
        (_, ffi::SQLITE_LOCKED) => {
            Error::new(Kind::Busy, format!("a statement that still runs holds the lock: {message}"))
        }
        (_, ffi::SQLITE_READONLY) => {
            Error::new(Kind::ReadOnly, format!("the database may be read only: {message}"))
        }
        (_, ffi::SQLITE_FULL) => Error::new(Kind::Full, format!("no room left to write: {message}")),
        (ffi::SQLITE_IOERR_SHORT_READ, _) | (_, ffi::SQLITE_NOTADB | ffi::SQLITE_CORRUPT) => {
            Error::new(Kind::Corrupt, format!("the file is damaged or not a database: {message}"))
        }
        (_, ffi::SQLITE_INTERRUPT) => stopped(None),
        (_, ffi::SQLITE_CANTOPEN) => Error::new(Kind::Open, format!("the file cannot be opened: {message}")),
        _ => Error::new(Kind::Other, message),
    }
}
