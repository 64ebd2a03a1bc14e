//! Typed values straight from the bytes, without a graph between: what ordinary data needs, at twice the speed.
//!
//! An [`Outline`] is drawn first: it runs the machine over the whole pickle without building anything, notes which
//! containers are filled with how much, and gives up where something is out of the ordinary. Then serde reads the bytes
//! front to back. Whatever goes wrong on the way, in the bytes, in the type or at a limit, this reader gives up too and
//! the value is read again through a graph, which decides and finds the words: so a `Deserialize` may run twice on one
//! pickle. What succeeds here is what the graph would have given: each object is paid for and each level counted by the
//! same rules, equal keys are the graph's affair, and the bytes are read to `STOP` with every opcode accounted for.

mod access;
mod keys;
mod outline;

use std::cell::Cell;

use serde::de::value::SeqDeserializer;
use serde::de::{self, Deserialize, Visitor};

use self::access::{Items, Pairs, SpecialAtom, SpecialParts, Variant};
use self::outline::Outline;
use super::{FREE_COPIES, TEXT_UNIT, exact, fits_f32};
use crate::bigint::{self, Wide};
use crate::encode::serde::names;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::opcode::Opcode;
use crate::value::special;

thread_local! {
    /// The outline of a small pickle leaves its vectors to the next one, so that tiny pickles allocate nothing.
    static SCRATCH: Cell<Option<Box<Outline>>> = const { Cell::new(None) };
}

/// Reads the first pickle of `input`, if it is ordinary and fits the type and the limits.
pub(super) fn from_slice<'de, T: Deserialize<'de>>(input: &'de [u8], limits: &Limits) -> Option<T> {
    let mut outline = SCRATCH.try_with(Cell::take).ok().flatten().unwrap_or_default();
    let drawn = outline.draw(input, limits);
    let value = drawn.and_then(|()| Reader::new(input, &outline, limits).read());
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

    /// The next opcode that makes or takes objects, which is not passed yet.
    #[inline]
    fn opcode(&mut self) -> Result<Opcode> {
        loop {
            let byte = self.input.get(self.place.position).copied();
            let opcode = byte.and_then(Opcode::from_byte).ok_or_else(|| self.give_up())?;
            self.place.position += match opcode {
                Opcode::Memoize => 1,
                Opcode::BinPut | Opcode::Proto => 2,
                Opcode::LongBinPut => 5,
                Opcode::Frame => 9,
                _ => return Ok(opcode),
            };
        }
    }

    #[inline]
    fn expect(&mut self, expected: Opcode) -> Result<()> {
        if self.opcode()? != expected {
            return Err(self.give_up());
        }
        self.place.position += 1;
        Ok(())
    }

    /// Passes an atom or the start of a container.
    #[inline]
    fn begin(&mut self) -> Result<Start<'de>> {
        let opcode = self.opcode()?;
        if self.place.position == self.place.tuple_start {
            return Ok(self.short_tuple());
        }
        match opcode {
            Opcode::EmptyList => self.container(Kind::List, Opcode::Append, Opcode::Appends),
            Opcode::EmptyDict => self.container(Kind::Dict, Opcode::SetItem, Opcode::SetItems),
            Opcode::EmptySet => self.container(Kind::Set, Opcode::AddItems, Opcode::AddItems),
            Opcode::EmptyTuple => {
                self.place.position += 1;
                Ok(Start::Parts(Kind::Tuple, Parts { left: 0, form: Form::Counted(None) }))
            }
            Opcode::Mark => {
                self.place.position += 1;
                Ok(Start::Parts(Kind::Tuple, Parts { left: 0, form: Form::Marked }))
            }
            _ => self.atom(opcode).map(Start::Atom),
        }
    }

    fn container(&mut self, kind: Kind, one: Opcode, many: Opcode) -> Result<Start<'de>> {
        let fill = self.outline.fill(self.place.fill).ok_or_else(|| self.give_up())?;
        self.place.position += 1;
        self.place.fill += 1;
        let form = match (fill.batches, fill.count) {
            (0, 0) => Form::Counted(None),
            (0, _) => Form::Counted(Some(one)),
            (left, _) => Form::Batches { end: many, left, open: false },
        };
        let width = if kind == Kind::Dict { 2 } else { 1 };
        Ok(Start::Parts(kind, Parts { left: fill.count * width, form }))
    }

    /// A tuple of one, two or three, which starts with its first item.
    fn short_tuple(&mut self) -> Start<'de> {
        let (_, length) = self.outline.tuple(self.place.tuple);
        self.place.tuple += 1;
        self.place.tuple_start = self.outline.tuple(self.place.tuple).0;
        let end = match length {
            1 => Opcode::Tuple1,
            2 => Opcode::Tuple2,
            _ => Opcode::Tuple3,
        };
        Start::Parts(Kind::Tuple, Parts { left: length, form: Form::Counted(Some(end)) })
    }

    #[inline]
    fn atom(&mut self, opcode: Opcode) -> Result<Atom<'de>> {
        let index = match opcode {
            Opcode::BinGet => self.array::<1>(self.place.position + 1).map(|[index]| u32::from(index)),
            Opcode::LongBinGet => self.array(self.place.position + 1).map(u32::from_le_bytes),
            _ => {
                let (atom, end) = self.literal(opcode, self.place.position)?;
                self.place.position = end;
                return Ok(atom);
            }
        }?;
        let start = self.outline.atom(index).ok_or_else(|| self.give_up())?;
        self.place.position += if opcode == Opcode::BinGet { 2 } else { 5 };
        let opcode = self.input.get(start).copied().and_then(Opcode::from_byte);
        let opcode = opcode.ok_or_else(|| self.give_up())?;
        self.literal(opcode, start).map(|(atom, _)| atom)
    }

    /// The atom whose opcode stands at `start`, and where it ends.
    #[inline]
    fn literal(&mut self, opcode: Opcode, start: usize) -> Result<(Atom<'de>, usize)> {
        let at = start + 1;
        Ok(match opcode {
            Opcode::None => (Atom::None, at),
            Opcode::NewTrue => (Atom::Bool(true), at),
            Opcode::NewFalse => (Atom::Bool(false), at),
            Opcode::BinInt1 => (Atom::Int(u8::from_le_bytes(self.array(at)?).into()), at + 1),
            Opcode::BinInt2 => (Atom::Int(u16::from_le_bytes(self.array(at)?).into()), at + 2),
            Opcode::BinInt => (Atom::Int(i32::from_le_bytes(self.array(at)?).into()), at + 4),
            Opcode::BinFloat => (Atom::Float(f64::from_be_bytes(self.array(at)?)), at + 8),
            Opcode::Long1 => {
                let (bytes, end) = self.sized(opcode, at)?;
                let bytes = bigint::trim(bytes);
                (bigint::small(bytes).map_or(Atom::BigInt(bytes), Atom::Int), end)
            }
            Opcode::ShortBinUnicode | Opcode::BinUnicode | Opcode::BinUnicode8 => {
                let (bytes, end) = self.sized(opcode, at)?;
                (Atom::Str(std::str::from_utf8(bytes).map_err(|_| self.give_up())?), end)
            }
            Opcode::ShortBinBytes | Opcode::BinBytes | Opcode::BinBytes8 => {
                let (bytes, end) = self.sized(opcode, at)?;
                (Atom::Bytes(bytes), end)
            }
            Opcode::ByteArray8 => {
                let (bytes, end) = self.sized(opcode, at)?;
                (Atom::ByteArray(bytes), end)
            }
            _ => return Err(self.give_up()),
        })
    }

    #[inline]
    fn array<const N: usize>(&mut self, at: usize) -> Result<[u8; N]> {
        let array = self.input.get(at..).and_then(|rest| rest.first_chunk());
        array.copied().ok_or_else(|| self.give_up())
    }

    /// The data behind a length, and where it ends.
    #[inline]
    fn sized(&mut self, opcode: Opcode, at: usize) -> Result<(&'de [u8], usize)> {
        keys::sized(self.input, opcode, at).ok_or_else(|| self.give_up())
    }

    /// The opcode of an atom or container, unless a short tuple stands there.
    #[inline]
    fn plain(&mut self) -> Option<Opcode> {
        let opcode = self.opcode().ok()?;
        (self.place.position != self.place.tuple_start).then_some(opcode)
    }

    /// A short text, as nearly all are, paid for. Nothing is read when there is none.
    ///
    /// Here and below the frequent cases take a way of their own: a value that is put together as a [`Start`] and taken
    /// apart again costs several times what reading it does.
    #[inline]
    fn short_text(&mut self) -> Option<&'de str> {
        let opcode = self.plain()?;
        let rest = self.input.get(self.place.position + 1..)?;
        let (start, end) = match opcode {
            Opcode::ShortBinUnicode => (rest, 2 + usize::from(*rest.first()?)),
            Opcode::BinGet => {
                let start = self.outline.atom(u32::from(*rest.first()?))?;
                match self.input.get(start..)?.split_first()? {
                    (0x8c, rest) => (rest, 2),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let (length, data) = start.split_first()?;
        let text = std::str::from_utf8(data.get(..usize::from(*length))?).ok()?;
        self.budget = self.budget.checked_sub(1 + text.len() / TEXT_UNIT)?;
        self.place.position += end;
        Some(text)
    }

    /// A float, likewise.
    #[inline]
    fn plain_float(&mut self) -> Option<f64> {
        let Opcode::BinFloat = self.plain()? else { return None };
        let bytes = self.input.get(self.place.position + 1..)?.first_chunk()?;
        self.budget = self.budget.checked_sub(1)?;
        self.place.position += 9;
        Some(f64::from_be_bytes(*bytes))
    }

    /// A small int, likewise.
    #[inline]
    fn plain_int(&mut self) -> Option<i64> {
        let opcode = self.plain()?;
        let rest = self.input.get(self.place.position + 1..)?;
        let (value, length) = match opcode {
            Opcode::BinInt1 => (i64::from(*rest.first()?), 2),
            Opcode::BinInt2 => (i64::from(u16::from_le_bytes(*rest.first_chunk()?)), 3),
            Opcode::BinInt => (i64::from(i32::from_le_bytes(*rest.first_chunk()?)), 5),
            _ => return None,
        };
        self.budget = self.budget.checked_sub(1)?;
        self.place.position += length;
        Some(value)
    }

    /// A bool, likewise.
    #[inline]
    fn plain_bool(&mut self) -> Option<bool> {
        let value = match self.plain()? {
            Opcode::NewTrue => true,
            Opcode::NewFalse => false,
            _ => return None,
        };
        self.budget = self.budget.checked_sub(1)?;
        self.place.position += 1;
        Some(value)
    }

    /// Whether there is one more part, which then stands next.
    #[inline]
    fn has_more(&mut self, parts: &mut Parts) -> Result<bool> {
        match &mut parts.form {
            Form::Counted(_) => Ok(parts.left > 0),
            Form::Marked => Ok(self.opcode()? != Opcode::Tuple),
            Form::Batches { .. } if parts.left == 0 => Ok(false),
            Form::Batches { end, left, open } => loop {
                if !*open {
                    self.expect(Opcode::Mark)?;
                }
                *open = self.opcode()? != *end;
                if *open {
                    return Ok(true);
                }
                self.place.position += 1;
                *left = left.saturating_sub(1);
            },
        }
    }

    /// Passes the end of a container that was read completely.
    #[inline]
    fn finish(&mut self, parts: Parts) -> Result<()> {
        if parts.left > 0 {
            return Err(self.give_up());
        }
        match parts.form {
            Form::Counted(None) => Ok(()),
            Form::Counted(Some(end)) => self.expect(end),
            Form::Marked => self.expect(Opcode::Tuple),
            Form::Batches { end, left, mut open } => {
                for _ in 0..left {
                    if !open {
                        self.expect(Opcode::Mark)?;
                    }
                    self.expect(end)?;
                    open = false;
                }
                Ok(())
            }
        }
    }

    /// Passes a value of any depth; its texts are looked at, as a graph would.
    fn pass(&mut self) -> Result<()> {
        let Start::Parts(_, parts) = self.begin()? else { return Ok(()) };
        let mut open = vec![parts];
        while let Some(parts) = open.last_mut() {
            if !self.has_more(parts)? {
                self.finish(*parts)?;
                open.pop();
                continue;
            }
            parts.left = parts.left.saturating_sub(1);
            if let Start::Parts(_, parts) = self.begin()? {
                open.push(parts);
            }
        }
        Ok(())
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

impl<'de> de::Deserializer<'de> for &mut Reader<'_, 'de> {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.start()?;
        self.any(start, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if matches!(self.opcode()?, Opcode::None | Opcode::BinGet | Opcode::LongBinGet) {
            let before = self.place;
            if let Start::Atom(Atom::None) = self.begin()? {
                return visitor.visit_none();
            }
            self.place = before;
        }
        self.nested(|reader| visitor.visit_some(reader))
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.start()? {
            Start::Atom(Atom::Float(value)) if fits_f32(value) => visitor.visit_f64(value),
            _ => Err(self.give_up()),
        }
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.plain_bool() {
            Some(value) => visitor.visit_bool(value),
            None => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.plain_int() {
            Some(value) => visitor.visit_i64(value),
            None => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if let Some(value) = self.plain_float() {
            return visitor.visit_f64(value);
        }
        let value = match self.start()? {
            Start::Atom(Atom::Float(value)) => Some(value),
            Start::Atom(Atom::Int(value)) => exact(value),
            _ => None,
        };
        visitor.visit_f64(value.ok_or_else(|| self.give_up())?)
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if let Some(text) = self.short_text() {
            return visitor.visit_borrowed_str(text);
        }
        match self.start()? {
            Start::Atom(Atom::Str(text)) => visitor.visit_borrowed_str(text),
            _ => Err(self.give_up()),
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.short_text() {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.start()? {
            Start::Atom(Atom::Bytes(bytes) | Atom::ByteArray(bytes)) => visitor.visit_borrowed_bytes(bytes),
            _ => Err(self.give_up()),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.start()?;
        let Start::Atom(Atom::Bytes(bytes) | Atom::ByteArray(bytes)) = start else {
            return self.any(start, visitor);
        };
        let charged = bytes.len().saturating_sub(self.free_bytes);
        self.free_bytes = self.free_bytes.saturating_sub(bytes.len());
        self.spend(charged)?;
        let mut items = SeqDeserializer::<_, Error>::new(bytes.iter().copied());
        let value = visitor.visit_seq(&mut items)?;
        items.end()?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        self.common(name)?;
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.common(name)?;
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.common(name)?;
        match self.start()? {
            Start::Parts(Kind::Dict, parts) => self.parts(Kind::Dict, parts, visitor),
            _ => Err(self.give_up()),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name != names::VALUE {
            self.common(name)?;
            return self.nested(|reader| visitor.visit_newtype_struct(reader));
        }
        let before = self.place;
        let start = self.start()?;
        match start {
            Start::Atom(Atom::ByteArray(bytes)) => {
                visitor.visit_enum(SpecialAtom { kind: special::BYTE_ARRAY, bytes })
            }
            Start::Atom(Atom::BigInt(bytes)) => {
                visitor.visit_enum(SpecialAtom { kind: special::BIG_INT, bytes })
            }
            Start::Parts(kind @ (Kind::Tuple | Kind::Set), _) => {
                self.place = before;
                let kind = if kind == Kind::Tuple { special::TUPLE } else { special::SET };
                let open = self.open_variants;
                self.open_variants += 1;
                let value = visitor.visit_enum(SpecialParts { kind, reader: self })?;
                if self.open_variants != open { Err(self.give_up()) } else { Ok(value) }
            }
            start => self.any(start, visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.common(name)?;
        let (before, open) = (self.place, self.open_variants);
        let value = match self.start()? {
            Start::Atom(Atom::Str(_)) => {
                self.place = before;
                self.open_variants += 1;
                visitor.visit_enum(Variant { reader: self, parts: None })?
            }
            Start::Parts(Kind::Dict, parts) if parts.left == 2 => self.nested(|reader| {
                reader.open_variants += 1;
                visitor.visit_enum(Variant { reader, parts: Some(parts) })
            })?,
            _ => return Err(self.give_up()),
        };
        if self.open_variants != open { Err(self.give_up()) } else { Ok(value) }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.pass()?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char unit map
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet, HashMap};

    use super::*;
    use crate::{Protocol, Value, to_vec, to_vec_with};

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Order {
        id: u32,
        lines: Vec<(String, f64)>,
        note: Option<String>,
        kind: Kind,
    }

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    enum Kind {
        Open,
        Shipped(u8),
        Returned { reason: String },
        Split(u8, u8),
    }

    fn orders() -> Vec<Order> {
        let order = |id: u32| Order {
            id,
            lines: (0..id % 4).map(|line| (format!("line {line}"), f64::from(line))).collect(),
            note: id.is_multiple_of(2).then(|| "again".to_owned()),
            kind: match id % 4 {
                0 => Kind::Open,
                1 => Kind::Shipped(1),
                2 => Kind::Returned { reason: String::new() },
                _ => Kind::Split(1, 2),
            },
        };
        (0..2500).map(order).collect()
    }

    /// Reads without help from the graph.
    fn directly<'de, T: Deserialize<'de>>(pickle: &'de [u8]) -> Result<T> {
        from_slice(pickle, &Limits::default()).ok_or_else(|| Error::data("given up"))
    }

    #[test]
    fn ordinary_data_needs_no_graph() -> Result<()> {
        for protocol in [Protocol::V2, Protocol::V3, Protocol::V4, Protocol::V5] {
            assert_eq!(directly::<Vec<Order>>(&to_vec_with(&orders(), protocol)?)?, orders());
        }
        let map: BTreeMap<String, Vec<i64>> = (0..3000).map(|key| (key.to_string(), vec![key; 3])).collect();
        assert_eq!(directly::<BTreeMap<String, Vec<i64>>>(&to_vec(&map)?)?, map);
        let map: HashMap<i64, Option<bool>> = (0..1000).map(|key| (key, Some(true))).collect();
        assert_eq!(directly::<HashMap<i64, Option<bool>>>(&to_vec(&map)?)?, map);
        assert_eq!(directly::<BTreeSet<String>>(b"\x8f\x94(\x8c\x01a\x8c\x01b\x90.")?.len(), 2);
        Ok(())
    }

    #[test]
    fn any_builtin_value_needs_no_graph() -> Result<()> {
        let value = Value::Tuple(vec![
            Value::List(vec![
                Value::Tuple(vec![Value::Tuple(vec![1.into()]), 2.into()]),
                Value::Tuple(vec![]),
            ]),
            Value::Dict([("a", Value::List(vec![])), ("b", Value::Float(0.5))].into_iter().collect()),
            Value::Set(vec![1.into(), 2.into()]),
            Value::ByteArray(vec![1]),
            Value::BigInt(u128::MAX.into()),
            Value::Bytes(vec![0; 300]),
        ]);
        assert_eq!(directly::<Value>(&to_vec_with(&value, Protocol::V5)?)?, value);
        Ok(())
    }

    #[test]
    fn fields_that_nobody_wants_are_passed() -> Result<()> {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Id {
            id: u32,
        }
        let ids = directly::<Vec<Id>>(&to_vec(&orders())?)?;
        assert_eq!((ids.len(), &ids[2499]), (2500, &Id { id: 2499 }));
        Ok(())
    }

    #[test]
    fn what_is_out_of_the_ordinary_is_given_up() {
        for pickle in [
            &b"cos\nx\n."[..],
            b"]2\x86.",
            b"]\x94h\0\x86.",
            b"}(K\x01N\x88Nu.",
            b"}K\x01\x85Ns.",
            b"K\x01K\x02.",
        ] {
            assert!(directly::<Value>(pickle).is_err(), "{pickle:?}");
        }
    }
}
