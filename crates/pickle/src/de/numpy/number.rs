//! Numbers of an array, one after the other.

use serde::de::value::SeqDeserializer;
use serde::de::{self, DeserializeSeed, Unexpected, Visitor};

use crate::error::{Error, Result, Segment};
use crate::numpy::{Array, Kind, Number, exact};

/// A number that becomes no other.
#[derive(Clone, Copy)]
pub(super) struct NumberDeserializer(pub(super) Number);

impl<'de> de::Deserializer<'de> for NumberDeserializer {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            Number::Bool(value) => visitor.visit_bool(value),
            Number::Int(value) => visitor.visit_i64(value),
            Number::UInt(value) => visitor.visit_u64(value),
            Number::Float(value) => visitor.visit_f64(value),
            Number::Complex(real, imaginary) => {
                visitor.visit_seq(SeqDeserializer::<_, Error>::new([real, imaginary].into_iter()))
            }
        }
    }

    #[inline]
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match (self.0, exact::<f32>(self.0)) {
            (_, Some(value)) => visitor.visit_f32(value),
            (Number::Bool(_) | Number::Complex(..), None) => self.deserialize_any(visitor),
            (number, None) => Err(inexact(number, "a number that is exact as an f32")),
        }
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match (self.0, exact::<f64>(self.0)) {
            (_, Some(value)) => visitor.visit_f64(value),
            (Number::Bool(_) | Number::Complex(..), None) => self.deserialize_any(visitor),
            (number, None) => Err(inexact(number, "an int that is exact as a float")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        // Types of this crate are told apart by names with a dollar; a number is what it is.
        if name.starts_with('$') {
            return self.deserialize_any(visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier
    }
}

#[cold]
fn inexact(number: Number, expected: &str) -> Error {
    let found = match number {
        Number::Int(value) => Unexpected::Signed(value),
        Number::UInt(value) => Unexpected::Unsigned(value),
        Number::Float(value) => Unexpected::Float(value),
        _ => Unexpected::Other("a number"),
    };
    de::Error::invalid_value(found, &expected)
}

/// The numbers along the last axis of an array.
pub(super) struct Numbers<'p, 'g> {
    array: &'p Array<'g>,
    offset: usize,
    stride: usize,
    pub(super) next: usize,
    length: usize,
}

impl<'p, 'g> Numbers<'p, 'g> {
    /// `None` when the items are no numbers, or some are left out.
    pub(super) fn new(array: &'p Array<'g>, offset: usize, stride: usize, length: usize) -> Option<Self> {
        let is_number = matches!(
            (array.dtype().kind(), array.dtype().item_size()),
            (Kind::Bool | Kind::Int | Kind::UInt, _) | (Kind::Float, 2..=8) | (Kind::Complex, 8 | 16)
        );
        (is_number && !array.may_be_masked()).then_some(Self { array, offset, stride, next: 0, length })
    }
}

impl<'de> de::SeqAccess<'de> for Numbers<'_, '_> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.next == self.length {
            return Ok(None);
        }
        let item = self.array.item_at(self.offset).and_then(|item| self.array.number(item));
        let number = item.ok_or_else(|| Error::data("a number beyond its array"))?;
        match seed.deserialize(NumberDeserializer(number)) {
            Ok(value) => {
                self.next += 1;
                self.offset += self.stride;
                Ok(Some(value))
            }
            Err(error) => Err(error.inside(Segment::Index(self.next))),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.length - self.next)
    }
}
