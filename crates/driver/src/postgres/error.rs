use std::fmt;

use tokio_postgres::error::{DbError, SqlState};

use crate::error::{Error, Kind};

/// PostgreSQL's error as one of the project's, with the constraint that it names.
#[cold]
pub(super) fn classify(error: tokio_postgres::Error) -> Error {
    let classified = match error.as_db_error() {
        Some(said) => constraint(said).unwrap_or_else(|| general(said)),
        None => {
            let cause =
                std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            Error::new(Kind::Lost, format!("the connection to PostgreSQL is lost ({error}{cause})"))
        }
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
        Said { code: said.code().code().to_owned(), message: without_values(said.message()) }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SQLSTATE {}: {}", self.code, self.message)
    }
}

impl std::error::Error for Said {}

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
    let message = without_values(said.message());
    match (code, &code.code()[..2]) {
        (&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED, _) => Error::new(
            Kind::Serialization,
            format!("the transaction collided with another and can be run again: {message}"),
        ),
        (&SqlState::LOCK_NOT_AVAILABLE, _) => {
            Error::new(Kind::Busy, format!("another connection holds the lock: {message}"))
        }
        (&SqlState::QUERY_CANCELED, _) => {
            Error::new(Kind::Timeout, format!("the statement was cancelled: {message}"))
        }
        (&SqlState::READ_ONLY_SQL_TRANSACTION, _) => {
            Error::new(Kind::ReadOnly, format!("the database may be read only: {message}"))
        }
        (&SqlState::IN_FAILED_SQL_TRANSACTION, _) => Error::new(
            Kind::Other,
            "a statement before this one failed, and PostgreSQL takes no other until the transaction, or the savepoint \
             that it was in, is rolled back",
        ),
        (&SqlState::DISK_FULL, _) => Error::new(Kind::Full, format!("no room left to write: {message}")),
        (_, "08" | "57") => {
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

/// The message up to a value that it quotes, as in `invalid input syntax for type integer: "secret"`.
fn without_values(message: &str) -> String {
    match message.split_once(": \"") {
        Some((said, _)) => said.to_owned(),
        None => message.to_owned(),
    }
}
