//! The places of a store's objects, and copies of those that were changed.

use std::hash::Hasher;
use std::num::NonZeroU32;
use std::ops::{Index, IndexMut};

use crate::column_set::ColumnSet;
use crate::handle::Handle;
use crate::{Error, Model, Result};

/// Slots by their numbers, and the copies that they and the undo log have.
pub(super) struct Slots<M> {
    all: Vec<Slot<M>>,
    /// In one piece of memory: to allocate each copy by itself costs as much as to copy one of its texts.
    copies: Vec<Option<M>>,
}

pub(super) struct Slot<M> {
    pub(super) object: Option<M>,
    /// The object as its row has it, kept at the first mutable borrow.
    pub(super) original: Option<Copied>,
    pub(super) stamp: u32,
    /// When it was read or written last; see [`Epochs`](crate::session::epochs::Epochs).
    pub(super) epoch: u32,
    /// The query that brought it last; 0 where none did.
    pub(super) batch: u32,
    pub(super) phase: Phase,
    /// Whether the slot is in the store's list of those touched.
    pub(super) touched: bool,
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Vacant,
    Pending,
    Persistent,
    /// To be deleted by the next flush.
    Doomed,
    /// Deleted by a flush whose transaction is open.
    Deleted,
}

/// The place of a copy, counted from 1.
#[derive(Clone, Copy)]
pub(super) struct Copied(NonZeroU32);

impl<M> Slots<M> {
    pub(super) fn new() -> Slots<M> {
        Slots { all: Vec::new(), copies: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Adds a slot without an object.
    #[inline]
    pub(super) fn push(&mut self, stamp: u32) -> u32 {
        // Four billion objects of a model do not fit into memory.
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let phase = Phase::Vacant;
        self.all.push(Slot {
            object: None,
            original: None,
            stamp,
            epoch: 0,
            batch: 0,
            phase,
            touched: false,
        });
        number
    }

    #[inline]
    pub(super) fn get(&self, handle: Handle<M>) -> Option<&Slot<M>> {
        self.all.get(handle.slot() as usize).filter(|slot| slot.stamp == handle.stamp())
    }

    #[inline]
    pub(super) fn get_mut(&mut self, handle: Handle<M>) -> Option<&mut Slot<M>> {
        self.all.get_mut(handle.slot() as usize).filter(|slot| slot.stamp == handle.stamp())
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Slot<M>> {
        self.all.iter_mut()
    }

    /// Two different slots.
    pub(super) fn pair_mut(&mut self, a: Handle<M>, b: Handle<M>) -> Option<[&mut Slot<M>; 2]> {
        self.all.get_disjoint_mut([a.slot() as usize, b.slot() as usize]).ok()
    }

    /// The object as its row has it.
    pub(super) fn stored(&self, number: u32) -> Option<&M> {
        let slot = &self[number];
        match slot.original {
            Some(original) => self.copies[original.place()].as_ref(),
            None => slot.object.as_ref(),
        }
    }

    /// The object, and, where it was changed, its copy.
    pub(super) fn both_mut(&mut self, number: u32) -> impl Iterator<Item = &mut M> {
        let slot = &mut self.all[number as usize];
        let copy = slot.original.and_then(|original| self.copies[original.place()].as_mut());
        slot.object.as_mut().into_iter().chain(copy)
    }

    /// Keeps an object.
    pub(super) fn keep(&mut self, object: M) -> Copied {
        self.copies.push(Some(object));
        // Four billion objects do not fit into memory.
        let number = u32::try_from(self.copies.len()).unwrap_or(u32::MAX);
        Copied(NonZeroU32::new(number).unwrap_or(NonZeroU32::MAX))
    }

    /// Gives a copy back.
    pub(super) fn take(&mut self, copy: Copied) -> Option<M> {
        let object = self.copies[copy.place()].take();
        self.truncate();
        object
    }

    /// Drops a copy.
    pub(super) fn discard(&mut self, copy: Copied) {
        self.copies[copy.place()] = None;
        self.truncate();
    }

    /// Drops all copies, none of which is the original of an object that is lent.
    pub(super) fn discard_all(&mut self) {
        self.copies = Vec::new();
    }

    fn truncate(&mut self) {
        while let Some(None) = self.copies.last() {
            self.copies.pop();
        }
        if self.copies.is_empty() {
            // A session that lives on keeps no memory for what it has written.
            self.copies = Vec::new();
        }
    }

    /// Takes the original of a slot's object, if one was kept.
    pub(super) fn take_original(&mut self, number: u32) -> Option<M> {
        let original = self[number].original.take()?;
        self.take(original)
    }
}

impl<M: Model> Slots<M> {
    /// Keeps the original of a slot's object, unless that is done.
    pub(super) fn keep_original(&mut self, number: u32) {
        if self[number].original.is_none()
            && let Some(object) = self[number].object.clone()
        {
            self[number].original = Some(self.keep(object));
        }
    }

    pub(super) fn has_key(&self, number: u32, key: &M::Key) -> bool {
        self.stored(number).is_some_and(|object| object.has_key(key))
    }

    pub(super) fn hash_key<H: Hasher>(&self, number: u32, state: &mut H) {
        if let Some(object) = self.stored(number) {
            object.hash_key(state);
        }
    }

    /// The columns in which an object differs from its row; none where it was not lent.
    pub(super) fn changed(&self, number: u32) -> ColumnSet {
        let slot = &self[number];
        match (&slot.object, slot.original) {
            (Some(object), Some(original)) => {
                self.copies[original.place()].as_ref().map(|original| object.changed(original))
            }
            _ => None,
        }
        .unwrap_or_default()
    }

    /// The object as its row has it, which must be there.
    pub(super) fn row(&self, number: u32) -> Result<&M> {
        self.stored(number).ok_or_else(|| Error::usage("the object is not in the session any more"))
    }
}

impl<M> Index<u32> for Slots<M> {
    type Output = Slot<M>;

    #[inline]
    fn index(&self, number: u32) -> &Slot<M> {
        &self.all[number as usize]
    }
}

impl<M> IndexMut<u32> for Slots<M> {
    #[inline]
    fn index_mut(&mut self, number: u32) -> &mut Slot<M> {
        &mut self.all[number as usize]
    }
}

impl<M> Slot<M> {
    pub(super) fn touch(&mut self, number: u32, touched: &mut Vec<u32>) {
        if !self.touched {
            self.touched = true;
            touched.push(number);
        }
    }
}

impl<M: Model> Slot<M> {
    /// The columns that an insert gives values for: all but a key that the database makes.
    pub(super) fn given(&self) -> ColumnSet {
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

impl Copied {
    fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}
