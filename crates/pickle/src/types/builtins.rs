//! Builtins that serde's own types do not write, or not as that.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::kind::{Kind, Text, through_text};
use crate::encode::serde::names;

/// A newtype struct that travels under a reserved name, its content as it is.
macro_rules! named {
    ($($type:ident<$content:ident> $name:ident $doc:literal,)*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type<$content>(pub $content);

        impl<$content: Serialize> Serialize for $type<$content> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_newtype_struct(names::$name, &self.0)
            }
        }

        impl<'de, $content: Deserialize<'de>> Deserialize<'de> for $type<$content> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::types::builtins::content(names::$name, deserializer).map(Self)
            }
        }
    )*};
}
pub(crate) use named;

named! {
    Set<C> SET "A `set`, around any collection: `Set<HashSet<i64>>`, `Set<Vec<String>>`.",
    FrozenSet<C> FROZEN_SET "A `frozenset`, around any collection.",
}

/// The content of a newtype struct of a reserved name.
pub(crate) fn content<'de, C: Deserialize<'de>, D: Deserializer<'de>>(
    name: &'static str,
    deserializer: D,
) -> Result<C, D::Error> {
    struct Content<C>(std::marker::PhantomData<C>);

    impl<'de, C: Deserialize<'de>> Visitor<'de> for Content<C> {
        type Value = C;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value of its own Python type")
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<C, D::Error> {
            C::deserialize(deserializer)
        }
    }

    deserializer.deserialize_newtype_struct(name, Content(std::marker::PhantomData))
}

/// `bytes`: a `Vec<u8>` on its own is a list of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub Vec<u8>);

/// A `bytearray`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteArray(pub Vec<u8>);

/// What serde means by bytes.
struct Raw<'b>(&'b [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl Serialize for ByteArray {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(names::BYTE_ARRAY, &Raw(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(BytesVisitor).map(Self)
    }
}

impl<'de> Deserialize<'de> for ByteArray {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(names::BYTE_ARRAY, BytesVisitor).map(Self)
    }
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<u8>, D::Error> {
        deserializer.deserialize_byte_buf(self)
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = access.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}

/// A `complex`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex {
    /// The real part.
    pub real: f64,
    /// The imaginary part.
    pub imaginary: f64,
}

impl Serialize for Complex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(names::COMPLEX, &(self.real, self.imaginary))
    }
}

impl<'de> Deserialize<'de> for Complex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        content(names::COMPLEX, deserializer).map(|(real, imaginary)| Self { real, imaginary })
    }
}

/// A `range` of numbers within 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// The first number, unless the range is empty.
    pub start: i64,
    /// The first number that is beyond it.
    pub stop: i64,
    /// The distance, never 0.
    pub step: i64,
}

impl Serialize for Range {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(names::RANGE, &(self.start, self.stop, self.step))
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (start, stop, step) = content(names::RANGE, deserializer)?;
        if step == 0 {
            return Err(de::Error::custom("the step of a range is 0"));
        }
        Ok(Self { start, stop, step })
    }
}

through_text!(Callable);

/// A class, a function or another global, by its name. It is named in the pickle, never called.
///
/// Its text is `module.name`, or `module:name` where the name itself has dots (`app.models:Outer.Inner`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Callable {
    /// The module, such as `collections`.
    pub module: String,
    /// The name in the module, dotted for nested ones.
    pub name: String,
}

impl Text for Callable {
    const KIND: Kind = Kind::Global;

    fn write(&self) -> String {
        let separator = if self.name.contains('.') { ':' } else { '.' };
        format!("{}{separator}{}", self.module, self.name)
    }

    fn read(text: &str) -> Option<Self> {
        let (module, name) = text.split_once(':').or_else(|| text.rsplit_once('.'))?;
        let proper = !module.is_empty() && !name.is_empty();
        proper.then(|| Self { module: module.to_owned(), name: name.to_owned() })
    }
}

impl fmt::Display for Callable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.write())
    }
}
