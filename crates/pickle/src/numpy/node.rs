//! Looking at nodes of a graph: what arrays and frames are made of.

use std::borrow::Cow;

use crate::error::{Error, Result, shown};
use crate::graph::{Effect, Graph, Node, NodeId, latin1};

/// A global's module and name.
pub(crate) type Name<'g> = (&'g str, &'g str);

/// An object that was made by a global: a call of a function, or an instance of a class.
#[derive(Clone, Copy)]
pub(crate) struct Made<'g> {
    pub(crate) by: Name<'g>,
    pub(crate) arguments: &'g [NodeId],
}

impl<'g> Made<'g> {
    pub(crate) fn from_node(graph: &'g Graph<'g>, id: NodeId) -> Option<Self> {
        let Node::Object(object) = graph.node(id) else { return None };
        let Node::Tuple(arguments) = graph.node(object.arguments) else { return None };
        Some(Self { by: global(graph, object.callable)?, arguments })
    }
}

pub(crate) fn global<'g>(graph: &'g Graph<'g>, id: NodeId) -> Option<Name<'g>> {
    match graph.node(id) {
        Node::Global(global) => Some((global.module, global.name)),
        _ => None,
    }
}

/// The last state that the pickle gives to an object, with `BUILD`.
pub(crate) fn state(graph: &Graph<'_>, id: NodeId) -> Option<NodeId> {
    graph.effects(id).iter().rev().find_map(|effect| match effect {
        Effect::State(state) => Some(*state),
        _ => None,
    })
}

pub(crate) fn tuple<'g>(graph: &'g Graph<'g>, id: NodeId) -> Option<&'g [NodeId]> {
    match graph.node(id) {
        Node::Tuple(items) => Some(items),
        _ => None,
    }
}

pub(crate) fn list<'g>(graph: &'g Graph<'g>, id: NodeId) -> Option<&'g [NodeId]> {
    match graph.node(id) {
        Node::List(items) => Some(items),
        _ => None,
    }
}

pub(crate) fn dict<'g>(graph: &'g Graph<'g>, id: NodeId) -> Option<&'g [(NodeId, NodeId)]> {
    match graph.node(id) {
        Node::Dict(pairs) => Some(pairs),
        _ => None,
    }
}

/// A name: a str, or the bytes that a Python 2 string may have become.
pub(crate) fn text<'g>(graph: &'g Graph<'g>, id: NodeId) -> Option<&'g str> {
    match graph.node(id) {
        Node::Str(text) => Some(text),
        Node::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

pub(crate) fn int(graph: &Graph<'_>, id: NodeId) -> Option<i64> {
    match graph.node(id) {
        Node::Int(value) => Some(value),
        _ => None,
    }
}

/// A length, an index or a size.
pub(crate) fn size(graph: &Graph<'_>, id: NodeId) -> Option<usize> {
    int(graph, id).and_then(|value| usize::try_from(value).ok())
}

/// What Python takes for true, of what `bool`s are written as.
pub(crate) fn truth(graph: &Graph<'_>, id: NodeId) -> Option<bool> {
    match graph.node(id) {
        Node::Bool(value) => Some(value),
        Node::Int(value) => Some(value != 0),
        _ => None,
    }
}

pub(crate) fn is_none(graph: &Graph<'_>, id: NodeId) -> bool {
    matches!(graph.node(id), Node::None)
}

/// Bytes, a bytearray, or the text that a Python 2 string may have become: a byte for each character.
pub(crate) fn raw<'g>(graph: &'g Graph<'g>, id: NodeId) -> Option<Cow<'g, [u8]>> {
    match graph.node(id) {
        Node::Bytes(bytes) | Node::ByteArray(bytes) => Some(Cow::Borrowed(bytes)),
        Node::Str(text) if text.is_ascii() => Some(Cow::Borrowed(text.as_bytes())),
        Node::Str(text) => latin1(text).map(Cow::Owned),
        _ => None,
    }
}

/// Bytes, or an out-of-band buffer that the caller has; `None` for anything else.
pub(crate) fn buffer<'g>(graph: &'g Graph<'g>, id: NodeId, buffers: &[&'g [u8]]) -> Result<Option<&'g [u8]>> {
    match graph.node(id) {
        Node::Bytes(bytes) | Node::ByteArray(bytes) => Ok(Some(bytes)),
        Node::Buffer { index, .. } => {
            let buffer = usize::try_from(index).ok().and_then(|index| buffers.get(index).copied());
            let buffer = buffer.or_else(|| graph.buffer(index));
            let missing = || Error::data(format!("out-of-band buffer {index} is needed, and was not given"));
            buffer.map(Some).ok_or_else(missing)
        }
        _ => Ok(None),
    }
}

/// The value of a str key in a dict; of a Python 2 string also.
pub(crate) fn item(graph: &Graph<'_>, pairs: &[(NodeId, NodeId)], key: &str) -> Option<NodeId> {
    let is_key = |id: NodeId| match graph.node(id) {
        Node::Str(text) => text == key,
        Node::Bytes(bytes) => *bytes == *key.as_bytes(),
        _ => false,
    };
    pairs.iter().find(|(found, _)| is_key(*found)).map(|(_, value)| *value)
}

/// The error for a node that is something else than the format asks for.
#[cold]
pub(crate) fn unlike(graph: &Graph<'_>, id: NodeId, what: &str, expected: &str) -> Error {
    let found = match (graph.node(id), Made::from_node(graph, id)) {
        (_, Some(made)) => format!("an object of {}.{}", shown(made.by.0), shown(made.by.1)),
        (node, None) => format!("a {}", node.kind()),
    };
    Error::data(format!("{what}: expected {expected}, found {found}"))
}

/// The part, or the error that it is something else.
pub(crate) fn expect<'g, T>(
    graph: &'g Graph<'g>,
    id: NodeId,
    read: impl FnOnce(&'g Graph<'g>, NodeId) -> Option<T>,
    [what, expected]: [&str; 2],
) -> Result<T> {
    read(graph, id).ok_or_else(|| unlike(graph, id, what, expected))
}
