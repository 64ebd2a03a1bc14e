//! Where tests find a PostgreSQL server: `ONGGI_TEST_POSTGRES_URL`, which must answer, or else a local one with a database `test`
//! that the user `root` may enter, if it does.

#![allow(dead_code, reason = "each test program takes what it needs")]

use std::fmt::Display;

/// The server's URL, with what was opened there; nothing, and a line that says so, where none is.
pub fn postgres<T, E: Display>(open: impl FnOnce(&str) -> Result<T, E>) -> Option<(String, T)> {
    let named = std::env::var("ONGGI_TEST_POSTGRES_URL").ok();
    let url = named.clone().unwrap_or_else(|| "postgres://root@127.0.0.1/test".to_owned());
    match open(&url) {
        Ok(opened) => Some((url, opened)),
        Err(error) if named.is_some() => panic!("ONGGI_TEST_POSTGRES_URL: {error}"),
        Err(error) => {
            eprintln!("skipped: no PostgreSQL is there ({error})");
            None
        }
    }
}

/// A URL with an option more.
pub fn with_option(url: &str, option: &str) -> String {
    format!("{url}{}{option}", if url.contains('?') { '&' } else { '?' })
}
