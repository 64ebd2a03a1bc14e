//! Rows that are read and locked.

use onggi_sql::{Lock, LockStrength, LockWait};

use super::{Query, Tables};

/// Rows that others are kept from, until the transaction's end. SQLite has no such locks, since its writers wait for each
/// other anyway: there running the query is an error.
impl<F: Tables, S> Query<F, S> {
    /// Locks the rows: others neither write nor lock them.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Job { id: Id<Job>, done: bool }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Job])?;
    /// # let mut session = db.session()?;
    /// let next = Job::query().filter(|j| j.done.eq(false)).limit(1).for_update().skip_locked();
    /// let error = next.all(&mut session).unwrap_err();
    /// assert!(error.to_string().contains("SQLite"));
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn for_update(self) -> Query<F, S> {
        self.lock(LockStrength::Update)
    }

    /// Locks the rows against writing: others can lock them so too.
    pub fn for_share(self) -> Query<F, S> {
        self.lock(LockStrength::Share)
    }

    /// Leaves out rows that others have locked; the query locks its rows, [`for_update`](Query::for_update) unless told
    /// otherwise.
    pub fn skip_locked(self) -> Query<F, S> {
        self.wait(LockWait::Skip)
    }

    /// Fails where others have locked a row, in place of waiting; the query locks its rows,
    /// [`for_update`](Query::for_update) unless told otherwise.
    pub fn no_wait(self) -> Query<F, S> {
        self.wait(LockWait::Fail)
    }

    fn lock(mut self, strength: LockStrength) -> Query<F, S> {
        let wait = self.select.lock.as_ref().map_or(LockWait::Wait, |lock| lock.wait);
        self.select.lock = Some(Box::new(Lock { strength, of: Vec::new(), wait }));
        self
    }

    fn wait(mut self, wait: LockWait) -> Query<F, S> {
        let strength = self.select.lock.as_ref().map_or(LockStrength::Update, |lock| lock.strength);
        self.select.lock = Some(Box::new(Lock { strength, of: Vec::new(), wait }));
        self
    }
}
