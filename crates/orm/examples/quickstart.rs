//! An object with a pickled field: saved to a SQLite file, found again by a query, read back, and read from Python.
//!
//! Run it with `cargo run --example quickstart`.

use std::fs;
use std::path::Path;

use onggi::{Database, Id, Model, Pickled};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Profile {
    age: i64,
    city: String,
}

#[derive(Clone, Debug, Default, Model)]
#[model(table = "users")]
struct User {
    id: Id<User>,
    name: String,
    #[model(unique)]
    email: String,
    data: Pickled<Profile>, // a BLOB that Python's pickle.loads reads as {'age': 30, 'city': 'New York'}
}

const FILE: &str = "example.db";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    start_clean()?;
    save_and_find()?;
    println!("It is kept in {}. Python reads it with:", fs::canonicalize(FILE)?.display());
    println!();
    println!("    import pickle, sqlite3");
    println!("    row = sqlite3.connect({FILE:?}).execute(\"SELECT data FROM users\").fetchone()");
    println!("    print(pickle.loads(row[0]))  # {{'age': 30, 'city': 'New York'}}");
    Ok(())
}

fn save_and_find() -> onggi::Result<()> {
    let db = Database::open(&format!("sqlite://{FILE}"))?;
    db.create_tables(onggi::models![User])?;

    let mut session = db.session()?;
    session.add(User {
        name: "John Doe".into(),
        email: "john@example.com".into(),
        data: Pickled(Profile { age: 30, city: "New York".into() }),
        ..Default::default()
    });
    session.commit()?;

    let john = User::query().filter(|u| u.email.eq("john@example.com")).one(&mut session)?;
    println!("{}'s age is {}", session[john].name, session[john].data.age);
    Ok(())
}

/// Removes what an earlier run left, with the files that SQLite keeps beside a database.
fn start_clean() -> std::io::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let file = format!("{FILE}{suffix}");
        if Path::new(&file).exists() {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}
