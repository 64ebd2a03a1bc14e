//! What a node is, once the objects of the standard library are understood: the one view of JSON and of listings for eyes.

use std::borrow::Cow;

use crate::error::Result;
use crate::graph::{Effect, Graph, Node, NodeId, Object};

/// A node, understood.
pub(crate) enum Shape<'g> {
    /// A value without parts: `None`, a bool, a number, a str or bytes.
    Scalar(Node<'g>),
    ByteArray(&'g [u8]),
    List(Cow<'g, [NodeId]>),
    Tuple(Cow<'g, [NodeId]>),
    Set(&'g [NodeId]),
    FrozenSet(&'g [NodeId]),
    Dict(Cow<'g, [(NodeId, NodeId)]>),
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

impl<'g> Shape<'g> {
    pub(crate) fn of(graph: &'g Graph<'_>, id: NodeId) -> Result<Self> {
        Ok(match graph.node(id) {
            Node::ByteArray(bytes) => Self::ByteArray(bytes),
            Node::List(items) => Self::List(Cow::Borrowed(items)),
            Node::Tuple(items) => Self::Tuple(Cow::Borrowed(items)),
            Node::Set(items) => Self::Set(items),
            Node::FrozenSet(items) => Self::FrozenSet(items),
            Node::Dict(pairs) => Self::Dict(Cow::Borrowed(pairs)),
            Node::Global(_) | Node::Extension(_) => Self::Name,
            Node::Persistent(id) => Self::Persistent(id),
            Node::Buffer { index, readonly } => Self::Buffer { index, readonly },
            Node::Object(object) => Self::Object(object),
            scalar => Self::Scalar(scalar),
        })
    }

    /// Whether Python's identity of it shows: it can be changed, or holds what can be.
    pub(crate) fn has_identity(&self, graph: &Graph<'_>, id: NodeId) -> bool {
        match self {
            Self::ByteArray(_) | Self::List(_) | Self::Set(_) | Self::Dict(_) | Self::Object(_) => true,
            Self::Tuple(items) => !items.is_empty(),
            Self::FrozenSet(items) => !items.is_empty(),
            Self::Name => !graph.effects(id).is_empty(),
            Self::Scalar(_) | Self::Persistent(_) | Self::Buffer { .. } => false,
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
