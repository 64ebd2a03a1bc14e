//! The reader as a serde deserializer: the same types from the same objects as the one of a graph.

use serde::de::value::SeqDeserializer;
use serde::de::{self, Visitor};

use super::access::{SpecialAtom, SpecialParts, Variant};
use super::parts::Kind;
use super::{Atom, Reader, Start};
use crate::de::{TEXT_UNIT, exact, fits_f32};
use crate::encode::serde::names;
use crate::error::{Error, Result};
use crate::opcode::Opcode;
use crate::value::special;

/// Methods for types that say what comes.
macro_rules! expected {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.expected(visitor)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &mut Reader<'_, 'de> {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.begin()?;
        self.any(start, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let opcode = self.opcode()?;
        if opcode == Opcode::None && !self.is_tuple() {
            self.atom(opcode)?;
            return visitor.visit_none();
        }
        if matches!(opcode, Opcode::BinGet | Opcode::LongBinGet) && matches!(self.peek()?, Atom::None) {
            return Err(self.give_up());
        }
        self.nested(|reader| visitor.visit_some(reader))
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.begin_expected()? {
            Start::Atom(Atom::Float(value)) if fits_f32(value) => visitor.visit_f64(value),
            _ => Err(self.give_up()),
        }
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.plain_bool() {
            Some(value) => visitor.visit_bool(value),
            None => self.expected(visitor),
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
            None => self.expected(visitor),
        }
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if let Some(value) = self.plain_float() {
            return visitor.visit_f64(value);
        }
        let value = match self.begin_expected()? {
            Start::Atom(Atom::Float(value)) => Some(value),
            Start::Atom(Atom::Int(value)) => exact(value),
            _ => None,
        };
        visitor.visit_f64(value.ok_or_else(|| self.give_up())?)
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if let Some(text) = self.plain_text() {
            return visitor.visit_borrowed_str(text);
        }
        match self.begin_expected()? {
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
        match self.plain_text() {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.expected(visitor),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.begin_expected()? {
            Start::Atom(Atom::Bytes(bytes) | Atom::ByteArray(bytes)) => visitor.visit_borrowed_bytes(bytes),
            _ => Err(self.give_up()),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if let Some(parts) = self.plain_container(Kind::List) {
            return self.parts(parts, visitor);
        }
        self.sequence(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value> {
        match self.plain_tuple(length) {
            Some(parts) => self.parts(parts, visitor),
            None => self.sequence(visitor),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        self.common(name)?;
        self.expected(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.common(name)?;
        self.deserialize_tuple(length, visitor)
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.common(name)?;
        match self.plain_container(Kind::Dict) {
            Some(parts) => self.parts(parts, visitor),
            None => Err(self.give_up()),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name != names::VALUE {
            self.common(name)?;
            return self.nested(|reader| visitor.visit_newtype_struct(reader));
        }
        let opcode = self.look_ahead()?;
        if let Some(kind) = self.special(opcode) {
            self.pay(1)?; // once as what it is and once as a sequence
            let open = self.open_variants;
            self.open_variants += 1;
            let value = visitor.visit_enum(SpecialParts { kind, reader: self })?;
            return if self.open_variants != open { Err(self.give_up()) } else { Ok(value) };
        }
        match self.begin_with(opcode)? {
            Start::Atom(Atom::ByteArray(bytes)) => {
                visitor.visit_enum(SpecialAtom { kind: special::BYTE_ARRAY, bytes })
            }
            Start::Atom(Atom::BigInt(bytes)) => {
                visitor.visit_enum(SpecialAtom { kind: special::BIG_INT, bytes })
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
        let open = self.open_variants;
        let value = match self.plain_container(Kind::Dict) {
            Some(parts) => self.nested(|reader| {
                reader.open_variants += 1;
                visitor.visit_enum(Variant { reader, parts: Some(parts) })
            })?,
            None => {
                let Atom::Str(text) = self.peek()? else { return Err(self.give_up()) };
                self.pay(1 + text.len() / TEXT_UNIT)?;
                self.open_variants += 1;
                visitor.visit_enum(Variant { reader: self, parts: None })?
            }
        };
        if self.open_variants != open { Err(self.give_up()) } else { Ok(value) }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.pass()?;
        visitor.visit_unit()
    }

    expected! {
        deserialize_i128 deserialize_u128 deserialize_char deserialize_unit
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.plain_container(Kind::Dict) {
            Some(parts) => self.parts(parts, visitor),
            None => self.deserialize_any(visitor),
        }
    }
}

impl<'de> Reader<'_, 'de> {
    /// The items of a container, or bytes as numbers.
    fn sequence<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let opcode = self.look_ahead()?;
        let start = self.begin_with(opcode)?;
        let Start::Atom(Atom::Bytes(bytes) | Atom::ByteArray(bytes)) = start else {
            return self.any(start, visitor);
        };
        if matches!(opcode, Opcode::BinGet | Opcode::LongBinGet) {
            self.pay(bytes.len())?;
        }
        let mut items = SeqDeserializer::<_, Error>::new(bytes.iter().copied());
        let value = visitor.visit_seq(&mut items)?;
        items.end()?;
        Ok(value)
    }

    /// The kind of a tuple or set, which stands next.
    fn special(&self, opcode: Opcode) -> Option<u32> {
        match opcode {
            _ if self.is_tuple() => Some(special::TUPLE),
            Opcode::EmptyTuple | Opcode::Mark => Some(special::TUPLE),
            Opcode::EmptySet => Some(special::SET),
            _ => None,
        }
    }

    /// The atom that stands next, which is not passed.
    fn peek(&mut self) -> Result<Atom<'de>> {
        let (opcode, start, top) = (self.opcode()?, self.position, self.top);
        let atom = self.atom(opcode)?;
        (self.position, self.top) = (start, top);
        Ok(atom)
    }

    #[inline]
    fn expected<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let start = self.begin_expected()?;
        self.any(start, visitor)
    }
}
