//! The reader as a serde deserializer: the same types from the same objects as the one of a graph.

use serde::de::value::SeqDeserializer;
use serde::de::{self, Visitor};

use super::access::{SpecialAtom, SpecialParts, Variant};
use super::{Atom, Kind, Reader, Start};
use crate::de::{exact, fits_f32};
use crate::encode::serde::names;
use crate::error::{Error, Result};
use crate::opcode::Opcode;
use crate::value::special;

impl<'de> de::Deserializer<'de> for &mut Reader<'_, 'de> {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.start()?;
        self.any(start, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if matches!(self.opcode()?, Opcode::None | Opcode::BinGet | Opcode::LongBinGet) {
            let before = self.place;
            if let Start::Atom(Atom::None) = self.begin()? {
                return visitor.visit_none();
            }
            self.place = before;
        }
        self.nested(|reader| visitor.visit_some(reader))
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.start()? {
            Start::Atom(Atom::Float(value)) if fits_f32(value) => visitor.visit_f64(value),
            _ => Err(self.give_up()),
        }
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.plain_bool() {
            Some(value) => visitor.visit_bool(value),
            None => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_i64(visitor)
    }

    #[inline]
    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.plain_int() {
            Some(value) => visitor.visit_i64(value),
            None => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if let Some(value) = self.plain_float() {
            return visitor.visit_f64(value);
        }
        let value = match self.start()? {
            Start::Atom(Atom::Float(value)) => Some(value),
            Start::Atom(Atom::Int(value)) => exact(value),
            _ => None,
        };
        visitor.visit_f64(value.ok_or_else(|| self.give_up())?)
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if let Some(text) = self.short_text() {
            return visitor.visit_borrowed_str(text);
        }
        match self.start()? {
            Start::Atom(Atom::Str(text)) => visitor.visit_borrowed_str(text),
            _ => Err(self.give_up()),
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.short_text() {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.start()? {
            Start::Atom(Atom::Bytes(bytes) | Atom::ByteArray(bytes)) => visitor.visit_borrowed_bytes(bytes),
            _ => Err(self.give_up()),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if let Some(parts) = self.plain_list() {
            return self.parts(Kind::List, parts, visitor);
        }
        let start = self.start()?;
        let Start::Atom(Atom::Bytes(bytes) | Atom::ByteArray(bytes)) = start else {
            return self.any(start, visitor);
        };
        let charged = bytes.len().saturating_sub(self.free_bytes);
        self.free_bytes = self.free_bytes.saturating_sub(bytes.len());
        self.spend(charged)?;
        let mut items = SeqDeserializer::<_, Error>::new(bytes.iter().copied());
        let value = visitor.visit_seq(&mut items)?;
        items.end()?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        self.common(name)?;
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.common(name)?;
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.common(name)?;
        if let Some(parts) = self.plain_dict() {
            return self.parts(Kind::Dict, parts, visitor);
        }
        match self.start()? {
            Start::Parts(Kind::Dict, parts) => self.parts(Kind::Dict, parts, visitor),
            _ => Err(self.give_up()),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name != names::VALUE {
            self.common(name)?;
            return self.nested(|reader| visitor.visit_newtype_struct(reader));
        }
        let before = self.place;
        let start = self.start()?;
        match start {
            Start::Atom(Atom::ByteArray(bytes)) => {
                visitor.visit_enum(SpecialAtom { kind: special::BYTE_ARRAY, bytes })
            }
            Start::Atom(Atom::BigInt(bytes)) => {
                visitor.visit_enum(SpecialAtom { kind: special::BIG_INT, bytes })
            }
            Start::Parts(kind @ (Kind::Tuple | Kind::Set), _) => {
                self.place = before;
                let kind = if kind == Kind::Tuple { special::TUPLE } else { special::SET };
                let open = self.open_variants;
                self.open_variants += 1;
                let value = visitor.visit_enum(SpecialParts { kind, reader: self })?;
                if self.open_variants != open { Err(self.give_up()) } else { Ok(value) }
            }
            start => self.any(start, visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.common(name)?;
        let (before, open) = (self.place, self.open_variants);
        let value = match self.start()? {
            Start::Atom(Atom::Str(_)) => {
                self.place = before;
                self.open_variants += 1;
                visitor.visit_enum(Variant { reader: self, parts: None })?
            }
            Start::Parts(Kind::Dict, parts) if parts.left == 2 => self.nested(|reader| {
                reader.open_variants += 1;
                visitor.visit_enum(Variant { reader, parts: Some(parts) })
            })?,
            _ => return Err(self.give_up()),
        };
        if self.open_variants != open { Err(self.give_up()) } else { Ok(value) }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.pass()?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char unit map
    }
}
