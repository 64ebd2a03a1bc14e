//! What is told of statements never tells values.
//!
//! Alone in its program: where another thread comes first to a place that logs, tracing may take it that nobody listens there.

#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use onggi::{Database, Id, Model, Result, sql};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

#[derive(Clone, Debug, Default, Model)]
struct Jar {
    id: Id<Jar>,
    #[model(unique)]
    label: String,
    liters: i64,
    content: Vec<u8>,
}

fn jar(label: &str) -> Jar {
    Jar { label: label.into(), ..Default::default() }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

const SECRET: &str = "s3cret";

/// All ways for a value to go into a statement and come out of one, some of them wrong.
fn use_secrets(db: &Database) -> Result<()> {
    let mut session = db.session()?;
    let first = session.add(Jar { content: SECRET.into(), liters: 987_654_321, ..jar(SECRET) });
    session.commit()?;
    session[first].label = format!("{SECRET} too");
    session.flush()?;
    Jar::query().filter(|j| j.label.eq(SECRET) | j.label.is_in([SECRET, "x"])).all(&mut session)?;
    Jar::query().filter(|j| j.liters.gt(987_654_321)).limit(987).all(&mut session)?;
    Jar::query().update(&mut session, |j| j.content.set(SECRET.as_bytes().to_vec()))?;
    let _: Vec<i64> = sql("SELECT id FROM jar WHERE label = ?1").bind(SECRET).all(&mut session)?;
    session.add(jar(&format!("{SECRET} too")));
    let error = session.flush().unwrap_err();
    assert!(error.is_unique_violation());
    assert!(!format!("{error} {error:?}").contains(SECRET), "{error:?}");
    session.rollback()?;
    session.delete(first)?;
    session.commit()?;
    let mut connection = db.connect()?;
    connection.upsert(&mut jar(SECRET), |j| j.label)?;
    Jar::query().filter(|j| j.label.eq(SECRET)).delete(&mut connection)?;
    Ok(())
}

#[test]
fn neither_the_observer_nor_the_log_gets_values() {
    let lines = Lines::default();
    let observed = Lines::default();
    let db = Database::open("sqlite::memory:").unwrap();
    db.create_tables(onggi::models![Jar]).unwrap();
    let mut writer = observed.clone();
    let shared = Mutex::new(move |text: &str| writeln!(writer, "{text}").unwrap());
    db.on_statement(move |executed| shared.lock().unwrap()(executed.statement));

    let log = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || log.clone())
        .finish();
    {
        let _guard = subscriber.set_default();
        use_secrets(&db).unwrap();
    }

    for text in [lines.text(), observed.text()] {
        for statement in
            ["INSERT INTO \"jar\"", "UPDATE \"jar\"", "DELETE FROM \"jar\"", "COMMIT", "ROLLBACK"]
        {
            assert!(text.contains(statement), "{statement} is missing in:\n{text}");
        }
        for value in [SECRET, "987", "115, 51"] {
            assert!(!text.contains(value), "{value} is in:\n{text}");
        }
    }
}
