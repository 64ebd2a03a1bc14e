//! What a node is, once the objects of the standard library are understood: the one view of JSON and of what is shown.

use std::borrow::Cow;

use crate::error::Result;
use crate::graph::{Effect, Graph, Node, NodeId, Object};
use crate::objects::{Array, Known};
use crate::types::{PathKind, Zone};

/// A node, understood.
pub(crate) enum Shape<'g> {
    /// A builtin value without parts: `None`, a bool, a number, a str or bytes.
    Scalar(Node<'g>),
    ByteArray(&'g [u8]),
    List(Cow<'g, [NodeId]>),
    Tuple(Cow<'g, [NodeId]>),
    Set(&'g [NodeId]),
    FrozenSet(&'g [NodeId]),
    Dict(Mapping, Cow<'g, [(NodeId, NodeId)]>),
    Deque(Cow<'g, [NodeId]>, Option<u64>),
    Array(Array<'g>),
    /// Any other value of the standard library.
    Value(Known<'g>),
    /// A global or an object of the extension registry.
    Name,
    Persistent(NodeId),
    Buffer {
        index: u32,
        readonly: bool,
    },
    /// An object of a class that is not understood.
    Object(Object),
}

/// A class of dicts.
#[derive(Clone, Copy)]
pub(crate) enum Mapping {
    Dict,
    Ordered,
    Counter,
    /// With what makes missing values.
    Default(Option<NodeId>),
}

impl Mapping {
    /// Python's name of the class.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dict => "dict",
            Self::Ordered => "OrderedDict",
            Self::Counter => "Counter",
            Self::Default(_) => "defaultdict",
        }
    }
}

impl<'g> Shape<'g> {
    /// Everything that is understood.
    pub(crate) fn of(graph: &'g Graph<'_>, id: NodeId) -> Result<Self> {
        let object = match graph.node(id) {
            Node::ByteArray(bytes) => return Ok(Self::ByteArray(bytes)),
            Node::List(items) => return Ok(Self::List(Cow::Borrowed(items))),
            Node::Tuple(items) => return Ok(Self::Tuple(Cow::Borrowed(items))),
            Node::Set(items) => return Ok(Self::Set(items)),
            Node::FrozenSet(items) => return Ok(Self::FrozenSet(items)),
            Node::Dict(pairs) => return Ok(Self::Dict(Mapping::Dict, Cow::Borrowed(pairs))),
            Node::Persistent(id) => return Ok(Self::Persistent(id)),
            Node::Buffer { index, readonly } => return Ok(Self::Buffer { index, readonly }),
            Node::Global(_) => Self::Name,
            Node::Extension(_) => return Ok(Self::Name),
            Node::Object(object) => Self::Object(object),
            scalar => return Ok(Self::Scalar(scalar)),
        };
        if graph.is_inert() {
            return Ok(object);
        }
        Ok(match graph.known(id)? {
            None | Some(Known::PlainObject) => object,
            Some(Known::Float(value)) => Self::Scalar(Node::Float(value)),
            Some(Known::Bool(value)) => Self::Scalar(Node::Bool(value)),
            Some(Known::Str(text)) => Self::Scalar(Node::Str(text)),
            Some(Known::List(items)) => Self::List(items),
            Some(Known::Tuple(items)) => Self::Tuple(Cow::Borrowed(items)),
            Some(Known::Dict(pairs)) => Self::Dict(Mapping::Dict, pairs),
            Some(Known::OrderedDict(pairs)) => Self::Dict(Mapping::Ordered, pairs),
            Some(Known::Counter(pairs)) => Self::Dict(Mapping::Counter, pairs),
            Some(Known::DefaultDict { factory, pairs }) => Self::Dict(Mapping::Default(factory), pairs),
            Some(Known::Deque { items, maxlen }) => Self::Deque(items, maxlen),
            Some(Known::Array(array)) => Self::Array(array),
            Some(value) => Self::Value(value),
        })
    }

    /// What the canonical form has a word for. The other values of the standard library are objects there: no word says
    /// which zone of a database a time is in.
    pub(crate) fn canonical(graph: &'g Graph<'_>, id: NodeId) -> Result<Self> {
        let shape = Self::of(graph, id)?;
        let has_word = match &shape {
            Self::Value(Known::Zone(zone)) => matches!(zone, Zone::Fixed { .. }),
            Self::Value(Known::Path(path)) => path.kind() != PathKind::Windows,
            Self::Value(Known::Time { zone: Some(zone), .. } | Known::DateTime { zone: Some(zone), .. }) => {
                matches!(graph.zone(*zone)?, Some(Zone::Fixed { .. }))
            }
            Self::Value(Known::IpInterface(_)) => false,
            _ => true,
        };
        match graph.node(id) {
            Node::Object(object) if !has_word => Ok(Self::Object(object)),
            _ => Ok(shape),
        }
    }

    /// Whether Python's identity of it shows: it can be changed, or holds what can be.
    pub(crate) fn has_identity(&self, graph: &Graph<'_>, id: NodeId) -> bool {
        match self {
            Self::ByteArray(_) | Self::List(_) | Self::Set(_) | Self::Dict(..) | Self::Object(_) => true,
            Self::Deque(..) | Self::Array(_) => true,
            Self::Tuple(items) => !items.is_empty(),
            Self::FrozenSet(items) => !items.is_empty(),
            Self::Name => !graph.effects(id).is_empty(),
            Self::Scalar(_) | Self::Value(_) | Self::Persistent(_) | Self::Buffer { .. } => false,
        }
    }
}

/// What was done to an inert node, each kind together.
#[derive(Default)]
pub(crate) struct Done<'g> {
    pub(crate) appended: Cow<'g, [NodeId]>,
    pub(crate) set: Cow<'g, [(NodeId, NodeId)]>,
    pub(crate) added: Cow<'g, [NodeId]>,
    pub(crate) states: Vec<NodeId>,
}

impl<'g> Done<'g> {
    pub(crate) fn of(graph: &'g Graph<'_>, id: NodeId) -> Self {
        let mut done = Self::default();
        for effect in graph.effects(id) {
            match effect {
                Effect::Append(items) => join(&mut done.appended, items),
                Effect::SetItems(pairs) => join(&mut done.set, pairs),
                Effect::AddItems(items) => join(&mut done.added, items),
                Effect::State(state) => done.states.push(*state),
            }
        }
        done
    }
}

fn join<'g, T: Clone>(all: &mut Cow<'g, [T]>, more: &'g [T]) {
    if all.is_empty() {
        *all = Cow::Borrowed(more);
    } else {
        all.to_mut().extend_from_slice(more);
    }
}
