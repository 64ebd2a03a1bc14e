//! Columns of frames and labels of indexes: arrays of any kind that pandas has.

use std::borrow::Cow;

use super::arrow::Strings;
use super::index::Index;
use super::object::object;
use super::reader::Reader;
use crate::error::{Error, Result};
use crate::graph::NodeId;
use crate::instance::Instance;
use crate::numpy::node::{self, Made, Name};
use crate::numpy::{Array, Element, Kind, Number, Unit, unpadded};

/// The values of a column, of a series or of an index.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Values<'g> {
    /// An array of numpy. Missing values of a nullable array (`Int64`, `boolean`, `Float64`) are its [`Array::mask`].
    ///
    /// Moments with a time zone are those of UTC; the zone is in the dtype of the [`Column::node`](super::Column::node).
    Array(Array<'g>),
    /// Text in the layout of Apache Arrow.
    Strings(Strings<'g>),
    /// Categories, and the number of one for each value.
    Categorical(Box<Categorical<'g>>),
    /// An array of a class that is not known here, as an inert object: periods, intervals, sparse arrays.
    Other(NodeId),
}

/// Values out of a few categories.
#[derive(Clone, Debug)]
pub struct Categorical<'g> {
    /// The place of each value's category, -1 when it is missing.
    pub codes: Array<'g>,
    /// The categories.
    pub categories: Index<'g>,
    /// Whether the order of the categories means something.
    pub ordered: bool,
}

/// One value of a column, or one label of an index.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Item<'g> {
    /// No value: `None`, `NaT`, `pandas.NA`, a masked one. A `NaN` is a float.
    Missing,
    /// A bool.
    Bool(bool),
    /// An int.
    Int(i64),
    /// An int that may be beyond `i64`.
    UInt(u64),
    /// A float.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
    /// A str.
    Str(Cow<'g, str>),
    /// Bytes.
    Bytes(Cow<'g, [u8]>),
    /// A moment: a number of units since 1970-01-01T00:00, in UTC if the column has a time zone.
    DateTime(i64, Unit),
    /// A span: a number of units.
    TimeDelta(i64, Unit),
    /// A label of several levels.
    Tuple(Vec<Item<'g>>),
    /// Another Python object.
    Node(NodeId),
}

/// Classes of pandas that are arrays of numpy with something beside.
const ARRAYS: [&str; 9] = [
    "Index",
    "Int64Index",
    "UInt64Index",
    "Float64Index",
    "DatetimeIndex",
    "TimedeltaIndex",
    "FrozenNDArray",
    "Series",
    "TimeSeries",
];

/// Extension arrays that are an array of numpy and a mask.
const MASKED: [&str; 3] = ["IntegerArray", "FloatingArray", "BooleanArray"];

impl<'g> Values<'g> {
    pub(super) fn read(reader: &Reader<'g, '_>, id: NodeId) -> Result<Self> {
        let graph = reader.graph;
        if let Some(array) = reader.array(id)? {
            let is_array = array.class().is_none_or(|class| !is_pandas(class) || ARRAYS.contains(&class.1));
            return Ok(if is_array { Self::Array(array) } else { Self::Other(id) });
        }
        match Made::from_node(graph, id) {
            Some(Made {
                by: ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"),
                arguments: [class, ..],
            }) => Self::backed(reader, id, *class),
            // Columns of moments with a time zone were indexes before pandas 0.24.
            Some(Made { by, arguments: [class, parts] }) if is_new_index(by) => {
                let data = node::dict(graph, *parts).and_then(|parts| node::item(graph, parts, "data"));
                match (node::global(graph, *class), data) {
                    (Some((_, name)), Some(data)) if name != "PeriodIndex" => {
                        reader.nested(|| Self::read(reader, data))
                    }
                    _ => Ok(Self::Other(id)),
                }
            }
            _ => match graph.instance(id).filter(|instance| is_pandas(name(instance))) {
                Some(instance) => Self::extension(reader, &instance),
                None => Ok(Self::Other(id)),
            },
        }
    }

    /// Arrays that pandas keeps as `(dtype, array, attributes)`: moments, spans, categories, text as objects.
    fn backed(reader: &Reader<'g, '_>, id: NodeId, class: NodeId) -> Result<Self> {
        let graph = reader.graph;
        let state = node::state(graph, id).and_then(|state| node::tuple(graph, state));
        let (Some([dtype, array, ..]), Some(class)) = (state, node::global(graph, class)) else {
            return Ok(Self::Other(id));
        };
        match (class.1, reader.array(*array)?) {
            ("Categorical", Some(codes)) => {
                let Some(dtype) = graph.instance(*dtype) else { return Ok(Self::Other(id)) };
                Self::categorical(reader, codes, dtype.attribute("categories"), dtype.attribute("ordered"))
            }
            ("DatetimeArray" | "TimedeltaArray" | "NumpyExtensionArray" | "PandasArray", Some(array)) => {
                Ok(Self::Array(array))
            }
            ("StringArray" | "StringArrayNumpySemantics", Some(array)) => Ok(Self::Array(array)),
            _ => Ok(Self::Other(id)),
        }
    }

    /// Arrays that are instances with attributes.
    fn extension(reader: &Reader<'g, '_>, instance: &Instance<'g>) -> Result<Self> {
        let other = || Ok(Self::Other(instance.id()));
        let array = |name: &str| match instance.attribute(name) {
            Some(id) => reader.array(id),
            None => Ok(None),
        };
        let any = |names: &[&str]| names.iter().find_map(|name| instance.attribute(name));
        match instance.class().name {
            name if MASKED.contains(&name) => match (array("_data")?, array("_mask")?) {
                (Some(data), Some(mask)) => data.with_mask(&mask).map(Self::Array),
                _ => other(),
            },
            "ArrowStringArray" | "ArrowExtensionArray" | "ArrowStringArrayNumpySemantics" => {
                let Some(data) = any(&["_pa_array", "_data"]) else { return other() };
                let strings = Strings::from_node(reader.graph, data, reader.buffers)?;
                strings.map_or_else(other, |strings| Ok(Self::Strings(strings)))
            }
            "DatetimeArray" | "TimedeltaArray" | "StringArray" => {
                let Some(data) = any(&["_ndarray", "_data"]) else { return other() };
                reader.array(data)?.map_or_else(other, |array| Ok(Self::Array(array)))
            }
            "Categorical" => {
                let Some(codes) = any(&["_codes", "labels", "codes"]) else { return other() };
                let Some(codes) = reader.array(codes)? else { return other() };
                let dtype = any(&["_dtype", "dtype"]).and_then(|dtype| reader.graph.instance(dtype));
                let part = |names: &[&str], of_dtype: &str| {
                    let own = any(names);
                    own.or_else(|| dtype.and_then(|dtype| dtype.attribute(of_dtype)))
                };
                let categories = part(&["_categories", "_levels", "levels"], "categories");
                Self::categorical(reader, codes, categories, part(&["_ordered", "ordered"], "ordered"))
            }
            _ => other(),
        }
    }

    fn categorical(
        reader: &Reader<'g, '_>,
        codes: Array<'g>,
        categories: Option<NodeId>,
        ordered: Option<NodeId>,
    ) -> Result<Self> {
        let categories =
            categories.ok_or_else(|| Error::data("a Categorical of pandas without its categories"))?;
        let categories = reader.nested(|| Index::read_flat(reader, categories))?;
        let ordered = ordered.and_then(|ordered| node::truth(reader.graph, ordered)).unwrap_or(false);
        Ok(Self::Categorical(Box::new(Categorical { codes, categories, ordered })))
    }

    /// A row of a block of columns; a value that has one column only is its only row.
    pub(super) fn row(&self, row: usize, rows: usize) -> Option<Self> {
        match self {
            Self::Array(array) if array.shape().len() == 2 => array.index(row).map(Self::Array),
            values if row == 0 && values.len().is_none_or(|length| length == rows) => Some(values.clone()),
            _ => None,
        }
    }

    /// How many values there are; `None` where that is not known.
    pub fn len(&self) -> Option<usize> {
        match self {
            Self::Array(array) => Some(array.len()),
            Self::Strings(strings) => Some(strings.len()),
            Self::Categorical(categorical) => Some(categorical.codes.len()),
            Self::Other(_) => None,
        }
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The array of numpy that holds the values.
    pub fn array(&self) -> Option<&Array<'g>> {
        match self {
            Self::Array(array) => Some(array),
            _ => None,
        }
    }

    /// All values as Rust numbers.
    ///
    /// # Errors
    ///
    /// When the values are no array of numpy, some are missing, or one is not exactly of the type.
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        match self {
            Self::Array(array) if !array.has_masked() => array.to_vec(),
            Self::Array(_) => {
                Err(Error::data("a column of pandas with missing values, where all were expected"))
            }
            _ => Err(Error::data("a column of pandas that has no numbers")),
        }
    }

    /// The value at an index; `None` beyond the end, and where values are not known.
    ///
    /// # Errors
    ///
    /// When a text is no text, or the number of a category is none.
    pub fn get(&self, index: usize) -> Result<Option<Item<'g>>> {
        match self {
            Self::Array(array) => item(array, index),
            Self::Strings(strings) if index < strings.len() => {
                Ok(Some(strings.get(index)?.map_or(Item::Missing, |text| Item::Str(Cow::Borrowed(text)))))
            }
            Self::Categorical(categorical) => categorical.get(index),
            _ => Ok(None),
        }
    }

    /// All values; none where they are not known.
    pub fn iter(&self) -> impl Iterator<Item = Result<Item<'g>>> {
        (0..self.len().unwrap_or(0)).map(|index| self.get(index).map(|item| item.unwrap_or(Item::Missing)))
    }
}

impl<'g> Categorical<'g> {
    fn get(&self, index: usize) -> Result<Option<Item<'g>>> {
        let Some(code) = self.codes.index(index) else { return Ok(None) };
        match usize::try_from(code.value::<i64>()?) {
            Ok(code) => match self.categories.get(code)? {
                Some(item) => Ok(Some(item)),
                None => {
                    Err(Error::data(format!("a Categorical of pandas has no category of the number {code}")))
                }
            },
            Err(_) => Ok(Some(Item::Missing)),
        }
    }
}

/// The class of an instance.
pub(super) fn name<'g>(instance: &Instance<'g>) -> Name<'g> {
    (instance.class().module, instance.class().name)
}

pub(super) fn is_pandas(class: Name<'_>) -> bool {
    class.0 == "pandas" || class.0.starts_with("pandas.")
}

/// The functions that make an index of its class and a dict of its parts.
pub(super) fn is_new_index(by: Name<'_>) -> bool {
    is_pandas(by) && matches!(by.1, "_new_Index" | "_new_DatetimeIndex" | "_new_PeriodIndex")
}

/// An item of an array.
fn item<'g>(array: &Array<'g>, index: usize) -> Result<Option<Item<'g>>> {
    let Some(offset) = array.offset_of(index) else { return Ok(None) };
    if array.is_masked_at(offset) {
        return Ok(Some(Item::Missing));
    }
    if let Some(node) = array.object_at(offset) {
        return Ok(Some(object(array.dtype().graph(), node)));
    }
    let bytes = array.item_at(offset).unwrap_or(&[]);
    let (kind, unit) = (array.dtype().kind(), array.dtype().unit());
    Ok(Some(match (kind, unit) {
        (Kind::DateTime | Kind::TimeDelta, Some(unit)) => match (kind, array.read::<i64>(bytes)) {
            (_, None | Some(i64::MIN)) => Item::Missing,
            (Kind::DateTime, Some(count)) => Item::DateTime(count, unit),
            (_, Some(count)) => Item::TimeDelta(count, unit),
        },
        (Kind::Str, _) => {
            Item::Str(Cow::Owned(array.text(bytes).ok_or_else(|| Error::data("a text that is no text"))?))
        }
        (Kind::Bytes, _) => Item::Bytes(Cow::Owned(unpadded(bytes).to_owned())),
        _ => match array.number(bytes) {
            Some(Number::Bool(value)) => Item::Bool(value),
            Some(Number::Int(value)) => Item::Int(value),
            Some(Number::UInt(value)) => Item::UInt(value),
            Some(Number::Float(value)) => Item::Float(value),
            Some(Number::Complex(real, imaginary)) => Item::Complex(real, imaginary),
            None => Item::Bytes(Cow::Owned(bytes.to_owned())),
        },
    }))
}
