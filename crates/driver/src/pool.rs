use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

#[cfg(feature = "postgres")]
use crate::postgres;
#[cfg(feature = "sqlite")]
use crate::sqlite;
#[cfg(feature = "sqlite")]
use crate::url::Url;
use crate::url::{invalid, scheme};
use crate::{Connection, Function, Observer, Result};

/// Opens connections to one database and keeps those that came back, with their prepared statements.
///
/// A clone is the same pool.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

struct Shared {
    target: Target,
    idle: Mutex<Vec<Connection>>,
    observer: Mutex<Option<Observer>>,
}

enum Target {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Target),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Target),
}

/// How many connections wait idle; more are closed when they come back.
const IDLE: usize = 8;

impl Pool {
    /// A pool for the database of a URL, tried by opening a first connection.
    ///
    /// `sqlite::memory:` is a database of its own for each pool, shared by the pool's connections. `sqlite://path`
    /// is a file, relative to the working directory unless the path starts with a slash. Options follow a `?`:
    /// `mode` (`rwc` creates the file, `rw`, `ro`), `journal_mode` (`wal`), `synchronous` (`normal`), `busy_timeout`
    /// in milliseconds (5000) and `foreign_keys` (`on`); the values in parentheses are the defaults.
    ///
    /// # Errors
    ///
    /// A URL that is not understood, an option that does not exist, a database that cannot be opened.
    pub fn open(url: &str) -> Result<Pool> {
        Pool::open_with(url, [])
    }

    /// A pool whose connections know functions of the program's own, where the database runs inside of it, as SQLite does.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Pool::open), and functions that the database does not take.
    pub fn open_with(url: &str, functions: impl IntoIterator<Item = Function>) -> Result<Pool> {
        let functions: Vec<Function> = functions.into_iter().collect();
        let target = match scheme(url)? {
            #[cfg(feature = "sqlite")]
            "sqlite" => Target::Sqlite(sqlite::Target::new(&Url::parse(url)?, functions)?),
            #[cfg(feature = "postgres")]
            "postgres" | "postgresql" => {
                // The server knows what functions it has.
                drop(functions);
                Target::Postgres(postgres::Target::new(url)?)
            }
            scheme => return Err(unknown(scheme)),
        };
        let pool = Pool(Arc::new(Shared { target, idle: Mutex::default(), observer: Mutex::default() }));
        drop(pool.connect()?);
        Ok(pool)
    }

    /// A connection: an idle one, or a new one.
    ///
    /// # Errors
    ///
    /// A database that cannot be opened.
    pub fn connect(&self) -> Result<Pooled> {
        let idle = lock(&self.0.idle).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => match &self.0.target {
                #[cfg(feature = "sqlite")]
                Target::Sqlite(target) => Connection::sqlite(target.connect()?),
                #[cfg(feature = "postgres")]
                Target::Postgres(target) => Connection::postgres(target.connect()?),
            },
        };
        connection.observe(lock(&self.0.observer).clone());
        Ok(Pooled { connection: Some(connection), pool: self.clone() })
    }

    /// Calls `observer` with every statement of the connections given out from now on.
    pub fn observe(&self, observer: Option<Observer>) {
        *lock(&self.0.observer) = observer;
    }

    fn take_back(&self, mut connection: Connection) {
        let clean = connection.reset();
        let mut idle = lock(&self.0.idle);
        if clean && idle.len() < IDLE {
            idle.push(connection);
        }
    }
}

/// The schemes that are built in, for whoever asked for another.
fn unknown(scheme: &str) -> crate::Error {
    let known: &[&str] = &[
        #[cfg(feature = "sqlite")]
        "sqlite",
        #[cfg(feature = "postgres")]
        "postgres",
    ];
    let plain = scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
    let scheme = if plain && scheme.len() <= 20 { format!(" {scheme:?}") } else { String::new() };
    invalid(format!("no database is known for the URL's scheme{scheme}; known: {}", known.join(", ")))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("idle", &lock(&self.0.idle).len()).finish_non_exhaustive()
    }
}

/// A connection that goes back to its pool when dropped, its open transaction rolled back.
#[derive(Debug)]
pub struct Pooled {
    connection: Option<Connection>,
    pool: Pool,
}

const LENT: &str = "a pooled connection holds its connection until it is dropped";

impl Deref for Pooled {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect(LENT)
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect(LENT)
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.take_back(connection);
        }
    }
}
