//! Transactions on servers: what becomes of them when they collide, lock each other out, take too long or lose their
//! connection.
//!
//! `ONGGI_FAULT_RUNS` says how many rounds of random faults there are.

#![cfg(all(feature = "postgres", feature = "mysql"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bank::{Account, Bank, START, Transfer, at_each, transfer};
use onggi::{Error, Isolation, Model as _, Result, Session, State, TransactionOptions, sql};
use relay::{Cut, Relay};

#[path = "transactions_servers/bank.rs"]
mod bank;
#[path = "transactions_servers/faults.rs"]
mod faults;
#[path = "transactions_servers/relay.rs"]
mod relay;
#[path = "../../driver/tests/server/mod.rs"]
mod server;

#[test]
fn options_are_said_where_a_transaction_begins() {
    let options = TransactionOptions::new();
    let of_postgresql: &[(TransactionOptions, &[&str])] = &[
        (options, &["BEGIN ISOLATION LEVEL SERIALIZABLE"]),
        (options.isolation(Isolation::ReadCommitted), &["BEGIN ISOLATION LEVEL READ COMMITTED"]),
        (
            options.isolation(Isolation::RepeatableRead).read_only(),
            &["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"],
        ),
        (options.read_only().deferrable(), &["BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE"]),
        (
            options.statement_timeout(Duration::from_millis(1500)),
            &["BEGIN ISOLATION LEVEL SERIALIZABLE", "SET LOCAL statement_timeout = 1500"],
        ),
    ];
    let of_mariadb: &[(TransactionOptions, &[&str])] =
        &[(options, &["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "START TRANSACTION"])];
    at_each(1, "", |bank| {
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&seen);
        bank.db.on_statement(move |executed| log.lock().unwrap().push(executed.statement.to_owned()));
        for (options, begins) in if bank.is_postgresql() { of_postgresql } else { of_mariadb } {
            bank.db.transaction_with(*options, |_| Ok(())).unwrap();
            let got = std::mem::take(&mut *seen.lock().unwrap());
            assert_eq!(got[..got.len() - 1], **begins);
            assert_eq!(got.last().unwrap(), "COMMIT");
        }
        bank.db.read(|session| Account::query().count(session)).unwrap();
        let got = seen.lock().unwrap();
        if bank.is_postgresql() {
            assert_eq!(got[0], "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        } else {
            assert_eq!(
                got[..2],
                [
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                    "START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT"
                ]
            );
        }
    });
}

#[test]
fn a_statement_that_takes_too_long_is_stopped_in_that_transaction_alone() {
    at_each(1, "pool_size=1", |bank| {
        let options = TransactionOptions::new().statement_timeout(Duration::from_millis(30));
        let text = match bank.is_postgresql() {
            true => "SELECT pg_sleep(0.1)::text",
            // MySQL interrupts one sleep without an error.
            false => "SELECT CAST(max(sleep(0.05)) AS CHAR) FROM (SELECT 1 UNION ALL SELECT 2) AS two",
        };
        let sleep = |session: &mut Session| sql(text).one::<String, _>(session);
        let error = bank.db.transaction_with(options, sleep).unwrap_err();
        assert!(error.is_timeout() && !error.is_lost() && !error.is_pool_timeout(), "{error}");
        bank.db.transaction(sleep).unwrap();
        for limit in [Duration::ZERO, Duration::from_micros(999), Duration::MAX] {
            let refused = bank.db.transaction_with(options.statement_timeout(limit), sleep).unwrap_err();
            assert!(refused.to_string().contains("is limited to 1 ms up to"), "{refused}");
        }
        bank.assert_nothing_leaked();
    });
}

/// Each looks at all rows, so that any two of them collide.
#[test]
fn units_of_work_that_all_collide_finish_in_the_usual_number_of_attempts() {
    at_each(20, "pool_size=8", |bank| {
        thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        let counted = bank.db.transaction(|session| {
                            let poorest = Account::query().order_by(|a| a.balance).limit(1).one(session)?;
                            session[poorest].balance += 1;
                            Ok(())
                        });
                        counted.unwrap();
                    }
                });
            }
        });
        let rich = Account::query().filter(|a| a.balance.eq(START + 320 / 20));
        assert_eq!(rich.count(&mut bank.db.connect().unwrap()).unwrap(), 20);
        bank.assert_nothing_leaked();
    });
}

#[test]
fn attempts_are_bounded() {
    at_each(1, "pool_size=2", |bank| {
        for (options, expected) in
            [(TransactionOptions::new(), 10), (TransactionOptions::new().attempts(2), 2)]
        {
            let mut runs = 0;
            let lost = bank.db.transaction_with(options, |session| {
                runs += 1;
                bank.end(bank.connection(session)?);
                Account::query().count(session)
            });
            let error = lost.unwrap_err();
            assert!(error.is_lost() && !error.is_outcome_unknown(), "{error}");
            assert_eq!(runs, expected);
        }
        bank.assert_nothing_leaked();
    });
}

#[test]
fn who_locks_rows_in_opposite_order_finishes() {
    at_each(2, "pool_size=4", |bank| {
        let options = TransactionOptions::new().isolation(Isolation::ReadCommitted);
        let add = "UPDATE account SET balance = balance + 1 WHERE id = ";
        thread::scope(|scope| {
            for rows in [[1, 2], [2, 1], [1, 2], [2, 1]] {
                scope.spawn(move || {
                    for _ in 0..5 {
                        let added = bank.db.transaction_with(options, |session| {
                            rows.iter()
                                .try_for_each(|row| sql(format!("{add}{row}")).execute(session).map(drop))
                        });
                        added.unwrap();
                    }
                });
            }
        });
        assert_eq!(bank.total(), 2 * START + 40);
        bank.assert_nothing_leaked();
    });
}

/// It is a transaction of its own, and its answer is that of a commit.
#[test]
fn a_connection_lost_during_a_statement_outside_of_transactions_that_writes_is_an_outcome_unknown() {
    at_each(1, "pool_size=2", |bank| {
        let (ends_itself, number) = match bank.is_postgresql() {
            true => (
                "UPDATE account SET balance = 0 WHERE pg_terminate_backend(pg_backend_pid())",
                "SELECT pg_backend_pid()",
            ),
            false => ("KILL connection_id()", "SELECT connection_id()"),
        };
        let mut connection = bank.db.connect().unwrap();
        let error = sql(ends_itself).execute(&mut connection).unwrap_err();
        assert!(error.is_outcome_unknown() && !error.is_lost(), "{error}");
        assert!(error.to_string().contains("whether it was done is not known"), "{error}");
        drop(connection);

        // What reads can be done again.
        let mut connection = bank.db.connect().unwrap();
        bank.end(sql(number).one::<i64, _>(&mut connection).unwrap());
        let error = Account::query().count(&mut connection).unwrap_err();
        assert!(error.is_lost(), "{error}");
        drop(connection);

        let lost = bank.db.transaction_with(TransactionOptions::new().attempts(1), |session| {
            sql(ends_itself).execute(session)
        });
        assert!(lost.unwrap_err().is_lost());
        assert_eq!(bank.total(), START);
        bank.assert_nothing_leaked();
    });
}

#[test]
fn a_connection_lost_before_a_statement_is_prepared_undoes_the_objects() {
    at_each(1, "pool_size=1", |bank| {
        let runs: [fn(&mut Session) -> Result<()>; 4] = [
            |session| Account::query().explain(session).map(drop),
            |session| Account::query().sql(session).map(drop),
            |session| sql("SELECT id FROM account").all::<i64, _>(session).map(drop),
            |session| sql("DELETE FROM account").execute(session).map(drop),
        ];
        for run in runs {
            let mut session = bank.db.session().unwrap();
            let new = session.add(Transfer { number: 1, ..Default::default() });
            session.flush().unwrap();
            bank.connections().into_iter().for_each(|connection| bank.end(connection));
            let error = run(&mut session).unwrap_err();
            assert!(error.is_lost(), "{error}");
            assert_eq!(session.state(new), State::Detached);
        }
    });
}

/// Whether the commit arrived, only the database knows.
#[test]
fn a_connection_lost_in_the_middle_of_a_commit_is_an_outcome_unknown_and_is_not_tried_again() {
    at_each(2, "pool_size=2", |bank| {
        for (cut, number, written) in [(Cut::Before, 1, 0), (Cut::Behind, 2, 1)] {
            let Some(relay) = Relay::before(bank.url(), cut) else { return };
            let db = onggi::Database::open(relay.url()).unwrap();
            let mut runs = 0;
            let error = db.transaction(|session| {
                runs += 1;
                transfer(session, number, 1, 2, 13)
            });
            let error = error.unwrap_err();
            assert!(error.is_outcome_unknown() && !error.is_lost(), "{error}");
            assert_eq!((runs, db.pool_metrics().in_use), (1, 0));
            bank.until_alone();
            assert_eq!((bank.total(), bank.numbers().len()), (2 * START, written), "{cut:?}");
        }
    });
}

/// The connection is ended behind each of the statements in turn, from the first to the last before the commit.
#[test]
fn a_connection_lost_at_any_step_before_the_commit_is_not_noticed_by_who_called() {
    at_each(2, "pool_size=2", |bank| {
        let (step, victim) = (Arc::new(AtomicI64::new(i64::MAX)), Arc::new(AtomicI64::new(0)));
        let (ends, left, of) = (bank.ends(), Arc::clone(&step), Arc::clone(&victim));
        bank.db.on_statement(move |_| {
            if left.fetch_sub(1, Ordering::Relaxed) == 1 {
                ends(of.load(Ordering::Relaxed));
            }
        });
        let mut number = 0;
        loop {
            number += 1;
            let mut runs = 0;
            let moved = bank.db.transaction(|session| {
                runs += 1;
                victim.store(bank.connection(session)?, Ordering::Relaxed);
                if runs == 1 {
                    step.store(number, Ordering::Relaxed);
                }
                transfer(session, number, 1, 2, 1)
            });
            step.store(i64::MAX, Ordering::Relaxed);
            match moved {
                // MariaDB says no farewell: who sends a commit hears of the end by no answer.
                Err(error) if !bank.is_postgresql() && error.is_outcome_unknown() => {
                    assert_eq!(runs, 1, "it is not tried again");
                    bank.until_alone();
                    number -= 1;
                    break;
                }
                moved => moved.unwrap(),
            }
            assert_eq!(bank.numbers(), (1..=number).collect::<Vec<_>>(), "each is written once");
            if runs == 1 {
                break;
            }
            assert_eq!(runs, 2);
        }
        assert!(number > 5, "only {number} steps");
        assert_eq!(bank.numbers(), (1..=number).collect::<Vec<_>>());
        assert_eq!(bank.total(), 2 * START);
        bank.assert_nothing_leaked();
    });
}
