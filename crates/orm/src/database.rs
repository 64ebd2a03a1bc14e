use std::fmt;
use std::sync::Arc;

use onggi_driver::{Control, Executed, Pool};
use onggi_sql::{Select, schema};

#[cfg(feature = "tokio")]
use crate::door::Door;
use crate::pickle_functions::functions;
use crate::query::rows;
use crate::session::Mode;
use crate::source;
use crate::transaction_options::pause;
use crate::turn::Turn;
use crate::{Connection, PoolMetrics, Result, Session, Table, TransactionOptions};

/// A database, and the connections to it.
///
/// A clone is the same database.
#[derive(Clone)]
pub struct Database {
    pub(crate) pool: Pool,
    turn: Arc<Turn>,
    #[cfg(feature = "tokio")]
    pub(crate) door: Door,
}

impl Database {
    /// Opens the database of a URL.
    ///
    /// `sqlite://path/to/file.db` is a file, made where it does not exist, relative to the working directory unless
    /// the path starts with a slash; `sqlite::memory:` a database in memory that lasts as long as this value and its
    /// clones. Options follow a `?`, as in `sqlite://file.db?mode=ro&pool_size=4`:
    ///
    /// | option | values, the default first |
    /// |---|---|
    /// | `pool_size` | how many connections are open at most: `16` |
    /// | `pool_timeout` | how long to wait for one, with its unit (`ms`, `s`, `min`, `h`): `30s` |
    /// | `pool_idle` | how long a connection is kept that nobody uses: `10min`; `off` |
    /// | `pool_lifetime` | how old a connection gets: `30min`; `off` |
    /// | `pool_check` | after how much idle time a server is asked whether it is still there, before the connection is used: `30s`; `off` |
    /// | `mode` | `rwc` (make the file), `rw`, `ro` |
    /// | `journal_mode` | `wal`, `delete`, `truncate`, `persist`, `memory`, `off` |
    /// | `synchronous` | `normal`, `full`, `extra`, `off` |
    /// | `busy_timeout` | milliseconds to wait for another connection's lock: 5000 |
    /// | `foreign_keys` | `on`, `off` |
    ///
    /// Those of the pool are for every database. Sessions and connections take one connection each, and give it back when
    /// they are dropped, also by a panic; who finds all in use waits, and who comes first is served first.
    ///
    /// # Errors
    ///
    /// [`is_url`](crate::Error::is_url) for a URL that is not understood, [`is_open`](crate::Error::is_open) for a
    /// file that cannot be opened, [`is_corrupt`](crate::Error::is_corrupt) for one that is no database.
    pub fn open(url: &str) -> Result<Database> {
        let pool = Pool::open_with(url, functions())?;
        Ok(Database {
            #[cfg(feature = "tokio")]
            door: Door::new(&pool),
            pool,
            turn: Arc::default(),
        })
    }

    /// Creates the tables and indexes that do not exist yet, those referred to first; tables that exist are left as
    /// they are. What foreign keys refer to is among the models given, or in the database already.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Model)] struct User { id: Id<User> }
    /// let db = Database::open("sqlite::memory:")?;
    /// db.create_tables(onggi::models![User])?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Tables that are referred to and are not there, and those of the database, which then has none of the tables more
    /// than before. MariaDB and MySQL have those that were created before the failure.
    pub fn create_tables(&self, tables: impl AsRef<[&'static Table]>) -> Result<()> {
        let sorted = schema::sorted(&with_links(tables.as_ref()));
        self.can_refer(&sorted)?;
        self.change_schema(|dialect| schema::create_all(&sorted, dialect))
    }

    /// Refuses tables that refer to others which are neither among them nor in the database.
    fn can_refer(&self, tables: &[&'static Table]) -> Result<()> {
        let mut looked_for: Vec<&'static Table> = tables.to_vec();
        for table in tables {
            for target in schema::references(table) {
                if looked_for.iter().any(|known| std::ptr::eq(*known, target)) {
                    continue;
                }
                looked_for.push(target);
                let none = Some(onggi_sql::Value::Integer(0));
                let select = Select { limit: none, ..Select::all(source::root(target)) };
                rows(&select, &mut *self.pool.connect()?, &mut (), |_, ()| Ok(true)).map_err(|error| {
                    crate::Error::usage(format!(
                        "{} refers to {}, which is neither among the models that are created nor in the database: name its \
                         model too, as in `create_tables(onggi::models![...])` ({error})",
                        table.name, target.name
                    ))
                })?;
            }
        }
        Ok(())
    }

    /// Drops the tables that exist, and all they hold, those that refer to others first.
    ///
    /// # Errors
    ///
    /// Those of the database, which then still has all of the tables, but on MariaDB and MySQL; rows of other tables that refer to
    /// these are among them.
    pub fn drop_tables(&self, tables: impl AsRef<[&'static Table]>) -> Result<()> {
        let sorted = schema::sorted(&with_links(tables.as_ref()));
        self.change_schema(|dialect| schema::drop_all(&sorted, dialect))
    }

    fn change_schema(
        &self,
        statements: impl FnOnce(&'static onggi_sql::Dialect) -> onggi_sql::Result<Vec<String>>,
    ) -> Result<()> {
        let mut connection = self.pool.connect()?;
        let dialect = connection.dialect();
        let statements = statements(dialect).map_err(|error| crate::Error::usage(error.to_string()))?;
        if !dialect.tables.in_transactions {
            return Ok(statements.iter().try_for_each(|text| connection.run(text))?);
        }
        // A failure leaves the transaction to the pool, which rolls it back.
        connection.control(Control::BeginWrite)?;
        if let Some(defer) = dialect.tables.defer_foreign_keys {
            connection.run(defer)?;
        }
        statements.iter().try_for_each(|text| connection.run(text))?;
        Ok(connection.control(Control::Commit)?)
    }

    /// A connection, for plain structs without a session.
    ///
    /// # Errors
    ///
    /// Those of opening the database; [`is_pool_timeout`](crate::Error::is_pool_timeout) where none comes free in time.
    pub fn connect(&self) -> Result<Connection> {
        Ok(Connection::new(self.pool.connect()?))
    }

    /// A session. Its transactions begin with their first statement and take what they need as they go: on SQLite,
    /// one that has read fails to write when another connection wrote in between
    /// ([`is_serialization_failure`](crate::Error::is_serialization_failure)); [`transaction`](Database::transaction)
    /// does not.
    ///
    /// # Errors
    ///
    /// Those of [`connect`](Database::connect).
    pub fn session(&self) -> Result<Session> {
        Ok(Session::new(self.pool.connect()?, Mode::of(Control::Begin)))
    }

    /// Runs a unit of work in a transaction of its own: commits when the closure gives `Ok`, rolls back when it gives
    /// an error or panics, and runs it again, on a new session, when the database reports that the transaction
    /// collided with another ([`is_serialization_failure`](crate::Error::is_serialization_failure), which deadlocks are
    /// too), or when the connection broke before the commit. Pauses between attempts grow and are random; after
    /// ten attempts the last error is given. After collisions, the units of work of a `Database` and its clones run again one at
    /// a time, and new ones wait for one that has collided three times, for a second at most.
    ///
    /// A connection that breaks during the commit is [`is_outcome_unknown`](crate::Error::is_outcome_unknown): that is
    /// never run again, since it may have been committed.
    ///
    /// The transaction takes the lock to write at its start. It is the closure's result that ends it, so
    /// [`commit`](Session::commit) is an error inside; [`set_rollback`](Session::set_rollback) rolls it back with a value.
    ///
    /// # Errors
    ///
    /// The closure's own, and those of the commit.
    ///
    /// # Examples
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct Account { id: Id<Account>, balance: i64 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Account])?;
    /// # db.transaction(|session| { session.add_all([100, 0].map(|balance| Account { balance, ..Default::default() })); Ok(()) })?;
    /// db.transaction(|session| {
    ///     let from = session.get_one::<Account>(1)?;
    ///     let to = session.get_one::<Account>(2)?;
    ///     session[from].balance -= 30;
    ///     session[to].balance += 30;
    ///     Ok(())
    /// })?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn transaction<T>(&self, work: impl FnMut(&mut Session) -> Result<T>) -> Result<T> {
        self.transaction_with(TransactionOptions::new(), work)
    }

    /// Runs a unit of work as [`transaction`](Database::transaction) does, with options: isolation level, read only, time
    /// limit of statements, attempts.
    ///
    /// # Errors
    ///
    /// Those of [`transaction`](Database::transaction), and options that the database lacks.
    ///
    /// # Examples
    ///
    /// ```
    /// # use onggi::{Database, Id, Isolation, Model, TransactionOptions};
    /// # #[derive(Clone, Default, Model)] struct Account { id: Id<Account>, balance: i64 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Account])?;
    /// let options = TransactionOptions::new().isolation(Isolation::RepeatableRead).read_only().attempts(3);
    /// let count = db.transaction_with(options, |session| Account::query().count(session))?;
    /// assert_eq!(count, 0);
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn transaction_with<T>(
        &self,
        options: TransactionOptions,
        work: impl FnMut(&mut Session) -> Result<T>,
    ) -> Result<T> {
        self.unit_of_work(options, work, || Ok(()))
    }

    /// The same, with what may still stop it before the commit.
    pub(crate) fn unit_of_work<T>(
        &self,
        options: TransactionOptions,
        mut work: impl FnMut(&mut Session) -> Result<T>,
        before_commit: impl Fn() -> Result<()>,
    ) -> Result<T> {
        let mode = options.mode()?;
        let (mut attempt, mut turn) = (1, None);
        loop {
            match self.attempt(mode, attempt == 1 && !options.read_only, &mut work, &before_commit) {
                Err(error) if error.can_be_run_again() && attempt < options.attempts => {
                    turn = match error.is_serialization_failure() {
                        true => self.turn.again(attempt, turn),
                        false => {
                            drop(turn);
                            std::thread::sleep(pause(attempt));
                            None
                        }
                    };
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    fn attempt<T>(
        &self,
        mode: Mode,
        gives_way: bool,
        work: &mut impl FnMut(&mut Session) -> Result<T>,
        before_commit: &impl Fn() -> Result<()>,
    ) -> Result<T> {
        let mut connection = self.pool.connect()?;
        if gives_way && self.turn.is_urgent() {
            // Given back, as who is urgent needs one as well.
            drop(connection);
            self.turn.give_way();
            connection = self.pool.connect()?;
        }
        let mut session = Session::new(connection, mode);
        session.begin()?;
        // On an error or panic the session is dropped, and its connection rolled back.
        session.manage(work, before_commit)
    }

    /// Runs a closure on a session that only reads, from one state of the database.
    ///
    /// # Errors
    ///
    /// The closure's own; a write is one ([`is_read_only`](crate::Error::is_read_only)).
    pub fn read<T>(&self, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        let mut session = Session::new(self.pool.connect()?, Mode::of(Control::BeginRead));
        let value = work(&mut session)?;
        session.flush()?;
        session.rollback()?;
        Ok(value)
    }

    /// Calls a function with every statement that runs from now on, on connections and sessions made after this.
    ///
    /// Statements are also logged with `tracing`, at level DEBUG under the target `onggi::sql`. Values are in
    /// neither.
    pub fn on_statement(&self, observer: impl Fn(Executed<'_>) + Send + Sync + 'static) {
        self.pool.observe(Some(Arc::new(observer)));
    }

    /// Calls a function before every statement of connections and sessions made after this; its error is the statement's.
    #[doc(hidden)]
    pub fn intercept(&self, interceptor: Option<onggi_driver::Interceptor>) {
        self.pool.intercept(interceptor);
    }

    /// How the pool of connections is used: how many are open and in use, how many threads wait, what was counted so far.
    ///
    /// ```
    /// let db = onggi::Database::open("sqlite::memory:?pool_size=4")?;
    /// let session = db.session()?;
    /// let metrics = db.pool_metrics();
    /// assert_eq!((metrics.size, metrics.in_use, metrics.waiting), (4, 1, 0));
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn pool_metrics(&self) -> PoolMetrics {
        self.pool.metrics()
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("pool", &self.pool).finish()
    }
}

/// The tables, each with those that link its rows to others.
fn with_links(tables: &[&'static Table]) -> Vec<&'static Table> {
    tables.iter().flat_map(|table| std::iter::once(*table).chain(table.links.iter().copied())).collect()
}
