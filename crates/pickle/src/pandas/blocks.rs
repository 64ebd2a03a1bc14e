//! The block managers of pandas: columns of one dtype are rows of one array.

use std::collections::HashMap;

use super::index::{Index, range_length};
use super::reader::Reader;
use super::values::{Item, Values, is_pandas, name};
use crate::error::{Error, Result};
use crate::graph::NodeId;
use crate::numpy::Array;
use crate::numpy::node::{self, Made};

/// What a block manager holds.
pub(super) struct Manager<'g> {
    /// Of a frame the columns, then the rows; of a series the rows.
    pub(super) axes: Vec<Index<'g>>,
    /// The nodes and the values of blocks.
    pub(super) blocks: Vec<(NodeId, Values<'g>)>,
    /// For each column its block, and its row in it.
    pub(super) places: Vec<(usize, usize)>,
}

/// How many columns a frame may have when the pickle is shorter: those without rows cost nothing in it.
const COLUMNS: usize = 1 << 20;

const WHAT: &str = "a BlockManager of pandas";

/// Where the rows of a block are among the columns.
#[derive(Clone, Copy)]
enum Placement {
    /// A slice, or an array of places.
    Places(NodeId),
    /// An index with the labels of the columns, before pandas 0.14.
    Labels(NodeId),
    /// All columns: a series.
    All,
}

type Blocks = Vec<(NodeId, Placement)>;

impl<'g> Manager<'g> {
    pub(super) fn read(reader: &Reader<'g, '_>, id: NodeId) -> Result<Option<Self>> {
        let Some(instance) = reader.graph.instance(id) else { return Ok(None) };
        let is_single = match name(&instance) {
            class @ (_, "BlockManager") if is_pandas(class) => false,
            class @ (_, "SingleBlockManager") if is_pandas(class) => true,
            _ => return Ok(None),
        };
        let (axes, blocks) = match (instance.arguments(), instance.state()) {
            ([blocks, axes, ..], None) => (*axes, called(reader, *blocks)?),
            (_, Some(state)) => with_state(reader, state, is_single)?,
            _ => return Err(Error::data("a BlockManager of pandas without blocks")),
        };
        let axes = node::expect(reader.graph, axes, node::list, [WHAT, "a list of axes"])?;
        let axes: Vec<_> = axes.iter().map(|axis| Index::read(reader, *axis)).collect::<Result<_>>()?;
        if axes.len() != if is_single { 1 } else { 2 } {
            return Err(Error::data("a BlockManager of pandas that is neither a frame nor a series"));
        }
        let mut manager = Self { axes, blocks: Vec::new(), places: Vec::new() };
        manager.fill(reader, &blocks)?;
        Ok(Some(manager))
    }

    fn fill(&mut self, reader: &Reader<'g, '_>, blocks: &Blocks) -> Result<()> {
        let mut places = vec![None; self.column_count(reader)?];
        let mut by_label = None;
        for (block, (id, placement)) in blocks.iter().enumerate() {
            self.blocks.push((*id, Values::read(reader, *id)?));
            let columns = match placement {
                Placement::All => vec![0],
                Placement::Places(id) => places_of(reader, *id, places.len())?,
                Placement::Labels(labels) => {
                    let known = match by_label.take() {
                        Some(known) => known,
                        None => columns_by_label(reader, &self.axes[0])?,
                    };
                    labelled(reader, *labels, by_label.insert(known))?
                }
            };
            self.check(block, columns.len())?;
            for (row, column) in columns.into_iter().enumerate() {
                match places.get_mut(column) {
                    Some(place) if place.is_none() => *place = Some((block, row)),
                    _ => return Err(Error::data("a block of pandas whose columns are none of the frame")),
                }
            }
        }
        let places: Option<Vec<_>> = places.into_iter().collect();
        self.places =
            places.ok_or_else(|| Error::data("a frame of pandas has columns that are in no block"))?;
        Ok(())
    }

    /// Refuses a block that is not of the shape that columns and index say.
    fn check(&self, block: usize, columns: usize) -> Result<()> {
        let values = self.blocks.get(block).map(|block| &block.1);
        let (width, length) = match values.and_then(Values::array).map(Array::shape) {
            Some([width, length]) => (*width, Some(*length)),
            Some([length]) => (1, Some(*length)),
            Some(_) => (0, None),
            None => (1, values.and_then(Values::len)),
        };
        let rows = self.axes.last().and_then(Index::len);
        if width != columns || length.zip(rows).is_some_and(|(length, rows)| length != rows) {
            return Err(Error::data(
                "a block of pandas that is not of the shape of its columns and the index",
            ));
        }
        Ok(())
    }

    fn column_count(&self, reader: &Reader<'g, '_>) -> Result<usize> {
        let count = match &*self.axes {
            [_] => 1,
            [columns, ..] => columns
                .len()
                .ok_or_else(|| Error::data("a frame of pandas whose column names are not known"))?,
            [] => 0,
        };
        if count > COLUMNS.max(reader.graph.length()) {
            return Err(Error::data(format!("a frame of pandas with {count} columns")));
        }
        reader.spend(count)?;
        Ok(count)
    }
}

/// The blocks of `BlockManager(blocks, axes)`, as pandas has written since 1.3.
fn called(reader: &Reader<'_, '_>, id: NodeId) -> Result<Blocks> {
    let graph = reader.graph;
    let blocks = node::tuple(graph, id).or_else(|| node::list(graph, id));
    let blocks = blocks.ok_or_else(|| node::unlike(graph, id, WHAT, "a tuple of blocks"))?;
    let block = |id: &NodeId| match Made::from_node(graph, *id) {
        Some(Made { by: (_, "_unpickle_block" | "new_block"), arguments: [values, placement, ..] }) => {
            Ok((*values, Placement::Places(*placement)))
        }
        _ => Err(node::unlike(graph, *id, WHAT, "a block")),
    };
    blocks.iter().map(block).collect()
}

/// `(axes, values, labels[, {'0.14.1': {'axes': …, 'blocks': […]}}])`.
fn with_state(reader: &Reader<'_, '_>, id: NodeId, is_single: bool) -> Result<(NodeId, Blocks)> {
    let graph = reader.graph;
    let (axes, values, labels, newer) = match node::tuple(graph, id) {
        Some([axes, values, labels]) => (*axes, *values, *labels, None),
        Some([axes, values, labels, newer, ..]) => (*axes, *values, *labels, node::dict(graph, *newer)),
        _ => return Err(node::unlike(graph, id, WHAT, "a tuple of 3 or 4 items")),
    };
    if let Some(newer) = newer.and_then(|newer| node::item(graph, newer, "0.14.1")) {
        return newer_state(reader, newer, is_single);
    }
    let values = node::expect(graph, values, node::list, [WHAT, "a list of values"])?;
    let labels = node::expect(graph, labels, node::list, [WHAT, "a list of labels"])?;
    let placement = |labels: &NodeId| if is_single { Placement::All } else { Placement::Labels(*labels) };
    Ok((axes, values.iter().copied().zip(labels.iter().map(placement)).collect()))
}

fn newer_state(reader: &Reader<'_, '_>, id: NodeId, is_single: bool) -> Result<(NodeId, Blocks)> {
    let graph = reader.graph;
    let parts = node::expect(graph, id, node::dict, [WHAT, "a dict of axes and blocks"])?;
    let [axes, blocks] = ["axes", "blocks"].map(|key| node::item(graph, parts, key));
    let (Some(axes), Some(blocks)) = (axes, blocks.and_then(|blocks| node::list(graph, blocks))) else {
        return Err(node::unlike(graph, id, WHAT, "a dict of axes and blocks"));
    };
    let block = |id: &NodeId| {
        let parts = node::expect(graph, *id, node::dict, [WHAT, "a dict for each block"])?;
        match ["values", "mgr_locs"].map(|key| node::item(graph, parts, key)) {
            [Some(values), _] if is_single => Ok((values, Placement::All)),
            [Some(values), Some(places)] => Ok((values, Placement::Places(places))),
            _ => Err(node::unlike(graph, *id, WHAT, "values and places of a block")),
        }
    };
    Ok((axes, blocks.iter().map(block).collect::<Result<_>>()?))
}

/// A slice, or an array of ints, as the places of columns.
fn places_of(reader: &Reader<'_, '_>, id: NodeId, count: usize) -> Result<Vec<usize>> {
    let graph = reader.graph;
    let what = ["the columns of a block of pandas", "a slice or an array of places"];
    if let Some(array) = reader.array(id)? {
        reader.spend(array.len())?;
        let places = array.values::<u64>()?.map(|place| Ok(usize::try_from(place?).unwrap_or(usize::MAX)));
        return places.collect();
    }
    let Some(Made { by: (_, "slice"), arguments: [start, stop, step] }) = Made::from_node(graph, id) else {
        return Err(node::unlike(graph, id, what[0], what[1]));
    };
    let part =
        |id: NodeId, default| if node::is_none(graph, id) { Some(default) } else { node::int(graph, id) };
    let parts =
        part(*start, 0).zip(part(*stop, i64::try_from(count).unwrap_or(i64::MAX))).zip(part(*step, 1));
    let ((start, stop), step) = parts.ok_or_else(|| node::unlike(graph, id, what[0], what[1]))?;
    let length = range_length(start, stop, step).filter(|length| *length <= count);
    let length = length.ok_or_else(|| Error::data("a block of pandas with more columns than its frame"))?;
    let numbers = (0..).map(|place: i64| start.saturating_add(place.saturating_mul(step))).take(length);
    Ok(numbers.map(|number| usize::try_from(number).unwrap_or(usize::MAX)).collect())
}

/// The columns of each label, last first: one that comes again has several.
type ByLabel = HashMap<String, Vec<usize>>;

fn columns_by_label(reader: &Reader<'_, '_>, columns: &Index<'_>) -> Result<ByLabel> {
    let mut by_label = ByLabel::new();
    for column in (0..columns.len().unwrap_or(0)).rev() {
        let label = columns.get(column)?.unwrap_or(Item::Missing);
        by_label.entry(key(reader, &label)?).or_default().push(column);
    }
    Ok(by_label)
}

fn labelled(reader: &Reader<'_, '_>, labels: NodeId, by_label: &mut ByLabel) -> Result<Vec<usize>> {
    let labels = Index::read(reader, labels)?;
    let column = |label: Result<Item<'_>>| {
        let column = by_label.get_mut(&key(reader, &label?)?).and_then(Vec::pop);
        column.ok_or_else(|| Error::data("a block of pandas whose columns are none of the frame"))
    };
    labels.iter().map(column).collect()
}

/// A label as something that can be looked up.
fn key(reader: &Reader<'_, '_>, label: &Item<'_>) -> Result<String> {
    reader.spend(1)?;
    if let Item::Str(text) = label {
        reader.spend(text.len())?;
    }
    Ok(format!("{label:?}"))
}
