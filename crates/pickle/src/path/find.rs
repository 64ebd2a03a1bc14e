//! What a path leads to in a graph.

use super::{Step, ValuePath};
use crate::error::Result;
use crate::graph::{Graph, Node, NodeId};
use crate::objects::named;
use crate::shape::{Done, Shape};

impl Graph<'_> {
    /// The node that a path leads to, from the root on; `None` where a step finds nothing.
    ///
    /// What each step finds says [`ValuePath`]. A node that is there can be `None` of Python's, which is not missing. Time is
    /// linear in the keys of the dicts on the way.
    ///
    /// # Errors
    ///
    /// When an object of the standard library on the way is one that CPython would refuse to make.
    pub fn find(&self, path: &ValuePath) -> Result<Option<NodeId>> {
        self.find_from(self.root(), path)
    }

    /// The node that a path leads to from another node than the root.
    ///
    /// # Errors
    ///
    /// As [`Graph::find`].
    ///
    /// # Panics
    ///
    /// As [`Graph::node`].
    pub fn find_from(&self, start: NodeId, path: &ValuePath) -> Result<Option<NodeId>> {
        let mut id = start;
        for step in path.steps() {
            match part(self, id, step)? {
                Some(part) => id = part,
                None => return Ok(None),
            }
        }
        Ok(Some(id))
    }

    /// The dict or list that an object of a class that extends these starts with in protocols 0 and 1:
    /// `copyreg._reconstructor(class, dict, {…})`.
    pub(crate) fn base(&self, id: NodeId) -> Option<Node<'_>> {
        let Node::Object(object) = self.node(id) else { return None };
        let Node::Tuple([_, base, value]) = self.node(object.arguments) else { return None };
        let is = |id, module, name| named(self, id).is_some_and(|found| found.0 == module && found.1 == name);
        let value = self.node(*value);
        let fits = is(object.callable, "copyreg", "_reconstructor")
            && match value {
                Node::Dict(_) => is(*base, "builtins", "dict"),
                Node::List(_) => is(*base, "builtins", "list"),
                _ => false,
            };
        fits.then_some(value)
    }
}

fn part(graph: &Graph<'_>, id: NodeId, step: &Step) -> Result<Option<NodeId>> {
    Ok(match Shape::of(graph, id)? {
        Shape::Dict(_, pairs) => of_key(graph, &pairs, step),
        Shape::List(items) | Shape::Tuple(items) | Shape::Deque(items, _) => at(&items, step),
        Shape::Object(_) => of_object(graph, id, step),
        _ => None,
    })
}

/// The value of a key; keys are unique, or the last one counts.
fn of_key(graph: &Graph<'_>, pairs: &[(NodeId, NodeId)], step: &Step) -> Option<NodeId> {
    let found = pairs.iter().rev().find(|(key, _)| equals(&graph.node(*key), step));
    found.map(|(_, value)| *value)
}

/// Python's equality of a key and a step.
fn equals(key: &Node<'_>, step: &Step) -> bool {
    match (step, *key) {
        (Step::Name(name), Node::Str(key)) => **name == *key,
        (Step::Index(index), Node::Int(key)) => *index == key,
        (Step::Index(index), Node::Bool(key)) => *index == i64::from(key),
        (Step::Index(index), Node::Float(key) | Node::Complex(key, 0.0)) => is_integer(key, *index),
        _ => false,
    }
}

/// Whether a float is exactly this integer.
fn is_integer(value: f64, index: i64) -> bool {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0; // 2⁶³
    #[allow(clippy::cast_possible_truncation, reason = "it is whole and in range")]
    let whole = || value as i64;
    value.fract() == 0.0 && (-LIMIT..LIMIT).contains(&value) && whole() == index
}

/// An item by its place, from the end where it is negative.
fn at(items: &[NodeId], step: &Step) -> Option<NodeId> {
    let Step::Index(index) = step else { return None };
    let from_start = usize::try_from(*index).ok();
    let from_end =
        || usize::try_from(index.unsigned_abs()).ok().and_then(|back| items.len().checked_sub(back));
    items.get(from_start.or_else(from_end)?).copied()
}

/// What the pickle does to an object of a class that is not understood: items, then attributes.
fn of_object(graph: &Graph<'_>, id: NodeId, step: &Step) -> Option<NodeId> {
    let done = Done::of(graph, id);
    let (mut pairs, mut items) = (done.set, done.appended);
    match graph.base(id) {
        Some(Node::Dict(initial)) => pairs.to_mut().splice(..0, initial.iter().copied()).for_each(drop),
        Some(Node::List(initial)) => items.to_mut().splice(..0, initial.iter().copied()).for_each(drop),
        _ => {}
    }
    of_key(graph, &pairs, step).or_else(|| match step {
        Step::Name(name) => graph.instance(id)?.attribute(name),
        Step::Index(_) => at(&items, step),
    })
}
