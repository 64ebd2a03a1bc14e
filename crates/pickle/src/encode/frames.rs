//! The bytes of a pickle while they are written: in frames from protocol 4, in pieces when they go to a sink.
//!
//! Framing follows `_Pickler_Write` of CPython's `Modules/_pickle.c`: a frame is closed at the first boundary past
//! 64 KiB, and left out when it would hold fewer than four bytes; long strings stand outside of frames. What is closed
//! goes to the sink, if there is one, so that no more than a frame is held in memory.

use std::io::Write;

use crate::error::{Error, Result};
use crate::opcode::Opcode;

/// How many bytes a frame holds before it is closed, and from how many on data stands outside.
pub(crate) const FRAME_TARGET: usize = 64 * 1024;
const FRAME_MINIMUM: usize = 4;
const FRAME_HEADER: usize = 9;

/// Where a pickle goes in pieces.
pub(crate) type Sink<'w> = &'w mut dyn Write;

pub(crate) struct Frames<'w> {
    pub(super) bytes: Vec<u8>,
    pub(super) framing: bool,
    /// Where the header of the open frame stands. There is always one open, when there are frames.
    frame: usize,
    /// The length at which the frame, or the piece for the sink, is full.
    full: usize,
    sink: Option<Sink<'w>>,
}

impl<'w> Frames<'w> {
    /// Starts with bytes that stand before the first frame, and with room for about so many as are expected.
    pub(crate) fn new(start: &[u8], framing: bool, expected: usize, sink: Option<Sink<'w>>) -> Self {
        let most = if sink.is_some() { FRAME_TARGET } else { usize::MAX };
        let mut bytes = Vec::with_capacity(expected.min(most).saturating_add(128));
        bytes.extend_from_slice(start);
        let mut frames = Self { bytes, framing, frame: 0, full: usize::MAX, sink };
        frames.open();
        frames
    }

    /// Ends the pickle. What is returned did not go to the sink: nothing, when there is one.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>> {
        self.close();
        self.flush()?;
        Ok(self.bytes)
    }

    #[inline]
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn open(&mut self) {
        if self.framing {
            self.frame = self.bytes.len();
            self.write(&[Opcode::Frame.byte(), 0, 0, 0, 0, 0, 0, 0, 0]);
            self.full = self.bytes.len() + FRAME_TARGET;
        } else if self.sink.is_some() {
            self.full = FRAME_TARGET;
        }
    }

    fn close(&mut self) {
        if !self.framing {
            return;
        }
        let body = self.frame + FRAME_HEADER;
        let length = self.bytes.len() - body;
        if length < FRAME_MINIMUM {
            self.bytes.drain(self.frame..body);
        } else {
            self.bytes[self.frame + 1..body].copy_from_slice(&wide(length).to_le_bytes());
        }
    }

    fn flush(&mut self) -> Result<()> {
        let Some(sink) = &mut self.sink else { return Ok(()) };
        sink.write_all(&self.bytes).map_err(Error::io)?;
        self.bytes.clear();
        Ok(())
    }

    /// Between two objects: a full frame is closed.
    ///
    /// # Errors
    ///
    /// When the sink fails, as for everything here that may write to it.
    #[inline]
    pub(crate) fn boundary(&mut self) -> Result<()> {
        if self.bytes.len() >= self.full {
            return self.next();
        }
        Ok(())
    }

    /// How many bytes may be written until the frame is full.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        self.full.saturating_sub(self.bytes.len())
    }

    #[cold]
    fn next(&mut self) -> Result<()> {
        self.close();
        self.flush()?;
        self.open();
        Ok(())
    }

    /// Writes an opcode with its length, and its data, outside of frames. The data is not copied on its way to the sink.
    pub(crate) fn outside(&mut self, header: &[u8], data: &[u8]) -> Result<()> {
        self.close();
        self.write(header);
        self.flush()?;
        match &mut self.sink {
            Some(sink) => sink.write_all(data).map_err(Error::io)?,
            None => self.write(data),
        }
        self.open();
        Ok(())
    }

    /// Stores the object on top in the memo, before protocol 4.
    pub(crate) fn put(&mut self, number: u32, is_text: bool) {
        self.numbered([Opcode::Put, Opcode::BinPut, Opcode::LongBinPut], number, is_text);
    }

    /// Fetches an object from the memo.
    pub(crate) fn get(&mut self, number: u32, is_text: bool) {
        self.numbered([Opcode::Get, Opcode::BinGet, Opcode::LongBinGet], number, is_text);
    }

    /// A memo number as text, as one byte, or as four.
    #[inline]
    fn numbered(&mut self, [text, short, long]: [Opcode; 3], number: u32, is_text: bool) {
        if is_text {
            self.write(&[text.byte()]);
            self.write(number.to_string().as_bytes());
            self.write(b"\n");
        } else if let Ok(number) = u8::try_from(number) {
            self.write(&[short.byte(), number]);
        } else {
            let [a, b, c, d] = number.to_le_bytes();
            self.write(&[long.byte(), a, b, c, d]);
        }
    }
}

pub(super) fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX) // no target has a usize beyond u64
}
