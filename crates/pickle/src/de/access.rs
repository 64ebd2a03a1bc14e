//! The parts of a container, handed to serde one by one, with the path for errors.

use serde::de::value::{BytesDeserializer, SeqDeserializer, U32Deserializer};
use serde::de::{self, DeserializeSeed, IntoDeserializer, Unexpected, Visitor};

use super::Deserializer;
use crate::error::{Error, Result, Segment, shown};
use crate::graph::{Node, NodeId};
use crate::value::special;

/// The items of a list, tuple or set.
pub(super) struct ItemAccess<'p, 'c, 'g, 'de> {
    from: Deserializer<'c, 'g, 'de>,
    items: &'p [NodeId],
    next: usize,
}

impl<'p, 'c, 'g, 'de> ItemAccess<'p, 'c, 'g, 'de> {
    pub(super) fn new(from: Deserializer<'c, 'g, 'de>, items: &'p [NodeId]) -> Self {
        Self { from, items, next: 0 }
    }

    /// Refuses items that nobody asked for.
    pub(super) fn finish(self) -> Result<()> {
        if self.next < self.items.len() {
            let expected = format!("{} items", self.next);
            return Err(de::Error::invalid_length(self.items.len(), &&*expected));
        }
        Ok(())
    }
}

impl<'de> de::SeqAccess<'de> for ItemAccess<'_, '_, '_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(item) = self.items.get(self.next) else { return Ok(None) };
        match seed.deserialize(self.from.at(*item)) {
            Ok(value) => {
                self.next += 1;
                Ok(Some(value))
            }
            Err(error) => Err(error.inside(Segment::Index(self.next))),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.next)
    }
}

/// The pairs of a dict.
pub(super) struct DictAccess<'p, 'c, 'g, 'de> {
    from: Deserializer<'c, 'g, 'de>,
    pairs: std::slice::Iter<'p, (NodeId, NodeId)>,
    pending: Option<(NodeId, NodeId)>,
}

impl<'p, 'c, 'g, 'de> DictAccess<'p, 'c, 'g, 'de> {
    pub(super) fn new(from: Deserializer<'c, 'g, 'de>, pairs: &'p [(NodeId, NodeId)]) -> Self {
        Self { from, pairs: pairs.iter(), pending: None }
    }

    /// Refuses pairs that nobody asked for.
    pub(super) fn finish(self) -> Result<()> {
        match self.pairs.len() {
            0 => Ok(()),
            left => Err(de::Error::invalid_length(left, &"no more pairs in the dict")),
        }
    }

    /// How the key stands in a path.
    #[cold]
    fn segment(&self, key: NodeId) -> Segment {
        match self.from.context.graph.node(key) {
            Node::Str(text) => Segment::Name(shown(text).into_owned()),
            Node::Int(value) => Segment::Key(value.to_string()),
            node => Segment::Key(format!("<{}>", node.kind())),
        }
    }
}

impl<'de> de::MapAccess<'de> for DictAccess<'_, '_, '_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some(pair) = self.pairs.next() else { return Ok(None) };
        self.pending = Some(*pair);
        let key = seed.deserialize(self.from.at(pair.0));
        key.map(Some).map_err(|error| error.inside(self.segment(pair.0)))
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let Some((key, value)) = self.pending.take() else {
            return Err(Error::data("a value was asked for before its key"));
        };
        seed.deserialize(self.from.at(value)).map_err(|error| error.inside(self.segment(key)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.pairs.len())
    }
}

/// An enum: a string for a unit variant, `{variant: content}` for the others.
pub(super) struct VariantAccess<'c, 'g, 'de> {
    from: Deserializer<'c, 'g, 'de>,
    variant: NodeId,
    content: Option<NodeId>,
}

impl<'c, 'g, 'de> VariantAccess<'c, 'g, 'de> {
    pub(super) fn unit(from: Deserializer<'c, 'g, 'de>) -> Self {
        Self { from, variant: from.id, content: None }
    }

    pub(super) fn new(from: Deserializer<'c, 'g, 'de>, variant: NodeId, content: NodeId) -> Self {
        Self { from, variant, content: Some(content) }
    }

    fn content(&self, expected: &'static str) -> Result<Deserializer<'c, 'g, 'de>> {
        let content = self.content.map(|content| self.from.at(content));
        content.ok_or_else(|| de::Error::invalid_type(Unexpected::UnitVariant, &expected))
    }

    fn inside(&self, error: Error) -> Error {
        match self.from.context.graph.node(self.variant) {
            Node::Str(text) => error.inside(Segment::Name(shown(text).into_owned())),
            _ => error,
        }
    }
}

impl<'de> de::EnumAccess<'de> for VariantAccess<'_, '_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let variant = seed.deserialize(self.from.at(self.variant))?;
        Ok((variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for VariantAccess<'_, '_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        match self.content {
            None => Ok(()),
            Some(_) => Err(de::Error::invalid_type(Unexpected::NewtypeVariant, &"unit variant")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        let content = self.content("newtype variant")?;
        seed.deserialize(content).map_err(|error| self.inside(error))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value> {
        let content = self.content("tuple variant")?;
        de::Deserializer::deserialize_tuple(content, length, visitor).map_err(|error| self.inside(error))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let content = self.content("struct variant")?;
        de::Deserializer::deserialize_struct(content, "", fields, visitor).map_err(|error| self.inside(error))
    }
}

/// What [`crate::Value`] alone can tell apart, as an enum that only it understands.
pub(super) struct SpecialAccess<'c, 'g, 'de> {
    from: Deserializer<'c, 'g, 'de>,
    node: Node<'g>,
}

impl<'c, 'g, 'de> SpecialAccess<'c, 'g, 'de> {
    pub(super) fn new(from: Deserializer<'c, 'g, 'de>, node: Node<'g>) -> Self {
        Self { from, node }
    }
}

impl<'de> de::EnumAccess<'de> for SpecialAccess<'_, '_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let kind = match self.node {
            Node::Tuple(_) => special::TUPLE,
            Node::Set(_) => special::SET,
            Node::FrozenSet(_) => special::FROZEN_SET,
            Node::ByteArray(_) => special::BYTE_ARRAY,
            Node::BigInt(_) => special::BIG_INT,
            Node::Complex(..) => special::COMPLEX,
            _ => special::SURROGATES,
        };
        let kind: U32Deserializer<Error> = kind.into_deserializer();
        Ok((seed.deserialize(kind)?, self))
    }
}

impl<'de> de::VariantAccess<'de> for SpecialAccess<'_, '_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        Err(de::Error::invalid_type(Unexpected::NewtypeVariant, &"unit variant"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        match self.node {
            Node::BigInt(bytes) | Node::ByteArray(bytes) | Node::Surrogates(bytes) => {
                seed.deserialize(BytesDeserializer::new(bytes))
            }
            Node::Complex(real, imaginary) => {
                seed.deserialize(SeqDeserializer::new([real, imaginary].into_iter()))
            }
            _ => seed.deserialize(self.from),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, _visitor: V) -> Result<V::Value> {
        Err(de::Error::invalid_type(Unexpected::NewtypeVariant, &"tuple variant"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value> {
        Err(de::Error::invalid_type(Unexpected::NewtypeVariant, &"struct variant"))
    }
}
