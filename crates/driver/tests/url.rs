//! What the options of a URL do to the connections.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::path::Path;

use onggi_driver::{Error, Pool, Result, Type, Value};

/// The only value of a statement, as text.
fn value(pool: &Pool, statement: &str) -> String {
    let read = pool.connect().unwrap().with_text(statement, |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        let value = rows.next_row()?.unwrap().raw(0)?.to_owned();
        Ok::<Value, Error>(value)
    });
    match read.unwrap() {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

fn pool(folder: &Path, options: &str) -> Pool {
    Pool::open(&format!("sqlite://{}/jars.db{options}", folder.display())).unwrap()
}

#[test]
fn defaults_are_for_a_server_that_keeps_what_it_promised() {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool(folder.path(), "");
    for (pragma, expected) in [("journal_mode", "wal"), ("synchronous", "1"), ("foreign_keys", "1")] {
        assert_eq!(value(&pool, &format!("PRAGMA {pragma}")), expected, "{pragma}");
    }
    assert!(folder.path().join("jars.db").exists(), "the file is made");
}

#[test]
fn every_option_is_followed_on_every_connection() {
    for (option, pragma, expected) in [
        ("journal_mode=delete", "journal_mode", "delete"),
        ("journal_mode=truncate", "journal_mode", "truncate"),
        ("journal_mode=persist", "journal_mode", "persist"),
        ("journal_mode=memory", "journal_mode", "memory"),
        ("journal_mode=off", "journal_mode", "off"),
        ("journal_mode=WAL", "journal_mode", "wal"),
        ("synchronous=off", "synchronous", "0"),
        ("synchronous=full", "synchronous", "2"),
        ("synchronous=extra", "synchronous", "3"),
        ("foreign_keys=off", "foreign_keys", "0"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(folder.path(), &format!("?{option}"));
        let _first = pool.connect().unwrap();
        assert_eq!(value(&pool, &format!("PRAGMA {pragma}")), expected, "{option}");
    }
}

#[test]
fn options_come_together_and_the_last_of_a_kind_counts() {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool(folder.path(), "?&synchronous=full&journal_mode=delete&synchronous=off&");
    assert_eq!(value(&pool, "PRAGMA synchronous"), "0");
    assert_eq!(value(&pool, "PRAGMA journal_mode"), "delete");
}

#[test]
fn a_lock_is_waited_for_as_long_as_the_url_says() {
    let folder = tempfile::tempdir().unwrap();
    let writer = pool(folder.path(), "");
    let mut writing = writer.connect().unwrap();
    writing.run("BEGIN IMMEDIATE").unwrap();
    for milliseconds in ["0", "7"] {
        let pool = pool(folder.path(), &format!("?busy_timeout={milliseconds}"));
        let error = pool.connect().unwrap().run("BEGIN IMMEDIATE").unwrap_err();
        assert!(error.is_busy(), "{error}");
        assert!(error.to_string().contains(&format!("longer than {milliseconds} ms (option")), "{error}");
    }
}

#[test]
fn a_path_may_hold_any_characters_when_they_are_written_with_percent_signs() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a b?c&d%e#김치.db";
    let url = format!("sqlite://{}/a%20b%3Fc&d%25e#%EA%B9%80치.db?mode=rwc", folder.path().display());
    drop(Pool::open(&url).unwrap());
    assert!(folder.path().join(name).exists());
}

#[test]
fn mode_says_whether_the_file_is_made_and_written() {
    let folder = tempfile::tempdir().unwrap();
    for mode in ["rw", "ro"] {
        let url = format!("sqlite://{}/jars.db?mode={mode}", folder.path().display());
        assert!(Pool::open(&url).unwrap_err().is_open());
    }
    pool(folder.path(), "?mode=rwc").connect().unwrap().run("CREATE TABLE jars (id)").unwrap();
    pool(folder.path(), "?mode=rw").connect().unwrap().run("INSERT INTO jars VALUES (1)").unwrap();
    let read_only = pool(folder.path(), "?mode=ro");
    assert_eq!(value(&read_only, "SELECT count(*) FROM jars"), "1");
    let error = read_only.connect().unwrap().run("INSERT INTO jars VALUES (2)").unwrap_err();
    assert!(error.is_read_only(), "{error}");
    assert_eq!(error.statement(), Some("INSERT INTO jars VALUES (2)"));
}

#[test]
fn what_no_database_is_known_for_names_those_that_are() {
    let error = Pool::open("oracle://db").unwrap_err();
    assert!(error.is_url());
    let error = error.to_string();
    assert!(
        error.starts_with("no database is known for the URL's scheme \"oracle\"; known: sqlite"),
        "{error}"
    );
}

#[test]
fn the_version_is_that_of_the_engine() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool(folder.path(), "");
    assert_eq!(pool.connect()?.version(), value(&pool, "SELECT sqlite_version()"));
    let read = pool.connect()?.with_text("SELECT 1", |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        Ok::<_, Error>(rows.next_row()?.unwrap().value(0, Type::BIGINT)?.to_owned())
    });
    assert_eq!(read?, Value::Integer(1));
    Ok(())
}
