//! The objects of one model.

use std::any::Any;

use onggi_sql::Table;

use super::identity::Identity;
use super::state::State;
use crate::by_key;
use crate::column_set::ColumnSet;
use crate::handle::{Handle, Object};
use crate::reader::Reader;
use crate::unit_of_work::{Change, ChangeKind, Edge};
use crate::{Bind, Error, Model, Result, ValueRef};

/// Slots of objects, found by number or by key.
pub(super) struct Store<M: Model> {
    slots: Vec<Slot<M>>,
    free: Vec<u32>,
    identity: Identity,
    /// Slots that are pending, lent mutably since the last flush, or to be deleted; each once.
    touched: Vec<u32>,
    undo: Vec<Undo<M>>,
    /// While a query runs whose rows cannot be known yet: the first slot that the identity map does not have.
    unindexed: Option<usize>,
    seed: u32,
}

struct Slot<M> {
    object: Option<M>,
    /// The object as its row has it, kept at the first mutable borrow.
    original: Option<Box<M>>,
    stamp: u32,
    /// When it was read or written last; see [`Epochs`](super::Epochs).
    epoch: u32,
    phase: Phase,
    /// Whether the slot is in the store's list of those touched.
    touched: bool,
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Vacant,
    Pending,
    Persistent,
    /// To be deleted by the next flush.
    Doomed,
    /// Deleted by a flush whose transaction is open.
    Deleted,
}

/// How to take back what a flush did to a slot's object.
enum Undo<M> {
    Inserted(u32, u32),
    Updated(u32, u32, Box<M>),
    Deleted(u32, u32),
}

/// The epoch of objects whose values may be from a transaction that was rolled back.
pub(super) const SUSPECT: u32 = 0;

impl<M: Model> Store<M> {
    pub(super) fn new(seed: u32) -> Store<M> {
        Store {
            slots: Vec::new(),
            free: Vec::new(),
            identity: Identity::default(),
            touched: Vec::new(),
            undo: Vec::new(),
            unindexed: None,
            seed,
        }
    }

    pub(super) fn add(&mut self, object: M) -> Handle<M> {
        let handle = self.place(object, Phase::Pending, 0);
        self.slots[handle.slot as usize].touch(handle.slot, &mut self.touched);
        handle
    }

    fn place(&mut self, object: M, phase: Phase, epoch: u32) -> Handle<M> {
        if let Some(number) = self.free.pop() {
            let slot = &mut self.slots[number as usize];
            slot.object = Some(object);
            slot.phase = phase;
            slot.epoch = epoch;
            return Handle::new(number, slot.stamp);
        }
        // Four billion objects of a model do not fit into memory.
        let number = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(Slot {
            object: Some(object),
            original: None,
            stamp: self.seed,
            epoch,
            phase,
            touched: false,
        });
        Handle::new(number, self.seed)
    }

    fn slot(&self, handle: Handle<M>) -> Option<&Slot<M>> {
        self.slots.get(handle.slot as usize).filter(|slot| slot.stamp == handle.stamp)
    }

    #[inline]
    pub(super) fn get(&self, handle: Handle<M>) -> Option<&M> {
        self.slot(handle).filter(|slot| slot.phase != Phase::Deleted).and_then(|slot| slot.object.as_ref())
    }

    /// Lends an object mutably; the first time, its original is kept.
    pub(super) fn get_mut(&mut self, handle: Handle<M>) -> Option<&mut M> {
        let slot = self.slots.get_mut(handle.slot as usize).filter(|slot| slot.stamp == handle.stamp)?;
        if matches!(slot.phase, Phase::Persistent | Phase::Doomed) && slot.original.is_none() {
            slot.original = slot.object.clone().map(Box::new);
            slot.touch(handle.slot, &mut self.touched);
        }
        if slot.phase == Phase::Deleted { None } else { slot.object.as_mut() }
    }

    /// Lends two objects mutably, unless they are the same.
    pub(super) fn pair_mut(&mut self, a: Handle<M>, b: Handle<M>) -> Option<(&mut M, &mut M)> {
        self.get_mut(a)?;
        self.get_mut(b)?;
        let [a, b] = self.slots.get_disjoint_mut([a.slot as usize, b.slot as usize]).ok()?;
        a.object.as_mut().zip(b.object.as_mut())
    }

    pub(super) fn state(&self, handle: Handle<M>) -> State {
        match self.slot(handle).map_or(Phase::Vacant, |slot| slot.phase) {
            Phase::Vacant => State::Detached,
            Phase::Pending => State::Pending,
            Phase::Persistent => State::Persistent,
            Phase::Doomed | Phase::Deleted => State::Deleted,
        }
    }

    /// The columns in which an object differs from its row.
    pub(super) fn modified(&self, handle: Handle<M>) -> ColumnSet {
        self.slot(handle).and_then(Slot::changed).unwrap_or_default()
    }

    /// Marks an object for deletion; one that has no row yet just goes.
    pub(super) fn delete(&mut self, handle: Handle<M>) -> bool {
        match self.state(handle) {
            State::Pending => self.vacate(handle.slot),
            State::Persistent => {
                let slot = &mut self.slots[handle.slot as usize];
                slot.phase = Phase::Doomed;
                slot.touch(handle.slot, &mut self.touched);
            }
            State::Deleted => {}
            State::Detached => return false,
        }
        true
    }

    /// Takes an object out.
    pub(super) fn detach(&mut self, handle: Handle<M>) -> Option<M> {
        let slot = self.slots.get_mut(handle.slot as usize).filter(|slot| slot.stamp == handle.stamp)?;
        if matches!(slot.phase, Phase::Vacant | Phase::Deleted) {
            return None;
        }
        let object = slot.object.clone();
        self.forget(handle.slot);
        self.vacate(handle.slot);
        object
    }

    /// The object of a key, wherever it stands, and whether its values can be trusted.
    pub(super) fn find(&self, key: &M::Key) -> Option<(Handle<M>, bool)> {
        let slot = self.identity.find(key, |slot| self.slots[slot as usize].has_key(key))?;
        let Slot { stamp, epoch, .. } = &self.slots[slot as usize];
        Some((Handle::new(slot, *stamp), *epoch != SUSPECT))
    }

    /// Before the rows of a query.
    pub(super) fn begin(&mut self, distinct: bool) {
        let nothing_known = self.identity.is_empty() && self.free.is_empty();
        self.unindexed = (distinct && nothing_known).then_some(self.slots.len());
    }

    /// After the rows of a query: the identity map learns of them, sized once.
    pub(super) fn finish(&mut self) {
        let Some(start) = self.unindexed.take() else { return };
        let slots = &self.slots;
        self.identity.fill(start..slots.len(), |slot, state| slots[slot as usize].hash_key(state));
    }

    /// The object of a row: the one that is here already, or a new one.
    #[inline]
    pub(super) fn load(&mut self, reader: &mut Reader<'_>, epoch: u32, current: u32) -> Result<Handle<M>> {
        reader.enter(M::table());
        if self.unindexed.is_some() {
            return Ok(self.place(M::read(reader)?, Phase::Persistent, epoch));
        }
        let key = M::read_key(reader)?;
        match self.find(&key) {
            Some((handle, _)) => self.reload(handle, reader, epoch, current),
            None => self.load_new(reader, epoch),
        }
    }

    /// The object of the row entered, which is not here yet.
    pub(super) fn load_new(&mut self, reader: &mut Reader<'_>, epoch: u32) -> Result<Handle<M>> {
        let handle = self.place(M::read(reader)?, Phase::Persistent, epoch);
        let slots = &self.slots;
        self.identity.insert(handle.slot, |slot, state| slots[slot as usize].hash_key(state));
        Ok(handle)
    }

    /// The row of an object that is here: an unchanged object of an earlier transaction takes its values.
    fn reload(
        &mut self,
        handle: Handle<M>,
        reader: &mut Reader<'_>,
        epoch: u32,
        current: u32,
    ) -> Result<Handle<M>> {
        let slot = &mut self.slots[handle.slot as usize];
        if slot.epoch >= current || slot.original.is_some() || slot.phase != Phase::Persistent {
            reader.skip();
            return Ok(handle);
        }
        let read = M::read(reader)?;
        let before = slot.object.replace(read);
        if slot.epoch == SUSPECT {
            self.undo.extend(before.map(|before| Undo::Updated(handle.slot, handle.stamp, Box::new(before))));
        }
        slot.epoch = epoch;
        Ok(handle)
    }

    /// Reads an object anew; changes to it are given up.
    pub(super) fn refresh(&mut self, handle: Handle<M>, reader: &mut Reader<'_>, epoch: u32) -> Result<()> {
        reader.enter(M::table());
        let object = M::read(reader)?;
        let slot = &mut self.slots[handle.slot as usize];
        let before = slot.object.replace(object);
        let before = slot.original.take().or(before.map(Box::new));
        if slot.epoch == SUSPECT {
            self.undo.extend(before.map(|before| Undo::Updated(handle.slot, handle.stamp, before)));
        }
        slot.epoch = epoch;
        Ok(())
    }

    /// Lets an object take all columns of another.
    pub(super) fn merge(&mut self, handle: Handle<M>, object: M) {
        if let Some(place) = self.get_mut(handle) {
            *place = object;
        }
    }

    /// Lets a slot stand for the row of its key. An object that stood for it before has lost its row, to others or
    /// by a rollback: it goes.
    fn index(&mut self, number: u32) {
        let slots = &self.slots;
        let Some(key) = slots[number as usize].stored().map(M::key) else { return };
        let is = |slot: u32| slots[slot as usize].has_key(&key);
        let before = self.identity.replace(number, is, |slot, state| slots[slot as usize].hash_key(state));
        if let Some(before) = before {
            self.vacate(before);
        }
    }

    fn forget(&mut self, number: u32) {
        let slots = &self.slots;
        self.identity.remove(number, |state| slots[number as usize].hash_key(state));
    }

    fn vacate(&mut self, number: u32) {
        let slot = &mut self.slots[number as usize];
        slot.object = None;
        slot.original = None;
        slot.phase = Phase::Vacant;
        slot.stamp = slot.stamp.wrapping_add(1);
        if !slot.touched {
            self.free.push(number);
        }
    }

    /// Takes a slot from the list of those touched.
    fn release(&mut self, number: u32) {
        let slot = &mut self.slots[number as usize];
        slot.touched = false;
        if slot.phase == Phase::Vacant {
            self.free.push(number);
        }
    }

    fn is_current(&self, number: u32, stamp: u32) -> bool {
        self.slots[number as usize].stamp == stamp
    }
}

impl<M: Model> Slot<M> {
    fn touch(&mut self, number: u32, touched: &mut Vec<u32>) {
        if !self.touched {
            self.touched = true;
            touched.push(number);
        }
    }

    /// The object as its row has it.
    fn stored(&self) -> Option<&M> {
        self.original.as_deref().or(self.object.as_ref())
    }

    fn has_key(&self, key: &M::Key) -> bool {
        self.stored().is_some_and(|object| object.has_key(key))
    }

    fn hash_key<H: std::hash::Hasher>(&self, state: &mut H) {
        if let Some(object) = self.stored() {
            object.hash_key(state);
        }
    }

    fn changed(&self) -> Option<ColumnSet> {
        Some(self.object.as_ref()?.changed(self.original.as_deref()?))
    }

    /// The columns that an insert gives values for: all but a key that the database makes.
    fn given(&self) -> ColumnSet {
        let Some(object) = &self.object else { return ColumnSet::new() };
        let table = M::table();
        let mut columns = ColumnSet::all(table.columns.len());
        if let Some(generated) = table.generated()
            && object.attribute(generated).is_unset()
        {
            columns.remove(generated);
        }
        columns
    }
}

/// A store of whatever model, as the session's flush, commit and rollback see it.
pub(super) trait AnyStore: Send {
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
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
    fn referred(&self, slot: u32, column: usize) -> Option<Object>;
    fn bind_key(&self, slot: u32, to: &mut dyn Bind) -> Result<()>;
    /// The object whose key is the primary key as well, while that is a handle.
    fn key_refers(&self, slot: u32) -> Option<Object>;
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
}

impl<M: Model> AnyStore for Store<M> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

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
            let slot = &self.slots[number as usize];
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
        let mut touched = std::mem::take(&mut self.touched);
        touched.retain(|&number| {
            let slot = &mut self.slots[number as usize];
            let (kind, columns) = match slot.phase {
                Phase::Pending => (ChangeKind::Insert, slot.given()),
                Phase::Doomed => (ChangeKind::Delete, ColumnSet::new()),
                Phase::Persistent => (ChangeKind::Update, slot.changed().unwrap_or_default()),
                Phase::Vacant | Phase::Deleted => (ChangeKind::Update, ColumnSet::new()),
            };
            if kind == ChangeKind::Update && columns.is_empty() {
                slot.original = None;
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
        let slot = &self.slots[slot as usize];
        // A row goes as it is, whatever was done to its object.
        let object = if slot.phase == Phase::Doomed { slot.stored() } else { slot.object.as_ref() };
        match object {
            Some(object) => object.attribute(column).bind_or_refer(to),
            None => Err(Error::usage("the object is not in the session any more")),
        }
    }

    fn referred(&self, slot: u32, column: usize) -> Option<Object> {
        self.slots[slot as usize].object.as_ref()?.attribute(column).referred()
    }

    fn bind_key(&self, slot: u32, to: &mut dyn Bind) -> Result<()> {
        let Some(object) = self.slots[slot as usize].stored() else {
            return Err(Error::usage("the object is not in the session any more"));
        };
        M::table().primary_key.iter().try_for_each(|&column| object.attribute(column).bind(to))
    }

    fn key_refers(&self, slot: u32) -> Option<Object> {
        match M::table().primary_key {
            &[column] => self.slots[slot as usize].stored()?.attribute(column).referred(),
            _ => None,
        }
    }

    fn set_key(&mut self, slot: u32, key: Option<i64>) {
        let (Some(object), Some(column)) = (&mut self.slots[slot as usize].object, M::table().generated())
        else {
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
        match &mut self.slots[slot as usize].object {
            Some(object) => object.attribute_mut(column).assign(value),
            None => Ok(()),
        }
    }

    fn describe(&self, slot: u32) -> String {
        let slot = &self.slots[slot as usize];
        match slot.stored() {
            Some(object) if slot.phase != Phase::Pending => by_key::described::<M>(&object.key()),
            _ => format!("a new row of {}", M::table().name),
        }
    }

    fn flushed(&mut self, epoch: u32) -> Result<()> {
        let slots = &self.slots;
        let inserted = |slot: &&u32| slots[**slot as usize].phase == Phase::Pending;
        let inserted = self.touched.iter().filter(inserted).count();
        self.identity.reserve(inserted, |slot, state| slots[slot as usize].hash_key(state));
        for number in std::mem::take(&mut self.touched) {
            let slot = &mut self.slots[number as usize];
            slot.touched = false;
            match slot.phase {
                Phase::Pending => {
                    slot.epoch = epoch;
                    slot.phase = Phase::Persistent;
                    self.undo.push(Undo::Inserted(number, slot.stamp));
                    self.index(number);
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
                    if let Some(original) = slot.original.take() {
                        slot.object = Some(*original);
                    }
                    slot.phase = Phase::Deleted;
                    self.undo.push(Undo::Deleted(number, slot.stamp));
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
        for undo in self.undo.split_off(mark).into_iter().rev() {
            self.undo(undo);
        }
        for slot in self.slots.iter_mut().filter(|slot| slot.epoch >= epoch) {
            slot.epoch = SUSPECT;
        }
    }

    fn commit(&mut self) {
        for undo in std::mem::take(&mut self.undo) {
            if let Undo::Deleted(number, stamp) = undo
                && self.is_current(number, stamp)
            {
                self.vacate(number);
            }
        }
    }

    fn suspect_all(&mut self) {
        for slot in &mut self.slots {
            slot.epoch = SUSPECT;
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
            if let (Some(version), Some(object)) = (table.version, &self.slots[object.slot as usize].object) {
                next_version(object, version)?;
            }
        }
        Ok(())
    }

    /// Gives up what was not flushed.
    fn restore(&mut self, number: u32) {
        let slot = &mut self.slots[number as usize];
        if let Some(original) = slot.original.take() {
            slot.object = Some(*original);
        }
        match slot.phase {
            Phase::Pending => self.vacate(number),
            Phase::Doomed => slot.phase = Phase::Persistent,
            Phase::Vacant | Phase::Persistent | Phase::Deleted => {}
        }
    }

    fn undo(&mut self, undo: Undo<M>) {
        match undo {
            Undo::Inserted(number, stamp) if self.is_current(number, stamp) => {
                self.forget(number);
                self.vacate(number);
            }
            Undo::Updated(number, stamp, before) if self.is_current(number, stamp) => {
                self.slots[number as usize].object = Some(*before);
            }
            Undo::Deleted(number, stamp) if self.is_current(number, stamp) => {
                self.slots[number as usize].phase = Phase::Persistent;
                self.index(number);
            }
            _ => {}
        }
    }
}

/// The version after an update, where its column holds it.
pub(crate) fn next_version<M: Model>(object: &M, version: usize) -> Result<i64> {
    let mut capture = onggi_driver::Capture::default();
    object.attribute(version).bind(&mut capture)?;
    let Some(crate::Value::Integer(number)) = capture.values.pop() else {
        return Err(Error::usage("a version column holds an integer"));
    };
    let greatest = match M::table().columns[version].ty {
        crate::Type::Integer { bits, signed } if bits < 64 => (1_i64 << (bits - u8::from(signed))) - 1,
        _ => i64::MAX,
    };
    match number < greatest {
        true => Ok(number + 1),
        false => {
            Err(Error::value(format!("the version {number} is the greatest that its column holds: use i64")))
        }
    }
}

/// The version after an update, as the database counts it.
pub(crate) fn count_up<M: Model>(object: &mut M, version: usize) -> Result<()> {
    let next = next_version(object, version)?;
    object.attribute_mut(version).assign(ValueRef::Integer(next))
}
