//! What a reader may spend on one pickle.

use crate::error::{Error, Result};

/// Bounds on what one pickle may cost to read.
///
/// The defaults are far above real data. Memory is proportional to the input even without them: no length field or memo
/// index allocates ahead of bytes that exist. Measured in floods made for it, a [`crate::Graph`] takes up to 35 bytes of
/// memory for each byte of the pickle (200 for tuples nested as keys); reading a [`crate::Value`] takes up to 160 in all,
/// with the shared objects that are copied at no charge. Lower [`Limits::bytes`] and [`Limits::nodes`] to what your data
/// needs where pickles come from strangers.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Limits, from_slice_with, to_vec};
///
/// let pickle = to_vec(&vec![vec![vec![1]]])?;
/// let limits = Limits::default().depth(2);
/// let error = from_slice_with::<Vec<Vec<Vec<i64>>>>(&pickle, &limits).unwrap_err();
/// assert!(error.is_limit());
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub(crate) depth: usize,
    pub(crate) nodes: usize,
    pub(crate) bytes: usize,
    pub(crate) digits: usize,
    pub(crate) memo: usize,
    pub(crate) expansion: usize,
}

/// How deeply Rust values nest at most: what is written can be read.
pub(crate) const DEPTH: usize = 128;

/// How far the limit may be raised: a level takes up to 3 KiB of stack in builds without optimisation, and a thread has
/// 2 MiB.
pub(crate) const DEEPEST: usize = 512;

impl Default for Limits {
    fn default() -> Self {
        Self { depth: DEPTH, nodes: 1 << 24, bytes: 1 << 28, digits: 4300, memo: 1 << 24, expansion: 1 << 20 }
    }
}

impl Limits {
    /// How deeply values may nest when they become Rust values ([`crate::Value`] or any `Deserialize` type). Default 128,
    /// which needs well under 1 MiB of stack, and is as deep as values can be written.
    ///
    /// A level is a list, tuple, set or dict, and also `Some`, a newtype struct or an enum with content around a value.
    ///
    /// Reading Rust values recurses, and so does dropping them, so more than 512 is taken as 512: that fits the stack of any
    /// thread. A [`crate::Graph`] keeps any depth: nothing about it recurses.
    #[must_use]
    pub const fn depth(mut self, levels: usize) -> Self {
        self.depth = if levels < DEEPEST { levels } else { DEEPEST };
        self
    }

    /// How many objects a pickle may hold. Default 2²⁴ (16 million).
    #[must_use]
    pub const fn nodes(mut self, count: usize) -> Self {
        self.nodes = count;
        self
    }

    /// How many bytes a pickle may have. Default 256 MiB.
    #[must_use]
    pub const fn bytes(mut self, count: usize) -> Self {
        self.bytes = count;
        self
    }

    /// How many digits an integer in decimal text may have (`INT`, `LONG`). Default 4300, as in CPython.
    ///
    /// Binary integers are bounded by the bytes of the pickle alone: reading them takes linear time.
    #[must_use]
    pub const fn digits(mut self, count: usize) -> Self {
        self.digits = count;
        self
    }

    /// How many entries the memo may have. Default 2²⁴.
    #[must_use]
    pub const fn memo(mut self, count: usize) -> Self {
        self.memo = count;
        self
    }

    /// How much a Rust value may hold because shared objects are copied for each place that refers to them. Default 2²⁰
    /// (a million), above twice what the pickle itself holds.
    ///
    /// One unit is one object, or 32 bytes of a string or bytes. It stops pickles of a few hundred bytes that stand for
    /// billions of objects. What calls of builtin constructors copy into a [`crate::Graph`] is bounded by as many items and
    /// bytes, above four times the size of the pickle.
    #[must_use]
    pub const fn expansion(mut self, units: usize) -> Self {
        self.expansion = units;
        self
    }

    /// Refuses an input that is longer than the limit.
    pub(crate) fn check_bytes(&self, length: usize) -> Result<()> {
        if length > self.bytes {
            return Err(Error::limit("bytes", self.bytes));
        }
        Ok(())
    }
}
