//! Pools: what connections share, and that each comes clean.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::sync::{Arc, Mutex};
use std::thread;

use onggi_driver::{Connection, Error, Pool, Type, ValueRef};

fn memory() -> Pool {
    memory_with("")
}

fn memory_with(options: &str) -> Pool {
    let pool = Pool::open(&format!("sqlite::memory:{options}")).unwrap();
    pool.connect().unwrap().run("CREATE TABLE jars (id INTEGER PRIMARY KEY)").unwrap();
    pool
}

fn count(connection: &mut Connection) -> i64 {
    let read = connection.with_text("SELECT count(*) FROM jars", |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        match rows.next_row()?.unwrap().value(0, Type::BIGINT)? {
            ValueRef::Integer(count) => Ok::<_, Error>(count),
            other => panic!("{other:?}"),
        }
    });
    read.unwrap()
}

#[test]
fn a_database_in_memory_is_shared_in_its_pool_and_lasts_as_long_as_that() {
    let pool = memory_with("?pool_size=21&pool_idle=0s");
    let mut first = pool.connect().unwrap();
    first.run("INSERT INTO jars VALUES (1)").unwrap();
    assert_eq!(count(&mut pool.connect().unwrap()), 1);
    assert_eq!(count(&mut pool.clone().connect().unwrap()), 1, "a clone is the same pool");

    // Many at once; and none for a while.
    let many: Vec<_> = (0..20).map(|_| pool.connect().unwrap()).collect();
    drop(many);
    drop(first);
    assert_eq!(count(&mut pool.connect().unwrap()), 1);
}

#[test]
fn databases_in_memory_of_different_pools_are_different() {
    let (first, second) = (memory(), memory());
    first.connect().unwrap().run("INSERT INTO jars VALUES (1)").unwrap();
    assert_eq!(count(&mut first.connect().unwrap()), 1);
    assert_eq!(count(&mut second.connect().unwrap()), 0);
    drop(first);
    let third = Pool::open("sqlite::memory:").unwrap();
    assert!(third.connect().unwrap().run("SELECT * FROM jars").is_err(), "a new one is empty");
}

#[test]
fn an_open_transaction_is_rolled_back_when_the_connection_comes_back() {
    for begin in ["BEGIN", "BEGIN IMMEDIATE", "SAVEPOINT s"] {
        let pool = memory();
        let mut connection = pool.connect().unwrap();
        connection.run(begin).unwrap();
        connection.run("INSERT INTO jars VALUES (1)").unwrap();
        assert!(connection.in_transaction());
        drop(connection);
        let mut connection = pool.connect().unwrap();
        assert!(!connection.in_transaction());
        assert_eq!(count(&mut connection), 0);
        connection.run("INSERT INTO jars VALUES (1)").unwrap();
    }
}

#[test]
fn a_panic_gives_the_connection_back_clean() {
    let pool = memory();
    let panicked = thread::scope(|scope| {
        let work = scope.spawn(|| {
            let mut connection = pool.connect().unwrap();
            connection.run("BEGIN IMMEDIATE").unwrap();
            connection.run("INSERT INTO jars VALUES (1)").unwrap();
            panic!("in the middle of it");
        });
        work.join().is_err()
    });
    assert!(panicked);
    let mut connection = pool.connect().unwrap();
    assert_eq!(count(&mut connection), 0);
    connection.run("BEGIN IMMEDIATE").unwrap();
}

#[test]
fn a_connection_that_only_read_writes_for_the_next() {
    let pool = memory();
    let mut connection = pool.connect().unwrap();
    connection.set_read_only(true).unwrap();
    let error = connection.run("INSERT INTO jars VALUES (1)").unwrap_err();
    assert!(error.is_read_only(), "{error}");
    assert_eq!(count(&mut connection), 0, "it reads");
    connection.set_read_only(false).unwrap();
    connection.run("INSERT INTO jars VALUES (1)").unwrap();
    connection.set_read_only(true).unwrap();
    drop(connection);
    pool.connect().unwrap().run("INSERT INTO jars VALUES (2)").unwrap();
}

#[test]
fn the_observer_sees_what_connections_run_from_then_on() {
    let pool = memory();
    let mut before = pool.connect().unwrap();
    let seen: Arc<Mutex<Vec<(String, u64)>>> = Arc::default();
    let log = Arc::clone(&seen);
    pool.observe(Some(Arc::new(move |executed| {
        log.lock().unwrap().push((executed.statement.to_owned(), executed.times));
    })));
    before.run("INSERT INTO jars VALUES (1)").unwrap();

    let mut connection = pool.connect().unwrap();
    connection
        .with_text("INSERT INTO jars VALUES (?1)", |prepared| {
            for key in 2..5 {
                prepared.execute::<Error>(|to| to.bind(ValueRef::Integer(key)))?;
            }
            Ok::<(), Error>(())
        })
        .unwrap();
    assert!(connection.run("INSERT INTO jars VALUES (2)").is_err());
    assert_eq!(
        seen.lock().unwrap().as_slice(),
        [("INSERT INTO jars VALUES (?1)".to_owned(), 3), ("INSERT INTO jars VALUES (2)".to_owned(), 1)]
    );

    pool.observe(None);
    drop(connection);
    pool.connect().unwrap().run("DELETE FROM jars").unwrap();
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[test]
fn threads_share_a_pool() {
    let folder = tempfile::tempdir().unwrap();
    let pool = Pool::open(&format!("sqlite://{}/jars.db", folder.path().display())).unwrap();
    pool.connect().unwrap().run("CREATE TABLE jars (id INTEGER PRIMARY KEY)").unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    pool.connect().unwrap().run("INSERT INTO jars DEFAULT VALUES").unwrap();
                }
            });
        }
    });
    assert_eq!(count(&mut pool.connect().unwrap()), 100);
}

#[test]
fn what_is_printed_for_debugging_holds_no_path() {
    let folder = tempfile::tempdir().unwrap();
    let pool = Pool::open(&format!("sqlite://{}/secret.db", folder.path().display())).unwrap();
    let connection = pool.connect().unwrap();
    let printed = format!("{pool:?} {connection:?}");
    assert!(!printed.contains("secret"), "{printed}");
    assert!(printed.contains("Pool") && printed.contains("SQLite"), "{printed}");
}
