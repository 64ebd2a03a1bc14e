//! Schemas of their own on a PostgreSQL server, for tests that want a database to themselves.

#[allow(clippy::duplicate_mod, reason = "a test of several servers has it with each")]
#[path = "../../../driver/tests/server/mod.rs"]
pub mod server;

use std::sync::atomic::{AtomicU32, Ordering};

use onggi::{Database, sql};

/// A schema that nobody else uses, which goes with this.
pub struct Schema {
    server: Database,
    name: String,
    url: String,
}

impl Schema {
    /// A new one, if there is a server.
    pub fn open() -> Option<Schema> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let (url, server) = server::postgres(Database::open)?;
        let name = format!("onggi_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        run(&server, &format!("CREATE SCHEMA {name}"));
        let url = server::with_option(&url, &format!("options=-csearch_path%3D{name}"));
        Some(Schema { server, name, url })
    }

    /// The URL under which it is a database.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        run(&self.server, &format!("DROP SCHEMA {} CASCADE", self.name));
    }
}

fn run(server: &Database, text: &str) {
    sql(text).execute(&mut server.connect().expect("a connection")).expect(text);
}
