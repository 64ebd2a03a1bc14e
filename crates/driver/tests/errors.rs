//! Errors, and what they say of tables, columns and constraints.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::error::Error as _;

use onggi_driver::{Error, Pool, Pooled};

fn open() -> Pooled {
    let mut connection = Pool::open("sqlite::memory:").unwrap().connect().unwrap();
    for statement in [
        "CREATE TABLE shelves (id INTEGER PRIMARY KEY)",
        "CREATE TABLE jars (id INTEGER PRIMARY KEY, label TEXT UNIQUE, shelf INTEGER REFERENCES shelves (id), \
         liters INTEGER NOT NULL CHECK (liters < 100) CONSTRAINT not_empty CHECK (liters > 0), UNIQUE (shelf, liters))",
        "CREATE UNIQUE INDEX jars_by_size ON jars (abs(liters)) WHERE label IS NULL",
        "CREATE TABLE lids (size INTEGER, color TEXT, PRIMARY KEY (size, color)) WITHOUT ROWID",
        "INSERT INTO shelves VALUES (1)",
        "INSERT INTO jars VALUES (1, 'kimchi', 1, 20), (2, NULL, NULL, 5)",
        "INSERT INTO lids VALUES (1, 'red')",
    ] {
        connection.run(statement).unwrap();
    }
    connection
}

/// Which of the predicates hold.
fn kinds(error: &Error) -> Vec<&'static str> {
    let all = [
        ("unique", error.is_unique_violation()),
        ("foreign key", error.is_foreign_key_violation()),
        ("not null", error.is_not_null_violation()),
        ("check", error.is_check_violation()),
        ("serialization", error.is_serialization_failure()),
        ("busy", error.is_busy()),
        ("read only", error.is_read_only()),
        ("full", error.is_full()),
        ("corrupt", error.is_corrupt()),
        ("url", error.is_url()),
        ("open", error.is_open()),
    ];
    all.iter().filter(|(_, holds)| *holds).map(|&(kind, _)| kind).collect()
}

type Case = (
    &'static str,
    &'static [&'static str],
    Option<&'static str>,
    &'static [&'static str],
    Option<&'static str>,
);

const CASES: &[Case] = &[
    ("INSERT INTO jars VALUES (3, 'kimchi', NULL, 1)", &["unique"], Some("jars"), &["label"], None),
    ("INSERT INTO jars VALUES (1, 'soy', NULL, 1)", &["unique"], Some("jars"), &["id"], None),
    ("INSERT INTO jars VALUES (3, 'soy', 1, 20)", &["unique"], Some("jars"), &["shelf", "liters"], None),
    ("INSERT INTO jars VALUES (3, NULL, NULL, 5)", &["unique"], None, &[], Some("jars_by_size")),
    ("INSERT INTO lids VALUES (1, 'red')", &["unique"], Some("lids"), &["size", "color"], None),
    ("UPDATE jars SET label = 'kimchi'", &["unique"], Some("jars"), &["label"], None),
    ("INSERT INTO jars (label) VALUES ('soy')", &["not null"], Some("jars"), &["liters"], None),
    ("UPDATE jars SET liters = NULL", &["not null"], Some("jars"), &["liters"], None),
    ("UPDATE jars SET liters = 0", &["check"], None, &[], Some("not_empty")),
    ("UPDATE jars SET liters = 100", &["check"], None, &[], Some("liters < 100")),
    ("UPDATE jars SET shelf = 7 WHERE id = 1", &["foreign key"], None, &[], None),
    ("DELETE FROM shelves", &["foreign key"], None, &[], None),
    ("SELECT * FROM pots", &[], None, &[], None),
    ("INSERT INTO jars (lid) VALUES (1)", &[], None, &[], None),
    ("SELEKT 1", &[], None, &[], None),
];

#[test]
fn each_violation_has_one_kind_and_names_what_it_can() {
    for &(statement, expected, table, columns, constraint) in CASES {
        let mut connection = open();
        let error = connection.run(statement).unwrap_err();
        assert_eq!(kinds(&error), expected, "{statement}: {error}");
        assert_eq!(
            (error.table(), error.columns()),
            (table, &columns.iter().map(|&c| c.to_owned()).collect::<Vec<_>>()[..]),
            "{statement}"
        );
        assert_eq!(error.constraint(), constraint, "{statement}");
        assert_eq!(error.statement(), Some(statement));
        assert!(error.to_string().ends_with(&format!("(in: {statement})")), "{error}");
        assert!(error.source().is_some(), "the database's own words are kept");
        assert!(!connection.in_transaction());
        connection.run("DELETE FROM lids").unwrap();
    }
}

#[test]
fn messages_say_what_is_wrong() {
    for (statement, message) in [
        ("INSERT INTO jars VALUES (3, 'kimchi', NULL, 1)", "a row of jars with the same label exists"),
        ("INSERT INTO lids VALUES (1, 'red')", "a row of lids with the same size, color exists"),
        (
            "INSERT INTO jars VALUES (3, NULL, NULL, 5)",
            "a row with the same values of the unique index jars_by_size exists",
        ),
        ("UPDATE jars SET liters = NULL", "jars.liters cannot be NULL"),
        ("UPDATE jars SET liters = 0", "a row does not meet the check not_empty"),
        (
            "DELETE FROM shelves",
            "a foreign key would be broken: a row refers to one that is not there, or is still referred to",
        ),
        ("SELECT * FROM pots", "no such table: pots"),
    ] {
        let error = open().run(statement).unwrap_err();
        assert_eq!(error.to_string(), format!("{message} (in: {statement})"));
    }
}

#[test]
fn a_failed_statement_leaves_its_transaction_open_and_nothing_of_itself() {
    let mut connection = open();
    connection.run("BEGIN").unwrap();
    connection.run("INSERT INTO jars VALUES (3, 'soy', NULL, 1)").unwrap();
    assert!(connection.run("INSERT INTO jars VALUES (4, 'chili', NULL, 2), (5, 'soy', NULL, 3)").is_err());
    assert!(connection.in_transaction());
    connection.run("COMMIT").unwrap();
    let count = connection.with_text("SELECT 1 FROM jars", |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        let mut count = 0;
        while rows.next_row()?.is_some() {
            count += 1;
        }
        Ok::<_, Error>(count)
    });
    assert_eq!(count.unwrap(), 3);
}

#[test]
fn two_writers_collide_as_one_that_has_read_or_as_one_that_waits() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/jars.db?busy_timeout=0", folder.path().display());
    let pool = Pool::open(&url).unwrap();
    let (mut first, mut second) = (pool.connect().unwrap(), pool.connect().unwrap());
    first.run("CREATE TABLE jars (id INTEGER PRIMARY KEY)").unwrap();
    let read = |connection: &mut Pooled| {
        connection.run("BEGIN").unwrap();
        connection
            .with_text("SELECT id FROM jars", |prepared| {
                let mut rows = prepared.query::<Error>(|_| Ok(()))?;
                Ok::<_, Error>(rows.next_row()?.is_some())
            })
            .unwrap()
    };

    // The other is in the middle of writing: waiting would not help one that has read.
    read(&mut second);
    first.run("BEGIN IMMEDIATE").unwrap();
    let error = second.run("INSERT INTO jars VALUES (1)").unwrap_err();
    assert_eq!(kinds(&error), ["serialization"], "{error}");
    second.run("ROLLBACK").unwrap();

    // One that has not read could wait.
    for statement in ["BEGIN IMMEDIATE", "INSERT INTO jars VALUES (1)"] {
        let error = second.run(statement).unwrap_err();
        assert_eq!(kinds(&error), ["busy"], "{error}");
    }
    second.run("BEGIN").unwrap();
    assert_eq!(kinds(&second.run("INSERT INTO jars VALUES (1)").unwrap_err()), ["busy"]);
    second.run("ROLLBACK").unwrap();

    // The other has written in between.
    first.run("INSERT INTO jars VALUES (1)").unwrap();
    read(&mut second);
    first.run("COMMIT").unwrap();
    let error = second.run("INSERT INTO jars VALUES (2)").unwrap_err();
    assert_eq!(kinds(&error), ["serialization"], "{error}");
    second.run("ROLLBACK").unwrap();
    second.run("INSERT INTO jars VALUES (2)").unwrap();
}
