//! SQLite databases: every cell of every table that holds bytes or text.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};

use super::look::Scanner;
use super::report::{Cell, Place};
use crate::failure::Failure;

/// How long a key may be in a place.
const LONGEST_KEY: usize = 80;

struct Table {
    name: String,
    columns: Vec<String>,
    /// The numbers of the columns of its primary key; none when rows are told by their `rowid`.
    key: Vec<usize>,
}

/// Scans a database, which is opened for reading only. A table that cannot be read hides no other.
pub(super) fn scan(scanner: &mut Scanner, path: &Path, length: u64) -> Result<(), Failure> {
    let file = path.to_string_lossy().into_owned();
    scanner.output.files += 1;
    scanner.progress.name(&file);
    let position = scanner.progress.position();
    let tables = match open(path).and_then(|connection| Ok((tables(&connection)?, connection))) {
        Ok((tables, connection)) => {
            for table in &tables {
                scan_table(scanner, &file, &connection, table)?;
            }
            Ok(())
        }
        Err(error) => Err(error),
    };
    if let Err(error) = tables {
        scanner.output.not_read(&file, &error.to_string());
    }
    scanner.progress.settle(position.saturating_add(length));
    Ok(())
}

/// Nothing in the schema may do more than keep data: the file is as little trusted as the pickles. And nothing is written
/// beside it: a database in WAL mode without a log is opened as one that nobody changes.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if is_quiet(path) {
        let escaped: String = path.to_string_lossy().chars().map(escaped).collect();
        Connection::open_with_flags(
            format!("file:{escaped}?immutable=1"),
            flags | OpenFlags::SQLITE_OPEN_URI,
        )?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    Ok(connection)
}

/// Whether a database is in WAL mode and has no log. Opening it for reading would make one.
fn is_quiet(path: &Path) -> bool {
    let mut header = [0; 20];
    let wal = File::open(path).and_then(|mut file| file.read_exact(&mut header)).is_ok() && header[18] == 2;
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    wal && fs::metadata(log).map_or(0, |log| log.len()) == 0
}

fn escaped(letter: char) -> String {
    match letter {
        '%' => "%25".into(),
        '?' => "%3f".into(),
        '#' => "%23".into(),
        letter => letter.into(),
    }
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<Table>> {
    let mut statement =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let names: Vec<String> = statement.query_map([], |row| text(row, 0))?.collect::<Result<_, _>>()?;
    names.into_iter().map(|name| table(connection, name)).collect()
}

fn table(connection: &Connection, name: String) -> rusqlite::Result<Table> {
    let mut statement =
        connection.prepare("SELECT name, pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1")?;
    let rows = statement.query_map([&name], |row| Ok((text(row, 0)?, row.get::<_, i64>(1)?)))?;
    let rows: Vec<(String, i64)> = rows.collect::<Result<_, _>>()?;
    let mut key: Vec<usize> = (0..rows.len()).filter(|index| rows[*index].1 > 0).collect();
    key.sort_by_key(|index| rows[*index].1);
    Ok(Table { name, columns: rows.into_iter().map(|row| row.0).collect(), key })
}

/// A name, whatever bytes it has.
fn text(row: &Row<'_>, index: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(index)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn scan_table(
    scanner: &mut Scanner,
    file: &str,
    connection: &Connection,
    table: &Table,
) -> Result<(), Failure> {
    let columns: Vec<String> = table.columns.iter().map(|name| quoted(name)).collect();
    let rowid = if table.key.is_empty() { ", rowid" } else { "" };
    let query = format!("SELECT {}{rowid} FROM {}", columns.join(", "), quoted(&table.name));
    let not_read = |error: &rusqlite::Error, scanner: &mut Scanner| {
        scanner.output.not_read(file, &format!("table {}: {error}", table.name));
    };
    let mut statement = match connection.prepare(&query) {
        Ok(statement) => statement,
        Err(error) => {
            not_read(&error, scanner);
            return Ok(());
        }
    };
    let mut rows = match statement.query([]) {
        Ok(rows) => rows,
        Err(error) => {
            not_read(&error, scanner);
            return Ok(());
        }
    };
    loop {
        match rows.next() {
            Ok(Some(row)) => scan_row(scanner, file, table, row)?,
            Ok(None) => return Ok(()),
            Err(error) => {
                not_read(&error, scanner);
                return Ok(());
            }
        }
    }
}

fn scan_row(scanner: &mut Scanner, file: &str, table: &Table, row: &Row<'_>) -> Result<(), Failure> {
    let mut key = None;
    for (index, column) in table.columns.iter().enumerate() {
        let Ok(ValueRef::Blob(bytes) | ValueRef::Text(bytes)) = row.get_ref(index) else { continue };
        scanner.output.cells += 1;
        let key = key.get_or_insert_with(|| row_key(table, row));
        let cell = Cell { table: table.name.clone(), column: column.clone(), key: key.clone() };
        let place = Place { file: file.to_owned(), cell: Some(cell), inside: Vec::new() };
        scanner.look(&place, bytes, false)?;
        scanner.progress.advance(u64::try_from(bytes.len()).unwrap_or_default());
    }
    Ok(())
}

/// `id = 3`, or several with commas between them.
fn row_key(table: &Table, row: &Row<'_>) -> String {
    if table.key.is_empty() {
        return format!("rowid = {}", shown(row, table.columns.len()));
    }
    let fields: Vec<String> =
        table.key.iter().map(|index| format!("{} = {}", table.columns[*index], shown(row, *index))).collect();
    fields.join(", ")
}

fn shown(row: &Row<'_>, index: usize) -> String {
    let shown = match row.get_ref(index) {
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Real(number)) => number.to_string(),
        Ok(ValueRef::Text(bytes)) => format!("'{}'", String::from_utf8_lossy(bytes)),
        Ok(ValueRef::Blob(bytes)) => {
            let digits: String =
                bytes.iter().take(LONGEST_KEY / 2).map(|byte| format!("{byte:02x}")).collect();
            format!("X'{digits}'")
        }
        _ => "NULL".into(),
    };
    shown.chars().take(LONGEST_KEY).collect()
}
