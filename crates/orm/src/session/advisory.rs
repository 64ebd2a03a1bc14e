//! Locks that have names: what only one transaction at a time is to do.

use onggi_driver::{Bind, Row};
use onggi_sql::dialect::AdvisoryLock;

use super::Session;
use crate::{Error, Result, Type, ValueRef};

impl Session {
    /// Locks a name until the transaction ends, and waits while another transaction has it: an advisory lock, which keeps
    /// nobody from any row.
    ///
    /// ```
    /// # use onggi::Database;
    /// # let db = Database::open("sqlite::memory:")?;
    /// db.transaction(|session| {
    ///     session.lock("monthly report")?;
    ///     // Nobody else is here meanwhile.
    ///     Ok(())
    /// })?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// On PostgreSQL it is `pg_advisory_xact_lock` of a hash of the name. A transaction above
    /// [`ReadCommitted`](crate::Isolation::ReadCommitted) sees the rows of before it waited, so that one which then writes
    /// them collides and runs again: give it that level, or lock before anything is at stake. On SQLite the lock to write is
    /// the only one, for all names: [`Database::transaction`](crate::Database::transaction) has it from its start, which
    /// makes this a word without effect there.
    ///
    /// # Errors
    ///
    /// Databases without such locks, and sessions on SQLite that do not have the lock to write; those of the database, as
    /// [`is_serialization_failure`](Error::is_serialization_failure) for transactions that wait for each other.
    pub fn lock(&mut self, name: &str) -> Result<()> {
        self.begin()?;
        match self.connection.dialect().advisory_lock {
            AdvisoryLock::Statements { lock, .. } => self.ask(lock, name, |_| Ok(())),
            other => self.write_lock(other),
        }
    }

    /// Locks a name until the transaction ends, unless another transaction has it, and says whether that is done.
    ///
    /// # Errors
    ///
    /// Those of [`lock`](Session::lock).
    pub fn try_lock(&mut self, name: &str) -> Result<bool> {
        self.begin()?;
        match self.connection.dialect().advisory_lock {
            AdvisoryLock::Statements { try_lock, .. } => {
                self.ask(try_lock, name, |row| Ok(row.value(0, Type::Boolean)? == ValueRef::Boolean(true)))
            }
            other => self.write_lock(other).map(|()| true),
        }
    }

    fn write_lock(&self, lock: AdvisoryLock) -> Result<()> {
        let name = self.connection.dialect().name;
        match lock {
            AdvisoryLock::WriteLock if self.connection.may_have_written() => Ok(()),
            AdvisoryLock::WriteLock => Err(Error::usage(format!(
                "{name} has no locks but the one to write, which this session does not have yet: use the closure form of \
                 transactions, which takes it at its start"
            ))),
            _ => Err(Error::usage(format!("{name} has no locks of names that end with their transaction"))),
        }
    }

    fn ask<T>(&mut self, text: &str, name: &str, read: impl FnOnce(Row<'_>) -> Result<T>) -> Result<T> {
        let asked = self.connection.with_text(text, |prepared| {
            let mut rows =
                prepared.query(|to: &mut dyn Bind| Ok::<_, Error>(to.bind(ValueRef::Text(name))?))?;
            match rows.next_row()? {
                Some(row) => read(row),
                None => Err(Error::usage("the database does not say whether a name is locked")),
            }
        });
        asked.inspect_err(|_| self.notice_lost_transaction())
    }
}
