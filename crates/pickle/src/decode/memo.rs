//! The memo: dense where pickles count upwards, sparse where an index runs ahead of the bytes.

use std::collections::HashMap;

use crate::error::{Error, Result};

/// How many entries stand in the memo itself, so that small pickles need no memory for it.
const FIRST: usize = 8;

pub(super) struct Memo<T> {
    first: [Option<T>; FIRST],
    /// The entries that follow the first.
    dense: Vec<Option<T>>,
    /// Made when it is needed: most pickles are small, and never do.
    sparse: Option<HashMap<usize, T>>,
    /// Entries in use: `MEMOIZE` stores at this index.
    length: usize,
    limit: usize,
}

impl<T> Memo<T> {
    pub(super) fn new(limit: usize) -> Self {
        Self { first: [const { None }; FIRST], dense: Vec::new(), sparse: None, length: 0, limit }
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        let place = match self.first.get(index) {
            None => self.dense.get(index - FIRST),
            place => place,
        };
        match place {
            Some(Some(entry)) => Some(entry),
            _ => self.sparse.as_ref()?.get(&index),
        }
    }

    /// Stores at the number of entries.
    #[inline]
    pub(super) fn push(&mut self, value: T) -> Result<()> {
        let index = self.length;
        if index < self.limit && self.sparse.is_none() {
            match self.first.get_mut(index) {
                Some(place @ None) => {
                    *place = Some(value);
                    self.length += 1;
                    return Ok(());
                }
                None if index == FIRST + self.dense.len() => {
                    if self.dense.len() == self.dense.capacity() {
                        self.grow();
                    }
                    self.dense.push(Some(value));
                    self.length += 1;
                    return Ok(());
                }
                _ => {}
            }
        }
        self.insert(index, value, index)
    }

    /// Makes room for as many entries again, and at first for those that a pickle has which is no longer small.
    #[cold]
    fn grow(&mut self) {
        self.dense.reserve(self.dense.len().max(4 * FIRST));
    }

    /// Stores at `index`. An index up to `dense_bound`, the bytes seen so far, is dense.
    pub(super) fn insert(&mut self, index: usize, value: T, dense_bound: usize) -> Result<()> {
        let is_new = self.get(index).is_none();
        if is_new && self.length >= self.limit {
            return Err(Error::limit("memo", self.limit));
        }
        self.length += usize::from(is_new);
        let is_sparse = self.sparse.as_ref().is_some_and(|sparse| sparse.contains_key(&index));
        if is_sparse || index > dense_bound.max(64) {
            self.sparse.get_or_insert_default().insert(index, value);
            return Ok(());
        }
        *self.place(index) = Some(value);
        Ok(())
    }

    fn place(&mut self, index: usize) -> &mut Option<T> {
        if index < FIRST {
            return &mut self.first[index];
        }
        let index = index - FIRST;
        if index >= self.dense.len() {
            self.dense.resize_with(index + 1, || None);
        }
        &mut self.dense[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memoize_stores_at_the_number_of_entries() -> Result<()> {
        let mut memo = Memo::new(10);
        memo.insert(1, 'a', 10)?;
        memo.push('b')?;
        assert_eq!((memo.get(0), memo.get(1)), (None, Some(&'b')));
        memo.insert(4_000_000_000, 'c', 10)?;
        memo.push('d')?;
        assert_eq!((memo.get(2), memo.get(4_000_000_000)), (Some(&'d'), Some(&'c')));
        Ok(())
    }

    #[test]
    fn entries_stay_apart_in_the_memo_and_beyond() -> Result<()> {
        let mut memo = Memo::new(1000);
        (0..20).try_for_each(|entry| memo.push(entry))?;
        memo.insert(FIRST - 1, 70, 30)?;
        memo.insert(FIRST, 80, 30)?;
        memo.insert(30, 300, 30)?;
        memo.push(200)?; // 21 entries, of which one stands at 30
        let found: Vec<_> = (0..32).map(|index| memo.get(index).copied()).collect();
        let expected = (0..20).map(|entry| match entry {
            7 => Some(70),
            8 => Some(80),
            entry => Some(entry),
        });
        let expected = expected.chain([None, Some(200)]).chain([None; 8]).chain([Some(300), None]);
        assert_eq!(found, expected.collect::<Vec<_>>());
        Ok(())
    }

    #[test]
    fn entries_are_counted_not_indexes() -> Result<()> {
        let mut memo = Memo::new(2);
        memo.insert(7, 'a', 10)?;
        memo.insert(7, 'b', 10)?;
        memo.insert(9, 'c', 10)?;
        assert!(memo.push('d').is_err_and(|error| error.is_limit()));
        Ok(())
    }
}
