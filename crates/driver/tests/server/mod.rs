//! Where tests find servers: PostgreSQL at `ONGGI_TEST_POSTGRES_URL`, MariaDB or MySQL at `ONGGI_TEST_MYSQL_URL`, which then must
//! answer, or else a local one with a database `test` that the user `root` may enter, if it does. The suite runs on one more at
//! `ONGGI_TEST_MYSQL8_URL`, so that both are tested at once.

#![allow(dead_code, reason = "each test program takes what it needs")]

use std::fmt::Display;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Once;

/// The PostgreSQL server's URL, with what was opened there; nothing, and a line that says so, where none is.
pub fn postgres<T, E: Display>(open: impl FnOnce(&str) -> Result<T, E>) -> Option<(String, T)> {
    server("PostgreSQL", "ONGGI_TEST_POSTGRES_URL", "postgres://root@127.0.0.1/test", open)
}

/// The same of MariaDB or MySQL.
pub fn mysql<T, E: Display>(open: impl FnOnce(&str) -> Result<T, E>) -> Option<(String, T)> {
    server("MariaDB or MySQL", "ONGGI_TEST_MYSQL_URL", "mysql://root@127.0.0.1/test", open)
}

/// The second server that is MariaDB or MySQL, which is where a variable says, or nowhere.
pub fn second_mysql<T, E: Display>(open: impl FnOnce(&str) -> Result<T, E>) -> Option<(String, T)> {
    static SAID: Once = Once::new();
    if std::env::var_os(SECOND).is_none() {
        SAID.call_once(|| eprintln!("skipped: {SECOND} names no second server of MariaDB or MySQL"));
        return None;
    }
    server("second MariaDB or MySQL", SECOND, "", open)
}

const SECOND: &str = "ONGGI_TEST_MYSQL8_URL";

fn server<T, E: Display>(
    name: &str,
    variable: &str,
    local: &str,
    open: impl FnOnce(&str) -> Result<T, E>,
) -> Option<(String, T)> {
    let named = std::env::var(variable).ok();
    let url = named.clone().unwrap_or_else(|| local.to_owned());
    match open(&url) {
        Ok(opened) => Some((url, opened)),
        Err(error) if named.is_some() => panic!("{variable}: {error}"),
        Err(error) => {
            eprintln!("skipped: no {name} is there ({error})");
            None
        }
    }
}

/// The URL of another database of the server.
pub fn with_database(url: &str, database: &str) -> String {
    let (place, options) = url.split_once('?').map_or((url, None), |(place, options)| (place, Some(options)));
    let (scheme, rest) = place.split_once("://").expect("a URL with a place");
    let server = rest.split('/').next().unwrap_or(rest);
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    format!("{scheme}://{server}/{database}{options}")
}

/// A URL with an option more.
pub fn with_option(url: &str, option: &str) -> String {
    format!("{url}{}{option}", if url.contains('?') { '&' } else { '?' })
}

/// A URL with the host and port of its server replaced.
pub fn through(url: &str, host: &str, port: u16) -> String {
    let (before, _, after) = taken_apart(url);
    format!("{before}{host}:{port}{after}")
}

/// Where the server of a URL is, if it has an address.
pub fn address(url: &str) -> Option<SocketAddr> {
    let (scheme, place, _) = taken_apart(url);
    let port = if scheme.starts_with("postgres") { 5432 } else { 3306 };
    let place = if place.contains(':') { place.to_owned() } else { format!("{place}:{port}") };
    place.to_socket_addrs().ok()?.next()
}

fn taken_apart(url: &str) -> (&str, &str, &str) {
    let start = url.find("://").map_or(0, |found| found + 3);
    let end = url[start..].find(['/', '?']).map_or(url.len(), |found| start + found);
    let start = url[start..end].rfind('@').map_or(start, |found| start + found + 1);
    (&url[..start], &url[start..end], &url[end..])
}
