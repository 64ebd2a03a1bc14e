//! Transactions on PostgreSQL: what begins them, and what becomes of them when they collide, lock each other out, take too
//! long or lose their connection.
//!
//! `ONGGI_FAULT_RUNS` says how many rounds of random faults there are.

#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use onggi::{Database, Error, Id, Isolation, Model, Result, Session, TransactionOptions, sql};

#[path = "transactions_postgres/faults.rs"]
mod faults;
#[path = "../../driver/tests/server/mod.rs"]
mod server;

#[derive(Clone, Debug, Default, Model)]
struct Account {
    id: Id<Account>,
    balance: i64,
}

#[derive(Clone, Debug, Default, Model)]
struct Transfer {
    id: Id<Transfer>,
    #[model(unique)]
    number: i64,
    source: i64,
    target: i64,
    amount: i64,
}

const START: i64 = 1000;

/// A schema of its own, with accounts in it, and a database that works in it.
struct Bank {
    name: String,
    db: Database,
    /// For the questions and blows from outside.
    other: Database,
}

impl Bank {
    /// A bank of so many accounts, if there is a server.
    fn open(accounts: usize, options: &str) -> Option<Bank> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("onggi_bank_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let settings = format!("options=-csearch_path%3D{name}%20-cdeadlock_timeout%3D20ms");
        let named = |url: &str| server::with_option(url, &format!("application_name={name}"));
        let (url, other) = server::postgres(|url| Database::open(&named(url)))?;
        let url = named(&url);
        sql(format!("CREATE SCHEMA {name}")).execute(&mut other.connect().unwrap()).unwrap();
        let db = Database::open(&format!("{url}_db&{settings}&{options}")).unwrap();
        db.create_tables(onggi::models![Account, Transfer]).unwrap();
        let mut rows = vec![Account { balance: START, ..Default::default() }; accounts];
        db.connect().unwrap().insert_all(&mut rows).unwrap();
        Some(Bank { name, db, other })
    }

    /// Ends the connections of the bank's database whose server process meets a condition.
    fn kill(&self, which: &str) {
        kill(&self.other, &format!("application_name = '{}_db' AND {which}", self.name));
    }

    fn total(&self) -> i64 {
        let accounts: Vec<Account> = Account::query().all(&mut self.db.connect().unwrap()).unwrap();
        accounts.iter().map(|account| account.balance).sum()
    }

    fn numbers(&self) -> Vec<i64> {
        let query = Transfer::query().select(|t| t.number).order_by(|t| t.number);
        query.all(&mut self.db.connect().unwrap()).unwrap()
    }

    fn assert_nothing_leaked(&self) {
        let metrics = self.db.pool_metrics();
        assert_eq!((metrics.in_use, metrics.waiting), (0, 0), "{metrics:?}");
        assert!(metrics.open <= metrics.size, "{metrics:?}");
        assert_eq!(metrics.created - metrics.closed, metrics.open as u64, "{metrics:?}");
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        let dropped = format!("DROP SCHEMA {} CASCADE", self.name);
        drop(self.other.connect().and_then(|mut connection| sql(dropped).execute(&mut connection)));
    }
}

fn kill(other: &Database, which: &str) {
    let text = format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {which}");
    sql(text).all::<bool, _>(&mut other.connect().unwrap()).unwrap();
}

fn process(session: &mut Session) -> Result<i64> {
    sql("SELECT pg_backend_pid()::bigint").one(session)
}

fn transfer(session: &mut Session, number: i64, source: i64, target: i64, amount: i64) -> Result<()> {
    let (from, to) = (session.get_one::<Account>(source)?, session.get_one::<Account>(target)?);
    session[from].balance -= amount;
    session[to].balance += amount;
    session.add(Transfer { number, source, target, amount, ..Default::default() });
    session.flush()
}

#[test]
fn options_are_said_where_a_transaction_begins() {
    let Some(bank) = Bank::open(1, "") else { return };
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&seen);
    bank.db.on_statement(move |executed| log.lock().unwrap().push(executed.statement.to_owned()));
    let options = TransactionOptions::new();
    for (options, begins) in [
        (options, &["BEGIN ISOLATION LEVEL SERIALIZABLE"][..]),
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
    ] {
        bank.db.transaction_with(options, |_| Ok(())).unwrap();
        let got = std::mem::take(&mut *seen.lock().unwrap());
        assert_eq!(got[..got.len() - 1], *begins);
        assert_eq!(got.last().unwrap(), "COMMIT");
    }
    bank.db.read(|session| Account::query().count(session)).unwrap();
    assert_eq!(seen.lock().unwrap()[0], "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

#[test]
fn a_statement_that_takes_too_long_is_stopped_in_that_transaction_alone() {
    let Some(bank) = Bank::open(1, "pool_size=1") else { return };
    let options = TransactionOptions::new().statement_timeout(Duration::from_millis(30));
    let sleep = |session: &mut Session| sql("SELECT pg_sleep(0.1)::text").one::<String, _>(session);
    let error = bank.db.transaction_with(options, sleep).unwrap_err();
    assert!(error.is_timeout() && !error.is_lost() && !error.is_pool_timeout(), "{error}");
    bank.db.transaction(sleep).unwrap();
    for limit in [Duration::ZERO, Duration::from_micros(999), Duration::MAX] {
        let refused = bank.db.transaction_with(options.statement_timeout(limit), sleep).unwrap_err();
        assert!(refused.to_string().contains("is limited to 1 ms up to"), "{refused}");
    }
    bank.assert_nothing_leaked();
}

#[test]
fn what_reads_and_writes_the_same_row_at_once_counts_right() {
    let Some(bank) = Bank::open(1, "pool_size=4") else { return };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let options = TransactionOptions::new().attempts(1000);
                for _ in 0..10 {
                    let counted = bank.db.transaction_with(options, |session| {
                        let account = session.get_one::<Account>(1)?;
                        session[account].balance += 1;
                        Ok(())
                    });
                    counted.unwrap();
                }
            });
        }
    });
    assert_eq!(bank.total(), START + 40);
    bank.assert_nothing_leaked();
}

#[test]
fn attempts_are_bounded() {
    let Some(bank) = Bank::open(1, "pool_size=2") else { return };
    for (options, expected) in [(TransactionOptions::new(), 10), (TransactionOptions::new().attempts(2), 2)] {
        let mut runs = 0;
        let lost = bank.db.transaction_with(options, |session| {
            runs += 1;
            let process = process(session)?;
            bank.kill(&format!("pid = {process}"));
            Account::query().count(session)
        });
        let error = lost.unwrap_err();
        assert!(error.is_lost() && !error.is_outcome_unknown(), "{error}");
        assert_eq!(runs, expected);
    }
    bank.assert_nothing_leaked();
}

#[test]
fn who_locks_rows_in_opposite_order_finishes() {
    let Some(bank) = Bank::open(2, "pool_size=4") else { return };
    let options = TransactionOptions::new().isolation(Isolation::ReadCommitted).attempts(1000);
    let add = "UPDATE account SET balance = balance + 1 WHERE id = ";
    thread::scope(|scope| {
        for rows in [[1, 2], [2, 1], [1, 2], [2, 1]] {
            let bank = &bank;
            scope.spawn(move || {
                for _ in 0..5 {
                    let added = bank.db.transaction_with(options, |session| {
                        rows.iter().try_for_each(|row| sql(format!("{add}{row}")).execute(session).map(drop))
                    });
                    added.unwrap();
                }
            });
        }
    });
    assert_eq!(bank.total(), 2 * START + 40);
    bank.assert_nothing_leaked();
}

#[test]
fn a_connection_lost_in_the_middle_of_a_commit_is_an_outcome_unknown_and_is_not_tried_again() {
    let Some(bank) = Bank::open(2, "pool_size=2") else { return };
    // Checks that wait for the commit run within it.
    for text in [
        "CREATE FUNCTION suicide() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON transfer DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW WHEN (NEW.amount = 13) EXECUTE FUNCTION suicide()",
    ] {
        sql(text).execute(&mut bank.db.connect().unwrap()).unwrap();
    }
    let mut runs = 0;
    let error = bank.db.transaction(|session| {
        runs += 1;
        transfer(session, 1, 1, 2, 13)
    });
    let error = error.unwrap_err();
    assert!(error.is_outcome_unknown() && !error.is_lost(), "{error}");
    assert_eq!(runs, 1);
    bank.assert_nothing_leaked();
    assert_eq!((bank.total(), bank.numbers().len()), (2 * START, 0));
}

/// The connection is ended behind each of the statements in turn, from the first to the last before the commit.
#[test]
fn a_connection_lost_at_any_step_before_the_commit_is_not_noticed_by_who_called() {
    let Some(bank) = Bank::open(2, "pool_size=2") else { return };
    let (step, victim) = (Arc::new(AtomicI64::new(i64::MAX)), Arc::new(AtomicI64::new(0)));
    let (other, left, of) = (bank.other.clone(), Arc::clone(&step), Arc::clone(&victim));
    bank.db.on_statement(move |_| {
        if left.fetch_sub(1, Ordering::Relaxed) == 1 {
            kill(&other, &format!("pid = {}", of.load(Ordering::Relaxed)));
        }
    });
    let mut number = 0;
    loop {
        number += 1;
        let mut runs = 0;
        let moved = bank.db.transaction(|session| {
            runs += 1;
            victim.store(process(session)?, Ordering::Relaxed);
            if runs == 1 {
                step.store(number, Ordering::Relaxed);
            }
            transfer(session, number, 1, 2, 1)
        });
        moved.unwrap();
        step.store(i64::MAX, Ordering::Relaxed);
        assert_eq!(bank.numbers(), (1..=number).collect::<Vec<_>>(), "each is written once");
        if runs == 1 {
            break;
        }
        assert_eq!(runs, 2);
    }
    assert!(number > 5, "only {number} steps");
    assert_eq!(bank.total(), 2 * START);
    bank.assert_nothing_leaked();
}
