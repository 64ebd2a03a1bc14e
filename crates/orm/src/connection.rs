use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use onggi_driver::{self as driver, Control, Pooled};

use crate::executor::Plain;
use crate::executor::sealed::Split;
use crate::relation::Fetch;
use crate::relation::fill::fill_all;
use crate::{Model, Result};

/// A connection for work without a session: queries give plain structs, and each statement stands for itself unless
/// it is in a [`transaction`](Connection::transaction).
///
/// ```
/// # use onggi::{Database, Id, Model};
/// # #[derive(Clone, Default, Model)]
/// # struct User { id: Id<User>, name: String }
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User])?;
/// let mut connection = db.connect()?;
/// let mut user = User { name: "Jane".into(), ..Default::default() };
/// connection.insert(&mut user)?;
/// assert_eq!(user.id.key(), Some(1));
///
/// user.name = "Joan".into();
/// connection.update(&mut user)?;
/// # Ok::<(), onggi::Error>(())
/// ```
#[derive(Debug)]
pub struct Connection {
    inner: Pooled,
    plain: Plain,
    depth: usize,
    /// Whether the transaction that runs is to be undone, whatever its closure gives.
    undo: bool,
}

impl Connection {
    pub(crate) fn new(inner: Pooled) -> Connection {
        Connection { inner, plain: Plain, depth: 0, undo: false }
    }

    pub(crate) fn driver(&mut self) -> &mut driver::Connection {
        &mut self.inner
    }

    /// The version of the database's engine, such as `3.50.4`.
    pub fn version(&self) -> String {
        self.inner.version()
    }

    /// Runs a closure in a transaction: commits when it gives `Ok`, rolls back when it gives an error or panics. A
    /// transaction inside another is a savepoint of it.
    ///
    /// # Errors
    ///
    /// The closure's own, and those of the database.
    pub fn transaction<T>(&mut self, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        let depth = self.depth;
        let (begin, commit, undo): (_, _, &[Control]) = match depth {
            0 => (Control::BeginWrite, Control::Commit, &[Control::Rollback]),
            _ => (
                Control::Savepoint(depth),
                Control::Release(depth),
                &[Control::RollbackTo(depth), Control::Release(depth)],
            ),
        };
        self.inner.control(begin)?;
        self.depth += 1;
        let outer = std::mem::take(&mut self.undo);
        let result = catch_unwind(AssertUnwindSafe(|| work(self)));
        self.depth = depth;
        let is_undone = std::mem::replace(&mut self.undo, outer);
        let result = match result {
            Ok(Ok(value)) if !is_undone => match self.inner.control(commit) {
                Ok(()) => return Ok(value),
                Err(error) => Ok(Err(error.into())),
            },
            other => other,
        };
        // What the database has undone itself needs no undoing.
        let undone = match self.inner.in_transaction() {
            true => undo.iter().try_for_each(|&control| self.inner.control(control)),
            false => Ok(()),
        };
        // The closure's own failure is what the caller hears of.
        let value = result.unwrap_or_else(|panic| resume_unwind(panic))?;
        undone?;
        Ok(value)
    }

    /// Lets the transaction whose closure runs be rolled back at its end although that gives `Ok`: its value is given back all
    /// the same. Of transactions in each other it is the innermost.
    ///
    /// # Errors
    ///
    /// A connection on which no [`transaction`](Connection::transaction) runs.
    pub fn set_rollback(&mut self) -> Result<()> {
        if self.depth == 0 {
            return Err(crate::Error::usage(
                "set_rollback outside of a transaction's closure: nothing is to be undone",
            ));
        }
        self.undo = true;
        Ok(())
    }
}

impl Split for Connection {
    type Keep = Plain;

    #[inline]
    fn split(&mut self) -> (&mut driver::Connection, &mut Plain) {
        (&mut self.inner, &mut self.plain)
    }

    fn fetch<M: Model>(&mut self, objects: &mut [M], fetches: &[Fetch]) -> Result<()> {
        fill_all(fetches, objects, &mut self.inner)
    }
}
