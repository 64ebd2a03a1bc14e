//! Pickles as JSON.
//!
//! [`write_canonical`] keeps everything: kinds of values, sharing, cycles, and the objects of classes as notes of what
//! the pickle says about them. Equal values have equal texts, so it serves tests, differences and digests.
//!
//! [`write_plain`] is ordinary JSON for programs that know nothing of Python; it tells what it could not keep.
//!
//! # Canonical JSON
//!
//! | Python | JSON |
//! | --- | --- |
//! | `None`, `True`, `False` | `null`, `true`, `false` |
//! | int | an integer below 2⁵³ in size, else `{"int": "decimal"}` |
//! | float | `{"float": 16 hexadecimal digits of the bits, "repr": text}` |
//! | complex | `{"complex": [real, imaginary]}` |
//! | str | a string; with lone surrogates `{"str": hexadecimal UTF-8}` |
//! | bytes, bytearray | `{"bytes": hexadecimal}`, `{"bytearray": hexadecimal}` |
//! | list, tuple | `{"list": […]}`, `{"tuple": […]}` |
//! | dict | `{"dict": [[key, value], …]}` in Python's order |
//! | set, frozenset | `{"set": […]}`, `{"frozenset": […]}`, sorted by the text of the items |
//! | range, slice | `{"range": [start, stop, step]}`, `{"slice": […]}` |
//! | `Ellipsis`, `NotImplemented` | `{"singleton": name}` |
//! | datetime, date, time | `{"datetime": isoformat, "fold": 0}`, `{"date": …}`, `{"time": …, "fold": 0}`, in no zone or one of a fixed offset |
//! | timedelta, timezone | `{"timedelta": [days, seconds, microseconds]}`, `{"timezone": [the same], "name": …}` |
//! | Decimal, Fraction, UUID | `{"Decimal": text}`, `{"Fraction": [numerator, denominator]}`, `{"UUID": text}` |
//! | OrderedDict, Counter, defaultdict | `{"OrderedDict": [[key, value], …]}`, `{"Counter": …}`, `{"defaultdict": …, "factory": …}` |
//! | deque, array | `{"deque": […], "maxlen": …}`, `{"array": typecode, "items": […]}` |
//! | paths, IP addresses | `{"PurePosixPath": text}`, `{"IPv4Address": text}`, … |
//! | a class or function | `{"global": [module, name]}` |
//! | another object | `{"object": {"class": [module, name] or "callee": …, "how": "call" or "new", "args": […], "kwargs": [[name, value], …], "listitems": […], "dictitems": [[key, value], …], "setitems": […], "state": […]}}`, the last five where there are any |
//! | a persistent id, a buffer | `{"persid": …}`, `{"buffer": number, "readonly": bool}` |
//!
//! An object that can be changed, or holds one, and is met more than once has `"id": n` where it is met first, and is
//! `{"ref": n}` after that. Inside of sets nothing has a number.

mod budget;
mod canonical;
mod plain;
pub(crate) mod sharing;
pub(crate) mod text;
mod value;

pub use self::canonical::write_canonical;
pub use self::plain::{Loss, Losses, write_plain};
