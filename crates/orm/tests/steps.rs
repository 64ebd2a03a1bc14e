//! A unit of work whose every step fails in turn, from its beginning to its commit: nothing is half written, objects are what
//! they were, and work that can be done again is.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use onggi::{BelongsTo, Database, Handle, Id, Model, Result, Session, State};
use onggi_driver::{Connection, Error as DriverError};

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;

#[derive(Clone, Debug, Default, Model)]
struct Shelf {
    id: Id<Shelf>,
    #[model(unique)]
    name: String,
    jars: i64,
}

#[derive(Clone, Debug, Default, Model)]
struct Jar {
    id: Id<Jar>,
    label: String,
    shelf: BelongsTo<Shelf>,
}

/// What becomes of a step.
#[cfg_attr(
    not(any(feature = "postgres", feature = "mysql")),
    allow(dead_code, reason = "some are faults of servers, which a statement of theirs raises")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The statement fails, and the transaction goes on where the database lets it.
    Fails,
    /// The database ends the transaction, as SQLite does where the disk is full.
    EndsTransaction,
    /// The transaction collided with another.
    Collides(&'static str),
    /// The statement takes too long.
    TakesTooLong(&'static str),
    /// The server ends the connection.
    LosesConnection(&'static str),
}

impl Fault {
    fn strike(self, connection: &mut Connection) -> std::result::Result<(), DriverError> {
        match self {
            Fault::Fails => connection.run("SELECT * FROM there_is_no_such_table"),
            Fault::EndsTransaction => {
                if connection.in_transaction() {
                    connection.run("ROLLBACK")?;
                }
                Err(DriverError::value("the transaction was ended"))
            }
            Fault::Collides(raise) | Fault::TakesTooLong(raise) => {
                connection.run(raise)?;
                panic!("nothing is raised by {raise}")
            }
            Fault::LosesConnection(end) => {
                connection.run(end).expect_err("it ends the connection");
                connection.run("SELECT 1")
            }
        }
    }

    /// Whether the closure form of transactions does its work again.
    fn is_passing(self) -> bool {
        matches!(self, Fault::Collides(_) | Fault::LosesConnection(_))
    }
}

/// A database whose connections fail at one step.
struct Fragile {
    db: Database,
    /// How many steps are left until it fails.
    left: Arc<AtomicI64>,
}

impl Fragile {
    fn new(url: &str, fault: Fault) -> Fragile {
        let db = Database::open(url).unwrap();
        db.create_tables(onggi::models![Shelf, Jar]).unwrap();
        db.transaction(|session| {
            session.add_all(["a", "b"].map(|name| Shelf { name: name.into(), ..Default::default() }));
            Ok(())
        })
        .unwrap();
        let left = Arc::new(AtomicI64::new(0));
        let counted = Arc::clone(&left);
        db.intercept(Some(Arc::new(move |connection: &mut Connection| {
            match counted.fetch_sub(1, Ordering::Relaxed) {
                1 => fault.strike(connection),
                _ => Ok(()),
            }
        })));
        Fragile { db, left }
    }

    fn fail_at(&self, step: i64) {
        self.left.store(step, Ordering::Relaxed);
    }

    fn has_failed(&self) -> bool {
        self.left.load(Ordering::Relaxed) <= 0
    }

    /// The shelves with their jars that others see.
    fn seen(&self) -> (Vec<(String, i64)>, i64) {
        self.fail_at(0);
        let mut connection = self.db.connect().unwrap();
        let shelves = Shelf::query().order_by(|s| s.name).select(|s| (s.name, s.jars));
        (
            shelves.all(&mut connection).unwrap(),
            i64::try_from(Jar::query().count(&mut connection).unwrap()).unwrap(),
        )
    }
}

/// Changes, deletes and adds objects that refer to each other, in two flushes.
fn work(session: &mut Session) -> Result<[Handle<Jar>; 2]> {
    let a = Shelf::query().filter(|s| s.name.eq("a")).one(session)?;
    let b = Shelf::query().filter(|s| s.name.eq("b")).one(session)?;
    session[a].jars = 2;
    session.delete(b)?;
    session.flush()?;
    let c = session.add(Shelf { name: "c".into(), jars: 1, ..Default::default() });
    let jars = [("one", a), ("two", c)];
    Ok(jars.map(|(label, shelf)| {
        session.add(Jar { label: label.into(), shelf: shelf.into(), ..Default::default() })
    }))
}

fn before() -> (Vec<(String, i64)>, i64) {
    (vec![("a".into(), 0), ("b".into(), 0)], 0)
}

fn after() -> (Vec<(String, i64)>, i64) {
    (vec![("a".into(), 2), ("c".into(), 1)], 2)
}

/// A session that commits itself, by each step that can fail.
fn a_session_keeps_nothing_of_what_failed(url: impl Fn() -> String, fault: Fault) {
    let mut steps = 0;
    loop {
        steps += 1;
        let fragile = Fragile::new(&url(), fault);
        let mut session = fragile.db.session().unwrap();
        fragile.fail_at(steps);
        let done = work(&mut session).and_then(|jars| session.commit().map(|()| jars));
        if !fragile.has_failed() {
            done.unwrap();
            assert_eq!(fragile.seen(), after(), "{fault:?}");
            break;
        }
        let error = done.expect_err("its step failed");
        assert_eq!(
            error.is_lost(),
            matches!(fault, Fault::LosesConnection(_)),
            "step {steps}, {fault:?}: {error}"
        );
        // What failed is told before anything is lost: the session is told to roll back, and is as at the last commit.
        let rolled_back = session.rollback();
        assert_eq!(fragile.seen(), before(), "step {steps}, {fault:?}: {error}");
        assert!(rolled_back.is_ok() || error.is_lost(), "step {steps}, {fault:?}: {rolled_back:?}");
        if error.is_lost() {
            drop(session);
            session = fragile.db.session().unwrap();
        }
        let jars = work(&mut session).unwrap();
        session.commit().unwrap_or_else(|error| panic!("step {steps}, {fault:?}: {error}"));
        assert_eq!(fragile.seen(), after(), "step {steps}, {fault:?}");
        for jar in jars {
            assert_eq!((session.state(jar), session[jar].id.key().is_some()), (State::Persistent, true));
        }
    }
    assert!(steps > 8, "only {steps} steps, {fault:?}");
}

/// The closure form runs again what can be, and else leaves nothing.
fn a_unit_of_work_is_done_once_or_not_at_all(url: impl Fn() -> String, fault: Fault) {
    let mut steps = 0;
    loop {
        steps += 1;
        let fragile = Fragile::new(&url(), fault);
        fragile.fail_at(steps);
        let mut runs = 0;
        let done: Result<()> = fragile.db.transaction(|session| {
            runs += 1;
            work(session).map(drop)
        });
        let failed = fragile.has_failed();
        let expected = match failed && !fault.is_passing() {
            true => before(),
            false => after(),
        };
        assert_eq!(done.is_ok(), expected == after(), "step {steps}, {fault:?}: {:?}", done.as_ref().err());
        assert_eq!(fragile.seen(), expected, "step {steps}, {fault:?}");
        let metrics = fragile.db.pool_metrics();
        assert_eq!(metrics.in_use, 0, "step {steps}, {fault:?}");
        if !failed {
            assert_eq!(runs, 1);
            break;
        }
        assert!(runs <= 2, "step {steps}, {fault:?}: {runs} runs");
    }
    assert!(steps > 8, "only {steps} steps, {fault:?}");
}

const EVERYWHERE: [Fault; 2] = [Fault::Fails, Fault::EndsTransaction];

#[test]
fn every_step_fails_on_sqlite() {
    for fault in EVERYWHERE {
        a_session_keeps_nothing_of_what_failed(|| "sqlite::memory:".to_owned(), fault);
        a_unit_of_work_is_done_once_or_not_at_all(|| "sqlite::memory:".to_owned(), fault);
    }
}

#[cfg(feature = "postgres")]
#[test]
fn every_step_fails_on_postgresql() {
    let faults = [
        Fault::Fails,
        Fault::Collides("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"),
        Fault::Collides("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$"),
        Fault::TakesTooLong("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57014'; END $$"),
        Fault::LosesConnection("SELECT pg_terminate_backend(pg_backend_pid())"),
    ];
    every_step_fails_on_a_server(&faults, postgres::Schema::open, postgres::Schema::url);
}

#[cfg(feature = "mysql")]
#[test]
fn every_step_fails_on_mariadb() {
    let faults = [
        Fault::Fails,
        Fault::Collides("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock'"),
        Fault::Collides(
            "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1020, MESSAGE_TEXT = 'Record has changed'",
        ),
        Fault::TakesTooLong(
            "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205, MESSAGE_TEXT = 'Lock wait timeout'",
        ),
        Fault::TakesTooLong("SIGNAL SQLSTATE '70100' SET MYSQL_ERRNO = 1969, MESSAGE_TEXT = 'Too long'"),
        Fault::LosesConnection("KILL CONNECTION_ID()"),
    ];
    every_step_fails_on_a_server(&faults, mysql::Own::open, mysql::Own::url);
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
fn every_step_fails_on_a_server<P>(faults: &[Fault], open: fn() -> Option<P>, url: fn(&P) -> &str) {
    for &fault in faults {
        let places = std::cell::RefCell::new(Vec::new());
        if open().is_none() {
            return;
        }
        let url = || {
            let place = open().unwrap();
            let url = url(&place).to_owned();
            places.borrow_mut().push(place);
            url
        };
        a_session_keeps_nothing_of_what_failed(url, fault);
        a_unit_of_work_is_done_once_or_not_at_all(url, fault);
    }
}
