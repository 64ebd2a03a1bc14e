use std::sync::{Arc, Mutex, PoisonError};

use onggi::{Connection, Database, Executed, Model, Result, Session, Table};

/// A check of one behaviour.
pub type Case = fn(&Harness) -> Result<()>;

/// A fresh database, and a record of the statements that it is asked.
#[derive(Debug)]
pub struct Harness {
    database: Database,
    record: Arc<Mutex<Vec<String>>>,
    exact: bool,
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
        Ok(Harness { database, record, exact: url.starts_with("sqlite:") })
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

    /// Whether statements are compared word by word.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// The statements since the last call, in order; one that ran several times in a row with other parameters is
    /// written `3 x INSERT …`.
    pub fn statements(&self) -> Statements {
        let texts = std::mem::take(&mut *self.record.lock().unwrap_or_else(PoisonError::into_inner));
        Statements { texts, exact: self.exact }
    }
}

/// The statements that a database was asked.
///
/// They equal a list of the same texts as SQLite gets them. Other databases get others: these equal a list of as many that
/// do the same, as often; transaction control aside.
#[derive(Clone, Debug)]
pub struct Statements {
    texts: Vec<String>,
    exact: bool,
}

impl Statements {
    pub fn pop(&mut self) -> Option<String> {
        self.texts.pop()
    }

    fn equal(&self, expected: &[impl AsRef<str>]) -> bool {
        if self.exact {
            return self.texts.iter().map(String::as_str).eq(expected.iter().map(AsRef::as_ref));
        }
        let got = self.texts.iter().filter_map(|text| deed(text));
        got.eq(expected.iter().filter_map(|text| deed(text.as_ref())))
    }
}

/// What a statement does, in its first word, and how often; nothing for transaction control.
fn deed(text: &str) -> Option<(&str, &str)> {
    let (times, statement) = text.split_once(" x ").unwrap_or(("1", text));
    let (times, statement) =
        if times.bytes().all(|digit| digit.is_ascii_digit()) { (times, statement) } else { ("1", text) };
    let word = statement.split_whitespace().next()?;
    let word = if word == "WITH" { "SELECT" } else { word };
    let control = ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA"];
    (!control.contains(&word)).then_some((times, word))
}

impl std::ops::Deref for Statements {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.texts
    }
}

impl<T: AsRef<str>, const N: usize> PartialEq<[T; N]> for Statements {
    fn eq(&self, expected: &[T; N]) -> bool {
        self.equal(expected)
    }
}

impl<T: AsRef<str>> PartialEq<Vec<T>> for Statements {
    fn eq(&self, expected: &Vec<T>) -> bool {
        self.equal(expected)
    }
}

impl<T: AsRef<str>> PartialEq<&[T]> for Statements {
    fn eq(&self, expected: &&[T]) -> bool {
        self.equal(expected)
    }
}

fn described(Executed { statement, times, .. }: Executed<'_>) -> String {
    match times {
        1 => statement.to_owned(),
        _ => format!("{times} x {statement}"),
    }
}
