//! The memo numbers of a graph's nodes.

use crate::graph::NodeId;

/// For each node its number plus one, or 0: memory that is all zero costs nothing until it is written, and most nodes of
/// ordinary pickles never have a number.
pub(super) struct Memo(Vec<u32>);

impl Memo {
    pub(super) fn new(nodes: usize) -> Self {
        Self(vec![0; nodes])
    }

    #[inline]
    pub(super) fn get(&self, id: NodeId) -> Option<u32> {
        self.0[id.index()].checked_sub(1)
    }

    /// Remembers a number, which is below `u32::MAX`: the writer counts no further.
    #[inline]
    pub(super) fn set(&mut self, id: NodeId, number: u32) {
        self.0[id.index()] = number.saturating_add(1);
    }
}
