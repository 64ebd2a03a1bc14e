//! numpy's arrays and scalars as serde values: sequences of sequences, numbers, texts, records.

mod number;

use serde::de::value::{BorrowedBytesDeserializer, BytesDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer as _, IntoDeserializer, Visitor};

use self::number::{NumberDeserializer, Numbers};
use super::Deserializer;
use crate::encode::serde::names;
use crate::error::{Error, Result, Segment, shown};
use crate::graph::{Node, NodeId};
use crate::numpy::{Array, Kind, Number, unpadded};

impl<'c, 'g, 'de> Deserializer<'c, 'g, 'de> {
    /// Reads what is no builtin: an array of numpy. Anything else is what the visitor does not expect.
    #[cold]
    pub(super) fn array<V: Visitor<'de>>(
        self,
        node: Node<'g>,
        visitor: V,
        read: impl FnOnce(Part<'_, 'c, 'g, 'de>, V) -> Result<V::Value>,
    ) -> Result<V::Value> {
        match self.numpy(node)? {
            Some(array) => {
                read(Part { from: self, array: &array, fields: None, axis: 0, offset: 0 }, visitor)
            }
            None => self.known_object(node, visitor),
        }
    }

    /// Reads a struct: a record of numpy, a dict of another kind, or the attributes of an instance of any class.
    #[cold]
    pub(super) fn structure<V: Visitor<'de>>(
        self,
        name: &'static str,
        node: Node<'g>,
        visitor: V,
    ) -> Result<V::Value> {
        if let Some(array) = self.numpy(node)? {
            let part = Part { from: self, array: &array, fields: None, axis: 0, offset: 0 };
            return de::Deserializer::deserialize_any(part, visitor);
        }
        match node {
            Node::Object(_) if self.context.graph.known(self.id)?.is_none() => {
                self.instance(name, node, visitor)
            }
            node => self.known_object(node, visitor),
        }
    }

    /// The array that the node is, paid for.
    fn numpy(self, node: Node<'g>) -> Result<Option<Array<'g>>> {
        let Node::Object(_) = node else { return Ok(None) };
        let array = Array::from_node(self.context.graph, self.id)?;
        if let Some(array) = &array {
            self.spread(array.len().saturating_mul(array.dtype().item_size().max(1)))?;
        }
        Ok(array)
    }

    /// Reads an array as [`crate::numpy::NdArray`] wants it.
    pub(super) fn nd_array<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let node = self.node()?;
        let Some(array) = self.numpy(node)? else { return Err(self.unexpected(node, &visitor)) };
        if array.mask().is_some() {
            return Err(Error::data("a masked array of numpy, of which some items are left out"));
        }
        if array.dtype().kind() == Kind::Record {
            return Err(Error::data("a numpy array of records, where numbers were expected"));
        }
        visitor.visit_newtype_struct(Whole { from: self, array: &array })
    }
}

/// A part of an array: what is left when the first indexes are chosen.
pub(super) struct Part<'p, 'c, 'g, 'de> {
    from: Deserializer<'c, 'g, 'de>,
    array: &'p Array<'g>,
    /// The fields of the array's records, once they are known.
    fields: Option<&'p [Field<'g>]>,
    /// How many indexes are chosen.
    axis: usize,
    offset: usize,
}

/// A field of all records.
struct Field<'g> {
    name: &'g str,
    array: Array<'g>,
    /// Where it starts in an item.
    offset: usize,
}

fn fields<'g>(array: &Array<'g>) -> Result<Vec<Field<'g>>> {
    let fields = array.dtype().fields()?.into_iter();
    let field = |(name, dtype, offset)| Ok(Field { name, array: array.field_of(dtype, offset)?, offset });
    fields.map(field).collect()
}

impl<'p, 'c, 'g, 'de> Part<'p, 'c, 'g, 'de> {
    fn is_item(&self) -> bool {
        self.axis == self.array.shape().len()
    }

    /// The node of an item of objects.
    fn node(&self) -> Option<NodeId> {
        self.array.object_at(self.offset).filter(|_| self.is_item() && !self.is_masked())
    }

    fn is_masked(&self) -> bool {
        self.is_item() && self.array.is_masked_at(self.offset)
    }

    fn number(&self) -> Option<Number> {
        let item = self.array.item_at(self.offset).filter(|_| self.is_item() && !self.is_masked())?;
        self.array.number(item)
    }

    fn items<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let length = self.array.shape().get(self.axis).copied().unwrap_or(0);
        self.from.spend(1)?;
        let is_last = self.axis + 1 == self.array.shape().len();
        if is_last
            && let Some(numbers) = Numbers::new(self.array, self.offset, self.array.stride(self.axis), length)
        {
            return self.from.nested(|| self.numbers(numbers, length, visitor));
        }
        let is_record = self.array.dtype().kind() == Kind::Record && self.array.object_at(0).is_none();
        let records = if is_last && is_record && length > 0 { fields(self.array)? } else { Vec::new() };
        self.from.spend(records.len())?;
        let fields = (!records.is_empty()).then_some(&*records);
        self.from.nested(|| {
            let mut access = Items { part: Part { fields, ..self }, next: 0, length };
            let value = visitor.visit_seq(&mut access)?;
            all_read(access.next, length).map(|()| value)
        })
    }

    fn numbers<V: Visitor<'de>>(
        &self,
        mut numbers: Numbers<'_, 'g>,
        length: usize,
        visitor: V,
    ) -> Result<V::Value> {
        let value = visitor.visit_seq(&mut numbers)?;
        all_read(numbers.next, length).map(|()| value)
    }

    fn record<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.from.spend(1)?;
        let own = if self.fields.is_none() { fields(self.array)? } else { Vec::new() };
        self.from.spend(own.len())?;
        let fields = self.fields.unwrap_or(&own);
        let access = Record { part: Part { fields: None, ..self }, fields: fields.iter(), pending: None };
        access.part.from.nested(|| visitor.visit_map(access))
    }

    fn item<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.is_masked() {
            return visitor.visit_unit();
        }
        let item = self.array.item_at(self.offset).unwrap_or(&[]);
        match self.array.dtype().kind() {
            Kind::Record => self.record(visitor),
            Kind::Str => match self.array.text(item) {
                Some(text) => visitor.visit_string(text),
                None => Err(Error::data("a text in a numpy array has a number that is no character")),
            },
            Kind::Bytes => visitor.visit_bytes(unpadded(item)),
            Kind::Void => visitor.visit_bytes(item),
            Kind::DateTime | Kind::TimeDelta => {
                let count = self.array.read::<i64>(item);
                visitor.visit_i64(count.ok_or_else(|| self.unlike())?)
            }
            _ => {
                let number = self.array.number(item).ok_or_else(|| self.unlike())?;
                NumberDeserializer(number).deserialize_any(visitor)
            }
        }
    }

    #[cold]
    fn unlike(&self) -> Error {
        Error::data(format!("an item of {} has no Rust type", self.array.dtype()))
    }
}

/// Reads an item of objects where it stands, and everything else as it is.
macro_rules! as_objects {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value> {
            match self.node() {
                Some(node) => self.from.at(node).$method($($argument,)* visitor),
                None => self.deserialize_any(visitor),
            }
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Part<'_, '_, '_, 'de> {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node() {
            Some(node) => self.from.at(node).deserialize_any(visitor),
            None if self.is_item() => self.item(visitor),
            None => self.items(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match (self.node(), self.number()) {
            (Some(node), _) => self.from.at(node).deserialize_f32(visitor),
            (None, Some(number)) => NumberDeserializer(number).deserialize_f32(visitor),
            (None, None) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match (self.node(), self.number()) {
            (Some(node), _) => self.from.at(node).deserialize_f64(visitor),
            (None, Some(number)) => NumberDeserializer(number).deserialize_f64(visitor),
            (None, None) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node() {
            Some(node) => self.from.at(node).deserialize_option(visitor),
            None if self.is_masked() => visitor.visit_none(),
            None => self.from.nested(|| visitor.visit_some(self)),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let octets = self.array.dtype().kind() == Kind::UInt && self.array.dtype().item_size() == 1;
        match self.node() {
            Some(node) => self.from.at(node).deserialize_bytes(visitor),
            None if octets && self.axis == 0 && self.array.shape().len() == 1 => {
                match self.array.borrowed(self.from.context.graph) {
                    Some(bytes) => visitor.visit_borrowed_bytes(bytes),
                    None => visitor.visit_byte_buf(self.array.to_vec()?),
                }
            }
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match self.node() {
            Some(node) => self.from.at(node).deserialize_newtype_struct(name, visitor),
            None if name == names::VALUE => self.deserialize_any(visitor),
            None => self.from.nested(|| visitor.visit_newtype_struct(self)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match (self.node(), self.array.dtype().kind()) {
            (Some(node), _) => self.from.at(node).deserialize_enum(name, variants, visitor),
            (None, Kind::Str) if self.is_item() => {
                let text = self.array.item_at(self.offset).and_then(|item| self.array.text(item));
                let text = text.ok_or_else(|| self.unlike())?;
                let variant: StrDeserializer<'_, Error> = text.as_str().into_deserializer();
                visitor.visit_enum(variant)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    as_objects! {
        deserialize_bool() deserialize_char() deserialize_str() deserialize_string()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_unit() deserialize_unit_struct(name: &'static str) deserialize_seq() deserialize_map()
        deserialize_tuple(length: usize) deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) deserialize_identifier()
    }
}

/// Refuses items that nobody asked for.
fn all_read(read: usize, length: usize) -> Result<()> {
    if read < length {
        return Err(de::Error::invalid_length(length, &&*format!("{read} items")));
    }
    Ok(())
}

/// The items along an axis.
struct Items<'p, 'c, 'g, 'de> {
    part: Part<'p, 'c, 'g, 'de>,
    next: usize,
    length: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'_, '_, '_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.next == self.length {
            return Ok(None);
        }
        let Part { from, array, fields, axis, offset } = self.part;
        let offset = offset + self.next * array.stride(axis);
        match seed.deserialize(Part { from, array, fields, axis: axis + 1, offset }) {
            Ok(value) => {
                self.next += 1;
                Ok(Some(value))
            }
            Err(error) => Err(error.inside(Segment::Index(self.next))),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.length - self.next)
    }
}

/// The fields of a record.
struct Record<'p, 'c, 'g, 'de> {
    part: Part<'p, 'c, 'g, 'de>,
    fields: std::slice::Iter<'p, Field<'g>>,
    pending: Option<&'p Field<'g>>,
}

impl<'de> de::MapAccess<'de> for Record<'_, '_, '_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        self.pending = self.fields.next();
        let Some(field) = self.pending else { return Ok(None) };
        let name: StrDeserializer<'_, Error> = field.name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value> {
        let Some(field) = self.pending.take() else {
            return Err(Error::data("a value was asked for before its key"));
        };
        let Part { from, axis, offset, .. } = self.part;
        let part = Part { from, array: &field.array, fields: None, axis, offset: offset + field.offset };
        seed.deserialize(part).map_err(|error| error.inside(Segment::Name(shown(field.name).into_owned())))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.fields.len())
    }
}

/// An array as [`crate::numpy::NdArray`] wants it: shape, dtype, whether it is in Fortran's order, bytes.
struct Whole<'p, 'c, 'g, 'de> {
    from: Deserializer<'c, 'g, 'de>,
    array: &'p Array<'g>,
}

impl<'de> de::Deserializer<'de> for Whole<'_, '_, '_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(WholeParts { whole: self, next: 0 })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct WholeParts<'p, 'c, 'g, 'de> {
    whole: Whole<'p, 'c, 'g, 'de>,
    next: usize,
}

impl<'de> de::SeqAccess<'de> for WholeParts<'_, '_, '_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let array = self.whole.array;
        self.next += 1;
        match self.next {
            1 => seed.deserialize(SeqDeserializer::<_, Error>::new(array.shape().iter().copied())),
            2 => {
                let name = array.dtype().to_string();
                let name = name.split_once('[').map_or(&*name, |(name, _unit)| name);
                let name: StrDeserializer<'_, Error> = name.into_deserializer();
                seed.deserialize(name)
            }
            3 => seed.deserialize(de::value::BoolDeserializer::new(false)),
            4 => match (array.borrowed(self.whole.from.context.graph), array.items()) {
                (Some(bytes), _) => seed.deserialize(BorrowedBytesDeserializer::new(bytes)),
                (None, Some(items)) => match array.data().filter(|_| array.is_contiguous()) {
                    Some(bytes) => seed.deserialize(BytesDeserializer::new(bytes)),
                    None => {
                        let mut bytes =
                            Vec::with_capacity(array.len().saturating_mul(array.dtype().item_size()));
                        items.for_each(|item| bytes.extend_from_slice(item));
                        seed.deserialize(BytesDeserializer::new(&bytes))
                    }
                },
                (None, None) => Err(Error::data(format!(
                    "a numpy array of {}, where numbers were expected",
                    array.dtype()
                ))),
            },
            _ => return Ok(None),
        }
        .map(Some)
    }
}
