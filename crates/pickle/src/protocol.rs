//! The protocols that the encoder writes.

use crate::error::{Error, Result};

/// The version of the pickle format to write.
///
/// | protocol | read by | differs from the one before |
/// | --- | --- | --- |
/// | 0 | every Python | text: numbers in decimal, strings escaped to lines of Latin-1 |
/// | 1 | every Python | binary numbers, strings and containers |
/// | 2 | Python 2.3 and later | bools, long integers, short tuples, instances made without a call, extension codes |
/// | 3 | Python 3.0 and later | bytes, and globals by the names of Python 3 |
/// | 4 (default) | Python 3.4 and later | sets, short strings, frames, objects over 4 GiB, nested globals |
/// | 5 | Python 3.8 and later | bytearrays, out-of-band buffers |
///
/// Protocols 0 to 2 name globals as Python 2 does and Python 3 takes them back to its own names. What a protocol has no
/// opcode for is written as CPython writes it, as a call that makes it: `set([…])`, `_codecs.encode('…', 'latin1')`.
/// What it cannot hold is an error:
///
/// | protocols | cannot hold |
/// | --- | --- |
/// | 0, 1 | integers of more than 4300 digits (CPython's own limit for decimal text), extension codes |
/// | 0 | persistent ids that are not a line of ASCII text |
/// | 0 to 3 | strings over 4 GiB, globals whose names have line breaks, items added to objects that are not sets |
/// | 0 to 4 | out-of-band buffers |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// Protocol 0.
    V0 = 0,
    /// Protocol 1.
    V1 = 1,
    /// Protocol 2.
    V2 = 2,
    /// Protocol 3.
    V3 = 3,
    /// Protocol 4.
    #[default]
    V4 = 4,
    /// Protocol 5.
    V5 = 5,
}

impl Protocol {
    /// All protocols, oldest first.
    pub const ALL: [Self; 6] = [Self::V0, Self::V1, Self::V2, Self::V3, Self::V4, Self::V5];

    /// Its number, as in `pickle.dumps(value, protocol=4)`.
    pub const fn number(self) -> u8 {
        match self {
            Self::V0 => 0,
            Self::V1 => 1,
            Self::V2 => 2,
            Self::V3 => 3,
            Self::V4 => 4,
            Self::V5 => 5,
        }
    }
}

impl TryFrom<u8> for Protocol {
    type Error = Error;

    /// # Errors
    ///
    /// When `number` is above 5.
    fn try_from(number: u8) -> Result<Self> {
        let found = Self::ALL.get(usize::from(number)).copied();
        found.ok_or_else(|| Error::data(format!("there is no protocol {number}, only 0 to 5")))
    }
}
