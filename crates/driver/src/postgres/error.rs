use std::fmt;

use super::failure::{Failure, Said};
use super::wire::{NOT_TAKEN, NOTHING};
use crate::error::{Error, Kind};

/// Codes of errors, by their names in PostgreSQL's own list.
mod code {
    pub(super) const FEATURE_NOT_SUPPORTED: &str = "0A000";
    pub(super) const STRING_DATA_RIGHT_TRUNCATION: &str = "22001";
    pub(super) const NUMERIC_VALUE_OUT_OF_RANGE: &str = "22003";
    pub(super) const INVALID_DATETIME_FORMAT: &str = "22007";
    pub(super) const DATETIME_FIELD_OVERFLOW: &str = "22008";
    pub(super) const DIVISION_BY_ZERO: &str = "22012";
    pub(super) const INVALID_ESCAPE_SEQUENCE: &str = "22025";
    pub(super) const INVALID_TEXT_REPRESENTATION: &str = "22P02";
    pub(super) const UNTRANSLATABLE_CHARACTER: &str = "22P05";
    pub(super) const RESTRICT_VIOLATION: &str = "23001";
    pub(super) const NOT_NULL_VIOLATION: &str = "23502";
    pub(super) const FOREIGN_KEY_VIOLATION: &str = "23503";
    pub(super) const UNIQUE_VIOLATION: &str = "23505";
    pub(super) const CHECK_VIOLATION: &str = "23514";
    pub(super) const READ_ONLY_SQL_TRANSACTION: &str = "25006";
    pub(super) const IN_FAILED_SQL_TRANSACTION: &str = "25P02";
    pub(super) const IDLE_IN_TRANSACTION_SESSION_TIMEOUT: &str = "25P03";
    pub(super) const INVALID_SQL_STATEMENT_NAME: &str = "26000";
    pub(super) const DEPENDENT_OBJECTS_STILL_EXIST: &str = "2BP01";
    pub(super) const SERIALIZATION_FAILURE: &str = "40001";
    pub(super) const DEADLOCK_DETECTED: &str = "40P01";
    pub(super) const DISK_FULL: &str = "53100";
    pub(super) const LOCK_NOT_AVAILABLE: &str = "55P03";
    pub(super) const QUERY_CANCELED: &str = "57014";
}

/// PostgreSQL's error as one of the project's, with the constraint that it names.
#[cold]
pub(super) fn classify(failure: Failure) -> Error {
    match failure {
        Failure::Said(said) => {
            constraint(&said).unwrap_or_else(|| general(&said)).with_source(Shown::of(&said))
        }
        Failure::Line(error) => {
            Error::new(Kind::Lost, format!("the connection to PostgreSQL is lost ({error})"))
                .with_source(error)
        }
        Failure::Strange(said) => Error::new(
            Kind::Other,
            format!("PostgreSQL and its client do not understand each other ({said})"),
        ),
        Failure::NotTaken => Error::new(Kind::Other, NOT_TAKEN),
        Failure::Unsent(error) => {
            Error::new(Kind::Other, format!("a statement cannot be sent: {error}")).with_source(error)
        }
    }
}

/// What the server said, without the details, which hold values.
#[derive(Debug)]
struct Shown {
    code: String,
    message: String,
}

impl Shown {
    fn of(said: &Said) -> Shown {
        Shown { code: said.code.clone(), message: message(said) }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SQLSTATE {}: {}", self.code, self.message)
    }
}

impl std::error::Error for Shown {}

/// Whether the server has ended a statement because it was asked to.
pub(super) fn is_cancelled(failure: &Failure) -> bool {
    failure.said().is_some_and(|said| said.code == code::QUERY_CANCELED)
}

/// The error of a commit whose connection broke.
#[cold]
pub(super) fn outcome_unknown(error: Error) -> Error {
    let said = "the connection to PostgreSQL was lost during the commit: whether the transaction was committed is not known; \
                look before doing its work again";
    Error::new(Kind::Unknown, said).with_source(error)
}

/// The error of a statement outside of transactions, which is one of its own, whose answer did not come.
#[cold]
pub(super) fn statement_unknown() -> Error {
    let said = "the connection to PostgreSQL was lost before the answer to this statement: whether it was done is not known; \
                look before running it again";
    Error::new(Kind::Unknown, said)
}

/// The error of a statement that may last by itself, on a connection whose end had come before.
#[cold]
pub(super) fn lost_before() -> Error {
    Error::new(Kind::Lost, "the connection to PostgreSQL was lost before this statement was sent")
}

/// The error of a commit that PostgreSQL has answered with a rollback.
#[cold]
pub(super) fn has_been_undone() -> Error {
    let said = "a statement of the transaction failed, so PostgreSQL cannot commit it: it is rolled back";
    Error::new(Kind::Other, said)
}

/// Whether the text of a prepared statement has to be prepared again, as its tables have changed.
pub(super) fn is_outdated(failure: &Failure) -> bool {
    failure.said().is_some_and(|said| {
        said.code == code::INVALID_SQL_STATEMENT_NAME
            || (said.code == code::FEATURE_NOT_SUPPORTED
                && said.routine.as_deref() == Some("RevalidateCachedQuery"))
    })
}

fn constraint(said: &Said) -> Option<Error> {
    let table = said.table.as_deref().unwrap_or("a table");
    let constraint = said.constraint.as_deref().unwrap_or("");
    let error = match &*said.code {
        code::UNIQUE_VIOLATION => match columns(said) {
            Some(columns) => {
                let list = columns.join(", ");
                Error::new(Kind::Unique, format!("a row of {table} with the same {list} exists"))
                    .with_columns(table, columns)
            }
            None => Error::new(
                Kind::Unique,
                format!("a row with the same values of the unique index {constraint} exists"),
            ),
        },
        code::NOT_NULL_VIOLATION => {
            let column = said.column.as_deref().unwrap_or("a column");
            Error::new(Kind::NotNull, format!("{table}.{column} cannot be NULL"))
                .with_columns(table, vec![column.to_owned()])
        }
        code::CHECK_VIOLATION => {
            Error::new(Kind::Check, format!("a row does not meet the check {constraint}"))
        }
        code::DEPENDENT_OBJECTS_STILL_EXIST => {
            Error::new(Kind::ForeignKey, format!("a table is needed by others: {}", said.message))
        }
        code::FOREIGN_KEY_VIOLATION | code::RESTRICT_VIOLATION => Error::new(
            Kind::ForeignKey,
            "a foreign key would be broken: a row refers to one that is not there, or is still referred to",
        ),
        _ => return None,
    };
    Some(if constraint.is_empty() { error } else { error.with_constraint(constraint) })
}

/// The columns of a violated unique constraint, from `Key (first, last)=(…) already exists.`, where they are columns.
fn columns(said: &Said) -> Option<Vec<String>> {
    let (_, rest) = said.detail.as_deref()?.split_once('(')?;
    let (names, _) = rest.split_once(")=(")?;
    let plain = |name: &&str| !name.contains('(') && !name.contains("::");
    let names: Vec<&str> = names.split(", ").collect();
    names.iter().all(plain).then(|| names.iter().map(|name| name.trim_matches('"').to_owned()).collect())
}

fn general(said: &Said) -> Error {
    let message = message(said);
    match (&*said.code, class(said)) {
        (code::SERIALIZATION_FAILURE | code::DEADLOCK_DETECTED, _) => Error::new(
            Kind::Serialization,
            format!("the transaction collided with another and can be run again: {message}"),
        ),
        (code::LOCK_NOT_AVAILABLE, _) => {
            Error::new(Kind::Busy, format!("another connection holds the lock: {message}"))
        }
        (code::QUERY_CANCELED, _) if said.message.ends_with("user request") => Error::new(
            Kind::Cancelled,
            "the statement was cancelled, by this program or by who looks after the server",
        ),
        (code::QUERY_CANCELED, _) if said.message.contains(NOTHING) => Error::new(Kind::Other, message),
        (code::QUERY_CANCELED, _) => Error::new(
            Kind::Timeout,
            format!(
                "the statement took longer than allowed: make it do less, or allow more time ({message})"
            ),
        ),
        (code::READ_ONLY_SQL_TRANSACTION, _) => {
            Error::new(Kind::ReadOnly, format!("the database may be read only: {message}"))
        }
        (code::IN_FAILED_SQL_TRANSACTION, _) => Error::new(
            Kind::Other,
            "a statement before this one failed, and PostgreSQL takes no other until the transaction, or the savepoint \
             that it was in, is rolled back",
        ),
        (code::DISK_FULL, _) => Error::new(Kind::Full, format!("no room left to write: {message}")),
        (code::IDLE_IN_TRANSACTION_SESSION_TIMEOUT, _) | (_, "08" | "57") => {
            Error::new(Kind::Lost, format!("the connection to PostgreSQL is lost: {message}"))
        }
        (_, "28" | "3D" | "53") => Error::new(Kind::Open, message),
        (_, "22") => Error::new(Kind::Value, message),
        (_, "XX") => Error::new(Kind::Corrupt, message),
        _ => match &said.hint {
            Some(hint) => Error::new(Kind::Other, format!("{message} ({})", without_values(hint))),
            None => Error::new(Kind::Other, message),
        },
    }
}

/// The first two letters of a code, which say what it is about.
fn class(said: &Said) -> &str {
    said.code.get(..2).unwrap_or_default()
}

/// The message, as far as it can hold no value of a row: what PostgreSQL says of values, and what functions say of themselves, is
/// put into words here.
fn message(said: &Said) -> String {
    let words = match class(said) {
        "22" => match &*said.code {
            code::NUMERIC_VALUE_OUT_OF_RANGE => "a number is out of range for its type",
            code::DIVISION_BY_ZERO => "division by zero",
            code::STRING_DATA_RIGHT_TRUNCATION => "a text is too long for its column",
            code::INVALID_TEXT_REPRESENTATION => "a text is not a value of the type wanted",
            code::DATETIME_FIELD_OVERFLOW | code::INVALID_DATETIME_FORMAT => "a text is no date or time",
            code::UNTRANSLATABLE_CHARACTER => "a text has a character that the type cannot hold",
            code::INVALID_ESCAPE_SEQUENCE => "a pattern ends within an escape",
            _ => "a value is not one that is wanted",
        },
        "P0" => "a function of the database raised an error",
        _ => return without_values(&said.message),
    };
    format!("{words} (SQLSTATE {})", said.code)
}

/// The message up to a value that it quotes, as in `invalid input syntax for type integer: "secret"`.
fn without_values(message: &str) -> String {
    match message.split_once(": \"") {
        Some((said, _)) => said.to_owned(),
        None => message.to_owned(),
    }
}
