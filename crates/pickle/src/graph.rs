//! Everything a pickle holds, as an arena of nodes.

mod build;
mod builtins;
mod keys;

use std::borrow::Cow;
use std::collections::HashMap;
use std::num::NonZeroU32;

use serde::Deserialize;

use crate::de;
use crate::decode::decode;
use crate::encode;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::options::ReadOptions;
use crate::protocol::Protocol;

/// A pickle as data: nodes that refer to each other by [`NodeId`], so shared objects stay shared and cycles stay cycles.
///
/// Strings and bytes are borrowed from the input where they stand there as they are. Calls, instances, globals and
/// persistent ids are kept as inert nodes; nothing is ever imported or executed. Nothing recurses either: a graph of a
/// million levels is read, written and dropped like any other.
///
/// Memory is proportional to the input: about 10 bytes for each byte of ordinary pickles, 64 for floods of nested tuples,
/// 150 when those are keys. Calls of builtin constructors that older protocols need (`set([…])`,
/// `_codecs.encode(…)`) arrive as the values they make; what they copy is bounded by the size of the pickle.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Graph, Node, Protocol};
///
/// // a = []; a.append(a); pickle.dumps(a, 2)
/// let graph = Graph::from_slice(b"\x80\x02]q\x00h\x00a.")?;
/// assert!(matches!(graph.node(graph.root()), Node::List(items) if items[0] == graph.root()));
/// assert_eq!(graph.to_vec(Protocol::V2)?, b"\x80\x02]q\x00h\x00a.");
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    nodes: Vec<Node<'a>>,
    effects: HashMap<NodeId, Vec<Effect>>,
    root: NodeId,
    protocol: u8,
    /// How many bytes of the input the pickle took.
    length: usize,
}

/// The number of a node in its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(NonZeroU32);

impl NodeId {
    pub(crate) const NONE: Self = Self(NonZeroU32::MIN);

    pub(crate) fn new(index: usize) -> Option<Self> {
        u32::try_from(index + 1).ok().and_then(NonZeroU32::new).map(Self)
    }

    #[inline]
    pub(crate) fn index(self) -> usize {
        // A u32 fits every usize that this crate is built for; a miss would be a bounds panic, not a wrong node.
        usize::try_from(self.0.get() - 1).unwrap_or(usize::MAX)
    }
}

/// One object of a pickle.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Node<'a> {
    /// `None`.
    None,
    /// A bool.
    Bool(bool),
    /// An int that fits.
    Int(i64),
    /// An int that does not: two's complement, little-endian, trimmed.
    BigInt(Cow<'a, [u8]>),
    /// A float.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
    /// A str.
    Str(Cow<'a, str>),
    /// A str with lone surrogates: UTF-8 in which they are encoded like other characters.
    Surrogates(Cow<'a, [u8]>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// A bytearray.
    ByteArray(Cow<'a, [u8]>),
    /// A list.
    List(Vec<NodeId>),
    /// A tuple.
    Tuple(Vec<NodeId>),
    /// A dict in insertion order. Keys are unique by Python's equality (`1 == 1.0 == True`).
    Dict(Vec<(NodeId, NodeId)>),
    /// A set, in the order of the pickle, unique as the keys of a dict are.
    Set(Vec<NodeId>),
    /// A frozenset, likewise.
    FrozenSet(Vec<NodeId>),
    /// A class, a function or another global, named and never looked up.
    Global(Box<Global<'a>>),
    /// What a call or an instantiation would have made.
    Object(Box<Object>),
    /// An object that the pickle knows by an id only.
    Persistent(NodeId),
    /// An object of the extension registry.
    Extension(i32),
    /// An out-of-band buffer, counted from 0.
    Buffer {
        /// Its place among the buffers.
        index: u32,
        /// Whether the pickle asks for a read-only view.
        readonly: bool,
    },
}

/// The name of a global, as written in the pickle: Python 2 names are not translated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global<'a> {
    /// The module, such as `collections`.
    pub module: Cow<'a, str>,
    /// The name in the module, dotted for nested ones.
    pub name: Cow<'a, str>,
}

/// An instance that was not made: who would have been called with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Calling or instantiating.
    pub how: How,
    /// The callable or class, mostly a [`Node::Global`].
    pub callable: NodeId,
    /// A [`Node::Tuple`].
    pub arguments: NodeId,
    /// A [`Node::Dict`] of keyword arguments (`NEWOBJ_EX`).
    pub keywords: Option<NodeId>,
}

/// How an [`Object`] would have been made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// `callable(*arguments)`.
    Call,
    /// `callable.__new__(callable, *arguments, **keywords)`.
    New,
}

/// What a pickle does to an inert node after making it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// `__setstate__`, or an update of `__dict__`.
    State(NodeId),
    /// `extend`.
    Append(Vec<NodeId>),
    /// `object[key] = value`.
    SetItems(Vec<(NodeId, NodeId)>),
    /// `add`.
    AddItems(Vec<NodeId>),
}

impl<'a> Graph<'a> {
    /// Reads the first pickle of `input`; what follows it is left alone, as in `pickle.loads`.
    ///
    /// # Errors
    ///
    /// When CPython would refuse the bytes, or a default limit is reached.
    pub fn from_slice(input: &'a [u8]) -> Result<Self> {
        Self::from_slice_with(input, &ReadOptions::default())
    }

    /// Reads the first pickle of `input` with the caller's options.
    ///
    /// # Errors
    ///
    /// When CPython would refuse the bytes, or a limit is reached.
    pub fn from_slice_with(input: &'a [u8], options: &ReadOptions) -> Result<Self> {
        let mut builder = build::GraphBuilder::new(input.len(), options);
        let (root, length) = decode(input, &options.limits, &mut builder)?;
        builder.finish(root, length).map_err(|error| error.at_offset(length))
    }

    /// Writes the graph as a pickle. Sharing and cycles are kept, the output is the same every time.
    ///
    /// # Errors
    ///
    /// When a cycle cannot be written, as through the arguments of a call that has no way to be made first.
    pub fn to_vec(&self, protocol: Protocol) -> Result<Vec<u8>> {
        encode::graph(self, protocol)
    }

    /// The node of the pickled object itself.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// A node of this graph.
    ///
    /// # Panics
    ///
    /// May panic, or give an unrelated node, when the id belongs to another graph.
    #[inline]
    pub fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id.index()]
    }

    /// What happens to an inert node after it was made, in order.
    pub fn effects(&self, id: NodeId) -> &[Effect] {
        self.effects.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The protocol that the pickle names; 0 when it names none.
    pub fn protocol(&self) -> u8 {
        self.protocol
    }

    /// How many bytes of the input the pickle took: the next one of a stream starts there.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Reads the root as a Rust value, within the default limits.
    ///
    /// # Errors
    ///
    /// When the objects do not fit the type, contain themselves, or a limit is reached.
    pub fn deserialize<T: Deserialize<'a>>(&self) -> Result<T> {
        de::deserialize(self, &Limits::default())
    }

    /// Whether a node contains itself.
    pub(crate) fn is_in_cycle(&self, start: NodeId) -> bool {
        let mut seen = vec![false; self.nodes.len()];
        let mut open = vec![start];
        while let Some(id) = open.pop() {
            let fresh = |part: &NodeId| !std::mem::replace(&mut seen[part.index()], true);
            match self.node(id) {
                Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items) => {
                    open.extend(items.iter().copied().filter(fresh));
                }
                Node::Dict(pairs) => {
                    open.extend(pairs.iter().flat_map(|pair| [pair.0, pair.1]).filter(fresh));
                }
                _ => {}
            }
        }
        seen[start.index()]
    }

    /// How many items all lists, tuples, sets and dicts have, keys and values counted apart. In a pickle without shared
    /// containers it is what a Rust value of it holds.
    pub(crate) fn item_count(&self) -> usize {
        let items = |node: &Node<'_>| match node {
            Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items) => items.len(),
            Node::Dict(pairs) => 2 * pairs.len(),
            _ => 0,
        };
        self.nodes.iter().map(items).sum()
    }

    /// How many nodes there are, those that nothing refers to included.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }
}

impl Node<'_> {
    /// The length of its text or bytes; 0 for everything else.
    #[inline]
    pub(crate) fn byte_length(&self) -> usize {
        match self {
            Self::Str(text) => text.len(),
            Self::BigInt(bytes) | Self::Surrogates(bytes) | Self::Bytes(bytes) | Self::ByteArray(bytes) => {
                bytes.len()
            }
            _ => 0,
        }
    }

    /// What Python calls it, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::BigInt(_) => "int",
            Self::Float(_) => "float",
            Self::Complex(..) => "complex",
            Self::Str(_) | Self::Surrogates(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::ByteArray(_) => "bytearray",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Dict(_) => "dict",
            Self::Set(_) => "set",
            Self::FrozenSet(_) => "frozenset",
            Self::Global(_) => "global",
            Self::Object(_) => "object",
            Self::Persistent(_) => "persistent id",
            Self::Extension(_) => "extension code",
            Self::Buffer { .. } => "buffer",
        }
    }
}

/// The error for a key or set item that Python cannot hash.
pub(crate) fn unhashable(kind: &str) -> Error {
    Error::syntax(format!("unhashable type: '{kind}'"))
}
