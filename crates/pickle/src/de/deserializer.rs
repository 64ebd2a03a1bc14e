//! The nodes of a graph as a serde deserializer.

use serde::de::value::SeqDeserializer;
use serde::de::{self, Unexpected, Visitor};

use super::access::{SpecialAccess, VariantAccess};
use super::{Deserializer, exact, fits_f32};
use crate::encode::serde::{is_path, names};
use crate::error::{Error, Result};
use crate::graph::Node;

/// Methods for types that know what they want, which the node decides.
macro_rules! plain {
    ($($method:ident)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.plain(visitor)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Deserializer<'_, '_, 'de> {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.context.graph.node(self.id) {
            Node::Object(_) => self.any_object(visitor),
            _ => self.plain(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.context.graph.node(self.id) {
            Node::None => visitor.visit_none(),
            _ => self.nested(|| visitor.visit_some(self)),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.context.graph.node(self.id) {
            node @ Node::Object(_) => {
                self.array(node, visitor, |array, visitor| array.deserialize_f32(visitor))
            }
            Node::Float(value) if !fits_f32(value) => {
                Err(de::Error::invalid_value(Unexpected::Float(value), &"a float that is exact as an f32"))
            }
            Node::Int(value) if value.unsigned_abs() > 1 << f32::MANTISSA_DIGITS => {
                Err(de::Error::invalid_value(Unexpected::Signed(value), &"an int that is exact as an f32"))
            }
            _ => self.deserialize_f64(visitor),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node()? {
            Node::Float(value) => visitor.visit_f64(value),
            Node::Int(value) => match exact(value) {
                Some(float) => visitor.visit_f64(float),
                None => Err(de::Error::invalid_value(
                    Unexpected::Signed(value),
                    &"an int that is exact as a float",
                )),
            },
            node => self.array(node, visitor, |array, visitor| array.deserialize_f64(visitor)),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node()? {
            Node::Str(text) => self.text(text, visitor),
            node => self.array(node, visitor, |array, visitor| array.deserialize_str(visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.plain(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node()? {
            Node::Bytes(bytes) | Node::ByteArray(bytes) => self.byte_string(bytes, visitor),
            node => self.array(node, visitor, |array, visitor| array.deserialize_bytes(visitor)),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node()? {
            Node::Bytes(bytes) | Node::ByteArray(bytes) => {
                self.spread(bytes.len())?;
                let mut items = SeqDeserializer::<_, Error>::new(bytes.iter().copied());
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            node @ Node::Object(_) => {
                self.array(node, visitor, |array, visitor| array.deserialize_any(visitor))
            }
            node => self.any(node, visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value> {
        if is_path(name) {
            return self.instance(name, self.node()?, visitor);
        }
        self.deserialize_seq(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if is_path(name) {
            return self.named_global(name, visitor);
        }
        self.plain(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.node()? {
            node if is_path(name) => self.instance(name, node, visitor),
            Node::Dict(pairs) => self.pairs(pairs, visitor),
            node => self.structure(name, node, visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name == names::ND_ARRAY {
            return self.nd_array(visitor);
        }
        if name == names::PERSISTENT {
            return match self.node()? {
                Node::Persistent(id) => self.nested(|| visitor.visit_newtype_struct(self.at(id))),
                node => Err(self.unexpected(node, &visitor)),
            };
        }
        if name != names::VALUE {
            if name.starts_with('$') {
                return self.reserved(name, visitor);
            }
            if is_path(name) {
                return self.wrapping_instance(name, visitor);
            }
            return self.nested(|| visitor.visit_newtype_struct(self));
        }
        let node = self.node()?;
        match node {
            Node::Tuple(_)
            | Node::Set(_)
            | Node::FrozenSet(_)
            | Node::ByteArray(_)
            | Node::BigInt(_)
            | Node::Complex(..)
            | Node::Surrogates(_) => visitor.visit_enum(SpecialAccess::new(self, node)),
            _ => self.any(node, visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.node()? {
            Node::Str(_) if !is_path(name) => visitor.visit_enum(VariantAccess::unit(self)),
            node @ (Node::Object(_) | Node::Global(_)) => {
                match self.member(name, variants, node, visitor)? {
                    Ok(value) => Ok(value),
                    Err(visitor) => self.array(node, visitor, |array, visitor| {
                        array.deserialize_enum(name, variants, visitor)
                    }),
                }
            }
            Node::Dict(pairs) if !is_path(name) => match pairs[..] {
                [(variant, content)] => {
                    self.nested(|| visitor.visit_enum(VariantAccess::new(self, variant, content)))
                }
                _ => Err(de::Error::invalid_length(
                    pairs.len(),
                    &"a dict of one item, the variant and its content",
                )),
            },
            node => Err(self.unexpected(node, &visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    plain! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_char deserialize_unit deserialize_map
    }
}
