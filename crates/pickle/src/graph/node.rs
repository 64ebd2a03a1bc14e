//! What a node of a graph shows of itself.

use std::num::NonZeroU32;

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

/// One object of a pickle, as its [`crate::Graph`] shows it: a view of a few words that owns nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Node<'g> {
    /// `None`.
    None,
    /// A bool.
    Bool(bool),
    /// An int that fits.
    Int(i64),
    /// An int that does not: two's complement, little-endian, trimmed.
    BigInt(&'g [u8]),
    /// A float.
    Float(f64),
    /// A complex number: real and imaginary part.
    Complex(f64, f64),
    /// A str.
    Str(&'g str),
    /// A str with lone surrogates: UTF-8 in which they are encoded like other characters.
    Surrogates(&'g [u8]),
    /// Bytes.
    Bytes(&'g [u8]),
    /// A bytearray.
    ByteArray(&'g [u8]),
    /// A list.
    List(&'g [NodeId]),
    /// A tuple.
    Tuple(&'g [NodeId]),
    /// A dict in insertion order. Keys are unique by Python's equality (`1 == 1.0 == True`).
    Dict(&'g [(NodeId, NodeId)]),
    /// A set, in the order of the pickle, unique as the keys of a dict are.
    Set(&'g [NodeId]),
    /// A frozenset, likewise.
    FrozenSet(&'g [NodeId]),
    /// A class, a function or another global, named and never looked up.
    Global(Global<'g>),
    /// What a call or an instantiation would have made.
    Object(Object),
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Global<'g> {
    /// The module, such as `collections`.
    pub module: &'g str,
    /// The name in the module, dotted for nested ones.
    pub name: &'g str,
}

/// An instance that was not made: who would have been called with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// Whether it stands for an object that was not made, and so takes effects.
    pub(crate) fn is_inert(&self) -> bool {
        matches!(
            self,
            Self::Global(_)
                | Self::Object(_)
                | Self::Persistent(_)
                | Self::Extension(_)
                | Self::Buffer { .. }
        )
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
