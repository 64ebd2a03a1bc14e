//! Databases of their own on a MariaDB or MySQL server, for tests that want one to themselves.

use std::sync::atomic::{AtomicU32, Ordering};

use onggi_driver::Pool;

use crate::server;

/// A database that nobody else uses, which goes with this.
pub struct Database {
    server: Pool,
    name: String,
    url: String,
}

impl Database {
    /// A new one, if there is a server.
    pub fn open() -> Option<Database> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let (url, server) = server::mysql(Pool::open)?;
        let name = format!("onggi_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        run(&server, &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"));
        let url = server::with_database(&url, &name);
        Some(Database { server, name, url })
    }

    /// Its connections.
    pub fn pool(&self, options: &str) -> Pool {
        Pool::open(&server::with_option(&self.url, options)).expect("a pool")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run(&self.server, &format!("DROP DATABASE {}", self.name));
    }
}

fn run(server: &Pool, text: &str) {
    server.connect().expect("a connection").run(text).expect(text);
}
