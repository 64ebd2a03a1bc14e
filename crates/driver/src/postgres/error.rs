use std::fmt;

use tokio_postgres::error::{DbError, SqlState};

use crate::error::{Error, Kind};

/// PostgreSQL's error as one of the project's, with the constraint that it names.
#[cold]
pub(super) fn classify(error: tokio_postgres::Error) -> Error {
    let classified = match error.as_db_error() {
        Some(said) => constraint(said).unwrap_or_else(|| general(said)),
        None => client(&error),
    };
    match error.as_db_error() {
        Some(said) => classified.with_source(Said::of(said)),
        None => classified,
    }
}

/// What the server said, without the details, which hold values: the client's own error shows them.
#[derive(Debug)]
struct Said {
    code: String,
    message: String,
}

impl Said {
    fn of(said: &DbError) -> Said {
        Said { code: said.code().code().to_owned(), message: message(said) }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SQLSTATE {}: {}", self.code, self.message)
    }
}

impl std::error::Error for Said {}

/// Whether the server has ended a statement because it was asked to.
pub(super) fn is_cancelled(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::QUERY_CANCELED)
}

/// The error of a commit whose connection broke.
#[cold]
pub(super) fn outcome_unknown(error: Error) -> Error {
    let said = "the connection to PostgreSQL was lost during the commit: whether the transaction was committed is not known; \
                look before doing its work again";
    Error::new(Kind::Unknown, said).with_source(error)
}

/// What the client says itself: only what is about the line means that the connection is gone.
fn client(error: &tokio_postgres::Error) -> Error {
    let source = std::error::Error::source(error);
    let cause = source.map(|cause| format!(": {cause}")).unwrap_or_default();
    match error.is_closed() || source.is_some_and(|source| source.is::<std::io::Error>()) {
        true => Error::new(Kind::Lost, format!("the connection to PostgreSQL is lost ({error}{cause})")),
        false => Error::new(
            Kind::Other,
            format!("PostgreSQL and its client do not understand each other ({error}{cause})"),
        ),
    }
}

/// Whether the text of a prepared statement has to be prepared again, as its tables have changed.
pub(super) fn is_outdated(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|said| {
        *said.code() == SqlState::INVALID_SQL_STATEMENT_NAME
            || (*said.code() == SqlState::FEATURE_NOT_SUPPORTED
                && said.routine() == Some("RevalidateCachedQuery"))
    })
}

fn constraint(said: &DbError) -> Option<Error> {
    let table = said.table().unwrap_or("a table");
    let constraint = said.constraint().unwrap_or("");
    let error = match *said.code() {
        SqlState::UNIQUE_VIOLATION => match columns(said) {
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
        SqlState::NOT_NULL_VIOLATION => {
            let column = said.column().unwrap_or("a column");
            Error::new(Kind::NotNull, format!("{table}.{column} cannot be NULL"))
                .with_columns(table, vec![column.to_owned()])
        }
        SqlState::CHECK_VIOLATION => {
            Error::new(Kind::Check, format!("a row does not meet the check {constraint}"))
        }
        SqlState::DEPENDENT_OBJECTS_STILL_EXIST => {
            Error::new(Kind::ForeignKey, format!("a table is needed by others: {}", said.message()))
        }
        SqlState::FOREIGN_KEY_VIOLATION | SqlState::RESTRICT_VIOLATION => Error::new(
            Kind::ForeignKey,
            "a foreign key would be broken: a row refers to one that is not there, or is still referred to",
        ),
        _ => return None,
    };
    Some(if constraint.is_empty() { error } else { error.with_constraint(constraint) })
}

/// The columns of a violated unique constraint, from `Key (first, last)=(…) already exists.`, where they are columns.
fn columns(said: &DbError) -> Option<Vec<String>> {
    let (_, rest) = said.detail()?.split_once('(')?;
    let (names, _) = rest.split_once(")=(")?;
    let plain = |name: &&str| !name.contains('(') && !name.contains("::");
    let names: Vec<&str> = names.split(", ").collect();
    names.iter().all(plain).then(|| names.iter().map(|name| name.trim_matches('"').to_owned()).collect())
}

fn general(said: &DbError) -> Error {
    let code = said.code();
    let message = message(said);
    match (code, &code.code()[..2]) {
        (&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED, _) => Error::new(
            Kind::Serialization,
            format!("the transaction collided with another and can be run again: {message}"),
        ),
        (&SqlState::LOCK_NOT_AVAILABLE, _) => {
            Error::new(Kind::Busy, format!("another connection holds the lock: {message}"))
        }
        (&SqlState::QUERY_CANCELED, _) if said.message().ends_with("user request") => Error::new(
            Kind::Cancelled,
            "the statement was cancelled, by this program or by who looks after the server",
        ),
        (&SqlState::QUERY_CANCELED, _) => Error::new(
            Kind::Timeout,
            format!(
                "the statement took longer than allowed: make it do less, or allow more time ({message})"
            ),
        ),
        (&SqlState::READ_ONLY_SQL_TRANSACTION, _) => {
            Error::new(Kind::ReadOnly, format!("the database may be read only: {message}"))
        }
        (&SqlState::IN_FAILED_SQL_TRANSACTION, _) => Error::new(
            Kind::Other,
            "a statement before this one failed, and PostgreSQL takes no other until the transaction, or the savepoint \
             that it was in, is rolled back",
        ),
        (&SqlState::DISK_FULL, _) => Error::new(Kind::Full, format!("no room left to write: {message}")),
        (&SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT, _) | (_, "08" | "57") => {
            Error::new(Kind::Lost, format!("the connection to PostgreSQL is lost: {message}"))
        }
        (_, "28" | "3D" | "53") => Error::new(Kind::Open, message),
        (_, "22") => Error::new(Kind::Value, message),
        (_, "XX") => Error::new(Kind::Corrupt, message),
        _ => match said.hint() {
            Some(hint) => Error::new(Kind::Other, format!("{message} ({})", without_values(hint))),
            None => Error::new(Kind::Other, message),
        },
    }
}

/// The message, as far as it can hold no value of a row: what PostgreSQL says of values, and what functions say of themselves, is
/// put into words here.
fn message(said: &DbError) -> String {
    let code = said.code();
    let words = match &code.code()[..2] {
        "22" => match *code {
            SqlState::NUMERIC_VALUE_OUT_OF_RANGE => "a number is out of range for its type",
            SqlState::DIVISION_BY_ZERO => "division by zero",
            SqlState::STRING_DATA_RIGHT_TRUNCATION => "a text is too long for its column",
            SqlState::INVALID_TEXT_REPRESENTATION => "a text is not a value of the type wanted",
            SqlState::DATETIME_FIELD_OVERFLOW | SqlState::INVALID_DATETIME_FORMAT => {
                "a text is no date or time"
            }
            SqlState::UNTRANSLATABLE_CHARACTER => "a text has a character that the type cannot hold",
            SqlState::INVALID_ESCAPE_SEQUENCE => "a pattern ends within an escape",
            _ => "a value is not one that is wanted",
        },
        "P0" => "a function of the database raised an error",
        _ => return without_values(said.message()),
    };
    format!("{words} (SQLSTATE {})", code.code())
}

/// The message up to a value that it quotes, as in `invalid input syntax for type integer: "secret"`.
fn without_values(message: &str) -> String {
    match message.split_once(": \"") {
        Some((said, _)) => said.to_owned(),
        None => message.to_owned(),
    }
}
