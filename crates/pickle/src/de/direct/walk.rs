//! Walking over the bytes: opcodes, atoms, the starts of values.

use super::cursor::{Cursor, enter_frame};
use super::parts::Kind;
use super::{Atom, CONTAINER, MARK, Reader, Start, keys, narrow, wide};
use crate::bigint;
use crate::error::Result;
use crate::opcode::Opcode;

/// The bytes with which frequent values start. A table, as a `match` becomes jumps that are badly foreseen.
static STARTS: [bool; 256] = {
    let mut starts = [false; 256];
    let frequent = b"GKMNh}]\x8c";
    let mut next = 0;
    while next < frequent.len() {
        starts[frequent[next] as usize] = true;
        next += 1;
    }
    starts
};

impl<'de> Reader<'_, 'de> {
    /// Passes `PROTO`, which stands at the very start if anywhere, and the `FRAME` behind it.
    #[inline]
    pub(super) fn pass_protocol(&mut self) -> Option<()> {
        let [0x80, number, ref rest @ ..] = *self.input else { return Some(()) };
        self.position = 2;
        if rest.first() == Some(&Opcode::Frame.byte()) {
            self.window = enter_frame(self.input, self.window, &mut self.position)?;
        }
        (number <= 5).then_some(())
    }

    /// Whether a value stands next, without an opcode in front of it that leaves the stack alone: by those that are frequent.
    #[inline]
    pub(super) fn stands_at_value(&self) -> bool {
        self.window.get(self.position).is_some_and(|byte| STARTS[usize::from(*byte)])
    }

    /// The next opcode that makes or takes objects, which is not passed yet.
    #[inline]
    pub(super) fn opcode(&mut self) -> Result<Opcode> {
        loop {
            let Some(byte) = self.window.get(self.position) else {
                self.leave_frame()?;
                continue;
            };
            match Opcode::from_byte(*byte) {
                Some(Opcode::Memoize) => {
                    self.position += 1;
                    self.memoize()?;
                }
                Some(Opcode::BinPut | Opcode::LongBinPut | Opcode::Frame) | None => self.aside(*byte)?,
                Some(opcode) => return Ok(opcode),
            }
        }
    }

    /// Opcodes that leave the stack alone.
    fn aside(&mut self, byte: u8) -> Result<()> {
        let at = self.position + 1;
        match Opcode::from_byte(byte) {
            Some(Opcode::BinPut) => {
                let [index] = self.array(at)?;
                self.position += 2;
                self.put(index.into())
            }
            Some(Opcode::LongBinPut) => {
                let index = u32::from_le_bytes(self.array(at)?);
                self.position += 5;
                self.put(index)
            }
            Some(Opcode::Frame) => {
                let window = enter_frame(self.input, self.window, &mut self.position);
                self.window = window.ok_or_else(|| self.give_up())?;
                Ok(())
            }
            _ => Err(self.give_up()),
        }
    }

    #[cold]
    fn leave_frame(&mut self) -> Result<()> {
        if self.window.len() == self.input.len() {
            return Err(self.give_up());
        }
        self.window = self.input;
        Ok(())
    }

    #[inline]
    pub(super) fn memoize(&mut self) -> Result<()> {
        if self.top == MARK {
            return Err(self.give_up());
        }
        self.notes.memo.push(narrow(self.top));
        Ok(())
    }

    /// Only memos that count upwards are followed.
    fn put(&mut self, index: u32) -> Result<()> {
        let next = usize::try_from(index).is_ok_and(|index| index == self.notes.memo.len());
        if next { self.memoize() } else { Err(self.give_up()) }
    }

    /// Passes an opcode that makes an object of others, or `STOP`.
    #[inline]
    pub(super) fn expect(&mut self, expected: Opcode) -> Result<()> {
        let stands_next = self.window.get(self.position) == Some(&expected.byte());
        if !stands_next && self.opcode()? != expected {
            return Err(self.give_up());
        }
        self.position += 1;
        self.top = CONTAINER;
        Ok(())
    }

    pub(super) fn cursor(&self, position: usize) -> Cursor<'de> {
        Cursor::new(self.input, self.window, position)
    }

    /// Draws an outline from the start of an object.
    #[cold]
    pub(super) fn draw(&mut self, start: usize) -> Result<()> {
        let open = if self.begun.0 == start { self.begun.1 } else { 0 };
        let cursor = self.cursor(start);
        self.notes.outline.draw(cursor, open).ok_or_else(|| self.give_up())
    }

    /// The opcode of the next value, whose kind is known then; see [`Self::is_tuple`].
    #[inline]
    pub(super) fn look_ahead(&mut self) -> Result<Opcode> {
        let opcode = self.opcode()?;
        if !self.notes.outline.covers(self.position) {
            self.draw(self.position)?;
        }
        Ok(opcode)
    }

    /// Whether a tuple of up to three items starts here, which has no opcode at its start.
    #[inline]
    pub(super) fn is_tuple(&self) -> bool {
        self.notes.outline.is_tuple(self.position)
    }

    /// Passes an atom or the start of a container.
    #[inline]
    pub(super) fn begin(&mut self) -> Result<Start<'de>> {
        let opcode = self.look_ahead()?;
        self.begin_with(opcode)
    }

    /// The same, where the type says what comes.
    #[inline]
    pub(super) fn begin_expected(&mut self) -> Result<Start<'de>> {
        let opcode = self.opcode()?;
        self.begin_with(opcode)
    }

    /// The same, of a value that starts with `opcode`.
    #[inline]
    pub(super) fn begin_with(&mut self, opcode: Opcode) -> Result<Start<'de>> {
        if self.is_tuple() {
            let length = self.notes.outline.pass();
            return Ok(Start::Parts(self.short_tuple(length)));
        }
        Ok(Start::Parts(match opcode {
            Opcode::EmptyList => self.container(Kind::List)?,
            Opcode::EmptyDict => self.container(Kind::Dict)?,
            Opcode::EmptySet => self.container(Kind::Set)?,
            Opcode::EmptyTuple => self.empty_tuple(),
            Opcode::Mark => self.marked_tuple(),
            _ => return self.atom(opcode).map(Start::Atom),
        }))
    }

    /// Passes an atom, or fetches one.
    #[inline]
    pub(super) fn atom(&mut self, opcode: Opcode) -> Result<Atom<'de>> {
        let at = self.position + 1;
        let (index, end) = match opcode {
            Opcode::BinGet => (self.array::<1>(at).map(|[index]| u32::from(index))?, at + 1),
            Opcode::LongBinGet => (self.array(at).map(u32::from_le_bytes)?, at + 4),
            _ => {
                let (atom, end) = self.literal(self.window, opcode, self.position)?;
                self.top = self.position;
                self.position = end;
                return Ok(atom);
            }
        };
        let (start, opcode) = self.fetched(index).ok_or_else(|| self.give_up())?;
        self.top = start;
        self.position = end;
        let (atom, _) = self.literal(self.input, opcode, start)?;
        self.pay(atom.text_units())?;
        Ok(atom)
    }

    /// Where an atom of the memo stands, and its opcode.
    #[inline]
    pub(super) fn fetched(&self, index: u32) -> Option<(usize, Opcode)> {
        let start = wide(*self.notes.memo.get(wide(index))?);
        let byte = self.input.get(start)?; // containers have no place
        Some((start, Opcode::from_byte(*byte)?))
    }

    /// The atom whose opcode stands at `start`, and where it ends.
    #[inline]
    fn literal(&mut self, within: &'de [u8], opcode: Opcode, start: usize) -> Result<(Atom<'de>, usize)> {
        literal(within, opcode, start).ok_or_else(|| self.give_up())
    }

    #[inline]
    fn array<const N: usize>(&mut self, at: usize) -> Result<[u8; N]> {
        array(self.window, at).ok_or_else(|| self.give_up())
    }
}

#[inline]
fn array<const N: usize>(within: &[u8], at: usize) -> Option<[u8; N]> {
    within.get(at..)?.first_chunk().copied()
}

#[inline]
fn literal(within: &[u8], opcode: Opcode, start: usize) -> Option<(Atom<'_>, usize)> {
    let at = start + 1;
    let sized = || keys::sized(within, opcode, at);
    Some(match opcode {
        Opcode::None => (Atom::None, at),
        Opcode::NewTrue => (Atom::Bool(true), at),
        Opcode::NewFalse => (Atom::Bool(false), at),
        Opcode::BinInt1 => (Atom::Int(u8::from_le_bytes(array(within, at)?).into()), at + 1),
        Opcode::BinInt2 => (Atom::Int(u16::from_le_bytes(array(within, at)?).into()), at + 2),
        Opcode::BinInt => (Atom::Int(i32::from_le_bytes(array(within, at)?).into()), at + 4),
        Opcode::BinFloat => (Atom::Float(f64::from_be_bytes(array(within, at)?)), at + 8),
        Opcode::Long1 => {
            let (bytes, end) = sized()?;
            let bytes = bigint::trim(bytes);
            (bigint::small(bytes).map_or(Atom::BigInt(bytes), Atom::Int), end)
        }
        Opcode::ShortBinUnicode | Opcode::BinUnicode | Opcode::BinUnicode8 => {
            let (bytes, end) = sized()?;
            (Atom::Str(std::str::from_utf8(bytes).ok()?), end)
        }
        Opcode::ShortBinBytes | Opcode::BinBytes | Opcode::BinBytes8 => {
            let (bytes, end) = sized()?;
            (Atom::Bytes(bytes), end)
        }
        Opcode::ByteArray8 => {
            let (bytes, end) = sized()?;
            (Atom::ByteArray(bytes), end)
        }
        _ => return None,
    })
}
