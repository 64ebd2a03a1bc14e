//! Databases of their own on a MariaDB or MySQL server, for tests that want one to themselves.

#[allow(clippy::duplicate_mod, reason = "a test of several servers has it with each")]
#[path = "../../../driver/tests/server/mod.rs"]
pub mod server;

use std::sync::atomic::{AtomicU32, Ordering};

use onggi::{Database, sql};

/// A database that nobody else uses, which goes with this.
pub struct Own {
    server: Database,
    name: String,
    url: String,
}

impl Own {
    /// A new one, if there is a server.
    pub fn open() -> Option<Own> {
        server::mysql(Database::open).map(Own::of)
    }

    /// A new one of the second server, if there is one.
    #[allow(dead_code, reason = "the suite alone runs on both")]
    pub fn second() -> Option<Own> {
        server::second_mysql(Database::open).map(Own::of)
    }

    fn of((url, server): (String, Database)) -> Own {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("onggi_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        run(&server, &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"));
        let url = server::with_database(&url, &name);
        Own { server, name, url }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        run(&self.server, &format!("DROP DATABASE {}", self.name));
    }
}

fn run(server: &Database, text: &str) {
    sql(text).execute(&mut server.connect().expect("a connection")).expect(text);
}
