//! Python's pickle format, read and written without ever executing it.
//!
//! A pickle is a program for a small stack machine: CPython runs it and calls whatever it names. This crate runs the
//! same machine but builds data only: a Rust value through serde, a [`Value`] of builtins, or a [`Graph`] that keeps
//! everything, sharing, cycles and objects of any class included. What CPython and Python 2 write, it reads; what it writes,
//! CPython's `pickle.loads` reads: protocols 0 to 5, both ways.
//!
//! ```
//! use onggi_pickle::{from_slice, to_vec};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Profile { age: i64, city: String }
//!
//! let profile = Profile { age: 30, city: "New York".into() };
//! let pickle = to_vec(&profile)?; // pickle.loads gives {'age': 30, 'city': 'New York'}
//! assert_eq!(from_slice::<Profile>(&pickle)?, profile);
//!
//! // What does not fit is an error that says where and what.
//! let error = from_slice::<Vec<Profile>>(&pickle).unwrap_err();
//! assert_eq!(error.to_string(), "invalid type: map, expected a sequence");
//! # Ok::<(), onggi_pickle::Error>(())
//! ```
//!
//! # The format
//!
//! A pickle is a list of instructions of one byte, some with an argument behind it, for a machine that has a stack and a
//! memo. `pickle.dumps(['a', 'a'], 2)` is:
//!
//! ```text
//! PROTO 2              the version
//! EMPTY_LIST           pushes []
//! BINPUT 0             the memo's number 0 is the top of the stack
//! MARK                 remembers the height of the stack
//! BINUNICODE 'a'       pushes 'a'
//! BINPUT 1
//! BINGET 1             pushes what the memo has as number 1: the same object again
//! APPENDS              takes all down to the mark, and appends it to the list
//! STOP                 the top of the stack is the value
//! ```
//!
//! Protocol 0 is text, 1 has binary numbers, 2 classes and short tuples, 3 bytes, 4 frames and sets, 5 bytearrays and buffers
//! that travel apart. What is no builtin is named and called: `GLOBAL datetime date`, its arguments, `REDUCE` is
//! `datetime.date(…)`; `BUILD` gives an object its state. That is why `pickle.loads` can be made to do anything: a pickle
//! names `os.system` as easily. [`dis`] lists instructions, [`opcode`] is the table of them, [`parse`] says where releases of
//! CPython differ.
//!
//! # Safety
//!
//! Reading executes nothing: no module is imported, no name looked up, no callable called, no file or network touched, whatever
//! the bytes are. There is no code here that could; a class is two strings. Calls that are understood (`datetime.date(…)`,
//! `set([…])`) are computed here from their arguments, in Rust. There is no `unsafe`.
//!
//! Bytes from strangers end in a value or an [`Error`], never in a panic or an overflow of the stack, in time and memory in
//! proportion to their length: [`Limits`] gives the factors, and bounds that a caller can set. Loading the *same* bytes in
//! Python is another matter: [`scan()`] grades what they would do there.
//!
//! # Reading what others wrote
//!
//! SQLAlchemy's `PickleType` holds a pickle as it is. `{'theme': 'dark', 'since': datetime.date(2024, 5, 1)}`:
//!
//! ```
//! use onggi_pickle::types::Date;
//!
//! #[derive(serde::Deserialize)]
//! struct Settings { theme: String, since: Date }
//!
//! let cell = b"\x80\x04\x95;\0\0\0\0\0\0\0}\x94(\x8c\x05theme\x94\x8c\x04dark\x94\x8c\x05since\x94\x8c\x08datetime\x94\x8c\x04date\x94\x93\x94C\x04\x07\xe8\x05\x01\x94\x85\x94R\x94u.";
//! let settings: Settings = onggi_pickle::from_slice(cell)?;
//! assert_eq!((settings.theme.as_str(), settings.since.to_string()), ("dark", "2024-05-01".to_owned()));
//! # Ok::<(), onggi_pickle::Error>(())
//! ```
//!
//! Django keeps pickles as base64: `PickledObjectField` and the cache table as they are, `django-picklefield` with `compress`
//! behind zlib, sessions of the `PickleSerializer` before a `:` and a signature. Undone with the crates `base64` and `flate2`,
//! the bytes are read like any others.
//!
//! ```
//! # let session = "gASVKAAAAAAAAAB9lCiMBGNhcnSUXZQoSwNLBWWMDV9hdXRoX3VzZXJfaWSUjAE3lHUu:1v:c2lnbmF0dXJl";
//! # fn decode(text: &str) -> Vec<u8> {
//! #     let digit = |byte: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".iter().position(|d| *d == byte).unwrap() as u32;
//! #     let four = |part: &[u8]| (0..4).map(|i| part.get(i).map_or(0, |byte| digit(*byte)) << (18 - 6 * i)).sum::<u32>();
//! #     text.as_bytes().chunks(4).flat_map(|part| four(part).to_be_bytes()[1..part.len()].to_vec()).collect()
//! # }
//! let (payload, _signature) = session.split_once(':').unwrap_or((session, ""));
//! let data: onggi_pickle::Value = onggi_pickle::from_slice(&decode(payload))?;
//! assert_eq!(data["_auth_user_id"].as_str(), Some("7"));
//! # Ok::<(), onggi_pickle::Error>(())
//! ```
//!
//! APScheduler's `job_state` is a `dict` with a trigger in it, an instance whose attributes a struct reads. The job runs next at a
//! moment with a time zone:
//!
//! ```
//! use onggi_pickle::types::{DateTime, TimeDelta};
//!
//! #[derive(serde::Deserialize)]
//! struct Job { func: String, trigger: Trigger, next_run_time: Option<DateTime> }
//!
//! #[derive(serde::Deserialize)]
//! #[serde(rename = "apscheduler.triggers.interval.IntervalTrigger")]
//! struct Trigger { interval: TimeDelta }
//!
//! # let cell = b"\x80\x04\x95\x01\x01\x00\x00\x00\x00\x00\x00}\x94(\x8c\x02id\x94\x8c\x04tick\x94\x8c\x04func\x94\x8c\x0dapp.jobs:tick\x94\x8c\x07trigger\x94\x8c\x1dapscheduler.triggers.interval\x94\x8c\x0fIntervalTrigger\x94\x93\x94)\x81\x94}\x94(\x8c\x08interval\x94\x8c\x08datetime\x94\x8c\x09timedelta\x94\x93\x94K\x00M,\x01K\x00\x87\x94R\x94\x8c\x06jitter\x94Nub\x8c\x04args\x94K\x01\x85\x94\x8c\x0dnext_run_time\x94h\x0c\x8c\x08datetime\x94\x93\x94C\x0a\x07\xea\x01\x01\x00\x00\x00\x00\x00\x00\x94h\x0c\x8c\x08timezone\x94\x93\x94h\x0eK\x00K\x00K\x00\x87\x94R\x94\x85\x94R\x94\x86\x94R\x94u.";
//! let job: Job = onggi_pickle::from_slice(cell)?;
//! assert_eq!((job.func.as_str(), job.trigger.interval.total_microseconds()), ("app.jobs:tick", 300_000_000));
//! assert_eq!(job.next_run_time.map(|time| time.to_string()).as_deref(), Some("2026-01-01T00:00:00+00:00"));
//! # Ok::<(), onggi_pickle::Error>(())
//! ```
//!
//! A model of scikit-learn is an instance whose learned attributes are numpy arrays: [`Graph::instance`] and [`numpy`] show
//! how to read `coef_` without copying it. Frames are in [`pandas`].
//!
//! # Rust and Python
//!
//! | Rust | writes | reads |
//! | --- | --- | --- |
//! | `bool` | `bool` | `bool` |
//! | integers, [`BigInt`] | `int` | `int` in range |
//! | `f32`, `f64` | `float` | `float`, an `int` that is exact |
//! | `String`, `&str`, `char` | `str` | `str` |
//! | serde bytes | `bytes` | `bytes`, `bytearray` |
//! | `Vec`, slices, Rust sets | `list` | `list`, `tuple`, `set`, `frozenset`, and `bytes` as numbers |
//! | tuples, tuple structs | `tuple` | the same, of the right length |
//! | maps, structs | `dict` | `dict` |
//! | `Option` | `None` or the value | the same |
//! | `()`, unit structs | `None` | `None` |
//! | newtype structs | what is inside | the same |
//! | unit variants | `'Variant'` | `str` |
//! | other variants | `{'Variant': content}` | the same |
//! | [`numpy::NdArray`] | a numpy array | a numpy array or scalar; the types above read them too |
//! | [`Value`] | any builtin | any builtin |
//!
//! Python types that serde has no word for are in [`types`]: dates, decimals, sets, `OrderedDict` and so on. Plain maps and
//! sequences also read `OrderedDict`, `Counter`, `defaultdict`, `deque` and `array`.
//!
//! # Classes
//!
//! A serde name with a dot is the path of a Python class, `#[serde(rename = "app.models.Profile")]`; where the class is inside
//! of another, a colon ends the module: `app.models:Outer.Inner`. An instance of another class is then an error.
//!
//! | Rust | Python, both ways |
//! | --- | --- |
//! | struct | an instance with the fields as attributes (`__dict__`, `__slots__`, or a state in their order) |
//! | tuple struct, newtype struct | `cls.__new__(cls, …)`: a named tuple, a subclass of a builtin |
//! | unit struct | the class or other global itself |
//! | enum | a member of an `Enum`, written by its name; a member that is pickled by its value is found by an alias of the variant: `#[serde(rename = "RED", alias = "1")]` |
//! | variant named `class` and a path (`rename = "class app.models.Circle"`) | as a struct of that path: a union of classes |
//!
//! A struct without a path is read from the attributes of an instance of any class, and written as a `dict`.
//!
//! Objects that a pickle shares are copied for each place that refers to them, within [`Limits::expansion`]; a value that
//! contains itself needs a [`Graph`].

pub mod decode;
pub mod dis;
pub mod json;
pub mod numpy;
pub mod opcode;
pub mod pandas;
pub mod parse;
pub mod repr;
pub mod show;
pub mod types;

mod bigint;
mod de;
mod encode;
mod error;
mod graph;
mod instance;
mod join;
mod limits;
mod objects;
mod optimize;
mod options;
mod protocol;
mod scan;
mod shape;
mod value;

use std::io::{Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use crate::bigint::{BigInt, OutOfRange};
pub use crate::encode::WriteOptions;
pub use crate::error::{Error, Result};
pub use crate::graph::{Effect, Global, Graph, How, Node, NodeId, Object};
pub use crate::instance::Instance;
pub use crate::join::{Joined, join};
pub use crate::limits::Limits;
pub use crate::objects::{Array, ArrayItem, ArrayItems, Known};
pub use crate::optimize::{convert, optimize};
pub use crate::options::{Encoding, ReadOptions};
pub use crate::protocol::Protocol;
pub use crate::scan::{Finding, Grade, Report, ScanOptions, scan, scan_with};
pub use crate::value::{Dict, Value};

/// Pickles a value with [`Protocol::V4`], which every Python since 3.4 reads.
///
/// # Errors
///
/// When Python could not hold the value (a list as dict key), it nests deeper than 128 levels, or its `Serialize` fails.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    to_vec_with(value, Protocol::default())
}

/// Pickles a value with the caller's [`Protocol`] or [`WriteOptions`].
///
/// # Errors
///
/// As [`to_vec`], and when the protocol cannot hold the value.
pub fn to_vec_with<'b, T: Serialize + ?Sized>(
    value: &T,
    options: impl Into<WriteOptions<'b>>,
) -> Result<Vec<u8>> {
    encode::serde::encode(value, options.into(), None)
}

/// Pickles a value into a writer, with [`Protocol::V4`].
///
/// The writer gets pieces of about 64 KiB, and long strings as they are, so memory stays small however large the value.
/// Nothing follows the pickle: a next one can be written behind it.
///
/// # Errors
///
/// As [`to_vec`], and when the writer fails ([`Error::is_io`], with the writer's error as source). Some of the pickle may
/// have been written then.
///
/// # Examples
///
/// ```
/// let mut file = Vec::new();
/// onggi_pickle::to_writer(&mut file, &["one"])?;
/// onggi_pickle::to_writer(&mut file, &["two"])?; // a second pickle, as pickle.dump(value, file) appends it
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
pub fn to_writer<T: Serialize + ?Sized>(writer: impl Write, value: &T) -> Result<()> {
    to_writer_with(writer, value, Protocol::default())
}

/// Pickles a value into a writer with the caller's [`Protocol`] or [`WriteOptions`].
///
/// # Errors
///
/// As [`to_writer`], and when the protocol cannot hold the value.
pub fn to_writer_with<'b, T: Serialize + ?Sized>(
    mut writer: impl Write,
    value: &T,
    options: impl Into<WriteOptions<'b>>,
) -> Result<()> {
    encode::serde::encode(value, options.into(), Some(&mut writer)).map(drop)
}

/// Reads the first pickle of a slice; what follows it is left alone, as in `pickle.loads`.
///
/// # Errors
///
/// When CPython would refuse the bytes, the value does not fit the type, or a default limit is reached.
pub fn from_slice<'de, T: Deserialize<'de>>(input: &'de [u8]) -> Result<T> {
    from_slice_with(input, ReadOptions::default())
}

/// Reads the first pickle of a slice with the caller's [`Limits`] or [`ReadOptions`].
///
/// # Errors
///
/// When CPython would refuse the bytes, the value does not fit the type, or a limit is reached.
pub fn from_slice_with<'de, T: Deserialize<'de>>(
    input: &'de [u8],
    options: impl Into<ReadOptions>,
) -> Result<T> {
    de::from_slice(input, &options.into())
}

/// Reads the first pickle of a reader, which is read to its end.
///
/// # Errors
///
/// As [`from_slice`], and when the reader fails or gives more bytes than the limit.
pub fn from_reader<T: DeserializeOwned>(reader: impl Read) -> Result<T> {
    let limits = Limits::default();
    let most = u64::try_from(limits.bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut input = Vec::new();
    reader.take(most).read_to_end(&mut input).map_err(Error::io)?;
    from_slice_with(&input, limits)
}
