//! An array of one's own, in Rust.

use std::borrow::Cow;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeTuple, Serializer};

use super::dtype::ByteOrder;
use super::{Element, NdView, layout};
use crate::encode::serde::names;
use crate::error::{Error, Result};

/// An array of numbers with a shape: what numpy's `ndarray` is to serde.
///
/// It is written as an array that numpy 1 and numpy 2 load (`numpy.core.multiarray._reconstruct`, in C's order and this
/// machine's byte order), and read from any array or scalar whose items are exactly of the type.
///
/// [`NdView`] borrows what this copies. A plain `Vec<T>`, `Vec<Vec<T>>` or `[T; 3]` can be read from an array also, but is written as a list.
///
/// # Examples
///
/// ```
/// use onggi_pickle::numpy::NdArray;
/// use onggi_pickle::{from_slice, to_vec};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Model { weights: NdArray<f64>, bias: f64 }
///
/// let weights = NdArray::new([2, 2], vec![1.0, 0.5, 0.0, 1.0])?;
/// let pickle = to_vec(&Model { weights, bias: 0.1 })?; // {'weights': array([[1. , 0.5], [0. , 1. ]]), 'bias': 0.1}
/// let model: Model = from_slice(&pickle)?;
/// assert_eq!((model.weights.shape(), model.weights.get(&[0, 1])), (&[2, 2][..], Some(&0.5)));
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NdArray<T> {
    shape: Vec<usize>,
    items: Vec<T>,
}

impl<T> NdArray<T> {
    /// An array of these items, the last index counting first.
    ///
    /// # Errors
    ///
    /// When the shape asks for another number of items, or has more than 64 dimensions.
    pub fn new(shape: impl Into<Vec<usize>>, items: Vec<T>) -> Result<Self> {
        let shape = shape.into();
        layout::check_dimensions(shape.len())?;
        if layout::count(&shape)? != items.len() {
            return Err(Error::data(format!(
                "an array of shape {shape:?} does not have {} items",
                items.len()
            )));
        }
        Ok(Self { shape, items })
    }

    /// The length of each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// All items, the last index counting first.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// All items, the last index counting first.
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    /// The item at an index for each dimension.
    pub fn get(&self, index: &[usize]) -> Option<&T> {
        let axes = index.iter().zip(&self.shape);
        let inside = index.len() == self.shape.len() && axes.clone().all(|(index, length)| index < length);
        let place = axes
            .fold(0, |place: usize, (index, length)| place.saturating_mul(*length).saturating_add(*index));
        self.items.get(place).filter(|_| inside)
    }
}

impl<T> From<Vec<T>> for NdArray<T> {
    fn from(items: Vec<T>) -> Self {
        Self { shape: vec![items.len()], items }
    }
}

/// What serde is given: shape, dtype, whether it is in Fortran's order, and the bytes. It is what numpy keeps, too.
impl<T: Element> Serialize for NdArray<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = T::bytes(&self.items);
        serializer.serialize_newtype_struct(
            names::ND_ARRAY,
            &Parts { shape: Cow::Borrowed(&self.shape), dtype: T::DTYPE, bytes: &bytes },
        )
    }
}

struct Parts<'a> {
    shape: Cow<'a, [usize]>,
    dtype: &'static str,
    bytes: &'a [u8],
}

impl Serialize for Parts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut parts = serializer.serialize_tuple(4)?;
        parts.serialize_element(&Shape(&self.shape))?;
        parts.serialize_element(&DTypeName(self.dtype))?;
        parts.serialize_element(&false)?;
        parts.serialize_element(&Bytes(self.bytes))?;
        parts.end()
    }
}

struct Shape<'a>(&'a [usize]);

impl Serialize for Shape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut lengths = serializer.serialize_tuple(self.0.len())?;
        self.0.iter().try_for_each(|length| lengths.serialize_element(length))?;
        lengths.end()
    }
}

struct DTypeName(&'static str);

impl Serialize for DTypeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let order = match ByteOrder::NATIVE {
            _ if self.0.ends_with('1') => '|',
            ByteOrder::Little => '<',
            ByteOrder::Big => '>',
        };
        serializer.serialize_newtype_struct(names::DTYPE, &format!("{order}{}", self.0))
    }
}

struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de, T: Element> Deserialize<'de> for NdArray<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let view = NdView::deserialize(deserializer)?;
        let items = view.read().map_err(|place| {
            de::Error::custom(format_args!(
                "item {place} of a numpy array of {} is no {}",
                view.dtype(),
                T::NAME
            ))
        })?;
        Self::new(view.shape(), items).map_err(de::Error::custom)
    }
}
