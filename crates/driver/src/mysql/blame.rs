//! Which table and columns a violated constraint is of: MariaDB names an index, or a column, and MySQL the index's table too.

use onggi_sql::Dialect;
use onggi_sql::dialect::{MARIADB, MARIADB_NOTES, MYSQL_KEY_COLUMNS, MYSQL_OTHER_KEY, MYSQL_TRIGGERS};

use super::column::cells;
use super::decode;
use super::parameters::{Buffer, Parameters};
use super::run::begun;
use super::said::Said;
use super::wire::{Handle, Wire};
use crate::error::Kind;
use crate::{Bind, Error, Value, ValueRef};

/// The error of a statement, with what is found out about the constraint. Where nothing is, it is as it was; where that of a trigger
/// may have been violated, it has no columns, which would be taken for those of the table that is written.
#[cold]
pub(super) fn blamed(error: Error, text: &str, wire: &mut Wire, dialect: &Dialect) -> Error {
    let Some(table) = table(text) else { return error };
    if text.contains(MYSQL_OTHER_KEY) && Said::code_of(&error) == Some(TWO_ROWS) {
        let said = format!("a row of {table} with the same values of another unique constraint exists");
        return Error::new(Kind::Unique, said).with_columns(table, Vec::new()).with_source(error);
    }
    match (error.is_unique_violation(), error.is_not_null_violation()) {
        (true, _) => unique(error, table, wire, dialect),
        (_, true) if may_be_a_triggers(table, wire, dialect) => error.with_columns("", Vec::new()),
        (_, true) => not_null(error, table),
        _ => error,
    }
}

/// The error of a subquery that may have one row and has two, by which an insert says that another constraint is violated than
/// the one that it names.
const TWO_ROWS: u16 = 1242;

/// What MariaDB notes of a statement that failed in a trigger or procedure.
const IN_A_PROGRAM: u16 = 4094;

fn not_null(error: Error, table: &str) -> Error {
    let columns = error.columns().to_vec();
    let said = match columns.first() {
        Some(column) => format!("{table}.{column} cannot be NULL"),
        None => format!("a column of {table} cannot be NULL"),
    };
    error.reworded(said).with_columns(table, columns)
}

fn unique(error: Error, table: &str, wire: &mut Wire, dialect: &Dialect) -> Error {
    let Some(key) = error.constraint() else { return error };
    // As the server says it.
    let key = error.table().map_or_else(|| key.to_owned(), |before| format!("{before}.{key}"));
    let found = match dialect.name == MARIADB.name {
        true if is_a_programs(wire) => None,
        true => columns(table, &key, wire).map(|columns| (table.to_owned(), key.clone(), columns)),
        false => of_either(&key, wire),
    };
    let Some((table, key, columns)) = found else { return error };
    let said = format!("a row of {table} with the same {} exists", columns.join(", "));
    error.reworded(said).with_columns(&table, columns).with_constraint(&key)
}

/// The table, the index and its columns, of both names with a dot between: MySQL does not quote them, and they may have dots.
fn of_either(names: &str, wire: &mut Wire) -> Option<(String, String, Vec<String>)> {
    let mut found = names.match_indices('.').filter_map(|(dot, _)| {
        let (table, key) = (&names[..dot], &names[dot + 1..]);
        columns(table, key, wire).map(|columns| (table.to_owned(), key.to_owned(), columns))
    });
    let first = found.next();
    if found.next().is_some() { None } else { first }
}

/// The columns of an index; none where there is no such index, or it is of what a function gives.
fn columns(table: &str, key: &str, wire: &mut Wire) -> Option<Vec<String>> {
    let columns = asked(wire, MYSQL_KEY_COLUMNS, &[table, key])?;
    let name = |column| match column {
        Value::Text(name) => Some(name),
        _ => None,
    };
    let columns = columns.into_iter().map(name).collect::<Option<Vec<String>>>()?;
    (!columns.is_empty()).then_some(columns)
}

/// Whether a statement has failed in a trigger or procedure, of which MariaDB has a note.
fn is_a_programs(wire: &mut Wire) -> bool {
    let code = IN_A_PROGRAM.to_string();
    let is_of_it =
        |note: &Vec<Option<String>>| note.get(1).is_some_and(|noted| noted.as_ref() == Some(&code));
    wire.texts(MARIADB_NOTES).is_ok_and(|notes| notes.iter().any(is_of_it))
}

/// Whether that may be: MySQL has no such note.
fn may_be_a_triggers(table: &str, wire: &mut Wire, dialect: &Dialect) -> bool {
    if dialect.name == MARIADB.name {
        return is_a_programs(wire);
    }
    asked(wire, MYSQL_TRIGGERS, &[table]).is_none_or(|triggers| triggers != [Value::Integer(0)])
}

/// What a question gives that is prepared for once: the first column of its rows.
fn asked(wire: &mut Wire, text: &str, values: &[&str]) -> Option<Vec<Value>> {
    let mut handle = wire.prepare(text).ok()?;
    let given = given(wire, &mut handle, values);
    wire.forget(&handle);
    given
}

fn given(wire: &mut Wire, handle: &mut Handle, values: &[&str]) -> Option<Vec<Value>> {
    let mut buffer = Buffer::default();
    let mut parameters = Parameters { buffer: &mut buffer, list: None, packet: usize::MAX };
    values.iter().try_for_each(|value| parameters.bind(ValueRef::Text(value))).ok()?;
    buffer.place(None, None, usize::MAX);
    wire.execute(handle.number, |out| buffer.write(out)).ok()?;
    let (mut rows, mut found) = (Vec::new(), Vec::new());
    begun(wire, handle).ok()?;
    while wire.row().ok()? {
        let row = wire.message();
        cells(row, &handle.columns, &mut found).ok()?;
        let bytes = found.first()?.map(|(start, end)| &row[start..end]);
        rows.push(decode::raw(bytes, handle.columns.first()?).ok()?.to_owned());
    }
    Some(rows)
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
