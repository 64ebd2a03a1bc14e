//! Types that travel through serde as text.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, Visitor};
use serde::ser::Serializer;

macro_rules! kinds {
    ($($kind:ident $name:literal,)*) => {
        /// What a text in a reserved newtype struct stands for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $(
                #[doc = $name]
                $kind,
            )*
        }

        impl Kind {
            /// The kind of a reserved name.
            pub(crate) fn named(name: &str) -> Option<Self> {
                Some(match name {
                    $(concat!("$onggi_pickle::", $name) => Self::$kind,)*
                    _ => return None,
                })
            }

            /// The reserved name.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!("$onggi_pickle::", $name),)*
                }
            }

            /// The name of the type, for messages.
            pub(crate) const fn title(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    Date "Date",
    Time "Time",
    DateTime "DateTime",
    TimeDelta "TimeDelta",
    Zone "Zone",
    Decimal "Decimal",
    Fraction "Fraction",
    Uuid "Uuid",
    PurePosixPath "PurePosixPath",
    PosixPath "PosixPath",
    PureWindowsPath "PureWindowsPath",
    WindowsPath "WindowsPath",
    IpAddress "IpAddress",
    IpNetwork "IpNetwork",
    IpInterface "IpInterface",
    Global "Global",
}

/// A type that is text in other formats, and in a pickle the object that the text says exactly.
pub(crate) trait Text: Sized {
    const KIND: Kind;

    /// All of it as text.
    fn write(&self) -> String;

    /// The other way round.
    fn read(text: &str) -> Option<Self>;
}

/// [`Text`] through serde.
macro_rules! through_text {
    ($($type:ty)*) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::types::kind::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::types::kind::deserialize(deserializer)
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::Error;

            /// # Errors
            ///
            /// When the text does not say such a value.
            fn from_str(text: &str) -> Result<Self, $crate::Error> {
                $crate::types::kind::parse(text)
            }
        }
    )*};
}
pub(crate) use through_text;

pub(crate) fn serialize<T: Text, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(T::KIND.name(), &value.write())
}

pub(crate) fn deserialize<'de, T: Text, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(T::KIND.name(), TextVisitor(PhantomData))
}

/// The value of a text.
pub(crate) fn parse<T: Text>(text: &str) -> crate::Result<T> {
    T::read(text).ok_or_else(|| {
        crate::Error::data(format!("{:?} is no {}", crate::error::shown(text), T::KIND.title()))
    })
}

struct TextVisitor<T>(PhantomData<T>);

impl<'de, T: Text> Visitor<'de> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::KIND.title())
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        parse(text).map_err(E::custom)
    }
}
