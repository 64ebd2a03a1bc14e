//! The bytes of a pickle while they are written: frames, memo numbers, and the shortest opcode for each value.
//!
//! Framing follows `_Pickler_Write` of CPython's `Modules/_pickle.c`: a frame is closed at the first object boundary past
//! 64 KiB, and left out when it would hold fewer than four bytes; long strings stand outside of frames. What is closed
//! goes to the sink, if there is one, so that no more than a frame is held in memory.

use std::io::Write;

use super::text;
use crate::bigint;
use crate::error::{Error, Result, shown};
use crate::opcode::Opcode;
use crate::protocol::Protocol;
use crate::repr;

const FRAME_TARGET: usize = 64 * 1024;
const FRAME_MINIMUM: usize = 4;
const FRAME_HEADER: usize = 9;

/// Where a pickle goes in pieces.
pub(crate) type Sink<'w> = &'w mut dyn Write;

pub(super) struct Output<'w> {
    bytes: Vec<u8>,
    pub(super) protocol: Protocol,
    /// Where the header of the open frame stands. There is always one open, from protocol 4.
    frame: usize,
    /// The length at which the frame, or the piece for the sink, is full.
    full: usize,
    memo: u32,
    sink: Option<Sink<'w>>,
}

impl<'w> Output<'w> {
    pub(super) fn new(protocol: Protocol, sink: Option<Sink<'w>>) -> Self {
        let mut bytes = Vec::with_capacity(128);
        if protocol >= Protocol::V2 {
            bytes.extend_from_slice(&[Opcode::Proto.byte(), protocol.number()]);
        }
        let mut output = Self { bytes, protocol, frame: 0, full: usize::MAX, memo: 0, sink };
        output.open_frame();
        output
    }

    /// Ends the pickle. What is returned did not go to the sink: nothing, when there is one.
    pub(super) fn finish(mut self) -> Result<Vec<u8>> {
        self.op(Opcode::Stop);
        self.close_frame();
        self.flush()?;
        Ok(self.bytes)
    }

    /// Whether the protocol has frames, and with them sets, frozensets and globals named by the stack.
    pub(super) fn framing(&self) -> bool {
        self.protocol >= Protocol::V4
    }

    /// Whether all is text.
    pub(super) fn is_text(&self) -> bool {
        self.protocol == Protocol::V0
    }

    #[inline]
    pub(super) fn op(&mut self, opcode: Opcode) {
        self.bytes.push(opcode.byte());
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// An opcode with its argument as a line of text.
    fn line(&mut self, opcode: Opcode, text: &str) {
        self.op(opcode);
        self.write(text.as_bytes());
        self.write(b"\n");
    }

    fn open_frame(&mut self) {
        if self.framing() {
            self.frame = self.bytes.len();
            self.write(&[Opcode::Frame.byte(), 0, 0, 0, 0, 0, 0, 0, 0]);
            self.full = self.bytes.len() + FRAME_TARGET;
        } else if self.sink.is_some() {
            self.full = FRAME_TARGET;
        }
    }

    fn close_frame(&mut self) {
        if !self.framing() {
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
    /// When the sink fails, as for everything below that may write to it.
    #[inline]
    pub(super) fn boundary(&mut self) -> Result<()> {
        if self.bytes.len() >= self.full {
            return self.next_frame();
        }
        Ok(())
    }

    #[cold]
    fn next_frame(&mut self) -> Result<()> {
        self.close_frame();
        self.flush()?;
        self.open_frame();
        Ok(())
    }

    /// Writes an opcode with its length and data, outside of frames when the data is long.
    fn sized(&mut self, header: &[u8], data: &[u8]) -> Result<()> {
        if data.len() < FRAME_TARGET {
            self.write(header);
            self.write(data);
            return Ok(());
        }
        self.close_frame();
        self.write(header);
        self.flush()?;
        match &mut self.sink {
            Some(sink) => sink.write_all(data).map_err(Error::io)?,
            None => self.write(data),
        }
        self.open_frame();
        Ok(())
    }

    /// Gives the object on top the next memo number.
    #[inline]
    pub(super) fn memoize(&mut self) -> Result<u32> {
        let number = self.memo;
        self.memo = number.checked_add(1).ok_or_else(|| Error::limit("memo", usize::MAX))?;
        if self.framing() {
            self.op(Opcode::Memoize);
        } else {
            self.numbered([Opcode::Put, Opcode::BinPut, Opcode::LongBinPut], number);
        }
        Ok(number)
    }

    pub(super) fn get(&mut self, number: u32) {
        self.numbered([Opcode::Get, Opcode::BinGet, Opcode::LongBinGet], number);
    }

    /// A memo number as text, as one byte, or as four.
    fn numbered(&mut self, [text, short, long]: [Opcode; 3], number: u32) {
        match u8::try_from(number) {
            _ if self.is_text() => self.line(text, &number.to_string()),
            Ok(number) => self.write(&[short.byte(), number]),
            Err(_) => {
                self.op(long);
                self.write(&number.to_le_bytes());
            }
        }
    }

    #[inline]
    pub(super) fn bool(&mut self, value: bool) {
        match (self.protocol >= Protocol::V2, value) {
            (true, true) => self.op(Opcode::NewTrue),
            (true, false) => self.op(Opcode::NewFalse),
            (false, true) => self.line(Opcode::Int, "01"),
            (false, false) => self.line(Opcode::Int, "00"),
        }
    }

    #[inline]
    pub(super) fn int(&mut self, value: i64) {
        if self.is_text() {
            self.decimal(value);
        } else if let Ok(value) = u8::try_from(value) {
            self.write(&[Opcode::BinInt1.byte(), value]);
        } else if let Ok(value) = u16::try_from(value) {
            let [low, high] = value.to_le_bytes();
            self.write(&[Opcode::BinInt2.byte(), low, high]);
        } else if let Ok(value) = i32::try_from(value) {
            let [a, b, c, d] = value.to_le_bytes();
            self.write(&[Opcode::BinInt.byte(), a, b, c, d]);
        } else if self.protocol < Protocol::V2 {
            self.decimal(value);
        } else {
            let bytes = value.to_le_bytes();
            let trimmed = bigint::trim(&bytes);
            self.write(&[Opcode::Long1.byte(), short_length(trimmed)]);
            self.write(trimmed);
        }
    }

    fn decimal(&mut self, value: i64) {
        match i32::try_from(value) {
            Ok(value) => self.line(Opcode::Int, &value.to_string()),
            Err(_) => self.line(Opcode::Long, &format!("{value}L")),
        }
    }

    /// An integer as two's complement, little-endian; the shortest form is found here.
    pub(super) fn long(&mut self, bytes: &[u8]) -> Result<()> {
        let bytes = bigint::trim(bytes);
        if let Some(value) = bigint::small(bytes) {
            self.int(value);
        } else if self.protocol < Protocol::V2 {
            let text = text::decimal(bytes)?;
            self.line(Opcode::Long, &(text + "L"));
        } else if let Ok(length) = u8::try_from(bytes.len()) {
            self.write(&[Opcode::Long1.byte(), length]);
            self.write(bytes);
        } else {
            let length =
                i32::try_from(bytes.len()).map_err(|_| Error::data("an integer of more than 2 GiB"))?;
            self.op(Opcode::Long4);
            self.write(&length.to_le_bytes());
            self.write(bytes);
        }
        Ok(())
    }

    #[inline]
    pub(super) fn float(&mut self, value: f64) {
        if self.is_text() {
            return self.line(Opcode::Float, &repr::float(value).to_string());
        }
        let [a, b, c, d, e, f, g, h] = value.to_be_bytes();
        self.write(&[Opcode::BinFloat.byte(), a, b, c, d, e, f, g, h]);
    }

    /// A string, given as UTF-8 with or without surrogates.
    #[inline]
    pub(super) fn text(&mut self, utf8: &[u8]) -> Result<()> {
        match u8::try_from(utf8.len()) {
            Ok(length) if self.framing() => {
                self.write(&[Opcode::ShortBinUnicode.byte(), length]);
                self.write(utf8);
                Ok(())
            }
            _ if self.is_text() => {
                self.op(Opcode::Unicode);
                text::raw_unicode_escape(utf8, &mut self.bytes);
                self.write(b"\n");
                Ok(())
            }
            _ => self.long_sized(Opcode::BinUnicode, Opcode::BinUnicode8, utf8),
        }
    }

    /// Bytes, from protocol 3.
    pub(super) fn bytes(&mut self, data: &[u8]) -> Result<()> {
        match u8::try_from(data.len()) {
            Ok(length) => {
                self.write(&[Opcode::ShortBinBytes.byte(), length]);
                self.write(data);
                Ok(())
            }
            Err(_) => self.long_sized(Opcode::BinBytes, Opcode::BinBytes8, data),
        }
    }

    /// A bytearray, from protocol 5.
    pub(super) fn bytearray(&mut self, data: &[u8]) -> Result<()> {
        let mut header = [Opcode::ByteArray8.byte(), 0, 0, 0, 0, 0, 0, 0, 0];
        header[1..].copy_from_slice(&wide(data.len()).to_le_bytes());
        self.sized(&header, data)
    }

    fn long_sized(&mut self, opcode: Opcode, wide_opcode: Opcode, data: &[u8]) -> Result<()> {
        let mut header = [opcode.byte(), 0, 0, 0, 0, 0, 0, 0, 0];
        if let Ok(length) = u32::try_from(data.len()) {
            header[1..5].copy_from_slice(&length.to_le_bytes());
            return self.sized(&header[..5], data);
        }
        if !self.framing() {
            return Err(Error::data("more than 4 GiB in one string: only protocol 4 and later can hold it"));
        }
        header[0] = wide_opcode.byte();
        header[1..].copy_from_slice(&wide(data.len()).to_le_bytes());
        self.sized(&header, data)
    }

    /// An empty list, tuple or dict; protocol 0 makes it of a mark.
    pub(super) fn empty(&mut self, opcode: Opcode) {
        let marked = match opcode {
            Opcode::EmptyList => Opcode::List,
            Opcode::EmptyTuple => Opcode::Tuple,
            _ => Opcode::Dict,
        };
        if self.is_text() {
            self.write(&[Opcode::Mark.byte(), marked.byte()]);
        } else {
            self.op(opcode);
        }
    }

    /// Before the items of a tuple that is not empty: the long ones need a mark, before protocol 2 all of them.
    #[inline]
    pub(super) fn start_tuple(&mut self, length: usize) {
        if length > 3 || self.protocol < Protocol::V2 {
            self.op(Opcode::Mark);
        }
    }

    /// The opcode that makes a tuple, not an empty one, of its items.
    #[inline]
    pub(super) fn tuple_opcode(&self, length: usize) -> Opcode {
        match length {
            1 if self.protocol >= Protocol::V2 => Opcode::Tuple1,
            2 if self.protocol >= Protocol::V2 => Opcode::Tuple2,
            3 if self.protocol >= Protocol::V2 => Opcode::Tuple3,
            _ => Opcode::Tuple,
        }
    }

    /// Drops `count` items and the mark below them.
    pub(super) fn pop_mark(&mut self, count: usize) {
        if self.is_text() {
            self.bytes.resize(self.bytes.len() + count + 1, Opcode::Pop.byte());
        } else {
            self.op(Opcode::PopMark);
        }
    }

    /// A global named on two lines, before protocol 4.
    pub(super) fn global_lines(&mut self, module: &str, name: &str) -> Result<()> {
        self.two_lines(Opcode::Global, module, name)
    }

    /// An instance of a class named on two lines, of the mark on the stack: protocol 0.
    pub(super) fn instance_lines(&mut self, module: &str, name: &str) -> Result<()> {
        self.two_lines(Opcode::Inst, module, name)
    }

    fn two_lines(&mut self, opcode: Opcode, module: &str, name: &str) -> Result<()> {
        if module.contains('\n') || name.contains('\n') || module.is_empty() || name.is_empty() {
            return Err(Error::data(format!(
                "protocol {} cannot name {:?} {:?}",
                self.protocol.number(),
                shown(module),
                shown(name)
            )));
        }
        self.line(opcode, module);
        self.write(name.as_bytes());
        self.write(b"\n");
        Ok(())
    }

    /// A persistent id on a line, in protocol 0.
    pub(super) fn persistent_line(&mut self, id: &str) -> Result<()> {
        if !id.is_ascii() || id.contains('\n') {
            return Err(Error::data(
                "protocol 0 cannot hold a persistent id that is not a line of ASCII text",
            ));
        }
        self.line(Opcode::PersId, id);
        Ok(())
    }

    /// An object of the extension registry, from protocol 2.
    pub(super) fn extension(&mut self, code: i32) -> Result<()> {
        if self.protocol < Protocol::V2 {
            return Err(Error::data(format!("extension code {code} needs protocol 2")));
        }
        let [a, b, c, d] = code.to_le_bytes();
        match (b, c, d) {
            (0, 0, 0) => self.write(&[Opcode::Ext1.byte(), a]),
            (_, 0, 0) => self.write(&[Opcode::Ext2.byte(), a, b]),
            _ => self.write(&[Opcode::Ext4.byte(), a, b, c, d]),
        }
        Ok(())
    }
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX) // no target has a usize beyond u64
}

/// The length of an integer of at most eight bytes.
fn short_length(bytes: &[u8]) -> u8 {
    u8::try_from(bytes.len()).unwrap_or(8)
}
