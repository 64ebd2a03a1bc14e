//! Typed values straight from the bytes, in one pass and without a graph between: what ordinary data needs.
//!
//! Serde asks and the reader follows the bytes front to back, as the machine would, with its stack in mind: what is read
//! is taken for a value, a list or dict for as long as it goes on like one, and the opcode that ends it must be the one
//! that was expected. Where a value does not show its kind at its start (a tuple that is made behind its items, a list
//! that may get a single item) and the type does not say it, an [`Outline`] of what comes next is drawn first. Whatever
//! goes wrong on the way, in the bytes, in the type, at a limit or because an expectation was wrong, this reader gives up
//! and the value is read again through a graph, which decides and finds the words: so a `Deserialize` may run twice on one
//! pickle. What succeeds here is what the graph would have given: each object is paid for and each level counted by the
//! same rules, equal keys are the graph's affair, and the bytes are read to `STOP` with every opcode accounted for.

mod access;
mod cursor;
mod deserializer;
mod keys;
mod outline;
mod parts;
mod plain;
#[cfg(test)]
mod tests;
mod walk;

use std::cell::Cell;

use serde::de::{Deserialize, Visitor};

use self::access::{Items, Pairs};
use self::outline::Outline;
use self::parts::{Kind, Parts};
use super::TEXT_UNIT;
use crate::bigint::{self, Wide};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::opcode::Opcode;

thread_local! {
    /// A small pickle leaves its vectors to the next one, so that tiny pickles allocate nothing.
    static NOTES: Cell<Option<Box<Notes>>> = const { Cell::new(None) };
}

/// The longest pickle that leaves its vectors, none of which has more entries than the pickle has bytes.
const KEPT: usize = 1 << 12;

/// Takes the first pickle off `rest`, if it is ordinary and fits the type and the limits. The error is for nobody.
#[inline]
pub(super) fn take_first<'de, T: Deserialize<'de>>(rest: &mut &'de [u8], limits: &Limits) -> Result<T> {
    let input = *rest;
    limits.check_bytes(input.len())?;
    if u32::try_from(input.len()).is_err() {
        return Err(Error::data(String::new()));
    }
    let mut notes = NOTES.try_with(Cell::take).ok().flatten().unwrap_or_default();
    notes.clear();
    let mut reader = Reader::new(input, &mut notes, limits);
    let mut value = reader.value();
    if value.is_ok() {
        match reader.end(limits) {
            Ok(()) => *rest = input.get(reader.position..).unwrap_or_default(),
            Err(error) => value = Err(error),
        }
    }
    if input.len() <= KEPT {
        // A thread that is ending has no use for them.
        let _ = NOTES.try_with(|kept| kept.set(Some(notes)));
    }
    value
}

/// What the reader must remember.
#[derive(Default)]
struct Notes {
    /// What the memo holds.
    memo: Vec<u32>,
    /// Where the keys of the open dicts, and the items of the open sets, stand.
    keys: Vec<u32>,
    /// The keys of the last dict that was found to have different ones: records share theirs.
    distinct: Vec<u32>,
    outline: Outline,
}

/// What stands for the place of an object that is no atom.
const CONTAINER: usize = usize::MAX;

/// What stands for the place of a mark, which can be neither stored nor fetched.
const MARK: usize = usize::MAX - 1;

/// A place in 32 bits: inputs are shorter, so that of a container is none.
#[inline]
fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The same place again.
#[inline]
fn wide(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

struct Reader<'n, 'de> {
    input: &'de [u8],
    /// What an argument may reach: the input to the end of the frame.
    window: &'de [u8],
    position: usize,
    /// Where the atom on top of the stack stands, or what else is there.
    top: usize,
    notes: &'n mut Notes,
    /// Short tuples that were begun because the type has one, at the same position, and how many.
    begun: (usize, usize),
    /// How many items, keys and values were read.
    parts: usize,
    /// What was read more than once, in units of the limit of expansion.
    copies: usize,
    expansion: usize,
    depth: usize,
    most_depth: usize,
    /// Enums that were opened and not read to their end.
    open_variants: usize,
    /// Whether anything went wrong, even if the type made up for it: the position means nothing any more.
    failed: bool,
}

/// What a value starts with.
enum Start<'de> {
    Atom(Atom<'de>),
    Parts(Parts),
}

#[derive(Clone, Copy)]
enum Atom<'de> {
    None,
    Bool(bool),
    Int(i64),
    BigInt(&'de [u8]),
    Float(f64),
    Str(&'de str),
    Bytes(&'de [u8]),
    ByteArray(&'de [u8]),
}

impl Atom<'_> {
    /// What it costs above one.
    #[inline]
    fn text_units(&self) -> usize {
        match self {
            Self::Str(text) => text.len() / TEXT_UNIT,
            Self::BigInt(bytes) | Self::Bytes(bytes) | Self::ByteArray(bytes) => bytes.len() / TEXT_UNIT,
            _ => 0,
        }
    }
}

impl Notes {
    fn clear(&mut self) {
        self.memo.clear();
        self.keys.clear();
        self.distinct.clear();
        self.outline.clear();
    }
}

impl<'n, 'de> Reader<'n, 'de> {
    fn new(input: &'de [u8], notes: &'n mut Notes, limits: &Limits) -> Self {
        Self {
            input,
            window: input,
            position: 0,
            top: MARK,
            notes,
            begun: (0, 0),
            parts: 0,
            copies: 0,
            expansion: limits.expansion,
            depth: 0,
            most_depth: limits.depth,
            open_variants: 0,
            failed: false,
        }
    }

    /// The value, with what stands in front of it.
    #[inline]
    fn value<T: Deserialize<'de>>(&mut self) -> Result<T> {
        if self.pass_protocol().is_none() {
            return Err(self.give_up());
        }
        T::deserialize(&mut *self)
    }

    /// Passes `STOP`, and says whether all went well up to there.
    #[inline]
    fn end(&mut self, limits: &Limits) -> Result<()> {
        self.expect(Opcode::Stop)?;
        // Some of the parts are no nodes: what is counted too high, the graph counts again.
        let kept = self.parts < limits.nodes && self.notes.memo.len() <= limits.memo;
        if kept && !self.failed && self.open_variants == 0 { Ok(()) } else { Err(self.give_up()) }
    }

    /// The error that nobody sees.
    #[cold]
    fn give_up(&mut self) -> Error {
        self.failed = true;
        Error::data(String::new())
    }

    /// Leaves types that stand for something in Python to the graph: their names begin with `$` or are dotted.
    #[inline]
    fn common(&mut self, name: &str) -> Result<()> {
        // Without a way out of the loop, which is unrolled then.
        let is_special = name.bytes().fold(false, |found, byte| found | matches!(byte, b'$' | b'.'));
        if is_special { Err(self.give_up()) } else { Ok(()) }
    }

    /// Pays for what is read again.
    ///
    /// The graph has everything paid for, and twice the parts and the bytes are free. What is read once is covered by half
    /// of that, so only what comes again must be counted; nothing that follows makes less of it free.
    fn pay(&mut self, units: usize) -> Result<()> {
        self.copies = self.copies.saturating_add(units);
        let free = self.parts + 1 + self.position / TEXT_UNIT;
        if self.copies > free.saturating_add(self.expansion) { Err(self.give_up()) } else { Ok(()) }
    }

    /// One level more; an error on the way back out leaves the reader nowhere.
    #[inline]
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        if self.depth > self.most_depth {
            return Err(self.give_up());
        }
        let result = read(self);
        self.depth -= 1;
        self.failed |= result.is_err();
        result
    }

    fn parts<V: Visitor<'de>>(&mut self, parts: Parts, visitor: V) -> Result<V::Value> {
        self.nested(|reader| {
            if parts.kind == Kind::Dict {
                let mut access = Pairs::new(reader, parts);
                let value = visitor.visit_map(&mut access)?;
                access.finish()?;
                return Ok(value);
            }
            let mut access = Items::new(reader, parts);
            let value = visitor.visit_seq(&mut access)?;
            access.finish()?;
            Ok(value)
        })
    }

    #[inline]
    fn any<V: Visitor<'de>>(&mut self, start: Start<'de>, visitor: V) -> Result<V::Value> {
        let atom = match start {
            Start::Parts(parts) => return self.parts(parts, visitor),
            Start::Atom(atom) => atom,
        };
        match atom {
            Atom::None => visitor.visit_unit(),
            Atom::Bool(value) => visitor.visit_bool(value),
            Atom::Int(value) => visitor.visit_i64(value),
            Atom::BigInt(bytes) => match bigint::widen(bytes) {
                Some(Wide::Signed(value)) => match u64::try_from(value) {
                    Ok(value) => visitor.visit_u64(value),
                    Err(_) => visitor.visit_i128(value),
                },
                Some(Wide::Unsigned(value)) => visitor.visit_u128(value),
                None => Err(self.give_up()),
            },
            Atom::Float(value) => visitor.visit_f64(value),
            Atom::Str(text) => visitor.visit_borrowed_str(text),
            Atom::Bytes(bytes) | Atom::ByteArray(bytes) => visitor.visit_borrowed_bytes(bytes),
        }
    }
}
