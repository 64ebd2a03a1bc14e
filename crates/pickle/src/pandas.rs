//! Frames and series of pandas: views on a graph.
//!
//! A [`Frame`] finds the columns of a `pandas.DataFrame` in the block managers that pandas 0.10 to 3 wrote, a [`Series`]
//! those of a `pandas.Series`. Columns of numbers are [`crate::numpy::Array`]s whose data is borrowed; categories, nullable
//! numbers and text (of Python or of Apache Arrow) are read too. What is not known stays an inert node, and the other
//! columns are read.
//!
//! ```
//! use onggi_pickle::pandas::{Frame, Item};
//! use onggi_pickle::Graph;
//!
//! // pandas.DataFrame({"price": [9.5, 12.0], "name": ["jar", "lid"]}, index=["a", "b"])
//! # let pickle = include_bytes!("../tests/data/pandas/frame.p5.pkl");
//! let graph = Graph::from_slice(pickle)?;
//! let frame = Frame::from_node(&graph, graph.root())?.expect("a frame");
//! assert_eq!(frame.row_count(), Some(2));
//!
//! let price = frame.column("price")?.expect("a column");
//! assert_eq!(price.to_vec::<f64>()?, [9.5, 12.0]);
//! let name = frame.column("name")?.expect("a column");
//! assert_eq!(name.get(1)?, Some(Item::Str("lid".into())));
//! assert_eq!(frame.index().get(0)?, Some(Item::Str("a".into())));
//! # Ok::<(), onggi_pickle::Error>(())
//! ```
//!
//! What pandas before 1.3 kept in files of Python 2 is read with [`crate::Encoding::Latin1`].

mod arrow;
mod blocks;
mod index;
mod object;
mod reader;
mod values;

use std::ops::Deref;

pub use self::arrow::Strings;
use self::blocks::Manager;
pub use self::index::{Index, Labels, Level};
use self::reader::Reader;
pub use self::values::{Categorical, Item, Values};
use self::values::{is_pandas, name};
use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId};
use crate::instance::Instance;
use crate::numpy::Array;
use crate::numpy::node;

/// A `pandas.DataFrame`, as it stands in a graph.
///
/// Subclasses that keep the state of a frame are frames as well. Sparse frames of pandas before 1.0 are not.
#[derive(Clone, Debug)]
pub struct Frame<'g> {
    columns: Index<'g>,
    index: Index<'g>,
    blocks: Vec<(NodeId, Values<'g>)>,
    places: Vec<(usize, usize)>,
}

/// A column of a frame.
///
/// It derefs to its [`Values`].
#[derive(Clone, Debug)]
pub struct Column<'g> {
    node: NodeId,
    values: Values<'g>,
}

impl Column<'_> {
    /// The node of the array that has the column: of several columns, when they have the same dtype.
    pub fn node(&self) -> NodeId {
        self.node
    }
}

impl<'g> Deref for Column<'g> {
    type Target = Values<'g>;

    fn deref(&self) -> &Values<'g> {
        &self.values
    }
}

impl<'g> Frame<'g> {
    /// The frame that a node stands for; `None` when it is something else.
    ///
    /// # Errors
    ///
    /// When it is a frame that pandas would refuse, or of a version that is not known.
    pub fn from_node(graph: &'g Graph<'g>, id: NodeId) -> Result<Option<Self>> {
        Self::from_node_with_buffers(graph, id, &[])
    }

    /// The same, with the out-of-band buffers of the pickle in their order.
    ///
    /// # Errors
    ///
    /// As [`Frame::from_node`], and when a buffer is missing or has another length.
    pub fn from_node_with_buffers(
        graph: &'g Graph<'g>,
        id: NodeId,
        buffers: &[&'g [u8]],
    ) -> Result<Option<Self>> {
        let reader = Reader::new(graph, buffers);
        let Some(instance) = graph.instance(id) else { return Ok(None) };
        let Some(manager) = manager(&instance, "DataFrame", "dataframe") else { return Ok(None) };
        match Manager::read(&reader, manager)? {
            Some(Manager { axes, blocks, places }) => match <[Index<'g>; 2]>::try_from(axes) {
                Ok([columns, index]) => Ok(Some(Self { columns, index, blocks, places })),
                Err(_) => Ok(None),
            },
            None => Err(node::unlike(graph, manager, "the data of a frame of pandas", "a BlockManager")),
        }
    }

    /// The names of the columns.
    pub fn names(&self) -> &Index<'g> {
        &self.columns
    }

    /// The labels of the rows.
    pub fn index(&self) -> &Index<'g> {
        &self.index
    }

    /// How many columns there are.
    pub fn column_count(&self) -> usize {
        self.places.len()
    }

    /// How many rows there are; `None` when neither the index nor any column tells.
    pub fn row_count(&self) -> Option<usize> {
        self.index.len().or_else(|| self.column_at(0).and_then(|column| column.len()))
    }

    /// The first column of a name that is a str.
    ///
    /// # Errors
    ///
    /// When the name of a column is a text that is no text.
    pub fn column(&self, name: &str) -> Result<Option<Column<'g>>> {
        for place in 0..self.column_count() {
            if matches!(self.columns.get(place)?, Some(Item::Str(label)) if label == name) {
                return Ok(self.column_at(place));
            }
        }
        Ok(None)
    }

    /// The column at a place, counted from 0.
    pub fn column_at(&self, place: usize) -> Option<Column<'g>> {
        let (block, row) = *self.places.get(place)?;
        let (node, values) = self.blocks.get(block)?;
        let rows = self.index.len().or(values.len()).unwrap_or(0);
        let values = values.row(row, rows).unwrap_or(Values::Other(*node));
        Some(Column { node: *node, values })
    }

    /// All columns with their names, in their order.
    pub fn columns(&self) -> impl Iterator<Item = Result<(Item<'g>, Column<'g>)>> {
        (0..self.column_count()).filter_map(|place| {
            let column = self.column_at(place)?;
            Some(self.columns.get(place).map(|name| (name.unwrap_or(Item::Missing), column)))
        })
    }
}

/// A `pandas.Series`, as it stands in a graph. It derefs to its [`Values`].
#[derive(Clone, Debug)]
pub struct Series<'g> {
    name: Option<NodeId>,
    index: Index<'g>,
    column: Column<'g>,
}

impl<'g> Series<'g> {
    /// The series that a node stands for; `None` when it is something else.
    ///
    /// # Errors
    ///
    /// When it is a series that pandas would refuse, or of a version that is not known.
    pub fn from_node(graph: &'g Graph<'g>, id: NodeId) -> Result<Option<Self>> {
        Self::from_node_with_buffers(graph, id, &[])
    }

    /// The same, with the out-of-band buffers of the pickle in their order.
    ///
    /// # Errors
    ///
    /// As [`Series::from_node`], and when a buffer is missing or has another length.
    pub fn from_node_with_buffers(
        graph: &'g Graph<'g>,
        id: NodeId,
        buffers: &[&'g [u8]],
    ) -> Result<Option<Self>> {
        let reader = Reader::new(graph, buffers);
        if let Some(series) = old_series(&reader, id)? {
            return Ok(Some(series));
        }
        let Some(instance) = graph.instance(id) else { return Ok(None) };
        let Some(manager) = manager(&instance, "Series", "series") else { return Ok(None) };
        let name = instance.attribute("_name").or_else(|| instance.attribute("name"));
        let Some(Manager { axes, blocks, .. }) = Manager::read(&reader, manager)? else {
            return Err(node::unlike(
                graph,
                manager,
                "the data of a series of pandas",
                "a SingleBlockManager",
            ));
        };
        match (<[Index<'g>; 1]>::try_from(axes), blocks.into_iter().next()) {
            (Ok([index]), Some((node, values))) => Ok(Some(Self {
                name: name.filter(|name| !node::is_none(graph, *name)),
                index,
                column: Column { node, values },
            })),
            _ => Err(Error::data("a series of pandas without values")),
        }
    }

    /// The name, any object, mostly a str.
    pub fn name(&self) -> Option<NodeId> {
        self.name
    }

    /// The labels of the values.
    pub fn index(&self) -> &Index<'g> {
        &self.index
    }

    /// The values, with their node.
    pub fn column(&self) -> &Column<'g> {
        &self.column
    }
}

impl<'g> Deref for Series<'g> {
    type Target = Values<'g>;

    fn deref(&self) -> &Values<'g> {
        &self.column.values
    }
}

/// The block manager of a frame or series: the state itself before pandas 0.13, an attribute since.
fn manager(instance: &Instance<'_>, class: &str, kind: &str) -> Option<NodeId> {
    let is_class = is_pandas(name(instance)) && instance.class().name == class;
    let graph = instance.graph();
    let is_kind = || instance.attribute("_typ").is_some_and(|typ| node::text(graph, typ) == Some(kind));
    let is_sparse = || instance.attribute("_subtyp").is_some();
    if !is_class && (!is_kind() || is_sparse()) {
        return None;
    }
    let attribute = instance.attribute("_mgr").or_else(|| instance.attribute("_data"));
    attribute.or_else(|| instance.state().filter(|_| is_class))
}

/// A series before pandas 0.13: an array whose own state is (index, name).
fn old_series<'g>(reader: &Reader<'g, '_>, id: NodeId) -> Result<Option<Series<'g>>> {
    let Some(array) = reader.array(id)? else { return Ok(None) };
    let is_series = |class: node::Name<'_>| is_pandas(class) && matches!(class.1, "Series" | "TimeSeries");
    let state = array.own_state().and_then(|state| node::tuple(reader.graph, state));
    match (array.class().filter(|class| is_series(*class)), state) {
        (Some(_), Some([index, name, ..])) => Ok(Some(Series {
            name: Some(*name).filter(|name| !node::is_none(reader.graph, *name)),
            index: Index::read(reader, *index)?,
            column: Column { node: id, values: Values::Array(Array::clone(&array)) },
        })),
        _ => Ok(None),
    }
}
