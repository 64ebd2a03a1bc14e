//! A graph as a serde data format: nodes to Rust values.

mod access;
mod deserializer;
mod direct;
mod numpy;
mod objects;
#[cfg(test)]
mod tests;

use std::cell::Cell;

use serde::de::{self, Deserialize, Unexpected, Visitor};

use self::access::{DictAccess, ItemAccess};
use crate::bigint::{self, Wide};
use crate::error::{Error, Result, shown};
use crate::graph::{Global, Graph, Node, NodeId};
use crate::limits::Limits;
use crate::options::ReadOptions;

/// Reads the first pickle of `input` as a Rust value.
#[inline]
pub(crate) fn from_slice<'de, T: Deserialize<'de>>(input: &'de [u8], options: &ReadOptions) -> Result<T> {
    // One variable for both, so that the value is made where the caller wants it.
    let mut value = direct::take_first(&mut &*input, &options.limits);
    if value.is_err() {
        value = through_graph(input, options).0;
    }
    value
}

/// The same, with the length of the pickle when it is one, even if it does not fit the type.
pub(crate) fn from_slice_with_length<'de, T: Deserialize<'de>>(
    input: &'de [u8],
    options: &ReadOptions,
) -> (Result<T>, Option<usize>) {
    let mut rest = input;
    match direct::take_first(&mut rest, &options.limits) {
        Ok(value) => (Ok(value), Some(input.len() - rest.len())),
        Err(_) => through_graph(input, options),
    }
}

#[cold]
fn through_graph<'de, T: Deserialize<'de>>(
    input: &'de [u8],
    options: &ReadOptions,
) -> (Result<T>, Option<usize>) {
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
