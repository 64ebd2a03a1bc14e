//! Rust values to bytes, through serde.

mod compound;
pub(crate) mod names;
mod numpy;
mod objects;
mod scalar;
mod special;

use std::borrow::Cow;
use std::collections::HashMap;

use serde::ser::{self, Serialize};

use self::compound::{Compound, Shape};
use self::special::Special;
use super::frames::Sink;
use super::options::{TakeBuffer, WriteOptions};
use super::writer::Writer;
use crate::bigint::BigInt;
use crate::error::{Error, Result, Segment};
use crate::limits::DEPTH;
use crate::opcode::Opcode;
use crate::protocol::Protocol;

/// Writes a value, into the sink if there is one.
pub(crate) fn encode<T: Serialize + ?Sized>(
    value: &T,
    options: WriteOptions<'_>,
    sink: Option<Sink<'_>>,
) -> Result<Vec<u8>> {
    let writer = Writer::new(options.protocol, 0, sink.map(|sink| sink as Sink<'_>));
    let buffers = options.buffers.filter(|_| options.protocol >= Protocol::V5);
    let buffers = buffers.map(|take| take as TakeBuffer<'_>);
    let zones = HashMap::new();
    let mut serializer = Serializer {
        writer,
        buffers,
        depth: 0,
        special: None,
        id_line: None,
        in_key: false,
        in_map_key: false,
        zones,
    };
    value.serialize(&mut serializer)?;
    serializer.writer.finish()
}

struct Serializer<'w> {
    writer: Writer<'w>,
    /// What takes bytes out of band.
    buffers: Option<TakeBuffer<'w>>,
    depth: usize,
    /// What the newtype struct that was just entered stands for.
    special: Option<Special>,
    /// The depth at which a text is a persistent id of protocol 0.
    id_line: Option<usize>,
    /// Inside a key of a dict or an item of a set, where Python wants hashable objects.
    in_key: bool,
    /// Inside a key of a dict: strings there come again in the next dict.
    in_map_key: bool,
    /// The memo numbers of time zones, by their texts: the values of a pickle share few.
    zones: HashMap<String, u32>,
}

/// Whether a serde name is the path of a Python class, which Rust's own names cannot be.
#[inline]
pub(crate) fn is_path(name: &str) -> bool {
    name.as_bytes().contains(&b'.')
}

/// Module and name of a path: `app.models.Profile`, or `app.models:Outer.Inner` where the name itself has dots.
pub(crate) fn split_path(path: &str) -> (&str, &str) {
    path.split_once(':').or_else(|| path.rsplit_once('.')).unwrap_or(("builtins", path))
}

impl<'w> Serializer<'w> {
    #[inline]
    fn enter(&mut self) -> Result<()> {
        self.writer.boundary()?;
        self.deeper()
    }

    /// One level more: serde recurses, so this guards the stack. The reader counts the same levels.
    #[inline]
    fn deeper(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Error::data(format!("the value nests deeper than {DEPTH} levels")));
        }
        Ok(())
    }

    /// An id for an object outside the pickle; protocol 0 has it on a line.
    fn persistent<T: Serialize + ?Sized>(&mut self, id: &T) -> Result<()> {
        if self.writer.is_text() {
            self.id_line = Some(self.depth + 1);
            self.wrapped(id)?;
            return match self.id_line.take() {
                Some(_) => Err(Error::data("a persistent id that is not a str needs protocol 1")),
                None => Ok(()),
            };
        }
        self.wrapped(id)?;
        self.writer.op(Opcode::BinPersId);
        Ok(())
    }

    /// What is inside of something that writes nothing itself.
    #[inline]
    fn wrapped<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.deeper()?;
        value.serialize(&mut *self)?;
        self.depth -= 1;
        Ok(())
    }

    fn hashable(&self, kind: &str) -> Result<()> {
        if self.in_key {
            return Err(Error::data(format!("a {kind} cannot be a dict key or a set item in Python")));
        }
        Ok(())
    }

    fn list(&mut self, length: Option<usize>) -> Result<Compound<'_, 'w>> {
        self.hashable("list")?;
        self.enter()?;
        self.writer.empty(Opcode::EmptyList);
        self.writer.memoize()?;
        Ok(Compound::new(self, Shape::List, length))
    }

    fn dict(&mut self, length: Option<usize>) -> Result<Compound<'_, 'w>> {
        self.hashable("dict")?;
        self.enter()?;
        self.writer.empty(Opcode::EmptyDict);
        self.writer.memoize()?;
        Ok(Compound::new(self, Shape::Dict, length))
    }

    fn tuple(&mut self, length: usize) -> Result<Compound<'_, 'w>> {
        self.enter()?;
        if length > 0 {
            self.writer.start_tuple(length);
        }
        Ok(Compound::new(self, Shape::Tuple(length), Some(length)))
    }

    fn set(&mut self, frozen: bool, length: Option<usize>) -> Result<Compound<'_, 'w>> {
        if !frozen {
            self.hashable("set")?;
        }
        self.enter()?;
        let shape = match (self.writer.framing(), frozen) {
            (true, true) => {
                self.writer.op(Opcode::Mark);
                Shape::FrozenSet
            }
            (true, false) => {
                self.writer.op(Opcode::EmptySet);
                self.writer.memoize()?;
                Shape::Set
            }
            (false, _) => {
                self.writer.start_call(if frozen { "frozenset" } else { "set" }, 1)?;
                self.writer.boundary()?;
                self.writer.empty(Opcode::EmptyList);
                self.writer.memoize()?;
                Shape::SetCall
            }
        };
        Ok(Compound::new(self, shape, length))
    }

    /// `{variant: …`, to be closed by `SETITEM`.
    fn open_variant(&mut self, variant: &'static str) -> Result<()> {
        self.hashable("dict")?;
        self.enter()?;
        self.writer.empty(Opcode::EmptyDict);
        self.writer.memoize()?;
        self.writer.name(Cow::Borrowed(variant)).map(drop)
    }

    /// Bytes or a bytearray, which may be taken out of band.
    fn bytes(&mut self, data: &[u8], is_array: bool) -> Result<()> {
        if let Some(take) = self.buffers.as_mut().filter(|_| !self.in_key)
            && take(data).map_err(Error::io)?
        {
            self.writer.op(Opcode::NextBuffer);
            if !is_array {
                self.writer.op(Opcode::ReadonlyBuffer);
            }
            return Ok(());
        }
        let written = if is_array { self.writer.bytearray(data) } else { self.writer.shared_bytes(data) };
        written.map(drop)
    }

    fn long(&mut self, value: BigInt) -> Result<()> {
        self.writer.boundary()?;
        self.writer.long(value.as_le_bytes())
    }
}

impl<'s, 'w> ser::Serializer for &'s mut Serializer<'w> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'s, 'w>;
    type SerializeTuple = Compound<'s, 'w>;
    type SerializeTupleStruct = Compound<'s, 'w>;
    type SerializeTupleVariant = Compound<'s, 'w>;
    type SerializeMap = Compound<'s, 'w>;
    type SerializeStruct = Compound<'s, 'w>;
    type SerializeStructVariant = Compound<'s, 'w>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Result<()> {
        self.writer.boundary()?;
        self.writer.bool(value);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<()> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<()> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<()> {
        self.serialize_i64(value.into())
    }

    #[inline]
    fn serialize_i64(self, value: i64) -> Result<()> {
        self.writer.boundary()?;
        self.writer.int(value);
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result<()> {
        self.long(value.into())
    }

    fn serialize_u8(self, value: u8) -> Result<()> {
        self.serialize_i64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<()> {
        self.serialize_i64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<()> {
        self.serialize_i64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<()> {
        match i64::try_from(value) {
            Ok(value) => self.serialize_i64(value),
            Err(_) => self.long(value.into()),
        }
    }

    fn serialize_u128(self, value: u128) -> Result<()> {
        self.long(value.into())
    }

    fn serialize_f32(self, value: f32) -> Result<()> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<()> {
        self.writer.boundary()?;
        self.writer.float(value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<()> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<()> {
        self.writer.boundary()?;
        if self.id_line == Some(self.depth) {
            self.id_line = None;
            return self.writer.persistent_line(value);
        }
        match self.special.take() {
            Some(Special::DType) => return numpy::dtype(&mut self.writer, value),
            Some(Special::Text(kind)) => return self.text(kind, value),
            _ => {}
        }
        if self.in_map_key {
            return self.writer.key(value).map(drop);
        }
        self.writer.str(value.as_bytes()).map(drop)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<()> {
        self.writer.boundary()?;
        match self.special.take() {
            Some(Special::BigInt) => self.writer.long(value),
            Some(Special::Surrogates) => {
                crate::parse::unicode(value)
                    .map_err(|_| Error::data("a string is not UTF-8, even with surrogates"))?;
                self.writer.str(value).map(drop)
            }
            Some(Special::ByteArray) => {
                self.hashable("bytearray")?;
                self.bytes(value, true)
            }
            _ => self.bytes(value, false),
        }
    }

    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        self.wrapped(value)
    }

    fn serialize_unit(self) -> Result<()> {
        self.writer.boundary()?;
        self.writer.op(Opcode::None);
        Ok(())
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<()> {
        if is_path(name) {
            return self.class(name);
        }
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, name: &'static str, _index: u32, variant: &'static str) -> Result<()> {
        if is_path(name) || is_path(variant) {
            return self.member(name, variant);
        }
        self.writer.boundary()?;
        self.writer.name(Cow::Borrowed(variant)).map(drop)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<()> {
        if name == names::PERSISTENT {
            return self.persistent(value);
        }
        self.special = Special::named(name);
        if self.special.is_some() {
            value.serialize(&mut *self)?;
            self.special = None; // if nobody took it
            return Ok(());
        }
        if is_path(name) {
            return self.wrapping_instance(name, value);
        }
        self.wrapped(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        if is_path(variant) {
            return self.wrapping_instance(variant, value);
        }
        self.open_variant(variant)?;
        value.serialize(&mut *self).map_err(|error| error.inside(Segment::Name(variant.to_owned())))?;
        self.depth -= 1;
        self.writer.op(Opcode::SetItem);
        Ok(())
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Compound<'s, 'w>> {
        match self.special.take() {
            Some(Special::Set) => self.set(false, length),
            Some(Special::FrozenSet) => self.set(true, length),
            Some(Special::Array(code)) => self.array(code),
            Some(Special::Into) => self.items_for_top(Shape::Items, length),
            _ => self.list(length),
        }
    }

    fn serialize_tuple(self, length: usize) -> Result<Compound<'s, 'w>> {
        match self.special.take() {
            Some(Special::Complex) => {
                self.enter()?;
                self.writer.start_call("complex", 2)?;
                Ok(Compound::new(self, Shape::Complex, Some(length)))
            }
            Some(Special::NdArray) => {
                self.hashable("numpy array")?;
                self.enter()?;
                numpy::empty_array(&mut self.writer)?;
                Ok(Compound::new(self, Shape::NdArray, Some(length)))
            }
            Some(Special::Range) => {
                self.enter()?;
                self.writer.start_call("range", 3)?;
                Ok(Compound::new(self, Shape::Call(3), Some(length)))
            }
            Some(Special::Set) => self.set(false, Some(length)),
            Some(Special::FrozenSet) => self.set(true, Some(length)),
            Some(Special::Array(code)) => self.array(code),
            Some(Special::Into) => self.items_for_top(Shape::Items, Some(length)),
            _ => self.tuple(length),
        }
    }

    fn serialize_tuple_struct(self, name: &'static str, length: usize) -> Result<Compound<'s, 'w>> {
        if is_path(name) {
            return self.named_tuple(name, length);
        }
        self.tuple(length)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Compound<'s, 'w>> {
        if is_path(variant) {
            return self.named_tuple(variant, length);
        }
        self.open_variant(variant)?;
        self.tuple(length).map(Compound::in_variant)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Compound<'s, 'w>> {
        match self.special.take() {
            Some(Special::OrderedDict) => self.ordered_dict(length),
            Some(Special::Counter) => self.counter(length),
            Some(Special::Into) => self.items_for_top(Shape::Pairs, length),
            _ => self.dict(length),
        }
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Compound<'s, 'w>> {
        match self.special.take() {
            Some(Special::DefaultDict) => return self.parts("defaultdict"),
            Some(Special::Deque) => return self.parts("deque"),
            Some(Special::Into) => return self.items_for_top(Shape::Pairs, Some(length)),
            _ => {}
        }
        if is_path(name) {
            return self.instance(name, length);
        }
        self.dict(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Compound<'s, 'w>> {
        if is_path(variant) {
            return self.instance(variant, length);
        }
        self.open_variant(variant)?;
        self.dict(Some(length)).map(Compound::in_variant)
    }
}
