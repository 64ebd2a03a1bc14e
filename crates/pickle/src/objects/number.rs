//! Decimals and fractions.

use super::Known;
use super::call::{Call, Made};
use crate::bigint::{self, BigInt, DIGITS};
use crate::error::Result;
use crate::graph::Node;
use crate::types::{Decimal, Fraction};

pub(super) fn decimal<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    call.is_immutable()?;
    if call.how == Made::Bare {
        return Err(call.refused("object.__new__ does not make it"));
    }
    let value = match call.arguments {
        [] => Decimal::of_integer("0".to_owned()),
        [value] => match call.node(*value) {
            Node::Str(text) => text.parse().map_err(|_| call.refused("a text that is no number"))?,
            Node::Int(value) => Decimal::of_integer(value.to_string()),
            Node::Bool(value) => Decimal::of_integer(u8::from(value).to_string()),
            Node::BigInt(bytes) if bytes.len() <= DIGITS => Decimal::of_integer(bigint::to_decimal(bytes)),
            Node::BigInt(_) | Node::Float(_) | Node::Tuple(_) | Node::List(_) | Node::Object(_) => {
                return Ok(None);
            }
            _ => return Err(call.refused("an argument that is no number")),
        },
        _ => return Ok(None),
    };
    Ok(Some(Known::Decimal(value)))
}

pub(super) fn fraction<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    if call.how == Made::Bare {
        return Ok(None);
    }
    call.effects().iter().try_for_each(|effect| call.no_state(effect))?;
    let fraction = match call.arguments {
        [] => lowest(BigInt::from(0_i64), BigInt::from(1_i64)),
        [value] => match call.node(*value) {
            Node::Str(text) => return text_fraction(call, text),
            Node::Int(_) | Node::Bool(_) | Node::BigInt(_) => {
                lowest(call.integer(*value)?, BigInt::from(1_i64))
            }
            Node::Float(_) | Node::Object(_) => None,
            _ => return Err(call.refused("an argument that is no number")),
        },
        [numerator, denominator] => match (call.node(*numerator), call.node(*denominator)) {
            (Node::Object(_), _) | (_, Node::Object(_)) => None,
            _ => {
                let (numerator, denominator) = (call.integer(*numerator)?, call.integer(*denominator)?);
                if denominator.as_le_bytes().is_empty() {
                    return Err(call.refused("the denominator is 0"));
                }
                lowest(numerator, denominator)
            }
        },
        _ => return Ok(None),
    };
    Ok(fraction.map(Known::Fraction))
}

/// `'-22/7'`, `'3'`, `'1.5'`, `'25e-1'`, as `Fraction(text)` reads them.
fn text_fraction<'g>(call: &Call<'g>, text: &str) -> Result<Option<Known<'g>>> {
    let refused = || call.refused("a text that is no fraction");
    let text = text.trim();
    if text.len() > 2 * DIGITS {
        return Err(refused());
    }
    let integer = |digits: &str| match digits.bytes().all(|digit| digit.is_ascii_digit() || digit == b'_') {
        true => digits.parse::<BigInt>().ok(),
        false => None,
    };
    let (negative, body) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if body.contains(['.', 'e', 'E']) {
        return match decimal_fraction(body) {
            Some((numerator, denominator)) => {
                let numerator = if negative { -numerator } else { numerator };
                Ok(lowest(numerator.into(), denominator.into()).map(Known::Fraction))
            }
            // Beyond 128 bits, or not a number at all: the decimal's grammar tells.
            None if body.parse::<Decimal>().is_ok_and(|value| value.is_finite()) => Ok(None),
            None => Err(refused()),
        };
    }
    let (numerator, denominator) = body.split_once('/').unwrap_or((body, "1"));
    let (numerator, denominator) =
        (integer(numerator).ok_or_else(refused)?, integer(denominator).ok_or_else(refused)?);
    if denominator.as_le_bytes().is_empty() {
        return Err(call.refused("the denominator is 0"));
    }
    let numerator = if negative { negated(&numerator) } else { numerator };
    Ok(lowest(numerator, denominator).map(Known::Fraction))
}

fn negated(value: &BigInt) -> BigInt {
    let mut bytes = value.as_le_bytes().to_vec();
    bytes.push(if value.is_negative() { 0xff } else { 0 });
    bigint::negate(&mut bytes);
    BigInt::from_le_bytes(&bytes)
}

/// A number with a point or an exponent as a fraction, when it fits.
fn decimal_fraction(body: &str) -> Option<(i128, i128)> {
    let (number, exponent) = body.split_once(['e', 'E']).unwrap_or((body, "0"));
    let (whole, places) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{places}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let exponent: i64 = exponent.parse().ok()?;
    let exponent = exponent.checked_sub(i64::try_from(places.len()).ok()?)?;
    let scale = 10_i128.checked_pow(u32::try_from(exponent.unsigned_abs()).ok()?)?;
    let value: i128 = digits.parse().ok()?;
    if exponent < 0 { Some((value, scale)) } else { value.checked_mul(scale).map(|value| (value, 1)) }
}

/// In lowest terms; `None` when that takes a division of numbers beyond 128 bits, as no pickle of CPython asks for. Numbers
/// beyond [`LONGEST`] are taken to be so, as CPython always writes them.
pub(crate) fn lowest(numerator: BigInt, denominator: BigInt) -> Option<Fraction> {
    if let (Ok(above), Ok(below)) = (i128::try_from(&numerator), i128::try_from(&denominator)) {
        let divisor = i128::try_from(divisor(above.unsigned_abs(), below.unsigned_abs())).ok()?;
        let divisor = if below < 0 { -divisor } else { divisor };
        // -2¹²⁷ has no opposite within 128 bits: it goes the long way.
        if let (Some(above), Some(below)) = (above.checked_div(divisor), below.checked_div(divisor)) {
            return Some(Fraction { numerator: above.into(), denominator: below.into() });
        }
    }
    let flip = denominator.is_negative();
    let (numerator, denominator) =
        if flip { (negated(&numerator), negated(&denominator)) } else { (numerator, denominator) };
    coprime(&numerator, &denominator).then_some(Fraction { numerator, denominator })
}

fn divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// How many bytes the integers have that are looked at: the time is quadratic.
const LONGEST: usize = 256;

/// Whether two numbers have no divisor in common. Euclid's algorithm in binary, quadratic in the length, which is bounded.
fn coprime(a: &BigInt, b: &BigInt) -> bool {
    if a.as_le_bytes().len().max(b.as_le_bytes().len()) > LONGEST {
        return true;
    }
    let mut a = Limbs::of(a);
    let mut b = Limbs::of(b);
    if a.is_zero() || b.is_zero() || (a.is_even() && b.is_even()) {
        return a.is_one() || b.is_one();
    }
    a.make_odd();
    loop {
        b.make_odd();
        if b.is_below(&a) {
            std::mem::swap(&mut a, &mut b);
        }
        b.subtract(&a);
        if b.is_zero() {
            return a.is_one();
        }
    }
}

/// The size of an integer, least significant limb first.
struct Limbs(Vec<u32>);

impl Limbs {
    fn of(value: &BigInt) -> Self {
        let positive = if value.is_negative() { negated(value) } else { value.clone() };
        let limb =
            |chunk: &[u8]| chunk.iter().rev().fold(0, |limb: u32, byte| (limb << 8) | u32::from(*byte));
        let mut limbs = Self(positive.as_le_bytes().chunks(4).map(limb).collect());
        limbs.trim();
        limbs
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn is_one(&self) -> bool {
        self.0 == [1]
    }

    fn is_even(&self) -> bool {
        self.0.first().is_none_or(|limb| limb.is_multiple_of(2))
    }

    fn is_below(&self, other: &Self) -> bool {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev())).is_lt()
    }

    /// Shifts out the zero bits at the end; not of zero.
    fn make_odd(&mut self) {
        let zeros = self.0.iter().take_while(|limb| **limb == 0).count();
        self.0.drain(..zeros);
        let shift = self.0.first().map_or(0, |limb| limb.trailing_zeros());
        if shift == 0 {
            return;
        }
        let mut above = 0;
        for limb in self.0.iter_mut().rev() {
            let value = *limb;
            *limb = (value >> shift) | above;
            above = value << (32 - shift);
        }
        self.trim();
    }

    /// Takes a number that is not larger away.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (place, limb) in self.0.iter_mut().enumerate() {
            let (value, first) = limb.overflowing_sub(other.0.get(place).copied().unwrap_or(0));
            let (value, second) = value.overflowing_sub(u32::from(borrow));
            (*limb, borrow) = (value, first || second);
        }
        self.trim();
    }
}
