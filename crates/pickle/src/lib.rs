//! Python's pickle format, read and written without ever executing it.
//!
//! A pickle is a program for a small stack machine: CPython runs it and calls whatever it names. This crate runs the
//! same machine but builds data only: a [`Graph`] of inert nodes, or a Rust value through serde. What it writes,
//! CPython's `pickle.loads` reads; what CPython writes from builtin objects, it reads, all protocols from 0 to 5.
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
//! A pickle is a row of opcodes, each a byte and its argument ([`opcode`] has all 68). They push objects onto a stack
//! (`K` and a byte is an int, `}` an empty dict), take what is above a mark `(` into the container below it (`u`), and
//! note objects in a memo (`\x94`) to fetch them again (`h` and an index): so an object can stand in many places, also
//! within itself. `\x8c` twice and `\x93` look up a global by module and name, `R` calls it, `\x81` makes an instance
//! of it and `b` gives that its state. `.` ends the pickle; what is on top of the stack is its value. Protocol 4 puts
//! opcodes into frames (`\x95`), which only say how far one may read ahead; protocol 5 can leave large buffers out of
//! the pickle.
//!
//! ```text
//! pickle.dumps({'age': 30})    \x80\x04 \x95… } \x94  \x8c\x03age \x94  K\x1e  s  .
//! ```
//!
//! # Safety
//!
//! Nothing that a pickle names is imported, looked up or called: a global is two strings, a call is a node with the
//! callable and its arguments. What builtin constructors and the standard library's types mean is worked out here, from
//! their documented forms. No `unsafe` code; no panic on any bytes; time and memory are bounded by [`Limits`], and
//! nothing recurses on the depth of the input beyond [`Limits::depth`]. It is not promised that loading the same bytes
//! in Python is safe: [`scan`] says what that would do.
//!
//! # What others wrote
//!
//! A `PickleType` column of SQLAlchemy is a pickle, mostly of builtins. So is a session of Django or a `PickledObjectField`, once
//! base64, signature and zlib are off:
//!
//! ```
//! #[derive(serde::Deserialize)]
//! struct Session { #[serde(rename = "_auth_user_id")] user: String, cart: Vec<u64> }
//!
//! let column = b"\x80\x04\x95)\0\0\0\0\0\0\0}\x94(\x8c\r_auth_user_id\x94\x8c\x0242\x94\x8c\x04cart\x94]\
//!     \x94(K\x07K\teu.";
//! let session: Session = onggi_pickle::from_slice(column)?;
//! assert_eq!((&*session.user, &*session.cart), ("42", &[7, 9][..]));
//! # Ok::<(), onggi_pickle::Error>(())
//! ```
//!
//! APScheduler's `job_state` is a dict with instances inside. Structs take the attributes of any class:
//!
//! ```
//! use onggi_pickle::types::{DateTime, TimeDelta};
//!
//! #[derive(serde::Deserialize)]
//! struct Job { func: String, trigger: Interval, next_run_time: DateTime }
//!
//! #[derive(serde::Deserialize)]
//! struct Interval { interval: TimeDelta }
//!
//! let column = b"\x80\x04\x95\xf8\0\0\0\0\0\0\0}\x94(\x8c\x02id\x94\x8c\x06backup\x94\x8c\x04func\x94\x8c\
//!     \x0bjobs:backup\x94\x8c\x07trigger\x94\x8c\x1dapscheduler.triggers.interval\x94\x8c\x0fI\
//!     ntervalTrigger\x94\x93\x94)\x81\x94}\x94(\x8c\x07version\x94K\x02\x8c\x08interval\x94\
//!     \x8c\x08datetime\x94\x8c\ttimedelta\x94\x93\x94K\0M\x84\x03K\0\x87\x94R\x94ub\x8c\rnext_\
//!     run_time\x94h\r\x8c\x08datetime\x94\x93\x94C\n\x07\xea\x0b\x19\x06\x1e\0\0\0\0\x94h\r\
//!     \x8c\x08timezone\x94\x93\x94h\x0fK\0K\0K\0\x87\x94R\x94\x85\x94R\x94\x86\x94R\x94u.";
//! let job: Job = onggi_pickle::from_slice(column)?;
//! assert_eq!((&*job.func, job.trigger.interval), ("jobs:backup", TimeDelta::new(0, 900, 0).expect("in range")));
//! assert_eq!(job.next_run_time.to_string(), "2026-11-25T06:30:00+00:00");
//! # Ok::<(), onggi_pickle::Error>(())
//! ```
//!
//! A model of scikit-learn is an [`Instance`], whose arrays are read with [`numpy`].
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
//! | [`PersistentId`] | a persistent id | a persistent id |
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
//! | variant with such a name | as a struct of that name |
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
mod equal;
mod error;
mod graph;
mod instance;
mod join;
mod limits;
mod objects;
mod optimize;
mod options;
mod path;
mod persistent;
mod protocol;
mod read;
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
pub use crate::path::{Step, ValuePath};
pub use crate::persistent::PersistentId;
pub use crate::protocol::Protocol;
pub use crate::read::{PickleReader, Pickles, Values};
pub use crate::scan::{Finding, Grade, Report, ScanOptions, scan, scan_with};
pub use crate::value::{Dict, Items, Value};

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

/// Reads the first pickle of a slice with its out-of-band buffers, in their order: `pickle.loads(…, buffers=…)`. They are
/// `bytes` to serde, and borrowed where the type borrows.
///
/// # Errors
///
/// As [`from_slice_with`], and when there are fewer buffers than the pickle takes.
///
/// # Examples
///
/// ```
/// let pickle = b"\x80\x05\x8c\x04name\x97\x86."; // ('name', <the first buffer>)
/// let image = [0xff; 1000];
/// let value: (&str, &[u8]) = onggi_pickle::from_slice_with_buffers(pickle, [&image[..]], onggi_pickle::Limits::default())?;
/// assert_eq!(value, ("name", &image[..]));
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
pub fn from_slice_with_buffers<'de, T: Deserialize<'de>>(
    input: &'de [u8],
    buffers: impl IntoIterator<Item = &'de [u8]>,
    options: impl Into<ReadOptions>,
) -> Result<T> {
    let options = options.into();
    let mut graph = Graph::from_slice_with(input, &options)?;
    graph.set_buffers(buffers)?;
    graph.deserialize_with(&options.limits)
}

/// Reads the first pickle of a reader, and not a byte past it, as `pickle.load(file)` does.
///
/// Give it a [`std::io::BufReader`], by `&mut` if more is read from it: a bare file is read in many small pieces. What
/// [`PickleReader`] says about frames holds here too.
///
/// # Errors
///
/// As [`from_slice`], and when the reader fails ([`Error::is_io`]), ends within the pickle or before it
/// ([`Error::is_truncated`]).
///
/// # Examples
///
/// ```
/// use std::io::{BufReader, Read};
///
/// let bytes = [&onggi_pickle::to_vec("one")?, &b"rest"[..]].concat();
/// let mut file = BufReader::new(&bytes[..]);
/// assert_eq!(onggi_pickle::from_reader::<String>(&mut file)?, "one");
/// let mut rest = String::new();
/// file.read_to_string(&mut rest)?;
/// assert_eq!(rest, "rest");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn from_reader<T: DeserializeOwned>(reader: impl Read) -> Result<T> {
    from_reader_with(reader, ReadOptions::default())
}

/// Reads the first pickle of a reader with the caller's [`Limits`] or [`ReadOptions`], and not a byte past it.
///
/// # Errors
///
/// As [`from_reader`].
pub fn from_reader_with<T: DeserializeOwned>(
    reader: impl Read,
    options: impl Into<ReadOptions>,
) -> Result<T> {
    let options = options.into();
    let input = read::read_one(reader, &options.limits)?;
    de::from_slice(&input, &options)
}

/// Reads the bytes of the first pickle of a reader, and not a byte past it: for a [`Graph`], which borrows from them.
///
/// They may still be refused when they are looked at: here only the lengths are, within [`Limits::bytes`]. What the last
/// frame has behind the end of the pickle, if anything, comes along.
///
/// # Errors
///
/// When the reader fails, ends within the pickle or before it, a byte is no opcode, or the limit is reached.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Graph, Limits, read_pickle};
///
/// let mut socket = std::io::BufReader::new(&b"cos\nsystem\n.rest"[..]);
/// let pickle = read_pickle(&mut socket, &Limits::default())?;
/// assert_eq!(Graph::from_slice(&pickle)?.length(), 12);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
pub fn read_pickle(reader: impl Read, limits: &Limits) -> Result<Vec<u8>> {
    read::read_one(reader, limits)
}
