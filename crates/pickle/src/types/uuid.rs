//! UUIDs.

use std::fmt;

use super::kind::{Kind, Text, through_text};

through_text!(Uuid);

/// A `uuid.UUID`, its 16 bytes in the order of the text.
///
/// # Examples
///
/// ```
/// let uuid = onggi_pickle::types::Uuid(0x12345678_1234_5678_1234_567812345678_u128.to_be_bytes());
/// assert_eq!(uuid.to_string(), "12345678-1234-5678-1234-567812345678");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// Reads what `uuid.UUID(text)` takes: 32 hexadecimal digits with hyphens, braces and `urn:uuid:` as wanted.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.replace("urn:", "").replace("uuid:", "");
        let digits = text.trim_matches(['{', '}']).replace('-', "");
        // Python's int(text, 16) would also take signs and underscores, which nothing writes.
        if digits.len() != 32 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        u128::from_str_radix(&digits, 16).ok().map(|value| Self(value.to_be_bytes()))
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// A `uuid.SafeUUID`: whether a UUID was made in a way that is safe for several processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SafeUuid {
    /// It was.
    Safe,
    /// It was not.
    Unsafe,
    /// The platform does not say.
    #[default]
    Unknown,
}

impl SafeUuid {
    /// Python's name of the member.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Unknown => "unknown",
        }
    }
}

/// The text with hyphens, through serde too.
impl Text for Uuid {
    const KIND: Kind = Kind::Uuid;

    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}
