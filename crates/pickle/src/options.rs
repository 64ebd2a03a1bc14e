//! How to read a pickle.

use crate::limits::Limits;

/// What a reader may spend, and how it takes Python 2 strings.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Encoding, Limits, ReadOptions, Value, from_slice_with};
///
/// let options = ReadOptions::from(Limits::default().bytes(1000)).strings(Encoding::Bytes);
/// let value: Value = from_slice_with(b"U\x02\xe9a.", options)?;
/// assert_eq!(value, Value::Bytes(b"\xe9a".to_vec()));
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    pub(crate) limits: Limits,
    pub(crate) strings: Encoding,
    pub(crate) inert: bool,
}

impl ReadOptions {
    /// Sets how Python 2 strings are taken.
    #[must_use]
    pub const fn strings(mut self, encoding: Encoding) -> Self {
        self.strings = encoding;
        self
    }

    /// Makes a [`crate::Graph`] take notes only: even calls of builtin constructors (`set([…])`, `_codecs.encode(…)`) stay
    /// inert calls, and a global that is named again is the same node. Default false.
    #[must_use]
    pub const fn inert(mut self, inert: bool) -> Self {
        self.inert = inert;
        self
    }

    /// Sets the limits.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl From<Limits> for ReadOptions {
    fn from(limits: Limits) -> Self {
        Self::default().limits(limits)
    }
}

impl From<&Limits> for ReadOptions {
    fn from(limits: &Limits) -> Self {
        Self::from(*limits)
    }
}

/// What a Python 2 string becomes: `pickle.loads(..., encoding=...)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// A str; anything beyond ASCII is an error (CPython's default).
    #[default]
    Ascii,
    /// A str, each byte a character.
    Latin1,
    /// A str; malformed UTF-8 is an error.
    Utf8,
    /// Bytes.
    Bytes,
}
