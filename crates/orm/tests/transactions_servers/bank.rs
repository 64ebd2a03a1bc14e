//! Accounts on a server, in a place of their own.

use std::sync::atomic::{AtomicU32, Ordering};

use onggi::{Database, Id, Model, Result, Session, sql};

use super::server;

#[derive(Clone, Debug, Default, Model)]
pub struct Account {
    pub id: Id<Account>,
    pub balance: i64,
}

#[derive(Clone, Debug, Default, Model)]
pub struct Transfer {
    pub id: Id<Transfer>,
    #[model(unique)]
    pub number: i64,
    pub source: i64,
    pub target: i64,
    pub amount: i64,
}

/// What is in each account at first.
pub const START: i64 = 1000;

/// Moves money, and notes it.
pub fn transfer(session: &mut Session, number: i64, source: i64, target: i64, amount: i64) -> Result<()> {
    let (from, to) = (session.get_one::<Account>(source)?, session.get_one::<Account>(target)?);
    session[from].balance -= amount;
    session[to].balance += amount;
    session.add(Transfer { number, source, target, amount, ..Default::default() });
    session.flush()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Postgres,
    Mysql,
}

/// A schema or database of its own, with accounts in it.
pub struct Bank {
    kind: Kind,
    name: String,
    url: String,
    /// What works in it.
    pub db: Database,
    /// For the questions and blows from outside.
    other: Database,
    /// Where the server has its connections.
    processes: &'static str,
}

/// MySQL's list of processes fails where one of them runs a statement with bytes that are no text.
fn processes(kind: Kind, other: &Database) -> &'static str {
    if kind == Kind::Postgres {
        return "pg_stat_activity";
    }
    match other.connect().unwrap().version().contains("MariaDB") {
        true => "information_schema.processlist",
        false => {
            "(SELECT processlist_id AS id, processlist_db AS db FROM performance_schema.threads) AS processlist"
        }
    }
}

/// Runs a test on a bank of so many accounts at each server that there is, whose database is opened with options.
pub fn at_each(accounts: usize, options: &str, test: impl Fn(&Bank)) {
    for kind in [Kind::Postgres, Kind::Mysql] {
        if let Some(bank) = Bank::open(kind, accounts, options) {
            println!("{kind:?}");
            test(&bank);
        }
    }
}

impl Bank {
    fn open(kind: Kind, accounts: usize, options: &str) -> Option<Bank> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("onggi_bank_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let (url, other) = match kind {
            Kind::Postgres => server::postgres(Database::open)?,
            Kind::Mysql => server::mysql(Database::open)?,
        };
        let (create, url) = match kind {
            Kind::Postgres => {
                let settings = format!("options=-csearch_path%3D{name}%20-cdeadlock_timeout%3D20ms");
                let named = server::with_option(&url, &format!("application_name={name}"));
                (format!("CREATE SCHEMA {name}"), server::with_option(&named, &settings))
            }
            Kind::Mysql => (format!("CREATE DATABASE {name}"), server::with_database(&url, &name)),
        };
        sql(create).execute(&mut other.connect().unwrap()).unwrap();
        let url = match options {
            "" => url,
            options => server::with_option(&url, options),
        };
        let db = Database::open(&url).unwrap();
        db.create_tables(onggi::models![Account, Transfer]).unwrap();
        let mut rows = vec![Account { balance: START, ..Default::default() }; accounts];
        db.connect().unwrap().insert_all(&mut rows).unwrap();
        let processes = processes(kind, &other);
        Some(Bank { kind, name, url, db, other, processes })
    }

    pub fn is_postgresql(&self) -> bool {
        self.kind == Kind::Postgres
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The number of a session's connection.
    pub fn connection(&self, session: &mut Session) -> Result<i64> {
        match self.kind {
            Kind::Postgres => sql("SELECT pg_backend_pid()::bigint").one(session),
            Kind::Mysql => sql("SELECT connection_id()").one(session),
        }
    }

    /// The numbers of the connections to the bank.
    pub fn connections(&self) -> Vec<i64> {
        let text = match self.kind {
            Kind::Postgres => {
                "SELECT pid::bigint FROM pg_stat_activity WHERE application_name = ?".to_owned()
            }
            Kind::Mysql => format!("SELECT id FROM {} WHERE db = ?", self.processes),
        };
        sql(text).bind(self.name.clone()).all(&mut self.other.connect().unwrap()).unwrap()
    }

    /// Waits until no connections to the bank are open but those of its database.
    pub fn until_alone(&self) {
        while self.connections().len() > self.db.pool_metrics().open {
            std::thread::yield_now();
        }
    }

    /// Ends a connection. When it gives back, the connection is gone.
    pub fn end(&self, connection: i64) {
        self.ends()(connection);
    }

    /// The same as a function.
    pub fn ends(&self) -> impl Fn(i64) + Send + Sync + 'static {
        let (kind, other, processes) = (self.kind, self.other.clone(), self.processes);
        move |connection| {
            let mut other = other.connect().unwrap();
            let number = match kind {
                Kind::Postgres => {
                    let end = format!("SELECT pg_terminate_backend({connection})");
                    sql(end).one::<bool, _>(&mut other).unwrap();
                    "pid"
                }
                // One that is gone already is unknown.
                Kind::Mysql => {
                    let _ = sql(format!("KILL {connection}")).execute(&mut other);
                    "id"
                }
            };
            let left = format!("SELECT count(*) FROM {processes} WHERE {number} = {connection}");
            while sql(&*left).one::<i64, _>(&mut other).unwrap() > 0 {
                std::thread::yield_now();
            }
        }
    }

    pub fn total(&self) -> i64 {
        let accounts: Vec<Account> = Account::query().all(&mut self.db.connect().unwrap()).unwrap();
        accounts.iter().map(|account| account.balance).sum()
    }

    /// The numbers of the transfers, sorted.
    pub fn numbers(&self) -> Vec<i64> {
        let query = Transfer::query().select(|t| t.number).order_by(|t| t.number);
        query.all(&mut self.db.connect().unwrap()).unwrap()
    }

    pub fn assert_nothing_leaked(&self) {
        let metrics = self.db.pool_metrics();
        assert_eq!((metrics.in_use, metrics.waiting), (0, 0), "{metrics:?}");
        assert!(metrics.open <= metrics.size, "{metrics:?}");
        assert_eq!(metrics.created - metrics.closed, metrics.open as u64, "{metrics:?}");
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        let drops = match self.kind {
            Kind::Postgres => format!("DROP SCHEMA {} CASCADE", self.name),
            Kind::Mysql => format!("DROP DATABASE {}", self.name),
        };
        drop(self.other.connect().and_then(|mut connection| sql(drops).execute(&mut connection)));
    }
}
