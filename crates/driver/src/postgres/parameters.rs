//! What is bound, in the server's own form: a value for each parameter, or an array of many rows' values for each.

use super::encode::{array_head, element, encode};
use super::types::Form;
use crate::net::KEPT;
use crate::{Bind, Error, Result, ValueRef};

/// The bytes of a statement's parameters, one behind another.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// Where each ends, and whether it is any: NULL has no bytes.
    ends: Vec<(usize, bool)>,
}

impl Buffer {
    /// Makes room for other values.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Gives back the room that long values have needed.
    pub(super) fn shrink(&mut self) {
        if self.bytes.capacity() > KEPT {
            *self = Buffer::default();
        }
    }

    /// How many bytes there are.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Each value; NULL is none.
    pub(super) fn values(&self) -> impl Iterator<Item = Option<&[u8]>> {
        self.ends.iter().enumerate().map(|(place, &(end, is_some))| {
            let start = place.checked_sub(1).map_or(0, |before| self.ends[before].0);
            is_some.then(|| &self.bytes[start..end])
        })
    }
}

/// The parameters of a statement, bound from the first on.
pub(super) struct Parameters<'p> {
    forms: &'p [Form],
    buffer: &'p mut Buffer,
}

impl<'p> Parameters<'p> {
    /// None is bound yet.
    pub(super) fn new(forms: &'p [Form], buffer: &'p mut Buffer) -> Parameters<'p> {
        buffer.clear();
        Parameters { forms, buffer }
    }

    pub(super) fn complete(&self) -> Result<()> {
        match (self.forms.len(), self.buffer.ends.len()) {
            (wanted, bound) if wanted == bound => Ok(()),
            (wanted, bound) => Err(Error::value(format!("{wanted} parameters wanted, {bound} bound"))),
        }
    }
}

impl Bind for Parameters<'_> {
    fn bind(&mut self, value: ValueRef<'_>) -> Result<()> {
        let Buffer { bytes, ends } = self.buffer;
        let Some(form) = self.forms.get(ends.len()) else {
            // One too many, which `complete` counts.
            ends.push((bytes.len(), false));
            return Ok(());
        };
        let is_some = encode(value, form, bytes)?;
        ends.push((bytes.len(), is_some));
        Ok(())
    }
}
/// The values of many rows, as an array for each parameter.
pub(super) struct Columns<'p> {
    forms: &'p [Form],
    elements: Vec<Elements>,
    column: usize,
    rows: usize,
    size: usize,
}

/// The elements of an array, in the server's own form.
#[derive(Default)]
struct Elements {
    bytes: Vec<u8>,
    nulls: bool,
}

/// How many rows, and about how many bytes, are sent at once.
pub(super) const ROWS: usize = 10_000;
pub(super) const SIZE: usize = 4 << 20;

impl Columns<'_> {
    pub(super) fn new(forms: &[Form]) -> Columns<'_> {
        let elements = forms.iter().map(|_| Elements::default()).collect();
        Columns { forms, elements, column: 0, rows: 0, size: 0 }
    }

    pub(super) fn has_room(&self) -> bool {
        self.rows < ROWS && self.size < SIZE
    }

    pub(super) fn end_row(&mut self) -> Result<()> {
        let (wanted, bound) = (self.forms.len(), std::mem::take(&mut self.column));
        self.rows += 1;
        match wanted == bound {
            true => Ok(()),
            false => Err(Error::value(format!("{wanted} parameters wanted, {bound} bound"))),
        }
    }

    pub(super) fn write(self, buffer: &mut Buffer) {
        buffer.clear();
        for (form, Elements { bytes, nulls }) in self.forms.iter().zip(self.elements) {
            array_head(self.rows, nulls, form, &mut buffer.bytes);
            buffer.bytes.extend(bytes);
            buffer.ends.push((buffer.bytes.len(), true));
        }
    }
}

impl Bind for Columns<'_> {
    fn bind(&mut self, value: ValueRef<'_>) -> Result<()> {
        let column = self.column;
        self.column += 1;
        // One too many is counted when the row ends.
        let Some(form) = self.forms.get(column) else { return Ok(()) };
        let Elements { bytes, nulls } = &mut self.elements[column];
        let before = bytes.len();
        *nulls |= !element(value, form, bytes)?;
        self.size += bytes.len() - before;
        Ok(())
    }
}
