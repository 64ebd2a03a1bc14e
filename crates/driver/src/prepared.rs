//! Statements that run, and their rows: one interface over the back ends.

#[cfg(any(feature = "mysql", feature = "postgres"))]
use std::marker::PhantomData;

#[cfg(any(feature = "sqlite", feature = "mysql"))]
use crate::error::Kind;
#[cfg(feature = "mysql")]
use crate::mysql;
use crate::observe::{Observer, report};
#[cfg(feature = "postgres")]
use crate::postgres;
#[cfg(feature = "sqlite")]
use crate::sqlite;
use crate::{Bind, Error, Result, Type, ValueRef};

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
    #[cfg(feature = "mysql")]
    Mysql(mysql::Prepared<'p>, PhantomData<&'c ()>),
}

impl<'p, 'c> Prepared<'p, 'c> {
    #[cfg(feature = "sqlite")]
    pub(crate) fn sqlite(
        prepared: sqlite::Prepared<'p, 'c>,
        statement: &'p str,
        observer: Option<&'p Observer>,
    ) -> Prepared<'p, 'c> {
        Prepared { back_end: PreparedBackEnd::Sqlite(prepared), statement, times: 0, observer }
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn postgres(
        prepared: postgres::Prepared<'p>,
        statement: &'p str,
        observer: Option<&'p Observer>,
    ) -> Prepared<'p, 'c> {
        let back_end = PreparedBackEnd::Postgres(prepared, PhantomData);
        Prepared { back_end, statement, times: 0, observer }
    }

    #[cfg(feature = "mysql")]
    pub(crate) fn mysql(
        prepared: mysql::Prepared<'p>,
        statement: &'p str,
        observer: Option<&'p Observer>,
    ) -> Prepared<'p, 'c> {
        let back_end = PreparedBackEnd::Mysql(prepared, PhantomData);
        Prepared { back_end, statement, times: 0, observer }
    }

    /// Binds all parameters of a run.
    #[inline]
    fn bind<E: From<Error>>(
        &mut self,
        bind: impl FnOnce(&mut dyn Bind) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => prepared.bind(bind)?,
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => prepared.bind(bind)?,
            #[cfg(feature = "mysql")]
            PreparedBackEnd::Mysql(prepared, _) => prepared.bind(bind)?,
        }
        self.times += 1;
        Ok(())
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
        self.bind(bind)?;
        let executed = match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => prepared.execute(),
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => prepared.execute(),
            #[cfg(feature = "mysql")]
            PreparedBackEnd::Mysql(prepared, _) => prepared.execute(),
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
        bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
        done: impl FnMut(usize, std::result::Result<u64, E>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        match &mut self.back_end {
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) if rows > 1 && !prepared.is_control() => {
                let statement = self.statement;
                let failed = |error: Error| error.with_statement(statement).into();
                prepared.execute_all(rows, &mut self.times, bind, failed, done)
            }
            _ => {
                let (mut bind, mut done) = (bind, done);
                (0..rows).try_for_each(|row| {
                    let executed = self.execute(|to| bind(row, to));
                    done(row, executed)
                })
            }
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
        self.bind(bind)?;
        let inserted = match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => prepared.execute().map(|_| prepared.generated_key()),
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => prepared.insert(),
            #[cfg(feature = "mysql")]
            PreparedBackEnd::Mysql(prepared, _) => prepared.insert(),
        };
        inserted.map_err(|error| error.with_statement(self.statement).into())
    }

    /// Runs an insert of one row for each of some rows, in order, and says which key the database generated for each, or why it
    /// failed. It is given up as [`execute_all`](Prepared::execute_all) is.
    ///
    /// # Errors
    ///
    /// What `done` gives back.
    pub fn insert_all<E: From<Error>>(
        &mut self,
        rows: usize,
        bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
        done: impl FnMut(usize, std::result::Result<i64, E>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        match &mut self.back_end {
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) if !prepared.is_control() => {
                let statement = self.statement;
                let failed = |error: Error| error.with_statement(statement).into();
                prepared.insert_all(rows, &mut self.times, bind, failed, done)
            }
            _ => {
                let (mut bind, mut done) = (bind, done);
                (0..rows).try_for_each(|row| {
                    let inserted = self.insert(|to| bind(row, to));
                    done(row, inserted)
                })
            }
        }
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
            #[cfg(feature = "mysql")]
            PreparedBackEnd::Mysql(prepared, _) => {
                let mut bind = bind;
                prepared.bind(|to| (0..rows).try_for_each(|row| bind(row, to)))?;
                self.times += 1;
                let keys = prepared.insert_together(rows);
                keys.map_err(|error| error.with_statement(self.statement).into())
            }
        }
    }

    /// Copies rows into the table of a statement that says so, each bound as a row of its own would be; the columns have these
    /// types, and the table [the same](crate::Fit::Same).
    ///
    /// # Errors
    ///
    /// Those of [`execute`](Prepared::execute); databases that are not copied to.
    pub fn copy<E: From<Error>>(
        &mut self,
        rows: usize,
        types: &[Type],
        bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        match &mut self.back_end {
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => {
                let statement = self.statement;
                prepared
                    .copy(rows, types, bind, &mut self.times, |error| error.with_statement(statement).into())
            }
            #[cfg(any(feature = "sqlite", feature = "mysql"))]
            _ => {
                let _ = (rows, types, bind);
                Err(Error::new(Kind::Other, "rows cannot be copied into this database").into())
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
        self.query_for(None, bind)
    }

    /// The same for so many rows at most, where the database can be told so beside the statement: others give all.
    ///
    /// # Errors
    ///
    /// Those of [`query`](Prepared::query).
    pub fn query_for<E: From<Error>>(
        &mut self,
        most: Option<u8>,
        bind: impl FnOnce(&mut dyn Bind) -> std::result::Result<(), E>,
    ) -> std::result::Result<Rows<'_>, E> {
        self.bind(bind)?;
        let statement = self.statement;
        #[cfg(not(feature = "postgres"))]
        let _ = most;
        let back_end = match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => RowsBackEnd::Sqlite(prepared.rows()),
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => {
                let rows = match most {
                    Some(most) => prepared.few_rows(most),
                    None => prepared.rows(),
                };
                RowsBackEnd::Postgres(rows.map_err(|error| error.with_statement(statement))?)
            }
            #[cfg(feature = "mysql")]
            PreparedBackEnd::Mysql(prepared, _) => {
                RowsBackEnd::Mysql(prepared.rows().map_err(|error| error.with_statement(statement))?)
            }
        };
        Ok(Rows { back_end, statement })
    }

    /// Its text.
    pub fn text(&self) -> &str {
        self.statement
    }

    /// The names of the columns that its rows have.
    pub fn columns(&self) -> Vec<String> {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => prepared.columns(),
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => prepared.columns(),
            #[cfg(feature = "mysql")]
            PreparedBackEnd::Mysql(prepared, _) => prepared.columns(),
        }
    }

    /// Whether it leaves the database as it is.
    pub fn reads_only(&self) -> bool {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => prepared.reads_only(),
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => prepared.reads_only(),
            #[cfg(feature = "mysql")]
            PreparedBackEnd::Mysql(prepared, _) => prepared.reads_only(),
        }
    }

    /// How many parameters it takes.
    pub fn parameters(&self) -> usize {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            PreparedBackEnd::Sqlite(prepared) => prepared.parameter_count(),
            #[cfg(feature = "postgres")]
            PreparedBackEnd::Postgres(prepared, _) => prepared.parameter_count(),
            #[cfg(feature = "mysql")]
            PreparedBackEnd::Mysql(prepared, _) => prepared.parameter_count(),
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
    #[cfg(feature = "mysql")]
    Mysql(mysql::Rows<'p>),
}

impl Rows<'_> {
    /// The names of their columns, where the statement could not tell them before it ran: MariaDB prepares statements that
    /// write and give rows so.
    pub fn columns(&self) -> Vec<String> {
        match &self.back_end {
            #[cfg(feature = "mysql")]
            RowsBackEnd::Mysql(rows) => rows.columns(),
            #[cfg(any(feature = "sqlite", feature = "postgres"))]
            _ => Vec::new(),
        }
    }

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
            #[cfg(feature = "mysql")]
            RowsBackEnd::Mysql(rows) => match rows.next() {
                Ok(row) => Ok(row.map(Row::Mysql)),
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
    /// A row of MariaDB's or MySQL's.
    #[cfg(feature = "mysql")]
    #[doc(hidden)]
    Mysql(mysql::Row<'r>),
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
            #[cfg(feature = "mysql")]
            Row::Mysql(row) => row.value(column, ty),
        }
    }

    /// The value of a column where it is at hand as it is: of [`value`](Row::value)'s values most of SQLite's, none of others'.
    ///
    /// It is small code, without the errors and conversions of all others.
    #[inline]
    pub fn direct(self, column: usize, ty: Type) -> Option<ValueRef<'r>> {
        match self {
            #[cfg(feature = "sqlite")]
            Row::Sqlite(row) => row.direct(column, ty),
            #[cfg(any(feature = "mysql", feature = "postgres"))]
            _ => {
                let _ = (column, ty);
                None
            }
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
            #[cfg(feature = "mysql")]
            Row::Mysql(row) => row.raw(column),
        }
    }
}
