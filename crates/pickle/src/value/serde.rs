//! [`Value`] through serde: what serde has no word for travels under reserved names, which other formats do not see.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::ser::{self, Serialize, SerializeTuple, Serializer};

use super::{Dict, Items, Value};
use crate::bigint::{self, BigInt};
use crate::encode::serde::names;
use crate::limits::DEEPEST;

/// Numbers of the kinds that only [`Value`] tells apart.
pub(crate) mod special {
    pub(crate) const TUPLE: u32 = 0;
    pub(crate) const SET: u32 = 1;
    pub(crate) const FROZEN_SET: u32 = 2;
    pub(crate) const BYTE_ARRAY: u32 = 3;
    pub(crate) const BIG_INT: u32 = 4;
    pub(crate) const COMPLEX: u32 = 5;
    pub(crate) const SURROGATES: u32 = 6;
}

impl Serialize for Value {
    /// # Errors
    ///
    /// When it nests deeper than 512 levels, or 128 in a pickle.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Nested(self, 0).serialize(serializer)
    }
}

impl Serialize for Items {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Nested(self, 0).serialize(serializer)
    }
}

impl Serialize for Dict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Nested(self, 0).serialize(serializer)
    }
}

/// A part, and in how many containers it lies: serializers recurse, so this guards their stack.
struct Nested<'v, P>(&'v P, usize);

impl Serialize for Nested<'_, Value> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(value, depth) = *self;
        if depth > DEEPEST {
            return Err(ser::Error::custom(format_args!("the value nests deeper than {DEEPEST} levels")));
        }
        match value {
            Value::None => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::BigInt(value) => value.serialize(serializer),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Complex(real, imaginary) => {
                serializer.serialize_newtype_struct(names::COMPLEX, &(*real, *imaginary))
            }
            Value::Str(text) => serializer.serialize_str(text),
            Value::Surrogates(bytes) => serializer.serialize_newtype_struct(names::SURROGATES, &Raw(bytes)),
            Value::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Value::ByteArray(bytes) => serializer.serialize_newtype_struct(names::BYTE_ARRAY, &Raw(bytes)),
            Value::List(items) => Nested(items, depth).serialize(serializer),
            Value::Tuple(items) => {
                let mut tuple = serializer.serialize_tuple(items.len())?;
                items.iter().try_for_each(|item| tuple.serialize_element(&Nested(item, depth + 1)))?;
                tuple.end()
            }
            Value::Dict(dict) => Nested(dict, depth).serialize(serializer),
            Value::Set(items) => serializer.serialize_newtype_struct(names::SET, &Nested(items, depth)),
            Value::FrozenSet(items) => {
                serializer.serialize_newtype_struct(names::FROZEN_SET, &Nested(items, depth))
            }
        }
    }
}

impl Serialize for Nested<'_, Items> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|item| Nested(item, self.1 + 1)))
    }
}

impl Serialize for Nested<'_, Dict> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let part = |part| Nested(part, self.1 + 1);
        serializer.collect_map(self.0.iter().map(|(key, value)| (part(key), part(value))))
    }
}

impl Serialize for BigInt {
    /// An int in a pickle; decimal text in formats for people when it does not fit an `i128`, an error beyond about 4300
    /// digits.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return serializer.serialize_newtype_struct(names::BIG_INT, &Raw(self.as_le_bytes()));
        }
        match i128::try_from(self) {
            Ok(value) => serializer.serialize_i128(value),
            Err(_) if self.is_printable() => serializer.collect_str(self),
            Err(_) => Err(ser::Error::custom("an integer beyond 4300 digits is too long for decimal text")),
        }
    }
}

/// Bytes as serde means them.
struct Raw<B>(B);

impl<B: AsRef<[u8]>> Serialize for Raw<B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_ref())
    }
}

impl<'de> Deserialize<'de> for Raw<Vec<u8>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(RawVisitor)
    }
}

struct RawVisitor;

impl Visitor<'_> for RawVisitor {
    type Value = Raw<Vec<u8>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Raw<Vec<u8>>, E> {
        Ok(Raw(bytes.to_vec()))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(names::VALUE, ValueVisitor)
    }
}

impl<'de> Deserialize<'de> for BigInt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Int(value) => Ok(Self::from(value)),
            Value::BigInt(value) => Ok(value),
            Value::Str(text) if text.len() > bigint::DIGITS => {
                Err(de::Error::custom("a decimal integer of more than 4300 characters"))
            }
            Value::Str(text) => text.parse().map_err(de::Error::custom),
            _ => Err(de::Error::custom("expected an int")),
        }
    }
}

/// Room for the parts of a container. Formats that only claim a length get no more than a few kilobytes for it.
fn announced(size: Option<usize>) -> usize {
    size.unwrap_or(0).min(64)
}

fn items(items: Vec<Value>) -> Items {
    items.into()
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a builtin Python value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::None)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::from(BigInt::from(value)))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::from(BigInt::from(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Str(text))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(bytes.to_vec()))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Value, E> {
        Ok(Value::Bytes(bytes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::with_capacity(announced(access.size_hint()));
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut pairs = Vec::with_capacity(announced(access.size_hint()));
        while let Some(pair) = access.next_entry()? {
            pairs.push(pair);
        }
        Ok(Value::Dict(Dict(pairs)))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Value, A::Error> {
        let (kind, content): (u32, _) = access.variant()?;
        match kind {
            special::TUPLE => content.newtype_variant().map(items).map(Value::Tuple),
            special::SET => content.newtype_variant().map(items).map(Value::Set),
            special::FROZEN_SET => content.newtype_variant().map(items).map(Value::FrozenSet),
            special::BYTE_ARRAY => content.newtype_variant().map(|Raw(bytes)| Value::ByteArray(bytes)),
            special::BIG_INT => {
                content.newtype_variant().map(|Raw(bytes)| BigInt::from_le_bytes(&bytes).into())
            }
            special::COMPLEX => {
                content.newtype_variant().map(|(real, imaginary)| Value::Complex(real, imaginary))
            }
            special::SURROGATES => content.newtype_variant().map(|Raw(bytes)| Value::Surrogates(bytes)),
            _ => Err(de::Error::custom("an enum is no Python value")),
        }
    }
}
