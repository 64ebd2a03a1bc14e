//! Strings that are also parts of the names of globals, which CPython writes once.

use std::collections::HashMap;

use super::memo::Memo;
use crate::graph::{Graph, Node, NodeId};

/// Where the bytes of a string stand: a string and the name of a global have the same place when they are one object.
type Place = [usize; 2];

fn place(text: &str) -> Place {
    [text.as_ptr().addr(), text.len()]
}

/// The strings that globals are named with, by place, with their memo numbers once they are written. Empty until the
/// first global is written by the strings on the stack.
#[derive(Default)]
pub(super) struct SharedNames {
    numbers: HashMap<Place, Option<u32>>,
    /// Bits of the places: most strings are told apart by them.
    filter: u64,
}

impl SharedNames {
    /// Takes the names of all globals, and the strings of those that were written before.
    pub(super) fn fill(&mut self, graph: &Graph<'_>, memo: &Memo) {
        if !self.numbers.is_empty() {
            return;
        }
        let nodes = (0..graph.node_count()).filter_map(NodeId::new);
        for id in nodes.clone() {
            if let Node::Global(global) = graph.node(id) {
                for text in [global.module, global.name] {
                    self.numbers.insert(place(text), None);
                    self.filter |= bit(place(text));
                }
            }
        }
        for id in nodes {
            if let (Node::Str(text), Some(number)) = (graph.node(id), memo.get(id)) {
                self.insert(text, number);
            }
        }
    }

    /// The memo number of a string that was written.
    #[inline]
    pub(super) fn get(&self, text: &str) -> Option<u32> {
        let place = place(text);
        if self.filter & bit(place) == 0 { None } else { self.numbers.get(&place).copied().flatten() }
    }

    /// Notes the memo number of a string, if a global is named with it.
    #[inline]
    pub(super) fn insert(&mut self, text: &str, number: u32) {
        let place = place(text);
        if self.filter & bit(place) != 0
            && let Some(known) = self.numbers.get_mut(&place)
        {
            known.get_or_insert(number);
        }
    }
}

/// One bit of 64, by the address.
#[inline]
fn bit([address, length]: Place) -> u64 {
    1 << ((address ^ address >> 6 ^ length << 3) & 63)
}
