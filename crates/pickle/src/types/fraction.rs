//! Fractions.

use std::fmt;

use crate::bigint::BigInt;

/// A `fractions.Fraction` in lowest terms, with a positive denominator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fraction {
    pub(crate) numerator: BigInt,
    pub(crate) denominator: BigInt,
}

impl Fraction {
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
