//! Along relations, from objects that the session has: one statement for all objects that came together.

use hashbrown::HashSet;
use onggi_driver::Capture;
use onggi_sql::{Select, Source, Type, Value};
use smallvec::SmallVec;

use super::collections::Part;
use super::store::AnyStore;
use super::{Arena, Session, State};
use crate::executor::sealed::Split as _;
use crate::expression::{Column, Nullability};
use crate::field::{Attribute, Deferred, Field};
use crate::handle::{Handle, Object};
use crate::query::rows;
use crate::relation::fetch::Narrowed;
use crate::relation::keys::{KeyValues, integer, values as key_values};
use crate::relation::select::{RelatedRows, portions, referred, related, with_keys};
use crate::relation::{Collection, Fetch, Keys, Related, Relation};
use crate::selection::EntityColumns;
use crate::unit_of_work::Objects as _;
use crate::{Error, Model, Result, source};

/// For how many objects a relation is loaded at once.
const PEERS: usize = 1000;

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
    /// Reads a deferred column, for all objects that came together.
    fn load_column(&mut self, from: Object, column: usize) -> Result<()> {
        if !self.arena.is_deferred(from, column) {
            return Ok(());
        }
        if self.strict {
            return Err(Error::usage(
                "a deferred column is not read, and the session is strict: read it `with` the query",
            ));
        }
        self.before_read()?;
        let mut keys = Vec::new();
        for object in self.arena.peers(from) {
            if self.arena.is_deferred(object, column) {
                keys.push(self.arena.key_of(object)?.values);
            }
        }
        let Some(table) = self.arena.any(from.store).map(|store| store.table()) else { return Ok(()) };
        let types: Vec<Type> = table.primary_key.iter().map(|&key| table.columns[key].ty).collect();
        for some in portions(&keys) {
            let select = with_keys(table, column, some);
            let (connection, arena) = self.split();
            let result = rows(&select, connection, arena, |reader, arena| {
                let values = reader.next_values(&types)?;
                let value = reader.next_value(table.columns[column].ty)?;
                let Some(store) = arena.any_mut(from.store) else { return Ok(false) };
                if let Some((object, _)) = store.find(&Capture { values })? {
                    store.fill(object, column, value.as_ref())?;
                }
                Ok(true)
            });
            result.inspect_err(|_| self.after_error())?;
        }
        Ok(())
    }

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

    /// Loads what objects refer to.
    fn fetch_referred(&mut self, from: &[Object], relation: &'static Relation) -> Result<()> {
        let mut keys = Keys::default();
        for &object in from {
            if let (Referred::Unknown, Some(key)) =
                (self.arena.referred(object, relation)?, self.arena.values(object, relation.columns()))
            {
                keys.insert(key);
            }
        }
        for some in portions(&keys.values) {
            self.fetch_rows(&referred(relation, some), &[], relation, |_, _, _| Ok(()))?;
        }
        Ok(())
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
            self.fetch_members(&owners, relation, None)?;
        }
        self.arena.members(relation, owner, Part::ALL)
    }

    /// Loads the members of collections, or of a part of them, where they are not known.
    pub(super) fn fetch_members(
        &mut self,
        owners: &[Object],
        relation: &'static Relation,
        narrowed: Option<&Narrowed>,
    ) -> Result<()> {
        let part = self.arena.collections.part(narrowed);
        // Each owner once, at the place that its key's number says.
        let (mut keys, mut unknown) = (Keys::default(), Vec::new());
        for &owner in owners {
            let is_known = self.arena.collections.get(relation, owner, part).is_some();
            if !is_known && keys.insert(self.arena.key_of(owner)?.values.into()) == unknown.len() {
                unknown.push(owner);
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let mut members: Vec<Vec<Object>> = vec![Vec::new(); unknown.len()];
        for some in portions(&keys.values) {
            let RelatedRows { select, lead } = related(relation, narrowed, some)?;
            self.fetch_rows(&select, &lead, relation, |arena, lead, member| {
                if let Some(number) = arena.owner_number(relation, &keys, &unknown, lead, member)? {
                    members[number].push(member);
                }
                Ok(())
            })?;
        }
        for (owner, objects) in unknown.into_iter().zip(members) {
            self.arena.collections.insert(relation, owner, part, objects);
        }
        Ok(())
    }

    /// Runs a select whose rows are the relation's target, behind columns of these types.
    fn fetch_rows(
        &mut self,
        select: &Select,
        lead: &[Type],
        relation: &'static Relation,
        mut each: impl FnMut(&mut Arena, &[Value], Object) -> Result<()>,
    ) -> Result<()> {
        let target = relation.target;
        (target.begin)(&mut self.arena, lead.is_empty() && select.joins.is_empty());
        let (connection, arena) = self.split();
        let result = rows(select, connection, arena, |reader, arena| {
            let values = reader.next_values(lead)?;
            let object = (target.keep)(arena, reader)?;
            each(arena, &values, object)?;
            Ok(true)
        });
        (target.finish)(&mut self.arena);
        result.inspect_err(|_| self.after_error())
    }
}

impl Session {
    /// Loads relations of objects, and of those that they lead to.
    pub(super) fn fetch_all(&mut self, owners: &[Object], fetches: &[Fetch]) -> Result<()> {
        for fetch in fetches {
            let narrowed = fetch.narrowed.as_deref();
            match fetch.relation.columns() {
                [] => self.fetch_members(owners, fetch.relation, narrowed)?,
                _ => self.fetch_referred(owners, fetch.relation)?,
            }
            if fetch.nested.is_empty() {
                continue;
            }
            let mut targets = Vec::new();
            match fetch.relation.columns() {
                [] => {
                    let part = self.arena.collections.part(narrowed);
                    for &owner in owners {
                        targets.extend(self.arena.members(fetch.relation, owner, part)?);
                    }
                }
                _ => {
                    for &owner in owners {
                        if let Referred::Object(target) = self.arena.referred(owner, fetch.relation)? {
                            targets.push(target);
                        }
                    }
                }
            }
            let mut seen = HashSet::new();
            targets.retain(|&target| seen.insert(target));
            self.fetch_all(&targets, &fetch.nested)?;
        }
        Ok(())
    }
}

/// What a reference leads to, as far as the session knows.
enum Referred {
    Object(Object),
    Nothing,
    Unknown,
}

impl Arena {
    fn is_deferred(&self, object: Object, column: usize) -> bool {
        let attribute = self.any(object.store).and_then(|store| store.attribute(object, column));
        attribute.is_some_and(Attribute::is_deferred)
    }

    fn peers(&self, object: Object) -> Vec<Object> {
        self.any(object.store).map_or_else(Vec::new, |store| store.peers(object, PEERS))
    }

    /// The values of some columns of an object; none where one is NULL or not known yet.
    fn values(&self, object: Object, columns: &[usize]) -> Option<KeyValues> {
        let store = self.any(object.store)?;
        let mut fields = SmallVec::<[&dyn Attribute; 1]>::new();
        for &column in columns {
            fields.push(store.attribute(object, column)?);
        }
        key_values(fields.into_iter()).ok()?
    }

    /// The value of a column of an object, where it is an integer and the only one asked for.
    fn integer(&self, object: Object, columns: &[usize]) -> Option<i64> {
        let &[column] = columns else { return None };
        integer(self.any(object.store)?.attribute(object, column)?)
    }

    /// The number of the owner that a row on the other side belongs to: by what it holds, or by what was read in front of it.
    fn owner_number(
        &mut self,
        relation: &'static Relation,
        keys: &Keys,
        owners: &[Object],
        lead: &[Value],
        member: Object,
    ) -> Result<Option<usize>> {
        let Some(inverse) = relation.inverse_of() else { return self.number_of(keys, lead, owners) };
        if let Some(key) = self.integer(member, inverse.columns()) {
            return Ok(keys.number_of_integer(key));
        }
        match self.values(member, inverse.columns()) {
            Some(key) => self.number_of(keys, &key, owners),
            None => Ok(None),
        }
    }

    /// The number of the owner that a key leads to, which can be equal though it is written in another way.
    fn number_of(&mut self, keys: &Keys, key: &[Value], owners: &[Object]) -> Result<Option<usize>> {
        if let Some(number) = keys.number(key) {
            return Ok(Some(number));
        }
        let Some(store) = owners.first().and_then(|owner| self.any_mut(owner.store)) else { return Ok(None) };
        let found = store.find(&Capture { values: key.to_vec() })?;
        Ok(found.and_then(|(found, _)| owners.iter().position(|&owner| owner == found)))
    }

    fn referred(&mut self, from: Object, relation: &'static Relation) -> Result<Referred> {
        if let [column] = *relation.columns() {
            let attribute = self.any(from.store).and_then(|store| store.attribute(from, column));
            if let Some(object) = attribute.and_then(Attribute::referred) {
                return Ok(Referred::Object(object));
            }
        }
        let Some(values) = self.values(from, relation.columns()) else { return Ok(Referred::Nothing) };
        let Some(store) = self.any_mut(relation.target().number()) else { return Ok(Referred::Unknown) };
        let found = store.find(&Capture { values: values.into_vec() })?;
        Ok(match found {
            Some((object, true)) if self.phase(object) == State::Persistent => Referred::Object(object),
            Some((_, true)) => Referred::Nothing,
            Some((_, false)) | None => Referred::Unknown,
        })
    }

    /// The members of a collection that has been loaded: what its rows say, and what was changed in memory since.
    pub(super) fn members(
        &self,
        relation: &'static Relation,
        owner: Object,
        part: Part,
    ) -> Result<Vec<Object>> {
        let loaded = self.collections.get(relation, owner, part).unwrap_or_default();
        if part != Part::ALL {
            // What the database said: a flush, which every other load of it begins with, forgets it.
            let alive = |object: &&Object| self.phase(**object) == State::Persistent;
            return Ok(loaded.iter().filter(alive).copied().collect());
        }
        let Some(inverse) = relation.inverse_of() else {
            return Ok(self.linked(relation, owner, loaded));
        };
        let Some(store) = self.any(relation.target().number()) else { return Ok(Vec::new()) };
        let touched = store.touched();
        if touched.is_empty() {
            return Ok(loaded.to_vec());
        }
        let key = self.key_of(owner)?.values;
        let belongs = |&object: &Object| {
            let here = matches!(self.phase(object), State::Pending | State::Persistent);
            let refers = match *inverse.columns() {
                [column] => store.attribute(object, column).and_then(Attribute::referred),
                _ => None,
            };
            here && (refers == Some(owner)
                || self.values(object, inverse.columns()).is_some_and(|values| *values == *key))
        };
        let known: HashSet<&Object> = loaded.iter().collect();
        let added = touched.iter().filter(|object| !known.contains(object));
        Ok(loaded.iter().chain(added).copied().filter(belongs).collect())
    }

    fn linked(&self, relation: &'static Relation, owner: Object, loaded: &[Object]) -> Vec<Object> {
        let alive = |object: &Object| matches!(self.phase(*object), State::Pending | State::Persistent);
        let changes = self.link_changes(relation, owner);
        let known: HashSet<&Object> = loaded.iter().collect();
        let removed: HashSet<&Object> =
            changes.iter().filter(|(_, adds)| !adds).map(|(object, _)| object).collect();
        let kept = loaded.iter().filter(|object| !removed.contains(object));
        let added = changes
            .iter()
            .filter(|(object, adds)| *adds && !known.contains(object))
            .map(|(object, _)| object);
        kept.chain(added).copied().filter(alive).collect()
    }
}
