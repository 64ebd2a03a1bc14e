//! Everything a pickle holds, as an arena of nodes.

mod build;
mod builtins;
mod change;
mod inert;
mod keys;
mod node;
mod outside;
mod pool;
mod store;

use std::fmt;
use std::io::Write;

use serde::Deserialize;

use crate::de;
use crate::decode::decode;
use crate::encode;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::options::ReadOptions;
use crate::protocol::Protocol;

pub(crate) use self::builtins::latin1;
pub use self::node::{Effect, Global, How, Node, NodeId, Object};
use self::store::{Slot, Store};

/// A pickle as data: nodes that refer to each other by [`NodeId`], so shared objects stay shared and cycles stay cycles.
///
/// Strings and bytes are borrowed from the input where they stand there as they are. Calls, instances, globals and
/// persistent ids are kept as inert nodes; nothing is ever imported or executed. Nothing recurses either: a graph of a
/// million levels is read, written and dropped like any other.
///
/// Memory is proportional to the input: 3 to 8 bytes for each byte of ordinary pickles, up to 35 for floods of empty
/// containers, 200 for tuples nested as keys. Calls of builtin constructors that older protocols need (`set([…])`,
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
#[derive(Clone)]
pub struct Graph<'a> {
    store: Store<'a>,
    root: NodeId,
    protocol: u8,
    /// How many bytes of the input the pickle took.
    length: usize,
    /// Whether no call was understood.
    inert: bool,
    /// How many out-of-band buffers the pickle takes.
    buffer_count: usize,
    /// Those that were supplied.
    buffers: Vec<&'a [u8]>,
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
        builder.compare_keys().map_err(|error| error.at_offset(length))?;
        Ok(builder.finish(root, length))
    }

    /// Where the instruction stands that makes a node of the graph that this input is, `None` for those that all graphs have.
    pub(crate) fn offset_of(input: &[u8], options: &ReadOptions, id: NodeId) -> Option<usize> {
        // The one node too many is the one in question.
        let before = id.index().checked_sub(build::SINGLETONS)?;
        let options = options.limits(options.limits.nodes(before));
        Graph::from_slice_with(input, &options).err().filter(Error::is_limit)?.offset()
    }

    /// Writes the graph as a pickle. Sharing and cycles are kept, the output is the same every time.
    ///
    /// A pickle that CPython wrote comes out byte for byte when the protocol is its own and it holds builtin values.
    ///
    /// # Errors
    ///
    /// When the [`Protocol`] cannot hold an object, or a cycle cannot be written, as through the arguments of a call that
    /// has no way to be made first.
    pub fn to_vec(&self, protocol: Protocol) -> Result<Vec<u8>> {
        encode::graph(self, protocol, None)
    }

    /// Writes the graph as a pickle into a writer, which gets pieces of about 64 KiB.
    ///
    /// # Errors
    ///
    /// As [`Graph::to_vec`], and when the writer fails ([`Error::is_io`]). Some of the pickle may have been written then.
    ///
    /// [`Error::is_io`]: crate::Error::is_io
    pub fn to_writer(&self, mut writer: impl Write, protocol: Protocol) -> Result<()> {
        encode::graph(self, protocol, Some(&mut writer)).map(drop)
    }

    /// The node of the pickled object itself.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// Makes another node of this graph the pickled object.
    pub fn set_root(&mut self, id: NodeId) {
        self.root = id;
    }

    /// A node of this graph.
    ///
    /// # Panics
    ///
    /// May panic, or give an unrelated node, when the id belongs to another graph.
    #[inline]
    pub fn node(&self, id: NodeId) -> Node<'_> {
        self.store.node(id)
    }

    /// The text of a str, when it stands in the input as it is, which is nearly always: it outlives the graph.
    ///
    /// # Panics
    ///
    /// As [`Graph::node`].
    #[inline]
    pub fn borrowed_str(&self, id: NodeId) -> Option<&'a str> {
        self.store.borrowed_str(id)
    }

    /// The bytes that a node shows ([`Node::Bytes`], [`Node::ByteArray`], [`Node::BigInt`], [`Node::Surrogates`]), when
    /// they stand in the input as they are, or those of a [`Node::Buffer`] that was supplied.
    ///
    /// # Panics
    ///
    /// As [`Graph::node`].
    #[inline]
    pub fn borrowed_bytes(&self, id: NodeId) -> Option<&'a [u8]> {
        match self.store.slots[id.index()] {
            Slot::Buffer(index, ..) => self.buffer(index),
            _ => self.store.borrowed_bytes(id),
        }
    }

    /// What happens to an inert node after it was made, in order.
    ///
    /// # Panics
    ///
    /// As [`Graph::node`].
    pub fn effects(&self, id: NodeId) -> &[Effect] {
        self.store.effects(id)
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
        self.deserialize_with(&Limits::default())
    }

    /// Reads the root as a Rust value, within the caller's limits.
    ///
    /// # Errors
    ///
    /// As [`Graph::deserialize`].
    pub fn deserialize_with<T: Deserialize<'a>>(&self, limits: &Limits) -> Result<T> {
        de::deserialize(self, limits)
    }

    /// Whether a node contains itself.
    pub(crate) fn is_in_cycle(&self, start: NodeId) -> bool {
        let mut seen = vec![false; self.store.slots.len()];
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
        let items = |slot: &Slot| match slot {
            Slot::List(span) | Slot::Tuple(span) | Slot::Set(span) | Slot::FrozenSet(span) => span.len(),
            Slot::Dict(span) => 2 * span.len(),
            _ => 0,
        };
        self.store.slots.iter().map(items).sum()
    }

    /// The value of a float, without a view of what the node may be otherwise.
    #[inline]
    pub(crate) fn float(&self, id: NodeId) -> Option<f64> {
        match self.store.slots[id.index()] {
            Slot::Float(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it was read with [`ReadOptions::inert`].
    pub(crate) fn is_inert(&self) -> bool {
        self.inert
    }

    /// The numbers of all nodes, those that nothing refers to included.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.node_count()).filter_map(NodeId::new)
    }

    /// How many nodes there are, those that nothing refers to included.
    pub fn node_count(&self) -> usize {
        self.store.slots.len()
    }
}

/// Every node by its number, each shown without what it refers to: the size of the text is that of the graph.
impl fmt::Debug for Graph<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Graph of {:?} ", self.root)?;
        f.debug_map().entries(self.ids().map(|id| (id, self.node(id)))).finish()
    }
}

/// The error for a key or set item that Python cannot hash.
pub(crate) fn unhashable(kind: &str) -> Error {
    Error::syntax(format!("unhashable type: '{kind}'"))
}
