//! The calls and states that numpy writes for arrays.

use std::borrow::Cow;

use super::dtype::{DType, Kind};
use super::layout::{self, Order};
use super::node::{self, Made, Name};
use super::{Array, Data};
use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId};

const STATE: [&str; 2] = ["the state of a numpy array", "a tuple of 4, 5 or 7 items"];

/// What the pickle says about an array, before it is checked.
struct Parts<'g> {
    dtype: DType<'g>,
    shape: Vec<usize>,
    order: Order,
    data: Data<'g>,
    /// The node of the data.
    source: Option<NodeId>,
    mask: Option<Data<'g>>,
}

/// The array of a node, if it is one.
pub(super) fn array<'g>(graph: &'g Graph<'g>, id: NodeId, buffers: &[&'g [u8]]) -> Result<Option<Array<'g>>> {
    let Some(made) = Made::from_node(graph, id) else { return Ok(None) };
    let (module, name) = made.by;
    match (module, name, made.arguments) {
        ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct", [class, ..])
        | ("numpy.ma.core", "_mareconstruct", [class, ..]) => {
            let class = node::global(graph, *class).filter(|class| *class != ("numpy", "ndarray"));
            with_state(graph, id, class).map(Some)
        }
        ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar", [dtype, value]) => {
            scalar(graph, *dtype, value).map(Some)
        }
        ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer", [buffer, dtype, shape, order]) => {
            let layout = [*dtype, *shape, *order];
            from_buffer(graph, *buffer, layout, None, buffers).map(Some)
        }
        (
            "numpy.core.numeric" | "numpy._core.numeric",
            "_frombuffer",
            [buffer, dtype, shape, order, axes],
        ) => {
            let layout = [*dtype, *shape, *order];
            from_buffer(graph, *buffer, layout, Some(*axes), buffers).map(Some)
        }
        _ => Ok(None),
    }
}

/// `_reconstruct(class, (0,), b'b')`, an empty array, which the state fills.
fn with_state<'g>(graph: &'g Graph<'g>, id: NodeId, class: Option<Name<'g>>) -> Result<Array<'g>> {
    let state = node::state(graph, id).ok_or_else(|| Error::data("a numpy array without its state"))?;
    let mut items = node::expect(graph, state, node::tuple, STATE)?;
    // Subclasses of old pandas: (the array's state, their own).
    let mut own_state = None;
    if let [array, own] = items
        && let Some(array) = node::tuple(graph, *array)
    {
        (items, own_state) = (array, Some(*own));
    }
    let (items, mask) = match items {
        [version, shape, dtype, fortran, data, mask, _fill_value] => {
            let items = [*version, *shape, *dtype, *fortran, *data];
            (items, Some(data_of(graph, *mask, "the mask of a numpy array")?))
        }
        [version, shape, dtype, fortran, data] => ([*version, *shape, *dtype, *fortran, *data], None),
        [shape, dtype, fortran, data] => ([*data, *shape, *dtype, *fortran, *data], None),
        _ => return Err(node::unlike(graph, state, STATE[0], STATE[1])),
    };
    let [_, shape, dtype, fortran, source] = items;
    let dtype = DType::expected(graph, dtype, STATE[0])?;
    let data = match node::list(graph, source) {
        Some(objects) => Data::Objects(objects),
        None => data_of(graph, source, "the data of a numpy array")?,
    };
    let is_fortran =
        node::expect(graph, fortran, node::truth, [STATE[0], "whether it is in Fortran's order"])?;
    // Lists of objects are in the order of `array.flat`, whatever the flag says.
    let order = if is_fortran && data.bytes().is_some() { Order::Fortran } else { Order::C };
    let shape = layout::shape(graph, shape)?;
    let array = Parts { dtype, shape, order, data, source: Some(source), mask }.check()?;
    Ok(Array { class, own_state, ..array })
}

/// `scalar(dtype, bytes)`, or `scalar(dtype, object)`.
fn scalar<'g>(graph: &'g Graph<'g>, dtype: NodeId, value: &'g NodeId) -> Result<Array<'g>> {
    let dtype = DType::expected(graph, dtype, "the dtype of a numpy scalar")?;
    let data = match dtype.kind() {
        Kind::Object => Data::Objects(std::slice::from_ref(value)),
        _ => data_of(graph, *value, "the bytes of a numpy scalar")?,
    };
    Parts { dtype, shape: Vec::new(), order: Order::C, data, source: Some(*value), mask: None }.check()
}

/// `_frombuffer(buffer, dtype, shape, order[, axes])`.
fn from_buffer<'g>(
    graph: &'g Graph<'g>,
    buffer: NodeId,
    [dtype, shape, order]: [NodeId; 3],
    axes: Option<NodeId>,
    buffers: &[&'g [u8]],
) -> Result<Array<'g>> {
    let dtype = DType::expected(graph, dtype, "the dtype of a numpy array")?;
    let shape = layout::shape(graph, shape)?;
    let order = match (node::text(graph, order), axes) {
        (Some("C"), _) => Order::C,
        (Some("F"), _) => Order::Fortran,
        (Some("K"), Some(axes)) => Order::Axes(layout::shape(graph, axes)?),
        _ => return Err(node::unlike(graph, order, "the order of a numpy array", "C, F or K with axes")),
    };
    let data = match node::buffer(graph, buffer, buffers)? {
        Some(bytes) => Data::Borrowed(bytes),
        None => data_of(graph, buffer, "the buffer of a numpy array")?,
    };
    Parts { dtype, shape, order, data, source: Some(buffer), mask: None }.check()
}

fn data_of<'g>(graph: &'g Graph<'g>, id: NodeId, what: &str) -> Result<Data<'g>> {
    match node::expect(graph, id, node::raw, [what, "bytes"])? {
        Cow::Borrowed(bytes) => Ok(Data::Borrowed(bytes)),
        Cow::Owned(bytes) => Ok(Data::Decoded(bytes.into())),
    }
}

impl<'g> Parts<'g> {
    /// The array, when shape and data agree.
    fn check(self) -> Result<Array<'g>> {
        let count = layout::count(&self.shape)?;
        let (item, found) = match &self.data {
            Data::Objects(objects) => (1, objects.len()),
            data => (self.dtype.item_size(), data.bytes().map_or(0, <[u8]>::len)),
        };
        if self.dtype.kind() == Kind::Object && self.data.bytes().is_some() {
            return Err(Error::data("a numpy array of objects whose data is no list"));
        }
        let length = layout::byte_count(&self.shape, item)?;
        if length != found
            || self.mask.as_ref().is_some_and(|mask| mask.bytes().map(<[u8]>::len) != Some(count))
        {
            let [expected, found] = [length, found].map(|n| n.to_string());
            return Err(Error::data(format!(
                "a numpy array of {} and shape {:?} needs data of length {expected}, not {found}",
                self.dtype, self.shape,
            )));
        }
        let (shape, strides) = layout::strides(&self.shape, item, &self.order)?;
        let source = self.source.filter(|_| self.order == Order::C && matches!(self.data, Data::Borrowed(_)));
        let Self { dtype, order, data, mask, .. } = self;
        Ok(Array {
            dtype,
            shape,
            strides,
            offset: 0,
            count,
            order,
            data,
            source,
            mask,
            class: None,
            own_state: None,
        })
    }
}
