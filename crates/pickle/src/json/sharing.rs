//! Which objects are met more than once.

use crate::error::Result;
use crate::graph::{Graph, Node, NodeId, Object};
use crate::shape::{Done, Shape};

/// Whether each node is met more than once. Canonical JSON does not count what is inside of sets.
pub(crate) fn shared<'g>(
    graph: &'g Graph<'_>,
    inside_sets: bool,
    shape: impl Fn(NodeId) -> Result<Shape<'g>>,
) -> Result<Vec<bool>> {
    let mut met = vec![0_u8; graph.node_count()];
    let mut open = vec![graph.root()];
    while let Some(id) = open.pop() {
        let times = &mut met[id.index()];
        *times += 1;
        if *times > 2 {
            *times = 2; // what is inside was met twice already
            continue;
        }
        let shape = shape(id)?;
        if *times == 2 && shape.has_identity(graph, id) {
            continue;
        }
        match shape {
            Shape::List(items) | Shape::Tuple(items) | Shape::Deque(items, _) => open.extend(items.iter()),
            Shape::Set(items) | Shape::FrozenSet(items) if inside_sets => open.extend(items),
            Shape::Dict(_, pairs) => open.extend(flat(&pairs)),
            Shape::Persistent(id) => open.push(id),
            Shape::Object(Object { callable, arguments, keywords, .. }) => {
                open.push(callable);
                open.extend(items(graph, arguments));
                open.extend(
                    keywords.map_or(&[][..], |keywords| pairs(graph, keywords)).iter().map(|pair| pair.1),
                );
                open.extend(parts(&Done::of(graph, id)));
            }
            Shape::Name => open.extend(parts(&Done::of(graph, id))),
            _ => {}
        }
    }
    Ok(met.into_iter().map(|times| times == 2).collect())
}

fn flat(pairs: &[(NodeId, NodeId)]) -> impl Iterator<Item = NodeId> + '_ {
    pairs.iter().flat_map(|pair| [pair.0, pair.1])
}

fn parts<'d>(done: &'d Done<'_>) -> impl Iterator<Item = NodeId> + 'd {
    let items = done.appended.iter().chain(done.added.iter()).chain(&done.states).copied();
    items.chain(flat(&done.set))
}

pub(super) fn items<'g>(graph: &'g Graph<'_>, tuple: NodeId) -> &'g [NodeId] {
    match graph.node(tuple) {
        Node::Tuple(items) => items,
        _ => &[],
    }
}

pub(super) fn pairs<'g>(graph: &'g Graph<'_>, dict: NodeId) -> &'g [(NodeId, NodeId)] {
    match graph.node(dict) {
        Node::Dict(pairs) => pairs,
        _ => &[],
    }
}
