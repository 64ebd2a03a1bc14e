//! Instructions as `pickletools.genops` reads them, which differs from what an unpickler does with text and frames.

use std::borrow::Cow;
use std::fmt::{self, Display};

use super::Instruction;
use crate::bigint::BigInt;
use crate::error::{Error, Result};
use crate::opcode::{ArgumentKind, Opcode};
use crate::parse::{self, Parser};
use crate::repr;

/// What follows the opcode, as Python has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument<'a> {
    None,
    Bool(bool),
    Int(i64),
    Length(u64),
    /// An integer in text: its digits, without what Python leaves out when it prints them.
    Decimal(Cow<'a, str>),
    Long(Cow<'a, [u8]>),
    Float(f64),
    Str(Cow<'a, str>),
    Surrogates(Cow<'a, [u8]>),
    /// A Python 2 string, which is printed as Latin-1.
    String(Cow<'a, [u8]>),
    Bytes(Cow<'a, [u8]>),
    ByteArray(Cow<'a, [u8]>),
}

impl Display for Argument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Bool(value) => f.write_str(if *value { "True" } else { "False" }),
            Self::Int(value) => write!(f, "{value}"),
            Self::Length(value) => write!(f, "{value}"),
            Self::Decimal(digits) => f.write_str(digits),
            Self::Long(bytes) => write!(f, "{}", BigInt::from_le_bytes(bytes)),
            Self::Float(value) => write!(f, "{}", repr::float(*value)),
            Self::Str(text) => write!(f, "{}", repr::string(text)),
            Self::Surrogates(bytes) => write!(f, "{}", repr::surrogates(bytes)),
            Self::String(bytes) => write!(f, "{}", repr::latin1(bytes)),
            Self::Bytes(bytes) => write!(f, "{}", repr::bytes(bytes)),
            Self::ByteArray(bytes) => write!(f, "{}", repr::bytearray(bytes)),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    input: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(input: &'a [u8]) -> Self {
        Self { input, position: 0 }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.position >= self.input.len()
    }

    pub(super) fn read(&mut self) -> Result<Instruction<'a>> {
        let offset = self.position;
        self.instruction(offset).map_err(|error| error.at_offset(offset))
    }

    fn instruction(&mut self, offset: usize) -> Result<Instruction<'a>> {
        let byte = *self.input.get(offset).ok_or_else(Error::truncated)?;
        let opcode = Opcode::from_byte(byte).ok_or_else(|| parse::unknown(byte))?;
        self.position += 1;
        let argument = match opcode.argument() {
            ArgumentKind::DecimalLine => short_integer(self.line()?)?,
            ArgumentKind::LongLine => {
                let line = self.line()?;
                integer(line.strip_suffix(b"L").unwrap_or(line))?
            }
            ArgumentKind::FloatLine => float(self.line()?)?,
            ArgumentKind::StringLine => Argument::Str(ascii(unquoted(self.line()?)?)?),
            ArgumentKind::PlainLine => Argument::Str(ascii(self.line()?)?),
            ArgumentKind::LinePair => {
                let (module, name) = (ascii(self.line()?)?, ascii(self.line()?)?);
                Argument::Str(Cow::Owned(format!("{module} {name}")))
            }
            ArgumentKind::Uint8 => Argument::Length(self.uint8()?),
            _ => self.binary(opcode)?,
        };
        Ok(Instruction { offset, opcode, argument })
    }

    /// Arguments that are the same for everyone. Each instruction has a parser of its own: to a listing, frames are
    /// numbers like others.
    fn binary(&mut self, opcode: Opcode) -> Result<Argument<'a>> {
        let rest = self.input.get(self.position - 1..).unwrap_or_default();
        let mut parser = Parser::new(rest);
        let argument = parser.read().map_err(Error::without_offset)?.argument;
        self.position += parser.position() - 1;
        Ok(match argument {
            parse::Argument::Int(value) => Argument::Int(value),
            parse::Argument::Bool(value) => Argument::Bool(value),
            parse::Argument::Length(value) => Argument::Length(value),
            parse::Argument::Long(bytes) => Argument::Long(bytes),
            parse::Argument::Float(value) => Argument::Float(value),
            parse::Argument::Str(text) => Argument::Str(text),
            parse::Argument::Surrogates(bytes) => Argument::Surrogates(bytes),
            parse::Argument::Bytes(bytes) => match opcode.argument() {
                ArgumentKind::String1 | ArgumentKind::String4 => Argument::String(bytes),
                ArgumentKind::ByteArray8 => Argument::ByteArray(bytes),
                _ => Argument::Bytes(bytes),
            },
            parse::Argument::None | parse::Argument::Names(..) => Argument::None,
        })
    }

    fn uint8(&mut self) -> Result<u64> {
        let rest = self.input.get(self.position..).unwrap_or_default();
        let (bytes, _) = rest.split_first_chunk().ok_or_else(Error::truncated)?;
        self.position += bytes.len();
        Ok(u64::from_le_bytes(*bytes))
    }

    /// Reads up to the next newline, which is required but not returned.
    fn line(&mut self) -> Result<&'a [u8]> {
        let rest = self.input.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or_else(Error::truncated)?;
        self.position += length + 1;
        Ok(&rest[..length])
    }
}

/// `00` and `01` are bools, also for memo indexes.
fn short_integer(line: &[u8]) -> Result<Argument<'_>> {
    match line {
        b"00" => Ok(Argument::Bool(false)),
        b"01" => Ok(Argument::Bool(true)),
        _ => integer(line),
    }
}

/// Python's `int(text)`, with the digits kept as text: however many there are, this takes linear time.
fn integer(line: &[u8]) -> Result<Argument<'_>> {
    let text = trimmed(line);
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let proper = |group: &[u8]| !group.is_empty() && group.iter().all(u8::is_ascii_digit);
    if !digits.split(|byte| *byte == b'_').all(proper) {
        return Err(Error::syntax(format!("not a decimal integer: {}", parse::shown(line))));
    }
    let digits: String = digits.iter().filter(|byte| **byte != b'_').map(|byte| char::from(*byte)).collect();
    let digits = digits.trim_start_matches('0');
    let sign = if negative && !digits.is_empty() { "-" } else { "" };
    let text = format!("{sign}{}", if digits.is_empty() { "0" } else { digits });
    Ok(text.parse().map_or(Argument::Decimal(Cow::Owned(text)), Argument::Int))
}

/// Python's `float(text)`.
fn float(line: &[u8]) -> Result<Argument<'_>> {
    let wrong = || Error::syntax(format!("not a float: {}", parse::shown(line)));
    let text = trimmed(line);
    let between_digits = |place: usize| {
        let digit =
            |place: Option<usize>| place.and_then(|place| text.get(place)).is_some_and(u8::is_ascii_digit);
        digit(place.checked_sub(1)) && digit(place.checked_add(1))
    };
    let mut plain = String::with_capacity(text.len());
    for (place, byte) in text.iter().enumerate() {
        match byte {
            b'_' if between_digits(place) => {}
            byte if byte.is_ascii() && *byte != b'_' => plain.push(char::from(*byte)),
            _ => return Err(wrong()),
        }
    }
    plain.parse().map(Argument::Float).map_err(|_| wrong())
}

/// Without the white space of C's `isspace` around it.
fn trimmed(line: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = line.iter().position(|byte| !is_space(byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
    &line[start..end]
}

/// What stands between the quotes. One quote alone is both.
fn unquoted(line: &[u8]) -> Result<&[u8]> {
    match line {
        [b'\'' | b'"'] => Ok(&[]),
        [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => Ok(inner),
        _ => Err(Error::syntax("the STRING opcode argument must be quoted")),
    }
}

/// Text with escapes, all of it ASCII after they are undone.
fn ascii(line: &[u8]) -> Result<Cow<'_, str>> {
    let text = if line.contains(&b'\\') {
        String::from_utf8(parse::unescape(line)?).ok().map(Cow::Owned)
    } else {
        std::str::from_utf8(line).ok().map(Cow::Borrowed)
    };
    text.filter(|text| text.is_ascii()).ok_or_else(|| Error::syntax("text that is not ASCII"))
}
