use std::fmt;

use super::failure::{Failure, Refusal};
use super::said::{Said, words};
use super::wire::Wire;
use crate::error::{Error, Kind};

/// A failure as one of the project's errors, with the constraint or column that the server names.
#[cold]
pub(super) fn classify(failure: Failure) -> Error {
    match failure {
        Failure::Refused(said) => {
            let classified = constraint(&said).unwrap_or_else(|| general(&said));
            classified.with_source(Said::of(&said))
        }
        Failure::Line(error) => lost(&error).with_source(error),
        // Nobody knows what comes next.
        Failure::Strange(said) => lost(&said),
    }
}

fn lost(said: &dyn fmt::Display) -> Error {
    Error::new(Kind::Lost, format!("the connection to the database server is lost ({said})"))
}

/// The error of what is not sent, as the connection has ended.
#[cold]
pub(super) fn ended(failure: Failure) -> Error {
    match classify(failure) {
        error if error.is_lost() => error,
        // Whatever the server has refused, it is gone.
        error => lost(&error).with_source(error),
    }
}

/// The error of a commit that is not sent, as the connection has ended.
#[cold]
pub(super) fn lost_before_commit(error: Error) -> Error {
    let said = "the connection to the server was lost before the commit, so nothing was committed";
    Error::new(Kind::Lost, said).with_source(error)
}

/// The error of a commit whose connection broke.
#[cold]
pub(super) fn outcome_unknown(error: Error) -> Error {
    let said = "the connection to the server was lost during the commit: whether the transaction was committed is not known; \
                look before doing its work again";
    Error::new(Kind::Unknown, said).with_source(error)
}

/// The error of a statement outside of transactions, which is one of its own, whose answer did not come.
#[cold]
pub(super) fn statement_unknown(error: Error) -> Error {
    let said = "the connection to the server was lost before the answer to this statement: whether it was done is not known; \
                look before running it again";
    Error::new(Kind::Unknown, said).with_source(error)
}

/// Whether a statement has to be prepared again: the server forgot it, or its tables change all the time.
pub(super) fn is_outdated(failure: &Failure) -> bool {
    matches!(failure.code(), Some(1243 | 1615))
}

/// Whether the server prepares no such statement: MySQL begins no transaction so, and creates no procedure or trigger.
pub(super) fn is_unpreparable(failure: &Failure) -> bool {
    failure.code() == Some(1295)
}

/// The failure of a connection that was killed: of that MySQL says no more than that the statement was interrupted.
#[cold]
pub(super) fn of_connection(failure: Failure, wire: &mut Wire) -> Failure {
    match failure.code() {
        Some(1317) => wire.ping().err().unwrap_or(failure),
        _ => failure,
    }
}

/// The error of a statement that is not sent.
#[cold]
pub(super) fn too_large() -> Error {
    Error::value(
        "a statement with its values is larger than the server takes at once: write less at once, or raise its max_allowed_packet",
    )
}

/// Violated constraints.
fn constraint(said: &Refusal) -> Option<Error> {
    let message = &*said.message;
    Some(match said.code {
        1022 | 1062 | 1169 | 1586 | 1761 | 1762 | 1859 => unique(message),
        1048 | 1263 | 1364 => not_null(message),
        3819 | 4025 => check(message),
        1216 | 1217 | 1451 | 1452 => {
            let error = Error::new(
                Kind::ForeignKey,
                "a foreign key would be broken: a row refers to one that is not there, or is still referred to",
            );
            match message.split_once("CONSTRAINT ").and_then(|(_, rest)| quoted(rest)) {
                Some(name) => error.with_constraint(name),
                None => error,
            }
        }
        1701 | 1828..=1835 | 3730 => {
            Error::new(Kind::ForeignKey, format!("a table is needed by others: {message}"))
        }
        _ => return None,
    })
}

/// `Duplicate entry '…' for key 'label'`, with the table before the key in MySQL: the entry is a value, which may have
/// anything in it.
fn unique(message: &str) -> Error {
    let key = message.strip_suffix('\'').and_then(|message| message.rsplit_once(" for key '"));
    let Some((_, key)) = key else { return Error::new(Kind::Unique, "a row with the same values exists") };
    let (table, key) = key.split_once('.').unwrap_or(("", key));
    let said = match (key, table) {
        ("PRIMARY", "") => "a row with the same primary key exists".to_owned(),
        ("PRIMARY", table) => format!("a row of {table} with the same primary key exists"),
        (key, _) => format!("a row with the same values of the unique index {key} exists"),
    };
    Error::new(Kind::Unique, said).with_columns(table, Vec::new()).with_constraint(key)
}

fn not_null(message: &str) -> Error {
    match quoted(message) {
        Some(column) => Error::new(Kind::NotNull, format!("the column {column} cannot be NULL"))
            .with_columns("", vec![column.to_owned()]),
        None => Error::new(Kind::NotNull, "a column cannot be NULL"),
    }
}

fn check(message: &str) -> Error {
    match quoted(message) {
        Some(name) => {
            // MariaDB writes the table before the check of a column.
            let name = name.rsplit('.').next().unwrap_or(name);
            Error::new(Kind::Check, format!("a row does not meet the check {name}")).with_constraint(name)
        }
        None => Error::new(Kind::Check, "a row does not meet a check"),
    }
}

/// The first name in quotes, which are of one of three sorts.
fn quoted(message: &str) -> Option<&str> {
    let start = message.find(['\'', '`', '"'])?;
    let quote = message[start..].chars().next()?;
    message[start + 1..].split_once(quote).map(|(name, _)| name)
}

fn general(said: &Refusal) -> Error {
    let words = words(said);
    match said.code {
        1020 | 1047 | 1213 | 1614 => Error::new(
            Kind::Serialization,
            format!("the transaction collided with another and can be run again: {words}"),
        ),
        1205 | 3572 => Error::new(Kind::Busy, format!("another connection holds the lock: {words}")),
        1317 => Error::new(
            Kind::Cancelled,
            "the statement was cancelled, by this program or by who looks after the server",
        ),
        1969 | 3024 => Error::new(
            Kind::Timeout,
            format!("the statement took longer than allowed: make it do less, or allow more time ({words})"),
        ),
        1223 | 1290 | 1792 | 1836 => {
            Error::new(Kind::ReadOnly, format!("the database may be read only: {words}"))
        }
        1021 | 1041 | 1114 | 1135 => Error::new(Kind::Full, format!("no room left to write: {words}")),
        126 | 127 | 144 | 145 | 1034 | 1035 | 1194 | 1195 | 1712 | 1877 => Error::new(Kind::Corrupt, words),
        1053 | 1077 | 1079 | 1080 | 1152 | 1153 | 1156..=1161 | 1184 | 1927 | 2006 | 2013 | 2055 | 4031 => {
            Error::new(Kind::Lost, format!("the connection to the database server is lost: {words}"))
        }
        1040
        | 1043..=1046
        | 1049
        | 1129
        | 1130
        | 1203
        | 1226
        | 1251
        | 1698
        | 1820
        | 1862
        | 3118
        | 3955
        | 4151 => Error::new(Kind::Open, words),
        _ if said.state.starts_with("22") || super::said::is_about_a_value(said.code) => {
            Error::new(Kind::Value, words)
        }
        _ => Error::new(Kind::Other, words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: u16, state: &str, message: &str) -> Error {
        let said = Refusal { state: state.to_owned(), message: message.to_owned(), code };
        classify(Failure::Refused(Box::new(said)))
    }

    #[test]
    fn constraints_are_named_and_values_are_not() {
        let twice = said(1062, "23000", "Duplicate entry 's3cret' for key 'x'' for key 'label'");
        assert!(
            twice.is_unique_violation() && twice.constraint() == Some("label") && twice.table().is_none()
        );
        let twice = said(1062, "23000", "Duplicate entry 's3cret' for key 'jars.PRIMARY'");
        assert_eq!((twice.table(), twice.constraint()), (Some("jars"), Some("PRIMARY")));
        let null = said(1048, "23000", "Column 'label' cannot be null");
        assert!(null.is_not_null_violation() && null.columns() == ["label"] && null.table().is_none());
        let check = said(4025, "23000", "CONSTRAINT `jars.shelf` failed for `test`.`jars`");
        assert!(check.is_check_violation() && check.constraint() == Some("shelf"));
        let check = said(3819, "HY000", "Check constraint 'jars_chk_1' is violated.");
        assert!(check.is_check_violation() && check.constraint() == Some("jars_chk_1"));
        let key = said(
            1452,
            "23000",
            "Cannot add or update a child row: a foreign key constraint fails (`a`.`jars`, CONSTRAINT `in_box` FOREIGN KEY \
             (`box`) REFERENCES `boxes` (`id`))",
        );
        assert!(key.is_foreign_key_violation() && key.constraint() == Some("in_box"));
        for error in [twice, null, check, key] {
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
    }

    #[test]
    fn errors_are_of_their_kinds() {
        assert!(said(1213, "40001", "Deadlock found").is_serialization_failure());
        assert!(said(1205, "HY000", "Lock wait timeout exceeded").is_busy());
        assert!(said(1317, "70100", "Query execution was interrupted").is_cancelled());
        assert!(said(1969, "70100", "Query execution was interrupted").is_timeout());
        assert!(said(3024, "HY000", "Query execution was interrupted").is_timeout());
        assert!(said(1792, "25006", "Cannot execute statement in a READ ONLY transaction").is_read_only());
        assert!(said(1927, "70100", "Connection was killed").is_lost());
        assert!(said(1045, "28000", "Access denied for user 'jane'@'localhost'").is_open());
        assert!(said(1862, "HY000", "Your password has expired").is_open());
        assert!(said(1114, "HY000", "The table 'jars' is full").is_full());
        assert!(said(1264, "22003", "Out of range value for column 'shelf' at row 1").is_value());
        assert!(
            said(1366, "HY000", "Incorrect string value: '\\xFF' for column 'label' at row 1").is_value()
        );
        let missing = said(1146, "42S02", "Table 'test.jars' doesn't exist");
        assert!(missing.to_string().contains("test.jars"), "{missing}");
    }
}
