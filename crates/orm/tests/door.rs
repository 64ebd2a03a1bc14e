//! The asynchronous door: what its futures promise, on SQLite and, where servers are found, on PostgreSQL and MariaDB.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Waker};
use std::thread::sleep;
use std::time::Duration;

use onggi::{Database, Error, Id, Model, Result};
use tokio::runtime::{Builder, Runtime};

#[path = "mysql/mod.rs"]
mod mysql;
#[path = "postgres/mod.rs"]
mod postgres;

#[derive(Clone, Debug, Default, Model)]
struct Jar {
    id: Id<Jar>,
    liters: i64,
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

/// Runs a test on a database of its own of each kind, with these options of the pool.
fn on_each(options: &str, test: impl Fn(Database)) {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite://{}?{options}", folder.path().join("jars.db").display());
    test(with_tables(&file));
    if let Some(schema) = postgres::Schema::open() {
        test(with_tables(&format!("{}&{options}", schema.url())));
    }
    if let Some(own) = mysql::Own::open() {
        test(with_tables(&mysql::server::with_option(own.url(), options)));
    }
}

fn with_tables(url: &str) -> Database {
    let db = Database::open(url).unwrap();
    db.create_tables(onggi::models![Jar]).unwrap();
    db
}

fn count(db: &Database) -> u64 {
    Jar::query().count(&mut db.connect().unwrap()).unwrap()
}

#[test]
fn a_closure_that_gives_ok_is_committed_and_one_that_gives_an_error_is_not() {
    on_each("pool_size=4", |db| {
        runtime().block_on(async {
            let added = db.run(|session| {
                session.add(Jar::default());
                Ok("added")
            });
            assert_eq!(added.await.unwrap(), "added");
            let failed = db.run(|session| {
                session.add(Jar::default());
                session.flush()?;
                Err::<(), _>(Error::other("on second thoughts"))
            });
            assert_eq!(failed.await.unwrap_err().to_string(), "on second thoughts");
            assert_eq!(db.run_read(|session| Jar::query().count(session)).await.unwrap(), 1);
            let refused = db.run_read(|session| {
                session.add(Jar::default());
                session.flush()
            });
            assert!(refused.await.unwrap_err().is_read_only());
        });
        assert_eq!(count(&db), 1);
    });
}

#[test]
fn a_panic_arrives_where_the_future_is_awaited_and_leaves_nothing_behind() {
    on_each("pool_size=1", |db| {
        let panicked = std::panic::catch_unwind(AssertUnwindSafe(|| {
            runtime().block_on(db.run(|session| -> Result<()> {
                session.add(Jar::default());
                session.flush()?;
                panic!("dropped the jar")
            }))
        }));
        assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "dropped the jar");
        assert_eq!(count(&db), 0, "and the one connection is free again");
    });
}

/// A unit of work that adds a jar, says so, and goes on when it is told to.
fn held(
    db: &Database,
    added: Sender<()>,
    go_on: Receiver<()>,
) -> impl Future<Output = Result<()>> + Send + 'static {
    let db = db.clone();
    async move {
        db.run(move |session| {
            session.add(Jar::default());
            session.flush()?;
            added.send(()).unwrap();
            // Whoever gave the work up has dropped the other end.
            let _ = go_on.recv();
            Ok(())
        })
        .await
    }
}

#[test]
fn a_future_that_is_dropped_rolls_back() {
    on_each("pool_size=1&pool_timeout=20s", |db| {
        let runtime = runtime();
        let ((added, is_added), (go, go_on)) = (channel(), channel());
        let task = runtime.spawn(held(&db, added, go_on));
        is_added.recv().unwrap();
        task.abort();
        assert!(runtime.block_on(task).unwrap_err().is_cancelled());
        drop(go);
        // The connection is the only one: who gets it comes after the work's end.
        assert_eq!(count(&db), 0);
    });
}

#[test]
fn a_future_that_is_dropped_cancels_what_runs() {
    const LONG: &str = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 900) \
        SELECT count(*) FROM n a, n b, n c, n d, n e, n f";
    on_each("pool_size=1&pool_timeout=60s", |db| {
        let runtime = runtime();
        let (ended, end) = channel();
        let (begun, begins) = channel();
        let work = db.clone();
        let task = runtime.spawn(async move {
            work.run(move |session| {
                session.add(Jar::default());
                session.flush()?;
                begun.send(()).unwrap();
                // It goes on after the error, and is cancelled again.
                for _ in 0..2 {
                    let cancelled = onggi::sql(LONG).one::<i64, _>(session).unwrap_err();
                    ended.send((cancelled.is_cancelled(), cancelled.to_string())).unwrap();
                    session.rollback()?;
                }
                Ok(())
            })
            .await
        });
        begins.recv().unwrap();
        task.abort();
        assert!(runtime.block_on(task).unwrap_err().is_cancelled());
        for _ in 0..2 {
            let (cancelled, said) = end.recv().unwrap();
            assert!(cancelled, "{said}");
        }
        assert_eq!(count(&db), 0);
    });
}

/// Raises what a server says of a collision.
fn collide(connection: &mut onggi_driver::Connection) -> std::result::Result<(), onggi_driver::Error> {
    connection.run("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$").or_else(|error| match error
        .is_serialization_failure()
    {
        true => Err(error),
        false => connection.run("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock'"),
    })
}

/// Its first commit collides, and nobody waits any more when it would be done again.
#[test]
fn work_that_is_given_up_while_it_commits_is_not_done_again() {
    on_each("pool_size=1&pool_timeout=60s", |db| {
        let (committing, commits) = channel();
        let (go, go_on) = channel::<()>();
        let go_on = std::sync::Mutex::new(go_on);
        let (steps, ran) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
        db.intercept(Some(Arc::new(move |connection| {
            // It begins, inserts and commits.
            if steps.fetch_add(1, Ordering::SeqCst) != 2 {
                return Ok(());
            }
            committing.send(()).unwrap();
            let _ = go_on.lock().unwrap().recv();
            collide(connection)
        })));
        let (work, counter, runtime) = (db.clone(), Arc::clone(&ran), runtime());
        let task = runtime.spawn(async move {
            work.run(move |session| {
                counter.fetch_add(1, Ordering::SeqCst);
                session.add(Jar::default());
                session.flush()
            })
            .await
        });
        commits.recv().unwrap();
        task.abort();
        assert!(runtime.block_on(task).unwrap_err().is_cancelled());
        drop(go);
        assert_eq!((count(&db), ran.load(Ordering::SeqCst)), (0, 1));
    });
}

#[test]
fn work_that_waits_for_its_turn_never_runs_when_its_future_is_dropped() {
    on_each("pool_size=1&pool_timeout=20s", |db| {
        let runtime = runtime();
        let ((added, is_added), (go, go_on)) = (channel(), channel());
        let first = runtime.spawn(held(&db, added, go_on));
        is_added.recv().unwrap();

        let ran = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&ran);
        let other = db.clone();
        let second = runtime
            .spawn(async move { other.run(move |_| Ok(counter.fetch_add(1, Ordering::Relaxed))).await });
        sleep(Duration::from_millis(20));
        second.abort();
        assert!(runtime.block_on(second).unwrap_err().is_cancelled());
        go.send(()).unwrap();
        runtime.block_on(first).unwrap().unwrap();
        assert_eq!(count(&db), 1);
        assert_eq!(ran.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn no_more_work_runs_at_once_than_there_are_connections() {
    on_each("pool_size=3", |db| {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        // More tasks than the runtime may have threads for blocking work.
        let runtime = Builder::new_current_thread().enable_time().max_blocking_threads(8).build().unwrap();
        runtime.block_on(async {
            let tasks: Vec<_> = (0..200)
                .map(|_| {
                    let (db, running, most) = (db.clone(), Arc::clone(&running), Arc::clone(&most));
                    tokio::spawn(async move {
                        db.run_read(move |session| {
                            most.fetch_max(1 + running.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                            let count = Jar::query().count(session);
                            running.fetch_sub(1, Ordering::SeqCst);
                            count
                        })
                        .await
                    })
                })
                .collect();
            for task in tasks {
                assert_eq!(task.await.unwrap().unwrap(), 0);
            }
        });
        let most = most.load(Ordering::SeqCst);
        assert!((1..=3).contains(&most), "{most} ran at once");
        assert!(db.pool_metrics().created <= 3);
    });
}

#[test]
fn who_waits_too_long_is_told_who_has_the_connections() {
    on_each("pool_size=1&pool_timeout=50ms", |db| {
        let runtime = runtime();
        let ((added, is_added), (go, go_on)) = (channel(), channel());
        let first = runtime.spawn(held(&db, added, go_on));
        is_added.recv().unwrap();
        let error = runtime.block_on(db.run(|_| Ok(()))).unwrap_err();
        assert!(error.is_pool_timeout(), "{error}");
        assert!(error.to_string().contains("all 1 are in use (option pool_size)"), "{error}");
        assert_eq!(db.pool_metrics().timeouts, 1);
        go.send(()).unwrap();
        runtime.block_on(first).unwrap().unwrap();
    });
}

#[test]
fn units_of_work_that_collide_run_again_until_all_are_done() {
    on_each("pool_size=8", |db| {
        let mut jar = Jar::default();
        db.connect().unwrap().insert(&mut jar).unwrap();
        let runtime = runtime();
        let tasks: Vec<_> = (0..32)
            .map(|_| {
                let (db, id) = (db.clone(), jar.id);
                let options = onggi::TransactionOptions::new().attempts(200);
                runtime.spawn(async move {
                    db.run_with(options, move |session| {
                        let jar = session.get_one::<Jar>(id)?;
                        session[jar].liters += 1;
                        Ok(())
                    })
                    .await
                })
            })
            .collect();
        for task in tasks {
            runtime.block_on(task).unwrap().unwrap();
        }
        let jar = Jar::query().one(&mut db.connect().unwrap()).unwrap();
        assert_eq!(jar.liters, 32);
    });
}

#[test]
fn without_a_runtime_it_says_what_to_do() {
    on_each("pool_size=1", |db| {
        let mut run = pin!(db.run(|_| Ok(())));
        let Poll::Ready(done) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("it waits for nothing")
        };
        let error = done.unwrap_err().to_string();
        assert!(error.contains("tokio runtime") && error.contains("`transaction`"), "{error}");
    });
}
