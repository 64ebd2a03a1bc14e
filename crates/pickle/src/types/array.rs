//! `array.array`.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::builtins::content;

/// An `array.array` of numbers.
///
/// It is written with the type code of `T` (see [`ArrayType`]) and read from any whose items fit. In other formats it is a
/// list of numbers.
///
/// # Examples
///
/// ```
/// use onggi_pickle::types::Array;
/// use onggi_pickle::{from_slice, to_vec};
///
/// let pickle = to_vec(&Array(vec![1.5, -2.0]))?; // array.array('d', [1.5, -2.0])
/// assert_eq!(from_slice::<Array<f64>>(&pickle)?.0, [1.5, -2.0]);
/// assert!(from_slice::<Array<i64>>(&pickle).is_err());
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Array<T>(pub Vec<T>);

/// The Rust types of numbers that an [`Array`] has: `i8`, `u8` (`b`, `B`), `i16`, `u16` (`h`, `H`), `i32`, `u32` (`i`, `I`),
/// `i64`, `u64` (`q`, `Q`), `f32` (`f`), `f64` (`d`).
pub trait ArrayType: sealed::Sealed {
    /// The type code, as on a 64-bit Linux, macOS or Windows.
    const TYPECODE: char;
}

mod sealed {
    /// A number with a reserved name for arrays of it.
    pub trait Sealed {
        const NAME: &'static str;
    }
}

/// In front of the type code in the reserved name of an array.
pub(crate) const ARRAY: &str = "$onggi_pickle::Array:";

macro_rules! types {
    ($($type:ident $code:literal,)*) => {$(
        impl ArrayType for $type {
            const TYPECODE: char = $code;
        }

        impl sealed::Sealed for $type {
            const NAME: &'static str = concat!("$onggi_pickle::Array:", $code);
        }
    )*};
}

types! {
    i8 'b', u8 'B', i16 'h', u16 'H', i32 'i', u32 'I', i64 'q', u64 'Q', f32 'f', f64 'd',
}

impl<T: ArrayType + Serialize> Serialize for Array<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(T::NAME, &self.0)
    }
}

impl<'de, T: ArrayType + Deserialize<'de>> Deserialize<'de> for Array<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        content(T::NAME, deserializer).map(Self)
    }
}
