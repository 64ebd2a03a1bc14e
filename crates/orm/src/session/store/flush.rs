//! A store as flush, commit and rollback see it: of whatever model.

use std::any::Any;

use onggi_driver::Capture;
use onggi_sql::Table;

use super::{Phase, SUSPECT, Slot, State, Store, Undo, count_up, next_version};
use crate::by_key;
use crate::column_set::ColumnSet;
use crate::field::Attribute;
use crate::handle::{Handle, Object};
use crate::model::Key as _;
use crate::projection::bind_column;
use crate::relation::{Reference, Relation, hold_keys};
use crate::session::Arena;
use crate::session::references::is_blank;
use crate::session::relate::adopt_held;
use crate::unit_of_work::{Change, ChangeKind, Edge};
use crate::{Bind, Error, Model, Result, ValueRef};

/// A store of whatever model, as the session's flush, commit and rollback see it.
pub(in crate::session) trait AnyStore: Any + Send {
    fn table(&self) -> &'static Table;
    fn has_changes(&self) -> bool;
    /// Whether the object is here, and whether its row is or will be.
    fn phase(&self, object: Object) -> State;
    /// The references by handle of everything touched.
    fn references(&self, to: &mut Vec<Edge>);
    /// What the next flush is to write. Objects that were lent but not changed are unchanged again.
    fn changes(&mut self, to: &mut Vec<Change>) -> Result<()>;
    /// Binds the value of a column, unless that is a handle: then gives the object referred to.
    fn bind(&self, slot: u32, column: usize, to: &mut dyn Bind) -> Result<Option<Object>>;
    /// Binds the values of columns, up to one that is a handle: then gives its place among them, and the object referred to.
    fn bind_all(
        &self,
        slot: u32,
        columns: &[usize],
        to: &mut dyn Bind,
    ) -> std::result::Result<Option<(usize, Object)>, (usize, Error)>;
    fn referred(&self, slot: u32, column: usize) -> Option<Object>;
    /// Binds the primary key, unless that is another object's, by handle: then gives that object.
    fn bind_key(&self, slot: u32, to: &mut dyn Bind) -> Result<Option<Object>>;
    fn set_key(&mut self, slot: u32, key: Option<i64>);
    fn assign(&mut self, slot: u32, column: usize, value: ValueRef<'_>) -> Result<()>;
    fn describe(&self, slot: u32) -> String;
    /// Everything touched has been written.
    fn flushed(&mut self, epoch: u32) -> Result<()>;
    /// How far the undo log reaches.
    fn mark(&self) -> usize;
    /// Undoes everything since a mark; objects read or written from `epoch` on become suspect.
    fn rollback(&mut self, mark: usize, epoch: u32);
    fn commit(&mut self);
    /// Rows were written past the objects.
    fn suspect_all(&mut self);
    /// The objects that are pending, lent mutably since the last flush, or to be deleted.
    fn touched(&self) -> Vec<Object>;
    /// The touched objects that hold others in their relations.
    fn holders(&self) -> Vec<Object>;
    /// The object of a key, and whether its values can be trusted.
    fn find(&mut self, key: &Capture) -> Result<Option<(Object, bool)>>;
    /// The object and others that came with it, from it on, at most so many.
    fn peers(&self, object: Object, most: usize) -> Vec<Object>;
    /// A field of an object, where that is here.
    fn attribute(&self, object: Object, column: usize) -> Option<&dyn Attribute>;
    /// A field of an object, to be changed.
    fn attribute_mut(&mut self, object: Object, column: usize) -> Option<&mut dyn Attribute>;
    /// Takes the value of a deferred column, as its row has it.
    fn fill(&mut self, object: Object, column: usize, value: ValueRef<'_>) -> Result<()>;
    /// The model's relations.
    fn relations(&self) -> &'static [Relation];
    /// Marks an object for deletion.
    fn doom(&mut self, object: Object);
    /// The references over fields that were set to something else than their columns hold.
    fn set_references(&self, _slot: u32) -> Vec<(&'static Relation, Reference)> {
        Vec::new()
    }
    /// The columns in which an object differs from its row.
    fn modified(&self, _slot: u32) -> ColumnSet {
        ColumnSet::new()
    }
    /// What moves the objects in that one of the store's objects holds.
    fn adopter(&self) -> fn(&mut Arena, Object) -> Result<()>;
}

impl dyn AnyStore {
    /// The store, where it is of this type.
    #[inline]
    pub(in crate::session) fn downcast_ref<S: AnyStore>(&self) -> Option<&S> {
        let any: &dyn Any = self;
        any.downcast_ref()
    }

    /// The store, where it is of this type.
    #[inline]
    pub(in crate::session) fn downcast_mut<S: AnyStore>(&mut self) -> Option<&mut S> {
        let any: &mut dyn Any = self;
        any.downcast_mut()
    }
}

impl<M: Model> AnyStore for Store<M> {
    fn table(&self) -> &'static Table {
        M::table()
    }

    fn has_changes(&self) -> bool {
        !self.touched.is_empty()
    }

    fn phase(&self, object: Object) -> State {
        self.state(Handle::new(object.slot, object.stamp))
    }

    fn references(&self, to: &mut Vec<Edge>) {
        let keys = M::table().columns.iter().enumerate().filter(|(_, column)| column.reference.is_some());
        let columns: Vec<usize> = keys.map(|(position, _)| position).collect();
        if columns.is_empty() {
            return;
        }
        for &number in &self.touched {
            let slot = &self.slots[number];
            let (Some(object), Phase::Pending | Phase::Persistent) = (&slot.object, slot.phase) else {
                continue;
            };
            let from = Object { store: M::table().number(), slot: number, stamp: slot.stamp };
            for &column in &columns {
                to.extend(object.attribute(column).referred().map(|to| Edge { from, column, to }));
            }
        }
    }

    fn changes(&mut self, to: &mut Vec<Change>) -> Result<()> {
        let table = M::table();
        to.reserve(self.touched.len());
        let mut touched = std::mem::take(&mut self.touched);
        touched.retain(|&number| {
            let slot = &self.slots[number];
            let (kind, columns) = match slot.phase {
                Phase::Pending => (ChangeKind::Insert, slot.given()),
                Phase::Doomed => (ChangeKind::Delete, ColumnSet::new()),
                Phase::Persistent => (ChangeKind::Update, self.slots.changed(number)),
                Phase::Vacant | Phase::Deleted => (ChangeKind::Update, ColumnSet::new()),
            };
            if kind == ChangeKind::Update && columns.is_empty() {
                drop(self.slots.take_original(number));
                self.release(number);
                return false;
            }
            let object = Object { store: table.number(), slot: number, stamp: slot.stamp };
            to.push(Change { object, table, kind, columns });
            true
        });
        self.touched = touched;
        self.check_changes(to)
    }

    fn bind(&self, slot: u32, column: usize, to: &mut dyn Bind) -> Result<Option<Object>> {
        bind_column(self.written(slot)?, column, to)
    }

    fn bind_all(
        &self,
        slot: u32,
        columns: &[usize],
        to: &mut dyn Bind,
    ) -> std::result::Result<Option<(usize, Object)>, (usize, Error)> {
        let Some(&first) = columns.first() else { return Ok(None) };
        let object = self.written(slot).map_err(|error| (first, error))?;
        for (position, &column) in columns.iter().enumerate() {
            if let Some(referred) = bind_column(object, column, to).map_err(|error| (column, error))? {
                return Ok(Some((position, referred)));
            }
        }
        Ok(None)
    }

    fn referred(&self, slot: u32, column: usize) -> Option<Object> {
        self.slots[slot].object.as_ref()?.attribute(column).referred()
    }

    fn bind_key(&self, slot: u32, to: &mut dyn Bind) -> Result<Option<Object>> {
        let object = self.slots.row(slot)?;
        match M::table().primary_key {
            &[column] => object.attribute(column).bind_or_refer(to),
            key => key.iter().try_for_each(|&column| object.attribute(column).bind(to)).map(|()| None),
        }
    }

    fn set_key(&mut self, slot: u32, key: Option<i64>) {
        let (Some(object), Some(column)) = (&mut self.slots[slot].object, M::table().generated()) else {
            return;
        };
        let attribute = object.attribute_mut(column);
        match key {
            // A generated key is an integer, which its field takes.
            Some(key) => drop(attribute.assign(ValueRef::Integer(key))),
            None => attribute.unset(),
        }
    }

    fn assign(&mut self, slot: u32, column: usize, value: ValueRef<'_>) -> Result<()> {
        match &mut self.slots[slot].object {
            Some(object) => object.attribute_mut(column).assign(value),
            None => Ok(()),
        }
    }

    fn describe(&self, slot: u32) -> String {
        let stored = self.slots.stored(slot);
        match (self.slots[slot].phase, stored, stored.and_then(M::known_key)) {
            (Phase::Pending, _, Some(key)) if M::table().generated().is_none() => {
                format!("a new row of {}", by_key::described::<M>(&key))
            }
            (Phase::Pending, ..) | (_, None, _) => format!("a new row of {}", M::table().name),
            (_, Some(object), _) => by_key::described_object(object),
        }
    }

    fn flushed(&mut self, epoch: u32) -> Result<()> {
        let inserted = self.touched.iter().filter(|&&slot| self.slots[slot].phase == Phase::Pending).count();
        if inserted > 0 {
            // A row of an earlier flush may be gone, and its key another's now.
            self.index_late();
            if !self.identity.is_empty() {
                self.identity.reserve(inserted);
            }
        }
        self.undo.reserve(self.touched.len());
        let over_fields = M::RELATIONS.iter().any(Relation::is_over_fields);
        for number in std::mem::take(&mut self.touched) {
            let slot = &mut self.slots[number];
            slot.touched = false;
            if let Some(object) = slot.object.as_mut().filter(|_| over_fields) {
                hold_keys(object);
            }
            match slot.phase {
                Phase::Pending => {
                    slot.epoch = epoch;
                    slot.phase = Phase::Persistent;
                    self.undo.push(Undo::Inserted(number, slot.stamp));
                    self.index_inserted(number);
                }
                Phase::Persistent => {
                    let Some(before) = slot.original.take() else { continue };
                    self.undo.push(Undo::Updated(number, slot.stamp, before));
                    if let (Some(version), Some(object)) = (M::table().version, &mut slot.object) {
                        count_up(object, version)?;
                    }
                }
                Phase::Doomed => {
                    // Deleted as its row was: changes that were never written are given up.
                    slot.phase = Phase::Deleted;
                    self.undo.push(Undo::Deleted(number, slot.stamp));
                    self.take_back(number);
                    self.forget(number);
                }
                Phase::Vacant => self.free.push(number),
                Phase::Deleted => {}
            }
        }
        Ok(())
    }

    fn mark(&self) -> usize {
        self.undo.len()
    }

    fn rollback(&mut self, mark: usize, epoch: u32) {
        for number in std::mem::take(&mut self.touched) {
            self.restore(number);
            self.release(number);
        }
        // What is back again takes its place when all is undone: some of it is gone by then.
        let mut back = Vec::new();
        for undo in self.undo.split_off(mark).into_iter().rev() {
            self.undo(undo, &mut back);
        }
        for (number, stamp) in back {
            if self.is_current(number, stamp) {
                self.index(number);
            }
        }
        for slot in self.slots.iter_mut().filter(|slot| slot.epoch >= epoch) {
            slot.epoch = SUSPECT;
        }
    }

    fn commit(&mut self) {
        for undo in std::mem::take(&mut self.undo) {
            match undo {
                Undo::Deleted(number, stamp) if self.is_current(number, stamp) => self.vacate(number),
                Undo::Updated(_, _, before) if !self.touched.is_empty() => self.slots.discard(before),
                Undo::Inserted(..) | Undo::Updated(..) | Undo::Deleted(..) => {}
            }
        }
        if self.touched.is_empty() {
            // All copies are of what was undoable until now.
            self.slots.discard_all();
        }
    }

    fn suspect_all(&mut self) {
        for slot in self.slots.iter_mut() {
            slot.epoch = SUSPECT;
        }
    }

    fn touched(&self) -> Vec<Object> {
        self.touched.iter().map(|&number| self.object(number)).collect()
    }

    fn holders(&self) -> Vec<Object> {
        if M::RELATIONS.is_empty() {
            return Vec::new();
        }
        let holds = |&&number: &&u32| {
            let slot = &self.slots[number];
            matches!(slot.phase, Phase::Pending | Phase::Persistent)
                && slot.object.as_ref().is_some_and(Model::holds_objects)
        };
        self.touched.iter().filter(holds).map(|&number| self.object(number)).collect()
    }

    fn find(&mut self, key: &Capture) -> Result<Option<(Object, bool)>> {
        let found = Store::find(self, &M::Key::of_values(&key.values)?);
        Ok(found.map(|(handle, trusted)| (handle.object(), trusted)))
    }

    fn peers(&self, object: Object, most: usize) -> Vec<Object> {
        let start = object.slot as usize;
        let batch = self.slots[object.slot].batch;
        if batch == 0 {
            return vec![object];
        }
        let here = (start..self.slots.len()).chain(0..start);
        let same = here
            .filter_map(|slot| u32::try_from(slot).ok())
            .filter(|&slot| self.slots[slot].batch == batch && self.slots[slot].phase == Phase::Persistent);
        same.take(most).map(|slot| self.object(slot)).collect()
    }

    fn attribute(&self, object: Object, column: usize) -> Option<&dyn Attribute> {
        Some(self.get(Handle::new(object.slot, object.stamp))?.attribute(column))
    }

    fn attribute_mut(&mut self, object: Object, column: usize) -> Option<&mut dyn Attribute> {
        Some(self.get_mut(Handle::new(object.slot, object.stamp))?.attribute_mut(column))
    }

    fn fill(&mut self, object: Object, column: usize, value: ValueRef<'_>) -> Result<()> {
        for object in self.slots.both_mut(object.slot).filter(|object| object.attribute(column).is_deferred())
        {
            object.attribute_mut(column).assign(value)?;
        }
        Ok(())
    }

    fn relations(&self) -> &'static [Relation] {
        M::RELATIONS
    }

    fn doom(&mut self, object: Object) {
        self.delete(Handle::new(object.slot, object.stamp));
    }

    fn set_references(&self, slot: u32) -> Vec<(&'static Relation, Reference)> {
        let Slot { object: Some(object), phase, .. } = &self.slots[slot] else { return Vec::new() };
        let original = self.slots.stored(slot).filter(|_| *phase == Phase::Persistent);
        let over_fields = M::RELATIONS.iter().enumerate().filter(|(_, relation)| relation.is_over_fields());
        let set = over_fields.filter_map(|(position, relation)| {
            let reference = object.reference(position);
            let is_set = match (original.map(|original| original.reference(position)), &reference) {
                (Some(before), now) => before != *now && (relation.is_optional() || *now != Reference::Unset),
                (None, Reference::Unset) => false,
                // Of one that was read with another object, the columns count where they were set.
                (None, Reference::Held(_)) => {
                    relation.columns().iter().all(|&column| is_blank(object.attribute(column)))
                }
                (None, Reference::Key(_) | Reference::Object(_)) => true,
            };
            is_set.then_some((relation, reference))
        });
        set.collect()
    }

    fn modified(&self, slot: u32) -> ColumnSet {
        self.slots.changed(slot)
    }

    fn adopter(&self) -> fn(&mut Arena, Object) -> Result<()> {
        adopt_held::<M>
    }
}

impl<M: Model> Store<M> {
    fn object(&self, slot: u32) -> Object {
        Object { store: M::table().number(), slot, stamp: self.slots[slot].stamp }
    }

    /// Takes an object out of its slot for a moment.
    pub(in crate::session) fn lend(&mut self, handle: Handle<M>) -> Option<M> {
        self.index_late();
        self.slots.get_mut(handle)?.object.take()
    }

    /// Puts an object back that was lent.
    pub(in crate::session) fn give_back(&mut self, handle: Handle<M>, object: M) {
        if let Some(slot) = self.slots.get_mut(handle) {
            slot.object = Some(object);
        }
    }
}

impl<M: Model> Store<M> {
    /// Refuses what a flush cannot write: changed keys and versions.
    fn check_changes(&self, changes: &[Change]) -> Result<()> {
        let table = M::table();
        let updates = changes.iter().filter(|change| std::ptr::eq(change.table, table));
        for Change { object, columns, .. } in updates.filter(|change| change.kind == ChangeKind::Update) {
            if table.primary_key.iter().any(|&column| columns.contains(column)) {
                return Err(Error::usage(format!(
                    "the primary key of {} was changed; a key stays with its row: add a new object and delete this one",
                    self.describe(object.slot),
                )));
            }
            if table.version.is_some_and(|column| columns.contains(column)) {
                return Err(Error::stale(format!(
                    "the version of {} is not the one that was loaded; versions are counted by flush alone",
                    self.describe(object.slot),
                )));
            }
            if let (Some(version), Some(object)) = (table.version, &self.slots[object.slot].object) {
                next_version(object, version)?;
            }
        }
        Ok(())
    }

    /// Gives up what was not flushed.
    fn restore(&mut self, number: u32) {
        self.take_back(number);
        match self.slots[number].phase {
            Phase::Pending => self.vacate(number),
            Phase::Doomed => self.slots[number].phase = Phase::Persistent,
            Phase::Vacant | Phase::Persistent | Phase::Deleted => {}
        }
    }

    /// The object whose values a statement takes: a row goes as it is, whatever was done to its object.
    fn written(&self, number: u32) -> Result<&M> {
        match &self.slots[number] {
            Slot { phase, object: Some(object), .. } if *phase != Phase::Doomed => Ok(object),
            _ => self.slots.row(number),
        }
    }

    /// Lets an object be as its row has it.
    fn take_back(&mut self, number: u32) {
        if let Some(original) = self.slots.take_original(number) {
            self.slots[number].object = Some(original);
        }
    }

    fn undo(&mut self, undo: Undo, back: &mut Vec<(u32, u32)>) {
        match undo {
            Undo::Inserted(number, stamp) if self.is_current(number, stamp) => {
                self.forget(number);
                self.vacate(number);
            }
            Undo::Updated(number, stamp, before) => {
                let before = self.slots.take(before);
                if self.is_current(number, stamp) {
                    self.slots[number].object = before;
                }
            }
            Undo::Deleted(number, stamp) if self.is_current(number, stamp) => {
                self.slots[number].phase = Phase::Persistent;
                back.push((number, stamp));
            }
            _ => {}
        }
    }
}
