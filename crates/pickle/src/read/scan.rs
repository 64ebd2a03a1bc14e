//! How far a pickle reaches: its opcodes and their arguments, passed without being looked at.

use std::io::Read;

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::opcode::{ArgumentKind, Opcode};
use crate::parse::unknown;

/// How an argument is passed.
enum Width {
    Fixed(usize),
    /// Behind a length of so many bytes.
    Sized(usize),
    Lines(usize),
    /// Eight bytes with the length of a frame, which follows.
    Frame,
}

fn width(kind: ArgumentKind) -> Width {
    match kind {
        ArgumentKind::None => Width::Fixed(0),
        ArgumentKind::Uint1 => Width::Fixed(1),
        ArgumentKind::Uint2 => Width::Fixed(2),
        ArgumentKind::Uint4 | ArgumentKind::Int4 => Width::Fixed(4),
        ArgumentKind::Float8 => Width::Fixed(8),
        ArgumentKind::Uint8 => Width::Frame,
        ArgumentKind::Long1 | ArgumentKind::String1 | ArgumentKind::Bytes1 | ArgumentKind::Unicode1 => {
            Width::Sized(1)
        }
        ArgumentKind::Long4 | ArgumentKind::String4 | ArgumentKind::Bytes4 | ArgumentKind::Unicode4 => {
            Width::Sized(4)
        }
        ArgumentKind::Bytes8 | ArgumentKind::ByteArray8 | ArgumentKind::Unicode8 => Width::Sized(8),
        ArgumentKind::LinePair => Width::Lines(2),
        ArgumentKind::DecimalLine
        | ArgumentKind::LongLine
        | ArgumentKind::FloatLine
        | ArgumentKind::StringLine
        | ArgumentKind::PlainLine
        | ArgumentKind::UnicodeLine => Width::Lines(1),
    }
}

/// Takes from a reader what one pickle needs, no byte more, and no memory ahead of bytes that exist.
pub(super) struct Scan<'s, R> {
    reader: R,
    /// What was read; the pickle starts at its start.
    bytes: &'s mut Vec<u8>,
    position: usize,
    limits: &'s Limits,
}

impl<'s, R: Read> Scan<'s, R> {
    pub(super) fn new(reader: R, bytes: &'s mut Vec<u8>, limits: &'s Limits) -> Self {
        Self { reader, bytes, position: 0, limits }
    }

    /// Reads up to and including `STOP`, and says how long the pickle is; `None` when there is nothing at all.
    ///
    /// A frame is read as a whole, so what lies in it behind `STOP` is in the buffer then.
    pub(super) fn run(mut self) -> Result<Option<usize>> {
        loop {
            let start = self.position;
            if start == 0 && !self.has(1)? {
                return Ok(None);
            }
            match self.step() {
                Ok(Opcode::Stop) => return Ok(Some(self.position)),
                Ok(_) => {}
                Err(error) => return Err(error.at_offset(start)),
            }
        }
    }

    fn step(&mut self) -> Result<Opcode> {
        let [byte] = self.take()?;
        let opcode = Opcode::from_byte(byte).ok_or_else(|| unknown(byte))?;
        match width(opcode.argument()) {
            Width::Fixed(length) => self.pass(length),
            Width::Sized(1) => self.take().and_then(|[length]| self.pass(usize::from(length))),
            Width::Sized(4) => {
                self.take().and_then(|length| self.pass_long(u32::from_le_bytes(length).into()))
            }
            Width::Sized(_) => self.take().and_then(|length| self.pass_long(u64::from_le_bytes(length))),
            Width::Lines(count) => (0..count).try_for_each(|_| self.line()),
            Width::Frame => self.take().and_then(|length| self.frame(u64::from_le_bytes(length))),
        }?;
        Ok(opcode)
    }

    /// Reads on until so many bytes behind the position are there; says whether they are.
    fn has(&mut self, length: usize) -> Result<bool> {
        let end = self.position.checked_add(length).filter(|end| *end <= self.limits.bytes);
        let end = end.ok_or_else(|| Error::limit("bytes", self.limits.bytes))?;
        let missing = end.saturating_sub(self.bytes.len());
        if missing > 0 {
            let missing = u64::try_from(missing).unwrap_or(u64::MAX);
            self.reader.by_ref().take(missing).read_to_end(self.bytes).map_err(Error::io)?;
        }
        Ok(self.bytes.len() >= end)
    }

    fn pass(&mut self, length: usize) -> Result<()> {
        if !self.has(length)? {
            return Err(Error::truncated());
        }
        self.position += length;
        Ok(())
    }

    fn pass_long(&mut self, length: u64) -> Result<()> {
        self.pass(usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let start = self.position;
        self.pass(N)?;
        let taken = self.bytes.get(start..).and_then(|rest| rest.first_chunk());
        taken.copied().ok_or_else(Error::truncated)
    }

    /// Byte by byte: nobody knows where it ends.
    fn line(&mut self) -> Result<()> {
        while self.take()? != [b'\n'] {}
        Ok(())
    }

    fn frame(&mut self, length: u64) -> Result<()> {
        let whole = self.has(usize::try_from(length).unwrap_or(usize::MAX))?;
        if whole { Ok(()) } else { Err(Error::truncated()) }
    }
}
