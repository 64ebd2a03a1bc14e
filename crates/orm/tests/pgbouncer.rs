//! PostgreSQL behind PgBouncer in transaction mode, where each transaction may be another server process's.

#![cfg(all(unix, feature = "postgres"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use onggi::{Database, Id, Model, TransactionOptions, sql};

#[path = "../../driver/tests/server/mod.rs"]
mod server;

#[derive(Clone, Debug, Default, Model)]
struct Account {
    id: Id<Account>,
    #[model(unique)]
    owner: String,
    balance: i64,
}

/// A database of its own, and a pooler of two server connections before it.
struct Pooler {
    server: Database,
    database: String,
    url: String,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Pooler {
    /// One, if there are a server and a pooler.
    fn start() -> Option<Pooler> {
        let (url, server) = server::postgres(Database::open)?;
        let (user, place) = taken_apart(&url)?;
        let Ok(version) = Command::new("pgbouncer").arg("--version").output() else {
            eprintln!("skipped: no pgbouncer is installed");
            return None;
        };
        assert!(version.status.success());
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let database = format!("onggi_pooled_{}_{number}", std::process::id());
        sql(format!("CREATE DATABASE {database}")).execute(&mut server.connect().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = folder.path().join("pgbouncer.ini");
        let (host, server_port) = place.split_once(':').unwrap_or((&place, "5432"));
        fs::write(
            &settings,
            format!(
                "[databases]\n* = host={host} port={server_port} user={user}\n[pgbouncer]\npool_mode = transaction\n\
                 default_pool_size = 2\nauth_type = any\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            ),
        )
        .unwrap();
        let mut command = Command::new("pgbouncer");
        // It does not run as the system's administrator.
        if fs::metadata("/proc/self").map(|own| own.uid()).unwrap_or(1) == 0 {
            command.args(["-u", "nobody"]);
        }
        let mut child = command.arg(&settings).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let up = lines.by_ref().map_while(Result::ok).find(|line| line.contains("process up"));
        assert!(up.is_some(), "pgbouncer did not start");
        thread::spawn(move || lines.for_each(drop));
        let url = format!("postgres://{user}@127.0.0.1:{port}/{database}?prepared_statements=off");
        Some(Pooler { server, database, url, child, _folder: folder })
    }

    fn open(&self, options: &str) -> Database {
        Database::open(&format!("{}{options}", self.url)).unwrap()
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        let dropped = format!("DROP DATABASE {} WITH (FORCE)", self.database);
        drop(self.server.connect().and_then(|mut connection| sql(dropped).execute(&mut connection)));
    }
}

/// User and place of a URL without a password.
fn taken_apart(url: &str) -> Option<(String, String)> {
    let rest = url.split_once("://")?.1.split(['/', '?']).next()?;
    let (user, place) = rest.split_once('@')?;
    if user.contains(':') {
        eprintln!("skipped: pgbouncer would need a file of passwords");
        return None;
    }
    Some((user.to_owned(), place.to_owned()))
}

#[test]
fn everything_works_where_each_transaction_is_another_processes() {
    let Some(pooler) = Pooler::start() else { return };
    let db = pooler.open("");
    db.create_tables(onggi::models![Account]).unwrap();
    let mut session = db.session().unwrap();
    let owners = ["Ann", "Bob", "Cleo", "Dan"];
    let accounts = session.add_all(owners.map(|owner| Account {
        owner: owner.into(),
        balance: 100,
        ..Default::default()
    }));
    session.commit().unwrap();
    session[accounts[3]].balance = 0;
    session.commit().unwrap();
    session.delete(accounts[3]).unwrap();
    session.commit().unwrap();
    drop(session);

    // The same statements on more connections than there are server processes, in and out of transactions.
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let options =
                    TransactionOptions::new().attempts(1000).statement_timeout(Duration::from_secs(60));
                for _ in 0..10 {
                    let moved = db.transaction_with(options, |session| {
                        let ann = Account::query().filter(|a| a.owner.eq("Ann")).one(session)?;
                        let bob = Account::query().filter(|a| a.owner.eq("Bob")).one(session)?;
                        session[ann].balance -= 1;
                        session[bob].balance += 1;
                        Ok(())
                    });
                    moved.unwrap();
                    let mut connection = db.connect().unwrap();
                    let count = Account::query().filter(|a| a.balance.ne(-1)).count(&mut connection).unwrap();
                    assert_eq!(count, 3);
                    let rows: Vec<Account> = Account::query().all(&mut connection).unwrap();
                    assert_eq!(rows.iter().map(|row| row.balance).sum::<i64>(), 300);
                }
            });
        }
    });
    let balances = Account::query().order_by(|a| a.owner).select(|a| a.balance);
    assert_eq!(balances.all(&mut db.connect().unwrap()).unwrap(), [40, 160, 100]);
}

#[test]
fn nothing_of_one_session_is_left_to_another() {
    let Some(pooler) = Pooler::start() else { return };
    let db = pooler.open("&pool_size=1");
    let zone = |db: &Database| -> String { sql("SHOW TimeZone").one(&mut db.connect().unwrap()).unwrap() };
    assert_eq!(zone(&db), "UTC");
    // The statement_timeout of a transaction is its own.
    let options = TransactionOptions::new().statement_timeout(Duration::from_millis(20));
    let sleep = "SELECT pg_sleep(0.05)::text";
    let stopped = db.transaction_with(options, |session| sql(sleep).one::<String, _>(session));
    assert!(stopped.unwrap_err().is_timeout());
    for _ in 0..3 {
        let others = pooler.open("&pool_size=1");
        sql(sleep).one::<String, _>(&mut others.connect().unwrap()).unwrap();
        assert_eq!(zone(&others), "UTC");
        // Nothing stays prepared.
        let kept: i64 =
            sql("SELECT count(*) FROM pg_prepared_statements").one(&mut others.connect().unwrap()).unwrap();
        assert_eq!(kept, 0);
    }
}

#[test]
fn a_table_that_changes_is_seen_as_it_is() {
    let Some(pooler) = Pooler::start() else { return };
    let db = pooler.open("&pool_size=2");
    let mut connection = db.connect().unwrap();
    sql("CREATE TABLE jars (liters INTEGER)").execute(&mut connection).unwrap();
    sql("INSERT INTO jars VALUES (7)").execute(&mut connection).unwrap();
    let all = "SELECT * FROM jars";
    assert_eq!(sql(all).one::<i64, _>(&mut connection).unwrap(), 7);
    sql("ALTER TABLE jars ALTER COLUMN liters TYPE TEXT").execute(&mut db.connect().unwrap()).unwrap();
    let error = sql(all).one::<String, _>(&mut connection).unwrap_err();
    assert!(error.is_serialization_failure(), "{error}");
    assert_eq!(sql(all).one::<String, _>(&mut connection).unwrap(), "7");
}
