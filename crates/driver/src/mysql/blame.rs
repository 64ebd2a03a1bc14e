//! Which table and columns a violated constraint is of: the server names an index, or a column, and seldom a table.

use mysql::Conn;
use mysql::prelude::Queryable;
use onggi_sql::dialect::{MYSQL_KEY_COLUMNS, MYSQL_OTHER_KEY};

use super::said::Said;
use crate::Error;
use crate::error::Kind;

/// The error of a statement, with what is found out about the constraint. Where nothing is, it is as it was.
#[cold]
pub(super) fn blamed(error: Error, text: &str, client: &mut Conn) -> Error {
    let Some(table) = table(text) else { return error };
    if text.contains(MYSQL_OTHER_KEY) && Said::code_of(&error) == Some(TWO_ROWS) {
        let said = format!("a row of {table} with the same values of another unique constraint exists");
        return Error::new(Kind::Unique, said).with_columns(table, Vec::new()).with_source(error);
    }
    if error.is_not_null_violation() {
        let columns = error.columns().to_vec();
        let said = match columns.first() {
            Some(column) => format!("{table}.{column} cannot be NULL"),
            None => format!("a column of {table} cannot be NULL"),
        };
        return error.reworded(said).with_columns(table, columns);
    }
    let Some(key) = error.constraint().filter(|_| error.is_unique_violation()) else { return error };
    let columns = columns(table, key, client).unwrap_or_default();
    if columns.is_empty() {
        return error;
    }
    let said = format!("a row of {table} with the same {} exists", columns.join(", "));
    error.reworded(said).with_columns(table, columns)
}

/// The error of a subquery that may have one row and has two, by which an insert says that another constraint is violated than
/// the one that it names.
const TWO_ROWS: u16 = 1242;

/// The columns of an index.
fn columns(table: &str, key: &str, client: &mut Conn) -> mysql::Result<Vec<String>> {
    let statement = client.prep(MYSQL_KEY_COLUMNS)?;
    let columns = client.exec(&statement, (table, key));
    client.close(statement)?;
    columns
}

/// The table that a statement writes, as far as its first words tell.
fn table(text: &str) -> Option<&str> {
    const BEFORE: [&str; 8] =
        ["insert", "update", "replace", "into", "ignore", "low_priority", "high_priority", "delayed"];
    let mut rest = text.trim_start();
    let mut words = 0;
    loop {
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        if BEFORE.iter().any(|before| word.eq_ignore_ascii_case(before)) {
            (words, rest) = (words + 1, behind.trim_start());
            continue;
        }
        let quote = rest.chars().next().filter(|quote| matches!(quote, '`' | '"'));
        let name = match quote {
            Some(quote) => rest[1..].split(quote).next()?,
            None => word,
        };
        return (words > 0 && !name.is_empty()).then_some(name);
    }
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn the_table_that_is_written_is_found() {
        for (text, found) in [
            ("INSERT INTO `jars` (`a`) VALUES (?)", Some("jars")),
            (" insert ignore into jars values (1)", Some("jars")),
            ("UPDATE \"jars\" SET a = 1", Some("jars")),
            ("SELECT 1", None),
            ("INSERT INTO", None),
            ("", None),
        ] {
            assert_eq!(table(text), found, "{text}");
        }
    }
}
