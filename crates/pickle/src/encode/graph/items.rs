//! Items of containers, and the batches in which they are written.

use crate::encode::BATCH;
use crate::graph::NodeId;
use crate::opcode::Opcode;

/// What a container holds.
#[derive(Clone, Copy)]
pub(super) enum Items<'g> {
    Nodes(&'g [NodeId]),
    Pairs(&'g [(NodeId, NodeId)]),
}

impl Items<'_> {
    pub(super) fn count(self) -> usize {
        match self {
            Self::Nodes(items) => items.len(),
            Self::Pairs(pairs) => pairs.len(),
        }
    }

    /// How many parts an item has.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Nodes(_) => 1,
            Self::Pairs(_) => 2,
        }
    }

    pub(super) fn part(self, part: usize) -> NodeId {
        match self {
            Self::Nodes(items) => items[part],
            Self::Pairs(pairs) if part.is_multiple_of(2) => pairs[part / 2].0,
            Self::Pairs(pairs) => pairs[part / 2].1,
        }
    }
}

/// What takes the items.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    List,
    Dict,
    Set,
}

impl Kind {
    /// The opcode for one item, or for all in protocol 0.
    fn one(self) -> Opcode {
        if self == Self::Dict { Opcode::SetItem } else { Opcode::Append }
    }

    pub(super) fn many(self) -> Opcode {
        match self {
            Self::List => Opcode::Appends,
            Self::Dict => Opcode::SetItems,
            Self::Set => Opcode::AddItems,
        }
    }
}

/// How a container takes its items: a thousand at a time, each batch after a mark.
#[derive(Clone, Copy)]
pub(super) struct Batch {
    pub(super) kind: Kind,
    /// CPython counts the items of a container before it writes them, those of other objects while it does: then a batch
    /// of one needs no mark wherever it comes, and none is empty.
    counted: bool,
}

impl Batch {
    /// For a list, dict or set.
    pub(super) fn of_container(kind: Kind) -> Self {
        Self { kind, counted: true }
    }

    /// For an object that takes items.
    pub(super) fn of_object(kind: Kind) -> Self {
        Self { kind, counted: false }
    }

    /// Whether the batch that starts at `item` is one item without a mark.
    #[inline]
    fn is_single(self, item: usize, count: usize) -> bool {
        self.kind != Kind::Set && if self.counted { count == 1 } else { count - item == 1 }
    }

    /// Whether a batch with a mark starts before `item`, which is not past the end.
    #[inline]
    pub(super) fn opens(self, item: usize, count: usize) -> bool {
        item.is_multiple_of(BATCH) && !self.is_single(item, count)
    }

    /// The opcode that the items before `item` need, if it ends a batch.
    #[inline]
    pub(super) fn close(self, item: usize, count: usize, is_text: bool) -> Option<Opcode> {
        if item == 0 || is_text {
            return (item > 0).then(|| self.kind.one());
        }
        if item != count && !item.is_multiple_of(BATCH) {
            return None;
        }
        let start = (item - 1) / BATCH * BATCH;
        Some(if self.is_single(start, count) { self.kind.one() } else { self.kind.many() })
    }

    /// Whether an empty batch follows the last: for dicts and sets of whole batches, as CPython writes them.
    pub(super) fn ends_empty(self, count: usize) -> bool {
        self.counted && self.kind != Kind::List && count > 0 && count.is_multiple_of(BATCH)
    }
}
