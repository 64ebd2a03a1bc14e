//! A value without parts, taken out of serde's hands.

use serde::ser::{self, Impossible, Serialize};

use crate::error::{Error, Result};

/// What a value says that has no parts.
#[derive(Debug)]
pub(super) enum Scalar {
    None,
    Int(i128),
    Float(f64),
    Str(String),
}

/// Takes a number, a text, or nothing.
pub(super) fn scalar<T: Serialize + ?Sized>(value: &T) -> Result<Scalar> {
    value.serialize(Taker)
}

struct Taker;

fn refused<T>() -> Result<T> {
    Err(Error::data("a number or a text was expected"))
}

macro_rules! integers {
    ($($method:ident $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<Scalar> {
            i128::try_from(value).map(Scalar::Int).or_else(|_| refused())
        }
    )*};
}

impl ser::Serializer for Taker {
    type Ok = Scalar;
    type Error = Error;
    type SerializeSeq = Impossible<Scalar, Error>;
    type SerializeTuple = Impossible<Scalar, Error>;
    type SerializeTupleStruct = Impossible<Scalar, Error>;
    type SerializeTupleVariant = Impossible<Scalar, Error>;
    type SerializeMap = Impossible<Scalar, Error>;
    type SerializeStruct = Impossible<Scalar, Error>;
    type SerializeStructVariant = Impossible<Scalar, Error>;

    integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128,
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_f32(self, value: f32) -> Result<Scalar> {
        Ok(Scalar::Float(value.into()))
    }

    fn serialize_f64(self, value: f64) -> Result<Scalar> {
        Ok(Scalar::Float(value))
    }

    fn serialize_str(self, value: &str) -> Result<Scalar> {
        Ok(Scalar::Str(value.to_owned()))
    }

    fn serialize_none(self) -> Result<Scalar> {
        Ok(Scalar::None)
    }

    fn serialize_unit(self) -> Result<Scalar> {
        Ok(Scalar::None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Scalar> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Scalar> {
        value.serialize(self)
    }

    fn serialize_bool(self, _value: bool) -> Result<Scalar> {
        refused()
    }

    fn serialize_char(self, _value: char) -> Result<Scalar> {
        refused()
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<Scalar> {
        refused()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Scalar> {
        refused()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
    ) -> Result<Scalar> {
        refused()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<Scalar> {
        refused()
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Self::SerializeSeq> {
        refused()
    }

    fn serialize_tuple(self, _length: usize) -> Result<Self::SerializeTuple> {
        refused()
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleStruct> {
        refused()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        refused()
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Self::SerializeMap> {
        refused()
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Self::SerializeStruct> {
        refused()
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant> {
        refused()
    }
}
