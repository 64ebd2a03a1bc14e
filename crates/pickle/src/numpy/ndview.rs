//! An array whose bytes are borrowed from the pickle.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::element::{self, Number};
use super::{ByteOrder, Element, Kind, dtype, layout};
use crate::encode::serde::names;
use crate::error::{Error, Result, Segment};

/// An array of numbers of any type, read through serde without copying it.
///
/// The bytes are borrowed from the input where they stand in it in C's order, as they do at protocols 3 to 5.
///
/// # Examples
///
/// ```
/// use onggi_pickle::from_slice;
/// use onggi_pickle::numpy::{Kind, NdView};
///
/// #[derive(serde::Deserialize)]
/// struct Model<'a> {
///     #[serde(borrow)]
///     weights: NdView<'a>,
/// }
///
/// // {'weights': numpy.array([[1.5, 2.5], [3.5, 4.5]])}
/// # let array = include_bytes!("../../tests/data/numpy/doubles.p4.pkl");
/// # let pickle = [b"\x80\x04}\x8c\x07weights", &array[11..array.len() - 1], b"s."].concat();
/// let model: Model<'_> = from_slice(&pickle)?;
/// assert_eq!((model.weights.shape(), model.weights.kind()), (&[2, 2][..], Kind::Float));
/// assert!(model.weights.is_borrowed());
/// assert_eq!(model.weights.to_vec::<f64>()?, [1.5, 2.5, 3.5, 4.5]);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NdView<'a> {
    shape: Vec<usize>,
    order: ByteOrder,
    kind: Kind,
    size: usize,
    name: String,
    data: Cow<'a, [u8]>,
}

impl<'a> NdView<'a> {
    fn new(shape: Vec<usize>, name: String, data: Cow<'a, [u8]>) -> Result<Self> {
        let (order, kind, size) = dtype::parse(&name)?;
        layout::check_dimensions(shape.len())?;
        if kind == Kind::Object || layout::byte_count(&shape, size)? != data.len() {
            return Err(Error::data(format!(
                "{} bytes are no array of {name} and shape {shape:?}",
                data.len()
            )));
        }
        Ok(Self { shape, order, kind, size, name, data })
    }

    /// The length of each dimension; none for a scalar.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What the items are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How many bytes an item has.
    pub fn item_size(&self) -> usize {
        self.size
    }

    /// The order of the bytes in an item.
    pub fn byte_order(&self) -> ByteOrder {
        self.order
    }

    /// The bytes of all items, the last index counting first.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Whether the bytes are those of the input.
    pub fn is_borrowed(&self) -> bool {
        matches!(self.data, Cow::Borrowed(_))
    }

    /// All items, the last index counting first.
    ///
    /// # Errors
    ///
    /// When an item is not exactly one of the type, with its place in the path.
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        self.read().map_err(|place| {
            let error = Error::data(format!("an item of {} is no {}", self.name, T::NAME));
            error.inside(Segment::Index(place))
        })
    }

    /// All items, or the place of the first that is not one of the type.
    pub(super) fn read<T: Element>(&self) -> Result<Vec<T>, usize> {
        if T::is(self.kind, self.size) {
            return element::read_all(&self.data, self.order).ok_or(0);
        }
        let items = self.data.chunks_exact(self.size.max(1)).enumerate();
        let number = |item| Number::read(self.kind, self.order, item).and_then(T::exact);
        items.map(|(place, item)| number(item).ok_or(place)).collect()
    }

    /// numpy's short name of the dtype, such as `<f8`.
    pub fn dtype(&self) -> &str {
        &self.name
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for NdView<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(names::ND_ARRAY, ViewVisitor)
    }
}

/// The view itself, and shape, dtype, order and bytes in it.
struct ViewVisitor;

impl<'de> Visitor<'de> for ViewVisitor {
    type Value = NdView<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a numpy array")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_tuple(4, self)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let missing = |place| move || de::Error::invalid_length(place, &"4 parts of a numpy array");
        let shape = parts.next_element()?.ok_or_else(missing(0))?;
        let dtype: String = parts.next_element()?.ok_or_else(missing(1))?;
        let fortran: bool = parts.next_element()?.ok_or_else(missing(2))?;
        let ByteBuffer(bytes) = parts.next_element()?.ok_or_else(missing(3))?;
        if fortran {
            return Err(de::Error::custom("an array in Fortran's order, where C's was expected"));
        }
        NdView::new(shape, dtype, bytes).map_err(de::Error::custom)
    }
}

struct ByteBuffer<'a>(Cow<'a, [u8]>);

impl<'de> Deserialize<'de> for ByteBuffer<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(ByteVisitor)
    }
}

struct ByteVisitor;

impl<'de> Visitor<'de> for ByteVisitor {
    type Value = ByteBuffer<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_borrowed_bytes<E: de::Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(ByteBuffer(Cow::Borrowed(bytes)))
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(ByteBuffer(Cow::Owned(bytes.to_owned())))
    }

    /// Formats without bytes have lists of numbers.
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = items.next_element()? {
            bytes.push(byte);
        }
        Ok(ByteBuffer(Cow::Owned(bytes)))
    }
}
