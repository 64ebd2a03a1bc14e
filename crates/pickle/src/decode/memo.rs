//! The memo: dense where pickles count upwards, sparse where an index runs ahead of the bytes.

use std::collections::HashMap;

use crate::error::{Error, Result};

pub(super) struct Memo<T> {
    dense: Vec<Option<T>>,
    /// Made when it is needed: most pickles are small, and never do.
    sparse: Option<HashMap<usize, T>>,
    /// Entries in use: `MEMOIZE` stores at this index.
    length: usize,
    limit: usize,
}

impl<T> Memo<T> {
    pub(super) fn new(limit: usize) -> Self {
        Self { dense: Vec::new(), sparse: None, length: 0, limit }
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        match self.dense.get(index) {
            Some(Some(entry)) => Some(entry),
            _ => self.sparse.as_ref()?.get(&index),
        }
    }

    /// Stores at the number of entries.
    #[inline]
    pub(super) fn push(&mut self, value: T) -> Result<()> {
        if self.length == self.dense.len() && self.sparse.is_none() && self.length < self.limit {
            self.dense.push(Some(value));
            self.length += 1;
            return Ok(());
        }
        self.insert(self.length, value, self.length)
    }

    /// Stores at `index`. An index up to `dense_bound`, the bytes seen so far, goes into the vector.
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
        if index >= self.dense.len() {
            self.dense.resize_with(index + 1, || None);
        }
        self.dense[index] = Some(value);
        Ok(())
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
    fn entries_are_counted_not_indexes() -> Result<()> {
        let mut memo = Memo::new(2);
        memo.insert(7, 'a', 10)?;
        memo.insert(7, 'b', 10)?;
        memo.insert(9, 'c', 10)?;
        assert!(memo.push('d').is_err_and(|error| error.is_limit()));
        Ok(())
    }
}
