//! Containers of the serializer: batches and marks, tuples, sets, and the paths of errors.

use std::borrow::Cow;

use serde::ser::{self, Serialize};

use super::Serializer;
use crate::encode::BATCH;
use crate::encode::writer::Writer;
use crate::error::{Error, Result, Segment};
use crate::opcode::Opcode;

/// What a [`Compound`] writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    List,
    Dict,
    Set,
    FrozenSet,
    /// `set([…])` or `frozenset([…])`, before protocol 4.
    SetCall,
    Tuple(usize),
    Complex,
}

/// A container whose items are being written.
pub(super) struct Compound<'s> {
    serializer: &'s mut Serializer,
    shape: Shape,
    /// Whether the length was said to be 1, which needs no mark.
    single: bool,
    count: usize,
    marked: bool,
    in_variant: bool,
    outer_key: bool,
}

impl<'s> Compound<'s> {
    pub(super) fn new(serializer: &'s mut Serializer, shape: Shape, length: Option<usize>) -> Self {
        let outer_key = serializer.in_key;
        let single = length == Some(1) && matches!(shape, Shape::List | Shape::Dict);
        Self { serializer, shape, single, count: 0, marked: false, in_variant: false, outer_key }
    }

    pub(super) fn in_variant(mut self) -> Self {
        self.in_variant = true;
        self
    }

    fn many(&self) -> Opcode {
        match self.shape {
            Shape::Dict => Opcode::SetItems,
            Shape::Set => Opcode::AddItems,
            _ => Opcode::Appends,
        }
    }

    fn is_batched(&self) -> bool {
        matches!(self.shape, Shape::List | Shape::Dict | Shape::Set | Shape::SetCall)
    }

    /// Before an item: a mark at the start of each batch, unless one item was announced.
    #[inline]
    fn before(&mut self) {
        if !self.is_batched() || self.marked {
            return;
        }
        if self.single && self.count == 0 {
            return;
        }
        if self.single && self.count == 1 {
            self.end_single();
        }
        self.serializer.writer.op(Opcode::Mark);
        self.marked = true;
    }

    fn end_single(&mut self) {
        self.serializer.writer.op(if self.shape == Shape::Dict { Opcode::SetItem } else { Opcode::Append });
        self.single = false;
    }

    #[inline]
    fn after(&mut self) {
        self.count += 1;
        if self.marked && self.count.is_multiple_of(BATCH) {
            self.close_batch();
            // CPython opens the next batch of a dict or set before it knows that there is nothing left.
            if matches!(self.shape, Shape::Dict | Shape::Set) {
                self.serializer.writer.op(Opcode::Mark);
                self.marked = true;
            }
        }
    }

    fn close_batch(&mut self) {
        let many = self.many();
        self.serializer.writer.op(many);
        self.marked = false;
    }

    #[inline]
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.before();
        let in_set = matches!(self.shape, Shape::Set | Shape::FrozenSet | Shape::SetCall);
        self.serializer.in_key = self.outer_key || in_set;
        let result = value.serialize(&mut *self.serializer);
        self.serializer.in_key = self.outer_key;
        if let Err(error) = result {
            return Err(error.inside(Segment::Index(self.count)));
        }
        self.after();
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        if self.single && self.count == 1 {
            self.end_single();
        }
        if self.marked {
            self.close_batch();
        }
        let writer = &mut self.serializer.writer;
        match self.shape {
            Shape::List | Shape::Dict | Shape::Set => {}
            Shape::FrozenSet => {
                writer.op(Opcode::FrozenSet);
                writer.memoize()?;
            }
            Shape::SetCall => {
                writer.call(Opcode::Tuple1)?;
            }
            Shape::Complex => {
                writer.call(Opcode::Tuple2)?;
            }
            Shape::Tuple(length) => end_tuple(writer, length, self.count)?,
        }
        self.serializer.depth -= 1;
        if self.in_variant {
            self.serializer.depth -= 1;
            self.serializer.writer.op(Opcode::SetItem);
        }
        Ok(())
    }
}

fn end_tuple(writer: &mut Writer, length: usize, count: usize) -> Result<()> {
    if count != length {
        return Err(Error::data(format!("a tuple of {length} items was given {count}")));
    }
    let opcode = match length {
        0 => {
            writer.op(Opcode::EmptyTuple);
            return Ok(());
        }
        1 => Opcode::Tuple1,
        2 => Opcode::Tuple2,
        3 => Opcode::Tuple3,
        _ => Opcode::Tuple,
    };
    writer.op(opcode);
    writer.memoize().map(drop)
}

macro_rules! sequences {
    ($($kind:ident $method:ident,)*) => {$(
        impl ser::$kind for Compound<'_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.item(value)
            }

            fn end(self) -> Result<()> {
                self.finish()
            }
        }
    )*};
}

sequences! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}

impl ser::SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.before();
        self.serializer.in_key = true;
        let result = key.serialize(&mut *self.serializer);
        self.serializer.in_key = self.outer_key;
        result
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        value.serialize(&mut *self.serializer)?;
        self.after();
        Ok(())
    }

    fn end(self) -> Result<()> {
        self.finish()
    }
}

macro_rules! structs {
    ($($kind:ident)*) => {$(
        impl ser::$kind for Compound<'_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
                self.before();
                self.serializer.writer.name(Cow::Borrowed(name))?;
                let result = value.serialize(&mut *self.serializer);
                result.map_err(|error| error.inside(Segment::Name(name.to_owned())))?;
                self.after();
                Ok(())
            }

            fn end(self) -> Result<()> {
                self.finish()
            }
        }
    )*};
}

structs!(SerializeStruct SerializeStructVariant);
