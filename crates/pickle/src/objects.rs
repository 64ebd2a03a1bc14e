//! What inert nodes of the standard library mean.
//!
//! A pickle says how an object is made: which class is called with what, and what is done to the result. For the classes of
//! the table in [`class`] that is understood here, as the code of CPython does it, without doing it.

mod array;
mod builtins;
mod call;
mod collections;
mod number;
mod others;
mod path;
mod time;

use std::borrow::Cow;

pub(crate) use self::call::{Call, Made, named};
use crate::bigint::BigInt;
use crate::error::Result;
use crate::graph::{Global, Graph, Node, NodeId};
use crate::types::{
    Clock, Date, Decimal, Fraction, IpAddress, IpInterface, IpNetwork, Path, SafeUuid, TimeDelta, Uuid, Zone,
};

pub(crate) use self::call::renamed;

pub use self::array::{Array, ArrayItem, ArrayItems};
pub(crate) use self::number::lowest;
pub(crate) use self::path::joined;

/// What an inert node of the standard library means: [`Graph::known`].
///
/// Parts that can be any object are referred to by their [`NodeId`]; nothing here nests.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Known<'g> {
    /// `Ellipsis`.
    Ellipsis,
    /// `NotImplemented`.
    NotImplemented,
    /// `object()`.
    PlainObject,
    /// An int that a call of `int` makes.
    Int(BigInt),
    /// A float that a call of `float` makes.
    Float(f64),
    /// A bool that a call of `bool` makes.
    Bool(bool),
    /// A str that a call of `str` makes.
    Str(&'g str),
    /// A list that a call of `list` makes, with what was appended to it.
    List(Cow<'g, [NodeId]>),
    /// A tuple that a call of `tuple` makes.
    Tuple(&'g [NodeId]),
    /// A dict that a call of `dict` makes, with what was added to it.
    Dict(Cow<'g, [(NodeId, NodeId)]>),
    /// `range(start, stop, step)`.
    Range {
        /// The first number, unless the range is empty.
        start: BigInt,
        /// The first number that is beyond it.
        stop: BigInt,
        /// The distance, never 0.
        step: BigInt,
    },
    /// `slice(start, stop, step)`, each any object.
    Slice {
        /// Mostly an int or `None`.
        start: NodeId,
        /// Likewise.
        stop: NodeId,
        /// Likewise.
        step: NodeId,
    },
    /// `datetime.date`.
    Date(Date),
    /// `datetime.time`.
    Time {
        /// The time of day.
        clock: Clock,
        /// Its zone: what [`Graph::zone`] knows, or some other object.
        zone: Option<NodeId>,
    },
    /// `datetime.datetime`.
    DateTime {
        /// The day.
        date: Date,
        /// The time of day.
        clock: Clock,
        /// Its zone: what [`Graph::zone`] knows, or some other object.
        zone: Option<NodeId>,
    },
    /// `datetime.timedelta`.
    TimeDelta(TimeDelta),
    /// `datetime.timezone`, or a zone of `zoneinfo` or pytz.
    Zone(Zone),
    /// `decimal.Decimal`.
    Decimal(Decimal),
    /// `fractions.Fraction`.
    Fraction(Fraction),
    /// `uuid.UUID`.
    Uuid(Uuid, SafeUuid),
    /// `uuid.SafeUUID`.
    SafeUuid(SafeUuid),
    /// `collections.OrderedDict`, keys unique by Python's equality.
    OrderedDict(Cow<'g, [(NodeId, NodeId)]>),
    /// `collections.Counter`, likewise.
    Counter(Cow<'g, [(NodeId, NodeId)]>),
    /// `collections.defaultdict`, likewise.
    DefaultDict {
        /// What makes missing values: a callable, mostly a global.
        factory: Option<NodeId>,
        /// Its pairs.
        pairs: Cow<'g, [(NodeId, NodeId)]>,
    },
    /// `collections.deque`.
    Deque {
        /// Its items, at most as many as `maxlen` says.
        items: Cow<'g, [NodeId]>,
        /// The bound, if it has one.
        maxlen: Option<u64>,
    },
    /// `array.array`.
    Array(Array<'g>),
    /// A path of `pathlib`.
    Path(Path),
    /// `ipaddress.IPv4Address` or `IPv6Address`.
    IpAddress(IpAddress),
    /// `ipaddress.IPv4Network` or `IPv6Network`.
    IpNetwork(IpNetwork),
    /// `ipaddress.IPv4Interface` or `IPv6Interface`.
    IpInterface(IpInterface),
}

impl Known<'_> {
    /// Whether it is a value that the allow-list of builtins and plain value types of the standard library makes.
    ///
    /// Zones of `zoneinfo` and pytz, interfaces, paths of this machine's Windows and the singletons are beyond it: their
    /// classes look something up when they are loaded, or are not values of their own.
    pub fn is_plain_value(&self) -> bool {
        match self {
            Self::Zone(zone) => matches!(zone, Zone::Fixed { .. }),
            Self::Path(path) => !matches!(path.kind(), crate::types::PathKind::Windows),
            Self::IpInterface(_) | Self::Ellipsis | Self::NotImplemented => false,
            _ => true,
        }
    }
}

impl<'a> Graph<'a> {
    /// What an inert node means, if it is one of the standard library that is fully understood.
    ///
    /// `None` for nodes that are values already, for globals that name a class or a function, and for objects of other
    /// classes. Nested objects are not looked into, but for a zone's offset and what is checked when an object is made.
    ///
    /// # Errors
    ///
    /// When CPython would refuse to make the object: a state of the wrong size, a number out of range, a text that is no
    /// number.
    ///
    /// # Examples
    ///
    /// ```
    /// use onggi_pickle::{Graph, Known};
    ///
    /// // pickle.dumps(datetime.date(2026, 11, 22), 2)
    /// let pickle = b"\x80\x02cdatetime\ndate\nc_codecs\nencode\nX\x05\0\0\0\x07\xc3\xaa\x0b\x16X\x06\0\0\0latin1\x86R\x85R.";
    /// let graph = Graph::from_slice(pickle)?;
    /// let Some(Known::Date(date)) = graph.known(graph.root())? else { panic!("not a date") };
    /// assert_eq!((date.year(), date.month(), date.day()), (2026, 11, 22));
    /// # Ok::<(), onggi_pickle::Error>(())
    /// ```
    pub fn known(&self, id: NodeId) -> Result<Option<Known<'_>>> {
        self.meaning(id).map_err(|error| error.about(id))
    }

    fn meaning(&self, id: NodeId) -> Result<Option<Known<'_>>> {
        match self.node(id) {
            Node::Global(Global { module: "builtins" | "__builtin__", name }) => Ok(match name {
                "Ellipsis" => Some(Known::Ellipsis),
                "NotImplemented" => Some(Known::NotImplemented),
                _ => None,
            }),
            Node::Object(_) => match Call::of(self, id)? {
                Some(call) if call.how == Made::Based => Ok(None),
                Some(call) => class(call.class()).map_or(Ok(None), |meaning| meaning(&call)),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// The time zone that a node stands for, if it is one that is understood.
    ///
    /// # Errors
    ///
    /// As [`Graph::known`].
    pub fn zone(&self, id: NodeId) -> Result<Option<Zone>> {
        Ok(match self.known(id)? {
            Some(Known::Zone(zone)) => Some(zone),
            _ => None,
        })
    }
}

/// What a call of a class means; `None` where it is not understood.
type Meaning = for<'g> fn(&Call<'g>) -> Result<Option<Known<'g>>>;

/// The classes that are understood, under their names in Python 3.
fn class(name: (&str, &str)) -> Option<Meaning> {
    Some(match name {
        ("builtins", "object") => builtins::object,
        ("builtins", "int") => builtins::int,
        ("builtins", "float") => builtins::float,
        ("builtins", "bool") => builtins::bool,
        ("builtins", "str") => builtins::str,
        ("builtins", "list") => builtins::list,
        ("builtins", "tuple") => builtins::tuple,
        ("builtins", "dict") => builtins::dict,
        ("builtins", "range") => builtins::range,
        ("builtins", "slice") => builtins::slice,
        ("datetime", "date") => time::date,
        ("datetime", "time") => time::time,
        ("datetime", "datetime") => time::datetime,
        ("datetime", "timedelta") => time::timedelta,
        ("datetime", "timezone") => time::timezone,
        ("zoneinfo", "ZoneInfo") | ("zoneinfo", "ZoneInfo._unpickle") => time::zone_info,
        ("pytz", "_UTC") => time::pytz_utc,
        ("pytz", "_p") => time::pytz_zone,
        ("pytz", "FixedOffset") => time::pytz_fixed,
        ("decimal" | "_pydecimal" | "_decimal" | "cdecimal", "Decimal") => number::decimal,
        ("fractions", "Fraction") => number::fraction,
        ("uuid", "UUID") => others::uuid,
        ("uuid", "SafeUUID") => others::safe_uuid,
        ("collections", "OrderedDict") => collections::ordered_dict,
        ("collections", "Counter") => collections::counter,
        ("collections", "defaultdict") => collections::default_dict,
        ("collections", "deque") => collections::deque,
        ("array", "array") => array::array,
        ("array", "_array_reconstructor") => array::reconstructed,
        ("pathlib" | "pathlib._local", "PurePosixPath") => path::pure_posix,
        ("pathlib" | "pathlib._local", "PosixPath") => path::posix,
        ("pathlib" | "pathlib._local", "PureWindowsPath") => path::pure_windows,
        ("pathlib" | "pathlib._local", "WindowsPath") => path::windows,
        ("ipaddress", "IPv4Address") => others::ip4_address,
        ("ipaddress", "IPv6Address") => others::ip6_address,
        ("ipaddress", "IPv4Network") => others::ip4_network,
        ("ipaddress", "IPv6Network") => others::ip6_network,
        ("ipaddress", "IPv4Interface") => others::ip4_interface,
        ("ipaddress", "IPv6Interface") => others::ip6_interface,
        _ => return None,
    })
}
