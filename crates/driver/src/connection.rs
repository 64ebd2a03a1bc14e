#[cfg(feature = "postgres")]
use std::marker::PhantomData;
use std::time::Duration;

use onggi_sql::shape::Shape;
use onggi_sql::{Compiled, Dialect, Statement};

use crate::error::Kind;
use crate::observe::{Observer, report};
#[cfg(feature = "postgres")]
use crate::postgres;
#[cfg(feature = "sqlite")]
use crate::sqlite;
use crate::{Bind, Control, Error, Result, Type, ValueRef};

/// A connection to a database.
pub struct Connection {
    back_end: BackEnd,
    dialect: &'static Dialect,
    observer: Option<Observer>,
    read_only: bool,
}

/// The databases, one variant each.
enum BackEnd {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Connection),
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::Connection>),
}

impl Connection {
    #[cfg(feature = "sqlite")]
    pub(crate) fn sqlite(connection: sqlite::Connection) -> Connection {
        let dialect = &onggi_sql::dialect::SQLITE;
        Connection { back_end: BackEnd::Sqlite(connection), dialect, observer: None, read_only: false }
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn postgres(connection: postgres::Connection) -> Connection {
        let dialect = &onggi_sql::dialect::POSTGRES;
        let back_end = BackEnd::Postgres(Box::new(connection));
        Connection { back_end, dialect, observer: None, read_only: false }
    }

    /// The database's way to write SQL.
    pub fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    /// Calls `observer` with every statement from now on.
    pub fn observe(&mut self, observer: Option<Observer>) {
        self.observer = observer;
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(connection) => connection.in_transaction(),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.in_transaction(),
        }
    }

    /// Whether it broke, so that nothing can be done with it any more.
    pub fn is_lost(&self) -> bool {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.is_lost(),
        }
    }

    /// Asks the server whether it is still there, and waits no longer than `within` for it.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub(crate) fn answers(&mut self, within: Duration) -> bool {
        match &mut self.back_end {
            // The database is in this process.
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.answers(within),
        }
    }

    /// Whether the open transaction may have written, or taken the lock for it.
    pub fn may_have_written(&self) -> bool {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(connection) => connection.may_have_written(),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.in_transaction(),
        }
    }

    /// The version of the database's engine.
    pub fn version(&self) -> String {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => sqlite::version().to_owned(),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.version(),
        }
    }

    /// Refuses writes from now on, or allows them again.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn set_read_only(&mut self, read_only: bool) -> Result<()> {
        match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(connection) => connection.set_read_only(read_only),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.set_read_only(read_only),
        }?;
        self.read_only = read_only;
        Ok(())
    }

    /// Makes the connection as new for whoever gets it next, and says whether that could be done.
    pub(crate) fn reset(&mut self) -> bool {
        self.observer = None;
        let clean = !self.in_transaction() || self.control(Control::Rollback).is_ok();
        clean && !self.is_lost() && (!self.read_only || self.set_read_only(false).is_ok())
    }

    /// Runs a statement that has no parameters and gives no rows.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn run(&mut self, statement: &str) -> Result<()> {
        match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => {
                self.with_text(statement, |prepared| prepared.execute(|_| Ok(())).map(|_| ()))
            }
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => {
                report(self.observer.as_ref(), statement, 1);
                connection.run(statement)
            }
        }
    }

    /// Takes a step of a transaction. Where the database cannot be told that a transaction only reads, the connection
    /// refuses writes from then on.
    ///
    /// # Errors
    ///
    /// Those of the database, and what it lacks.
    pub fn control(&mut self, control: Control) -> Result<()> {
        let text = control.text(self.dialect).map_err(unsupported)?;
        if control.leaves_writes(self.dialect) {
            self.set_read_only(true)?;
        }
        match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => self.run(&text),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => {
                report(self.observer.as_ref(), &text, 1);
                connection.control(control, &text)
            }
        }
    }

    /// Lends the statement of a shape, prepared. It is built, compiled and prepared the first time, and stays so for
    /// as long as the connection lives.
    ///
    /// # Errors
    ///
    /// Statements that the database lacks a way to say, tables and columns that do not exist, and those of `work`.
    pub fn with<T, E: From<Error>>(
        &mut self,
        shape: &Shape,
        statement: impl FnOnce() -> Statement,
        work: impl FnOnce(&mut Prepared<'_, '_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let observer = self.observer.as_ref();
        match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(connection) => connection.with(
                shape,
                || compile(&statement(), self.dialect),
                |text, prepared| work(&mut Prepared::new(PreparedBackEnd::Sqlite(prepared), text, observer)),
            ),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.with(
                shape,
                || compile(&statement(), self.dialect),
                |text, prepared| {
                    work(&mut Prepared::new(PreparedBackEnd::Postgres(prepared, PhantomData), text, observer))
                },
            ),
        }
    }

    /// Lends the statement of a text, prepared.
    ///
    /// # Errors
    ///
    /// Those of the database (what is not SQL, tables and columns that do not exist), and those of `work`.
    pub fn with_text<T, E: From<Error>>(
        &mut self,
        text: &str,
        work: impl FnOnce(&mut Prepared<'_, '_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.with_typed_text(text, &[], work)
    }

    /// The same, with the types of parameters as far as they are known: some databases have to be told where they cannot
    /// see from the text what a parameter is compared with or set to.
    ///
    /// # Errors
    ///
    /// Those of [`with_text`](Connection::with_text).
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub fn with_typed_text<T, E: From<Error>>(
        &mut self,
        text: &str,
        types: &[Option<Type>],
        work: impl FnOnce(&mut Prepared<'_, '_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let observer = self.observer.as_ref();
        match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(connection) => connection.with_text(text, |prepared| {
                work(&mut Prepared::new(PreparedBackEnd::Sqlite(prepared), text, observer))
            }),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.with_text(text, types, |prepared| {
                work(&mut Prepared::new(PreparedBackEnd::Postgres(prepared, PhantomData), text, observer))
            }),
        }
    }
}

fn compile(statement: &Statement, dialect: &'static Dialect) -> Result<Compiled> {
    let compiled = onggi_sql::compile::compile(statement, dialect);
    compiled.map_err(unsupported)
}

fn unsupported(error: onggi_sql::Error) -> Error {
    Error::new(Kind::Other, error.to_string()).with_source(error)
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("dialect", &self.dialect.name).finish_non_exhaustive()
    }
}

/// A statement ready to run, as often as wanted.
pub struct Prepared<'p, 'c> {
    back_end: PreparedBackEnd<'p, 'c>,
    statement: &'p str,
    times: u64,
    observer: Option<&'p Observer>,
}

enum PreparedBackEnd<'p, 'c> {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Prepared<'p, 'c>),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Prepared<'p>, PhantomData<&'c ()>),
}

impl<'p, 'c> Prepared<'p, 'c> {
    fn new(
        back_end: PreparedBackEnd<'p, 'c>,
        statement: &'p str,
        observer: Option<&'p Observer>,
    ) -> Prepared<'p, 'c> {
        Prepared { back_end, statement, times: 0, observer }
    }

    /// Runs it and says how many rows it changed.
    ///
    /// # Errors
    ///
    /// Those of `bind` and of the database.
    pub fn execute<E: From<Error>>(
        &mut self,
        bind: impl FnOnce(&mut dyn Bind) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        let executed = match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => {
                prepared.bind(bind)?;
                self.times += 1;
                prepared.execute()
            }
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => {
                prepared.bind(bind)?;
                self.times += 1;
                prepared.execute()
            }
        };
        executed.map_err(|error| error.with_statement(self.statement).into())
    }

    /// Runs it for each of some rows, in order, and says how many rows each run changed, or why it failed. The first error that
    /// is given back ends it; where statements travel together, those behind a failed one have been sent by then.
    ///
    /// # Errors
    ///
    /// What `done` gives back.
    pub fn execute_all<E: From<Error>>(
        &mut self,
        rows: usize,
        mut bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
        mut done: impl FnMut(usize, std::result::Result<u64, E>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        match &mut self.back_end {
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) if rows > 1 => {
                let statement = self.statement;
                prepared.execute_all(rows, &mut self.times, bind, |row, answer| {
                    done(row, answer.map_err(|error| error.with_statement(statement).into()))
                })
            }
            _ => (0..rows).try_for_each(|row| {
                let executed = self.execute(|to| bind(row, to));
                done(row, executed)
            }),
        }
    }

    /// Runs an insert of one row and gives the key that the database generated for it.
    ///
    /// # Errors
    ///
    /// Those of [`execute`](Prepared::execute).
    pub fn insert<E: From<Error>>(
        &mut self,
        bind: impl FnOnce(&mut dyn Bind) -> std::result::Result<(), E>,
    ) -> std::result::Result<i64, E> {
        let inserted = match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => {
                prepared.bind(bind)?;
                self.times += 1;
                prepared.execute().map(|_| prepared.generated_key())
            }
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => {
                prepared.bind(bind)?;
                self.times += 1;
                prepared.insert()
            }
        };
        inserted.map_err(|error| error.with_statement(self.statement).into())
    }

    /// Runs an insert of rows in arrays: so many rows, each bound as a row of its own would be. Gives the keys that were
    /// generated for them, in their order, where the statement gives them back.
    ///
    /// # Errors
    ///
    /// Those of [`execute`](Prepared::execute); databases without such inserts.
    pub fn insert_together<E: From<Error>>(
        &mut self,
        rows: usize,
        bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
    ) -> std::result::Result<Vec<i64>, E> {
        match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(_) => {
                let _ = (rows, bind);
                Err(Error::new(Kind::Other, "SQLite inserts rows one by one").into())
            }
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => {
                let statement = self.statement;
                prepared.insert_together(rows, bind, &mut self.times, |error| {
                    error.with_statement(statement).into()
                })
            }
        }
    }

    /// Runs it and lends its rows.
    ///
    /// # Errors
    ///
    /// Those of `bind`; those of the database come here or with the rows.
    pub fn query<E: From<Error>>(
        &mut self,
        bind: impl FnOnce(&mut dyn Bind) -> std::result::Result<(), E>,
    ) -> std::result::Result<Rows<'_>, E> {
        let statement = self.statement;
        let back_end = match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => {
                prepared.bind(bind)?;
                self.times += 1;
                RowsBackEnd::Sqlite(prepared.rows())
            }
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => {
                prepared.bind(bind)?;
                self.times += 1;
                RowsBackEnd::Postgres(prepared.rows().map_err(|error| error.with_statement(statement))?)
            }
        };
        Ok(Rows { back_end, statement })
    }

    /// The names of the columns that its rows have.
    pub fn columns(&self) -> Vec<String> {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => prepared.columns(),
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => prepared.columns(),
        }
    }

    /// Whether it leaves the database as it is.
    pub fn reads_only(&self) -> bool {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => prepared.reads_only(),
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => prepared.reads_only(),
        }
    }

    /// How many parameters it takes.
    pub fn parameters(&self) -> usize {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => prepared.parameter_count(),
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => prepared.parameter_count(),
        }
    }
}

impl Drop for Prepared<'_, '_> {
    fn drop(&mut self) {
        if self.times > 0 {
            report(self.observer, self.statement, self.times);
        }
    }
}

/// The rows of a running statement, lent one at a time.
pub struct Rows<'p> {
    back_end: RowsBackEnd<'p>,
    statement: &'p str,
}

enum RowsBackEnd<'p> {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Rows<'p>),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Rows<'p>),
}

impl Rows<'_> {
    /// The next row, if there is one.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>> {
        match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            RowsBackEnd::Sqlite(rows) => match rows.next() {
                Ok(row) => Ok(row.map(Row::Sqlite)),
                Err(error) => Err(error.with_statement(self.statement)),
            },
            #[cfg(feature = "postgres")]
            RowsBackEnd::Postgres(rows) => match rows.next() {
                Ok(row) => Ok(row.map(Row::Postgres)),
                Err(error) => Err(error.with_statement(self.statement)),
            },
        }
    }
}

/// A row, lent until the next one is asked for.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Row<'r> {
    /// A row of SQLite's.
    #[cfg(feature = "sqlite")]
    #[doc(hidden)]
    Sqlite(sqlite::Row<'r>),
    /// A row of PostgreSQL's.
    #[cfg(feature = "postgres")]
    #[doc(hidden)]
    Postgres(postgres::Row<'r>),
}

impl<'r> Row<'r> {
    /// The value of a column, read as a type.
    ///
    /// # Errors
    ///
    /// A value that is not of the type, and a position that the row does not have.
    #[inline]
    pub fn value(self, column: usize, ty: Type) -> Result<ValueRef<'r>> {
        match self {
            #[cfg(feature = "sqlite")]
            Row::Sqlite(row) => row.value(column, ty),
            #[cfg(feature = "postgres")]
            Row::Postgres(row) => row.value(column, ty),
        }
    }

    /// The value of a column as the database keeps it, whatever its type.
    ///
    /// # Errors
    ///
    /// Text that is not UTF-8, and a position that the row does not have.
    pub fn raw(self, column: usize) -> Result<ValueRef<'r>> {
        match self {
            #[cfg(feature = "sqlite")]
            Row::Sqlite(row) => row.raw(column),
            #[cfg(feature = "postgres")]
            Row::Postgres(row) => row.raw(column),
        }
    }
}
