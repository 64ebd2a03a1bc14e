//! Short ways for what is frequent, where the type says what comes.
//!
//! A value that is put together as a [`super::Start`] and taken apart again costs several times what reading it does.
//! Nothing is read when something else stands next: memo opcodes in front of it, another kind, or a tuple that starts with
//! what was asked for.

use super::parts::{Kind, Parts};
use super::{CONTAINER, MARK, Reader, TEXT_UNIT, keys, narrow};
use crate::bigint;
use crate::opcode::Opcode;

impl<'de> Reader<'_, 'de> {
    /// The opcode of the next value, and what follows it.
    #[inline]
    fn plain(&self) -> Option<(Opcode, &'de [u8])> {
        let (opcode, rest) = self.window.get(self.position..)?.split_first()?;
        if self.is_tuple() { None } else { Some((Opcode::from_byte(*opcode)?, rest)) }
    }

    /// Notes what stands on top and goes on.
    #[inline]
    fn passed(&mut self, length: usize) {
        self.top = self.position;
        self.position += length;
    }

    /// A text of up to 255 bytes, or one that is fetched again.
    #[inline(always)]
    pub(super) fn plain_text(&mut self) -> Option<&'de str> {
        let rest = self.window.get(self.position..)?;
        let [opcode, length, data @ ..] = rest else { return None };
        if *opcode != Opcode::ShortBinUnicode.byte() || self.is_tuple() {
            return self.fetched_text();
        }
        let length = usize::from(*length);
        let text = std::str::from_utf8(data.get(..length)?).ok()?;
        self.passed(2 + length);
        if data.get(length) == Some(&Opcode::Memoize.byte()) {
            self.position += 1;
            self.notes.memo.push(narrow(self.top));
        }
        Some(text)
    }

    /// A short text of the memo.
    #[inline(never)]
    fn fetched_text(&mut self) -> Option<&'de str> {
        let (Opcode::BinGet, rest) = self.plain()? else { return None };
        let (start, opcode) = self.fetched(u32::from(*rest.first()?))?;
        let Opcode::ShortBinUnicode = opcode else { return None };
        let (length, data) = self.input.get(start + 1..)?.split_first()?;
        let text = std::str::from_utf8(data.get(..usize::from(*length))?).ok()?;
        if text.len() >= TEXT_UNIT {
            self.pay(text.len() / TEXT_UNIT).ok()?;
        }
        self.top = start;
        self.position += 2;
        Some(text)
    }

    /// A float.
    #[inline]
    pub(super) fn plain_float(&mut self) -> Option<f64> {
        let (Opcode::BinFloat, rest) = self.plain()? else { return None };
        let bytes = rest.first_chunk()?;
        self.passed(9);
        Some(f64::from_be_bytes(*bytes))
    }

    /// An int of up to eight bytes.
    #[inline]
    pub(super) fn plain_int(&mut self) -> Option<i64> {
        let (opcode, rest) = self.plain()?;
        let (value, length) = match opcode {
            Opcode::BinInt1 => (i64::from(*rest.first()?), 2),
            Opcode::BinInt2 => (i64::from(u16::from_le_bytes(*rest.first_chunk()?)), 3),
            Opcode::BinInt => (i64::from(i32::from_le_bytes(*rest.first_chunk()?)), 5),
            Opcode::Long1 => {
                let (bytes, end) = keys::sized(rest, Opcode::Long1, 0)?;
                (bigint::small(bigint::trim(bytes))?, end + 1)
            }
            _ => return None,
        };
        self.passed(length);
        Some(value)
    }

    /// A bool.
    #[inline]
    pub(super) fn plain_bool(&mut self) -> Option<bool> {
        let value = match self.plain()?.0 {
            Opcode::NewTrue => true,
            Opcode::NewFalse => false,
            _ => return None,
        };
        self.passed(1);
        Some(value)
    }

    /// A container of this kind, unless a tuple that starts with one stands there.
    #[inline]
    pub(super) fn plain_container(&mut self, kind: Kind) -> Option<Parts> {
        match self.memoized(kind) {
            Some(parts) => Some(parts),
            None => self.other_container(kind),
        }
    }

    /// One that is memoized and has items, as they nearly always are.
    #[inline]
    fn memoized(&mut self, kind: Kind) -> Option<Parts> {
        let start = [kind.start().byte(), Opcode::Memoize.byte(), Opcode::Mark.byte()];
        let stands_next = self.window.get(self.position..)?.starts_with(&start);
        if !stands_next || self.notes.outline.tells_of(self.position) {
            return None;
        }
        self.position += start.len();
        self.notes.memo.push(narrow(CONTAINER));
        self.top = MARK;
        Some(self.marked(kind))
    }

    fn other_container(&mut self, kind: Kind) -> Option<Parts> {
        let opcode = self.opcode().ok()?;
        if opcode != kind.start() || self.is_tuple() { None } else { self.container(kind).ok() }
    }

    /// A tuple of so many items, if an atom comes that can only be the first of them.
    #[inline]
    pub(super) fn plain_tuple(&mut self, length: usize) -> Option<Parts> {
        let opcode = self.opcode().ok()?;
        if self.notes.outline.covers(self.position) {
            return None;
        }
        match (opcode, length) {
            (Opcode::Mark, 4..) => Some(self.marked_tuple()),
            (
                Opcode::None
                | Opcode::NewTrue
                | Opcode::NewFalse
                | Opcode::BinInt1
                | Opcode::BinInt2
                | Opcode::BinInt
                | Opcode::Long1
                | Opcode::BinFloat
                | Opcode::ShortBinUnicode
                | Opcode::BinUnicode
                | Opcode::BinGet
                | Opcode::LongBinGet,
                1..=3,
            ) => {
                let open = if self.begun.0 == self.position { self.begun.1 } else { 0 };
                self.begun = (self.position, open + 1);
                Some(self.short_tuple(length))
            }
            _ => None,
        }
    }
}
