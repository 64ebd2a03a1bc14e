use rusqlite::{Statement, TransactionState, ffi};

use super::error::{classify, collision};
use super::limit::{Limit, stopped};
use super::value::{bind, direct, is_direct, raw, value};
use crate::{Bind, Error, Result, Type, ValueRef};

/// A statement that SQLite has compiled.
pub(crate) struct Prepared<'p, 'c> {
    statement: &'p mut Statement<'c>,
    connection: &'p rusqlite::Connection,
    limit: Option<&'p Limit>,
    /// Whether it is a text of the program's own, which can be of any kind.
    own: bool,
    /// Whether something large is bound, which must not stay in memory with the statement.
    large: bool,
}

impl<'p, 'c> Prepared<'p, 'c> {
    pub(super) fn new(
        statement: &'p mut Statement<'c>,
        connection: &'p rusqlite::Connection,
        limit: Option<&'p Limit>,
        own: bool,
    ) -> Prepared<'p, 'c> {
        Prepared { statement, connection, limit, own, large: false }
    }

    /// Binds all parameters.
    #[inline]
    pub(crate) fn bind<E: From<Error>>(
        &mut self,
        bind: impl FnOnce(&mut dyn Bind) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut parameters = Parameters { statement: self.statement, bound: 0, large: &mut self.large };
        bind(&mut parameters)?;
        parameters.complete()?;
        if let Some(limit) = self.limit {
            limit.begin();
        }
        Ok(())
    }

    pub(crate) fn execute(&mut self) -> Result<u64> {
        let before = self.own.then(|| self.connection.total_changes());
        let changed =
            self.statement.raw_execute().map_err(|error| refused(error, self.connection, self.limit))?;
        // What is no INSERT, UPDATE or DELETE leaves SQLite's count as the last of these set it.
        let is_old = before.is_some_and(|before| before == self.connection.total_changes());
        Ok(if is_old { 0 } else { u64::try_from(changed).unwrap_or(u64::MAX) })
    }

    pub(crate) fn generated_key(&self) -> i64 {
        self.connection.last_insert_rowid()
    }

    pub(crate) fn rows(&mut self) -> Rows<'_> {
        Rows { rows: self.statement.raw_query(), connection: self.connection, limit: self.limit }
    }

    pub(crate) fn columns(&self) -> Vec<String> {
        self.statement.column_names().map(str::to_owned).collect()
    }

    pub(crate) fn reads_only(&self) -> bool {
        self.statement.readonly()
    }

    pub(crate) fn parameter_count(&self) -> usize {
        self.statement.parameter_count()
    }
}

impl Drop for Prepared<'_, '_> {
    fn drop(&mut self) {
        if let Some(limit) = self.limit {
            limit.end();
        }
        if self.large {
            self.statement.clear_bindings();
        }
    }
}

/// The parameters of a statement, bound from the first on.
struct Parameters<'p, 'c> {
    statement: &'p mut Statement<'c>,
    bound: usize,
    large: &'p mut bool,
}

/// From how many bytes on a value is large.
const LARGE: usize = 4_096;

impl Parameters<'_, '_> {
    /// Whether every parameter has a value: one left out would keep that of the run before.
    fn complete(&self) -> Result<()> {
        match (self.statement.parameter_count(), self.bound) {
            (wanted, bound) if wanted == bound => Ok(()),
            (wanted, bound) => Err(Error::value(format!("{wanted} parameters wanted, {bound} bound"))),
        }
    }
}

impl Bind for Parameters<'_, '_> {
    #[inline]
    fn bind(&mut self, value: ValueRef<'_>) -> Result<()> {
        self.bound += 1;
        *self.large |= match value {
            ValueRef::Text(text) => text.len() > LARGE,
            ValueRef::Blob(bytes) => bytes.len() > LARGE,
            ValueRef::List(_) => true,
            _ => false,
        };
        bind(self.statement, self.bound, value)
    }
}

/// The rows of a running statement.
pub(crate) struct Rows<'p> {
    rows: rusqlite::Rows<'p>,
    connection: &'p rusqlite::Connection,
    limit: Option<&'p Limit>,
}

impl<'p> Rows<'p> {
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>> {
        match self.rows.next() {
            Ok(row) => Ok(row.map(Row)),
            Err(error) => Err(refused(error, self.connection, self.limit)),
        }
    }
}

/// The error of a statement, with regard to what its transaction has done before.
#[cold]
fn refused(error: rusqlite::Error, connection: &rusqlite::Connection, limit: Option<&Limit>) -> Error {
    let has_read = || matches!(connection.transaction_state(Some("main")), Ok(TransactionState::Read));
    match error.sqlite_extended_error_code() {
        Some(ffi::SQLITE_BUSY) if has_read() => collision(error),
        Some(ffi::SQLITE_INTERRUPT) => stopped(limit).with_source(error),
        _ => classify(error),
    }
}

/// A row, lent.
#[derive(Clone, Copy)]
pub struct Row<'r>(&'r rusqlite::Row<'r>);

impl<'r> Row<'r> {
    #[inline]
    pub(crate) fn value(self, column: usize, ty: Type) -> Result<ValueRef<'r>> {
        value(self.0.get_ref(column).map_err(classify)?, ty)
    }

    #[inline]
    pub(crate) fn direct(self, column: usize, ty: Type) -> Option<ValueRef<'r>> {
        // The others need not be looked at for that.
        if !is_direct(ty) {
            return None;
        }
        direct(self.0.get_ref(column).ok()?, ty)
    }

    pub(crate) fn raw(self, column: usize) -> Result<ValueRef<'r>> {
        raw(self.0.get_ref(column).map_err(classify)?)
    }
}
