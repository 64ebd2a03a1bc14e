mod exhausted;
mod metrics;
mod options;
mod places;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use metrics::Metrics;
use places::{Kept, Places, Taken};

#[cfg(feature = "mysql")]
use crate::mysql;
use crate::observe::Interceptor;
#[cfg(feature = "postgres")]
use crate::postgres;
#[cfg(feature = "sqlite")]
use crate::sqlite;
#[cfg(feature = "sqlite")]
use crate::url::Url;
use crate::url::{invalid, scheme, unambiguous};
use crate::{Connection, Error, Function, Listener, Observer, Result};

/// The connections to one database: opened when they are needed, kept with their prepared statements when they come back,
/// never more than the pool's size.
///
/// A clone is the same pool.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

struct Shared {
    target: Target,
    places: Places,
    observer: Mutex<Option<Observer>>,
    interceptor: Mutex<Option<Interceptor>>,
}

#[allow(clippy::large_enum_variant, reason = "a pool has one")]
enum Target {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Target),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Target),
    #[cfg(feature = "mysql")]
    Mysql(mysql::Target),
}

/// How long a server may take to say that it is still there.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

impl Pool {
    /// A pool for the database of a URL, tried by opening a first connection.
    ///
    /// `sqlite::memory:` is a database of its own for each pool, shared by the pool's connections. `sqlite://path`
    /// is a file, relative to the working directory unless the path starts with a slash. Options follow a `?`:
    /// `mode` (`rwc` creates the file, `rw`, `ro`), `journal_mode` (`wal`), `synchronous` (`normal`), `busy_timeout`
    /// in milliseconds (5000) and `foreign_keys` (`on`); the values in parentheses are the defaults.
    ///
    /// Every database takes the options of the pool. Times are written with their unit, as `500ms`, `30s`, `10min` or `1h`.
    ///
    /// | option | meaning | default |
    /// |---|---|---|
    /// | `pool_size` | how many connections are open at most | `16` |
    /// | `pool_timeout` | how long [`connect`](Pool::connect) waits for one | `30s` |
    /// | `pool_idle` | how long a connection is kept that nobody uses; `off`: for ever | `10min` |
    /// | `pool_lifetime` | how old a connection gets; `off`: as old as it likes | `30min` |
    /// | `pool_check` | after how much idle time the server is asked whether it is still there, before the connection is used; `off`: never | `30s` |
    ///
    /// Idle connections are looked through when one is taken or given back; there is no thread that does it.
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
        // Paths of files have any characters.
        if scheme(url)? != "sqlite" {
            unambiguous(url)?;
        }
        let (options, url) = options::take(url)?;
        let url = &*url;
        let target = match scheme(url)? {
            #[cfg(feature = "sqlite")]
            "sqlite" => Target::Sqlite(sqlite::Target::new(&Url::parse(url)?, functions)?),
            #[cfg(feature = "postgres")]
            "postgres" | "postgresql" => {
                // The server knows what functions it has.
                drop(functions);
                Target::Postgres(postgres::Target::new(url)?)
            }
            #[cfg(feature = "mysql")]
            "mysql" | "mariadb" => {
                // So does this one.
                drop(functions);
                Target::Mysql(mysql::Target::new(url)?)
            }
            scheme => return Err(unknown(scheme, url)),
        };
        let pool = Pool(Arc::new(Shared {
            target,
            places: Places::new(options),
            observer: Mutex::default(),
            interceptor: Mutex::default(),
        }));
        drop(pool.connect()?);
        Ok(pool)
    }

    /// A connection: an idle one, or a new one; where all are in use, the next that comes back. Who comes first is served
    /// first.
    ///
    /// One that was idle for long, or while another was found broken, is asked whether its server still answers, and
    /// replaced where it does not.
    ///
    /// # Errors
    ///
    /// A database that cannot be opened; [`is_pool_timeout`](crate::Error::is_pool_timeout) where none comes back in time,
    /// which says who has them.
    pub fn connect(&self) -> Result<Pooled> {
        let Taken { number, kept, doubtful } = self.0.places.take()?;
        // From here on the place goes back whatever happens.
        let place = Place { number, pool: self.clone(), kept: None };
        let mut kept = match kept.and_then(|kept| self.sound(kept, doubtful)) {
            Some(kept) => kept,
            None => self.create()?,
        };
        kept.connection.observe(lock(&self.0.observer).clone());
        kept.connection.intercept(lock(&self.0.interceptor).clone());
        Ok(Pooled { kept: Some(kept), place })
    }

    /// The connection, unless it is in doubt and does not answer.
    fn sound(&self, mut kept: Kept, doubtful: bool) -> Option<Kept> {
        if !doubtful || kept.connection.answers(ANSWER_TIMEOUT) {
            return Some(kept);
        }
        self.0.places.closed(true);
        None
    }

    fn create(&self) -> Result<Kept> {
        let connection = match &self.0.target {
            #[cfg(feature = "sqlite")]
            Target::Sqlite(target) => Connection::sqlite(target.connect()?),
            #[cfg(feature = "postgres")]
            Target::Postgres(target) => Connection::postgres(target.connect()?),
            #[cfg(feature = "mysql")]
            Target::Mysql(target) => Connection::mysql(target.connect()?),
        };
        self.0.places.created();
        Ok(Kept { connection, opened: Instant::now() })
    }

    /// How many connections are open at most.
    pub fn size(&self) -> usize {
        self.0.places.options.size
    }

    /// How long [`connect`](Pool::connect) waits for a connection.
    pub fn timeout(&self) -> Duration {
        self.0.places.options.timeout
    }

    /// The error of somebody who has waited that long elsewhere, as a task does; it is counted.
    pub fn timed_out(&self) -> Error {
        self.0.places.timed_out()
    }

    /// Hears what sessions send on channels, on a connection of its own that is none of the pool's places.
    ///
    /// # Errors
    ///
    /// A database that has no channels or cannot be reached, and names that cannot be channels.
    pub fn listen(&self, channels: &[&str]) -> Result<Listener> {
        match &self.0.target {
            #[cfg(feature = "postgres")]
            Target::Postgres(target) => target.listen(channels).map(Listener::postgres),
            #[cfg(any(feature = "mysql", feature = "sqlite"))]
            _ => {
                let _ = channels;
                let said = "listening to channels is PostgreSQL's: this database has none";
                Err(Error::new(crate::error::Kind::Other, said))
            }
        }
    }

    /// How it is used.
    pub fn metrics(&self) -> Metrics {
        self.0.places.metrics()
    }

    /// Calls `interceptor` before every statement of the connections given out from now on.
    #[doc(hidden)]
    pub fn intercept(&self, interceptor: Option<Interceptor>) {
        *lock(&self.0.interceptor) = interceptor;
    }

    /// Calls `observer` with every statement of the connections given out from now on.
    pub fn observe(&self, observer: Option<Observer>) {
        *lock(&self.0.observer) = observer;
    }
}

/// The schemes that are built in, for whoever asked for another.
fn unknown(scheme: &str, url: &str) -> Error {
    let known: &[&str] = &[
        #[cfg(feature = "sqlite")]
        "sqlite",
        #[cfg(feature = "postgres")]
        "postgres",
        #[cfg(feature = "mysql")]
        "mysql",
        #[cfg(feature = "mysql")]
        "mariadb",
    ];
    // Without slashes behind it, it may be a user's name.
    let slashes = url[scheme.len()..].starts_with("://");
    let plain =
        slashes && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
    let scheme = if plain && scheme.len() <= 20 { format!(" {scheme:?}") } else { String::new() };
    invalid(format!("no database is known for the URL's scheme{scheme}; known: {}", known.join(", ")))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("metrics", &self.metrics()).finish_non_exhaustive()
    }
}

/// A connection that goes back to its pool when dropped, its open transaction rolled back.
pub struct Pooled {
    kept: Option<Kept>,
    place: Place,
}

/// A place in the pool, which goes back when dropped.
struct Place {
    number: u64,
    pool: Pool,
    /// The connection that goes back with it.
    kept: Option<Kept>,
}

const LENT: &str = "a pooled connection holds its connection until it is dropped";

impl Deref for Pooled {
    type Target = Connection;

    #[inline]
    fn deref(&self) -> &Connection {
        &self.kept.as_ref().expect(LENT).connection
    }
}

impl DerefMut for Pooled {
    #[inline]
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.kept.as_mut().expect(LENT).connection
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let Some(mut kept) = self.kept.take() else { return };
        if kept.connection.reset() {
            self.place.kept = Some(kept);
        } else {
            self.place.pool.0.places.closed(kept.connection.is_lost());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pool.0.places.give_back(self.number, self.kept.take());
    }
}

impl fmt::Debug for Pooled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pooled").field(&**self).finish()
    }
}
