use std::sync::{Arc, Mutex, PoisonError};

use onggi::{Connection, Database, Executed, Model, Result, Session, Table};

/// A check of one behaviour.
pub type Case = fn(&Harness) -> Result<()>;

/// A fresh database, and a record of the statements that it is asked.
#[derive(Debug)]
pub struct Harness {
    database: Database,
    record: Arc<Mutex<Vec<String>>>,
}

impl Harness {
    /// The database of a URL, which nobody else uses.
    ///
    /// # Errors
    ///
    /// Those of opening it.
    pub fn open(url: &str) -> Result<Harness> {
        let database = Database::open(url)?;
        let record = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&record);
        database.on_statement(move |executed| {
            writer.lock().unwrap_or_else(PoisonError::into_inner).push(described(executed));
        });
        Ok(Harness { database, record })
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Creates tables; the statements are not in the record.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn create(&self, tables: impl AsRef<[&'static Table]>) -> Result<()> {
        self.database.create_tables(tables)?;
        self.statements();
        Ok(())
    }

    /// A session.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn session(&self) -> Result<Session> {
        self.database.session()
    }

    /// A connection.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn connect(&self) -> Result<Connection> {
        self.database.connect()
    }

    /// Inserts objects, keys set; the statements are not in the record.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn insert<M: Model, const N: usize>(&self, mut objects: [M; N]) -> Result<[M; N]> {
        self.connect()?.insert_all(&mut objects)?;
        self.statements();
        Ok(objects)
    }

    /// All rows of a model's table, in the order of their keys' columns; the statements are not in the record.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn rows<M: Model>(&self) -> Result<Vec<M>> {
        let rows = M::unscoped().all(&mut self.connect()?)?;
        self.statements();
        Ok(rows)
    }

    /// The statements since the last call, in order; one that ran several times in a row with other parameters is
    /// written `3 x INSERT …`.
    pub fn statements(&self) -> Vec<String> {
        std::mem::take(&mut *self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn described(Executed { statement, times, .. }: Executed<'_>) -> String {
    match times {
        1 => statement.to_owned(),
        _ => format!("{times} x {statement}"),
    }
}
