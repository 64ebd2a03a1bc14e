//! The objects of one model.

mod flush;
mod slots;
mod version;

pub(super) use flush::AnyStore;
pub(crate) use version::{count_up, next_version};

use std::ops::Range;

use self::slots::{Copied, Phase, Slot, Slots};
use super::identity::{Identity, Short};
use super::state::State;
use crate::column_set::ColumnSet;
use crate::handle::Handle;
use crate::reader::Reader;
use crate::relation::hold_keys_unless;
use crate::relation::keys::integer;
use crate::{Error, Model, Result, by_key};

/// Slots of objects, found by number or by key.
pub(super) struct Store<M: Model> {
    slots: Slots<M>,
    free: Vec<u32>,
    identity: Identity,
    /// Slots that are pending, lent mutably since the last flush, or to be deleted; each once.
    touched: Vec<u32>,
    undo: Vec<Undo>,
    /// The query that runs, where none of its rows can be here.
    fresh: u32,
    /// The slots that such a query has filled, which the identity map does not have until it is asked for something.
    unindexed: Range<usize>,
    /// The slots whose rows one flush has inserted before any other row had an object here; the same holds for them.
    inserted: Range<usize>,
    seed: u32,
}

/// How to take back what a flush did to a slot's object.
enum Undo {
    Inserted(u32, u32),
    Updated(u32, u32, Copied),
    Deleted(u32, u32),
}

/// The epoch of objects whose values may be from a transaction that was rolled back.
pub(super) const SUSPECT: u32 = 0;

impl<M: Model> Store<M> {
    pub(super) fn new(seed: u32) -> Store<M> {
        Store {
            slots: Slots::new(),
            free: Vec::new(),
            identity: Identity::default(),
            touched: Vec::new(),
            undo: Vec::new(),
            fresh: 0,
            unindexed: 0..0,
            inserted: 0..0,
            seed,
        }
    }

    pub(super) fn add(&mut self, object: M) -> Handle<M> {
        let number = self.take_slot();
        let handle = self.fill_slot(number, object, Phase::Pending, 0, 0);
        self.slots[number].touch(number, &mut self.touched);
        handle
    }

    /// A slot without an object, which is not free any more.
    #[inline]
    fn take_slot(&mut self) -> u32 {
        match self.free.pop() {
            Some(number) => number,
            None => self.slots.push(self.seed),
        }
    }

    #[inline]
    fn fill_slot(&mut self, number: u32, object: M, phase: Phase, epoch: u32, batch: u32) -> Handle<M> {
        let slot = &mut self.slots[number];
        slot.object = Some(object);
        slot.phase = phase;
        slot.epoch = epoch;
        slot.batch = batch;
        Handle::new(number, slot.stamp)
    }

    /// Reads an object that is not here into a slot, of which the identity map is still to learn.
    ///
    /// The slot comes first: an object that is read before is moved once more.
    #[inline]
    fn read_new(&mut self, reader: &mut Reader<'_>, epoch: u32, batch: u32) -> Result<Handle<M>> {
        let number = self.take_slot();
        match M::read(reader) {
            Ok(object) => Ok(self.fill_slot(number, object, Phase::Persistent, epoch, batch)),
            Err(error) => {
                self.free.push(number);
                Err(error)
            }
        }
    }

    #[inline]
    pub(super) fn get(&self, handle: Handle<M>) -> Option<&M> {
        self.slots
            .get(handle)
            .filter(|slot| slot.phase != Phase::Deleted)
            .and_then(|slot| slot.object.as_ref())
    }

    /// Lends an object mutably; the first time, its original is kept.
    pub(super) fn get_mut(&mut self, handle: Handle<M>) -> Option<&mut M> {
        let slot = self.slots.get_mut(handle)?;
        if matches!(slot.phase, Phase::Persistent | Phase::Doomed) && slot.original.is_none() {
            slot.touch(handle.slot(), &mut self.touched);
            self.slots.keep_original(handle.slot());
        }
        let slot = &mut self.slots[handle.slot()];
        if slot.phase == Phase::Deleted { None } else { slot.object.as_mut() }
    }

    /// Lends two objects mutably, unless they are the same.
    pub(super) fn pair_mut(&mut self, a: Handle<M>, b: Handle<M>) -> Option<(&mut M, &mut M)> {
        self.get_mut(a)?;
        self.get_mut(b)?;
        let [a, b] = self.slots.pair_mut(a, b)?;
        a.object.as_mut().zip(b.object.as_mut())
    }

    pub(super) fn state(&self, handle: Handle<M>) -> State {
        match self.slots.get(handle).map_or(Phase::Vacant, |slot| slot.phase) {
            Phase::Vacant => State::Detached,
            Phase::Pending => State::Pending,
            Phase::Persistent => State::Persistent,
            Phase::Doomed | Phase::Deleted => State::Deleted,
        }
    }

    /// The columns in which an object differs from its row.
    pub(super) fn modified(&self, handle: Handle<M>) -> ColumnSet {
        if self.slots.get(handle).is_some() { self.slots.changed(handle.slot()) } else { ColumnSet::new() }
    }

    /// Marks an object for deletion; one that has no row yet just goes.
    pub(super) fn delete(&mut self, handle: Handle<M>) -> bool {
        match self.state(handle) {
            State::Pending => self.vacate(handle.slot()),
            State::Persistent => {
                let slot = &mut self.slots[handle.slot()];
                slot.phase = Phase::Doomed;
                slot.touch(handle.slot(), &mut self.touched);
            }
            State::Deleted => {}
            State::Detached => return false,
        }
        true
    }

    /// Takes an object out.
    pub(super) fn detach(&mut self, handle: Handle<M>) -> Option<M> {
        let slot = self.slots.get(handle)?;
        if matches!(slot.phase, Phase::Vacant | Phase::Deleted) {
            return None;
        }
        let object = slot.object.clone();
        self.forget(handle.slot());
        self.vacate(handle.slot());
        object
    }

    /// The object of a key, wherever it stands, and whether its values can be trusted.
    pub(super) fn find(&mut self, key: &M::Key) -> Option<(Handle<M>, bool)> {
        self.look_up(key).1
    }

    /// The same, with what the key is found by.
    #[inline]
    pub(super) fn look_up(&mut self, key: &M::Key) -> (Short, Option<(Handle<M>, bool)>) {
        self.index_late();
        let hash = self.identity.hash(key);
        (hash, self.find_hashed(key, hash))
    }

    #[inline]
    fn find_hashed(&self, key: &M::Key, hash: Short) -> Option<(Handle<M>, bool)> {
        let slot = self.identity.find(hash, |slot| self.slots.has_key(slot, key))?;
        let Slot { stamp, epoch, .. } = &self.slots[slot];
        Some((Handle::new(slot, *stamp), *epoch != SUSPECT))
    }

    /// Before the rows of a query.
    pub(super) fn begin(&mut self, distinct: bool, batch: u32) {
        self.index_late();
        let fresh = distinct && self.identity.is_empty() && self.free.is_empty();
        self.fresh = if fresh { batch } else { 0 };
    }

    /// Lets the identity map learn of what came to an empty store: all at once, sized for it.
    #[inline]
    fn index_late(&mut self) {
        if !self.unindexed.is_empty() || !self.inserted.is_empty() {
            self.index_all();
        }
    }

    fn index_all(&mut self) {
        let (unindexed, inserted) = (std::mem::take(&mut self.unindexed), std::mem::take(&mut self.inserted));
        let slots = &self.slots;
        self.identity.fill(unindexed, |slot, state| slots.hash_key(slot, state));
        self.identity.reserve(inserted.len());
        inserted.filter_map(|slot| u32::try_from(slot).ok()).for_each(|slot| self.index(slot));
    }

    /// The object of a row: the one that is here already, or a new one.
    #[inline]
    pub(super) fn load(
        &mut self,
        reader: &mut Reader<'_>,
        epoch: u32,
        current: u32,
        batch: u32,
    ) -> Result<Handle<M>> {
        reader.enter(M::table());
        if batch != 0 && self.fresh == batch {
            let handle = self.read_new(reader, epoch, batch)?;
            let slot = handle.slot() as usize;
            let start = if self.unindexed.is_empty() { slot } else { self.unindexed.start };
            self.unindexed = start..slot + 1;
            return Ok(handle);
        }
        let key = M::read_key(reader)?;
        match self.look_up(&key) {
            (_, Some((handle, _))) => self.reload(handle, reader, epoch, current, batch),
            (hash, None) => {
                let handle = self.read_new(reader, epoch, batch)?;
                self.identity.insert(handle.slot(), hash);
                Ok(handle)
            }
        }
    }

    /// The object of the row that was found by a key of which no object is here, unless the row's own key is another.
    #[inline]
    pub(super) fn load_found(
        &mut self,
        reader: &mut Reader<'_>,
        key: &M::Key,
        hash: Short,
        epoch: u32,
    ) -> Result<Option<Handle<M>>> {
        reader.enter(M::table());
        let handle = self.read_new(reader, epoch, 0)?;
        if !self.slots.has_key(handle.slot(), key) {
            self.vacate(handle.slot());
            return Ok(None);
        }
        self.index_late();
        self.identity.insert(handle.slot(), hash);
        Ok(Some(handle))
    }

    /// The row of an object that is here: an unchanged object of an earlier transaction takes its values.
    fn reload(
        &mut self,
        handle: Handle<M>,
        reader: &mut Reader<'_>,
        epoch: u32,
        current: u32,
        batch: u32,
    ) -> Result<Handle<M>> {
        let slot = &mut self.slots[handle.slot()];
        slot.batch = batch;
        if slot.epoch >= current || slot.original.is_some() || slot.phase != Phase::Persistent {
            reader.skip();
            return Ok(handle);
        }
        let read = M::read(reader)?;
        let before = slot.object.replace(read);
        if slot.epoch == SUSPECT {
            self.undoable(handle, before);
        }
        self.slots[handle.slot()].epoch = epoch;
        Ok(handle)
    }

    /// Reads an object anew; changes to it are given up.
    pub(super) fn refresh(&mut self, handle: Handle<M>, reader: &mut Reader<'_>, epoch: u32) -> Result<()> {
        reader.enter(M::table());
        let object = M::read(reader)?;
        let before = self.slots[handle.slot()].object.replace(object);
        let before = self.slots.take_original(handle.slot()).or(before);
        if self.slots[handle.slot()].epoch == SUSPECT {
            self.undoable(handle, before);
        }
        self.slots[handle.slot()].epoch = epoch;
        Ok(())
    }

    /// Lets a rollback put back what an object was before its row was read again.
    fn undoable(&mut self, handle: Handle<M>, before: Option<M>) {
        if let Some(before) = before {
            let copy = self.slots.keep(before);
            self.undo.push(Undo::Updated(handle.slot(), handle.stamp(), copy));
        }
    }

    /// Lets an object take all columns of another, which must be of the version that its row has.
    pub(super) fn merge(&mut self, handle: Handle<M>, mut object: M) -> Result<()> {
        if let (Some(version), Some(stored)) = (M::table().version, self.slots.stored(handle.slot()))
            && integer(stored.attribute(version)) != integer(object.attribute(version))
        {
            let described = by_key::described_object(&object);
            return Err(Error::stale(format!(
                "attaching {described}: somebody else changed the row since the object was read; read it anew"
            )));
        }
        // Of a plain struct the columns count.
        hold_keys_unless(&mut object, |field| field.is_assigned());
        if let Some(place) = self.get_mut(handle) {
            *place = object;
        }
        Ok(())
    }

    /// Lets a slot stand for the row of its key, which a flush has inserted. While no row of before has an object here, the identity
    /// map need not know: a session that only inserts never asks it.
    fn index_inserted(&mut self, number: u32) {
        let slot = number as usize;
        if self.identity.is_empty() && self.unindexed.is_empty() {
            let inserted = if self.inserted.is_empty() { slot..slot } else { self.inserted.clone() };
            if inserted.end == slot {
                self.inserted = inserted.start..slot + 1;
                return;
            }
        }
        self.index(number);
    }

    /// Lets a slot stand for the row of its key. An object that stood for it before has lost its row, to others or
    /// by a rollback: it goes.
    fn index(&mut self, number: u32) {
        self.index_late();
        let slots = &self.slots;
        let Some(key) = slots.stored(number).and_then(M::known_key) else { return };
        let is = |slot: u32| slots.has_key(slot, &key);
        let before = self.identity.replace(number, self.identity.hash(&key), is);
        if let Some(before) = before {
            self.vacate(before);
        }
    }

    fn forget(&mut self, number: u32) {
        self.index_late();
        let hash = self.identity.hash_of(|state| self.slots.hash_key(number, state));
        self.identity.remove(number, hash);
    }

    fn vacate(&mut self, number: u32) {
        drop(self.slots.take_original(number));
        let slot = &mut self.slots[number];
        slot.object = None;
        slot.phase = Phase::Vacant;
        slot.stamp = slot.stamp.wrapping_add(1);
        if !slot.touched {
            self.free.push(number);
        }
    }

    /// Takes a slot from the list of those touched.
    fn release(&mut self, number: u32) {
        let slot = &mut self.slots[number];
        slot.touched = false;
        if slot.phase == Phase::Vacant {
            self.free.push(number);
        }
    }

    fn is_current(&self, number: u32, stamp: u32) -> bool {
        self.slots[number].stamp == stamp
    }
}
