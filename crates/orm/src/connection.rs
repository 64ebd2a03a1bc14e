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
}

impl Connection {
    pub(crate) fn new(inner: Pooled) -> Connection {
        Connection { inner, plain: Plain, depth: 0 }
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
        let result = catch_unwind(AssertUnwindSafe(|| work(self)));
        self.depth = depth;
        let error = match result {
            Ok(Ok(value)) => match self.inner.control(commit) {
                Ok(()) => return Ok(value),
                Err(error) => Ok(error.into()),
            },
            Ok(Err(error)) => Ok(error),
            Err(panic) => Err(panic),
        };
        // What the database has undone itself needs no undoing; the failure is what the caller hears of.
        if self.inner.in_transaction() {
            undo.iter().for_each(|&control| drop(self.inner.control(control)));
        }
        Err(error.unwrap_or_else(|panic| resume_unwind(panic)))
    }
}

impl Split for Connection {
    type Keep = Plain;

    fn split(&mut self) -> (&mut driver::Connection, &mut Plain) {
        (&mut self.inner, &mut self.plain)
    }

    fn fetch<M: Model>(&mut self, objects: &mut [M], fetches: &[Fetch]) -> Result<()> {
        fill_all(fetches, objects, &mut self.inner)
    }
}
