use std::time::Duration;

use onggi_sql::shape::Shape;
use onggi_sql::{Compiled, Dialect, Statement, Table};

use crate::cancel;
use crate::error::Kind;
#[cfg(feature = "mysql")]
use crate::mysql;
#[cfg(any(feature = "mysql", feature = "postgres"))]
use crate::observe::report;
use crate::observe::{Interceptor, Observer};
#[cfg(feature = "postgres")]
use crate::postgres;
use crate::precision::Precisions;
#[cfg(feature = "sqlite")]
use crate::sqlite;
use crate::{CancelHandle, Control, Error, Fit, Prepared, Result, Type};

/// A connection to a database.
pub struct Connection {
    back_end: BackEnd,
    dialect: &'static Dialect,
    observer: Option<Observer>,
    read_only: bool,
    /// What was given out to cancel statements.
    cancel: Option<CancelHandle>,
    interceptor: Option<Interceptor>,
    /// How fine the columns of tables are.
    pub(crate) precisions: Precisions,
}

/// The databases, one variant each.
enum BackEnd {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Connection),
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::Connection>),
    #[cfg(feature = "mysql")]
    Mysql(Box<mysql::Connection>),
}

impl Connection {
    #[cfg(feature = "sqlite")]
    pub(crate) fn sqlite(connection: sqlite::Connection) -> Connection {
        Connection::new(BackEnd::Sqlite(connection), &onggi_sql::dialect::SQLITE)
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn postgres(connection: postgres::Connection) -> Connection {
        Connection::new(BackEnd::Postgres(Box::new(connection)), &onggi_sql::dialect::POSTGRES)
    }

    #[cfg(feature = "mysql")]
    pub(crate) fn mysql(connection: mysql::Connection) -> Connection {
        let dialect = connection.dialect();
        Connection::new(BackEnd::Mysql(Box::new(connection)), dialect)
    }

    fn new(back_end: BackEnd, dialect: &'static Dialect) -> Connection {
        Connection {
            back_end,
            dialect,
            observer: None,
            read_only: false,
            cancel: None,
            interceptor: None,
            precisions: Precisions::new(),
        }
    }

    /// The database's way to write SQL.
    #[inline]
    pub fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    /// Calls `observer` with every statement from now on.
    pub fn observe(&mut self, observer: Option<Observer>) {
        self.observer = observer;
    }

    /// Calls `interceptor` before every statement from now on, until the connection goes back to its pool.
    #[doc(hidden)]
    pub fn intercept(&mut self, interceptor: Option<Interceptor>) {
        self.interceptor = interceptor;
    }

    #[inline]
    fn before_statement(&mut self) -> Result<()> {
        match &self.interceptor {
            None => Ok(()),
            Some(_) => self.intercepted(),
        }
    }

    /// Whether texts without parameters are prepared as all others are.
    fn runs_prepared(&self) -> bool {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => true,
            #[cfg(any(feature = "mysql", feature = "postgres"))]
            _ => false,
        }
    }

    /// Limits the time of statements where the database has to be asked while it runs, and says whether it is one.
    #[cfg(feature = "sqlite")]
    fn set_limit(&mut self, limit: Option<Duration>) -> Result<bool> {
        match &mut self.back_end {
            BackEnd::Sqlite(connection) => connection.set_limit(limit).map(|()| true),
            #[cfg(any(feature = "mysql", feature = "postgres"))]
            _ => Ok(false),
        }
    }

    /// Does what nobody else sees: a question of its own to the database.
    pub(crate) fn unobserved<T>(&mut self, work: impl FnOnce(&mut Connection) -> T) -> T {
        let (observer, interceptor) = (self.observer.take(), self.interceptor.take());
        let done = work(self);
        (self.observer, self.interceptor) = (observer, interceptor);
        done
    }

    #[cold]
    fn intercepted(&mut self) -> Result<()> {
        // What it runs itself is not intercepted.
        let Some(interceptor) = self.interceptor.take() else { return Ok(()) };
        let said = interceptor(self);
        self.interceptor = Some(interceptor);
        said
    }

    /// How far columns of a table are of the types that they are described with, as an insert of a row of them tells.
    ///
    /// # Errors
    ///
    /// Those of the database.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub fn fit(&mut self, table: &'static Table, columns: &[usize], insert: &str) -> Result<Fit> {
        match &mut self.back_end {
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.fit(table, columns, insert),
            #[cfg(any(feature = "sqlite", feature = "mysql"))]
            _ => Ok(Fit::Converts),
        }
    }

    /// Whether rows of these columns can be [copied](Prepared::copy) into a table, in the transaction that is open, with the same
    /// effect as this insert of each.
    ///
    /// # Errors
    ///
    /// Those of the database.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub fn takes_copies(&mut self, table: &'static Table, columns: &[usize], insert: &str) -> Result<bool> {
        match &mut self.back_end {
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.takes_copies(table, columns, insert),
            #[cfg(any(feature = "sqlite", feature = "mysql"))]
            _ => Ok(false),
        }
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(connection) => connection.in_transaction(),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.in_transaction(),
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(connection) => connection.in_transaction(),
        }
    }

    /// Whether it broke, so that nothing can be done with it any more.
    pub fn is_lost(&self) -> bool {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.is_lost(),
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(connection) => connection.is_lost(),
        }
    }

    /// Asks the server whether it is still there, and waits no longer than `within` for it.
    #[cfg_attr(not(any(feature = "mysql", feature = "postgres")), allow(unused_variables))]
    pub(crate) fn answers(&mut self, within: Duration) -> bool {
        match &mut self.back_end {
            // The database is in this process.
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.answers(within),
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(connection) => connection.answers(within),
        }
    }

    /// Whether the open transaction may have written, or taken the lock for it.
    pub fn may_have_written(&self) -> bool {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(connection) => connection.may_have_written(),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.in_transaction(),
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(connection) => connection.in_transaction(),
        }
    }

    /// The version of the database's engine.
    pub fn version(&self) -> String {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => sqlite::version().to_owned(),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.version(),
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(connection) => connection.version(),
        }
    }

    /// How many bytes the values of a statement may take together, where few are too many for the database.
    pub fn most_bytes(&self) -> Option<usize> {
        match &self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => None,
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(_) => None,
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(connection) => connection.most_bytes(),
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
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(connection) => connection.set_read_only(read_only),
        }?;
        self.read_only = read_only;
        Ok(())
    }

    /// What ends the running statement, from any thread, for as long as the connection is lent.
    pub fn cancel_handle(&mut self) -> CancelHandle {
        let back_end = &self.back_end;
        let handle = self.cancel.get_or_insert_with(|| {
            CancelHandle::new(match back_end {
                #[cfg(feature = "sqlite")]
                BackEnd::Sqlite(connection) => cancel::BackEnd::Sqlite(connection.interrupt_handle()),
                #[cfg(feature = "postgres")]
                BackEnd::Postgres(connection) => cancel::BackEnd::Postgres(connection.cancel()),
                #[cfg(feature = "mysql")]
                BackEnd::Mysql(connection) => cancel::BackEnd::Mysql(connection.cancel()),
            })
        });
        handle.clone()
    }

    /// Makes the connection as new for whoever gets it next, and says whether that could be done.
    pub(crate) fn reset(&mut self) -> bool {
        self.observer = None;
        self.interceptor = None;
        if self.cancel.take().is_some_and(|handle| handle.end()) {
            return false;
        }
        #[cfg(feature = "sqlite")]
        if self.set_limit(None).is_err() {
            return false;
        }
        let clean = !self.in_transaction() || self.control(Control::Rollback).is_ok();
        #[cfg(feature = "mysql")]
        #[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), allow(irrefutable_let_patterns))]
        if let BackEnd::Mysql(connection) = &mut self.back_end {
            connection.lift_limit();
        }
        clean && !self.is_lost() && (!self.read_only || self.set_read_only(false).is_ok())
    }

    /// Runs a statement that has no parameters and gives no rows.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn run(&mut self, statement: &str) -> Result<()> {
        self.forget_precisions();
        if !self.runs_prepared() {
            self.before_statement()?;
        }
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
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(connection) => {
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
        if !self.runs_prepared() {
            self.before_statement()?;
        }
        #[cfg(feature = "sqlite")]
        match control {
            // SQLite has no statement for it, and asks the program while it runs.
            Control::StatementTimeout(limit)
                if self.set_limit(Some(Duration::from_millis(limit.into())))? =>
            {
                return Ok(());
            }
            // A limit ends with its transaction.
            Control::Begin | Control::BeginWrite | Control::BeginRead | Control::BeginWith(_) => {
                self.set_limit(None)?;
            }
            _ => {}
        }
        if matches!(control, Control::Rollback | Control::RollbackTo(_)) {
            // Tables are what they were.
            self.forget_precisions();
        }
        let text = control.text(self.dialect).map_err(unsupported)?;
        if control.leaves_writes(self.dialect) {
            self.set_read_only(true)?;
        }
        if let Some(first) = control.first(self.dialect) {
            self.run(&first)?;
        }
        match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => self.run(&text),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => {
                report(self.observer.as_ref(), &text, 1);
                connection.control(control, &text)
            }
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(connection) => {
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
        self.before_statement()?;
        let observer = self.observer.as_ref();
        match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(connection) => connection.with(
                shape,
                || compile(&statement(), self.dialect),
                |text, prepared| work(&mut Prepared::sqlite(prepared, text, observer)),
            ),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection.with(
                shape,
                || compile(&statement(), self.dialect),
                |text, prepared| work(&mut Prepared::postgres(prepared, text, observer)),
            ),
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(connection) => connection.with(
                shape,
                || compile(&statement(), self.dialect),
                |text, prepared| work(&mut Prepared::mysql(prepared, text, observer)),
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
        self.before_statement()?;
        let observer = self.observer.as_ref();
        match &mut self.back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(connection) => {
                connection.with_text(text, |prepared| work(&mut Prepared::sqlite(prepared, text, observer)))
            }
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(connection) => connection
                .with_text(text, types, |prepared| work(&mut Prepared::postgres(prepared, text, observer))),
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(connection) => {
                connection.with_text(text, |prepared| work(&mut Prepared::mysql(prepared, text, observer)))
            }
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
