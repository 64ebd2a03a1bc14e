//! Which objects from outside of the pickle are met more than once, and so must be memoised.

use std::collections::HashMap;

use crate::graph::{Effect, Graph, Node, NodeId};

/// How often persistent objects and buffers are referred to. Counted when the first of them is met.
#[derive(Default)]
pub(super) struct Again {
    uses: HashMap<NodeId, u32>,
    /// How many nodes an out-of-band buffer has: itself, and read-only views of it.
    views: HashMap<u32, u32>,
}

impl Again {
    pub(super) fn is_met_again(&mut self, graph: &Graph<'_>, id: NodeId) -> bool {
        self.count(graph);
        self.uses.get(&id).is_some_and(|uses| *uses > 1)
    }

    pub(super) fn has_views(&mut self, graph: &Graph<'_>, buffer: u32) -> bool {
        self.count(graph);
        self.views.get(&buffer).is_some_and(|views| *views > 1)
    }

    fn count(&mut self, graph: &Graph<'_>) {
        if !self.uses.is_empty() {
            return;
        }
        let mut parts = vec![graph.root()];
        for id in (0..graph.node_count()).filter_map(NodeId::new) {
            match graph.node(id) {
                Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items) => {
                    parts.extend(items);
                }
                Node::Dict(pairs) => parts.extend(pairs.iter().flat_map(|pair| [pair.0, pair.1])),
                Node::Persistent(pid) => parts.extend([pid, pid]), // written twice when it holds what it is the id of
                Node::Object(object) => parts.push(object.callable),
                _ => {}
            }
            for effect in graph.effects(id) {
                match effect {
                    Effect::State(state) => parts.push(*state),
                    Effect::Append(items) | Effect::AddItems(items) => parts.extend(items),
                    Effect::SetItems(pairs) => parts.extend(pairs.iter().flat_map(|pair| [pair.0, pair.1])),
                }
            }
            parts.drain(..).for_each(|part| self.note(graph, part));
        }
    }

    fn note(&mut self, graph: &Graph<'_>, part: NodeId) {
        let buffer = match graph.node(part) {
            Node::Buffer { index, .. } => Some(index),
            Node::Persistent(_) => None,
            _ => return,
        };
        let uses = self.uses.entry(part).or_default();
        *uses += 1;
        if let (Some(buffer), 1) = (buffer, *uses) {
            *self.views.entry(buffer).or_default() += 1;
        }
    }
}
