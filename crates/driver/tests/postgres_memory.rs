//! What connections to PostgreSQL hold in memory while nobody uses them. Alone in its program, as it looks at the whole of it.

#![cfg(all(feature = "postgres", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use onggi_driver::{Error, Pool, Type, ValueRef};

mod server;

/// What this program has in memory, in MB.
fn memory() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    kilobytes.trim().split(' ').next().unwrap().parse::<i64>().unwrap() / 1024
}

#[test]
fn an_idle_connection_keeps_no_room_for_its_largest_statement() {
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
