//! Fractions.

use std::fmt;

use super::kind::{Kind, Text, through_text};
use crate::bigint::{BigInt, DIGITS};
use crate::error::{Error, Result};
use crate::objects::lowest;

through_text!(Fraction);

/// A `fractions.Fraction` in lowest terms, with a positive denominator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fraction {
    pub(crate) numerator: BigInt,
    pub(crate) denominator: BigInt,
}

impl Fraction {
    /// A fraction, brought to lowest terms.
    ///
    /// # Errors
    ///
    /// When the denominator is 0, or numbers beyond 128 bits are not in lowest terms.
    pub fn new(numerator: impl Into<BigInt>, denominator: impl Into<BigInt>) -> Result<Self> {
        let (numerator, denominator) = (numerator.into(), denominator.into());
        if denominator.as_le_bytes().is_empty() {
            return Err(Error::data("the denominator of a fraction is 0"));
        }
        lowest(numerator, denominator)
            .ok_or_else(|| Error::data("a fraction beyond 128 bits that is not in lowest terms"))
    }

    /// The number above the line, which has the sign.
    pub fn numerator(&self) -> &BigInt {
        &self.numerator
    }

    /// The number below the line, at least 1.
    pub fn denominator(&self) -> &BigInt {
        &self.denominator
    }
}

/// `22/7`, or `3` for a whole number, as Python's `str`.
impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator.as_le_bytes() == [1] {
            return self.numerator.fmt(f);
        }
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// `22/7`, through serde too.
impl Text for Fraction {
    const KIND: Kind = Kind::Fraction;

    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > 2 * DIGITS {
            return None;
        }
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        Self::new(numerator.parse::<BigInt>().ok()?, denominator.parse::<BigInt>().ok()?).ok()
    }
}
