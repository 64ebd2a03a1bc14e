//! Sessions: objects that are tracked, and the transaction that they are read and written in.

mod advisory;
mod arena;
mod assigned;
mod collections;
mod epochs;
mod fetch;
mod identity;
mod known;
mod links;
mod load;
mod members;
mod references;
mod relate;
mod state;
pub(crate) mod store;
mod target;
mod transaction;

use std::ops::{Index, IndexMut};
use std::sync::atomic::{AtomicU32, Ordering};

pub use arena::Arena;
pub use load::Load;
pub use members::Members;
use onggi_driver::{Bind, Capture, Connection, Pooled};
pub use state::State;
pub use target::{Target, target};
pub(crate) use transaction::Mode;

use crate::executor::Keep;
use crate::executor::sealed::Split;
use crate::handle::{Handle, Object};
use crate::model::Key;
use crate::reader::Reader;
use crate::relation::Fetch;
use crate::unit_of_work::Objects;
use crate::{Error, Model, Result, by_key};

/// Objects in memory, tracked, and the transaction that they are read and written in.
///
/// [`add`](Session::add) moves an object in and gives a [`Handle`]; queries run on the session give handles to what
/// they load. `session[handle]` reads and writes the object. The same row is always the same handle. A
/// [`flush`](Session::flush), which queries do by themselves, writes what changed: new objects, only the changed
/// columns of others, deletions, in the order that foreign keys need. [`commit`](Session::commit) makes it last;
/// [`rollback`](Session::rollback) undoes it in the database and in the objects.
///
/// A session begins its transaction with its first statement. Two handles cannot be lent at once by indexing:
/// `session[a].f(&session[b].x)` wants a local variable first, or [`pair_mut`](Session::pair_mut).
///
/// ```
/// # use onggi::{Database, Id, Model};
/// # #[derive(Clone, Default, Model)]
/// # struct User { id: Id<User>, name: String, age: i32 }
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User])?;
/// let mut session = db.session()?;
/// let jane = session.add(User { name: "Jane".into(), age: 30, ..Default::default() });
/// session.commit()?;
///
/// session[jane].age += 1; // the next flush writes this column alone
/// session.commit()?;
/// # Ok::<(), onggi::Error>(())
/// ```
pub struct Session {
    connection: Pooled,
    arena: Arena,
    mode: Mode,
    depth: usize,
    /// Whether a closure's result ends the transaction.
    managed: bool,
    /// Whether the closure that runs is to be undone, whatever it gives.
    undo: bool,
    /// Whether the next flush is the last, after whose failure the transaction is given up.
    last: bool,
    begun: bool,
    /// Whether relations are loaded with queries only.
    strict: bool,
    /// Whether the database has ended the transaction, so that nothing may go on as if it were open.
    lost: bool,
}

impl Session {
    pub(crate) fn new(connection: Pooled, mode: Mode) -> Session {
        static SESSIONS: AtomicU32 = AtomicU32::new(0);
        // Stamps of different sessions are spread far apart, so that handles do not pass from one to another.
        let seed = SESSIONS.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9);
        Session {
            connection,
            arena: Arena::new(seed),
            mode,
            depth: 0,
            managed: false,
            undo: false,
            last: false,
            begun: false,
            strict: false,
            lost: false,
        }
    }

    pub(crate) fn driver(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Turns lazy loading off, or on again: while it is off, [`load`](Session::load) gives what is in memory, as what
    /// [`Query::with`](crate::Query::with) has loaded, and is an error where it would need a statement.
    ///
    /// ```
    /// # use onggi::{BelongsTo, HasMany, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, posts: HasMany<Post> }
    /// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, user: BelongsTo<User> }
    /// # let db = onggi::Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User, Post])?;
    /// # let mut session = db.session()?;
    /// # session.add(User::default());
    /// session.strict(true);
    /// let user = User::query().with(|user| user.posts()).one(&mut session)?;
    /// assert!(session.load(user, |user| user.posts())?.is_empty());
    ///
    /// let other = session.add(User::default());
    /// session.flush()?;
    /// assert!(session.load(other, |user| user.posts()).is_err());
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn strict(&mut self, strict: bool) {
        self.strict = strict;
    }

    /// Moves a new object in; the next flush inserts it.
    pub fn add<M: Model>(&mut self, object: M) -> Handle<M> {
        self.arena.store_or_new().add(object)
    }

    /// Moves new objects in; the next flush inserts them, in this order.
    pub fn add_all<M: Model>(&mut self, objects: impl IntoIterator<Item = M>) -> Vec<Handle<M>> {
        let store = self.arena.store_or_new();
        objects.into_iter().map(|object| store.add(object)).collect()
    }

    /// The object of a handle, or `None` where it is not in this session.
    #[inline]
    pub fn try_get<M: Model>(&self, handle: Handle<M>) -> Option<&M> {
        self.arena.store()?.get(handle)
    }

    /// The object of a handle, to be changed, or `None` where it is not in this session.
    #[inline]
    pub fn try_get_mut<M: Model>(&mut self, handle: Handle<M>) -> Option<&mut M> {
        self.arena.store_mut()?.get_mut(handle)
    }

    /// Two different objects at once, to be changed.
    ///
    /// # Panics
    ///
    /// Where one is not in this session, or both are the same.
    pub fn pair_mut<A: Model, B: Model>(&mut self, a: Handle<A>, b: Handle<B>) -> (&mut A, &mut B) {
        match self.arena.pair_mut(a, b) {
            Some(pair) => pair,
            None => panic!(
                "pair_mut needs two different objects of this session; one is not in it, or both are one"
            ),
        }
    }

    /// The object of a primary key: from the session where it is there already, else from the database.
    ///
    /// Where the model has a scope, the database says whether the row is in it: that takes a statement each time.
    ///
    /// # Errors
    ///
    /// Those of the database, and a row that cannot be read.
    pub fn get<M: Model>(&mut self, key: impl Into<M::Key>) -> Result<Option<Handle<M>>> {
        let key = key.into();
        match M::SCOPE {
            Some(_) => M::query().of_key(&key)?.one_or_none(self),
            None => self.find(key),
        }
    }

    /// The object of a primary key, whatever its model's scope.
    fn find<M: Model>(&mut self, key: M::Key) -> Result<Option<Handle<M>>> {
        let (hash, mut known) = self.arena.store_or_new::<M>().look_up(&key);
        if known.is_none() && self.flush_changes()? {
            known = self.known(&key);
        }
        match known {
            Some((handle, true)) => return Ok((self.state(handle) == State::Persistent).then_some(handle)),
            Some((_, false)) | None => self.begin()?,
        }
        self.read_by_key::<M, _>(
            |to| key.bind(to),
            |reader, arena| match known {
                None => arena.new_entity(reader, &key, hash),
                Some(_) => arena.entity(reader),
            },
        )
    }

    /// The object of a primary key, which must exist.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found), with model and key, and those of [`get`](Session::get).
    pub fn get_one<M: Model>(&mut self, key: impl Into<M::Key>) -> Result<Handle<M>> {
        let key = key.into();
        match self.get::<M>(key.clone())? {
            Some(handle) => Ok(handle),
            None => Err(Error::not_found(format!("there is no row of {}", by_key::described::<M>(&key)))),
        }
    }

    /// The object of a key, where it is here, and whether its values can be trusted.
    fn known<M: Model>(&mut self, key: &M::Key) -> Option<(Handle<M>, bool)> {
        self.arena.store_mut()?.find(key)
    }

    /// Marks an object for deletion; the next flush deletes its row. A pending object just goes.
    ///
    /// Objects of relations with `cascade = "delete"` go too, and theirs; what the database's own `on_delete` takes
    /// away is left to it.
    ///
    /// # Errors
    ///
    /// An object that is not in this session, and those of [`load`](Session::load) for what goes too.
    pub fn delete<M: Model>(&mut self, handle: Handle<M>) -> Result<()> {
        if self.arena.store().is_none_or(|store| store.state(handle) == State::Detached) {
            return Err(gone(handle));
        }
        let mut open = vec![handle.object()];
        let (mut doomed, mut seen) = (Vec::new(), std::collections::HashSet::new());
        while let Some(object) = open.pop() {
            if !seen.insert(object) {
                continue;
            }
            doomed.push(object);
            for relation in self.arena.cascades(object) {
                open.extend(self.load_many(object, relation)?);
            }
        }
        // Those that refer go before those that they refer to; a pending one is gone at once.
        for object in doomed.into_iter().rev() {
            self.arena.doom(object);
        }
        Ok(())
    }

    /// Reads an object's row again; changes to the object that were not flushed are given up.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found) where the row is gone, an object that has none yet, and those of the
    /// database.
    pub fn refresh<M: Model>(&mut self, handle: Handle<M>) -> Result<()> {
        if self.state(handle) != State::Persistent {
            return Err(gone(handle));
        }
        self.begin()?;
        let mut key = Capture::default();
        let object = handle.object();
        self.arena.bind_key(object, &mut key)?;
        let bind = |to: &mut dyn Bind| Ok(key.values.iter().try_for_each(|value| to.bind(value.as_ref()))?);
        let found = self.read_by_key::<M, _>(bind, |reader, arena| {
            let epoch = arena.epochs.now();
            arena.store_or_new().refresh(handle, reader, epoch)
        })?;
        found.ok_or_else(|| {
            Error::not_found(format!("there is no row of {} any more", self.arena.describe(object)))
        })
    }

    /// Takes an object out of the session, as it is; its row stays, and changes that were not flushed are not
    /// written.
    ///
    /// # Errors
    ///
    /// An object that is not in this session.
    pub fn detach<M: Model>(&mut self, handle: Handle<M>) -> Result<M> {
        let object = self.arena.store_mut().and_then(|store| store.detach(handle));
        // Nor is it in collections any more.
        self.arena.collections.clear();
        object.ok_or_else(|| gone(handle))
    }

    /// Merges a plain object into the session: where its key has a row, the tracked object takes its values (and
    /// the next flush writes what differs); where not, it is added.
    ///
    /// # Errors
    ///
    /// [`is_stale`](Error::is_stale) where the row has another version than the object, and those of
    /// [`get`](Session::get).
    pub fn attach<M: Model>(&mut self, object: M) -> Result<Handle<M>> {
        let mut object = object;
        if !self.arena.settle_key(&mut object)? {
            return Ok(self.add(object));
        }
        let known = self.known::<M>(&object.key());
        if known.is_some_and(|(handle, _)| self.state(handle) == State::Deleted) {
            self.flush()?;
        }
        match self.find::<M>(object.key())? {
            Some(handle) => {
                self.arena.store_or_new().merge(handle, object)?;
                Ok(handle)
            }
            None => Ok(self.add(object)),
        }
    }

    /// Where an object stands.
    pub fn state<M: Model>(&self, handle: Handle<M>) -> State {
        self.arena.store().map_or(State::Detached, |store| store.state(handle))
    }

    /// The names of the columns in which an object differs from its row.
    pub fn modified<M: Model>(&self, handle: Handle<M>) -> Vec<&'static str> {
        let columns = self.arena.store().map(|store| store.modified(handle)).unwrap_or_default();
        columns.iter().map(|column| M::table().columns[column].name).collect()
    }

    /// Runs the select of one row and reads it.
    fn read_by_key<M: Model, T>(
        &mut self,
        bind: impl FnOnce(&mut dyn Bind) -> Result<()>,
        read: impl FnOnce(&mut Reader<'_>, &mut Arena) -> Result<T>,
    ) -> Result<Option<T>> {
        let result =
            by_key::read(M::table(), &mut self.connection, bind, |reader| read(reader, &mut self.arena));
        result.inspect_err(|_| self.after_error())
    }
}

/// The error for an object that is not here, or has no row.
#[cold]
fn gone<M: Model>(handle: Handle<M>) -> Error {
    Error::usage(format!(
        "{handle:?} of {}: not an object of this session, or deleted, rolled back or detached, or without a row yet",
        M::table().name,
    ))
}

impl<M: Model> Index<Handle<M>> for Session {
    type Output = M;

    /// # Panics
    ///
    /// Where the object is not in this session.
    #[inline]
    fn index(&self, handle: Handle<M>) -> &M {
        self.try_get(handle).unwrap_or_else(|| panic!("{}", gone(handle)))
    }
}

impl<M: Model> IndexMut<Handle<M>> for Session {
    /// # Panics
    ///
    /// Where the object is not in this session.
    #[inline]
    fn index_mut(&mut self, handle: Handle<M>) -> &mut M {
        self.try_get_mut(handle).unwrap_or_else(|| panic!("{}", gone(handle)))
    }
}

impl Split for Session {
    type Keep = Arena;

    #[inline]
    fn split(&mut self) -> (&mut Connection, &mut Arena) {
        (&mut self.connection, &mut self.arena)
    }

    fn before_read(&mut self) -> Result<()> {
        self.flush()?;
        self.begin()
    }

    fn before_write(&mut self) -> Result<()> {
        self.before_read()
    }

    fn after_write(&mut self, table: Option<u32>) {
        self.arena.suspect(table);
    }

    fn fetch<M: Model>(&mut self, objects: &mut [Handle<M>], fetches: &[Fetch]) -> Result<()> {
        let objects: Vec<Object> = objects.iter().map(|handle| handle.object()).collect();
        self.fetch_all(&objects, fetches)
    }

    fn after_error(&mut self) {
        self.notice_lost_transaction();
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("in_transaction", &self.begun).finish_non_exhaustive()
    }
}
