//! Containers of the serializer: batches and marks, tuples, sets, and the paths of errors.

use std::borrow::Cow;

use serde::ser::{self, Serialize};

use super::{Serializer, objects};
use crate::encode::BATCH;
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
    /// Arguments of a call, as many as there are.
    Call(usize),
    /// Pairs of an object that is on the stack.
    Pairs,
    /// Items of an object that is on the stack.
    Items,
    /// The numbers of an `array.array` of this type code.
    Array(char),
    /// The parts of a `defaultdict` or `deque`, which are told apart by their names.
    Parts(&'static str),
    /// An instance without a state.
    Nothing,
    /// The state of a numpy array.
    NdArray,
}

/// How items reach their container.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// All at once, when they are complete: tuples, frozensets.
    AtEnd,
    /// In batches with a mark each.
    Batched,
    /// One was announced, which needs no mark.
    Single,
    /// Each by its own opcode: protocol 0.
    OneByOne,
}

impl Mode {
    fn of(shape: Shape, length: Option<usize>, is_text: bool) -> Self {
        match shape {
            Shape::FrozenSet | Shape::Tuple(_) | Shape::Complex | Shape::NdArray => Self::AtEnd,
            Shape::Call(_) | Shape::Array(_) | Shape::Parts(_) | Shape::Nothing => Self::AtEnd,
            _ if is_text => Self::OneByOne,
            Shape::List | Shape::SetCall | Shape::Dict | Shape::Pairs | Shape::Items if length == Some(1) => {
                Self::Single
            }
            _ => Self::Batched,
        }
    }
}

/// A container whose items are being written.
pub(super) struct Compound<'s, 'w> {
    serializer: &'s mut Serializer<'w>,
    shape: Shape,
    mode: Mode,
    count: usize,
    length: Option<usize>,
    marked: bool,
    then: Then,
    outer_key: bool,
    /// The numbers of an array.
    packed: Vec<u8>,
}

/// What is done when the container is complete.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Nothing,
    /// It is the content of a variant.
    SetItem,
    /// It is the last of so many arguments.
    Call(usize),
    /// It is the state of an instance, and whether that is in a key.
    Build {
        in_key: bool,
    },
    /// It is the arguments of a new instance.
    NewObj,
}

impl<'s, 'w> Compound<'s, 'w> {
    pub(super) fn new(serializer: &'s mut Serializer<'w>, shape: Shape, length: Option<usize>) -> Self {
        let outer_key = serializer.in_key;
        let mode = Mode::of(shape, length, serializer.writer.is_text());
        let (then, packed) = (Then::Nothing, Vec::new());
        Self { serializer, shape, mode, count: 0, length, marked: false, then, outer_key, packed }
    }

    pub(super) fn in_variant(self) -> Self {
        self.then(Then::SetItem)
    }

    pub(super) fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }

    fn one(&self) -> Opcode {
        if matches!(self.shape, Shape::Dict | Shape::Pairs) { Opcode::SetItem } else { Opcode::Append }
    }

    fn many(&self) -> Opcode {
        match self.shape {
            Shape::Dict | Shape::Pairs => Opcode::SetItems,
            Shape::Set => Opcode::AddItems,
            _ => Opcode::Appends,
        }
    }

    /// Before an item: a mark at the start of each batch.
    #[inline]
    fn before(&mut self) {
        match self.mode {
            Mode::Batched if !self.marked => self.open_batch(),
            Mode::Single if self.count > 0 => {
                self.end_single();
                self.open_batch();
            }
            _ => {}
        }
    }

    fn open_batch(&mut self) {
        self.serializer.writer.op(Opcode::Mark);
        self.marked = true;
    }

    fn close_batch(&mut self) {
        let many = self.many();
        self.serializer.writer.op(many);
        self.marked = false;
    }

    /// The one item that was announced; if others follow after all, they come in batches.
    fn end_single(&mut self) {
        let one = self.one();
        self.serializer.writer.op(one);
        self.mode = Mode::Batched;
    }

    #[inline]
    fn after(&mut self) {
        self.count += 1;
        if self.marked && self.count.is_multiple_of(BATCH) {
            self.close_batch();
            // CPython opens the next batch of a dict or set before it knows that there is nothing left.
            if matches!(self.shape, Shape::Dict | Shape::Set) {
                self.open_batch();
            }
            // A last item of an object's needs no mark.
            if matches!(self.shape, Shape::Pairs | Shape::Items) && self.length == Some(self.count + 1) {
                self.mode = Mode::OneByOne;
                return;
            }
        }
        if self.mode == Mode::OneByOne {
            let one = self.one();
            self.serializer.writer.op(one);
        }
    }

    #[inline]
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        if let Shape::Array(code) = self.shape {
            let packed = objects::pack(value, code, &mut self.packed);
            self.count += 1;
            return packed.map_err(|error| error.inside(Segment::Index(self.count - 1)));
        }
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
        if self.mode == Mode::Single && self.count == 1 {
            self.end_single();
        }
        if self.marked {
            self.close_batch();
        }
        let writer = &mut self.serializer.writer;
        match self.shape {
            Shape::List | Shape::Dict | Shape::Set | Shape::Pairs | Shape::Items => {}
            Shape::Parts(_) | Shape::Nothing => {}
            Shape::FrozenSet => {
                writer.op(Opcode::FrozenSet);
                writer.memoize()?;
            }
            Shape::SetCall => {
                writer.end_call(1)?;
            }
            Shape::Complex => {
                writer.end_call(2)?;
            }
            Shape::Call(arguments) => {
                writer.end_call(arguments)?;
            }
            Shape::Array(code) => objects::end_array(writer, code, &self.packed)?,
            Shape::NdArray => super::numpy::end_array(writer)?,
            Shape::Tuple(length) if length != self.count => {
                return Err(Error::data(format!("a tuple of {length} items was given {}", self.count)));
            }
            Shape::Tuple(length) => writer.end_tuple(length)?,
        }
        self.serializer.depth -= 1;
        self.complete()
    }

    fn complete(self) -> Result<()> {
        let writer = &mut self.serializer.writer;
        match self.then {
            Then::Nothing => {}
            Then::SetItem => {
                self.serializer.depth -= 1;
                writer.op(Opcode::SetItem);
            }
            Then::Call(arguments) => {
                writer.end_call(arguments)?;
            }
            Then::Build { in_key } => {
                if self.shape != Shape::Nothing {
                    writer.op(Opcode::Build);
                }
                self.serializer.in_key = in_key;
            }
            Then::NewObj => {
                writer.op(Opcode::NewObj);
                writer.memoize()?;
            }
        }
        Ok(())
    }
}

macro_rules! sequences {
    ($($kind:ident $method:ident,)*) => {$(
        impl ser::$kind for Compound<'_, '_> {
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

impl ser::SerializeMap for Compound<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.before();
        (self.serializer.in_key, self.serializer.in_map_key) = (true, true);
        let result = key.serialize(&mut *self.serializer);
        (self.serializer.in_key, self.serializer.in_map_key) = (self.outer_key, false);
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
        impl ser::$kind for Compound<'_, '_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
                if let Shape::Parts(class) = self.shape {
                    return self.serializer.part(class, name, value);
                }
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
