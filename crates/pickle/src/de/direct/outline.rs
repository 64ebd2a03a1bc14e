//! The outline of a pickle: the machine run without building anything.

use super::cursor::Cursor;
use super::keys;
use crate::limits::Limits;
use crate::opcode::Opcode;

/// Which containers a pickle has, how they are filled, and where atoms that it fetches again stand.
#[derive(Default)]
pub(super) struct Outline {
    stack: Vec<Item>,
    marks: Vec<Mark>,
    memo: Vec<Object>,
    fills: Vec<Fill>,
    /// Tuples of one to three, which have no opcode at their start: see [`packed`].
    tuples: Vec<u64>,
    /// The keys of the last dict that was found to have different ones: records share theirs.
    distinct: Vec<Object>,
    /// Keys of dicts and items of sets that come in several batches.
    batches: Vec<(u32, Vec<Object>)>,
    nodes: usize,
    parts: usize,
    length: usize,
}

/// How a container is filled: by one opcode for one item, or by batches.
#[derive(Clone, Copy, Default)]
pub(super) struct Fill {
    /// Items or pairs.
    pub(super) count: usize,
    /// 0 for a single `APPEND` or `SETITEM`.
    pub(super) batches: u32,
}

/// An object: its kind, and the place of an atom or the number of a container.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Object(u32);

const ATOM: u32 = 0;
const TUPLE: u32 = 1;
const LIST: u32 = 2;
const DICT: u32 = 3;
const SET: u32 = 4;

impl Object {
    const TUPLE: Self = Self(TUPLE);

    /// Positions are below [`LONGEST`], and there are not more containers.
    #[inline]
    fn new(kind: u32, number: u32) -> Self {
        Self((number << 3) | kind)
    }

    #[inline]
    fn number(self, kind: u32) -> Option<usize> {
        if self.0 & 7 == kind { usize::try_from(self.0 >> 3).ok() } else { None }
    }
}

/// The longest pickle that is outlined: positions have 29 bits.
const LONGEST: usize = 1 << 29;

/// CPython's pickler gives as many items to one batch. Only dicts and sets that start so are expected to have more.
const BATCH: usize = 1000;

/// The longest vectors that are kept for the next pickle.
const KEPT: usize = 1 << 10;

#[derive(Clone, Copy)]
struct Item {
    /// Where it starts: a tuple with its first item.
    start: u32,
    object: Object,
}

#[derive(Clone, Copy)]
struct Mark {
    /// The height of the stack.
    height: usize,
    start: u32,
}

/// A tuple as a number that sorts by its start, an outer one, which is met later, before its first item.
fn packed(start: u32, order: usize, length: u8) -> Option<u64> {
    let order = u32::try_from(order).ok().filter(|order| *order < 1 << 29)?;
    Some((u64::from(start) << 32) | u64::from(((1 << 29) - 1 - order) << 2) | u64::from(length))
}

impl Outline {
    /// How many items, keys and values all containers have.
    pub(super) fn parts(&self) -> usize {
        self.parts
    }

    /// How many bytes the pickle has.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// How the container of this number is filled, in the order of the pickle.
    #[inline]
    pub(super) fn fill(&self, number: usize) -> Option<Fill> {
        self.fills.get(number).copied()
    }

    /// Where the tuple of this number starts, and its length; nowhere if there is none.
    #[inline]
    pub(super) fn tuple(&self, number: usize) -> (usize, usize) {
        let Some(packed) = self.tuples.get(number) else { return (usize::MAX, 0) };
        let start = usize::try_from(packed >> 32).unwrap_or(usize::MAX);
        (start, usize::try_from(packed & 3).unwrap_or(0))
    }

    /// Where the atom of this memo entry stands.
    #[inline]
    pub(super) fn atom(&self, index: u32) -> Option<usize> {
        self.memo.get(usize::try_from(index).ok()?)?.number(ATOM)
    }

    /// Whether its vectors are small enough to be kept for the next pickle.
    #[inline]
    pub(super) fn is_small(&self) -> bool {
        let lengths = [
            self.stack.capacity(),
            self.marks.capacity(),
            self.memo.capacity(),
            self.fills.capacity(),
            self.tuples.capacity(),
            self.distinct.capacity(),
            self.batches.capacity(),
        ];
        lengths.iter().all(|length| *length <= KEPT)
    }

    fn clear(&mut self) {
        self.stack.clear();
        self.marks.clear();
        self.memo.clear();
        self.fills.clear();
        self.tuples.clear();
        self.distinct.clear();
        self.batches.clear();
        (self.nodes, self.parts, self.length) = (0, 0, 0);
    }

    /// Runs over a pickle; `None` when it is not an ordinary one.
    pub(super) fn draw(&mut self, input: &[u8], limits: &Limits) -> Option<()> {
        self.clear();
        if input.len() >= LONGEST || limits.check_bytes(input.len()).is_err() {
            return None;
        }
        let mut cursor = Cursor::new(input)?;
        loop {
            let start = cursor.position();
            match cursor.opcode()? {
                Opcode::Stop => break,
                opcode => self.step(opcode, start, input, &mut cursor)?,
            }
        }
        self.length = usize::try_from(cursor.position()).ok()?;
        let kept = self.nodes <= limits.nodes && self.memo.len() <= limits.memo;
        let whole = self.stack.len() == 1 && self.marks.is_empty();
        self.tuples.sort_unstable();
        (kept && whole && self.batches_are_distinct(input)).then_some(())
    }

    /// One row per opcode: longer than a function should be, but it is a table.
    #[inline]
    fn step(&mut self, opcode: Opcode, start: u32, input: &[u8], cursor: &mut Cursor<'_>) -> Option<()> {
        match opcode {
            Opcode::None | Opcode::NewTrue | Opcode::NewFalse => self.push(start, Object::new(ATOM, start)),
            Opcode::BinInt1 => {
                cursor.pass(1)?;
                self.atom_at(start)
            }
            Opcode::BinInt2 => {
                cursor.pass(2)?;
                self.atom_at(start)
            }
            Opcode::BinInt => {
                cursor.pass(4)?;
                self.atom_at(start)
            }
            Opcode::BinFloat => {
                cursor.pass(8)?;
                self.atom_at(start)
            }
            Opcode::ShortBinUnicode | Opcode::ShortBinBytes | Opcode::Long1 => {
                cursor.sized1()?;
                self.atom_at(start)
            }
            Opcode::BinUnicode | Opcode::BinBytes => {
                cursor.sized4()?;
                self.atom_at(start)
            }
            Opcode::BinUnicode8 | Opcode::BinBytes8 | Opcode::ByteArray8 => {
                cursor.sized8()?;
                self.atom_at(start)
            }
            Opcode::BinGet => cursor.byte().and_then(|index| self.get(start, index.into())),
            Opcode::LongBinGet => cursor.word().and_then(|index| self.get(start, index)),
            Opcode::Memoize => self.memoize(),
            Opcode::BinPut => cursor.byte().and_then(|index| self.put(index.into())),
            Opcode::LongBinPut => cursor.word().and_then(|index| self.put(index)),
            Opcode::Mark => {
                self.marks.push(Mark { height: self.stack.len(), start });
                Some(())
            }
            Opcode::EmptyList => self.container(LIST, start),
            Opcode::EmptyDict => self.container(DICT, start),
            Opcode::EmptySet => self.container(SET, start),
            Opcode::EmptyTuple => self.push(start, Object::TUPLE),
            Opcode::Tuple1 => self.short_tuple(1),
            Opcode::Tuple2 => self.short_tuple(2),
            Opcode::Tuple3 => self.short_tuple(3),
            Opcode::Tuple => self.marked_tuple(),
            Opcode::Append => self.one(LIST, 1, input),
            Opcode::SetItem => self.one(DICT, 2, input),
            Opcode::Appends => self.batch(LIST, input),
            Opcode::SetItems => self.batch(DICT, input),
            Opcode::AddItems => self.batch(SET, input),
            Opcode::Proto if start == 0 => cursor.byte().filter(|number| *number <= 5).map(drop),
            Opcode::Frame => cursor.frame(),
            _ => None,
        }
    }

    #[inline]
    fn push(&mut self, start: u32, object: Object) -> Option<()> {
        self.stack.push(Item { start, object });
        Some(())
    }

    #[inline]
    fn atom_at(&mut self, start: u32) -> Option<()> {
        self.nodes += 1;
        self.push(start, Object::new(ATOM, start))
    }

    fn container(&mut self, kind: u32, start: u32) -> Option<()> {
        let number = u32::try_from(self.fills.len()).ok()?;
        self.nodes += 1;
        self.fills.push(Fill::default());
        self.push(start, Object::new(kind, number))
    }

    #[inline]
    fn fence(&self) -> usize {
        self.marks.last().map_or(0, |mark| mark.height)
    }

    /// The top, above the last mark.
    #[inline]
    fn top(&self) -> Option<Item> {
        self.stack.get(self.fence()..)?.last().copied()
    }

    #[inline]
    fn memoize(&mut self) -> Option<()> {
        self.memo.push(self.top()?.object);
        Some(())
    }

    /// Only memos that count upwards are followed.
    #[inline]
    fn put(&mut self, index: u32) -> Option<()> {
        let next = usize::try_from(index).is_ok_and(|index| index == self.memo.len());
        if next { self.memoize() } else { None }
    }

    /// Only atoms are fetched again: what containers share is for the graph.
    #[inline]
    fn get(&mut self, start: u32, index: u32) -> Option<()> {
        let object = *self.memo.get(usize::try_from(index).ok()?)?;
        object.number(ATOM)?;
        self.push(start, object)
    }

    fn short_tuple(&mut self, length: u8) -> Option<()> {
        let height = self.stack.len().checked_sub(length.into()).filter(|height| *height >= self.fence())?;
        let start = self.stack.get(height)?.start;
        self.tuples.push(packed(start, self.tuples.len(), length)?);
        self.make_tuple(height, start)
    }

    fn marked_tuple(&mut self) -> Option<()> {
        let mark = self.marks.pop()?;
        if mark.height == self.stack.len() {
            return self.push(mark.start, Object::TUPLE);
        }
        self.make_tuple(mark.height, mark.start)
    }

    fn make_tuple(&mut self, height: usize, start: u32) -> Option<()> {
        self.nodes += 1;
        self.parts += self.stack.len() - height;
        self.stack.truncate(height);
        self.push(start, Object::TUPLE)
    }

    /// `APPEND` and `SETITEM`: all that a container gets.
    fn one(&mut self, kind: u32, width: usize, input: &[u8]) -> Option<()> {
        let height = self.stack.len().checked_sub(width).filter(|height| *height > self.fence())?;
        let number = self.stack.get(height - 1)?.object.number(kind)?;
        let fill = self.fills.get_mut(number)?;
        if fill.count > 0 || fill.batches > 0 || kind == DICT && !self.are_distinct(input, height, width) {
            return None;
        }
        self.fills.get_mut(number)?.count = 1;
        self.parts += width;
        self.stack.truncate(height);
        Some(())
    }

    /// `APPENDS`, `SETITEMS` and `ADDITEMS`.
    fn batch(&mut self, kind: u32, input: &[u8]) -> Option<()> {
        let height = self.marks.pop()?.height;
        let target = height.checked_sub(1).filter(|target| *target >= self.fence())?;
        let number = self.stack.get(target)?.object.number(kind)?;
        let width = if kind == DICT { 2 } else { 1 };
        let fill = *self.fills.get(number)?;
        let parts = self.stack.len() - height;
        if fill.count > 0 && fill.batches == 0 || !parts.is_multiple_of(width) {
            return None;
        }
        if kind != LIST && parts > 0 {
            if fill.count == 0 && parts / width < BATCH {
                self.are_distinct(input, height, width).then_some(())?;
            } else if fill.count == 0 || fill.count >= BATCH {
                let keys = self.stack.get(height..)?.iter().step_by(width).map(|item| item.object).collect();
                self.batches.push((u32::try_from(number).ok()?, keys));
            } else {
                return None;
            }
        }
        *self.fills.get_mut(number)? = Fill { count: fill.count + parts / width, batches: fill.batches + 1 };
        self.parts += parts;
        self.stack.truncate(height);
        Some(())
    }

    /// Whether the keys above `height`, one in `width`, are hashable and different.
    #[inline]
    fn are_distinct(&mut self, input: &[u8], height: usize, width: usize) -> bool {
        let items = self.stack.get(height..).unwrap_or(&[]);
        let objects = items.iter().step_by(width).map(|item| item.object);
        if objects.len() == self.distinct.len() && objects.clone().eq(self.distinct.iter().copied()) {
            return true;
        }
        if !distinct(input, objects.clone()) {
            return false;
        }
        self.distinct.clear();
        self.distinct.extend(objects);
        true
    }

    /// The same of the dicts and sets that came in several batches.
    fn batches_are_distinct(&mut self, input: &[u8]) -> bool {
        self.batches.sort_by_key(|batch| batch.0);
        let mut groups = self.batches.chunk_by(|one, other| one.0 == other.0);
        groups.all(|group| {
            let objects: Vec<Object> = group.iter().flat_map(|batch| batch.1.iter().copied()).collect();
            distinct(input, objects.iter().copied())
        })
    }
}

#[inline]
fn distinct(input: &[u8], objects: impl ExactSizeIterator<Item = Object> + Clone) -> bool {
    for object in objects.clone() {
        if object.number(ATOM).is_none() {
            return false;
        }
    }
    keys::are_distinct(input, objects.map(|object| object.number(ATOM).unwrap_or(0)))
}
