//! Python's `repr` of builtin values, exactly as CPython prints them.
//!
//! ```
//! use onggi_pickle::repr;
//!
//! assert_eq!(repr::string("it's").to_string(), r#""it's""#);
//! assert_eq!(repr::bytes(b"\x00a").to_string(), r"b'\x00a'");
//! assert_eq!(repr::float(1e16).to_string(), "1e+16");
//! ```

mod printable;

use std::fmt::{self, Display, Write};

/// `repr` of a str.
pub fn string(text: &str) -> impl Display + '_ {
    fmt::from_fn(move |f| quoted(f, text.chars().map(u32::from)))
}

/// `repr` of a str with lone surrogates: UTF-8 in which they are encoded like other characters.
pub fn surrogates(bytes: &[u8]) -> impl Display + '_ {
    fmt::from_fn(move |f| quoted(f, CodePoints(bytes)))
}

/// `repr` of a str that holds each byte as the character of that number, as Latin-1 does.
pub fn latin1(bytes: &[u8]) -> impl Display + '_ {
    fmt::from_fn(move |f| quoted(f, bytes.iter().map(|byte| u32::from(*byte))))
}

/// `repr` of bytes.
pub fn bytes(bytes: &[u8]) -> impl Display + '_ {
    fmt::from_fn(move |f| byte_literal(f, bytes, false))
}

/// `repr` of a bytearray.
pub fn bytearray(bytes: &[u8]) -> impl Display + '_ {
    fmt::from_fn(move |f| {
        f.write_str("bytearray(")?;
        byte_literal(f, bytes, true)?;
        f.write_char(')')
    })
}

/// `repr` of a float: the shortest digits that give the value back, in Python's choice of notation.
pub fn float(value: f64) -> impl Display {
    fmt::from_fn(move |f| write_float(f, value, ".0"))
}

/// `repr` of a complex number.
pub fn complex(real: f64, imaginary: f64) -> impl Display {
    fmt::from_fn(move |f| {
        if real == 0.0 && real.is_sign_positive() {
            write_float(f, imaginary, "")?;
            return f.write_char('j');
        }
        f.write_char('(')?;
        write_float(f, real, "")?;
        if imaginary.is_nan() || imaginary.is_sign_positive() {
            f.write_char('+')?;
        }
        write_float(f, imaginary, "")?;
        f.write_str("j)")
    })
}

/// Whether Python prints a character as it is: `str.isprintable`.
pub fn is_printable(character: char) -> bool {
    printable::RUNS.partition_point(|start| *start <= u32::from(character)) % 2 == 1
}

/// `whole` follows a number without fraction or exponent.
fn write_float(f: &mut fmt::Formatter<'_>, value: f64, whole: &str) -> fmt::Result {
    if value.is_nan() {
        return f.write_str("nan");
    }
    if value.is_infinite() {
        return f.write_str(if value > 0.0 { "inf" } else { "-inf" });
    }
    let text = shortest(value);
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0); // Rust always writes one
    if (-4..16).contains(&exponent) {
        let fraction = i32::try_from(count(digits)).unwrap_or(0) - 1 - exponent; // 17 digits at most
        write!(f, "{value:.places$}", places = usize::try_from(fraction).unwrap_or(0))?;
        return f.write_str(if fraction <= 0 { whole } else { "" });
    }
    write!(f, "{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn count(digits: &str) -> usize {
    digits.bytes().filter(u8::is_ascii_digit).count()
}

/// The shortest digits that give the value back, in scientific notation. Of two that are equally close Rust takes the
/// larger, Python the even one. That takes 16 digits at least: shorter ones are further apart.
fn shortest(value: f64) -> String {
    let text = format!("{value:e}");
    let digits = text.split_once('e').map_or(0, |(digits, _)| count(digits));
    if digits < 16 {
        return text;
    }
    let even = format!("{value:.places$e}", places = digits - 1);
    if even.parse() == Ok(value) { even } else { text }
}

fn quoted(f: &mut fmt::Formatter<'_>, points: impl Iterator<Item = u32> + Clone) -> fmt::Result {
    let has = |quote: u8| points.clone().any(|point| point == u32::from(quote));
    let quote = if has(b'\'') && !has(b'"') { '"' } else { '\'' };
    f.write_char(quote)?;
    for point in points {
        match char::from_u32(point) {
            Some(character) if character == quote || character == '\\' => write!(f, "\\{character}")?,
            Some('\n') => f.write_str("\\n")?,
            Some('\r') => f.write_str("\\r")?,
            Some('\t') => f.write_str("\\t")?,
            Some(character) if matches!(character, ' '..='~') || is_printable(character) => {
                f.write_char(character)?;
            }
            _ if point <= 0xff => write!(f, "\\x{point:02x}")?,
            _ if point <= 0xffff => write!(f, "\\u{point:04x}")?,
            _ => write!(f, "\\U{point:08x}")?,
        }
    }
    f.write_char(quote)
}

/// CPython escapes the single quote of a bytearray always, even between double quotes.
fn byte_literal(f: &mut fmt::Formatter<'_>, bytes: &[u8], escape_single: bool) -> fmt::Result {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    write!(f, "b{quote}")?;
    for byte in bytes {
        match byte {
            b'\n' => f.write_str("\\n")?,
            b'\r' => f.write_str("\\r")?,
            b'\t' => f.write_str("\\t")?,
            b'\\' => f.write_str("\\\\")?,
            b'\'' if escape_single => f.write_str("\\'")?,
            0x20..=0x7e if char::from(*byte) == quote => write!(f, "\\{quote}")?,
            0x20..=0x7e => f.write_char(char::from(*byte))?,
            _ => write!(f, "\\x{byte:02x}")?,
        }
    }
    f.write_char(quote)
}

/// The code points of UTF-8 in which surrogates are encoded like other characters.
#[derive(Clone)]
pub(crate) struct CodePoints<'a>(pub &'a [u8]);

impl Iterator for CodePoints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (&lead, rest) = self.0.split_first()?;
        let (mut point, count) = match lead {
            0..=0x7f => (u32::from(lead), 0),
            0x80..=0xdf => (u32::from(lead & 0x1f), 1),
            0xe0..=0xef => (u32::from(lead & 0x0f), 2),
            0xf0.. => (u32::from(lead & 0x07), 3),
        };
        let (tail, rest) = rest.split_at(rest.len().min(count));
        for byte in tail {
            point = (point << 6) | u32::from(byte & 0x3f);
        }
        self.0 = rest;
        Some(point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_chosen_as_python_does() {
        for (text, expected) in [
            ("", "''"),
            ("it's", "\"it's\""),
            ("\"it's\"", "'\"it\\'s\"'"),
            ("a\\\n\r\t\0\x7f", r"'a\\\n\r\t\x00\x7f'"),
            ("é\u{ad}\u{2028}\u{e000}", r"'é\xad\u2028\ue000'"),
            ("\u{301}\u{10ffff}한🥬", "'\u{301}\\U0010ffff한🥬'"),
        ] {
            assert_eq!(string(text).to_string(), expected);
        }
        assert_eq!(surrogates(b"a\xed\xa0\x80\xf0\x9f\xa5\xac").to_string(), "'a\\ud800🥬'");
        assert_eq!(latin1(b"\xe9\x85").to_string(), r"'é\x85'");
    }

    #[test]
    fn a_bytearray_escapes_the_single_quote_always() {
        assert_eq!(bytes(b"it's").to_string(), "b\"it's\"");
        assert_eq!(bytes(b"'\"\xff\\").to_string(), r#"b'\'"\xff\\'"#);
        assert_eq!(bytearray(b"it's").to_string(), "bytearray(b\"it\\'s\")");
    }

    #[test]
    fn floats_change_notation_where_python_does() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1e15, "1000000000000000.0"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (2.0 + 0.5_f64.powi(17), "2.0000076293945312"),
            (-66.0 - 0.5_f64.powi(15), "-66.00003051757812"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(float(value).to_string(), expected);
        }
    }

    #[test]
    fn complex_numbers_leave_out_a_zero_real_part() {
        for (real, imaginary, expected) in [
            (0.0, 2.0, "2j"),
            (-0.0, 2.0, "(-0+2j)"),
            (1.5, -2.25, "(1.5-2.25j)"),
            (0.0, -0.0, "-0j"),
            (1.0, f64::NAN, "(1+nanj)"),
            (f64::INFINITY, 1e16, "(inf+1e+16j)"),
        ] {
            assert_eq!(complex(real, imaginary).to_string(), expected);
        }
    }
}
