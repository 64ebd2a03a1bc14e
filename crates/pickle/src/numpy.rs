//! numpy's arrays and scalars: views on a graph.
//!
//! An [`Array`] is what numpy would make of a node: dtype, shape and order are read, the data stays where it is in the
//! pickle. All forms that numpy has written are understood: `numpy.core` and `numpy._core`, `_reconstruct` with its
//! state, `_frombuffer` of protocol 5 with the data in band or in a buffer of its own, `scalar`, masked arrays, and
//! subclasses such as `numpy.matrix` and `numpy.recarray`; of Python 2 also, read with [`crate::Encoding::Latin1`] or
//! [`crate::Encoding::Bytes`].
//!
//! ```
//! use onggi_pickle::{Graph, numpy};
//!
//! // pickle.dumps(numpy.array([[1.5, 2.5], [3.5, 4.5]]), protocol=4)
//! # let pickle = include_bytes!("../tests/data/numpy/doubles.p4.pkl");
//! let graph = Graph::from_slice(pickle)?;
//! let array = numpy::Array::from_node(&graph, graph.root())?.expect("an array");
//! assert_eq!(array.shape(), [2, 2]);
//! assert_eq!(array.dtype().to_string(), "<f8");
//! assert_eq!(array.data().map(|bytes| bytes.len()), Some(32)); // borrowed from the pickle
//! assert_eq!(array.to_vec::<f64>()?, [1.5, 2.5, 3.5, 4.5]);
//!
//! // What a Rust type cannot hold exactly is an error.
//! let error = array.to_vec::<i64>().unwrap_err();
//! assert_eq!(error.to_string(), "an item of <f8 is no i64, at $[0][0]");
//! # Ok::<(), onggi_pickle::Error>(())
//! ```
//!
//! # Through serde
//!
//! | numpy | Rust |
//! | --- | --- |
//! | an array | a sequence of sequences: `Vec<f64>`, `Vec<[f32; 3]>`, tuples; [`NdArray`], and [`NdView`], which borrows |
//! | a scalar, an array without dimensions | a number, a `bool`, a `String`; [`NdArray`] |
//! | `uint8` of one dimension | also bytes, borrowed from the input |
//! | `datetime64`, `timedelta64` | `i64`, the number of units, `i64::MIN` for `NaT` |
//! | complex numbers | a pair of floats |
//! | a record | a struct or a map |
//! | an object | what the object is |
//! | an item that is masked | `None` |
//!
//! Integers are read as any integer type that holds the value and as a float that is exact; floats as `f64`, and as `f32`
//! where nothing is lost. A [`crate::Value`] is not read from an array, as it could not tell it from a list.
//!
//! # Costs
//!
//! The view takes about a microsecond, whatever the size of the array: protocols 3 to 5 have the data as it is. At
//! protocols 0 to 2 data is written as text, which is decoded once, with the graph.

mod dtype;
mod element;
mod layout;
mod ndarray;
mod ndview;
pub(crate) mod node;
mod read;
mod values;

use std::fmt;
use std::sync::Arc;

pub use self::dtype::{ByteOrder, DType, Kind, Unit};
pub use self::element::Element;
pub(crate) use self::element::{Number, exact};
use self::layout::Offsets;
pub use self::layout::Order;
pub use self::ndarray::NdArray;
pub use self::ndview::NdView;
pub(crate) use self::values::unpadded;
use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId};

/// An array or a scalar of numpy, as it stands in a graph.
///
/// A scalar (`numpy.float64(1.5)`) is an array without dimensions. Nothing is allocated for the items, whatever the
/// shape says: shape and data have to agree.
///
/// Items are always given in the order of Python's `array.flat`: the last index counts first.
#[derive(Clone)]
pub struct Array<'g> {
    dtype: DType<'g>,
    shape: Vec<usize>,
    /// In bytes, or in items of a list.
    strides: Vec<usize>,
    offset: usize,
    count: usize,
    order: Order,
    data: Data<'g>,
    /// The node of the data, when the items stand in it in the order of `array.flat`.
    source: Option<NodeId>,
    mask: Option<Data<'g>>,
    class: Option<node::Name<'g>>,
    /// The state of a subclass.
    own_state: Option<NodeId>,
}

#[derive(Clone)]
enum Data<'g> {
    Borrowed(&'g [u8]),
    /// Bytes that a text of Python 2 stands for.
    Decoded(Arc<[u8]>),
    Objects(&'g [NodeId]),
}

impl Data<'_> {
    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Borrowed(bytes) => Some(bytes),
            Self::Decoded(bytes) => Some(bytes),
            Self::Objects(_) => None,
        }
    }
}

impl<'g> Array<'g> {
    /// The array or scalar that a node stands for; `None` when it is something else.
    ///
    /// # Errors
    ///
    /// When numpy would refuse what the pickle says about the array, its dtype is not known, or its data is in an
    /// out-of-band buffer ([`Array::from_node_with_buffers`], [`Graph::set_buffers`]).
    pub fn from_node(graph: &'g Graph<'g>, id: NodeId) -> Result<Option<Self>> {
        Self::from_node_with_buffers(graph, id, &[])
    }

    /// The same, with the out-of-band buffers of the pickle in their order: `pickle.loads(…, buffers=…)`.
    ///
    /// # Errors
    ///
    /// As [`Array::from_node`], and when the buffer of the array is missing or has another length.
    pub fn from_node_with_buffers(
        graph: &'g Graph<'g>,
        id: NodeId,
        buffers: &[&'g [u8]],
    ) -> Result<Option<Self>> {
        read::array(graph, id, buffers)
    }

    /// What the items are.
    pub fn dtype(&self) -> DType<'g> {
        self.dtype
    }

    /// The length of each dimension; none for a scalar.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How the items follow each other in [`Array::data`] as the pickle has it.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// The module and the name of the class, when it is another than `numpy.ndarray`.
    pub fn class(&self) -> Option<(&'g str, &'g str)> {
        self.class
    }

    /// The state that a subclass keeps beside that of the array, as those of pandas before 0.15 did.
    pub(crate) fn own_state(&self) -> Option<NodeId> {
        self.own_state
    }

    /// The bytes of all items as the pickle has them, in the order and byte order of the pickle; `None` for objects and for
    /// parts of an array that are not in one piece.
    ///
    /// They are borrowed from the graph: nothing is copied.
    pub fn data(&self) -> Option<&[u8]> {
        let length = self.count.checked_mul(self.dtype.item_size())?;
        let bytes = self.data.bytes()?.get(self.offset..)?.get(..length)?;
        (self.is_contiguous() || length == self.data.bytes()?.len()).then_some(bytes)
    }

    /// The nodes of an array of objects, in the order of `array.flat`; `None` for other arrays.
    ///
    /// Items of a record that has objects among its fields are objects too: tuples.
    pub fn objects(&self) -> Option<impl ExactSizeIterator<Item = NodeId>> {
        let Data::Objects(objects) = &self.data else { return None };
        // An offset beyond the list would give the node of None; shapes were checked against its length.
        Some(self.offsets().map(|offset| objects.get(offset).copied().unwrap_or(NodeId::NONE)))
    }

    /// The bytes of each item, in the order of `array.flat`; `None` for objects.
    pub fn items(&self) -> Option<impl ExactSizeIterator<Item = &[u8]>> {
        let (bytes, size) = (self.data.bytes()?, self.dtype.item_size());
        Some(self.offsets().map(move |offset| bytes.get(offset..offset + size).unwrap_or(&[])))
    }

    /// The mask of a `numpy.ma.MaskedArray`, true where an item is to be left out.
    pub fn mask(&self) -> Option<Self> {
        let data = self.mask.clone()?;
        let dtype = DType::bool(self.dtype.graph());
        let unit = self.unit().max(1);
        let strides = self.strides.iter().map(|stride| stride / unit).collect();
        let offset = self.offset / unit;
        Some(Self { dtype, strides, offset, data, source: None, mask: None, class: None, ..self.clone() })
    }

    /// The array with a mask: one of bools, of the same shape.
    pub(crate) fn with_mask(self, mask: &Self) -> Result<Self> {
        let same = mask.shape == self.shape && mask.dtype.kind() == Kind::Bool && mask.order == self.order;
        if !same || mask.shape.len() > 1 {
            return Err(Error::data("a mask that is not of the shape of its array"));
        }
        Ok(Self { mask: Some(mask.data.clone()), ..self })
    }

    pub(crate) fn may_be_masked(&self) -> bool {
        self.mask.is_some()
    }

    /// Whether any item is to be left out.
    pub(crate) fn has_masked(&self) -> bool {
        self.mask.is_some() && self.offsets().any(|offset| self.is_masked_at(offset))
    }

    /// How many bytes were copied to read the array.
    pub(crate) fn copied(&self) -> usize {
        let copied = |data: &Data<'_>| match data {
            Data::Decoded(bytes) => bytes.len(),
            _ => 0,
        };
        copied(&self.data) + self.mask.as_ref().map_or(0, copied)
    }

    /// The part of the array at an index of its first dimension: a row of a table, an item of a list.
    pub fn index(&self, index: usize) -> Option<Self> {
        let (length, stride) = (*self.shape.first()?, *self.strides.first()?);
        if index >= length {
            return None;
        }
        let mut part = Self { source: None, ..self.clone() };
        part.shape.remove(0);
        part.strides.remove(0);
        part.offset += index * stride;
        part.count = layout::count(&part.shape).ok()?;
        Some(part)
    }

    /// One field of all records: an array of the same shape; `None` when there is none of this name.
    ///
    /// # Errors
    ///
    /// When the field's dtype is not understood, or the records have objects among their fields ([`Array::objects`]).
    ///
    /// # Examples
    ///
    /// ```
    /// use onggi_pickle::{Graph, numpy};
    ///
    /// // numpy.array([(1, 2.5, b"ab"), (2, -1.0, b"c")], dtype=[("i", "<i4"), ("f", "<f8"), ("s", "S3")])
    /// # let pickle = include_bytes!("../tests/data/numpy/records.p4.pkl");
    /// let graph = Graph::from_slice(pickle)?;
    /// let array = numpy::Array::from_node(&graph, graph.root())?.expect("an array");
    /// let field = array.field("f")?.expect("a field");
    /// assert_eq!(field.to_vec::<f64>()?, [2.5, -1.0]);
    /// # Ok::<(), onggi_pickle::Error>(())
    /// ```
    pub fn field(&self, name: &str) -> Result<Option<Self>> {
        let field = self.dtype.field(name)?;
        field.map(|(dtype, offset)| self.field_of(dtype, offset)).transpose()
    }

    pub(crate) fn field_of(&self, dtype: DType<'g>, offset: usize) -> Result<Self> {
        if self.data.bytes().is_none() || dtype.kind() == Kind::Object {
            return Err(Error::data("records with objects are read as objects"));
        }
        let mut part = Self { dtype, source: None, mask: None, class: None, ..self.clone() };
        part.offset += offset;
        if let Some((base, shape)) = dtype.base()? {
            part.strides.extend(layout::strides(&shape, base.item_size(), &Order::C)?.1);
            part.shape.extend(shape);
            part.count = layout::count(&part.shape)?;
            part.dtype = base;
        }
        Ok(part)
    }

    /// How far apart items are along an axis.
    pub(crate) fn stride(&self, axis: usize) -> usize {
        self.strides.get(axis).copied().unwrap_or(0)
    }

    /// The offset of an item by its place in the order of `array.flat`.
    pub(crate) fn offset_of(&self, mut place: usize) -> Option<usize> {
        let mut offset = self.offset;
        if place >= self.count {
            return None;
        }
        for (length, stride) in self.shape.iter().zip(&self.strides).rev() {
            offset += place.checked_rem(*length)? * stride;
            place = place.checked_div(*length)?;
        }
        Some(offset)
    }

    /// The bytes of the item at an offset.
    #[inline]
    pub(crate) fn item_at(&self, offset: usize) -> Option<&[u8]> {
        self.data.bytes()?.get(offset..offset.checked_add(self.dtype.item_size())?)
    }

    /// The node of the item at an offset.
    pub(crate) fn object_at(&self, offset: usize) -> Option<NodeId> {
        match self.data {
            Data::Objects(objects) => objects.get(offset).copied(),
            _ => None,
        }
    }

    pub(crate) fn is_masked_at(&self, offset: usize) -> bool {
        let Some(mask) = self.mask.as_ref().and_then(Data::bytes) else { return false };
        offset.checked_div(self.unit()).and_then(|place| mask.get(place)).is_some_and(|masked| *masked != 0)
    }

    /// The bytes of all items in the order of `array.flat`, when they stand so in the input.
    pub(crate) fn borrowed<'a>(&self, graph: &Graph<'a>) -> Option<&'a [u8]> {
        graph.borrowed_bytes(self.source?)
    }

    fn offsets(&self) -> Offsets<'_> {
        Offsets::new(&self.shape, &self.strides, self.offset, self.count)
    }

    /// What offsets and strides of one item count as.
    fn unit(&self) -> usize {
        match self.data {
            Data::Objects(_) => 1,
            _ => self.dtype.item_size(),
        }
    }

    /// Whether the items follow each other in the order of `array.flat`, without gaps.
    pub(crate) fn is_contiguous(&self) -> bool {
        let mut step = self.unit();
        let axes = self.shape.iter().zip(&self.strides).rev();
        self.count == 0
            || axes.filter(|(length, _)| **length != 1).all(|(length, stride)| {
                let dense = *stride == step;
                step = step.saturating_mul(*length);
                dense
            })
    }
}

impl fmt::Debug for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Array");
        debug.field("dtype", &self.dtype).field("shape", &self.shape).field("class", &self.class);
        debug.finish_non_exhaustive()
    }
}
