//! Arrays of pyarrow, as far as pandas keeps text in them.

use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId};
use crate::numpy::node::{self, Made};

/// Texts in the layout of Apache Arrow: one buffer of UTF-8, one of the places where texts end, one of bits for what is there.
#[derive(Clone, Copy, Debug)]
pub struct Strings<'g> {
    start: usize,
    length: usize,
    /// A bit for each text, 1 where there is one.
    valid: Option<&'g [u8]>,
    /// Little-endian integers.
    ends: &'g [u8],
    /// How many bytes each of them has.
    width: usize,
    text: &'g [u8],
}

const WHAT: &str = "an array of pyarrow";

impl<'g> Strings<'g> {
    /// `pyarrow.lib._restore_array((type, length, nulls, offset, [valid, ends, text], children, dictionary))`; `None` for
    /// anything else, and for arrays of other types.
    pub(super) fn from_node(graph: &'g Graph<'g>, id: NodeId, buffers: &[&'g [u8]]) -> Result<Option<Self>> {
        let Some(Made { by: ("pyarrow.lib", "_restore_array"), arguments: [parts] }) =
            Made::from_node(graph, id)
        else {
            return Ok(None);
        };
        let Some([kind, length, _nulls, start, parts, ..]) = node::tuple(graph, *parts) else {
            return Ok(None);
        };
        let width = match type_alias(graph, *kind) {
            Some("string" | "utf8") => 4,
            Some("large_string" | "large_utf8") => 8,
            _ => return Ok(None),
        };
        let Some([valid, ends, text]) = node::list(graph, *parts) else { return Ok(None) };
        let length = node::expect(graph, *length, node::size, [WHAT, "a length"])?;
        let start = node::expect(graph, *start, node::size, [WHAT, "an offset"])?;
        let strings = Self {
            start,
            length,
            valid: buffer(graph, *valid, buffers)?,
            ends: buffer(graph, *ends, buffers)?.unwrap_or(&[]),
            width,
            text: buffer(graph, *text, buffers)?.unwrap_or(&[]),
        };
        strings.check().map(Some)
    }

    /// Refuses lengths that the buffers do not have.
    fn check(self) -> Result<Self> {
        let end = self.start.checked_add(self.length).ok_or_else(too_short)?;
        let places = if self.length == 0 { 0 } else { end.checked_add(1).ok_or_else(too_short)? };
        let valid = self.valid.is_none_or(|bits| bits.len() >= end.div_ceil(8));
        let ends = places.checked_mul(self.width).is_some_and(|bytes| bytes <= self.ends.len());
        if valid && ends { Ok(self) } else { Err(too_short()) }
    }

    /// How many texts there are, missing ones included.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The text at an index; `None` when it is missing or beyond the end.
    ///
    /// # Errors
    ///
    /// When the text is no UTF-8 or not within its buffer.
    pub fn get(&self, index: usize) -> Result<Option<&'g str>> {
        if index >= self.length {
            return Ok(None);
        }
        let place = self.start + index;
        if self
            .valid
            .is_some_and(|bits| bits.get(place / 8).is_none_or(|byte| (byte >> (place % 8)) & 1 == 0))
        {
            return Ok(None);
        }
        let bytes =
            self.end(place).zip(self.end(place + 1)).and_then(|(start, end)| self.text.get(start..end));
        let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
        text.map(Some)
            .ok_or_else(|| Error::data("a text of a pyarrow array is no UTF-8, or not within its buffer"))
    }

    /// All texts, `None` for missing ones.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Result<Option<&'g str>>> {
        (0..self.length).map(|index| self.get(index))
    }

    fn end(&self, place: usize) -> Option<usize> {
        let bytes = self.ends.get(place * self.width..)?.get(..self.width)?;
        let mut number = [0; 8];
        number.get_mut(..self.width)?.copy_from_slice(bytes);
        usize::try_from(u64::from_le_bytes(number)).ok()
    }
}

fn too_short() -> Error {
    Error::data("an array of pyarrow that is longer than its buffers")
}

/// `pyarrow.lib.type_for_alias(name)`, as all types without parameters are written.
fn type_alias<'g>(graph: &'g Graph<'g>, id: NodeId) -> Option<&'g str> {
    match Made::from_node(graph, id)? {
        Made { by: ("pyarrow.lib", "type_for_alias"), arguments: [name] } => node::text(graph, *name),
        _ => None,
    }
}

/// `pyarrow.lib.py_buffer(bytes)`; `None` stands for no buffer.
fn buffer<'g>(graph: &'g Graph<'g>, id: NodeId, buffers: &[&'g [u8]]) -> Result<Option<&'g [u8]>> {
    if node::is_none(graph, id) {
        return Ok(None);
    }
    let bytes = match Made::from_node(graph, id) {
        Some(Made { by: ("pyarrow.lib", "py_buffer"), arguments: [bytes] }) => {
            node::buffer(graph, *bytes, buffers)?
        }
        _ => None,
    };
    bytes.map(Some).ok_or_else(|| node::unlike(graph, id, WHAT, "a buffer of pyarrow"))
}
