//! Statements that are stopped: by a limit on their time, or from another thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use onggi::{Error, Executor, Id, Model, Result, State, TransactionOptions};

use crate::Harness;

#[derive(Clone, Debug, Default, Model)]
struct Number {
    id: Id<Number>,
    value: i64,
}

fn create(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Number])?;
    let mut numbers = vec![Number::default(); 1000];
    harness.connect()?.insert_all(&mut numbers)?;
    harness.statements();
    Ok(())
}

/// A statement that does not end while anybody waits for it.
fn endless(executor: &mut impl Executor) -> Result<u64> {
    // The number of all pairs would be known without looking at them.
    let pairs = Number::query().filter(|n| n.value.ge(0)).cross_join::<Number>().cross_join::<Number>();
    pairs.cross_join::<Number>().cross_join::<Number>().count(executor)
}

pub fn a_statement_that_takes_too_long_is_stopped_in_that_transaction_alone(harness: &Harness) -> Result<()> {
    create(harness)?;
    let database = harness.database();
    let options = TransactionOptions::new().statement_timeout(Duration::from_millis(30));
    let mut runs = 0;
    let stopped = database.transaction_with(options, |session| {
        runs += 1;
        endless(session)
    });
    let error = stopped.expect_err("it took too long");
    assert!(error.is_timeout() && !error.is_cancelled(), "{error}");
    assert_eq!(runs, 1, "it would take as long again");
    // What takes no time is not stopped, however long the transaction takes.
    let count = database.transaction_with(options, |session| {
        (0..200).try_for_each(|_| Number::query().count(session).map(drop))?;
        Number::query().count(session)
    })?;
    assert_eq!(count, 1000);
    // The limit is the transaction's: this one goes on until it is cancelled.
    let mut session = database.session()?;
    let error = cancelled(&mut session, |session| session.cancel_handle(), endless);
    assert!(error.is_cancelled(), "{error}");
    Ok(())
}

/// Runs an endless statement and cancels it, and says what it failed with.
fn cancelled<E: Executor + Send>(
    executor: &mut E,
    handle: impl FnOnce(&mut E) -> onggi::CancelHandle,
    work: impl FnOnce(&mut E) -> Result<u64>,
) -> Error {
    let (handle, done) = (handle(executor), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            // Nobody knows when the statement has begun.
            while !done.load(Ordering::Relaxed) {
                handle.cancel().expect("a server that can be asked");
            }
        });
        let result = work(executor);
        done.store(true, Ordering::Relaxed);
        result.expect_err("it was cancelled")
    })
}

/// What was asked of a server last may come behind the statement that it was to end.
fn settled<T>(mut work: impl FnMut() -> Result<T>) -> Result<T> {
    loop {
        match work() {
            Err(error) if error.is_cancelled() => {}
            result => return result,
        }
    }
}

pub fn a_statement_is_cancelled_from_another_thread(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut session = harness.session()?;
    let first = session.get_one::<Number>(1)?;
    session[first].value = 7;
    let error = cancelled(&mut session, |session| session.cancel_handle(), endless);
    assert!(error.is_cancelled() && !error.is_timeout() && !error.is_lost(), "{error}");
    settled(|| session.rollback())?;
    assert_eq!((session.state(first), session[first].value), (State::Persistent, 0));
    session[first].value = 8;
    settled(|| {
        session.commit().inspect_err(|_| drop(session.rollback().map(|()| session[first].value = 8)))
    })?;
    assert_eq!(harness.rows::<Number>()?[0].value, 8);

    let mut connection = harness.connect()?;
    let error = cancelled(&mut connection, |connection| connection.cancel_handle(), endless);
    assert!(error.is_cancelled(), "{error}");
    assert_eq!(settled(|| Number::query().count(&mut connection))?, 1000);
    Ok(())
}

pub fn a_handle_of_a_session_that_is_gone_cancels_nothing(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut session = harness.session()?;
    let handle = session.cancel_handle();
    drop(session);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                handle.cancel().expect("nothing is asked");
            }
        });
        let counted = (0..100).try_for_each(|_| {
            let count = Number::query().count(&mut harness.session()?)?;
            assert_eq!(count, 1000);
            Ok(())
        });
        done.store(true, Ordering::Relaxed);
        counted
    })
}
