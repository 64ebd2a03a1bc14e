//! Keys to slots.

use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Range;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

/// The identity map: it holds slots only, the keys stay in the objects.
#[derive(Default)]
pub(super) struct Identity {
    slots: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

type State = <DefaultHashBuilder as BuildHasher>::Hasher;

impl Identity {
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// What a key is found by.
    #[inline]
    pub(super) fn hash(&self, key: &impl Hash) -> u64 {
        self.hasher.hash_one(key)
    }

    /// The slot of the key of a hash.
    #[inline]
    pub(super) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.slots.find(hash, |&slot| is(slot)).copied()
    }

    /// Adds a slot whose key has this hash, and no other has.
    #[inline]
    pub(super) fn insert(&mut self, slot: u32, hash: u64, hash_key: impl Fn(u32, &mut State)) {
        let hasher = &self.hasher;
        self.slots.insert_unique(hash, slot, |slot| hash_of(hasher, |state| hash_key(*slot, state)));
    }

    /// Makes room for more slots at once.
    pub(super) fn reserve(&mut self, slots: usize, hash_key: impl Fn(u32, &mut State)) {
        let hasher = &self.hasher;
        self.slots.reserve(slots, |slot| hash_of(hasher, |state| hash_key(*slot, state)));
    }

    /// Puts a slot in the place of the one that has its key, and gives that.
    pub(super) fn replace(
        &mut self,
        slot: u32,
        is: impl Fn(u32) -> bool,
        hash_key: impl Fn(u32, &mut State),
    ) -> Option<u32> {
        let hasher = &self.hasher;
        let hash = |slot: &u32| hash_of(hasher, |state| hash_key(*slot, state));
        match self.slots.entry(hash(&slot), |&other| is(other), hash) {
            Entry::Occupied(mut entry) => Some(std::mem::replace(entry.get_mut(), slot)),
            Entry::Vacant(entry) => {
                entry.insert(slot);
                None
            }
        }
    }

    pub(super) fn fill(&mut self, slots: Range<usize>, hash_key: impl Fn(u32, &mut State)) {
        self.reserve(slots.len(), &hash_key);
        for slot in slots.filter_map(|slot| u32::try_from(slot).ok()) {
            let hash = hash_of(&self.hasher, |state| hash_key(slot, state));
            self.insert(slot, hash, &hash_key);
        }
    }

    pub(super) fn remove(&mut self, slot: u32, hash_key: impl Fn(&mut State)) {
        let hash = hash_of(&self.hasher, hash_key);
        if let Ok(entry) = self.slots.find_entry(hash, |&other| other == slot) {
            entry.remove();
        }
    }
}

fn hash_of(hasher: &DefaultHashBuilder, hash_key: impl Fn(&mut State)) -> u64 {
    let mut state = hasher.build_hasher();
    hash_key(&mut state);
    state.finish()
}
