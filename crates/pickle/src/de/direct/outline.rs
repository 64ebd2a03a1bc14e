//! An outline of what comes next: the machine run without building anything, where a value does not show its kind at once.

use super::cursor::Cursor;
use crate::opcode::Opcode;

/// Which values of a stretch of the pickle have no opcode of their own at their start.
#[derive(Default)]
pub(super) struct Outline {
    /// Where the objects on the stack start: a tuple with its first item.
    stack: Vec<u32>,
    /// The heights of the stack at the open marks.
    marks: Vec<u32>,
    /// Short tuples and containers of a single item, the next one last: see [`packed`].
    found: Vec<u64>,
    /// Where the stretch ends.
    end: usize,
    /// Where the next short tuple starts, if that is what was found next; or [`NOWHERE`].
    tuple: usize,
    /// Where the next container starts that one opcode gives a single item, if that is what was found next.
    single: usize,
}

/// Where nothing starts.
const NOWHERE: usize = usize::MAX;

/// What is packed for a container of a single item, where a tuple has its length.
const SINGLE: u8 = 0;

/// What was found as a number that sorts by its start, the inner of two, which is met first, before the outer one.
fn packed(start: u32, order: usize, length: u8) -> Option<u64> {
    let order = u32::try_from(order).ok().filter(|order| *order < 1 << 29)?;
    Some((u64::from(u32::MAX - start) << 32) | u64::from(order << 2) | u64::from(length))
}

fn unpacked(packed: u64) -> Option<(usize, usize)> {
    let start = u32::MAX - u32::try_from(packed >> 32).ok()?;
    Some((usize::try_from(start).ok()?, usize::try_from(packed & 3).ok()?))
}

impl Outline {
    pub(super) fn clear(&mut self) {
        self.found.clear();
        self.end = 0;
        (self.tuple, self.single) = (NOWHERE, NOWHERE);
    }

    /// Whether it was drawn of what stands at `position`.
    #[inline]
    pub(super) fn covers(&self, position: usize) -> bool {
        position < self.end
    }

    /// Whether the tuple or container that was found next starts at `position`.
    #[inline]
    pub(super) fn tells_of(&self, position: usize) -> bool {
        self.tuple == position || self.single == position
    }

    /// Whether a tuple of up to three items starts at `position`, as far as it was drawn.
    #[inline]
    pub(super) fn is_tuple(&self, position: usize) -> bool {
        self.tuple == position
    }

    /// Whether the container at `position` is filled by one opcode for a single item, as far as it was drawn.
    #[inline]
    pub(super) fn is_single(&self, position: usize) -> bool {
        self.single == position
    }

    /// Goes on to what was found next, and gives the length of the tuple that was passed.
    pub(super) fn pass(&mut self) -> usize {
        let passed = self.found.pop().and_then(unpacked);
        self.look();
        passed.map_or(0, |(_, length)| length)
    }

    fn look(&mut self) {
        let next = self.found.last().copied().and_then(unpacked);
        (self.tuple, self.single) = match next {
            Some((start, 0)) => (NOWHERE, start),
            Some((start, _)) => (start, NOWHERE),
            None => (NOWHERE, NOWHERE),
        };
    }

    /// Runs from the start of an object to where the container around it, or the pickle, goes on without it. `open` tuples
    /// that start there are known already.
    pub(super) fn draw(&mut self, mut cursor: Cursor<'_>, open: usize) -> Option<()> {
        self.clear();
        self.stack.clear();
        self.marks.clear();
        while self.step(&mut cursor)? {}
        self.end = cursor.position();
        self.found.sort_unstable();
        self.found.truncate(self.found.len().checked_sub(open)?);
        self.look();
        Some(())
    }

    /// Runs one opcode; `false` when it takes what stands before the stretch.
    #[inline]
    fn step(&mut self, cursor: &mut Cursor<'_>) -> Option<bool> {
        let opcode = cursor.opcode()?;
        let start = u32::try_from(cursor.position()).ok()?;
        if cursor.atom(opcode)? {
            self.stack.push(start);
            return Some(true);
        }
        let inside = match opcode {
            Opcode::EmptyList | Opcode::EmptyDict | Opcode::EmptySet | Opcode::EmptyTuple => {
                self.stack.push(start);
                true
            }
            Opcode::Mark => {
                self.marks.push(u32::try_from(self.stack.len()).ok()?);
                self.stack.push(start); // so that a tuple starts with its mark
                true
            }
            Opcode::Tuple1 => self.found(1, 1)?,
            Opcode::Tuple2 => self.found(2, 2)?,
            Opcode::Tuple3 => self.found(3, 3)?,
            Opcode::Append => self.found(2, SINGLE)?,
            Opcode::SetItem => self.found(3, SINGLE)?,
            Opcode::Tuple => self.take_marked(1)?,
            Opcode::Appends | Opcode::SetItems | Opcode::AddItems => self.take_marked(0)?,
            Opcode::Stop => false,
            _ => return None,
        };
        if inside {
            cursor.pass(1)?;
        }
        Some(inside)
    }

    /// Leaves the first of `count` objects on the stack, for what they make.
    fn found(&mut self, count: usize, length: u8) -> Option<bool> {
        let fence = self.marks.last().map_or(Some(0), |height| usize::try_from(*height + 1).ok())?;
        let Some(first) = self.stack.len().checked_sub(count).filter(|first| *first >= fence) else {
            return if self.marks.is_empty() { Some(false) } else { None };
        };
        self.found.push(packed(self.stack[first], self.found.len(), length)?);
        self.stack.truncate(first + 1);
        Some(true)
    }

    /// Takes what stands above the mark, and the mark unless it is the start of what is made.
    fn take_marked(&mut self, kept: usize) -> Option<bool> {
        let Some(height) = self.marks.pop() else { return Some(false) };
        self.stack.truncate(usize::try_from(height).ok()? + kept);
        Some(true)
    }
}
