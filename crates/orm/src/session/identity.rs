//! Keys to slots.

use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Range;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

/// The identity map: it holds slots only, the keys stay in the objects.
///
/// Beside each slot is the hash of its key. So a map that grows has no object to look at, which took longer than to add one.
#[derive(Default)]
pub(super) struct Identity {
    slots: HashTable<(u32, Short)>,
    hasher: DefaultHashBuilder,
}

type State = <DefaultHashBuilder as BuildHasher>::Hasher;

/// Half of a key's hash, which is enough to find it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Short(u32);

impl Short {
    #[inline]
    fn of(hash: u64) -> Short {
        // The upper half has no more than its bits.
        Short(u32::try_from(hash >> 32).unwrap_or_default())
    }

    /// Both halves alike: the table takes the place from the one, and what it compares from the other.
    #[inline]
    fn whole(self) -> u64 {
        u64::from(self.0) << 32 | u64::from(self.0)
    }
}

impl Identity {
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// What a key is found by.
    #[inline]
    pub(super) fn hash(&self, key: &impl Hash) -> Short {
        Short::of(self.hasher.hash_one(key))
    }

    /// What the key is found by that is fed to a hasher.
    #[inline]
    pub(super) fn hash_of(&self, hash_key: impl FnOnce(&mut State)) -> Short {
        let mut state = self.hasher.build_hasher();
        hash_key(&mut state);
        Short::of(state.finish())
    }

    /// The slot of the key of a hash.
    #[inline]
    pub(super) fn find(&self, hash: Short, is: impl Fn(u32) -> bool) -> Option<u32> {
        let found = self.slots.find(hash.whole(), |&(slot, other)| other == hash && is(slot));
        found.map(|&(slot, _)| slot)
    }

    /// Adds a slot whose key has this hash, and no other has.
    #[inline]
    pub(super) fn insert(&mut self, slot: u32, hash: Short) {
        self.slots.insert_unique(hash.whole(), (slot, hash), |(_, hash)| hash.whole());
    }

    /// Makes room for more slots at once.
    pub(super) fn reserve(&mut self, slots: usize) {
        self.slots.reserve(slots, |(_, hash)| hash.whole());
    }

    /// Puts a slot in the place of the one that has its key, and gives that.
    pub(super) fn replace(&mut self, slot: u32, hash: Short, is: impl Fn(u32) -> bool) -> Option<u32> {
        let same = |&(other, of): &(u32, Short)| of == hash && is(other);
        match self.slots.entry(hash.whole(), same, |(_, hash)| hash.whole()) {
            Entry::Occupied(mut entry) => Some(std::mem::replace(entry.get_mut(), (slot, hash)).0),
            Entry::Vacant(entry) => {
                entry.insert((slot, hash));
                None
            }
        }
    }

    pub(super) fn fill(&mut self, slots: Range<usize>, hash_key: impl Fn(u32, &mut State)) {
        self.reserve(slots.len());
        for slot in slots.filter_map(|slot| u32::try_from(slot).ok()) {
            let hash = self.hash_of(|state| hash_key(slot, state));
            self.insert(slot, hash);
        }
    }

    pub(super) fn remove(&mut self, slot: u32, hash: Short) {
        if let Ok(entry) = self.slots.find_entry(hash.whole(), |&(other, _)| other == slot) {
            entry.remove();
        }
    }
}
