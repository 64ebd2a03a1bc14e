//! The opcodes of a pickle: memo numbers, and the shortest form of each value in the protocol that is written.

use super::frames::{FRAME_TARGET, Frames, Sink, wide};
use super::text;
use crate::bigint;
use crate::error::{Error, Result, shown};
use crate::opcode::Opcode;
use crate::protocol::Protocol;
use crate::repr;

pub(super) struct Output<'w> {
    frames: Frames<'w>,
    pub(super) protocol: Protocol,
    memo: u32,
}

impl<'w> Output<'w> {
    /// With room for about so many bytes as are expected.
    pub(super) fn new(protocol: Protocol, expected: usize, sink: Option<Sink<'w>>) -> Self {
        let start = [Opcode::Proto.byte(), protocol.number()];
        let start = if protocol >= Protocol::V2 { &start[..] } else { &[] };
        Self { frames: Frames::new(start, protocol >= Protocol::V4, expected, sink), protocol, memo: 0 }
    }

    /// Ends the pickle. What is returned did not go to the sink: nothing, when there is one.
    pub(super) fn finish(mut self) -> Result<Vec<u8>> {
        self.op(Opcode::Stop);
        self.frames.finish()
    }

    /// Whether the protocol has frames, and with them sets, frozensets and globals named by the stack.
    #[inline]
    pub(super) fn framing(&self) -> bool {
        self.frames.framing
    }

    /// Whether all is text.
    #[inline]
    pub(super) fn is_text(&self) -> bool {
        self.protocol == Protocol::V0
    }

    /// Between two objects: a full frame is closed.
    ///
    /// # Errors
    ///
    /// When the sink fails, as for everything below that may write to it.
    #[inline]
    pub(super) fn boundary(&mut self) -> Result<()> {
        self.frames.boundary()
    }

    #[inline]
    pub(super) fn op(&mut self, opcode: Opcode) {
        self.frames.bytes.push(opcode.byte());
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.frames.write(bytes);
    }

    /// An opcode with its argument as a line of text.
    fn line(&mut self, opcode: Opcode, text: &str) {
        self.op(opcode);
        self.write(text.as_bytes());
        self.write(b"\n");
    }

    /// Writes an opcode with its length and data, outside of frames when the data is long.
    fn sized(&mut self, header: &[u8], data: &[u8]) -> Result<()> {
        if data.len() >= FRAME_TARGET {
            return self.frames.outside(header, data);
        }
        self.write(header);
        self.write(data);
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
            self.frames.put(number, self.is_text());
        }
        Ok(number)
    }

    pub(super) fn get(&mut self, number: u32) {
        self.frames.get(number, self.is_text());
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
        self.write(&binary_float(value));
    }

    /// Floats one after another, from protocol 1, up to the end of the frame, which is not full; gives how many.
    pub(super) fn floats(&mut self, mut floats: impl Iterator<Item = f64>) -> usize {
        let mut block = [[0; FLOAT]; FLOATS];
        let (mut count, most) = (0, self.frames.room().div_ceil(FLOAT));
        loop {
            let mut filled = 0;
            for (place, value) in block.iter_mut().zip(floats.by_ref().take(most - count)) {
                *place = binary_float(value);
                filled += 1;
            }
            self.write(block[..filled].as_flattened());
            count += filled;
            if filled < FLOATS {
                return count;
            }
        }
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
                text::raw_unicode_escape(utf8, &mut self.frames.bytes);
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
            let bytes = &mut self.frames.bytes;
            bytes.resize(bytes.len() + count + 1, Opcode::Pop.byte());
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

/// How many bytes a float takes, and how many floats are written at once.
const FLOAT: usize = 9;
const FLOATS: usize = 16;

#[inline]
fn binary_float(value: f64) -> [u8; FLOAT] {
    let [a, b, c, d, e, f, g, h] = value.to_be_bytes();
    [Opcode::BinFloat.byte(), a, b, c, d, e, f, g, h]
}

/// The length of an integer of at most eight bytes.
fn short_length(bytes: &[u8]) -> u8 {
    u8::try_from(bytes.len()).unwrap_or(8)
}
