//! A graph as a serde data format: nodes to Rust values.

mod access;
mod direct;
mod numpy;
mod objects;

use std::cell::Cell;

use serde::de::value::SeqDeserializer;
use serde::de::{self, Deserialize, Unexpected, Visitor};

use self::access::{DictAccess, ItemAccess, SpecialAccess, VariantAccess};
use crate::bigint::{self, Wide};
use crate::encode::serde::{is_path, names};
use crate::error::{Error, Result, shown};
use crate::graph::{Global, Graph, Node, NodeId};
use crate::limits::Limits;
use crate::options::ReadOptions;

/// Reads the first pickle of `input` as a Rust value.
pub(crate) fn from_slice<'de, T: Deserialize<'de>>(input: &'de [u8], options: &ReadOptions) -> Result<T> {
    from_slice_with_length(input, options).0
}

/// The same, with the length of the pickle when it is one, even if it does not fit the type.
pub(crate) fn from_slice_with_length<'de, T: Deserialize<'de>>(
    input: &'de [u8],
    options: &ReadOptions,
) -> (Result<T>, Option<usize>) {
    if let Some((value, length)) = direct::from_slice(input, &options.limits) {
        return (Ok(value), Some(length));
    }
    match Graph::from_slice_with(input, options) {
        Ok(graph) => (deserialize(&graph, &options.limits), Some(graph.length())),
        Err(error) => (Err(error), None),
    }
}

/// Reads the graph's root as a Rust value.
pub(crate) fn deserialize<'de, T: Deserialize<'de>>(graph: &Graph<'de>, limits: &Limits) -> Result<T> {
    // Real data shares some objects: a few times the size of the pickle is free, the rest is charged to the limit.
    // Each item is at least a byte of the pickle, unless a constructor copied it.
    let items = graph.item_count().min(graph.length());
    let bytes = graph.length().saturating_add(graph.buffers_length());
    let free = items.saturating_add(1 + bytes / TEXT_UNIT).saturating_mul(FREE_COPIES);
    let context = Context {
        graph,
        limits: *limits,
        budget: Cell::new(free.saturating_add(limits.expansion)),
        free_bytes: Cell::new(bytes),
        depth: Cell::new(0),
    };
    T::deserialize(Deserializer { context: &context, id: graph.root() })
}

/// How many times the size of its pickle a value may have at no charge.
const FREE_COPIES: usize = 2;

/// How many bytes of text cost as much as one object.
const TEXT_UNIT: usize = 32;

pub(crate) struct Context<'g, 'de> {
    graph: &'g Graph<'de>,
    limits: Limits,
    budget: Cell<usize>,
    /// How many bytes may still become items of a sequence at no charge.
    free_bytes: Cell<usize>,
    depth: Cell<usize>,
}

#[derive(Clone, Copy)]
pub(crate) struct Deserializer<'c, 'g, 'de> {
    context: &'c Context<'g, 'de>,
    id: NodeId,
}

impl<'c, 'g, 'de> Deserializer<'c, 'g, 'de> {
    fn at(self, id: NodeId) -> Self {
        Self { id, ..self }
    }

    /// The node, paid for.
    #[inline]
    fn node(self) -> Result<Node<'g>> {
        let node = match self.context.graph.node(self.id) {
            Node::Buffer { index, .. } => self.buffer(index),
            node => node,
        };
        self.spend(1 + node.byte_length() / TEXT_UNIT)?;
        Ok(node)
    }

    /// A buffer that was supplied is bytes.
    #[cold]
    fn buffer(self, index: u32) -> Node<'g> {
        let bytes = self.context.graph.buffer(index);
        bytes.map_or(self.context.graph.node(self.id), Node::Bytes)
    }

    #[inline]
    fn spend(self, units: usize) -> Result<()> {
        let rest = self.context.budget.get().checked_sub(units);
        self.context.budget.set(rest.ok_or_else(|| self.too_much())?);
        Ok(())
    }

    /// Pays for bytes that become one item each. As many as the pickle has are free: an honest one says each once.
    fn spread(self, bytes: usize) -> Result<()> {
        let free = self.context.free_bytes.get();
        self.context.free_bytes.set(free.saturating_sub(bytes));
        self.spend(bytes.saturating_sub(free))
    }

    #[cold]
    fn too_much(self) -> Error {
        Error::limit("expansion", self.context.limits.expansion)
    }

    #[inline]
    fn nested<T>(self, read: impl FnOnce() -> Result<T>) -> Result<T> {
        let depth = self.context.depth.get() + 1;
        if depth > self.context.limits.depth {
            return Err(self.too_deep());
        }
        self.context.depth.set(depth);
        let result = read();
        self.context.depth.set(depth - 1);
        result
    }

    #[cold]
    fn too_deep(self) -> Error {
        if self.context.graph.is_in_cycle(self.id) {
            return Error::data("the object contains itself: only a Graph can hold it");
        }
        Error::limit("depth", self.context.limits.depth)
    }

    fn items<V: Visitor<'de>>(self, items: &[NodeId], visitor: V) -> Result<V::Value> {
        self.nested(|| {
            let mut access = ItemAccess::new(self, items);
            let value = visitor.visit_seq(&mut access)?;
            access.finish()?;
            Ok(value)
        })
    }

    fn pairs<V: Visitor<'de>>(self, pairs: &[(NodeId, NodeId)], visitor: V) -> Result<V::Value> {
        self.nested(|| {
            let mut access = DictAccess::new(self, pairs);
            let value = visitor.visit_map(&mut access)?;
            access.finish()?;
            Ok(value)
        })
    }

    #[inline]
    fn plain<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node()? {
            node @ Node::Object(_) => {
                self.array(node, visitor, |array, visitor| de::Deserializer::deserialize_any(array, visitor))
            }
            node => self.any(node, visitor),
        }
    }

    fn any<V: Visitor<'de>>(self, node: Node<'g>, visitor: V) -> Result<V::Value> {
        match node {
            Node::None => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(value),
            Node::Int(value) => visitor.visit_i64(value),
            Node::BigInt(bytes) => match bigint::widen(bytes) {
                Some(Wide::Signed(value)) => match u64::try_from(value) {
                    Ok(value) => visitor.visit_u64(value),
                    Err(_) => visitor.visit_i128(value),
                },
                Some(Wide::Unsigned(value)) => visitor.visit_u128(value),
                None => Err(self.unexpected(node, &visitor)),
            },
            Node::Float(value) => visitor.visit_f64(value),
            Node::Str(text) => self.text(text, visitor),
            Node::Bytes(bytes) | Node::ByteArray(bytes) => self.byte_string(bytes, visitor),
            Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items) => {
                self.items(items, visitor)
            }
            Node::Dict(pairs) => self.pairs(pairs, visitor),
            _ => Err(self.unexpected(node, &visitor)),
        }
    }

    #[inline]
    fn text<V: Visitor<'de>>(self, text: &str, visitor: V) -> Result<V::Value> {
        match self.context.graph.borrowed_str(self.id) {
            Some(text) => visitor.visit_borrowed_str(text),
            None => visitor.visit_str(text),
        }
    }

    fn byte_string<V: Visitor<'de>>(self, bytes: &[u8], visitor: V) -> Result<V::Value> {
        match self.context.graph.borrowed_bytes(self.id) {
            Some(bytes) => visitor.visit_borrowed_bytes(bytes),
            None => visitor.visit_bytes(bytes),
        }
    }

    /// A node that does not fit, said in Python's words.
    #[cold]
    fn unexpected<V: Visitor<'de>>(self, node: Node<'_>, expected: &V) -> Error {
        let found = match node {
            Node::BigInt(bytes) if bytes.len() <= 64 => format!("int {}", bigint::to_decimal(bytes)),
            Node::BigInt(bytes) => format!("int of {} bits", bytes.len().saturating_mul(8)),
            Node::Surrogates(_) => "str with lone surrogates".to_owned(),
            Node::Object(object) => match self.context.graph.node(object.callable) {
                Node::Global(global) => format!("object of {}", full_name(&global)),
                _ => "object".to_owned(),
            },
            Node::Global(global) => format!("global {}", full_name(&global)),
            node => return mismatch(node, expected),
        };
        de::Error::invalid_type(Unexpected::Other(&found), expected)
    }
}

fn full_name(global: &Global<'_>) -> String {
    format!("{}.{}", shown(global.module), shown(global.name))
}

fn mismatch<'de>(node: Node<'_>, expected: &impl Visitor<'de>) -> Error {
    let found = match node {
        Node::Bool(value) => Unexpected::Bool(value),
        Node::Int(value) => Unexpected::Signed(value),
        Node::Float(value) => Unexpected::Float(value),
        Node::Str(text) => Unexpected::Str(text),
        Node::Bytes(bytes) => Unexpected::Bytes(bytes),
        node => Unexpected::Other(node.kind()),
    };
    de::Error::invalid_type(found, expected)
}

/// Whether a float has the same value as an `f32`.
fn fits_f32(value: f64) -> bool {
    #[allow(clippy::cast_possible_truncation, reason = "what does not come back the same is refused")]
    let single = value as f32;
    f64::from(single) == value || value.is_nan()
}

/// An int as a float, when it has one exactly.
fn exact(value: i64) -> Option<f64> {
    let magnitude = value.unsigned_abs();
    let significant =
        u64::BITS - magnitude.leading_zeros().saturating_add(magnitude.trailing_zeros()).min(u64::BITS);
    (significant <= f64::MANTISSA_DIGITS).then_some(value as f64)
}

/// Methods for types that know what they want, which the node decides.
macro_rules! plain {
    ($($method:ident)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.plain(visitor)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Deserializer<'_, '_, 'de> {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.context.graph.node(self.id) {
            Node::Object(_) => self.any_object(visitor),
            _ => self.plain(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.context.graph.node(self.id) {
            Node::None => visitor.visit_none(),
            _ => self.nested(|| visitor.visit_some(self)),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.context.graph.node(self.id) {
            node @ Node::Object(_) => {
                self.array(node, visitor, |array, visitor| array.deserialize_f32(visitor))
            }
            Node::Float(value) if !fits_f32(value) => {
                Err(de::Error::invalid_value(Unexpected::Float(value), &"a float that is exact as an f32"))
            }
            Node::Int(value) if value.unsigned_abs() > 1 << f32::MANTISSA_DIGITS => {
                Err(de::Error::invalid_value(Unexpected::Signed(value), &"an int that is exact as an f32"))
            }
            _ => self.deserialize_f64(visitor),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node()? {
            Node::Float(value) => visitor.visit_f64(value),
            Node::Int(value) => match exact(value) {
                Some(float) => visitor.visit_f64(float),
                None => Err(de::Error::invalid_value(
                    Unexpected::Signed(value),
                    &"an int that is exact as a float",
                )),
            },
            node => self.array(node, visitor, |array, visitor| array.deserialize_f64(visitor)),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node()? {
            Node::Str(text) => self.text(text, visitor),
            node => self.array(node, visitor, |array, visitor| array.deserialize_str(visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.plain(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node()? {
            Node::Bytes(bytes) | Node::ByteArray(bytes) => self.byte_string(bytes, visitor),
            node => self.array(node, visitor, |array, visitor| array.deserialize_bytes(visitor)),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node()? {
            Node::Bytes(bytes) | Node::ByteArray(bytes) => {
                self.spread(bytes.len())?;
                let mut items = SeqDeserializer::<_, Error>::new(bytes.iter().copied());
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            node @ Node::Object(_) => {
                self.array(node, visitor, |array, visitor| array.deserialize_any(visitor))
            }
            node => self.any(node, visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value> {
        if is_path(name) {
            return self.instance(name, self.node()?, visitor);
        }
        self.deserialize_seq(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if is_path(name) {
            return self.named_global(name, visitor);
        }
        self.plain(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.node()? {
            node if is_path(name) => self.instance(name, node, visitor),
            Node::Dict(pairs) => self.pairs(pairs, visitor),
            node => self.structure(name, node, visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name == names::ND_ARRAY {
            return self.nd_array(visitor);
        }
        if name == names::PERSISTENT {
            return match self.node()? {
                Node::Persistent(id) => self.nested(|| visitor.visit_newtype_struct(self.at(id))),
                node => Err(self.unexpected(node, &visitor)),
            };
        }
        if name != names::VALUE {
            if name.starts_with('$') {
                return self.reserved(name, visitor);
            }
            if is_path(name) {
                return self.wrapping_instance(name, visitor);
            }
            return self.nested(|| visitor.visit_newtype_struct(self));
        }
        let node = self.node()?;
        match node {
            Node::Tuple(_)
            | Node::Set(_)
            | Node::FrozenSet(_)
            | Node::ByteArray(_)
            | Node::BigInt(_)
            | Node::Complex(..)
            | Node::Surrogates(_) => visitor.visit_enum(SpecialAccess::new(self, node)),
            _ => self.any(node, visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.node()? {
            Node::Str(_) if !is_path(name) => visitor.visit_enum(VariantAccess::unit(self)),
            node @ (Node::Object(_) | Node::Global(_)) => {
                match self.member(name, variants, node, visitor)? {
                    Ok(value) => Ok(value),
                    Err(visitor) => self.array(node, visitor, |array, visitor| {
                        array.deserialize_enum(name, variants, visitor)
                    }),
                }
            }
            Node::Dict(pairs) if !is_path(name) => match pairs[..] {
                [(variant, content)] => {
                    self.nested(|| visitor.visit_enum(VariantAccess::new(self, variant, content)))
                }
                _ => Err(de::Error::invalid_length(
                    pairs.len(),
                    &"a dict of one item, the variant and its content",
                )),
            },
            node => Err(self.unexpected(node, &visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    plain! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_char deserialize_unit deserialize_map
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use crate::{Error, Limits, Value, from_slice, from_slice_with, to_vec};

    #[derive(Debug, Serialize, serde::Deserialize)]
    struct Endless(Option<Box<Endless>>);

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct Linked {
        next: Option<Box<Linked>>,
    }

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    enum Nested {
        End,
        Tuple(Box<Nested>, ()),
        Wrapped(Box<Nested>),
    }

    #[test]
    fn a_type_that_wraps_itself_reaches_the_limit_of_depth() {
        for pickle in [&b"K\x01."[..], b"]."] {
            assert!(from_slice::<Endless>(pickle).is_err_and(|error| error.is_limit()));
        }
        assert!(from_slice::<Endless>(b"N.").is_ok_and(|value| value.0.is_none()));
    }

    #[test]
    fn bytes_are_not_cut_to_fit_a_fixed_length() -> Result<(), Error> {
        assert!(from_slice::<(u8, u8)>(b"C\x03abc.").is_err_and(|error| error.is_data()));
        assert!(from_slice::<[u8; 2]>(b"C\x05abcde.").is_err_and(|error| error.is_data()));
        assert!(from_slice::<[u8; 4]>(b"C\x03abc.").is_err());
        assert_eq!(from_slice::<[u8; 3]>(b"C\x03abc.")?, *b"abc");
        assert_eq!(from_slice::<Vec<u8>>(b"C\x03abc.")?, b"abc");
        Ok(())
    }

    #[test]
    fn bytes_as_sequences_are_paid_by_the_item() -> Result<(), Error> {
        let bytes = to_vec(&Value::Bytes(vec![1; 3 << 20]))?;
        assert_eq!(from_slice::<Vec<u8>>(&bytes)?.len(), 3 << 20);
        let shared =
            [b"(B\x00\x00\x10\x00".to_vec(), vec![1; 1 << 20], b"2".repeat(40), b"t.".to_vec()].concat();
        assert!(from_slice::<Vec<Vec<u8>>>(&shared).is_err_and(|error| error.is_limit()));
        Ok(())
    }

    #[test]
    fn records_that_share_their_names_are_read_at_no_charge() -> Result<(), Error> {
        let limits = Limits::default().expansion(0);
        let record = b"}(h\x00Nh\x01\x88u";
        let pickle = [b"(X\x02\0\0\0id\x940X\x04\0\0\0paid\x940", &record.repeat(1000)[..], b"l."].concat();
        assert_eq!(from_slice_with::<Vec<Value>>(&pickle, limits)?.len(), 1000);
        Ok(())
    }

    #[test]
    fn zero_is_a_float() {
        assert!(from_slice::<f64>(b"K\x00.").is_ok_and(|value| value == 0.0));
    }

    /// Wraps until nothing more can be written; all that could be is read back.
    fn read_back<T>(mut value: T, wrap: impl Fn(T) -> T)
    where
        T: Serialize + for<'de> serde::Deserialize<'de> + PartialEq + std::fmt::Debug,
    {
        for _ in 0..300 {
            let Ok(pickle) = to_vec(&value) else { return };
            assert_eq!(from_slice::<T>(&pickle).expect("what was written"), value);
            value = wrap(value);
        }
        panic!("any depth can be written");
    }

    #[test]
    fn whatever_can_be_written_can_be_read() {
        read_back(Value::None, |value| Value::List(vec![value].into()));
        read_back(Value::None, |value| Value::Tuple(vec![value].into()));
        read_back(Value::Complex(1.0, 2.0), |value| Value::FrozenSet(vec![value].into()));
        read_back(Value::None, |value| Value::Dict([("a", value)].into_iter().collect()));
        read_back(Linked { next: None }, |value| Linked { next: Some(Box::new(value)) });
        read_back(Nested::End, |value| Nested::Tuple(Box::new(value), ()));
        read_back(Nested::End, |value| Nested::Wrapped(Box::new(value)));
    }
}
