//! Numbers by what they are worth, whatever their types.

use super::form::Kind;
use crate::bigint::{BigInt, DIGITS};
use crate::types::{Decimal, Fraction};

/// A kind and bytes that equal numbers share; `None` for NaN, which equals nothing.
pub(super) type Number = Option<(Kind, Box<[u8]>)>;

pub(super) fn integer(value: &BigInt) -> Number {
    Some((Kind::Integer, value.as_le_bytes().into()))
}

pub(super) fn float(value: f64) -> Number {
    if value.is_nan() {
        return None;
    }
    if value.fract() != 0.0 || value.is_infinite() {
        return Some((Kind::Float, value.to_bits().to_le_bytes().into()));
    }
    // Every digit of a whole float is exact in this text, which has 309 at most.
    format!("{value:.0}").parse().ok().as_ref().and_then(integer)
}

pub(super) fn complex(real: f64, imaginary: f64) -> Number {
    match imaginary {
        0.0 => float(real),
        _ if real.is_nan() || imaginary.is_nan() => None,
        _ => {
            let parts = [(real + 0.0).to_bits().to_le_bytes(), imaginary.to_bits().to_le_bytes()];
            Some((Kind::Complex, parts.concat().into()))
        }
    }
}

pub(super) fn fraction(value: &Fraction) -> Number {
    match value.denominator().as_le_bytes() {
        [1] => integer(value.numerator()),
        below => {
            let above = value.numerator().as_le_bytes();
            let length = above.len().to_le_bytes();
            Some((Kind::Fraction, [&length, above, below].concat().into()))
        }
    }
}

pub(super) fn decimal(value: &Decimal) -> Number {
    let text = value.as_str();
    if !value.is_finite() {
        let infinite = text
            .ends_with("Infinity")
            .then(|| if text.starts_with('-') { -f64::INFINITY } else { f64::INFINITY });
        return infinite.and_then(float);
    }
    let lowest = Lowest::of(text)?;
    if lowest.exponent >= 0 {
        return lowest.whole().as_ref().map_or_else(|| lowest.number(), integer);
    }
    // Halves, quarters and so on end with 5: only these can be floats.
    match text.parse::<f64>() {
        Ok(near)
            if lowest.digits.ends_with('5')
                && Lowest::of(&format!("{near:.1074}")).as_ref() == Some(&lowest) =>
        {
            float(near)
        }
        _ => lowest.number(),
    }
}

/// A decimal number without zeros at its ends.
#[derive(PartialEq)]
struct Lowest {
    negative: bool,
    digits: String,
    exponent: i128,
}

impl Lowest {
    fn of(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
        let (mantissa, exponent) = text.split_once('E').unwrap_or((text, "0"));
        let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{places}");
        let significant = digits.trim_end_matches('0');
        let zeros = i128::try_from(digits.len() - significant.len()).ok()?;
        let exponent = exponent.parse::<i128>().ok()? - i128::try_from(places.len()).ok()? + zeros;
        match significant.trim_start_matches('0') {
            "" => Some(Self { negative: false, digits: "0".to_owned(), exponent: 0 }),
            digits => Some(Self { negative, digits: digits.to_owned(), exponent }),
        }
    }

    /// As an integer, unless it has more digits than any float, and than integers are read with.
    fn whole(&self) -> Option<BigInt> {
        let zeros =
            usize::try_from(self.exponent).ok().filter(|zeros| zeros + self.digits.len() <= DIGITS)?;
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}{}", self.digits, "0".repeat(zeros)).parse().ok()
    }

    fn number(&self) -> Number {
        let text = format!("{}{}E{}", u8::from(self.negative), self.digits, self.exponent);
        Some((Kind::Decimal, text.into_bytes().into()))
    }
}
