//! Pickles of files, sockets and other readers.

use std::io::Read;

use serde::de::DeserializeOwned;

use super::scan::Scan;
use crate::de;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::limits::Limits;
use crate::options::ReadOptions;

/// The pickles of a reader, one after another, as a loop of `pickle.load(file)` reads them.
///
/// Nothing is read past the end of a pickle, so other data may follow it in the same stream, and a peer that waits for
/// an answer gets it. (A frame is always read as a whole; CPython puts nothing behind the end of a pickle into it, and
/// what another writer puts there is kept for the next pickle.) That takes many small reads where a pickle has no frames:
/// hand over a [`std::io::BufReader`], by `&mut` where the stream is used elsewhere too, and never a bare file or socket.
///
/// The rest is as for [`crate::Pickles`]: offsets of errors count from the first byte that was read here.
///
/// # Examples
///
/// ```
/// use std::io::{BufReader, Read};
///
/// use onggi_pickle::{PickleReader, to_vec};
///
/// let file = [to_vec(&"header")?, to_vec(&vec![1, 2])?, b"tail".to_vec()].concat();
/// let mut file = BufReader::new(&file[..]);
/// let mut pickles = PickleReader::new(&mut file);
/// assert_eq!(pickles.next_value::<String>().transpose()?.as_deref(), Some("header"));
/// assert_eq!(pickles.next_value::<Vec<u8>>().transpose()?, Some(vec![1, 2]));
/// let mut tail = String::new();
/// file.read_to_string(&mut tail)?;
/// assert_eq!(tail, "tail");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PickleReader<R> {
    reader: R,
    options: ReadOptions,
    /// The last pickle, and what its frames had behind it.
    bytes: Vec<u8>,
    /// How long the last pickle is.
    length: usize,
    offset: u64,
    ended: bool,
}

impl<R: Read> PickleReader<R> {
    /// The pickles of a reader, within the default limits.
    pub fn new(reader: R) -> Self {
        Self::with_options(reader, ReadOptions::default())
    }

    /// The pickles of a reader, with the caller's [`Limits`] or [`ReadOptions`].
    pub fn with_options(reader: R, options: impl Into<ReadOptions>) -> Self {
        Self { reader, options: options.into(), bytes: Vec::new(), length: 0, offset: 0, ended: false }
    }

    /// Where the next pickle starts: how many bytes the ones before it have.
    pub fn offset(&self) -> u64 {
        self.offset.saturating_add(u64::try_from(self.length).unwrap_or(u64::MAX))
    }

    /// The reader. What stood in a frame behind the end of a pickle, which CPython never writes, is lost.
    pub fn into_inner(self) -> R {
        self.reader
    }

    /// Reads the bytes of the next pickle, which may still be refused when they are looked at; `None` at the end. What its
    /// last frame has behind the end, if anything, comes along.
    ///
    /// # Errors
    ///
    /// When the reader fails or ends within a pickle, a byte is no opcode, or the limit of bytes is reached.
    pub fn next_bytes(&mut self) -> Option<Result<&[u8]>> {
        if self.ended {
            return None;
        }
        self.offset = self.offset();
        self.bytes.drain(..self.length.min(self.bytes.len()));
        self.length = 0;
        match Scan::new(&mut self.reader, &mut self.bytes, &self.options.limits).run() {
            Ok(Some(length)) => {
                self.length = length;
                Some(Ok(&self.bytes))
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                Some(Err(self.shifted(error)))
            }
        }
    }

    /// Reads the next pickle as a graph, which lasts until the next one is read; `None` at the end.
    ///
    /// # Errors
    ///
    /// As [`PickleReader::next_bytes`] and [`Graph::from_slice`].
    pub fn next_graph(&mut self) -> Option<Result<Graph<'_>>> {
        if let Err(error) = self.next_bytes()? {
            return Some(Err(error));
        }
        let graph = Graph::from_slice_with(&self.bytes, &self.options);
        self.ended = graph.is_err();
        Some(graph.map_err(|error| shifted(error, self.offset)))
    }

    /// Reads the next pickle as a Rust value; `None` at the end.
    ///
    /// # Errors
    ///
    /// As [`PickleReader::next_bytes`] and [`crate::from_slice`].
    pub fn next_value<T: DeserializeOwned>(&mut self) -> Option<Result<T>> {
        if let Err(error) = self.next_bytes()? {
            return Some(Err(error));
        }
        let (value, length) = de::from_slice_with_length(&self.bytes, &self.options);
        self.ended = length.is_none();
        Some(value.map_err(|error| self.shifted(error)))
    }

    fn shifted(&self, error: Error) -> Error {
        shifted(error, self.offset)
    }
}

fn shifted(error: Error, offset: u64) -> Error {
    error.shifted(usize::try_from(offset).unwrap_or(usize::MAX))
}

/// Reads the bytes of the first pickle of a reader, and not a byte past it.
pub(crate) fn read_one(reader: impl Read, limits: &Limits) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match Scan::new(reader, &mut bytes, limits).run()? {
        Some(_) => Ok(bytes),
        None => Err(Error::truncated().at_offset(0)),
    }
}
