//! The objects of a session, of all models.

use std::any::{Any, TypeId};
use std::collections::HashMap;

use onggi_driver::Capture;
use onggi_sql::schema;

use super::assigned::Assigned;
use super::collections::Collections;
use super::epochs::Epochs;
use super::identity::Short;
use super::state::State;
use super::store::{AnyStore, Store};
use crate::executor::Keep;
use crate::handle::{Handle, Object};
use crate::reader::Reader;
use crate::relation::Along;
use crate::relation::along::pass;
use crate::unit_of_work::{ChangeKind, ChangeSet, Edge, Objects};
use crate::{Bind, Error, Model, Result, Value, ValueRef};

/// The stores of a session, by the number of their model's table.
pub struct Arena {
    pub(super) stores: Vec<Option<Box<dyn AnyStore>>>,
    pub(super) epochs: Epochs,
    pub(super) collections: Collections,
    /// What was assigned to objects with a row, and is still to be compared with that.
    pub(super) assigned: Vec<Assigned>,
    /// How many queries have brought objects.
    batches: u32,
    /// The number of the query whose rows are being read; 0 where none is.
    batch: u32,
    seed: u32,
}

/// A point that the arena can return to.
pub(super) struct Mark {
    undo: Vec<usize>,
    epoch: u32,
}

impl Arena {
    pub(super) fn new(seed: u32) -> Arena {
        Arena {
            stores: Vec::new(),
            epochs: Epochs::new(),
            collections: Collections::default(),
            assigned: Vec::new(),
            batches: 0,
            batch: 0,
            seed,
        }
    }

    #[inline]
    pub(super) fn store<M: Model>(&self) -> Option<&Store<M>> {
        self.stores.get(M::table().number() as usize)?.as_ref()?.downcast_ref()
    }

    #[inline]
    pub(super) fn store_mut<M: Model>(&mut self) -> Option<&mut Store<M>> {
        self.stores.get_mut(M::table().number() as usize)?.as_mut()?.downcast_mut()
    }

    #[inline]
    pub(super) fn store_or_new<M: Model>(&mut self) -> &mut Store<M> {
        let number = M::table().number() as usize;
        if !matches!(self.stores.get(number), Some(Some(_))) {
            self.new_store::<M>(number);
        }
        let store = self.stores[number].as_mut().and_then(|store| store.downcast_mut());
        store.expect("a table's number belongs to one model")
    }

    #[cold]
    fn new_store<M: Model>(&mut self, number: usize) {
        if self.stores.len() <= number {
            self.stores.resize_with(number + 1, || None);
        }
        self.stores[number] = Some(Box::new(Store::<M>::new(self.seed)));
    }

    /// The object of the row that was found by a key of which no object is here.
    pub(super) fn new_entity<M: Model>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &M::Key,
        hash: Short,
    ) -> Result<Handle<M>> {
        let now = self.epochs.now();
        if let Some(handle) = self.store_or_new().load_found(reader, key, hash, now)? {
            return Ok(handle);
        }
        // The row's own key is another that the database takes for equal, whose object can be here.
        reader.restart();
        self.entity(reader)
    }

    /// The objects of relations to one that the rest of the row holds: their owners find them by their keys.
    pub(super) fn keep_along(&mut self, along: &[Along], reader: &mut Reader<'_>) -> Result<()> {
        for Along { relation, nested } in along {
            if reader.is_missing(relation.target())? {
                pass(nested, reader)?;
                continue;
            }
            (relation.target.keep)(self, reader)?;
            self.keep_along(nested, reader)?;
        }
        Ok(())
    }

    /// Lends two different objects mutably.
    pub(super) fn pair_mut<A: Model, B: Model>(
        &mut self,
        a: Handle<A>,
        b: Handle<B>,
    ) -> Option<(&mut A, &mut B)> {
        if TypeId::of::<A>() == TypeId::of::<B>() {
            let (first, second) = self.store_mut::<A>()?.pair_mut(a, Handle::new(b.slot(), b.stamp()))?;
            let second: &mut dyn Any = second;
            return Some((first, second.downcast_mut()?));
        }
        let (first, second) = (A::table().number() as usize, B::table().number() as usize);
        let [first, second] = self.stores.get_disjoint_mut([first, second]).ok()?;
        let first: &mut Store<A> = first.as_mut()?.downcast_mut()?;
        let second: &mut Store<B> = second.as_mut()?.downcast_mut()?;
        first.get_mut(a).zip(second.get_mut(b))
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &dyn AnyStore> {
        self.stores.iter().flatten().map(|store| &**store)
    }

    pub(super) fn each_mut(&mut self) -> impl Iterator<Item = &mut Box<dyn AnyStore>> {
        self.stores.iter_mut().flatten()
    }

    pub(super) fn has_changes(&self) -> bool {
        !self.assigned.is_empty() || self.each().any(AnyStore::has_changes)
    }

    /// What a flush is to write. References to objects that have a key already become keys.
    pub(super) fn changes(&mut self) -> Result<ChangeSet> {
        let mut changes = ChangeSet::default();
        self.resolve(&mut changes.edges)?;
        for store in self.each_mut() {
            store.changes(&mut changes.changes)?;
        }
        self.key_edges(&mut changes);
        Ok(changes)
    }

    /// References by handle: those to objects without a key stay, as edges.
    fn resolve(&mut self, edges: &mut Vec<Edge>) -> Result<()> {
        let mut references = Vec::new();
        for store in self.each() {
            store.references(&mut references);
        }
        for edge in references {
            match self.phase(edge.to) {
                State::Pending => edges.push(edge),
                State::Persistent => self.settle(edge)?,
                State::Deleted | State::Detached => return Err(self.dangling(edge)),
            }
        }
        Ok(())
    }

    /// Puts the key of the object referred to in the place of its handle.
    fn settle(&mut self, Edge { from, column, to }: Edge) -> Result<()> {
        let mut capture = Capture::default();
        self.bind_key(to, &mut capture)?;
        let key = capture.values.pop().unwrap_or(Value::Null);
        match self.any_mut(from.store) {
            Some(store) => store.assign(from.slot, column, key.as_ref()),
            None => Ok(()),
        }
    }

    /// Puts keys in the place of handles in an object's key, and says whether all of it is known then.
    pub(super) fn settle_key<M: Model>(&self, object: &mut M) -> Result<bool> {
        for &column in M::table().primary_key {
            let mut key = Capture::default();
            match object.attribute(column).referred() {
                None => {}
                Some(referred) if self.bind_known(referred, &mut key)? => {
                    let key = key.values.pop().unwrap_or(Value::Null);
                    object.attribute_mut(column).assign(key.as_ref())?;
                }
                Some(_) => return Ok(false),
            }
            if object.attribute(column).is_unset() {
                return Ok(false);
            }
        }
        Ok(object.known_key().is_some())
    }

    fn dangling(&self, Edge { from, column, .. }: Edge) -> Error {
        let table = self.any(from.store).map(AnyStore::table);
        let column = table.map_or("?", |table| table.columns[column].name);
        Error::usage(format!(
            "{}: {column} refers to an object that is deleted, or not in this session",
            self.describe(from)
        ))
    }

    /// References by key between rows that are inserted together, or deleted together, of tables in a circle.
    fn key_edges(&self, changes: &mut ChangeSet) {
        let circular: Vec<&dyn AnyStore> = self.each().filter(|store| in_circle(*store)).collect();
        if circular.is_empty() {
            return;
        }
        let mut by_key = HashMap::new();
        for change in changes.changes.iter().filter(|change| change.kind != ChangeKind::Update) {
            let Some(store) = self.any(change.object.store).filter(|store| in_circle(*store)) else {
                continue;
            };
            let mut key = Capture::default();
            if matches!(store.bind_key(change.object.slot, &mut key), Ok(None)) {
                by_key.insert((change.object.store, change.kind, format!("{:?}", key.values)), change.object);
            }
        }
        let mut edges = Vec::new();
        for change in changes.changes.iter().filter(|change| change.kind != ChangeKind::Update) {
            for (column, definition) in change.table.columns.iter().enumerate() {
                let Some(reference) = definition.reference else { continue };
                let from = change.object;
                if self.any(from.store).is_some_and(|store| store.referred(from.slot, column).is_some()) {
                    continue; // by handle: an edge already
                }
                let mut value = Capture::default();
                if self.bind(change.object, column, &mut value).is_err() {
                    continue;
                }
                let store = (reference.table)().number();
                let found = by_key.get(&(store, change.kind, format!("{:?}", value.values)));
                edges.extend(found.map(|&to| Edge { from: change.object, column, to }));
            }
        }
        changes.edges.extend(edges);
    }

    /// The changes are written: their objects are as their rows.
    pub(super) fn flushed(&mut self, edges: &[Edge]) -> Result<()> {
        for &edge in edges {
            if self
                .any(edge.from.store)
                .is_some_and(|store| store.referred(edge.from.slot, edge.column).is_some())
            {
                self.settle(edge)?;
            }
        }
        let epoch = self.epochs.now();
        self.each_mut().try_for_each(|store| store.flushed(epoch))
    }

    pub(super) fn mark(&mut self) -> Mark {
        let undo = self.stores.iter().map(|store| store.as_ref().map_or(0, |store| store.mark())).collect();
        Mark { undo, epoch: self.epochs.next() }
    }

    /// Returns to a mark.
    pub(super) fn rollback_to(&mut self, mark: &Mark) {
        self.collections.clear();
        self.assigned.clear();
        for (position, store) in self.stores.iter_mut().enumerate() {
            if let Some(store) = store {
                store.rollback(mark.undo.get(position).copied().unwrap_or(0), mark.epoch);
            }
        }
    }

    /// Returns to the last commit.
    pub(super) fn rollback(&mut self) {
        let mark = Mark { undo: Vec::new(), epoch: self.epochs.transaction() };
        self.rollback_to(&mark);
        self.epochs.begin();
    }

    pub(super) fn commit(&mut self) {
        self.collections.clear();
        for store in self.each_mut() {
            store.commit();
        }
        self.epochs.begin();
    }

    /// A statement wrote to a table past its objects, or to any table.
    pub(super) fn suspect(&mut self, table: Option<u32>) {
        self.collections.clear();
        let mut written: Vec<u32> = table.into_iter().collect();
        let mut next = 0;
        while let Some(&target) = written.get(next) {
            let follows = self.each().map(AnyStore::table).filter(|table| follows(table, target));
            let more: Vec<u32> =
                follows.map(onggi_sql::Table::number).filter(|number| !written.contains(number)).collect();
            written.extend(more);
            next += 1;
        }
        for store in self.each_mut() {
            if table.is_none() || written.contains(&store.table().number()) {
                store.suspect_all();
            }
        }
    }

    /// The database may have changed rows of tables that refer to those whose rows were deleted.
    pub(super) fn follow(&mut self, changes: &[crate::unit_of_work::Change]) {
        self.collections.follow(changes);
        let mut tables: Vec<u32> = Vec::new();
        for change in changes.iter().filter(|change| change.kind == ChangeKind::Delete) {
            let number = change.table.number();
            if !tables.contains(&number) && self.each().any(|store| follows(store.table(), number)) {
                tables.push(number);
            }
        }
        tables.into_iter().for_each(|table| self.suspect(Some(table)));
    }

    pub(super) fn any(&self, store: u32) -> Option<&dyn AnyStore> {
        self.stores.get(store as usize)?.as_deref()
    }

    pub(super) fn any_mut(&mut self, store: u32) -> Option<&mut Box<dyn AnyStore>> {
        self.stores.get_mut(store as usize)?.as_mut()
    }

    pub(super) fn phase(&self, object: Object) -> State {
        self.any(object.store).map_or(State::Detached, |store| store.phase(object))
    }

    /// Binds the key of an object that has a row, and says whether it has.
    pub(crate) fn bind_known(&self, object: Object, to: &mut Capture) -> Result<bool> {
        match self.phase(object) {
            State::Persistent => self.bind_key(object, to).map(|()| true),
            _ => Ok(false),
        }
    }
}

/// Whether the database changes rows of a table when rows of another go.
fn follows(table: &onggi_sql::Table, target: u32) -> bool {
    use onggi_sql::Action::{NoAction, Restrict};
    let mut references = table.columns.iter().filter_map(|column| column.reference);
    references.any(|reference| {
        (reference.table)().number() == target && !matches!(reference.on_delete, NoAction | Restrict)
    })
}

/// Whether rows of the store's table can, directly or through others, refer to rows of the same table.
fn in_circle(store: &dyn AnyStore) -> bool {
    let mut seen: Vec<u32> = Vec::new();
    let mut open: Vec<_> = schema::references(store.table()).collect();
    while let Some(table) = open.pop() {
        if table.number() == store.table().number() {
            return true;
        }
        if !seen.contains(&table.number()) {
            seen.push(table.number());
            open.extend(schema::references(table));
        }
    }
    false
}

impl Objects for Arena {
    fn bind(&self, object: Object, column: usize, to: &mut dyn Bind) -> Result<()> {
        let Some(store) = self.any(object.store) else { return Ok(to.bind(ValueRef::Null)?) };
        match store.bind(object.slot, column, to)? {
            Some(referred) => self.bind_key(referred, to),
            None => Ok(()),
        }
    }

    fn bind_all(
        &self,
        object: Object,
        columns: &[usize],
        to: &mut dyn Bind,
    ) -> std::result::Result<(), (usize, Error)> {
        let mut rest = columns;
        if let Some(store) = self.any(object.store) {
            // The store goes on as far as values are in the object itself.
            while let Some((position, referred)) = store.bind_all(object.slot, rest, to)? {
                self.bind_key(referred, to).map_err(|error| (rest[position], error))?;
                rest = &rest[position + 1..];
            }
            return Ok(());
        }
        rest.iter().try_for_each(|&column| self.bind(object, column, to).map_err(|error| (column, error)))
    }

    fn bind_key(&self, object: Object, to: &mut dyn Bind) -> Result<()> {
        let Some(store) = self.any(object.store) else { return Ok(()) };
        match store.bind_key(object.slot, to)? {
            Some(referred) => self.bind_key(referred, to),
            None => Ok(()),
        }
    }

    fn set_key(&mut self, object: Object, key: Option<i64>) {
        if let Some(store) = self.any_mut(object.store) {
            store.set_key(object.slot, key);
        }
    }

    fn describe(&self, object: Object) -> String {
        self.any(object.store).map_or_else(|| "an object".to_owned(), |store| store.describe(object.slot))
    }
}

impl Keep for Arena {
    type Entity<M: Model> = Handle<M>;

    #[inline]
    fn entity<M: Model>(&mut self, reader: &mut Reader<'_>) -> Result<Handle<M>> {
        let (now, transaction, batch) = (self.epochs.now(), self.epochs.transaction(), self.batch);
        let handle = self.store_or_new::<M>().load(reader, now, transaction, batch)?;
        // Columns that repeat parts of others are behind those that are fields.
        reader.skip();
        Ok(handle)
    }

    fn along<M: Model>(
        &mut self,
        _owner: &mut Handle<M>,
        along: &[Along],
        reader: &mut Reader<'_>,
    ) -> Result<()> {
        self.keep_along(along, reader)
    }

    fn begin_along(&mut self, along: &[Along]) {
        for Along { relation, nested } in along {
            (relation.target.begin)(self, false);
            self.begin_along(nested);
        }
    }

    fn begin<M: Model>(&mut self, distinct: bool) {
        if self.batch == 0 {
            // After four billion queries, objects of the last have each other for peers.
            self.batches = self.batches.saturating_add(1);
            self.batch = self.batches;
        }
        let batch = self.batch;
        self.store_or_new::<M>().begin(distinct, batch);
    }

    fn finish(&mut self) {
        self.batch = 0;
    }
}
