//! The bytes of a pickle while they are written: framing, memo numbers, and the shortest opcode for each value.
//!
//! Framing follows `_Pickler_Write` of CPython's `Modules/_pickle.c`: a frame is opened by the first byte written, closed
//! at the first object boundary past 64 KiB, and left out when it would hold fewer than four bytes; long strings stand
//! outside of frames.

use crate::bigint;
use crate::error::{Error, Result, shown};
use crate::opcode::Opcode;
use crate::protocol::Protocol;

const FRAME_TARGET: usize = 64 * 1024;
const FRAME_MINIMUM: usize = 4;
const FRAME_HEADER: usize = 9;

pub(super) struct Output {
    bytes: Vec<u8>,
    pub(super) protocol: Protocol,
    /// Where the header of the open frame stands.
    frame: Option<usize>,
    memo: u32,
}

impl Output {
    pub(super) fn new(protocol: Protocol) -> Self {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend_from_slice(&[Opcode::Proto.byte(), protocol.number()]);
        Self { bytes, protocol, frame: None, memo: 0 }
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.op(Opcode::Stop);
        self.close_frame();
        self.bytes
    }

    pub(super) fn framing(&self) -> bool {
        self.protocol >= Protocol::V4
    }

    #[inline]
    pub(super) fn op(&mut self, opcode: Opcode) {
        self.write(&[opcode.byte()]);
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        if self.frame.is_none() && self.framing() {
            self.open_frame();
        }
        self.bytes.extend_from_slice(bytes);
    }

    #[cold]
    fn open_frame(&mut self) {
        self.frame = Some(self.bytes.len());
        self.bytes.extend_from_slice(&[Opcode::Frame.byte(), 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    fn close_frame(&mut self) {
        let Some(start) = self.frame.take() else { return };
        let body = start + FRAME_HEADER;
        let length = self.bytes.len() - body;
        if length < FRAME_MINIMUM {
            self.bytes.drain(start..body);
        } else {
            self.bytes[start + 1..body].copy_from_slice(&wide(length).to_le_bytes());
        }
    }

    /// Between two objects: a full frame is closed.
    #[inline]
    pub(super) fn boundary(&mut self) {
        if self.frame.is_some_and(|start| self.bytes.len() - start >= FRAME_TARGET + FRAME_HEADER) {
            self.close_frame();
        }
    }

    /// Writes an opcode with its length and data, outside of frames when the data is long.
    fn sized(&mut self, header: &[u8], data: &[u8]) {
        if data.len() < FRAME_TARGET {
            self.write(header);
            self.write(data);
            return;
        }
        self.close_frame();
        self.bytes.extend_from_slice(header);
        self.bytes.extend_from_slice(data);
    }

    /// Gives the object on top the next memo number.
    #[inline]
    pub(super) fn memoize(&mut self) -> Result<u32> {
        let number = self.memo;
        self.memo = number.checked_add(1).ok_or_else(|| Error::limit("memo", usize::MAX))?;
        if self.framing() {
            self.op(Opcode::Memoize);
        } else if let Ok(short) = u8::try_from(number) {
            self.write(&[Opcode::BinPut.byte(), short]);
        } else {
            self.op(Opcode::LongBinPut);
            self.write(&number.to_le_bytes());
        }
        Ok(number)
    }

    pub(super) fn get(&mut self, number: u32) {
        if let Ok(short) = u8::try_from(number) {
            self.write(&[Opcode::BinGet.byte(), short]);
        } else {
            self.op(Opcode::LongBinGet);
            self.write(&number.to_le_bytes());
        }
    }

    #[inline]
    pub(super) fn bool(&mut self, value: bool) {
        self.op(if value { Opcode::NewTrue } else { Opcode::NewFalse });
    }

    #[inline]
    pub(super) fn int(&mut self, value: i64) {
        if let Ok(value) = u8::try_from(value) {
            self.write(&[Opcode::BinInt1.byte(), value]);
        } else if let Ok(value) = u16::try_from(value) {
            let [low, high] = value.to_le_bytes();
            self.write(&[Opcode::BinInt2.byte(), low, high]);
        } else if let Ok(value) = i32::try_from(value) {
            let [a, b, c, d] = value.to_le_bytes();
            self.write(&[Opcode::BinInt.byte(), a, b, c, d]);
        } else {
            let bytes = value.to_le_bytes();
            let trimmed = bigint::trim(&bytes);
            self.write(&[Opcode::Long1.byte(), short_length(trimmed)]);
            self.write(trimmed);
        }
    }

    /// An integer as two's complement, little-endian; the shortest form is found here.
    pub(super) fn long(&mut self, bytes: &[u8]) -> Result<()> {
        let bytes = bigint::trim(bytes);
        if let Some(value) = bigint::small(bytes) {
            self.int(value);
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
        self.op(Opcode::BinFloat);
        self.write(&value.to_be_bytes());
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
    pub(super) fn bytearray(&mut self, data: &[u8]) {
        let mut header = [Opcode::ByteArray8.byte(), 0, 0, 0, 0, 0, 0, 0, 0];
        header[1..].copy_from_slice(&wide(data.len()).to_le_bytes());
        self.sized(&header, data);
    }

    fn long_sized(&mut self, opcode: Opcode, wide_opcode: Opcode, data: &[u8]) -> Result<()> {
        let mut header = [opcode.byte(), 0, 0, 0, 0, 0, 0, 0, 0];
        if let Ok(length) = u32::try_from(data.len()) {
            header[1..5].copy_from_slice(&length.to_le_bytes());
            self.sized(&header[..5], data);
            return Ok(());
        }
        if !self.framing() {
            return Err(Error::data("more than 4 GiB in one string: only protocol 4 and later can hold it"));
        }
        header[0] = wide_opcode.byte();
        header[1..].copy_from_slice(&wide(data.len()).to_le_bytes());
        self.sized(&header, data);
        Ok(())
    }

    /// A global named on two lines, before protocol 4.
    pub(super) fn global_lines(&mut self, module: &str, name: &str) -> Result<()> {
        if module.contains('\n') || name.contains('\n') || module.is_empty() || name.is_empty() {
            return Err(Error::data(format!(
                "protocol {} cannot name {:?} {:?}",
                self.protocol.number(),
                shown(module),
                shown(name)
            )));
        }
        self.op(Opcode::Global);
        for line in [module, name] {
            self.write(line.as_bytes());
            self.write(b"\n");
        }
        Ok(())
    }

    /// An object of the extension registry.
    pub(super) fn extension(&mut self, code: i32) {
        let [a, b, c, d] = code.to_le_bytes();
        match (b, c, d) {
            (0, 0, 0) => self.write(&[Opcode::Ext1.byte(), a]),
            (_, 0, 0) => self.write(&[Opcode::Ext2.byte(), a, b]),
            _ => self.write(&[Opcode::Ext4.byte(), a, b, c, d]),
        }
    }
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX) // no target has a usize beyond u64
}

/// The length of an integer of at most eight bytes.
fn short_length(bytes: &[u8]) -> u8 {
    u8::try_from(bytes.len()).unwrap_or(8)
}
