//! Pools on servers, where connections break: what is broken is thrown away, and nobody else hears of it.

#![cfg(any(feature = "postgres", feature = "mysql"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::net::TcpListener;
use std::thread;

use onggi_driver::{Connection, Error, Pool, Type, ValueRef};

mod server;

/// Opens a pool at a URL.
type Opens<'a> = dyn Fn(&str) -> Result<Pool, Error> + 'a;

/// A kind of server, and what it is told.
struct Server {
    scheme: &'static str,
    open: fn(&Opens<'_>) -> Option<Pool>,
    /// Gives the connection's number.
    number: &'static str,
    /// Ends the connection of this number.
    end: fn(i64) -> String,
    /// Gives how many connections of this number are left.
    left: fn(i64) -> String,
    /// Gives many rows.
    many: &'static str,
}

const SERVERS: &[Server] = &[
    #[cfg(feature = "postgres")]
    Server {
        scheme: "postgres",
        open: |open| server::postgres(open).map(|(_, pool)| pool),
        number: "SELECT pg_backend_pid()",
        end: |number| format!("SELECT pg_terminate_backend({number})"),
        left: |number| format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {number}"),
        many: "SELECT n FROM generate_series(1, 100000) n",
    },
    #[cfg(feature = "mysql")]
    Server {
        scheme: "mysql",
        open: |open| server::mysql(open).map(|(_, pool)| pool),
        number: "SELECT connection_id()",
        end: |number| format!("KILL {number}"),
        left: |number| format!("SELECT count(*) FROM information_schema.processlist WHERE id = {number}"),
        many: "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 900) \
            SELECT a.n FROM n a, n b WHERE b.n < 100",
    },
];

/// Runs a test on a pool with options, at each server that there is.
fn on_each(options: &str, test: impl Fn(&Server, &Pool)) {
    for server in SERVERS {
        if let Some(pool) = (server.open)(&|url| Pool::open(&server::with_option(url, options))) {
            test(server, &pool);
        }
    }
}

fn number(connection: &mut Connection, statement: &str) -> Result<i64, Error> {
    connection.with_text(statement, |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        match rows.next_row()?.unwrap().value(0, Type::BIGINT)? {
            ValueRef::Integer(number) => Ok(number),
            other => panic!("{other:?}"),
        }
    })
}

/// Opens connections, gives them back, and then has the server end them.
fn broken_while_idle(server: &Server, pool: &Pool, count: usize) {
    let mut connections: Vec<_> = (0..count).map(|_| pool.connect().unwrap()).collect();
    let numbers = connections.iter_mut().map(|connection| number(connection, server.number).unwrap());
    let numbers: Vec<i64> = numbers.collect();
    drop(connections);
    let mut other = (server.open)(&Pool::open).unwrap().connect().unwrap();
    for ended in numbers {
        other.run(&(server.end)(ended)).unwrap();
        while number(&mut other, &(server.left)(ended)).unwrap() > 0 {
            thread::yield_now();
        }
    }
}

/// Has so many connections at once, and asks each.
fn all_answer(pool: &Pool, count: usize) {
    let mut connections: Vec<_> = (0..count).map(|_| pool.connect().unwrap()).collect();
    for connection in &mut connections {
        assert_eq!(number(connection, "SELECT 7").unwrap(), 7);
    }
}

#[test]
fn one_that_broke_while_it_was_idle_is_replaced_where_it_is_asked() {
    on_each("pool_check=0s&pool_size=3", |server, pool| {
        broken_while_idle(server, pool, 3);
        all_answer(pool, 3);
        let metrics = pool.metrics();
        assert_eq!((metrics.open, metrics.idle, metrics.created, metrics.closed), (3, 3, 6, 3));
    });
}

#[test]
fn once_one_is_found_broken_those_that_were_idle_then_are_asked() {
    on_each("pool_size=3", |server, pool| {
        broken_while_idle(server, pool, 3);
        let mut fresh = pool.connect().unwrap();
        let error = number(&mut fresh, "SELECT 7").unwrap_err();
        assert!(error.is_lost() && fresh.is_lost(), "{error}");
        assert!(number(&mut fresh, "SELECT 7").unwrap_err().is_lost(), "it stays broken");
        drop(fresh);
        all_answer(pool, 3);
        let metrics = pool.metrics();
        assert_eq!((metrics.open, metrics.in_use, metrics.created, metrics.closed), (3, 0, 6, 3));
    });
}

#[test]
fn a_panic_in_the_middle_of_rows_gives_the_connection_back_clean() {
    on_each("pool_size=1&pool_timeout=10s", |server, pool| {
        let id = number(&mut pool.connect().unwrap(), server.number).unwrap();
        let panicked = thread::scope(|scope| {
            let work = scope.spawn(|| {
                let mut connection = pool.connect().unwrap();
                connection.control(onggi_driver::Control::BeginWrite).unwrap();
                let read = connection.with_text(server.many, |prepared| {
                    let mut rows = prepared.query::<Error>(|_| Ok(()))?;
                    assert!(rows.next_row()?.is_none(), "in the middle of it");
                    Ok::<(), Error>(())
                });
                read.unwrap();
            });
            work.join().is_err()
        });
        assert!(panicked);
        let mut connection = pool.connect().unwrap();
        assert!(!connection.in_transaction());
        assert_eq!(number(&mut connection, server.number).unwrap(), id, "it is the same");
        assert_eq!(number(&mut connection, "SELECT 5").unwrap(), 5);
    });
}

#[test]
fn a_server_that_takes_the_call_and_says_nothing_is_given_up() {
    for Server { scheme, .. } in SERVERS {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        let url = format!("{scheme}://jane:s3cret@127.0.0.1:{port}/jars?connect_timeout=1");
        let error = Pool::open(&url).unwrap_err();
        assert!(error.is_open(), "{error}");
        assert!(error.to_string().contains("did not answer within 1s"), "{error}");
    }
}

#[test]
fn options_of_the_pool_are_not_the_servers() {
    for Server { scheme, .. } in SERVERS {
        for (options, words) in [
            ("pool_size=s3cret", "the option pool_size is a number"),
            ("pool_s3cret=1", "known: pool_size"),
            ("pool_timeout=5&pool_size=1", "pool_timeout is a time with its unit"),
        ] {
            let error = Pool::open(&format!("{scheme}://jane:s3cret@127.0.0.1/jars?{options}")).unwrap_err();
            assert!(error.is_url() && error.to_string().contains(words), "{error}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
    }
}
