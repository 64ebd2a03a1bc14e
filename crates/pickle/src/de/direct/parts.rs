//! Containers: how they begin, go on and end.

use super::{CONTAINER, MARK, Reader, keys, narrow, wide};
use crate::error::Result;
use crate::opcode::Opcode;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    List,
    Tuple,
    Dict,
    Set,
}

/// A container that is being read. Small, as it is handed from one to the next.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) kind: Kind,
    form: Form,
    /// How many items or pairs were read: fewer than the input has bytes.
    count: u32,
    /// Where its keys start among those of all open dicts and sets.
    keys: u32,
}

#[derive(Clone, Copy)]
enum Form {
    /// From a mark to this opcode, and once more if there are as many as in a batch.
    Batches(Opcode),
    /// A tuple between a mark and `TUPLE`.
    Marked,
    /// So many, and then this opcode.
    Counted(u8, Opcode),
    /// Nothing more, and the end is passed.
    Ended,
}

/// Python's picklers give as many items to one batch.
const BATCH: u32 = 1000;

impl Parts {
    /// How many are left, where it is known.
    pub(super) fn left(&self) -> Option<usize> {
        match self.form {
            Form::Counted(count, _) => Some(wide(u32::from(count).saturating_sub(self.count))),
            Form::Ended => Some(0),
            Form::Batches(_) | Form::Marked => None,
        }
    }
}

impl Kind {
    /// The opcode of an empty one.
    pub(super) fn start(self) -> Opcode {
        match self {
            Self::List => Opcode::EmptyList,
            Self::Tuple => Opcode::EmptyTuple,
            Self::Dict => Opcode::EmptyDict,
            Self::Set => Opcode::EmptySet,
        }
    }

    /// The opcodes that add one item and many.
    fn opcodes(self) -> (Opcode, Opcode) {
        match self {
            Self::Dict => (Opcode::SetItem, Opcode::SetItems),
            Self::Set => (Opcode::AddItems, Opcode::AddItems),
            Self::List | Self::Tuple => (Opcode::Append, Opcode::Appends),
        }
    }
}

impl Reader<'_, '_> {
    fn begun(&self, kind: Kind, form: Form) -> Parts {
        Parts { kind, form, count: 0, keys: narrow(self.notes.keys.len()) }
    }

    /// A list, dict or set whose mark was passed.
    #[inline]
    pub(super) fn marked(&self, kind: Kind) -> Parts {
        self.begun(kind, Form::Batches(kind.opcodes().1))
    }

    /// Passes the start of a list, dict or set.
    #[inline]
    pub(super) fn container(&mut self, kind: Kind) -> Result<Parts> {
        let start = self.position;
        self.position += 1;
        self.top = CONTAINER;
        let (one, _) = kind.opcodes();
        if self.notes.outline.is_single(start) {
            self.notes.outline.pass();
            return Ok(self.begun(kind, Form::Counted(1, one)));
        }
        if self.passes_mark()? {
            return Ok(self.marked(kind));
        }
        let is_single = !self.notes.outline.covers(start) && self.is_single(start, kind, one)?;
        let form = if is_single { Form::Counted(1, one) } else { Form::Ended };
        Ok(self.begun(kind, form))
    }

    /// Passes a mark, if one stands next.
    #[inline]
    fn passes_mark(&mut self) -> Result<bool> {
        const MEMOIZED: [u8; 2] = [Opcode::Memoize.byte(), Opcode::Mark.byte()];
        let is_memoized = self.window.get(self.position..).is_some_and(|rest| rest.starts_with(&MEMOIZED));
        if is_memoized {
            self.position += 1;
            self.memoize()?;
        }
        let is_mark = is_memoized || self.opcode()? == Opcode::Mark;
        if is_mark {
            self.position += 1;
            self.top = MARK;
        }
        Ok(is_mark)
    }

    /// Whether the container that starts at `start`, in front of something that is no mark, gets a single item.
    fn is_single(&mut self, start: usize, kind: Kind, one: Opcode) -> Result<bool> {
        let mut cursor = self.cursor(self.position);
        for _ in 0..if kind == Kind::Dict { 2 } else { 1 } {
            let opcode = cursor.opcode().ok_or_else(|| self.give_up())?;
            if !cursor.atom(opcode).ok_or_else(|| self.give_up())? {
                return self.is_single_in_outline(start);
            }
        }
        if cursor.opcode() == Some(one) { Ok(true) } else { self.is_single_in_outline(start) }
    }

    fn is_single_in_outline(&mut self, start: usize) -> Result<bool> {
        self.draw(start)?;
        if self.notes.outline.is_tuple(start) {
            return Err(self.give_up()); // that starts with a container, where the type has only the container
        }
        let is_single = self.notes.outline.is_single(start);
        if is_single {
            self.notes.outline.pass();
        }
        Ok(is_single)
    }

    /// The empty tuple, which stands next.
    pub(super) fn empty_tuple(&mut self) -> Parts {
        self.position += 1;
        self.top = CONTAINER;
        self.begun(Kind::Tuple, Form::Ended)
    }

    /// A tuple whose mark stands next.
    pub(super) fn marked_tuple(&mut self) -> Parts {
        self.position += 1;
        self.top = MARK;
        self.begun(Kind::Tuple, Form::Marked)
    }

    /// A tuple of one, two or three, which starts with its first item.
    pub(super) fn short_tuple(&mut self, length: usize) -> Parts {
        let (length, end) = match length {
            1 => (1, Opcode::Tuple1),
            2 => (2, Opcode::Tuple2),
            _ => (3, Opcode::Tuple3),
        };
        self.begun(Kind::Tuple, Form::Counted(length, end))
    }

    /// Whether there is one more part, which then stands next; if not, the end is passed.
    #[inline]
    pub(super) fn has_more(&mut self, parts: &mut Parts) -> Result<bool> {
        if let Form::Ended = parts.form {
            return Ok(false);
        }
        if let Form::Batches(end) = parts.form {
            if self.stands_at_value() {
                return Ok(true);
            }
            if parts.count < BATCH && self.window.get(self.position) == Some(&end.byte()) {
                self.pass_end(parts);
                return Ok(false);
            }
        }
        self.goes_on(parts)
    }

    fn goes_on(&mut self, parts: &mut Parts) -> Result<bool> {
        match parts.form {
            Form::Batches(end) => {
                if self.opcode()? != end {
                    return Ok(true);
                }
                self.pass_end(parts);
                self.next_batch(end, parts)
            }
            Form::Marked => {
                if self.opcode()? != Opcode::Tuple {
                    return Ok(true);
                }
                self.pass_end(parts);
                Ok(false)
            }
            Form::Counted(count, _) if parts.count < u32::from(count) => Ok(true),
            Form::Counted(_, end) => {
                self.expect(end)?;
                parts.form = Form::Ended;
                Ok(false)
            }
            Form::Ended => Ok(false),
        }
    }

    #[inline]
    fn pass_end(&mut self, parts: &mut Parts) {
        self.position += 1;
        self.top = CONTAINER;
        parts.form = Form::Ended;
    }

    /// A full batch may be followed by another one.
    #[inline]
    fn next_batch(&mut self, end: Opcode, parts: &mut Parts) -> Result<bool> {
        if parts.count < BATCH || !parts.count.is_multiple_of(BATCH) || self.opcode()? != Opcode::Mark {
            return Ok(false);
        }
        self.position += 1;
        self.top = MARK;
        if self.opcode()? == end {
            self.pass_end(parts); // who writes without knowing how many items come may end so
            return Ok(false);
        }
        parts.form = Form::Batches(end);
        Ok(true)
    }

    /// Counts an item or the value of a pair, which was read.
    #[inline]
    pub(super) fn count(&mut self, parts: &mut Parts) {
        self.parts += 1;
        parts.count += 1;
    }

    /// Counts the key of a pair, which was read.
    #[inline]
    pub(super) fn count_key(&mut self) -> Result<()> {
        self.parts += 1;
        self.note_key()
    }

    /// Notes where what was read stands: a key, or an item of a set.
    #[inline]
    pub(super) fn note_key(&mut self) -> Result<()> {
        if self.top >= MARK {
            return Err(self.give_up()); // a container as a key: for those who know how Python hashes
        }
        self.notes.keys.push(narrow(self.top));
        Ok(())
    }

    /// Passes the end of a container that was read completely.
    #[inline]
    pub(super) fn finish(&mut self, parts: &mut Parts) -> Result<()> {
        if self.has_more(parts)? {
            return Err(self.give_up());
        }
        if matches!(parts.kind, Kind::Dict | Kind::Set) {
            return self.finish_keys(wide(parts.keys));
        }
        Ok(())
    }

    /// Whether the keys are hashable and different.
    #[inline]
    fn finish_keys(&mut self, start: usize) -> Result<()> {
        let keys = self.notes.keys.get(start..).unwrap_or(&[]);
        if !keys::have_other_lengths(self.input, keys) && keys != self.notes.distinct {
            if !keys::are_distinct(self.input, keys) {
                return Err(self.give_up());
            }
            self.notes.distinct.clear();
            self.notes.distinct.extend(keys);
        }
        self.notes.keys.truncate(start);
        Ok(())
    }

    /// Passes a value of any depth; its texts are looked at, as a graph would.
    pub(super) fn pass(&mut self) -> Result<()> {
        let super::Start::Parts(parts) = self.begin()? else { return Ok(()) };
        let mut open = vec![(parts, false)];
        while let Some((parts, value_due)) = open.last_mut() {
            if !*value_due && !self.has_more(parts)? {
                self.finish(parts)?;
                open.pop();
                continue;
            }
            let is_dict = parts.kind == Kind::Dict;
            let is_key = parts.kind == Kind::Set || is_dict && !*value_due;
            *value_due = is_dict && is_key;
            let begun = self.begin()?;
            if is_key {
                self.note_key()?;
            }
            if *value_due {
                self.parts += 1; // the pair counts with its value
            } else {
                self.count(parts);
            }
            match begun {
                super::Start::Parts(_) if is_key => return Err(self.give_up()),
                super::Start::Parts(inner) => open.push((inner, false)),
                super::Start::Atom(_) => {}
            }
        }
        Ok(())
    }
}
