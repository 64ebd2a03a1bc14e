use std::cmp::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use onggi::{Connection, Database, Executed, Key, Model, Result, Session, Table, Value};
use onggi_driver::Capture;

/// A check of one behaviour.
pub type Case = fn(&Harness) -> Result<()>;

/// A fresh database, and a record of the statements that it is asked.
#[derive(Debug)]
pub struct Harness {
    database: Database,
    record: Arc<Mutex<Vec<String>>>,
    kind: Kind,
}

/// The database, as far as it decides what a case expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
    Mariadb,
    Mysql,
}

impl Kind {
    fn of(url: &str, database: &Database) -> Result<Kind> {
        Ok(match url.split(':').next() {
            Some("sqlite") => Kind::Sqlite,
            Some("postgres" | "postgresql") => Kind::Postgres,
            // The server says which of both it is.
            _ if database.connect()?.version().contains("MariaDB") => Kind::Mariadb,
            _ => Kind::Mysql,
        })
    }
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
        let kind = Kind::of(url, &database)?;
        Ok(Harness { database, record, kind })
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
        let mut rows = M::unscoped().all(&mut self.connect()?)?;
        self.statements();
        rows.sort_by(by_key);
        Ok(rows)
    }

    /// Whether statements are compared word by word.
    pub fn is_exact(&self) -> bool {
        self.kind == Kind::Sqlite
    }

    /// Whether texts may have NUL characters.
    pub fn keeps_nul(&self) -> bool {
        self.kind != Kind::Postgres
    }

    /// Whether times are kept to the nanosecond; else to the microsecond.
    pub fn keeps_nanoseconds(&self) -> bool {
        self.kind == Kind::Sqlite
    }

    /// Whether floating-point numbers may be infinite.
    pub fn keeps_infinities(&self) -> bool {
        !matches!(self.kind, Kind::Mariadb | Kind::Mysql)
    }

    /// Whether decimals keep the zeros at their end.
    pub fn keeps_scale(&self) -> bool {
        self.keeps_infinities()
    }

    /// Whether a transaction goes on behind a statement that failed.
    pub fn goes_on_after_failures(&self) -> bool {
        self.kind != Kind::Postgres
    }

    /// Whether a transaction can wait until it is safe to read.
    pub fn defers(&self) -> bool {
        self.kind == Kind::Postgres
    }

    /// Whether a key of a JSON document is found by a path, whatever its letters: MariaDB finds none that begins with a hyphen.
    pub fn finds_key(&self, key: &str) -> bool {
        self.kind != Kind::Mariadb || !key.starts_with('-')
    }

    /// How many selects are nested in each other where that is no work: MySQL makes one join of them, which has the product of all
    /// their rows.
    pub fn nested_selects(&self) -> usize {
        if self.kind == Kind::Mysql { 8 } else { 20 }
    }

    /// Whether it is MariaDB, and not MySQL, which the same URLs are for.
    pub fn is_mariadb(&self) -> bool {
        self.kind == Kind::Mariadb
    }

    /// Whether rows that are read can be locked.
    pub fn locks(&self) -> bool {
        self.kind != Kind::Sqlite
    }

    /// Whether it has `DISTINCT ON`.
    pub fn has_distinct_on(&self) -> bool {
        self.kind == Kind::Postgres
    }

    /// Whether several tables are dropped in one statement.
    pub fn drops_together(&self) -> bool {
        self.kind != Kind::Sqlite
    }

    /// The statements since the last call, in order; one that ran several times in a row with other parameters is
    /// written `3 x INSERT …`.
    pub fn statements(&self) -> Statements {
        let texts = std::mem::take(&mut *self.record.lock().unwrap_or_else(PoisonError::into_inner));
        Statements(texts.into_iter().map(|text| Text { text, exact: self.is_exact() }).collect())
    }
}

/// The statements that a database was asked.
///
/// They equal a list of the same texts as SQLite gets them. Other databases get others: these equal a list of as many that
/// begin with the same word, however often each ran; transaction control aside.
#[derive(Clone, Debug)]
pub struct Statements(Vec<Text>);

impl Statements {
    pub fn pop(&mut self) -> Option<Text> {
        self.0.pop()
    }

    fn equal(&self, expected: &[impl AsRef<str>]) -> bool {
        if self.0.iter().all(|statement| statement.exact) {
            return self
                .0
                .iter()
                .map(|statement| statement.text.as_str())
                .eq(expected.iter().map(AsRef::as_ref));
        }
        let mut got: Vec<&str> = self.0.iter().map(|statement| &*statement.text).collect();
        got.dedup_by(|text, before| is_rest(text, before));
        let got = got.into_iter().filter_map(deed);
        got.eq(expected.iter().filter_map(|text| deed(text.as_ref())))
    }
}

/// A statement, or a part of one, which equals what SQLite gets; on other databases the words are not looked at.
#[derive(Clone, Debug)]
pub struct Text {
    text: String,
    exact: bool,
}

impl Text {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What follows some words, which are in every database's text.
    pub fn behind(&self, words: &str) -> Text {
        let (_, text) = self.text.split_once(words).unwrap_or_default();
        Text { text: text.to_owned(), exact: self.exact }
    }

    pub fn starts_with(&self, words: &str) -> bool {
        !self.exact || self.text.starts_with(words)
    }

    pub fn ends_with(&self, words: &str) -> bool {
        !self.exact || self.text.ends_with(words)
    }

    pub fn contains(&self, words: &str) -> bool {
        !self.exact || self.text.contains(words)
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<T: AsRef<str> + ?Sized> PartialEq<T> for Text {
    fn eq(&self, expected: &T) -> bool {
        !self.exact || self.text == expected.as_ref()
    }
}

/// What a statement does, in its first word; nothing for transaction control, and what keeps generated keys in step.
fn deed(text: &str) -> Option<&str> {
    let statement = once(text);
    let word = statement.split_whitespace().next()?;
    let control = ["BEGIN", "START", "SET", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA"];
    if control.contains(&word) || statement.starts_with("SELECT setval") {
        return None;
    }
    Some(match word {
        "WITH" => "SELECT",
        "COPY" => "INSERT",
        word => word,
    })
}

/// The statement, however often it ran.
fn once(text: &str) -> &str {
    match text.split_once(" x ") {
        Some((times, statement)) if times.bytes().all(|digit| digit.is_ascii_digit()) => statement,
        _ => text,
    }
}

/// Whether a statement inserts the rest of the rows of the one before, which some databases are given in portions.
fn is_rest(text: &str, before: &str) -> bool {
    let portion = |text: &'_ str| -> Option<(String, usize)> {
        let (target, rows) = once(text).strip_prefix("INSERT INTO ")?.split_once(" VALUES ")?;
        let rows = rows.split(" RETURNING ").next()?;
        rows.ends_with(')').then(|| (target.to_owned(), rows.matches("), (").count()))
    };
    match (portion(text), portion(before)) {
        (Some((target, rows)), Some((same, more))) => target == same && rows < more,
        _ => false,
    }
}

impl std::ops::Deref for Statements {
    type Target = [Text];

    fn deref(&self) -> &[Text] {
        &self.0
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

/// The order of the keys, as databases without one give rows as they like.
fn by_key<M: Model>(one: &M, other: &M) -> Ordering {
    let [one, other] = [one, other].map(|object| {
        let mut key = Capture::default();
        object.key().bind(&mut key).expect("a key that was read");
        key.values
    });
    let pairs = one.iter().zip(&other).map(|pair| match pair {
        (Value::Integer(one), Value::Integer(other)) => one.cmp(other),
        (one, other) => format!("{one:?}").cmp(&format!("{other:?}")),
    });
    pairs.fold(Ordering::Equal, Ordering::then)
}
