//! The parts of a container, read one after another.

use serde::de::value::{BytesDeserializer, U32Deserializer};
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};

use super::Reader;
use super::parts::{Kind, Parts};
use crate::error::{Error, Result};

/// The items of a list, tuple or set.
pub(super) struct Items<'r, 'n, 'de> {
    reader: &'r mut Reader<'n, 'de>,
    parts: Parts,
}

impl<'r, 'n, 'de> Items<'r, 'n, 'de> {
    pub(super) fn new(reader: &'r mut Reader<'n, 'de>, parts: Parts) -> Self {
        Self { reader, parts }
    }

    pub(super) fn finish(&mut self) -> Result<()> {
        self.reader.finish(&mut self.parts)
    }
}

impl<'de> Reader<'_, 'de> {
    /// Reads a part of a container, whose opcode stands next. A type that reads nothing at all would shift what follows.
    #[inline]
    fn part<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value> {
        let start = self.position;
        let part = seed.deserialize(&mut *self);
        match part {
            Ok(part) if self.position != start && !self.failed => Ok(part),
            _ => Err(self.give_up()),
        }
    }

    /// Ends what goes on although something went wrong: a type that makes up for errors could go on forever.
    fn check(&mut self) -> Result<()> {
        if self.failed { Err(self.give_up()) } else { Ok(()) }
    }
}

impl<'de> de::SeqAccess<'de> for Items<'_, '_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if !self.reader.has_more(&mut self.parts)? {
            return Ok(None);
        }
        let item = self.reader.part(seed)?;
        if self.parts.kind == Kind::Set {
            self.reader.note_key()?;
        }
        self.reader.count(&mut self.parts);
        Ok(Some(item))
    }

    fn size_hint(&self) -> Option<usize> {
        self.parts.left()
    }
}

/// The pairs of a dict.
pub(super) struct Pairs<'r, 'n, 'de> {
    reader: &'r mut Reader<'n, 'de>,
    parts: Parts,
    /// Whether a key was read whose value was not.
    value_due: bool,
}

impl<'r, 'n, 'de> Pairs<'r, 'n, 'de> {
    pub(super) fn new(reader: &'r mut Reader<'n, 'de>, parts: Parts) -> Self {
        Self { reader, parts, value_due: false }
    }

    pub(super) fn finish(&mut self) -> Result<()> {
        self.reader.finish(&mut self.parts)
    }
}

impl<'de> de::MapAccess<'de> for Pairs<'_, '_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if self.value_due {
            return Err(self.reader.give_up()); // a value was left out
        }
        if !self.reader.has_more(&mut self.parts)? {
            return Ok(None);
        }
        let key = self.reader.part(seed)?;
        self.reader.count_key()?;
        self.value_due = true;
        Ok(Some(key))
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        if !self.value_due {
            return Err(self.reader.give_up()); // a key was left out
        }
        if !self.reader.stands_at_value() {
            self.reader.opcode()?; // a type that reads nothing must not seem to do so
        }
        let value = self.reader.part(seed)?;
        self.reader.count(&mut self.parts);
        self.value_due = false;
        Ok(value)
    }

    fn size_hint(&self) -> Option<usize> {
        self.parts.left()
    }
}

/// An enum: a string for a unit variant, `{variant: content}` for the others.
pub(super) struct Variant<'r, 'n, 'de> {
    pub(super) reader: &'r mut Reader<'n, 'de>,
    pub(super) parts: Option<Parts>,
}

impl<'de> Variant<'_, '_, 'de> {
    /// Reads the content and passes the end of the dict.
    fn content<T>(self, read: impl FnOnce(&mut Reader<'_, 'de>) -> Result<T>) -> Result<T> {
        let Some(mut parts) = self.parts else { return Err(self.reader.give_up()) };
        let content = read(self.reader)?;
        self.reader.check()?;
        self.reader.count(&mut parts);
        self.reader.finish(&mut parts)?;
        self.reader.open_variants -= 1;
        Ok(content)
    }
}

impl<'de> de::EnumAccess<'de> for Variant<'_, '_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(mut self, seed: V) -> Result<(V::Value, Self)> {
        if let Some(parts) = &mut self.parts
            && !self.reader.has_more(parts)?
        {
            return Err(self.reader.give_up());
        }
        let variant = self.reader.part(seed)?;
        if self.parts.is_some() {
            self.reader.count_key()?;
        }
        Ok((variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_, '_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        if self.parts.is_some() {
            return Err(self.reader.give_up());
        }
        self.reader.open_variants -= 1;
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        self.content(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value> {
        self.content(|reader| de::Deserializer::deserialize_tuple(reader, length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.content(|reader| de::Deserializer::deserialize_struct(reader, "", fields, visitor))
    }
}

/// Bytes that [`crate::Value`] alone can tell apart.
pub(super) struct SpecialAtom<'de> {
    pub(super) kind: u32,
    pub(super) bytes: &'de [u8],
}

/// A tuple or set, which [`crate::Value`] alone can tell apart; it stands next.
pub(super) struct SpecialParts<'r, 'n, 'de> {
    pub(super) kind: u32,
    pub(super) reader: &'r mut Reader<'n, 'de>,
}

macro_rules! special {
    ($($access:ty)*) => {$(
        impl<'de> de::EnumAccess<'de> for $access {
            type Error = Error;
            type Variant = Self;

            fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
                let kind: U32Deserializer<Error> = self.kind.into_deserializer();
                Ok((seed.deserialize(kind)?, self))
            }
        }

        impl<'de> de::VariantAccess<'de> for $access {
            type Error = Error;

            fn unit_variant(self) -> Result<()> {
                Err(Error::data(String::new()))
            }

            fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
                self.content(seed)
            }

            fn tuple_variant<V: Visitor<'de>>(self, _length: usize, _visitor: V) -> Result<V::Value> {
                Err(Error::data(String::new()))
            }

            fn struct_variant<V: Visitor<'de>>(
                self,
                _fields: &'static [&'static str],
                _visitor: V,
            ) -> Result<V::Value> {
                Err(Error::data(String::new()))
            }
        }
    )*};
}

special!(SpecialAtom<'de> SpecialParts<'_, '_, 'de>);

impl<'de> SpecialAtom<'de> {
    fn content<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(BytesDeserializer::new(self.bytes))
    }
}

impl<'de> SpecialParts<'_, '_, 'de> {
    fn content<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        let content = self.reader.part(seed)?;
        self.reader.open_variants -= 1;
        Ok(content)
    }
}
