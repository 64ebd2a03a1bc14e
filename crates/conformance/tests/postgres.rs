//! The suite on PostgreSQL, where a server is found: each case has a schema of its own.

use std::time::Duration;

use onggi::{BelongsTo, Database, Error, Id, Model, Result, sql};
use onggi_conformance::{Case, Harness, Otherwise, raw_rows};
use postgres::{Schema, server};

#[path = "../../orm/tests/postgres/mod.rs"]
mod postgres;

mod schema {
    onggi_conformance::cases!(crate::in_a_schema);
}

/// Cases that PostgreSQL decides otherwise: what each of them fails with, and why.
const OTHERWISE: Otherwise = Otherwise(&[
    (
        "errors::a_session_goes_on_after_an_error",
        "cannot commit it: it is rolled back",
        "a failed statement ends its transaction",
    ),
    (
        "expressions::functions_of_ones_own_are_declared_once",
        "function unicode(text) does not exist",
        "it is a function of SQLite's",
    ),
    (
        "expressions::raw_fragments_have_places_for_values_and_columns",
        "syntax error at or near \"GLOB\"",
        "it is SQLite's",
    ),
    (
        "fields::a_boolean_that_is_neither_is_refused_when_read",
        "is of type boolean but expression is of type integer",
        "it is refused when it is written",
    ),
    (
        "fields::a_double_that_is_no_single_is_refused_when_read",
        "digits were lost",
        "the column is of single precision: raw SQL wrote a rounded number",
    ),
    (
        "fields::decimals_of_too_many_digits_are_refused_when_read",
        "a text cannot be bound where PostgreSQL wants a numeric",
        "raw SQL binds a text for a number",
    ),
    (
        "fields::integers_that_a_field_cannot_hold_are_refused_when_read",
        "a number is out of range for its type",
        "they are refused when they are written",
    ),
    (
        "fields::json_that_is_none_is_refused_when_read",
        "a text is not a value of the type wanted",
        "it is refused when it is written",
    ),
    ("fields::nan_is_refused", "a value out of range was inserted", "NaN is kept"),
    ("pages::plans_are_told_without_running", "Index Scan using user_name_key", "plans read otherwise"),
    (
        "relations_along::a_reference_to_a_row_that_is_gone_loses_no_row",
        "syntax error at or near \"PRAGMA\"",
        "foreign keys cannot be turned off",
    ),
    (
        "relations_along::a_row_read_along_that_cannot_be_read_is_named",
        "a text is not a value of the type wanted",
        "it is refused when it is written",
    ),
]);

fn in_a_schema(name: &str, case: Case) -> Result<()> {
    if Otherwise::is_elsewhere(name) {
        return Ok(());
    }
    let Some(schema) = Schema::open() else { return Ok(()) };
    OTHERWISE.check(name, || case(&Harness::open(schema.url())?))
}

#[derive(Clone, Debug, Default, Model)]
struct Chicken {
    id: Id<Chicken>,
    egg: Option<Id<Egg>>,
}

#[derive(Clone, Debug, Default, Model)]
struct Egg {
    id: Id<Egg>,
    chicken: BelongsTo<Chicken>,
}

/// To add it again would check every row behind a lock, each time that a program starts.
#[test]
fn a_foreign_key_that_closes_a_circle_is_added_once() -> Result<()> {
    let Some(schema) = Schema::open() else { return Ok(()) };
    let harness = Harness::open(schema.url())?;
    let mut keys = Vec::new();
    for _ in 0..2 {
        harness.create(onggi::models![Chicken, Egg])?;
        let text = "SELECT CAST(oid AS BIGINT) FROM pg_constraint \
            WHERE contype = 'f' AND conrelid IN ('chicken'::regclass, 'egg'::regclass) ORDER BY oid";
        keys.push(sql(text).all::<i64, _>(&mut harness.connect()?)?);
    }
    assert_eq!(keys[0].len(), 2);
    assert_eq!(keys[0], keys[1]);
    Ok(())
}

/// The server would send all rows, and keep what they lock until they are read.
#[test]
fn a_query_for_one_row_asks_for_no_more() -> Result<()> {
    let Some(schema) = Schema::open() else { return Ok(()) };
    let harness = Harness::open(schema.url())?;
    harness.create(onggi::models![Chicken, Egg])?;
    let mut connection = harness.connect()?;
    assert!(Chicken::query().first(&mut connection)?.is_none());
    assert!(Chicken::query().limit(9).first(&mut connection)?.is_none());
    let limited = |text: &onggi_conformance::Text| text.as_str().contains(" LIMIT $1");
    assert_eq!(harness.statements().iter().filter(|text| limited(text)).count(), 2);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Label {
    #[model(primary_key)]
    name: String,
    color: String,
}

/// How 200 labels are written: the statement, after one that changes their table, on a new connection.
fn labels_written_behind(change: &str) -> Result<String> {
    let Some(schema) = Schema::open() else { return Ok(String::new()) };
    let harness = Harness::open(schema.url())?;
    harness.create(onggi::models![Label])?;
    for statement in change.split_terminator(';') {
        sql(statement).execute(&mut harness.connect()?)?;
    }
    let harness = Harness::open(schema.url())?;
    let labels = (0..200).map(|number| Label { name: format!("{number:03}"), color: "red".into() });
    let mut labels: Vec<Label> = labels.collect();
    harness.connect()?.insert_all(&mut labels)?;
    let statements = harness.statements();
    let written: Vec<&str> = statements.iter().map(onggi_conformance::Text::as_str).collect();
    assert_eq!(harness.rows::<Label>()?, labels);
    match written[..] {
        [begin, written, commit] if begin.starts_with("BEGIN") && commit == "COMMIT" => {
            Ok(written.to_owned())
        }
        _ => Err(Error::other(format!("the labels were written by {written:?}"))),
    }
}

#[test]
fn rows_with_keys_are_copied_where_that_means_the_same() -> Result<()> {
    if Schema::open().is_none() {
        return Ok(());
    }
    let copied = r#"COPY "label" ("name", "color") FROM STDIN (FORMAT binary)"#;
    assert_eq!(labels_written_behind("")?, copied);
    assert_eq!(labels_written_behind("ALTER TABLE label ALTER color TYPE VARCHAR(9)")?, copied);
    let arrays = |text: String| text.starts_with("INSERT ") && text.contains(" FROM unnest($1::TEXT[], ");
    for change in [
        "ALTER TABLE label ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE label RENAME TO labels;CREATE VIEW label AS SELECT * FROM labels",
        "CREATE RULE nothing AS ON DELETE TO label DO INSTEAD NOTHING",
        "ALTER TABLE label ALTER color TYPE CHAR(3)",
    ] {
        assert!(arrays(labels_written_behind(change)?), "{change}");
    }
    let one_by_one = "CREATE TYPE color AS ENUM ('red', 'blue');ALTER TABLE label ALTER color TYPE color USING color::color";
    let one = r#"200 x INSERT INTO "label" ("name", "color") VALUES ($1, $2)"#;
    assert_eq!(labels_written_behind(one_by_one)?, one);
    Ok(())
}

/// The copy's bytes would be taken for those of another type.
#[test]
fn a_table_that_has_changed_since_rows_were_copied_is_looked_at_again() -> Result<()> {
    let Some(schema) = Schema::open() else { return Ok(()) };
    let harness = Harness::open(schema.url())?;
    harness.create(onggi::models![Reading])?;
    let mut connection = harness.connect()?;
    let readings = |from: i64| (from..from + 200).map(|at| Reading { at, value: at }).collect::<Vec<_>>();
    connection.insert_all(&mut readings(0))?;
    sql("ALTER TABLE reading ALTER value TYPE DOUBLE PRECISION").execute(&mut harness.connect()?)?;
    connection.insert_all(&mut readings(1_000))?;
    let wrong = "SELECT count(*) FROM reading WHERE value <> at";
    assert_eq!(sql(wrong).one::<i64, _>(&mut harness.connect()?)?, 0);
    assert_eq!(Reading::query().count(&mut harness.connect()?)?, 400);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Reading {
    #[model(primary_key)]
    at: i64,
    value: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Measure {
    id: Id<Measure>,
    number: f64,
}

/// One row at a time refuses it, and so do many.
#[test]
fn many_rows_lose_no_digits_where_one_would_be_refused() -> Result<()> {
    let Some(schema) = Schema::open() else { return Ok(()) };
    let harness = Harness::open(schema.url())?;
    harness.create(onggi::models![Measure])?;
    sql("ALTER TABLE measure ALTER number TYPE REAL").execute(&mut harness.connect()?)?;
    let mut connection = harness.connect()?;
    for count in [1, 2, 200] {
        let mut rows = vec![Measure { number: 0.1, ..Default::default() }; count];
        let error = connection.insert_all(&mut rows).expect_err("a real has fewer digits");
        assert!(error.to_string().contains("has no exact form in PostgreSQL's real"), "{error}");
    }
    assert_eq!(Measure::query().count(&mut connection)?, 0);
    Ok(())
}

/// The server is left no choice but to find them by their keys.
#[test]
fn sessions_that_change_many_rows_of_their_own_do_not_collide() -> Result<()> {
    let Some(schema) = Schema::open() else { return Ok(()) };
    let harness = Harness::open(schema.url())?;
    harness.create(onggi::models![Reading])?;
    harness.connect()?.insert_all(&mut (0..2_000).map(|at| Reading { at, value: 0 }).collect::<Vec<_>>())?;
    sql("ANALYZE reading").execute(&mut harness.connect()?)?;
    let mut sessions = [harness.session()?, harness.session()?];
    for (session, from) in sessions.iter_mut().zip([0, 1_000]) {
        for at in from..from + 300 {
            let reading = session.get_one::<Reading>(at)?;
            session[reading].value = 1;
            let gone = session.get_one::<Reading>(at + 500)?;
            session.delete(gone)?;
        }
        session.flush()?;
    }
    for mut session in sessions {
        session.commit()?;
    }
    let changed = Reading::query().filter(|r| r.value.eq(1)).count(&mut harness.connect()?)?;
    assert_eq!((changed, Reading::query().count(&mut harness.connect()?)?), (600, 1_400));
    Ok(())
}

/// Their values come with spaces at the end, and are found by them.
#[test]
fn many_rows_with_keys_of_a_fixed_length_are_changed_and_deleted() -> Result<()> {
    let Some(schema) = Schema::open() else { return Ok(()) };
    let harness = Harness::open(schema.url())?;
    harness.create(onggi::models![Label])?;
    sql("ALTER TABLE label ALTER name TYPE CHAR(10)").execute(&mut harness.connect()?)?;
    let labels = (0..200).map(|number| Label { name: format!("{number:03}"), color: "red".into() });
    harness.connect()?.insert_all(&mut labels.collect::<Vec<_>>())?;
    let mut session = harness.session()?;
    let labels = Label::query().order_by(|l| l.name).all(&mut session)?;
    for &label in &labels[..100] {
        session[label].color = "blue".into();
    }
    for &label in &labels[100..] {
        session.delete(label)?;
    }
    session.commit()?;
    let rows = harness.rows::<Label>()?;
    assert_eq!((rows.len(), rows.iter().all(|label| label.color == "blue")), (100, true));
    Ok(())
}

/// As in tables that were there before.
#[test]
fn columns_of_an_enum_type_are_written_compared_and_set() -> Result<()> {
    let Some(schema) = Schema::open() else { return Ok(()) };
    let harness = Harness::open(schema.url())?;
    let mut connection = harness.connect()?;
    for text in [
        "CREATE TYPE color AS ENUM ('red', 'blue', 'green')",
        "CREATE TABLE label (name TEXT PRIMARY KEY, color color NOT NULL)",
    ] {
        sql(text).execute(&mut connection)?;
    }
    let label = |(name, color): (&str, &str)| Label { name: name.into(), color: color.into() };
    connection.insert_all(&mut [("a", "red"), ("b", "blue"), ("c", "green")].map(label))?;
    let mut names = |query: onggi::Query<Label>| {
        query.order_by(|l| l.name).select(|l| l.name).all(&mut connection).map(|names| names.concat())
    };
    assert_eq!(names(Label::query().filter(|l| l.color.eq("blue")))?, "b");
    assert_eq!(names(Label::query().filter(|l| l.color.ne("blue")))?, "ac");
    assert_eq!(names(Label::query().filter(|l| l.color.is_in(["red", "green"])))?, "ac");
    assert_eq!(names(Label::query().filter(|l| l.color.not_in(["red", "green"])))?, "b");
    Label::query().filter(|l| l.color.eq("red")).update(&mut connection, |l| l.color.set("green"))?;
    let greens = Label::query().filter(|l| l.color.eq("green")).count(&mut connection)?;
    assert_eq!(greens, 2);
    let error = Label::query().filter(|l| l.color.eq("mauve")).count(&mut connection).expect_err("no color");
    assert!(error.to_string().contains("a text is not a value of the type wanted"), "{error}");
    Ok(())
}

/// A copy would write the keys all the same.
#[test]
fn keys_that_are_always_generated_are_not_written_by_a_copy() -> Result<()> {
    let Some(schema) = Schema::open() else { return Ok(()) };
    let harness = Harness::open(schema.url())?;
    harness.create(onggi::models![Chicken, Egg])?;
    let mut connection = harness.connect()?;
    sql("ALTER TABLE chicken ALTER id SET GENERATED ALWAYS").execute(&mut connection)?;
    let mut chickens: Vec<Chicken> = (1..200).map(|key| Chicken { id: key.into(), egg: None }).collect();
    let error = connection.insert_all(&mut chickens).expect_err("keys given by hand");
    assert!(error.to_string().contains("OVERRIDING SYSTEM VALUE"), "{error}");
    assert_eq!(Chicken::query().count(&mut connection)?, 0);
    Ok(())
}

#[test]
fn a_name_is_locked_until_its_transaction_ends() -> Result<()> {
    let Some(schema) = Schema::open() else { return Ok(()) };
    let database = Database::open(schema.url())?;
    // Locks are the whole database's.
    let name = schema.url();
    for commits in [true, false] {
        let (mut one, mut other) = (database.session()?, database.session()?);
        one.lock(name)?;
        one.lock(name)?;
        assert!(one.try_lock(name)?, "it is had already");
        assert!(!other.try_lock(name)?);
        assert!(other.try_lock(&format!("{name} of another"))?);
        if commits { one.commit() } else { one.rollback() }?;
        assert!(other.try_lock(name)?);
        // A savepoint that is undone gives back what was locked in it.
        other.rollback()?;
        let undone = one.savepoint(|session| {
            session.lock(name)?;
            Err::<(), _>(Error::other("on second thoughts"))
        });
        assert!(undone.is_err() && other.try_lock(name)?);
        other.rollback()?;
        one.rollback()?;
    }
    // Who waits goes on when the other ends.
    let mut holder = database.session()?;
    holder.lock(name)?;
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| database.transaction(|session| session.lock(name)));
        let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        while sql(waits).one::<i64, _>(&mut database.connect()?)? == 0 {}
        holder.commit()?;
        waiter.join().expect("no panic")
    })
}

#[test]
fn what_is_committed_is_heard_in_order() -> Result<()> {
    const SOON: Duration = Duration::from_secs(10);
    let Some(schema) = Schema::open() else { return Ok(()) };
    let database = Database::open(schema.url())?;
    // Channels are the whole database's.
    let channel = format!("orders \"{}\"", std::process::id());
    let mut listener = database.listen(&[&channel, "onggi other"])?;
    assert_eq!(listener.next(Duration::ZERO)?, None);
    let mut session = database.session()?;
    session.notify(&channel, "undone")?;
    session.rollback()?;
    session.notify(&channel, "first")?;
    session.notify(&channel, "second 김치")?;
    assert_eq!(listener.next(Duration::ZERO)?, None, "it is not committed");
    session.commit()?;
    database.connect()?.notify(&channel, "third")?;
    database.transaction(|session| session.notify(&channel, ""))?;
    for expected in ["first", "second 김치", "third", ""] {
        let heard = listener.next(SOON)?.expect("it was sent");
        assert_eq!((heard.channel, heard.payload.as_str()), (channel.clone(), expected));
    }
    assert_eq!(listener.next(Duration::from_millis(1))?, None);
    // Who never waits hears as well.
    database.connect()?.notify(&channel, "polled")?;
    let until = std::time::Instant::now() + SOON;
    let polled = loop {
        match listener.next(Duration::ZERO)? {
            None if std::time::Instant::now() < until => std::thread::yield_now(),
            heard => break heard,
        }
    };
    assert_eq!(polled.map(|heard| heard.payload).as_deref(), Some("polled"));
    let long = database.connect()?.notify(&channel, &"x".repeat(8000)).expect_err("it is too long");
    assert!(!long.is_lost(), "{long}");

    // It hears from another thread, and says when it does no more.
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE query LIKE 'LISTEN %' AND application_name = ?";
    let name = format!("onggi_listens_{}", std::process::id());
    let named = Database::open(&server::with_option(schema.url(), &format!("application_name={name}")))?;
    let mut listener = named.listen(&[&channel])?;
    let (hears, fourth) = std::sync::mpsc::channel();
    let listens = std::thread::spawn(move || {
        hears.send(listener.next(SOON)).expect("somebody waits for it");
        listener.next(SOON)
    });
    database.connect()?.notify(&channel, "fourth")?;
    let heard = fourth.recv().expect("no panic")?;
    assert_eq!(heard.map(|heard| heard.payload).as_deref(), Some("fourth"));
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND application_name = ?";
    assert_eq!(sql(waits).bind(name.clone()).one::<i64, _>(&mut database.connect()?)?, 1);
    sql(ended).bind(name).all::<bool, _>(&mut database.connect()?)?;
    let lost = listens.join().expect("no panic");
    assert!(lost.expect_err("it was ended").is_lost());
    for channel in ["", "a\0b", &"x".repeat(64)] {
        let error = database.listen(&[channel]).expect_err("it is no channel");
        assert!(error.to_string().contains("the name of a channel"), "{error}");
    }
    Ok(())
}

#[test]
fn raw_rows_hold_what_the_server_gives() -> Result<()> {
    let Some(schema) = Schema::open() else { return Ok(()) };
    let [values, sums] = raw_rows::kinds(&Harness::open(schema.url())?)?;
    assert_eq!(values[..4], ["boolean", "boolean", "integer", "decimal"]);
    assert_eq!(values[4..], ["decimal", "date", "UUID", "text", "blob", "NULL"]);
    assert_eq!(sums, ["integer", "integer", "decimal", "decimal", "decimal"]);
    Ok(())
}
