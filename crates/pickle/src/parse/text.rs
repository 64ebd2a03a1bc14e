//! The arguments that are written as text: escapes, numbers, surrogates.

use std::borrow::Cow;

use super::Argument;
use crate::bigint::{self, Decimal};
use crate::error::{Error, Result};

/// Reads the text of `INT`, `GET` and `PUT`: base 10 only, as CPython since gh-126992.
pub(super) fn decimal<'a>(line: &[u8], digits: usize) -> Result<Argument<'a>> {
    let line = c_string(line);
    if line.len() > digits {
        return Err(Error::limit("digits", digits));
    }
    match bigint::parse_decimal(line) {
        Some(Decimal::Small(value)) => Ok(Argument::Int(value)),
        Some(Decimal::Big(bytes)) => Ok(Argument::Long(Cow::Owned(bytes))),
        None => Err(Error::syntax(format!("not a decimal integer: {}", shown(line)))),
    }
}

/// Reads the text of `FLOAT`: no white space, no underscores, and no overflow to infinity.
pub(super) fn float(line: &[u8]) -> Result<f64> {
    let line = c_string(line);
    let text = std::str::from_utf8(line).ok();
    let value: f64 = text
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Error::syntax(format!("not a float: {}", shown(line))))?;
    let overflow = value.is_infinite() && line.iter().any(u8::is_ascii_digit);
    if overflow { Err(Error::syntax(format!("float out of range: {}", shown(line)))) } else { Ok(value) }
}

/// CPython's C module takes numbers for strings of C, which end with a NUL: what follows it in the line is not seen.
fn c_string(line: &[u8]) -> &[u8] {
    line.split(|byte| *byte == 0).next().unwrap_or_default()
}

pub(super) fn shown(line: &[u8]) -> String {
    let head = String::from_utf8_lossy(line.get(..40).unwrap_or(line)).into_owned();
    if line.len() > 40 { format!("{head:?}…") } else { format!("{head:?}") }
}

/// Reads UTF-8 in which lone surrogates are allowed (Python's `surrogatepass`).
#[inline]
pub(super) fn unicode(bytes: &[u8]) -> Result<Argument<'_>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Argument::Str(Cow::Borrowed(text))),
        Err(_) => surrogates(bytes),
    }
}

#[cold]
fn surrogates(bytes: &[u8]) -> Result<Argument<'_>> {
    let mut rest = bytes;
    while let Err(error) = std::str::from_utf8(rest) {
        rest = &rest[error.valid_up_to()..];
        match rest {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, tail @ ..] => rest = tail,
            _ => return Err(Error::syntax("a string is not UTF-8")),
        }
    }
    Ok(Argument::Surrogates(Cow::Borrowed(bytes)))
}

/// Reads raw-unicode-escape: Latin-1 with `\uXXXX` and `\UXXXXXXXX`.
pub(super) fn raw_unicode_escape(line: &[u8]) -> Result<Argument<'_>> {
    if line.is_ascii() && !line.contains(&b'\\') {
        return unicode(line);
    }
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((&byte, tail)) = rest.split_first() {
        let digits = match (byte, tail.first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            (b'\\', Some(&next)) => {
                out.push(byte);
                push_code_point(&mut out, u32::from(next))?;
                rest = &tail[1..];
                continue;
            }
            _ => {
                push_code_point(&mut out, u32::from(byte))?;
                rest = tail;
                continue;
            }
        };
        let hex = tail.get(1..=digits).and_then(hexadecimal);
        push_code_point(&mut out, hex.ok_or_else(|| Error::syntax("truncated \\u escape in a string"))?)?;
        rest = &tail[digits + 1..];
    }
    Ok(owned(out))
}

fn owned<'a>(wtf8: Vec<u8>) -> Argument<'a> {
    match String::from_utf8(wtf8) {
        Ok(text) => Argument::Str(Cow::Owned(text)),
        Err(error) => Argument::Surrogates(Cow::Owned(error.into_bytes())),
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, digit| Some((value << 4) | char::from(*digit).to_digit(16)?))
}

/// Appends a code point in UTF-8, surrogates in the three bytes that the same scheme gives.
fn push_code_point(out: &mut Vec<u8>, code: u32) -> Result<()> {
    if let Some(character) = char::from_u32(code) {
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        return Ok(());
    }
    let [low, high, 0, 0] = code.to_le_bytes() else {
        return Err(Error::syntax("\\U escape out of range in a string"));
    };
    out.extend_from_slice(&[
        0xe0 | (high >> 4),
        0x80 | ((high & 0xf) << 2) | (low >> 6),
        0x80 | (low & 0x3f),
    ]);
    Ok(())
}

/// Reads a quoted Python 2 string with its escapes.
pub(super) fn quoted(line: &[u8]) -> Result<Cow<'_, [u8]>> {
    let inner = match line {
        [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => inner,
        _ => return Err(Error::syntax("the STRING opcode argument must be quoted")),
    };
    if !inner.contains(&b'\\') {
        return Ok(Cow::Borrowed(inner));
    }
    unescape(inner).map(Cow::Owned)
}

/// Python's `codecs.escape_decode`.
pub(super) fn unescape(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(rest.len());
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&kind, tail) = rest.split_first().ok_or_else(|| Error::syntax("trailing \\ in a string"))?;
        rest = tail;
        match kind {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(kind),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'x' => {
                let value = rest.get(..2).and_then(hexadecimal).and_then(|value| u8::try_from(value).ok());
                out.push(value.ok_or_else(|| Error::syntax("invalid \\x escape in a string"))?);
                rest = &rest[2..];
            }
            b'0'..=b'7' => {
                let more = rest.iter().take(2).take_while(|digit| matches!(digit, b'0'..=b'7')).count();
                let digits = std::iter::once(&kind).chain(&rest[..more]);
                out.push(digits.fold(0, |value: u8, digit| value.wrapping_shl(3) | (digit - b'0')));
                rest = &rest[more..];
            }
            other => out.extend_from_slice(&[b'\\', other]),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_as_python_does() -> Result<()> {
        assert_eq!(quoted(br#"'it\'s \x41\101\7\q\\'"#)?.as_ref(), b"it's AA\x07\\q\\");
        assert!(quoted(b"'").is_err() && quoted(b"'a\"").is_err() && quoted(br"'\x4'").is_err());
        Ok(())
    }

    #[test]
    fn lone_surrogates_survive() -> Result<()> {
        assert!(
            matches!(raw_unicode_escape(br"\ud800")?, Argument::Surrogates(bytes) if *bytes == [0xed, 0xa0, 0x80])
        );
        assert!(
            matches!(raw_unicode_escape(b"\xe9\\u20ac\\\\u0041")?, Argument::Str(text) if text == "é€\\\\u0041")
        );
        assert!(matches!(unicode(b"a\xed\xb0\x80b")?, Argument::Surrogates(_)));
        assert!(unicode(b"\xff").is_err());
        Ok(())
    }

    #[test]
    fn floats_neither_trim_nor_overflow() {
        assert!(float(b"1e5").is_ok() && float(b"-inf").is_ok() && float(b"NaN").is_ok());
        assert!(float(b" 1.5").is_err() && float(b"1_0.5").is_err() && float(b"1e400").is_err());
    }
}
