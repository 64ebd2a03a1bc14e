//! The protocols that the encoder writes.

use crate::error::{Error, Result};

/// The version of the pickle format to write.
///
/// | protocol | read by | differs from the one before |
/// | --- | --- | --- |
/// | 2 | Python 2.3 and later | |
/// | 3 | Python 3.0 and later | bytes |
/// | 4 (default) | Python 3.4 and later | sets, short strings, frames, objects over 4 GiB |
/// | 5 | Python 3.8 and later | bytearrays, out-of-band buffers |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Protocol {
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
    /// All protocols that can be written, oldest first.
    pub const ALL: [Self; 4] = [Self::V2, Self::V3, Self::V4, Self::V5];

    /// Its number, as in `pickle.dumps(value, protocol=4)`.
    pub const fn number(self) -> u8 {
        match self {
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
    /// When `number` is not 2, 3, 4 or 5.
    fn try_from(number: u8) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|protocol| protocol.number() == number);
        found.ok_or_else(|| Error::data(format!("protocol {number} cannot be written, only 2 to 5")))
    }
}
