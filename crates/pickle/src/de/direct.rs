//! Typed values straight from the bytes, without a graph between: what ordinary data needs, at twice the speed.
//!
//! An [`Outline`] is drawn first: it runs the machine over the whole pickle without building anything, notes which
//! containers are filled with how much, and gives up where something is out of the ordinary. Then serde reads the bytes
//! front to back. Whatever goes wrong on the way, in the bytes, in the type or at a limit, this reader gives up too and
//! the value is read again through a graph, which decides and finds the words: so a `Deserialize` may run twice on one
//! pickle. What succeeds here is what the graph would have given: each object is paid for and each level counted by the
//! same rules, equal keys are the graph's affair, and the bytes are read to `STOP` with every opcode accounted for.

mod access;
mod cursor;
mod deserializer;
mod keys;
mod outline;
#[cfg(test)]
mod tests;
mod walk;

use std::cell::Cell;

use serde::de::{Deserialize, Visitor};

use self::access::{Items, Pairs};
use self::outline::Outline;
use super::{FREE_COPIES, TEXT_UNIT};
use crate::bigint::{self, Wide};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::opcode::Opcode;

thread_local! {
    /// The outline of a small pickle leaves its vectors to the next one, so that tiny pickles allocate nothing.
    static SCRATCH: Cell<Option<Box<Outline>>> = const { Cell::new(None) };
}

/// Reads the first pickle of `input`, if it is ordinary and fits the type and the limits, and says how long it is.
pub(super) fn from_slice<'de, T: Deserialize<'de>>(input: &'de [u8], limits: &Limits) -> Option<(T, usize)> {
    let mut outline = SCRATCH.try_with(Cell::take).ok().flatten().unwrap_or_default();
    let drawn = outline.draw(input, limits);
    let value = drawn.and_then(|()| Reader::new(input, &outline, limits).read());
    let value = value.map(|value| (value, outline.length()));
    if outline.is_small() {
        // A thread that is ending has no use for it.
        let _ = SCRATCH.try_with(|scratch| scratch.set(Some(outline)));
    }
    value
}

struct Reader<'o, 'de> {
    input: &'de [u8],
    outline: &'o Outline,
    place: Place,
    depth: usize,
    most_depth: usize,
    budget: usize,
    /// How many bytes may still become items of a sequence at no charge.
    free_bytes: usize,
    /// Enums that were opened and not read to their end.
    open_variants: usize,
    /// Whether anything went wrong, even if the type made up for it: the position means nothing any more.
    failed: bool,
}

/// How far the reader has come.
#[derive(Clone, Copy)]
struct Place {
    position: usize,
    /// The number of the next container.
    fill: usize,
    /// The number of the next tuple that starts without a mark, and where it does.
    tuple: usize,
    tuple_start: usize,
}

/// What a value starts with.
enum Start<'de> {
    Atom(Atom<'de>),
    Parts(Kind, Parts),
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    List,
    Tuple,
    Dict,
    Set,
}

/// What remains of a container that is being read.
#[derive(Clone, Copy)]
struct Parts {
    /// Items, or keys and values; unknown for [`Form::Marked`].
    left: usize,
    form: Form,
}

#[derive(Clone, Copy)]
enum Form {
    /// Filled from one mark after another.
    Batches { end: Opcode, left: u32, open: bool },
    /// A tuple between a mark and `TUPLE`.
    Marked,
    /// As many as there are, and then the opcode that takes them, if any.
    Counted(Option<Opcode>),
}

impl Atom<'_> {
    fn byte_length(&self) -> usize {
        match self {
            Self::Str(text) => text.len(),
            Self::BigInt(bytes) | Self::Bytes(bytes) | Self::ByteArray(bytes) => bytes.len(),
            _ => 0,
        }
    }
}

impl Start<'_> {
    fn cost(&self) -> usize {
        match self {
            Self::Atom(atom) => 1 + atom.byte_length() / TEXT_UNIT,
            Self::Parts(..) => 1,
        }
    }
}

impl<'o, 'de> Reader<'o, 'de> {
    fn new(input: &'de [u8], outline: &'o Outline, limits: &Limits) -> Self {
        let items = outline.parts().min(outline.length());
        let free = items.saturating_add(1 + outline.length() / TEXT_UNIT).saturating_mul(FREE_COPIES);
        Self {
            input,
            outline,
            place: Place { position: 0, fill: 0, tuple: 0, tuple_start: outline.tuple(0).0 },
            depth: 0,
            most_depth: limits.depth,
            budget: free.saturating_add(limits.expansion),
            free_bytes: outline.length(),
            open_variants: 0,
            failed: false,
        }
    }

    /// The whole value, to `STOP`.
    fn read<T: Deserialize<'de>>(&mut self) -> Option<T> {
        let value = T::deserialize(&mut *self).ok()?;
        let stopped = self.opcode().is_ok_and(|opcode| opcode == Opcode::Stop);
        (stopped && !self.failed && self.open_variants == 0).then_some(value)
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
        let is_special = name.bytes().any(|byte| matches!(byte, b'$' | b'.'));
        if is_special { Err(self.give_up()) } else { Ok(()) }
    }

    #[inline]
    fn spend(&mut self, units: usize) -> Result<()> {
        self.budget = self.budget.checked_sub(units).ok_or_else(|| self.give_up())?;
        Ok(())
    }

    /// An atom or the start of a container, paid for.
    fn start(&mut self) -> Result<Start<'de>> {
        let start = self.begin()?;
        self.spend(start.cost())?;
        Ok(start)
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

    fn parts<V: Visitor<'de>>(&mut self, kind: Kind, parts: Parts, visitor: V) -> Result<V::Value> {
        self.nested(|reader| {
            if kind == Kind::Dict {
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
            Start::Parts(kind, parts) => return self.parts(kind, parts, visitor),
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
