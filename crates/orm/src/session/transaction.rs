//! A session's transaction: its beginning, flushes, savepoints and end.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use onggi_driver::Control;

use super::Session;
use crate::unit_of_work::{Plan, plan, run};
use crate::{Error, Result};

/// How a session's transactions begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mode {
    /// Their first step.
    pub(crate) begin: Control,
    /// The time that each of their statements may take, in milliseconds.
    pub(crate) statement_timeout: Option<u32>,
}

impl Mode {
    pub(crate) fn of(begin: Control) -> Mode {
        Mode { begin, statement_timeout: None }
    }
}

/// What undoes a flush that fails.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// The end of the transaction, which began with the flush.
    Transaction,
    /// Nothing has to: one row is written or not, or the transaction ends with the failure.
    Nothing,
    /// A return to the transaction's beginning: it has only read before the flush.
    Begin,
    /// A savepoint.
    Savepoint,
}

impl Session {
    /// Writes all changes to the database, within the transaction: inserts, updates of changed columns, deletions.
    ///
    /// A flush that fails writes nothing, and leaves the objects as they were, so that it can be tried again. Only
    /// where the database ends the whole transaction, as when there is no room left to write, the objects return to
    /// what they were at the last commit; then the session goes on after a [`rollback`](Session::rollback).
    ///
    /// # Errors
    ///
    /// Violated constraints, which name table and columns; [`is_stale`](Error::is_stale) for rows that others changed
    /// or deleted; [`is_cycle`](Error::is_cycle); changed primary keys; values that a column cannot hold.
    pub fn flush(&mut self) -> Result<()> {
        self.flush_changes().map(|_| ())
    }

    /// Flushes, and says whether there was anything to write.
    pub(super) fn flush_changes(&mut self) -> Result<bool> {
        if !self.arena.has_changes() {
            return Ok(false);
        }
        self.adopt()?;
        let changes = self.arena.changes()?;
        if changes.changes.is_empty() {
            return Ok(false);
        }
        let plan = plan(&changes).map_err(|error| error.prefixed("flush"))?;
        self.write(&plan)?;
        self.arena.flushed(&changes.edges)?;
        self.arena.follow(&changes.changes);
        Ok(true)
    }

    /// The flush and the commit that the end of a closure stands for, unless something between them says no: a failure ends
    /// the transaction anyway.
    fn commit_managed(&mut self, between: impl FnOnce() -> Result<()>) -> Result<()> {
        self.last = true;
        self.flush()?;
        between()?;
        self.commit()
    }

    /// Executes a plan such that a failure leaves nothing of it.
    fn write(&mut self, plan: &Plan) -> Result<()> {
        let guard = self.guard(plan);
        self.begin()?;
        let depth = self.depth;
        if guard == Guard::Savepoint {
            self.control(Control::Savepoint(depth))?;
        }
        match run(plan, &mut self.arena, &mut self.connection) {
            Ok(()) if guard == Guard::Savepoint => self.control(Control::Release(depth)),
            Ok(()) => Ok(()),
            Err(error) => {
                self.abandon(guard);
                Err(error)
            }
        }
    }

    /// What a plan's execution needs that a failure can be undone with.
    fn guard(&self, plan: &Plan) -> Guard {
        let dialect = self.connection.dialect();
        let rows: usize = plan.steps.iter().map(|step| step.objects.len()).sum();
        if !self.begun {
            Guard::Transaction
        } else if self.last || (rows < 2 && !dialect.failure_ends_transaction) {
            Guard::Nothing
        } else if dialect.transaction.rollback_to_begin.is_some()
            && self.mode.begin == Control::Begin
            && self.depth == 0
            && !self.connection.may_have_written()
        {
            Guard::Begin
        } else {
            Guard::Savepoint
        }
    }

    /// Undoes a failed flush in the database. The failure itself is what the caller hears of.
    fn abandon(&mut self, guard: Guard) {
        if guard == Guard::Transaction {
            // The database may have ended it already.
            if std::mem::take(&mut self.begun) && self.connection.in_transaction() {
                drop(self.control(Control::Rollback));
            }
            return;
        }
        self.notice_lost_transaction();
        if !self.begun {
            return;
        }
        match guard {
            Guard::Transaction | Guard::Nothing => {}
            Guard::Begin => drop(self.control(Control::RollbackToBegin)),
            Guard::Savepoint => {
                drop(self.control(Control::RollbackTo(self.depth)));
                drop(self.control(Control::Release(self.depth)));
            }
        }
    }

    /// Flushes, and makes everything since the last commit or rollback last.
    ///
    /// Objects keep their values; handles stay good. Where the commit fails, the transaction is still open, or, if
    /// the database ended it, undone as [`flush`](Session::flush) says.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Session::flush) and of the database.
    pub fn commit(&mut self) -> Result<()> {
        self.outside_savepoint("commit")?;
        if self.managed {
            return Err(Error::usage("commit inside a transaction's closure: its `Ok` commits"));
        }
        self.flush()?;
        self.not_lost()?;
        if self.begun {
            self.control(Control::Commit)?;
            self.begun = false;
        }
        self.arena.commit();
        Ok(())
    }

    /// Undoes everything since the last commit, in the database and in the objects: values, keys and references are
    /// what they were, objects that were added are gone, deleted ones are back.
    ///
    /// # Errors
    ///
    /// Those of the database; the objects are restored all the same.
    pub fn rollback(&mut self) -> Result<()> {
        self.outside_savepoint("rollback")?;
        self.arena.rollback();
        self.lost = false;
        if !std::mem::take(&mut self.begun) {
            return Ok(());
        }
        match self.connection.in_transaction() {
            true => self.control(Control::Rollback),
            false if self.connection.is_lost() => Ok(()),
            false => Err(Error::usage(
                "a statement of the program's own has ended the transaction before this: what was written until then was \
                 committed, and is not undone",
            )),
        }
    }

    /// Runs a part of the work that can fail on its own: where the closure gives an error, what it did is undone, in
    /// the database and in the objects, and the transaction goes on. Savepoints nest.
    ///
    /// # Errors
    ///
    /// The closure's, and those of the database. Without an error of the closure, what it did is kept.
    ///
    /// # Examples
    ///
    /// ```
    /// # use onggi::{Database, Error, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct User { id: Id<User>, name: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// let mut session = db.session()?;
    /// let jane = session.add(User { name: "Jane".into(), ..Default::default() });
    /// let failed = session.savepoint(|session| {
    ///     session[jane].name = "Joan".into();
    ///     Err::<(), _>(Error::other("on second thoughts"))
    /// });
    /// assert!(failed.is_err());
    /// assert_eq!(session[jane].name, "Jane");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        self.flush()?;
        self.begin()?;
        let depth = self.depth;
        self.control(Control::Savepoint(depth))?;
        let mark = self.arena.mark();
        self.depth += 1;
        let outer = std::mem::take(&mut self.undo);
        let result = catch_unwind(AssertUnwindSafe(|| {
            let value = work(self)?;
            if !self.undo {
                self.flush()?;
            }
            Ok(value)
        }));
        self.depth = depth;
        let undo = std::mem::replace(&mut self.undo, outer);
        let result = match result {
            Ok(Ok(value)) if !undo => {
                self.not_lost()?;
                match self.control(Control::Release(depth)) {
                    Ok(()) => return Ok(value),
                    // A statement failed, and the closure has kept it to itself.
                    Err(error) => Ok(Err(error)),
                }
            }
            failed => failed,
        };
        let mut undone = Ok(());
        if self.begun {
            self.arena.rollback_to(&mark);
            undone = self.control(Control::RollbackTo(depth)).and(self.control(Control::Release(depth)));
        }
        // The closure's own failure is what the caller hears of.
        let value = result.unwrap_or_else(|panic| resume_unwind(panic))?;
        undone.map(|()| value)
    }

    /// Lets the closure that runs, of [`Database::transaction`](crate::Database::transaction) or of a
    /// [`savepoint`](Session::savepoint), be undone at its end although it gives `Ok`: its value is given back all the same.
    ///
    /// Until then nothing changes: what the closure reads is as it has written it.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// let rehearsed = db.transaction(|session| {
    ///     session.add(User { name: "Jane".into(), ..Default::default() });
    ///     session.set_rollback()?;
    ///     User::query().count(session)
    /// })?;
    /// assert_eq!(rehearsed, 1);
    /// assert_eq!(db.read(|session| User::query().count(session))?, 0);
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A session that no such closure runs on: call [`rollback`](Session::rollback) there.
    pub fn set_rollback(&mut self) -> Result<()> {
        if !self.managed && self.depth == 0 {
            return Err(Error::usage(
                "set_rollback outside of the closure of a transaction or savepoint: call rollback",
            ));
        }
        self.undo = true;
        Ok(())
    }

    /// Runs a closure whose result ends the transaction, so that it cannot commit itself; then ends it.
    pub(crate) fn manage<T>(
        &mut self,
        work: impl FnOnce(&mut Session) -> Result<T>,
        before_commit: impl FnOnce() -> Result<()>,
    ) -> Result<T> {
        self.managed = true;
        let result = work(self);
        self.managed = false;
        let value = result?;
        match std::mem::take(&mut self.undo) {
            true => self.rollback()?,
            false => self.commit_managed(before_commit)?,
        }
        Ok(value)
    }

    /// Begins the transaction, unless it has begun.
    pub(crate) fn begin(&mut self) -> Result<()> {
        if self.begun {
            return Ok(());
        }
        self.not_lost()?;
        self.control(self.mode.begin)?;
        self.begun = true;
        let limit = self.mode.statement_timeout.map(Control::StatementTimeout);
        limit.map_or(Ok(()), |limit| self.control(limit))
    }

    /// Takes a step; where it fails as the database has ended the transaction, the objects return to what they were.
    fn control(&mut self, control: Control) -> Result<()> {
        let taken = self.connection.control(control);
        Ok(taken.inspect_err(|_| self.notice_lost_transaction())?)
    }

    /// After a failure: where the database has ended the transaction, the objects return to what they were before.
    pub(super) fn notice_lost_transaction(&mut self) {
        if self.begun && !self.connection.in_transaction() {
            self.begun = false;
            self.lost = true;
            self.arena.rollback();
        }
    }

    fn not_lost(&self) -> Result<()> {
        match self.lost {
            false => Ok(()),
            true => Err(Error::usage(
                "the database has ended the transaction, with all that was done in it, after the error that came \
                 before this one: roll back before going on",
            )),
        }
    }

    fn outside_savepoint(&self, what: &str) -> Result<()> {
        if self.depth > 0 {
            return Err(Error::usage(format!("{what} inside a savepoint: return from its closure first")));
        }
        Ok(())
    }
}
