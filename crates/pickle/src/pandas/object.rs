//! Single values of pandas, as they stand in columns of objects.

use std::borrow::Cow;

use super::values::{Item, is_pandas};
use crate::graph::{Graph, Node, NodeId};
use crate::numpy::Unit;
use crate::numpy::node::{self, Made};

/// numpy's numbers of units, which pandas writes: `NPY_FR_s` and so on.
const UNITS: [(i64, &str); 4] = [(7, "s"), (8, "ms"), (9, "us"), (10, "ns")];

/// An object as an item.
pub(super) fn object<'g>(graph: &'g Graph<'g>, id: NodeId) -> Item<'g> {
    match graph.node(id) {
        Node::None => Item::Missing,
        Node::Bool(value) => Item::Bool(value),
        Node::Int(value) => Item::Int(value),
        Node::Float(value) => Item::Float(value),
        Node::Complex(real, imaginary) => Item::Complex(real, imaginary),
        Node::Str(text) => Item::Str(Cow::Borrowed(text)),
        Node::Bytes(bytes) => Item::Bytes(Cow::Borrowed(bytes)),
        Node::Global(class) if is_pandas((class.module, class.name)) && class.name == "NA" => Item::Missing,
        Node::Object(_) => moment(graph, id).unwrap_or(Item::Node(id)),
        _ => Item::Node(id),
    }
}

/// A `Timestamp` without a time zone, a `Timedelta` or `NaT`.
fn moment<'g>(graph: &'g Graph<'g>, id: NodeId) -> Option<Item<'g>> {
    let made = Made::from_node(graph, id).filter(|made| is_pandas(made.by))?;
    let unit = |id: Option<&NodeId>| {
        let number = id.map_or(Some(10), |id| node::int(graph, *id))?; // nanoseconds before pandas 2
        let name = UNITS.into_iter().find(|unit| unit.0 == number)?.1;
        Some(Unit { name, multiple: 1 })
    };
    match (made.by.1, made.arguments) {
        ("_nat_unpickle" | "__nat_unpickle", _) => Some(Item::Missing),
        ("_unpickle_timestamp" | "Timestamp", [count, _freq, zone, rest @ ..])
            if node::is_none(graph, *zone) =>
        {
            Some(Item::DateTime(node::int(graph, *count)?, unit(rest.first())?))
        }
        ("_timedelta_unpickle" | "Timedelta", [count, rest @ ..]) => {
            Some(Item::TimeDelta(node::int(graph, *count)?, unit(rest.first())?))
        }
        _ => None,
    }
}
