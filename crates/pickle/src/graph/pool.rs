//! Many short lists in one vector.

use crate::error::{Error, Result};

/// Where a list stands in its pool.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    start: u32,
    length: u32,
    /// How far it may grow where it stands.
    capacity: u32,
}

impl Span {
    #[inline]
    pub(super) fn len(self) -> usize {
        wide(self.length)
    }
}

/// For how many items there is room once there is one.
const FIRST: usize = 4;

/// The lists. One that grows does so in place at the end of the pool; elsewhere it moves there with twice the room, so
/// that what was left behind never exceeds what is there.
#[derive(Clone, Debug)]
pub(super) struct Pool<T>(Vec<T>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Pool<T> {
    #[inline]
    pub(super) fn get(&self, span: Span) -> &[T] {
        let start = wide(span.start);
        &self.0[start..start + wide(span.length)]
    }

    /// A new list.
    #[inline]
    pub(super) fn add(&mut self, items: impl ExactSizeIterator<Item = T>) -> Result<Span> {
        let length = narrow(items.len())?;
        if length == 0 {
            return Ok(Span::default()); // the end of the pool, where it would stand, can move back
        }
        let start = narrow(self.0.len())?;
        if self.0.capacity() == 0 {
            self.0 = Vec::with_capacity(items.len().max(FIRST));
        }
        self.0.extend(items);
        Ok(Span { start, length, capacity: length })
    }

    /// Adds to the end of a list.
    #[inline]
    pub(super) fn extend(&mut self, span: &mut Span, more: impl ExactSizeIterator<Item = T>) -> Result<()> {
        if span.capacity == 0 {
            *span = self.add(more)?;
            return Ok(());
        }
        let (start, end) = (wide(span.start), wide(span.start) + span.len());
        let length = narrow(span.len() + more.len())?;
        if start + wide(span.capacity) == self.0.len() {
            self.0.truncate(end);
            self.0.extend(more);
            (span.length, span.capacity) = (length, length);
        } else if length <= span.capacity {
            self.0[end..].iter_mut().zip(more).for_each(|(place, item)| *place = item);
            span.length = length;
        } else {
            *span = self.moved(*span, length, more)?;
        }
        Ok(())
    }

    /// The list and more at the end of the pool.
    fn moved(&mut self, span: Span, length: u32, more: impl Iterator<Item = T>) -> Result<Span> {
        let (from, start) = (wide(span.start), self.0.len());
        let capacity = span.capacity.saturating_mul(2).max(length);
        self.0.extend_from_within(from..from + span.len());
        self.0.extend(more);
        let spare = self.0[start]; // only fills what is not yet used
        self.0.resize(start + wide(capacity), spare);
        Ok(Span { start: narrow(start)?, length, capacity })
    }

    /// Puts another item at a place that the list has.
    pub(super) fn set(&mut self, span: Span, place: usize, item: T) {
        if place < span.len() {
            self.0[wide(span.start) + place] = item;
        }
    }

    /// Overwrites a list with one that is not longer.
    pub(super) fn shorten(&mut self, span: &mut Span, items: &[T]) {
        let start = wide(span.start);
        self.0[start..].iter_mut().zip(items).for_each(|(place, item)| *place = *item);
        span.length = span.length.min(u32::try_from(items.len()).unwrap_or(u32::MAX));
    }
}

/// A place in a vector. A u32 fits every usize that this crate is built for; a miss would be a bounds panic.
#[inline]
pub(super) fn wide(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

#[inline]
pub(super) fn narrow(index: usize) -> Result<u32> {
    u32::try_from(index).map_err(|_| Error::limit("nodes", wide(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_grow_in_turns_stay_apart_and_take_linear_room() -> Result<()> {
        let mut pool = Pool::default();
        let mut spans = [Span::default(); 3];
        for round in 0..1000 {
            for (list, span) in spans.iter_mut().enumerate() {
                let count = (round + list) % 4;
                pool.extend(span, (0..count).map(|item| (list, round, item)))?;
            }
        }
        for (list, span) in spans.iter().enumerate() {
            let expected =
                (0..1000).flat_map(|round| (0..(round + list) % 4).map(move |item| (list, round, item)));
            assert!(pool.get(*span).iter().copied().eq(expected));
        }
        assert!(pool.0.len() <= 4 * 3 * 1500, "{}", pool.0.len());
        Ok(())
    }

    #[test]
    fn an_empty_list_stays_when_the_room_behind_another_is_given_back() -> Result<()> {
        let mut pool = Pool::default();
        let mut span = pool.add([1, 2, 3].into_iter())?;
        pool.add([4].into_iter())?;
        pool.extend(&mut span, [5].into_iter())?; // moves, with room to grow
        let empty = pool.add([].into_iter())?;
        pool.extend(&mut span, [6].into_iter())?; // cuts off that room
        assert_eq!((pool.get(empty), pool.get(span)), (&[][..], &[1, 2, 3, 5, 6][..]));
        Ok(())
    }

    #[test]
    fn the_last_list_grows_in_place() -> Result<()> {
        let mut pool = Pool::default();
        let mut span = pool.add([0].into_iter())?;
        (1..100).try_for_each(|item| pool.extend(&mut span, [item].into_iter()))?;
        assert_eq!((pool.0.len(), pool.get(span)[99]), (100, 99));
        pool.shorten(&mut span, &[7, 8]);
        assert_eq!(pool.get(span), [7, 8]);
        Ok(())
    }
}
