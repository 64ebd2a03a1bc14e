//! Several pickles one after another, in a slice or a reader.

mod reader;
mod scan;

use std::iter::FusedIterator;
use std::marker::PhantomData;

use serde::Deserialize;

pub use self::reader::PickleReader;
pub(crate) use self::reader::read_one;
use crate::de;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::options::ReadOptions;

/// The pickles of a slice, one after another: each as a [`Graph`] or as a Rust value.
///
/// The slice ends after a pickle: a rest that is no pickle is an error, as a loop of `pickle.load` has it, which meets
/// `EOFError` only where nothing is left. After bytes that are no pickle nothing more is read, since nobody knows where
/// the next one would start; after a pickle that does not fit the type, the next one is. Offsets of errors count from
/// the start of the slice. [`crate::Limits`] are for each pickle by itself, but [`crate::Limits::bytes`] is also for
/// what is left of the slice.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Pickles, to_vec};
///
/// let log = [to_vec(&1)?, to_vec(&"two")?, to_vec(&3)?].concat();
/// let mut pickles = Pickles::new(&log);
/// assert_eq!(pickles.next_value::<i64>().transpose()?, Some(1));
/// assert!(pickles.next_value::<i64>().is_some_and(|value| value.is_err_and(|error| error.is_data())));
/// assert_eq!(pickles.offset(), log.len() - 5); // where the third starts
/// assert_eq!(pickles.next_value::<i64>().transpose()?, Some(3));
/// assert!(pickles.next_value::<i64>().is_none());
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pickles<'a> {
    input: &'a [u8],
    offset: usize,
    options: ReadOptions,
    ended: bool,
}

impl<'a> Pickles<'a> {
    /// The pickles of a slice, within the default limits.
    pub fn new(input: &'a [u8]) -> Self {
        Self::with_options(input, ReadOptions::default())
    }

    /// The pickles of a slice, with the caller's [`crate::Limits`] or [`ReadOptions`].
    pub fn with_options(input: &'a [u8], options: impl Into<ReadOptions>) -> Self {
        Self { input, offset: 0, options: options.into(), ended: false }
    }

    /// Where the next pickle starts, in bytes: after what was read, that is where it ended.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.input.get(self.offset..).unwrap_or(&[])
    }

    /// Reads the next pickle as a graph; `None` at the end, or after bytes that are no pickle.
    ///
    /// # Errors
    ///
    /// As [`Graph::from_slice`].
    pub fn next_graph(&mut self) -> Option<Result<Graph<'a>>> {
        let rest = self.more()?;
        let graph = Graph::from_slice_with(rest, &self.options);
        self.pass(graph.as_ref().ok().map(Graph::length));
        Some(graph.map_err(|error| self.shifted(error)))
    }

    /// Reads the next pickle as a Rust value; `None` at the end, or after bytes that are no pickle.
    ///
    /// # Errors
    ///
    /// As [`crate::from_slice`].
    pub fn next_value<T: Deserialize<'a>>(&mut self) -> Option<Result<T>> {
        let rest = self.more()?;
        let (value, length) = de::from_slice_with_length(rest, &self.options);
        let value = value.map_err(|error| self.shifted(error));
        self.pass(length);
        Some(value)
    }

    /// All that follow, as Rust values of one type.
    pub fn values<T: Deserialize<'a>>(self) -> Values<'a, T> {
        Values { pickles: self, kind: PhantomData }
    }

    fn more(&self) -> Option<&'a [u8]> {
        Some(self.rest()).filter(|rest| !self.ended && !rest.is_empty())
    }

    /// Goes past a pickle of this length, or nowhere.
    fn pass(&mut self, length: Option<usize>) {
        self.ended = length.is_none();
        self.offset += length.unwrap_or(0);
    }

    fn shifted(&self, error: Error) -> Error {
        error.shifted(self.offset)
    }
}

/// The graphs.
impl<'a> Iterator for Pickles<'a> {
    type Item = Result<Graph<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_graph()
    }
}

impl FusedIterator for Pickles<'_> {}

/// The values of [`Pickles::values`].
#[derive(Clone, Debug)]
pub struct Values<'a, T> {
    pickles: Pickles<'a>,
    kind: PhantomData<fn() -> T>,
}

impl<T> Values<'_, T> {
    /// Where the next pickle starts, in bytes.
    pub fn offset(&self) -> usize {
        self.pickles.offset
    }
}

impl<'a, T: Deserialize<'a>> Iterator for Values<'a, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.pickles.next_value()
    }
}

impl<'a, T: Deserialize<'a>> FusedIterator for Values<'a, T> {}
