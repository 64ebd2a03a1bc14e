//! What the items of an array are.

use std::collections::HashMap;
use std::fmt;

use super::layout;
use super::node::{self, Made};
use crate::error::{Error, Result, shown};
use crate::graph::{Graph, NodeId};

/// The type of an array's items: numpy's `dtype`.
///
/// `Display` gives numpy's short form: `<f8`, `>i4`, `|b1`, `<U12`, `<M8[ns]`, `|O`, `|V15`.
#[derive(Clone, Copy)]
pub struct DType<'g> {
    graph: &'g Graph<'g>,
    kind: Kind,
    order: ByteOrder,
    size: usize,
    unit: Option<Unit>,
    names: &'g [NodeId],
    fields: &'g [(NodeId, NodeId)],
    base: Option<(NodeId, NodeId)>,
}

/// What an item of an array stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A bool of one byte.
    Bool,
    /// A signed integer of 1, 2, 4 or 8 bytes.
    Int,
    /// An unsigned integer of 1, 2, 4 or 8 bytes.
    UInt,
    /// A float of 2, 4 or 8 bytes; of more, C's `long double` of the machine that wrote it.
    Float,
    /// Two floats, the real and the imaginary part.
    Complex,
    /// Bytes up to a fixed length, filled up with zeros.
    Bytes,
    /// Text up to a fixed length: UCS-4, filled up with zeros.
    Str,
    /// Bytes without meaning.
    Void,
    /// A moment: a signed 64-bit number of [`DType::unit`]s since 1970-01-01T00:00, `i64::MIN` for `NaT`.
    DateTime,
    /// A span: a signed 64-bit number of [`DType::unit`]s, `i64::MIN` for `NaT`.
    TimeDelta,
    /// Any Python object, strings of numpy's `StringDType` included: [`super::Array::objects`].
    Object,
    /// Named fields: [`super::Array::field`].
    Record,
    /// An array of a fixed shape in each item; a field of a record only.
    SubArray,
}

/// The order of the bytes in a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// The least significant byte first.
    Little,
    /// The most significant byte first.
    Big,
}

impl ByteOrder {
    /// That of the machine this runs on.
    pub const NATIVE: Self = if cfg!(target_endian = "big") { Self::Big } else { Self::Little };
}

/// What moments and spans are counted in: `multiple` times `name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unit {
    /// numpy's name: one of `Y M W D h m s ms us ns ps fs as`, or `generic`.
    pub name: &'static str,
    /// 25 for `datetime64[25s]`, mostly 1.
    pub multiple: u32,
}

const UNITS: [&str; 14] = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "generic"];

/// Letters of kinds, with the sizes in bytes that they come in. Of flexible kinds the size is that of the unit of length.
const LETTERS: [(char, Kind, &[usize]); 12] = [
    ('b', Kind::Bool, &[1]),
    ('i', Kind::Int, &[1, 2, 4, 8]),
    ('u', Kind::UInt, &[1, 2, 4, 8]),
    ('f', Kind::Float, &[2, 4, 8, 12, 16]),
    ('c', Kind::Complex, &[8, 16, 24, 32]),
    ('M', Kind::DateTime, &[8]),
    ('m', Kind::TimeDelta, &[8]),
    ('O', Kind::Object, &[4, 8]),
    ('S', Kind::Bytes, &[]),
    ('a', Kind::Bytes, &[]),
    ('U', Kind::Str, &[]),
    ('V', Kind::Void, &[]),
];

/// How many bytes a character of [`Kind::Str`] has.
pub(super) const CHARACTER: usize = 4;

const NOT_A_STATE: [&str; 2] = ["the state of a numpy dtype", "a tuple of 7 to 9 items"];

impl<'g> DType<'g> {
    /// The dtype that a node stands for; `None` when it is something else.
    ///
    /// # Errors
    ///
    /// When it is a dtype that numpy would refuse, or one that is not known here.
    pub fn from_node(graph: &'g Graph<'g>, id: NodeId) -> Result<Option<Self>> {
        let Some(made) = Made::from_node(graph, id) else { return Ok(None) };
        match (made.by, made.arguments) {
            (("numpy" | "numpy.core.multiarray" | "numpy._core.multiarray", "dtype"), [name, ..]) => {
                Self::named(graph, *name)?.with_state(id).map(Some)
            }
            (("numpy.core._internal" | "numpy._core._internal", "_convert_to_stringdtype_kwargs"), _) => {
                Ok(Some(Self::new(graph, Kind::Object, 1)))
            }
            _ => Ok(None),
        }
    }

    pub(super) fn expected(graph: &'g Graph<'g>, id: NodeId, what: &str) -> Result<Self> {
        Self::from_node(graph, id)?.ok_or_else(|| node::unlike(graph, id, what, "a numpy dtype"))
    }

    /// What the argument of `numpy.dtype` says: kind and size, or a class such as `numpy.record`.
    fn named(graph: &'g Graph<'g>, id: NodeId) -> Result<Self> {
        let void = Self::new(graph, Kind::Void, 0);
        if let Some((module, _)) = node::global(graph, id)
            && module.starts_with("numpy")
        {
            return Ok(void);
        }
        let name = node::expect(graph, id, node::text, ["the name of a numpy dtype", "a str"])?;
        let (order, kind, size) = parse(name)?;
        Ok(Self { order, ..Self::new(graph, kind, size) })
    }

    fn new(graph: &'g Graph<'g>, kind: Kind, size: usize) -> Self {
        let order = ByteOrder::NATIVE;
        Self { graph, kind, order, size, unit: None, names: &[], fields: &[], base: None }
    }

    pub(super) fn bool(graph: &'g Graph<'g>) -> Self {
        Self::new(graph, Kind::Bool, 1)
    }

    /// What `__setstate__` adds: `(version, byte order, subarray, names, fields, size, alignment[, flags[, metadata]])`.
    fn with_state(mut self, id: NodeId) -> Result<Self> {
        let graph = self.graph;
        let Some(id) = node::state(graph, id) else { return Ok(self) };
        let state = node::expect(graph, id, node::tuple, NOT_A_STATE)?;
        let [version, order, base, names, fields, size, _alignment, rest @ ..] = state else {
            return Err(node::unlike(graph, id, NOT_A_STATE[0], NOT_A_STATE[1]));
        };
        if !matches!(node::int(graph, *version), Some(0..=4)) || rest.len() > 2 {
            return Err(Error::data("a numpy dtype of a version that is not known"));
        }
        let order = node::text(graph, *order).and_then(byte_order);
        self.order =
            order.ok_or_else(|| Error::data("the byte order of a numpy dtype is none of < > = |"))?;
        if matches!(self.kind, Kind::Bytes | Kind::Str | Kind::Void)
            && let Some(size) = node::size(graph, *size)
        {
            self.size = size;
        }
        if self.kind == Kind::Void && !node::is_none(graph, *base) {
            self.kind = Kind::SubArray;
            self.base = match node::tuple(graph, *base) {
                Some([dtype, shape]) => Some((*dtype, *shape)),
                _ => {
                    return Err(node::unlike(
                        graph,
                        *base,
                        "a subarray of a numpy dtype",
                        "a tuple of 2 items",
                    ));
                }
            };
        } else if self.kind == Kind::Void && !node::is_none(graph, *fields) {
            self.kind = Kind::Record;
            self.names =
                node::expect(graph, *names, node::tuple, ["field names of a numpy dtype", "a tuple"])?;
            self.fields = node::expect(graph, *fields, node::dict, ["fields of a numpy dtype", "a dict"])?;
        }
        if matches!(self.kind, Kind::DateTime | Kind::TimeDelta) {
            self.unit = Some(unit(graph, rest.get(1).copied())?);
        }
        Ok(self)
    }

    /// What an item stands for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How many bytes an item has; 1 for objects, which are counted only.
    pub fn item_size(&self) -> usize {
        self.size
    }

    /// The order of the bytes in a number.
    pub fn byte_order(&self) -> ByteOrder {
        self.order
    }

    /// What moments and spans are counted in.
    pub fn unit(&self) -> Option<Unit> {
        self.unit
    }

    /// The names of a record's fields, in their order.
    pub fn names(&self) -> impl Iterator<Item = &'g str> + use<'g> {
        let graph = self.graph;
        self.names.iter().filter_map(|name| node::text(graph, *name))
    }

    /// The fields of a record, in their order: name, dtype, and where it starts in an item.
    ///
    /// # Errors
    ///
    /// When the dtype of a field is not understood, or reaches beyond the item.
    pub fn fields(&self) -> Result<Vec<(&'g str, Self, usize)>> {
        let graph = self.graph;
        let pairs = self.fields.iter();
        let by_name: HashMap<_, _> =
            pairs.filter_map(|pair| Some((node::text(graph, pair.0)?, pair.1))).collect();
        let fields = self.names().filter_map(|name| Some((name, *by_name.get(name)?)));
        fields
            .map(|(name, field)| self.read_field(name, field).map(|(dtype, offset)| (name, dtype, offset)))
            .collect()
    }

    /// A field of a record: its dtype, and where it starts in an item.
    ///
    /// # Errors
    ///
    /// When the field's dtype is not understood, or reaches beyond the item.
    pub fn field(&self, name: &str) -> Result<Option<(Self, usize)>> {
        let field = node::item(self.graph, self.fields, name);
        field.map(|field| self.read_field(name, field)).transpose()
    }

    fn read_field(&self, name: &str, field: NodeId) -> Result<(Self, usize)> {
        let graph = self.graph;
        let what = "a field of a numpy dtype";
        let Some([dtype, offset, ..]) = node::tuple(graph, field) else {
            return Err(node::unlike(graph, field, what, "a tuple of dtype and offset"));
        };
        let dtype = Self::expected(graph, *dtype, what)?;
        let offset = node::expect(graph, *offset, node::size, [what, "an offset"])?;
        if offset.checked_add(dtype.size).is_none_or(|end| end > self.size) || dtype.kind == Kind::Object {
            return Err(Error::data(format!(
                "the field {:?} of a numpy dtype is not within its item",
                shown(name)
            )));
        }
        Ok((dtype, offset))
    }

    /// What a subarray is made of: the dtype of its items, and its shape.
    pub(super) fn base(&self) -> Result<Option<(Self, Vec<usize>)>> {
        let Some((dtype, shape)) = self.base else { return Ok(None) };
        let dtype = Self::expected(self.graph, dtype, "a subarray of a numpy dtype")?;
        let shape = match node::size(self.graph, shape) {
            Some(length) => vec![length],
            None => layout::shape(self.graph, shape)?,
        };
        if layout::byte_count(&shape, dtype.size)? != self.size {
            return Err(Error::data("a subarray of a numpy dtype does not fill its item"));
        }
        Ok(Some((dtype, shape)))
    }

    pub(crate) fn graph(&self) -> &'g Graph<'g> {
        self.graph
    }
}

/// A dtype by its name: `f8`, `>i4`, `U12`.
pub(super) fn parse(name: &str) -> Result<(ByteOrder, Kind, usize)> {
    let unknown = || Error::data(format!("a numpy dtype that is not known: {:?}", shown(name)));
    let (order, letters) = match name.split_at_checked(1) {
        Some((order @ ("<" | ">" | "=" | "|"), letters)) => (order, letters),
        _ => ("=", name),
    };
    let mut digits = letters.chars();
    let letter = digits.next().ok_or_else(unknown)?;
    let known = LETTERS.iter().find(|row| row.0 == letter).ok_or_else(unknown)?;
    let number = match digits.as_str() {
        "" => None,
        digits if digits.len() <= 9 => Some(digits.parse::<usize>().map_err(|_| unknown())?),
        _ => return Err(unknown()),
    };
    let size = match (known.1, number) {
        (Kind::Object, number) if number.is_none_or(|size| known.2.contains(&size)) => 1,
        (Kind::Str, number) => CHARACTER * number.unwrap_or(0),
        (Kind::Bytes | Kind::Void, number) => number.unwrap_or(0),
        (_, Some(size)) if known.2.contains(&size) => size,
        _ => return Err(unknown()),
    };
    Ok((byte_order(order).ok_or_else(unknown)?, known.1, size))
}

fn byte_order(text: &str) -> Option<ByteOrder> {
    match text {
        "<" => Some(ByteOrder::Little),
        ">" => Some(ByteOrder::Big),
        "=" | "|" => Some(ByteOrder::NATIVE), // as numpy: of the machine that reads
        _ => None,
    }
}

/// The unit in a state of version 4: `(metadata, (name, multiple, divisor, events))`.
fn unit(graph: &Graph<'_>, metadata: Option<NodeId>) -> Result<Unit> {
    let generic = Unit { name: "generic", multiple: 1 };
    let Some(metadata) = metadata.filter(|id| !node::is_none(graph, *id)) else { return Ok(generic) };
    let unknown = || Error::data("a unit of a numpy datetime64 that is not known");
    let Some([_, unit]) = node::tuple(graph, metadata) else { return Err(unknown()) };
    let Some([name, multiple, divisor, ..]) = node::tuple(graph, *unit) else { return Err(unknown()) };
    let name = node::text(graph, *name).and_then(|name| UNITS.into_iter().find(|unit| *unit == name));
    let multiple = node::int(graph, *multiple).and_then(|multiple| u32::try_from(multiple).ok());
    match (name, multiple, node::int(graph, *divisor)) {
        (Some(name), Some(multiple), Some(1)) => Ok(Unit { name, multiple }),
        _ => Err(unknown()),
    }
}

impl fmt::Display for DType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let single =
            self.size == 1 || matches!(self.kind, Kind::Bytes | Kind::Void | Kind::Record | Kind::SubArray);
        let order = match self.order {
            _ if single || self.kind == Kind::Object => '|',
            ByteOrder::Little => '<',
            ByteOrder::Big => '>',
        };
        let letter = LETTERS.iter().find(|row| row.1 == self.kind).map_or('V', |row| row.0);
        match self.kind {
            Kind::Object => f.write_str("|O"),
            Kind::Str => write!(f, "{order}U{}", self.size / CHARACTER),
            _ => write!(f, "{order}{letter}{}", self.size),
        }?;
        match self.unit {
            None | Some(Unit { name: "generic", .. }) => Ok(()),
            Some(Unit { name, multiple: 1 }) => write!(f, "[{name}]"),
            Some(Unit { name, multiple }) => write!(f, "[{multiple}{name}]"),
        }
    }
}

impl fmt::Debug for DType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DType({self})")
    }
}
