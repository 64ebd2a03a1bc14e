//! Passing over opcodes and arguments, within frames, by the rules of [`crate::parse::Parser`] and without its errors.

use crate::opcode::Opcode;

pub(super) struct Cursor<'i> {
    input: &'i [u8],
    /// Positions have 32 bits here: the outline is drawn of short pickles only.
    position: u32,
    /// How far an argument may reach: to the end of the frame, or of the input.
    end: u32,
}

impl<'i> Cursor<'i> {
    /// At the start of an input that is not too long.
    pub(super) fn new(input: &'i [u8]) -> Option<Self> {
        Some(Self { input, position: 0, end: u32::try_from(input.len()).ok()? })
    }

    #[inline]
    pub(super) fn position(&self) -> u32 {
        self.position
    }

    #[inline]
    fn rest(&self) -> Option<&'i [u8]> {
        self.input.get(usize::try_from(self.position).ok()?..)
    }

    #[inline]
    pub(super) fn opcode(&mut self) -> Option<Opcode> {
        if self.position == self.end {
            self.end = u32::try_from(self.input.len()).ok()?; // the frame, if there was one, is over
        }
        let byte = *self.rest()?.first()?;
        self.position += 1;
        Opcode::from_byte(byte)
    }

    #[inline]
    pub(super) fn pass(&mut self, length: u32) -> Option<()> {
        self.position = self.position.checked_add(length).filter(|position| *position <= self.end)?;
        Some(())
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Option<u8> {
        let byte = *self.rest()?.first()?;
        self.pass(1)?;
        Some(byte)
    }

    #[inline]
    pub(super) fn word(&mut self) -> Option<u32> {
        let bytes = *self.rest()?.first_chunk()?;
        self.pass(4)?;
        Some(u32::from_le_bytes(bytes))
    }

    fn long(&mut self) -> Option<u32> {
        let bytes = *self.rest()?.first_chunk()?;
        self.pass(8)?;
        u32::try_from(u64::from_le_bytes(bytes)).ok()
    }

    /// Data behind a length of one byte.
    #[inline]
    pub(super) fn sized1(&mut self) -> Option<()> {
        let length = self.byte()?;
        self.pass(u32::from(length))
    }

    /// Data behind a length of four bytes.
    #[inline]
    pub(super) fn sized4(&mut self) -> Option<()> {
        let length = self.word()?;
        self.pass(length)
    }

    /// Data behind a length of eight bytes.
    pub(super) fn sized8(&mut self) -> Option<()> {
        let length = self.long()?;
        self.pass(length)
    }

    /// A frame, which must exist in full.
    pub(super) fn frame(&mut self) -> Option<()> {
        let length = self.long()?;
        let end = self.position.checked_add(length)?;
        self.end = Some(end).filter(|end| usize::try_from(*end).is_ok_and(|end| end <= self.input.len()))?;
        Some(())
    }
}
