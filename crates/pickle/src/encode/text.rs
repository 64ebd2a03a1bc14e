//! How protocol 0 spells integers and strings on lines of text.

use crate::bigint;
use crate::error::{Error, Result};

/// How many digits CPython prints and reads at most, unless it is told otherwise.
const DIGITS: usize = 4300;

/// How many bytes an integer of [`DIGITS`] digits has at most.
const BYTES: usize = 1786;

/// An integer of any size, in decimal.
///
/// # Errors
///
/// When it has more digits than CPython prints or reads.
pub(super) fn decimal(bytes: &[u8]) -> Result<String> {
    let text = if bytes.len() <= BYTES { Some(bigint::to_decimal(bytes)) } else { None };
    let printable = text.filter(|text| text.trim_start_matches('-').len() <= DIGITS);
    printable.ok_or_else(|| {
        Error::data(format!("protocols 0 and 1 cannot hold an integer of more than {DIGITS} digits"))
    })
}

/// Appends a string as raw-unicode-escape, with the characters escaped that would end a line or a file.
pub(super) fn raw_unicode_escape(wtf8: &[u8], out: &mut Vec<u8>) {
    let mut rest = wtf8;
    while let Some((&lead, mut tail)) = rest.split_first() {
        let (more, bits) = match lead {
            0..0x80 => (0, lead),
            0x80..0xe0 => (1, lead & 0x1f),
            0xe0..0xf0 => (2, lead & 0x0f),
            0xf0.. => (3, lead & 0x07),
        };
        let mut code = u32::from(bits);
        for _ in 0..more {
            let Some((&next, after)) = tail.split_first() else { break };
            code = code << 6 | u32::from(next & 0x3f);
            tail = after;
        }
        push(code, out);
        rest = tail;
    }
}

fn push(code: u32, out: &mut Vec<u8>) {
    match u8::try_from(code) {
        Ok(byte) if !matches!(byte, b'\\' | b'\0' | b'\n' | b'\r' | 0x1a) => out.push(byte),
        _ if code < 0x1_0000 => out.extend_from_slice(format!("\\u{code:04x}").as_bytes()),
        _ => out.extend_from_slice(format!("\\U{code:08x}").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_integer_is_that_of_cpython() {
        let longest: bigint::BigInt = "9".repeat(DIGITS).parse().unwrap_or_else(|_| 0_i64.into());
        assert_eq!(decimal(longest.as_le_bytes()).ok(), Some("9".repeat(DIGITS)));
        let longer: bigint::BigInt =
            format!("-1{}", "0".repeat(DIGITS)).parse().unwrap_or_else(|_| 0_i64.into());
        assert!(decimal(longer.as_le_bytes()).is_err());
        assert!(decimal(&vec![1; BYTES + 1]).is_err());
    }

    #[test]
    fn strings_stay_on_their_line() {
        let mut out = Vec::new();
        raw_unicode_escape("a\\\0\n\r\u{1a}é€😀".as_bytes(), &mut out);
        raw_unicode_escape(&[0xed, 0xa0, 0x80], &mut out);
        assert_eq!(out, b"a\\u005c\\u0000\\u000a\\u000d\\u001a\xe9\\u20ac\\U0001f600\\ud800");
    }
}
