//! What a newtype struct stands for, by its name.

use super::names;
use crate::types::ARRAY;
use crate::types::kind::Kind;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    Set,
    FrozenSet,
    ByteArray,
    BigInt,
    Complex,
    Surrogates,
    NdArray,
    DType,
    Range,
    OrderedDict,
    Counter,
    DefaultDict,
    Deque,
    /// The type code.
    Array(char),
    Text(Kind),
    /// The items of an object that is on the stack.
    Into,
}

impl Special {
    pub(super) fn named(name: &str) -> Option<Self> {
        if !name.starts_with('$') {
            return None;
        }
        Some(match name {
            names::SET => Self::Set,
            names::FROZEN_SET => Self::FrozenSet,
            names::BYTE_ARRAY => Self::ByteArray,
            names::BIG_INT => Self::BigInt,
            names::COMPLEX => Self::Complex,
            names::SURROGATES => Self::Surrogates,
            names::ND_ARRAY => Self::NdArray,
            names::DTYPE => Self::DType,
            names::RANGE => Self::Range,
            names::ORDERED_DICT => Self::OrderedDict,
            names::COUNTER => Self::Counter,
            names::DEFAULT_DICT => Self::DefaultDict,
            names::DEQUE => Self::Deque,
            name => match name.strip_prefix(ARRAY) {
                Some(code) => Self::Array(code.chars().next()?),
                None => Self::Text(Kind::named(name)?),
            },
        })
    }
}
