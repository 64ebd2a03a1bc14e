//! Rust counterparts of Python types that serde has no word for.
//!
//! In a pickle each is the Python object, both ways, at every protocol. In other formats they are texts (a [`DateTime`] is
//! `2026-11-22T10:30:15+05:30` in JSON), numbers, lists and maps.
//!
//! | Python | Rust |
//! | --- | --- |
//! | `set`, `frozenset` | [`Set`], [`FrozenSet`] around any collection |
//! | `bytes`, `bytearray`, `complex` | [`Bytes`], [`ByteArray`], [`Complex`] |
//! | `datetime`, `date`, `time`, `timedelta` | [`DateTime`], [`Date`], [`Time`], [`TimeDelta`] |
//! | `timezone`, `ZoneInfo`, pytz | [`Zone`] |
//! | `Decimal`, `Fraction`, `UUID` | [`Decimal`], [`Fraction`], [`Uuid`] |
//! | `OrderedDict`, `Counter`, `defaultdict` | [`OrderedDict`], [`Counter`], [`DefaultDict`] around any map |
//! | `deque`, `array`, `range` | [`Deque`], [`Array`], [`Range`] |
//! | paths of `pathlib` | [`PurePosixPath`], [`PosixPath`], [`PureWindowsPath`], [`WindowsPath`] |
//! | addresses of `ipaddress` | [`IpAddress`], [`IpNetwork`], [`IpInterface`] |
//! | a class or function | [`Callable`] |
//!
//! Types of the standard library and of other crates (`Duration`, `chrono::DateTime`, `uuid::Uuid`) take part through
//! [`as_python`].
//!
//! # Examples
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use onggi_pickle::types::{Counter, DateTime, Decimal};
//! use onggi_pickle::{from_slice, to_vec};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Order { placed: DateTime, total: Decimal, items: Counter<BTreeMap<String, i64>> }
//!
//! let items = Counter(BTreeMap::from([("kimchi".to_owned(), 3)]));
//! let order = Order { placed: "2026-11-22T10:30:15Z".parse()?, total: "12.50".parse()?, items };
//! assert_eq!(from_slice::<Order>(&to_vec(&order)?)?, order);
//! # Ok::<(), onggi_pickle::Error>(())
//! ```

mod array;
pub mod as_python;
mod builtins;
mod collections;
mod datetime;
mod decimal;
mod fraction;
pub(crate) mod kind;
mod network;
mod path;
mod text;
mod time;
mod uuid;
mod zone;

pub(crate) use self::array::ARRAY;
pub use self::array::{Array, ArrayType};
pub use self::builtins::{ByteArray, Bytes, Callable, Complex, FrozenSet, Range, Set};
pub use self::collections::{Counter, DefaultDict, Deque, OrderedDict, Pairs};
pub use self::datetime::{DateTime, Time};
pub use self::decimal::Decimal;
pub use self::fraction::Fraction;
pub use self::network::{IpAddress, IpInterface, IpNetwork};
pub use self::path::{Path, PathKind, PosixPath, PurePosixPath, PureWindowsPath, WindowsPath};
pub use self::time::{Clock, Date, TimeDelta};
pub use self::uuid::{SafeUuid, Uuid};
pub use self::zone::Zone;
