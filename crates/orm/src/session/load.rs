//! Along relations, from objects that the session has: one statement for all objects that came together.

use onggi_sql::Source;

use super::collections::Part;
use super::known::Referred;
use super::store::AnyStore;
use super::{Session, State};
use crate::executor::sealed::Split as _;
use crate::expression::{Column, Nullability};
use crate::field::{Deferred, Field};
use crate::handle::{Handle, Object};
use crate::relation::{Collection, Fetch, Related, Relation};
use crate::selection::EntityColumns;
use crate::unit_of_work::Objects as _;
use crate::{Error, Model, Result, source};

/// What [`Session::load`] loads: an object that relations to one lead to, or a collection.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be loaded",
    note = "`load` is told a relation, as in `|post| post.author()` or `|user| user.posts()`"
)]
pub trait Load {
    /// Handles of what there is.
    type Loaded;

    /// Loads it.
    #[doc(hidden)]
    fn load(self, from: Object, session: &mut Session) -> Result<Self::Loaded>;
}

#[diagnostic::do_not_recommend]
impl<C: EntityColumns<Model: Model>> Load for C {
    type Loaded = <C::Nullability as Nullability>::One<Handle<C::Model>>;

    fn load(self, from: Object, session: &mut Session) -> Result<Self::Loaded> {
        let found = session.load_path(from, self.source())?;
        let missing = || {
            Error::not_found(format!("{} refers to a row that is not there", session.arena.describe(from)))
        };
        C::Nullability::one(found.map(|object| Handle::new(object.slot, object.stamp)), missing)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> Load for Collection<M> {
    type Loaded = Vec<Handle<M>>;

    fn load(self, from: Object, session: &mut Session) -> Result<Vec<Handle<M>>> {
        let members = match session.load_path(from, self.near())? {
            Some(owner) => session.load_lazily(owner, self.relation())?,
            None => Vec::new(),
        };
        Ok(members.into_iter().map(|object| Handle::new(object.slot, object.stamp)).collect())
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> Load for Related<M> {
    type Loaded = Vec<Handle<M>>;

    fn load(self, from: Object, session: &mut Session) -> Result<Vec<Handle<M>>> {
        let Some(owner) = session.load_path(from, self.near())? else { return Ok(Vec::new()) };
        let members = session.load_part(owner, &self.into_fetch(), true)?;
        Ok(members.into_iter().map(|object| Handle::new(object.slot, object.stamp)).collect())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Field> Load for Column<Deferred<T>> {
    type Loaded = ();

    fn load(self, from: Object, session: &mut Session) -> Result<()> {
        let (source, column) = self.place();
        match session.load_path(from, source)? {
            Some(object) => session.load_column(object, column),
            None => Ok(()),
        }
    }
}

impl Session {
    /// The objects that a relation leads to. Where they are not in the session yet, they are loaded for all objects
    /// that the same query brought, in one statement for each relation on the way.
    ///
    /// A relation to one gives a handle, or an `Option` of it where there may be none; a relation to many a vector of
    /// handles, in the order of their keys. What the session has in memory counts: objects that were connected or
    /// taken away since the last flush.
    ///
    /// ```
    /// # use onggi::{BelongsTo, HasMany, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct User { id: Id<User>, name: String, #[model(inverse(author))] posts: HasMany<Post> }
    /// # #[derive(Clone, Default, Model)]
    /// # struct Post { id: Id<Post>, title: String, author: BelongsTo<User> }
    /// # let db = onggi::Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User, Post])?;
    /// # let mut session = db.session()?;
    /// let post = Post { title: "First".into(), ..Default::default() };
    /// let john = session.add(User { name: "John".into(), posts: vec![post].into(), ..Default::default() });
    /// let posts = session.load(john, |user| user.posts())?;
    /// let author = session.load(posts[0], |post| post.author())?;
    /// assert_eq!(author, john);
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the database and of [`flush`](Session::flush), rows that cannot be read, and an object that is not in
    /// this session.
    pub fn load<M: Model, L: Load>(
        &mut self,
        handle: Handle<M>,
        relation: impl FnOnce(M::Columns<crate::Must>) -> L,
    ) -> Result<L::Loaded> {
        if self.try_get(handle).is_none() {
            return Err(super::gone(handle));
        }
        relation(M::columns(source::root(M::table()))).load(handle.object(), self)
    }

    /// Refuses to load where lazy loading is off.
    fn may_load(&self, owner: Object, relation: &Relation) -> Result<()> {
        match self.strict {
            false => Ok(()),
            true => Err(Error::usage(format!(
                "{} of {} is not loaded, and the session is strict: load it `with` the query",
                relation.name,
                self.arena.describe(owner)
            ))),
        }
    }

    /// Follows relations to one.
    fn load_path(&mut self, from: Object, to: Source) -> Result<Option<Object>> {
        let mut steps = Vec::new();
        let mut source = to;
        while let Some(step) = source::step(source) {
            steps.push(step.relation);
            source = step.from;
        }
        let mut at = from;
        for relation in steps.into_iter().rev() {
            match self.load_one(at, relation)? {
                Some(found) => at = found,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// The object that a relation to one leads to.
    fn load_one(&mut self, from: Object, relation: &'static Relation) -> Result<Option<Object>> {
        if relation.inverse_of().is_some() {
            return Ok(self.load_lazily(from, relation)?.first().copied());
        }
        self.adopt()?;
        match self.arena.referred(from, relation)? {
            Referred::Object(object) => return Ok(Some(object)),
            Referred::Nothing => return Ok(None),
            Referred::Unknown => {}
        }
        self.may_load(from, relation)?;
        self.before_read()?;
        self.fetch_referred(&self.arena.peers(from), relation)?;
        Ok(match self.arena.referred(from, relation)? {
            Referred::Object(object) => Some(object),
            Referred::Nothing | Referred::Unknown => None,
        })
    }

    /// The objects that a relation to many leads to, if lazy loading is on or they are known.
    fn load_lazily(&mut self, owner: Object, relation: &'static Relation) -> Result<Vec<Object>> {
        if let Some(fetch) = Fetch::scoped(relation) {
            return self.load_part(owner, &fetch, true);
        }
        if self.arena.collections.get(relation, owner, Part::ALL).is_none() {
            self.may_load(owner, relation)?;
        }
        self.load_many(owner, relation)
    }

    /// The objects in scope that a relation to many leads to.
    pub(super) fn load_scoped(&mut self, owner: Object, relation: &'static Relation) -> Result<Vec<Object>> {
        match Fetch::scoped(relation) {
            Some(fetch) => self.load_part(owner, &fetch, false),
            None => self.load_many(owner, relation),
        }
    }

    /// The objects in a part of a relation to many. The database knows them: what is in memory is flushed first.
    fn load_part(&mut self, owner: Object, fetch: &Fetch, lazily: bool) -> Result<Vec<Object>> {
        self.before_read()?;
        let part = self.arena.collections.part(fetch.narrowed.as_deref());
        if lazily && self.arena.collections.get(fetch.relation, owner, part).is_none() {
            self.may_load(owner, fetch.relation)?;
        }
        let mut owners = self.arena.peers(owner);
        if !owners.contains(&owner) {
            owners.push(owner);
        }
        self.fetch_all(&owners, std::slice::from_ref(fetch))?;
        let part = self.arena.collections.part(fetch.narrowed.as_deref());
        self.arena.members(fetch.relation, owner, part)
    }

    /// All objects that a relation to many leads to.
    pub(crate) fn load_many(&mut self, owner: Object, relation: &'static Relation) -> Result<Vec<Object>> {
        self.adopt()?;
        if self.arena.phase(owner) == State::Pending {
            self.flush()?;
        }
        // Rows between that are objects of a model are seen where they are written.
        let between = relation.link_table().filter(|link| !link.writable);
        if between.and_then(|link| self.arena.any(link.table.number())).is_some_and(AnyStore::has_changes) {
            self.flush()?;
        }
        if self.arena.collections.get(relation, owner, Part::ALL).is_none() {
            self.before_read()?;
            let owners = self.arena.peers(owner);
            self.fetch_members(&owners, relation, None, &[])?;
        }
        self.arena.members(relation, owner, Part::ALL)
    }
}
