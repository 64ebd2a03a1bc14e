//! Decimals.

use std::borrow::Cow;
use std::fmt;

use super::kind::{Kind, Text, through_text};

through_text!(Decimal);

/// A `decimal.Decimal` of any number of digits, as its exact text.
///
/// The text is the one that Python's `str` gives, so `1.10` and `1.1` differ, as do `0` and `-0`; they are not compared as
/// numbers.
///
/// # Examples
///
/// ```
/// use onggi_pickle::types::Decimal;
///
/// let price: Decimal = " 0012.50 ".parse()?;
/// assert_eq!(price.as_str(), "12.50");
/// assert_eq!("1e3".parse::<Decimal>()?.as_str(), "1E+3");
/// assert!("12,50".parse::<Decimal>().is_err());
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal(String);

/// The largest exponent of the first digit, and the smallest of the last, that a 64-bit CPython holds.
const LARGEST: i128 = 999_999_999_999_999_999;
const SMALLEST: i128 = -1_999_999_999_999_999_997;

impl Decimal {
    /// The text, as Python's `str`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a number: not an infinity, not a NaN.
    pub fn is_finite(&self) -> bool {
        self.0.ends_with(|last: char| last.is_ascii_digit()) && !self.0.contains("NaN")
    }

    /// The number without an exponent: `1000` for `1E+3`. `None` of what is no number, and beyond 28 digits before or behind
    /// the point that the exponent alone would make.
    pub fn to_plain(&self) -> Option<Cow<'_, str>> {
        match self.0.split_once('E') {
            _ if !self.is_finite() => None,
            None => Some(Cow::Borrowed(&self.0)),
            Some((digits, exponent)) => plain(digits, exponent).map(Cow::Owned),
        }
    }

    /// A decimal of an integer's decimal text.
    pub(crate) fn of_integer(text: String) -> Self {
        Self(text)
    }

    fn parse(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().filter(|character| *character != '_').collect();
        let (sign, body) = match text.strip_prefix('-') {
            Some(body) => ("-", body),
            None => ("", text.strip_prefix('+').unwrap_or(&text)),
        };
        special(sign, body).or_else(|| finite(sign, body)).map(Self)
    }
}

/// A number with an exponent, written out; `None` when that is longer than what fits anyway.
fn plain(digits: &str, exponent: &str) -> Option<String> {
    let exponent: i32 = exponent.parse().ok().filter(|exponent| (-28..=28).contains(exponent))?;
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let shift = exponent - i32::try_from(places.len()).ok()?;
    let digits = format!("{whole}{places}");
    match usize::try_from(shift) {
        Ok(zeros) => Some(format!("{sign}{digits}{}", "0".repeat(zeros))),
        Err(_) => {
            let places = usize::try_from(-shift).ok()?;
            let digits = format!("{digits:0>width$}", width = places + 1);
            let (whole, places) = digits.split_at(digits.len() - places);
            Some(format!("{sign}{whole}.{places}"))
        }
    }
}

/// Infinities, and NaNs with digits of their own.
fn special(sign: &str, body: &str) -> Option<String> {
    let lower = body.to_ascii_lowercase();
    if lower == "inf" || lower == "infinity" {
        return Some(format!("{sign}Infinity"));
    }
    let (kind, digits) = match lower.strip_prefix('s') {
        Some(rest) => ("sNaN", rest.strip_prefix("nan")?),
        None => ("NaN", lower.strip_prefix("nan")?),
    };
    let payload = digits.trim_start_matches('0');
    payload.bytes().all(|digit| digit.is_ascii_digit()).then(|| format!("{sign}{kind}{payload}"))
}

/// A number, in the notation of Python: with an exponent when it is above zero or the first digit is beyond the sixth place.
fn finite(sign: &str, body: &str) -> Option<String> {
    let (number, exponent) = match body.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent_of(exponent)?),
        None => (body, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let joined = format!("{whole}{fraction}");
    let digits = match joined.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let exponent = exponent - i128::try_from(fraction.len()).ok()?;
    let first = exponent + i128::try_from(digits.len()).ok()? - 1;
    if first > LARGEST || exponent < SMALLEST {
        return None; // Python: InvalidOperation
    }
    Some(format!("{sign}{}", notation(digits, exponent, first)?))
}

/// The exponent, of any number of digits: far beyond what is allowed they no longer matter.
fn exponent_of(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let value = if digits.len() > 20 { 10_i128.pow(21) } else { format!("0{digits}").parse().ok()? };
    Some(if negative { -value } else { value })
}

fn notation(digits: &str, exponent: i128, first: i128) -> Option<String> {
    if exponent > 0 || first < -6 {
        let (head, tail) = digits.split_at(1);
        let point = if tail.is_empty() { "" } else { "." };
        return Some(format!("{head}{point}{tail}E{first:+}"));
    }
    let places = usize::try_from(-exponent).ok()?;
    if places == 0 {
        return Some(digits.to_owned());
    }
    Some(match digits.len().checked_sub(places) {
        Some(0) | None => format!("0.{}{digits}", "0".repeat(places - digits.len())),
        Some(point) => format!("{}.{}", &digits[..point], &digits[point..]),
    })
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The exact text, through serde too; also an int of a pickle is read.
impl Text for Decimal {
    const KIND: Kind = Kind::Decimal;

    fn write(&self) -> String {
        self.0.clone()
    }

    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn texts_are_those_of_python() -> Result<(), Error> {
        for (text, canonical) in [
            ("0", "0"),
            ("-0.00", "-0.00"),
            ("+.5", "0.5"),
            ("5.", "5"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1E-7"),
            ("123E-10", "1.23E-8"),
            ("0E3", "0E+3"),
            ("1_000.0_0", "1000.00"),
            ("-sNaN0123", "-sNaN123"),
            ("nan", "NaN"),
            ("inFinity", "Infinity"),
            ("1E+999999999999999999", "1E+999999999999999999"),
        ] {
            assert_eq!(text.parse::<Decimal>()?.as_str(), canonical, "{text}");
        }
        for (text, plain) in [
            ("1E+3", Some("1000")),
            ("-1.25E-8", Some("-0.0000000125")),
            ("12.50", Some("12.50")),
            ("1E+28", Some("10000000000000000000000000000")),
            ("1E+29", None),
            ("1E-29", None),
            ("sNaN", None),
            ("-Infinity", None),
        ] {
            assert_eq!(text.parse::<Decimal>()?.to_plain().as_deref(), plain, "{text}");
        }
        for text in
            ["", ".", "e5", "1e", "1e+", "--1", "1.2.3", "na", "snan1x", "0x1", "1E+1000000000000000000"]
        {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
        Ok(())
    }
}
