//! What may be written.

use crate::error::{Error, Result};
use crate::graph::{Effect, Graph, Node};
use crate::limits::Limits;

/// What may still be written, in units of an object or a thousand bytes: each node once for each that refers to it, and
/// beyond that what the limit says. Only inside of sets, or where long texts come again and again, is it more.
pub(super) struct Budget {
    left: usize,
    limit: usize,
}

impl Budget {
    const UNIT: usize = 1024;

    pub(super) fn new(graph: &Graph<'_>, limits: &Limits) -> Self {
        let once = graph.ids().map(|id| {
            let node = graph.node(id);
            let own = match node {
                Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items) => {
                    items.len()
                }
                Node::Dict(pairs) => 2 * pairs.len(),
                Node::Object(_) => 3,
                _ => 0,
            };
            let effects = graph.effects(id).iter().map(|effect| match effect {
                Effect::State(_) => 1,
                Effect::Append(items) | Effect::AddItems(items) => items.len(),
                Effect::SetItems(pairs) => 2 * pairs.len(),
            });
            Self::cost(&node) + own + effects.sum::<usize>()
        });
        Self { left: once.sum::<usize>().saturating_add(limits.expansion), limit: limits.expansion }
    }

    fn cost(node: &Node<'_>) -> usize {
        1 + node.byte_length() / Self::UNIT
    }

    pub(super) fn spend_node(&mut self) -> Result<()> {
        self.take(1)
    }

    /// Text of a node: what is a byte in the pickle may be six here.
    pub(super) fn spend_text(&mut self, length: usize) -> Result<()> {
        self.take(length / (8 * Self::UNIT))
    }

    /// Text that is moved while it is sorted, which happens once for each set around it.
    pub(super) fn spend_moved(&mut self, bytes: usize) -> Result<()> {
        self.take(bytes / 64)
    }

    fn take(&mut self, units: usize) -> Result<()> {
        self.left = self.left.checked_sub(units).ok_or_else(|| Error::limit("expansion", self.limit))?;
        Ok(())
    }
}
