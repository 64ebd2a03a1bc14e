//! What connections to PostgreSQL hold in memory while nobody uses them. Alone in its program, as it looks at the whole of it.

#![cfg(all(feature = "postgres", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::sync::{Mutex, MutexGuard, PoisonError};

use fake::{done, message};
use onggi_driver::{Error, Pool, Type, ValueRef};

mod fake;
mod server;

/// One test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What this program has in memory, in MB.
fn memory() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    kilobytes.trim().split(' ').next().unwrap().parse::<i64>().unwrap() / 1024
}

#[test]
fn an_idle_connection_keeps_no_room_for_its_largest_statement() {
    let _alone = alone();
    let Some((_, pool)) = server::postgres(Pool::open) else { return };
    let mut connection = pool.connect().unwrap();
    let before = memory();
    let long = "x".repeat(50_000_000);
    let length = connection.with_text("SELECT length($1::text)::bigint", |prepared| {
        let mut rows = prepared.query::<Error>(|to| to.bind(ValueRef::Text(&long)))?;
        let length = rows.next_row()?.unwrap().value(0, Type::BIGINT)? == ValueRef::Integer(50_000_000);
        Ok::<_, Error>(length)
    });
    assert!(length.unwrap());
    drop(long);
    let grown = memory() - before;
    assert!(grown < 10, "{grown} MB are kept of a parameter");
    let length = connection.with_text("SELECT repeat('x', 50000000)", |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        let ValueRef::Text(text) = rows.next_row()?.unwrap().value(0, Type::Text)? else { panic!() };
        Ok::<_, Error>(text.len())
    });
    assert_eq!(length.unwrap(), 50_000_000);
    let grown = memory() - before;
    assert!(grown < 10, "{grown} MB are kept of a row");
}

#[test]
fn what_a_server_reports_of_itself_unasked_is_not_kept() {
    let _alone = alone();
    let pool = fake::server(|kind, text| match kind {
        b'Q' if text.starts_with("SELECT") => {
            let value = "x".repeat(1000);
            let report = |number| message(b'S', format!("parameter_{number}\0{value}\0").as_bytes());
            [(0..40_000).map(report).collect::<Vec<_>>().concat(), done("SELECT 1", b'I')].concat()
        }
        b'Q' => done("SET", b'I'),
        _ => Vec::new(),
    });
    let mut connection = pool.connect().unwrap();
    let before = memory();
    connection.run("SELECT 1").unwrap();
    // The server has let go of what it said when it answers again.
    connection.run("SET x = 1").unwrap();
    let grown = memory() - before;
    assert!(grown < 10, "{grown} MB are kept");
}
