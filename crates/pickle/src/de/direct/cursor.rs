//! Passing over opcodes and arguments, within frames, by the rules of [`crate::parse::Parser`] and without its errors.

use crate::opcode::Opcode;

#[derive(Clone, Copy)]
pub(super) struct Cursor<'i> {
    input: &'i [u8],
    /// What an argument may reach: the input to the end of the frame.
    window: &'i [u8],
    position: usize,
}

impl<'i> Cursor<'i> {
    /// At a position in a window, which is the start of the input.
    pub(super) fn new(input: &'i [u8], window: &'i [u8], position: usize) -> Self {
        Self { input, window, position }
    }

    #[inline]
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// The next opcode that makes or takes objects, which is not passed yet.
    #[inline]
    pub(super) fn opcode(&mut self) -> Option<Opcode> {
        loop {
            let Some(byte) = self.window.get(self.position) else {
                if self.window.len() == self.input.len() {
                    return None;
                }
                self.window = self.input; // the frame is over
                continue;
            };
            match Opcode::from_byte(*byte)? {
                Opcode::Memoize => self.position += 1,
                Opcode::BinPut => self.pass(2)?,
                Opcode::LongBinPut => self.pass(5)?,
                Opcode::Frame => self.window = enter_frame(self.input, self.window, &mut self.position)?,
                opcode => return Some(opcode),
            }
        }
    }

    #[inline]
    pub(super) fn pass(&mut self, length: usize) -> Option<()> {
        self.position =
            self.position.checked_add(length).filter(|position| *position <= self.window.len())?;
        Some(())
    }

    /// Passes an atom, or says that this is none.
    #[inline]
    pub(super) fn atom(&mut self, opcode: Opcode) -> Option<bool> {
        let length = match opcode {
            Opcode::None | Opcode::NewTrue | Opcode::NewFalse => 1,
            Opcode::BinInt1 | Opcode::BinGet => 2,
            Opcode::BinInt2 => 3,
            Opcode::BinInt | Opcode::LongBinGet => 5,
            Opcode::BinFloat => 9,
            Opcode::ShortBinUnicode | Opcode::ShortBinBytes | Opcode::Long1 => {
                2 + usize::from(*self.window.get(self.position + 1)?)
            }
            Opcode::BinUnicode | Opcode::BinBytes => {
                let length = self.window.get(self.position + 1..)?.first_chunk()?;
                usize::try_from(u32::from_le_bytes(*length)).ok()?.checked_add(5)?
            }
            Opcode::BinUnicode8 | Opcode::BinBytes8 | Opcode::ByteArray8 => {
                let length = self.window.get(self.position + 1..)?.first_chunk()?;
                usize::try_from(u64::from_le_bytes(*length)).ok()?.checked_add(9)?
            }
            _ => return Some(false),
        };
        self.pass(length)?;
        Some(true)
    }
}

/// Passes `FRAME` and gives the window of the frame, which must exist in full.
#[cold]
pub(super) fn enter_frame<'i>(input: &'i [u8], window: &[u8], position: &mut usize) -> Option<&'i [u8]> {
    let length = window.get(*position + 1..)?.first_chunk()?;
    *position += 9;
    let end = position.checked_add(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    input.get(..end)
}
