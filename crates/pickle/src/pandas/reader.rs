//! What reading the parts of a frame shares.

use std::cell::Cell;

use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId};
use crate::numpy::Array;

/// The graph, the buffers, and what may still be spent on what the pickle says once and means often.
pub(super) struct Reader<'g, 'b> {
    pub(super) graph: &'g Graph<'g>,
    pub(super) buffers: &'b [&'g [u8]],
    budget: Cell<usize>,
    depth: Cell<usize>,
}

/// How deep categories may have categories; pandas itself allows none.
const DEPTH: usize = 4;

/// How many times the pickle may be looked at and copied. An honest one has each part once or twice.
const COPIES: usize = 4;

/// What may be spent on the smallest pickle.
const LEAST: usize = 1 << 20;

impl<'g, 'b> Reader<'g, 'b> {
    pub(super) fn new(graph: &'g Graph<'g>, buffers: &'b [&'g [u8]]) -> Self {
        let budget = graph.length().saturating_mul(COPIES).saturating_add(LEAST);
        Self { graph, buffers, budget: Cell::new(budget), depth: Cell::new(0) }
    }

    /// Pays for bytes or items that are copied or looked through.
    pub(super) fn spend(&self, amount: usize) -> Result<()> {
        let left = self.budget.get().checked_sub(amount);
        self.budget.set(left.ok_or_else(|| Error::data("a frame that means far more than its pickle says"))?);
        Ok(())
    }

    /// Reads parts that may have parts of the same kind.
    pub(super) fn nested<T>(&self, read: impl FnOnce() -> Result<T>) -> Result<T> {
        let depth = self.depth.get();
        if depth == DEPTH {
            return Err(Error::data("categories of pandas that have categories again and again"));
        }
        self.depth.set(depth + 1);
        let result = read();
        self.depth.set(depth);
        result
    }

    /// The array that a node stands for.
    pub(super) fn array(&self, id: NodeId) -> Result<Option<Array<'g>>> {
        let array = Array::from_node_with_buffers(self.graph, id, self.buffers)?;
        let copied = array.as_ref().map_or(0, Array::copied);
        self.spend(1 + copied)?;
        Ok(array)
    }
}
