//! The labels of rows and columns.

use super::reader::Reader;
use super::values::{Item, Values, is_new_index};
use crate::error::{Error, Result};
use crate::graph::NodeId;
use crate::numpy::Array;
use crate::numpy::node::{self, Made};

/// The labels of rows or columns, in their order.
#[derive(Clone, Debug)]
pub struct Index<'g> {
    node: NodeId,
    labels: Labels<'g>,
    names: Vec<Option<NodeId>>,
}

/// How labels are kept.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Labels<'g> {
    /// `start`, `start + step`, … as in Python's `range`.
    Range {
        /// The first label.
        start: i64,
        /// The distance, never 0.
        step: i64,
        /// How many there are.
        length: usize,
    },
    /// One value each.
    Values(Box<Values<'g>>),
    /// A tuple each: for each level its labels, and the place of one for each tuple.
    Levels(Vec<Level<'g>>),
}

/// A level of a `MultiIndex`.
#[derive(Clone, Debug)]
pub struct Level<'g> {
    /// The different labels.
    pub labels: Values<'g>,
    /// The place of a label for each tuple, -1 when it is missing.
    pub codes: Array<'g>,
}

impl<'g> Index<'g> {
    pub(super) fn read(reader: &Reader<'g, '_>, id: NodeId) -> Result<Self> {
        let graph = reader.graph;
        let parts = match Made::from_node(graph, id) {
            Some(Made { by, arguments: [class, parts] }) if is_new_index(by) => {
                node::global(graph, *class).zip(node::dict(graph, *parts))
            }
            _ => None,
        };
        match parts {
            Some(((_, "RangeIndex"), parts)) => Self::range(reader, id, parts),
            Some(((_, "MultiIndex"), parts)) => {
                let [levels, names] = ["levels", "names"].map(|key| node::item(graph, parts, key));
                let codes = node::item(graph, parts, "codes").or_else(|| node::item(graph, parts, "labels"));
                Self::levels(reader, id, [levels, codes, names])
            }
            _ => Self::old_levels(reader, id)?.map_or_else(|| Self::read_flat(reader, id), Ok),
        }
    }

    /// An index whose labels are one value each: the only kind that categories and levels may be.
    pub(super) fn read_flat(reader: &Reader<'g, '_>, id: NodeId) -> Result<Self> {
        let graph = reader.graph;
        let (data, name) = match Made::from_node(graph, id) {
            Some(Made { by, arguments: [class, parts] }) if is_new_index(by) => {
                let parts =
                    node::expect(graph, *parts, node::dict, ["an Index of pandas", "a dict of its parts"])?;
                let data = node::item(graph, parts, "data");
                match node::global(graph, *class) {
                    Some((_, "RangeIndex")) => return Self::range(reader, id, parts),
                    Some((_, "PeriodIndex")) => (None, node::item(graph, parts, "name")), // its numbers are no labels
                    _ => (data, node::item(graph, parts, "name")),
                }
            }
            _ => (Some(id), None),
        };
        let values = match data {
            Some(data) => Values::read(reader, data)?,
            None => Values::Other(id),
        };
        // Before pandas 0.15 an index was an array with a state of its own: (name, …).
        let own = values.array().and_then(Array::own_state).and_then(|state| node::tuple(graph, state));
        let name = name.or_else(|| own.and_then(|state| state.first().copied()));
        Ok(Self {
            node: id,
            labels: Labels::Values(Box::new(values)),
            names: vec![name.filter(|name| !node::is_none(graph, *name))],
        })
    }

    fn range(reader: &Reader<'g, '_>, id: NodeId, parts: &[(NodeId, NodeId)]) -> Result<Self> {
        let graph = reader.graph;
        let part = |key: &str, default| match node::item(graph, parts, key)
            .filter(|id| !node::is_none(graph, *id))
        {
            Some(id) => node::expect(graph, id, node::int, ["a RangeIndex of pandas", "an int"]),
            None => Ok(default),
        };
        let (start, stop, step) = (part("start", 0)?, part("stop", 0)?, part("step", 1)?);
        let length = range_length(start, stop, step)
            .ok_or_else(|| Error::data("a RangeIndex of pandas that is no range"))?;
        let name = node::item(graph, parts, "name").filter(|name| !node::is_none(graph, *name));
        Ok(Self { node: id, labels: Labels::Range { start, step, length }, names: vec![name] })
    }

    /// `MultiIndex` before pandas 0.15: an array with the state (levels, labels, sort order, names).
    fn old_levels(reader: &Reader<'g, '_>, id: NodeId) -> Result<Option<Self>> {
        let Some(array) = reader.array(id)? else { return Ok(None) };
        let state = array.own_state().and_then(|state| node::tuple(reader.graph, state));
        match (array.class(), state) {
            (Some((_, "MultiIndex")), Some([levels, codes, _order, names, ..])) => {
                Self::levels(reader, id, [levels, codes, names].map(|id| Some(*id))).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn levels(reader: &Reader<'g, '_>, id: NodeId, parts: [Option<NodeId>; 3]) -> Result<Self> {
        let graph = reader.graph;
        let lists = parts.map(|id| id.and_then(|id| sequence(reader, id)));
        let [Some(levels), Some(codes), names] = lists else {
            return Err(node::unlike(graph, id, "a MultiIndex of pandas", "lists of levels and codes"));
        };
        let level = |(labels, codes): (&NodeId, &NodeId)| {
            let Labels::Values(labels) = Self::read_flat(reader, *labels)?.labels else {
                return Err(node::unlike(graph, *labels, "a level of a MultiIndex of pandas", "an Index"));
            };
            let codes = reader.array(*codes)?;
            let codes =
                codes.ok_or_else(|| Error::data("codes of a MultiIndex of pandas that are no array"))?;
            Ok(Level { labels: *labels, codes })
        };
        let levels: Vec<_> = levels.iter().zip(codes).map(level).collect::<Result<_>>()?;
        if levels.windows(2).any(|pair| pair[0].codes.len() != pair[1].codes.len()) {
            return Err(Error::data("a MultiIndex of pandas whose levels differ in length"));
        }
        let names =
            names.unwrap_or(&[]).iter().map(|name| Some(*name).filter(|name| !node::is_none(graph, *name)));
        Ok(Self { node: id, labels: Labels::Levels(levels), names: names.collect() })
    }

    /// The node of the index.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// How the labels are kept.
    pub fn labels(&self) -> &Labels<'g> {
        &self.labels
    }

    /// The name of the index, one for each level; any object, mostly a str.
    pub fn names(&self) -> &[Option<NodeId>] {
        &self.names
    }

    /// How many labels there are; `None` for an index of a class that is not known here.
    pub fn len(&self) -> Option<usize> {
        match &self.labels {
            Labels::Range { length, .. } => Some(*length),
            Labels::Values(values) => values.len(),
            Labels::Levels(levels) => Some(levels.first().map_or(0, |level| level.codes.len())),
        }
    }

    /// Whether there are no labels.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The label at a place; `None` beyond the end, and where labels are not known.
    ///
    /// # Errors
    ///
    /// When a text is no text, or the number of a label is none.
    pub fn get(&self, place: usize) -> Result<Option<Item<'g>>> {
        match &self.labels {
            Labels::Range { start, step, length } => Ok(i64::try_from(place)
                .ok()
                .filter(|_| place < *length)
                .map(|place| Item::Int(start.saturating_add(step.saturating_mul(place))))),
            Labels::Values(values) => values.get(place),
            Labels::Levels(levels) if self.len().is_some_and(|length| place < length) => levels
                .iter()
                .map(|level| level.get(place))
                .collect::<Result<_>>()
                .map(|parts| Some(Item::Tuple(parts))),
            Labels::Levels(_) => Ok(None),
        }
    }

    /// All labels; none where they are not known.
    pub fn iter(&self) -> impl Iterator<Item = Result<Item<'g>>> {
        (0..self.len().unwrap_or(0)).map(|place| self.get(place).map(|item| item.unwrap_or(Item::Missing)))
    }
}

impl<'g> Level<'g> {
    fn get(&self, place: usize) -> Result<Item<'g>> {
        let code = self.codes.index(place).map(|code| code.value::<i64>()).transpose()?;
        match code.map(usize::try_from) {
            Some(Ok(code)) => match self.labels.get(code)? {
                Some(item) => Ok(item),
                None => Err(Error::data(format!(
                    "a level of a MultiIndex of pandas has no label of the number {code}"
                ))),
            },
            _ => Ok(Item::Missing),
        }
    }
}

/// A list or a tuple; of a `FrozenList` what it was called with.
fn sequence<'g>(reader: &Reader<'g, '_>, id: NodeId) -> Option<&'g [NodeId]> {
    let graph = reader.graph;
    let own = node::list(graph, id).or_else(|| node::tuple(graph, id));
    own.or_else(|| match Made::from_node(graph, id)?.arguments {
        [items] => node::list(graph, *items).or_else(|| node::tuple(graph, *items)),
        _ => None,
    })
}

/// How many numbers Python's `range` has.
pub(super) fn range_length(start: i64, stop: i64, step: i64) -> Option<usize> {
    let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
    let steps = match step {
        0 => return None,
        1.. => (stop - start + step - 1).div_euclid(step),
        _ => (start - stop - step - 1).div_euclid(-step),
    };
    usize::try_from(steps.max(0)).ok()
}
