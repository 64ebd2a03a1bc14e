//! Walking over the bytes: atoms, the starts and ends of containers, short ways for what is frequent.

use super::{Atom, Form, Kind, Parts, Reader, Start, keys};
use crate::bigint;
use crate::de::TEXT_UNIT;
use crate::error::Result;
use crate::opcode::Opcode;

impl<'de> Reader<'_, 'de> {
    /// The next opcode that makes or takes objects, which is not passed yet.
    #[inline]
    pub(super) fn opcode(&mut self) -> Result<Opcode> {
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
    pub(super) fn expect(&mut self, expected: Opcode) -> Result<()> {
        if self.opcode()? != expected {
            return Err(self.give_up());
        }
        self.place.position += 1;
        Ok(())
    }

    /// Passes an atom or the start of a container.
    #[inline]
    pub(super) fn begin(&mut self) -> Result<Start<'de>> {
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

    #[inline]
    pub(super) fn container(&mut self, kind: Kind, one: Opcode, many: Opcode) -> Result<Start<'de>> {
        self.filled(kind, one, many).map(|parts| Start::Parts(kind, parts))
    }

    /// A dict, paid for. Nothing is read when there is none.
    #[inline]
    pub(super) fn plain_dict(&mut self) -> Option<Parts> {
        let Opcode::EmptyDict = self.plain()? else { return None };
        self.budget = self.budget.checked_sub(1)?;
        self.filled(Kind::Dict, Opcode::SetItem, Opcode::SetItems).ok()
    }

    /// A list, likewise.
    #[inline]
    pub(super) fn plain_list(&mut self) -> Option<Parts> {
        let Opcode::EmptyList = self.plain()? else { return None };
        self.budget = self.budget.checked_sub(1)?;
        self.filled(Kind::List, Opcode::Append, Opcode::Appends).ok()
    }

    #[inline]
    fn filled(&mut self, kind: Kind, one: Opcode, many: Opcode) -> Result<Parts> {
        let fill = self.outline.fill(self.place.fill).ok_or_else(|| self.give_up())?;
        self.place.position += 1;
        self.place.fill += 1;
        let form = match (fill.batches, fill.count) {
            (0, 0) => Form::Counted(None),
            (0, _) => Form::Counted(Some(one)),
            (left, _) => Form::Batches { end: many, left, open: false },
        };
        let width = if kind == Kind::Dict { 2 } else { 1 };
        Ok(Parts { left: fill.count * width, form })
    }

    /// A tuple of one, two or three, which starts with its first item.
    pub(super) fn short_tuple(&mut self) -> Start<'de> {
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
    pub(super) fn atom(&mut self, opcode: Opcode) -> Result<Atom<'de>> {
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
    pub(super) fn literal(&mut self, opcode: Opcode, start: usize) -> Result<(Atom<'de>, usize)> {
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
    pub(super) fn array<const N: usize>(&mut self, at: usize) -> Result<[u8; N]> {
        let array = self.input.get(at..).and_then(|rest| rest.first_chunk());
        array.copied().ok_or_else(|| self.give_up())
    }

    /// The data behind a length, and where it ends.
    #[inline]
    pub(super) fn sized(&mut self, opcode: Opcode, at: usize) -> Result<(&'de [u8], usize)> {
        keys::sized(self.input, opcode, at).ok_or_else(|| self.give_up())
    }

    /// The opcode of an atom or container, unless a short tuple stands there.
    #[inline]
    pub(super) fn plain(&mut self) -> Option<Opcode> {
        let opcode = self.opcode().ok()?;
        (self.place.position != self.place.tuple_start).then_some(opcode)
    }

    /// A short text, as nearly all are, paid for. Nothing is read when there is none.
    ///
    /// Here and below the frequent cases take a way of their own: a value that is put together as a [`Start`] and taken
    /// apart again costs several times what reading it does.
    #[inline]
    pub(super) fn short_text(&mut self) -> Option<&'de str> {
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
    pub(super) fn plain_float(&mut self) -> Option<f64> {
        let Opcode::BinFloat = self.plain()? else { return None };
        let bytes = self.input.get(self.place.position + 1..)?.first_chunk()?;
        self.budget = self.budget.checked_sub(1)?;
        self.place.position += 9;
        Some(f64::from_be_bytes(*bytes))
    }

    /// A small int, likewise.
    #[inline]
    pub(super) fn plain_int(&mut self) -> Option<i64> {
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
    pub(super) fn plain_bool(&mut self) -> Option<bool> {
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
    pub(super) fn has_more(&mut self, parts: &mut Parts) -> Result<bool> {
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
    pub(super) fn finish(&mut self, parts: Parts) -> Result<()> {
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
    pub(super) fn pass(&mut self) -> Result<()> {
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
}
