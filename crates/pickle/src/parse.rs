//! The only reader of the wire format: bytes in, opcodes with offsets and checked arguments out.
//!
//! CPython's releases do not read all bytes alike. Where they differ, this crate follows the newest:
//!
//! | in a pickle | older releases | newer releases, and here |
//! | --- | --- | --- |
//! | `INT` with `+0`, `-0`, ` 1` | a bool | an int: only `00` and `01` are bools (gh-135241) |
//! | `INT`, `LONG` with `010`, `0x10` | refused, or read in the base of the prefix | base 10, or refused (gh-126992) |
//! | more than 4300 digits of a decimal number | read | refused, see [`Limits::digits`] |
//! | a memo index far beyond the others | memory for all below it | one entry (gh-115952) |
//! | a length beyond the bytes | memory for it | no memory ahead of bytes that exist (gh-115952) |
//! | an argument across the end of its frame | read | refused (3.13.15, 3.14.7) |
//! | a `PUT` index below 0 | an error of another kind, or read | refused |
//!
//! Behind `STOP`, bytes are another pickle ([`crate::Pickles`]) or left alone ([`crate::from_slice`]).

mod text;

use std::borrow::Cow;

use crate::bigint;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::opcode::{ArgumentKind, Opcode};

/// An opcode's argument, checked and as far as possible borrowed from the input.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Argument<'a> {
    /// The opcode has none.
    None,
    /// `INT` with `00` or `01`.
    Bool(bool),
    /// Any integer that fits: a value, a memo index, an extension code, a protocol.
    Int(i64),
    /// An integer that does not fit: two's complement, little-endian.
    Long(Cow<'a, [u8]>),
    /// A float.
    Float(f64),
    /// A string.
    Str(Cow<'a, str>),
    /// A string with lone surrogates: UTF-8 in which they are encoded like other characters.
    Surrogates(Cow<'a, [u8]>),
    /// Bytes, a bytearray or a Python 2 string.
    Bytes(Cow<'a, [u8]>),
    /// Module and name.
    Names(&'a str, &'a str),
    /// The length of a frame.
    Length(u64),
}

/// One instruction of a pickle.
#[derive(Clone, Debug, PartialEq)]
pub struct Op<'a> {
    /// Where its opcode stands in the input.
    pub offset: usize,
    /// What to do.
    pub opcode: Opcode,
    /// With what.
    pub argument: Argument<'a>,
}

/// What a reader does with an argument that crosses the end of its frame.
///
/// Releases of CPython differ, so a scanner must see what each of them sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frames {
    /// Refuses it, as the newest releases do.
    Binding,
    /// Reads on, as `pickle.loads` did before.
    Ignored,
    /// Drops the rest of the frame and reads what follows, as the C unpickler did with files.
    Dropped,
}

/// Reads the instructions of one pickle, up to and including `STOP`.
///
/// # Examples
///
/// ```
/// use onggi_pickle::parse::Parser;
///
/// let names: Vec<_> = Parser::new(b"\x80\x04K\x01.").map(|op| op.map(|op| op.opcode.name())).collect::<Result<_, _>>()?;
/// assert_eq!(names, ["PROTO", "BININT1", "STOP"]);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Parser<'a> {
    input: &'a [u8],
    position: usize,
    /// Where the instruction being read starts.
    start: usize,
    /// How far it may reach: to the end of its frame, or of the input.
    end: usize,
    digits: usize,
    frames: Frames,
    done: bool,
}

impl<'a> Parser<'a> {
    /// Reads with the default limits.
    pub fn new(input: &'a [u8]) -> Self {
        Self::with_limits(input, &Limits::default())
    }

    /// Reads with the caller's limits.
    pub fn with_limits(input: &'a [u8], limits: &Limits) -> Self {
        let frames = Frames::Binding;
        Self { input, position: 0, start: 0, end: input.len(), digits: limits.digits, frames, done: false }
    }

    /// Reads with another meaning of frames.
    pub(crate) fn with_frames(mut self, frames: Frames) -> Self {
        self.frames = frames;
        self
    }

    /// How many bytes were read: after `STOP`, where the next pickle of a stream would start.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Reads the next instruction.
    ///
    /// # Errors
    ///
    /// When the bytes end, the byte is no opcode or its argument is malformed; the error carries the offset.
    pub fn read(&mut self) -> Result<Op<'a>> {
        let op = self.opcode().and_then(|opcode| {
            let argument = self.argument(opcode)?;
            Ok(Op { offset: self.start, opcode, argument })
        });
        op.map_err(|error| error.at_offset(self.start))
    }

    /// Where the instruction starts whose opcode was read last.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Reads an opcode; its argument must be read next.
    #[inline]
    pub(crate) fn opcode(&mut self) -> Result<Opcode> {
        self.start = self.position;
        if self.position == self.end {
            self.end = self.input.len(); // the frame, if there was one, is over
        }
        let byte = *self.input.get(self.position).ok_or_else(Error::truncated)?;
        self.position += 1;
        Opcode::from_byte(byte).ok_or_else(|| unknown(byte))
    }

    /// Reads the argument of the opcode that was read before.
    pub(crate) fn argument(&mut self, opcode: Opcode) -> Result<Argument<'a>> {
        Ok(match opcode.argument() {
            ArgumentKind::None => {
                self.done |= opcode == Opcode::Stop;
                Argument::None
            }
            ArgumentKind::Uint1 => Argument::Int(i64::from(self.uint1()?)),
            ArgumentKind::Uint2 => Argument::Int(i64::from(self.uint2()?)),
            ArgumentKind::Uint4 => Argument::Int(i64::from(self.uint4()?)),
            ArgumentKind::Uint8 => Argument::Length(self.enter_frame()?),
            ArgumentKind::Int4 => Argument::Int(i64::from(self.int4()?)),
            ArgumentKind::Float8 => Argument::Float(self.float8()?),
            ArgumentKind::Unicode1 => text::unicode(self.sized1()?)?,
            ArgumentKind::Unicode4 => text::unicode(self.sized4()?)?,
            ArgumentKind::Unicode8 => text::unicode(self.sized8()?)?,
            ArgumentKind::Bytes1 | ArgumentKind::String1 => Argument::Bytes(Cow::Borrowed(self.sized1()?)),
            ArgumentKind::Bytes4 => Argument::Bytes(Cow::Borrowed(self.sized4()?)),
            ArgumentKind::String4 => Argument::Bytes(Cow::Borrowed(self.sized4_signed()?)),
            ArgumentKind::Bytes8 | ArgumentKind::ByteArray8 => Argument::Bytes(Cow::Borrowed(self.sized8()?)),
            ArgumentKind::Long1 => long(self.sized1()?),
            ArgumentKind::Long4 => long(self.sized4_signed()?),
            _ => self.text_argument(opcode)?,
        })
    }

    fn text_argument(&mut self, opcode: Opcode) -> Result<Argument<'a>> {
        let line = self.line()?;
        Ok(match opcode.argument() {
            ArgumentKind::DecimalLine if opcode == Opcode::Int && line == b"00" => Argument::Bool(false),
            ArgumentKind::DecimalLine if opcode == Opcode::Int && line == b"01" => Argument::Bool(true),
            ArgumentKind::DecimalLine => text::decimal(line, self.digits)?,
            ArgumentKind::LongLine => text::decimal(line.strip_suffix(b"L").unwrap_or(line), self.digits)?,
            ArgumentKind::FloatLine => Argument::Float(text::float(line)?),
            ArgumentKind::StringLine => Argument::Bytes(text::quoted(line)?),
            ArgumentKind::UnicodeLine => text::raw_unicode_escape(line)?,
            ArgumentKind::LinePair => Argument::Names(name(line)?, name(self.line()?)?),
            _ if line.is_ascii() => text::unicode(line)?,
            _ => return Err(Error::syntax("persistent IDs in protocol 0 must be ASCII strings")),
        })
    }

    /// The length of a frame, which must exist in full.
    #[inline]
    pub(crate) fn enter_frame(&mut self) -> Result<u64> {
        let length = u64::from_le_bytes(self.array()?);
        if self.frames == Frames::Ignored {
            return Ok(length);
        }
        let end = usize::try_from(length).ok().and_then(|length| self.position.checked_add(length));
        let end = end.filter(|end| *end <= self.input.len());
        self.end = end.ok_or_else(Error::truncated)?;
        Ok(length)
    }

    /// What the instruction may still reach.
    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.input.get(self.position..self.end).unwrap_or(&[])
    }

    /// All that follows, whatever the frame.
    pub(crate) fn remaining(&self) -> &'a [u8] {
        self.input.get(self.position..).unwrap_or(&[])
    }

    /// Steps over bytes that are no instructions, and out of the frame.
    pub(crate) fn step_over(&mut self, count: usize) {
        self.position = self.position.saturating_add(count).min(self.input.len());
        self.end = self.input.len();
    }

    /// Goes on behind the frame when an argument does not fit into it and that is what this reader does.
    #[cold]
    fn leave_frame(&mut self) -> Result<()> {
        if self.frames != Frames::Dropped || self.end == self.input.len() {
            return Err(self.too_short());
        }
        (self.position, self.end) = (self.end, self.input.len());
        Ok(())
    }

    #[cold]
    fn too_short(&self) -> Error {
        if self.end < self.input.len() {
            return Error::syntax("an argument crosses the end of its frame");
        }
        Error::truncated()
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let Some(taken) = self.rest().get(..length) else {
            self.leave_frame()?;
            return self
                .rest()
                .get(..length)
                .inspect(|_| self.position += length)
                .ok_or_else(Error::truncated);
        };
        self.position += length;
        Ok(taken)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let Some((array, _)) = self.rest().split_first_chunk() else {
            self.leave_frame()?;
            let (array, _) = self.rest().split_first_chunk().ok_or_else(Error::truncated)?;
            self.position += N;
            return Ok(*array);
        };
        self.position += N;
        Ok(*array)
    }

    #[inline]
    pub(crate) fn uint1(&mut self) -> Result<u8> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    #[inline]
    pub(crate) fn uint2(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    #[inline]
    pub(crate) fn uint4(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    #[inline]
    pub(crate) fn int4(&mut self) -> Result<i32> {
        self.array().map(i32::from_le_bytes)
    }

    #[inline]
    pub(crate) fn float8(&mut self) -> Result<f64> {
        self.array().map(f64::from_be_bytes)
    }

    /// Data with a one-byte length.
    #[inline]
    pub(crate) fn sized1(&mut self) -> Result<&'a [u8]> {
        let length = self.uint1()?;
        self.take(usize::from(length))
    }

    /// Data with a four-byte length.
    #[inline]
    pub(crate) fn sized4(&mut self) -> Result<&'a [u8]> {
        let length = self.uint4()?;
        self.take(usize::try_from(length).map_err(|_| Error::truncated())?)
    }

    fn sized4_signed(&mut self) -> Result<&'a [u8]> {
        let length = i32::from_le_bytes(self.array()?);
        self.take(usize::try_from(length).map_err(|_| Error::syntax("negative byte count"))?)
    }

    /// Data with an eight-byte length.
    pub(crate) fn sized8(&mut self) -> Result<&'a [u8]> {
        let length = u64::from_le_bytes(self.array()?);
        self.take(usize::try_from(length).map_err(|_| Error::truncated())?)
    }

    /// Reads up to the next newline, which is required but not returned.
    fn line(&mut self) -> Result<&'a [u8]> {
        let newline = |rest: &[u8]| rest.iter().position(|byte| *byte == b'\n');
        let mut rest = self.rest();
        let length = match newline(rest) {
            Some(length) => length,
            None => {
                self.leave_frame()?;
                rest = self.rest();
                newline(rest).ok_or_else(Error::truncated)?
            }
        };
        self.position += length + 1;
        Ok(&rest[..length])
    }
}

impl<'a> Iterator for Parser<'a> {
    type Item = Result<Op<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let op = self.read();
        self.done |= op.is_err();
        Some(op)
    }
}

/// Undoes the escapes of a Python 2 string.
pub(crate) fn unescape(text: &[u8]) -> Result<Vec<u8>> {
    text::unescape(text)
}

/// The start of a line, for messages.
pub(crate) fn shown(line: &[u8]) -> String {
    text::shown(line)
}

/// Reads UTF-8 in which lone surrogates are allowed.
pub(crate) fn unicode(bytes: &[u8]) -> Result<Argument<'_>> {
    text::unicode(bytes)
}

#[inline]
fn long(bytes: &[u8]) -> Argument<'_> {
    let bytes = bigint::trim(bytes);
    bigint::small(bytes).map_or(Argument::Long(Cow::Borrowed(bytes)), Argument::Int)
}

fn name(line: &[u8]) -> Result<&str> {
    if line.is_empty() {
        return Err(Error::truncated());
    }
    std::str::from_utf8(line).map_err(|_| Error::syntax("the name of a global is not UTF-8"))
}

#[cold]
pub(crate) fn unknown(byte: u8) -> Error {
    Error::syntax(format!("{:?} is not an opcode", char::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(input: &[u8]) -> Result<Op<'_>> {
        Parser::new(input).read()
    }

    #[test]
    fn lengths_never_reach_past_the_input() {
        for input in [
            &b"X\xff\xff\xff\xffab"[..],
            b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffa",
            b"\x8b\x00\x00\x00\x80",
            b"G\x00",
        ] {
            let error = only(input).unwrap_err();
            assert!(error.is_syntax() && error.offset() == Some(0), "{error}");
        }
    }

    #[test]
    fn longs_are_small_when_they_fit() -> Result<()> {
        assert_eq!(only(b"\x8a\x02\xff\x00")?.argument, Argument::Int(255));
        assert_eq!(only(b"\x8a\x00")?.argument, Argument::Int(0));
        assert!(matches!(only(b"\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00")?.argument, Argument::Long(_)));
        Ok(())
    }

    #[test]
    fn a_nul_ends_the_text_of_a_number() -> Result<()> {
        assert_eq!(only(b"I5\0 and more\n")?.argument, Argument::Int(5));
        assert_eq!(only(b"L5\0L\n")?.argument, Argument::Int(5));
        assert_eq!(only(b"F1.5\0x\n")?.argument, Argument::Float(1.5));
        assert!(only(b"I\x005\n").is_err() && only(b"L5L\0\n").is_err());
        Ok(())
    }

    #[test]
    fn only_int_has_bools() -> Result<()> {
        assert_eq!(only(b"I01\n")?.argument, Argument::Bool(true));
        assert_eq!(only(b"p01\n")?.argument, Argument::Int(1));
        assert_eq!(only(b"I+0\n")?.argument, Argument::Int(0));
        Ok(())
    }

    #[test]
    fn a_frame_must_hold_whole_arguments() {
        let straddling = b"\x80\x04\x95\x03\x00\x00\x00\x00\x00\x00\x00\x8c\x05abcde\x94.";
        let error = Parser::new(straddling).find_map(Result::err);
        assert_eq!(error.and_then(|error| error.offset()), Some(11));
    }
}
