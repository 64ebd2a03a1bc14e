//! Parts of an object that are no nodes: what serde is given in their place.

use std::borrow::Cow;

use serde::de::value::MapDeserializer;
use serde::de::{self, DeserializeSeed, IntoDeserializer, Unexpected, Visitor};

use super::super::Deserializer;
use crate::error::{Error, Result, Segment};
use crate::graph::NodeId;
use crate::objects::{Array, ArrayItem};

/// A part of an object.
pub(in crate::de) enum Part<'p> {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    Nodes(Cow<'p, [NodeId]>),
    Pairs(Cow<'p, [(NodeId, NodeId)]>),
    Numbers(Array<'p>),
    Seq(Vec<Part<'p>>),
    Fields(Vec<(&'static str, Part<'p>)>),
}

pub(in crate::de) struct PartDeserializer<'p, 'c, 'g, 'de> {
    pub(in crate::de) from: Deserializer<'c, 'g, 'de>,
    pub(in crate::de) part: Part<'p>,
}

impl<'p> PartDeserializer<'p, '_, '_, '_> {
    fn other(&self, part: Part<'p>) -> Self {
        Self { from: self.from, part }
    }
}

/// An int, or the float that is the same.
fn exact_float(value: i128) -> Option<f64> {
    let float = value as f64;
    // Beyond 2⁶⁴ a float is not looked at: back again it would not be certain.
    (value.unsigned_abs() <= 1 << 53).then_some(float)
}

impl<'de> de::Deserializer<'de> for PartDeserializer<'_, '_, '_, 'de> {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value> {
        match std::mem::replace(&mut self.part, Part::None) {
            Part::None => visitor.visit_unit(),
            Part::Bool(value) => visitor.visit_bool(value),
            Part::Int(value) => match (i64::try_from(value), u64::try_from(value)) {
                (Ok(value), _) => visitor.visit_i64(value),
                (_, Ok(value)) => visitor.visit_u64(value),
                _ => visitor.visit_i128(value),
            },
            Part::Float(value) => visitor.visit_f64(value),
            Part::Text(text) => visitor.visit_string(text),
            Part::Nodes(items) => self.from.items(&items, visitor),
            Part::Pairs(pairs) => self.from.pairs(&pairs, visitor),
            Part::Numbers(array) => {
                let parts = array.items().map(|item| {
                    self.other(match item {
                        ArrayItem::Int(value) => Part::Int(value),
                        ArrayItem::Float(value) => Part::Float(value),
                        ArrayItem::Char(point) => {
                            char::from_u32(point).map_or(Part::None, |character| Part::Text(character.into()))
                        }
                    })
                });
                sequence(parts, visitor)
            }
            Part::Seq(parts) => sequence(parts.into_iter().map(|part| self.other(part)), visitor),
            Part::Fields(fields) => {
                let fields = fields.into_iter().map(|(name, part)| (name, self.other(part)));
                visitor.visit_map(MapDeserializer::new(fields))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.part {
            Part::None => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.part {
            Part::Int(value) => match exact_float(value) {
                Some(value) => visitor.visit_f64(value),
                None => Err(Error::data(format!("the int {value} is not exact as a float"))),
            },
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.part {
            Part::Float(value) if !super::super::fits_f32(value) => {
                Err(de::Error::invalid_value(Unexpected::Float(value), &"a float that is exact as an f32"))
            }
            Part::Int(value) if value.unsigned_abs() > 1 << 24 => {
                Err(Error::data(format!("the int {value} is not exact as an f32")))
            }
            _ => self.deserialize_f64(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

/// A sequence, of which every part must be asked for.
fn sequence<'de, D: de::Deserializer<'de, Error = Error>, V: Visitor<'de>>(
    parts: impl Iterator<Item = D>,
    visitor: V,
) -> Result<V::Value> {
    let mut access = Parts { parts, next: 0 };
    let value = visitor.visit_seq(&mut access)?;
    match access.parts.count() {
        0 => Ok(value),
        left => {
            let expected = format!("{} items", access.next);
            Err(de::Error::invalid_length(access.next + left, &&*expected))
        }
    }
}

/// Parts one by one, with their numbers in the paths of errors.
struct Parts<I> {
    parts: I,
    next: usize,
}

impl<'de, D: de::Deserializer<'de, Error = Error>, I: Iterator<Item = D>> de::SeqAccess<'de> for Parts<I> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(part) = self.parts.next() else { return Ok(None) };
        self.next += 1;
        let value = seed.deserialize(part).map_err(|error| error.inside(Segment::Index(self.next - 1)))?;
        Ok(Some(value))
    }
}

impl<'p, 'c, 'g, 'de> IntoDeserializer<'de, Error> for PartDeserializer<'p, 'c, 'g, 'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
