//! Integers of any size, as bytes.

mod decimal;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::error::{Error, shown};

/// An integer beyond `i64`, kept as Python's pickles keep it: two's complement, little-endian, no needless bytes.
///
/// There is no arithmetic: this type carries integers between pickles, databases and number crates.
///
/// Decimal text takes quadratic time in the number of digits to parse, a tenth of a second or two for 100,000, and more than
/// linear time to print, a second or so for a million. So
/// `Debug` says only how long an integer beyond 4300 digits is, and through serde such integers are neither written as
/// text nor read from it, as in CPython; as an int of a pickle they have any length.
///
/// # Examples
///
/// ```
/// use onggi_pickle::BigInt;
///
/// let googol: BigInt = format!("1{}", "0".repeat(100)).parse()?;
/// assert_eq!(googol.to_string().len(), 101);
/// assert_eq!(i128::try_from(&"-170141183460469231731687303715884105728".parse::<BigInt>()?), Ok(i128::MIN));
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BigInt(Vec<u8>);

/// How many characters of decimal text are read through serde: the default limit of CPython.
pub(crate) const DIGITS: usize = 4300;

/// How many bytes an integer may have to be certain of fitting [`DIGITS`] characters: log₁₀ 256 is 2.408….
const PRINTED: usize = 1785;

impl BigInt {
    /// Takes two's complement, little-endian bytes of any length; none at all is zero.
    pub fn from_le_bytes(bytes: &[u8]) -> Self {
        Self(trim(bytes).to_vec())
    }

    /// Two's complement, little-endian, without needless bytes; zero has none.
    pub fn as_le_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether its decimal text is short enough to be written without being asked for.
    pub(crate) fn is_printable(&self) -> bool {
        self.0.len() <= PRINTED
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        is_negative(&self.0)
    }
}

macro_rules! conversions {
    ($($integer:ty)*) => {$(
        impl From<$integer> for BigInt {
            fn from(value: $integer) -> Self {
                let mut bytes = value.to_le_bytes().to_vec();
                // The sign byte of the two's complement: zero for the unsigned types, whatever their top bit.
                #[allow(unused_comparisons, reason = "the macro serves unsigned types too")]
                bytes.push(if value < 0 { 0xff } else { 0 });
                Self::from_le_bytes(&bytes)
            }
        }

        impl TryFrom<&BigInt> for $integer {
            type Error = OutOfRange;

            fn try_from(value: &BigInt) -> Result<Self, OutOfRange> {
                match widen(value.as_le_bytes()) {
                    Some(Wide::Signed(integer)) => Self::try_from(integer).map_err(|_| OutOfRange(())),
                    Some(Wide::Unsigned(integer)) => Self::try_from(integer).map_err(|_| OutOfRange(())),
                    None => Err(OutOfRange(())),
                }
            }
        }
    )*};
}

conversions!(i64 u64 i128 u128);

/// An integer does not fit the type asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange(());

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the integer does not fit the type")
    }
}

impl std::error::Error for OutOfRange {}

/// An integer that fits one of Rust's widest types.
pub(crate) enum Wide {
    Signed(i128),
    Unsigned(u128),
}

/// Reads two's complement bytes into Rust's widest types, if they fit.
pub(crate) fn widen(bytes: &[u8]) -> Option<Wide> {
    let bytes = trim(bytes);
    if bytes.len() <= 16 {
        let mut full = [if is_negative(bytes) { 0xff } else { 0 }; 16];
        full[..bytes.len()].copy_from_slice(bytes);
        return Some(Wide::Signed(i128::from_le_bytes(full)));
    }
    match bytes.split_last() {
        Some((0, low)) => low.try_into().ok().map(|low| Wide::Unsigned(u128::from_le_bytes(low))),
        _ => None,
    }
}

/// Drops the bytes that only repeat the sign.
pub(crate) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let Some((&last, rest)) = bytes.split_last() {
        let sign = if is_negative(rest) { 0xff } else { 0 };
        if last != sign {
            break;
        }
        bytes = rest;
    }
    bytes
}

pub(crate) fn is_negative(bytes: &[u8]) -> bool {
    bytes.last().is_some_and(|last| last & 0x80 != 0)
}

/// Reads up to eight bytes of two's complement.
pub(crate) fn small(bytes: &[u8]) -> Option<i64> {
    let mut full = [if is_negative(bytes) { 0xff } else { 0 }; 8];
    full.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(full))
}

/// Decimal text that was read: small when it fits.
pub(crate) enum Decimal {
    Small(i64),
    Big(Vec<u8>),
}

/// Reads an integer as Python's `int(text)` does: white space around it, a sign, single underscores between digits.
///
/// Takes quadratic time in the number of digits, which the caller bounds.
pub(crate) fn parse_decimal(text: &[u8]) -> Option<Decimal> {
    let text = text.trim_ascii();
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    let digits = without_underscores(digits)?;
    if digits.len() <= 18 {
        let value = digits.iter().fold(0, |value: i64, digit| value * 10 + i64::from(digit - b'0'));
        return Some(Decimal::Small(if negative { -value } else { value }));
    }
    let bytes = signed_bytes(&limbs_of(&digits), negative);
    Some(small(&bytes).map_or(Decimal::Big(bytes), Decimal::Small))
}

fn without_underscores(digits: &[u8]) -> Option<Cow<'_, [u8]>> {
    if digits.is_empty() {
        return None;
    }
    if digits.iter().all(u8::is_ascii_digit) {
        return Some(Cow::Borrowed(digits));
    }
    let groups = digits.split(|byte| *byte == b'_');
    let proper = |group: &[u8]| !group.is_empty() && group.iter().all(u8::is_ascii_digit);
    groups.clone().all(proper).then(|| Cow::Owned(groups.flatten().copied().collect()))
}

/// Binary limbs of decimal digits, least significant first.
fn limbs_of(digits: &[u8]) -> Vec<u32> {
    let mut limbs: Vec<u32> = Vec::with_capacity(digits.len() / 9 + 1);
    let head = digits.len() % 9;
    let (first, rest) = digits.split_at(head);
    for chunk in std::iter::once(first).chain(rest.chunks(9)) {
        let mut carry = chunk.iter().fold(0, |value: u64, digit| value * 10 + u64::from(digit - b'0'));
        for limb in &mut limbs {
            carry += u64::from(*limb) * 1_000_000_000;
            *limb = low_half(carry);
            carry >>= 32;
        }
        if carry != 0 {
            limbs.push(low_half(carry));
        }
    }
    limbs
}

fn low_half(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// Two's complement of a magnitude and a sign.
fn signed_bytes(limbs: &[u32], negative: bool) -> Vec<u8> {
    let mut bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    bytes.push(0);
    if negative {
        negate(&mut bytes);
    }
    bytes.truncate(trim(&bytes).len());
    bytes
}

/// Two's complement negation in place.
pub(crate) fn negate(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes {
        let (value, overflow) = (!*byte).overflowing_add(u8::from(carry));
        (*byte, carry) = (value, overflow);
    }
}

/// From how many limbs on it pays to convert a number in halves.
const LONG: usize = 128;

/// Writes two's complement bytes as decimal digits.
pub(crate) fn to_decimal(bytes: &[u8]) -> String {
    let negative = is_negative(bytes);
    let mut magnitude = bytes.to_vec();
    magnitude.push(if negative { 0xff } else { 0 });
    if negative {
        negate(&mut magnitude);
    }
    let mut limbs: Vec<u32> = magnitude.chunks(4).map(limb_of).collect();
    if limbs.len() > LONG {
        let digits = decimal::digits(&limbs);
        return if negative { format!("-{digits}") } else { digits };
    }
    let mut groups = Vec::new();
    while limbs.iter().any(|limb| *limb != 0) {
        groups.push(divide(&mut limbs));
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
    }
    let mut text = String::from(if negative { "-" } else { "" });
    text.push_str(&groups.pop().unwrap_or(0).to_string());
    groups.iter().rev().for_each(|group| text.push_str(&format!("{group:09}")));
    text
}

fn limb_of(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |limb, byte| (limb << 8) | u32::from(*byte))
}

/// Divides by 10⁹ in place and returns the remainder.
fn divide(limbs: &mut [u32]) -> u32 {
    let mut remainder = 0_u64;
    for limb in limbs.iter_mut().rev() {
        let value = (remainder << 32) | u64::from(*limb);
        *limb = low_half(value / 1_000_000_000);
        remainder = value % 1_000_000_000;
    }
    low_half(remainder)
}

impl FromStr for BigInt {
    type Err = Error;

    /// Takes quadratic time in the number of digits: bound the length of texts from elsewhere.
    ///
    /// # Errors
    ///
    /// When the text is not an integer as Python's `int(text)` takes it.
    fn from_str(text: &str) -> Result<Self, Error> {
        match parse_decimal(text.as_bytes()) {
            Some(Decimal::Small(value)) => Ok(Self::from(value)),
            Some(Decimal::Big(bytes)) => Ok(Self(bytes)),
            None => Err(Error::data(format!("{:?} is not a decimal integer", shown(text)))),
        }
    }
}

/// Decimal digits, all of them: a million take about a second.
impl fmt::Display for BigInt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_decimal(&self.0))
    }
}

impl fmt::Debug for BigInt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_printable() {
            return write!(f, "BigInt(<{} bits>)", self.0.len().saturating_mul(8));
        }
        write!(f, "BigInt({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_decimal_text_is_the_same_in_halves() -> Result<(), Error> {
        let mut seed = 7_u64;
        for digits in [1_300, 1_500, 5_000, 20_000] {
            let text: String = std::iter::repeat_with(|| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                char::from(b'1' + u8::try_from(seed >> 61).unwrap_or(0))
            })
            .take(digits)
            .collect();
            for text in [format!("-{text}"), text] {
                assert_eq!(text.parse::<BigInt>()?.to_string(), text);
            }
        }
        for zeros in [1_233, 5_000] {
            let text = format!("1{}", "0".repeat(zeros));
            assert_eq!(text.parse::<BigInt>()?.to_string(), text);
        }
        let power = BigInt::from_le_bytes(&[&vec![0; 3000][..], &[1]].concat()).to_string();
        assert!(power.len() == 7225 && power.starts_with("5246817223"), "{power:.20}");
        Ok(())
    }

    #[test]
    fn decimal_text_goes_both_ways() -> Result<(), Error> {
        for text in ["0", "-1", "127", "128", "-128", "-129", "9223372036854775808", "-9223372036854775809"] {
            assert_eq!(text.parse::<BigInt>()?.to_string(), text);
        }
        let long = format!("-9{}1", "0123456789".repeat(50));
        assert_eq!(long.parse::<BigInt>()?.to_string(), long);
        Ok(())
    }

    #[test]
    fn python_int_syntax() {
        for good in [" 7 ", "+7", "1_000", "-0"] {
            assert!(good.parse::<BigInt>().is_ok(), "{good}");
        }
        for bad in ["", "-", "1__0", "_1", "1_", "0x10", "1.5", "١"] {
            assert!(bad.parse::<BigInt>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_long_integer_is_not_printed_unasked() {
        let start = std::time::Instant::now();
        let long = BigInt::from_le_bytes(&vec![0x7f; 1 << 20]);
        assert_eq!(format!("{long:?}"), "BigInt(<8388608 bits>)");
        assert!(serde_json::to_string(&long).is_err());
        assert!(start.elapsed() < std::time::Duration::from_secs(2), "{:?}", start.elapsed());
        let printed = BigInt::from_le_bytes(&[&[0; PRINTED - 1][..], &[0x80]].concat());
        assert!(printed.to_string().len() <= DIGITS && format!("{printed:?}").starts_with("BigInt(-"));
    }

    #[test]
    fn a_long_decimal_text_is_not_read_as_an_integer() -> Result<(), Error> {
        let start = std::time::Instant::now();
        let text = |digits: usize| crate::to_vec(&"9".repeat(digits));
        let error = crate::from_slice::<BigInt>(&text(1 << 22)?).unwrap_err();
        assert!(error.to_string().contains("4300"), "{error}");
        assert!(start.elapsed() < std::time::Duration::from_secs(2), "{:?}", start.elapsed());
        assert_eq!(crate::from_slice::<BigInt>(&text(DIGITS)?)?.to_string().len(), DIGITS);
        assert!(crate::from_slice::<BigInt>(&text(DIGITS + 1)?).is_err());
        Ok(())
    }

    #[test]
    fn wide_integers_keep_their_value() {
        for value in [0, 1, -1, i128::MIN, i128::MAX, i128::from(i64::MIN) - 1] {
            assert_eq!(i128::try_from(&BigInt::from(value)), Ok(value));
            assert_eq!(BigInt::from(value).to_string(), value.to_string());
        }
        assert_eq!(u128::try_from(&BigInt::from(u128::MAX)), Ok(u128::MAX));
        assert!(i128::try_from(&BigInt::from(u128::MAX)).is_err());
        assert!(u64::try_from(&BigInt::from(-1_i64)).is_err());
        assert_eq!(BigInt::from(u64::MAX).as_le_bytes().len(), 9);
    }
}
