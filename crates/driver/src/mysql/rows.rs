use std::vec::IntoIter;

use super::column::{Cell, Column, cells};
use super::decode;
use super::failure::Failure;
use super::state::State;
use super::wire::Wire;
use crate::{Error, Result, Type, ValueRef};

/// The rows of a statement.
pub(crate) struct Rows<'p> {
    columns: &'p [Column],
    source: Source<'p>,
    cells: Vec<Cell>,
    ended: bool,
    state: &'p mut State,
}

enum Source<'p> {
    /// They come as they are asked for.
    Streamed(&'p mut Wire),
    /// They are here: those that follow, and that which is lent.
    Kept(IntoIter<Vec<u8>>, Vec<u8>),
}

impl<'p> Rows<'p> {
    pub(super) fn new(columns: &'p [Column], wire: &'p mut Wire, state: &'p mut State) -> Rows<'p> {
        Rows { columns, source: Source::Streamed(wire), cells: Vec::new(), ended: false, state }
    }

    pub(super) fn kept(columns: &'p [Column], rows: Vec<Vec<u8>>, state: &'p mut State) -> Rows<'p> {
        let source = Source::Kept(rows.into_iter(), Vec::new());
        Rows { columns, source, cells: Vec::new(), ended: false, state }
    }

    /// The names of their columns.
    pub(crate) fn columns(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>> {
        if self.ended {
            return Ok(None);
        }
        match self.advance() {
            Ok(true) => {
                let Rows { columns, source, cells, .. } = &*self;
                let bytes = match source {
                    Source::Streamed(wire) => wire.message(),
                    Source::Kept(_, row) => row,
                };
                Ok(Some(Row { bytes, cells, columns }))
            }
            Ok(false) => {
                self.ended = true;
                Ok(None)
            }
            Err(failure) => {
                self.ended = true;
                Err(self.state.failed(failure))
            }
        }
    }

    /// Goes on to the next row, if there is one.
    fn advance(&mut self) -> std::result::Result<bool, Failure> {
        let Rows { columns, source, cells: found, .. } = self;
        match source {
            Source::Streamed(wire) => {
                if !wire.row()? {
                    return wire.finish().map(|()| false);
                }
                let taken = cells(wire.message(), columns, found);
                wire.noted(taken)?;
            }
            Source::Kept(rows, row) => match rows.next() {
                None => return Ok(false),
                Some(next) => {
                    *row = next;
                    cells(row, columns, found)?;
                }
            },
        }
        Ok(true)
    }
}

/// Rows that nobody asked for are read to their end: one of them may be the error that fails the transaction.
impl Drop for Rows<'_> {
    fn drop(&mut self) {
        while !self.ended && self.next().is_ok() {}
    }
}

/// A row, lent.
#[derive(Clone, Copy)]
pub struct Row<'r> {
    bytes: &'r [u8],
    cells: &'r [Cell],
    columns: &'r [Column],
}

impl<'r> Row<'r> {
    #[inline]
    pub(crate) fn value(self, column: usize, ty: Type) -> Result<ValueRef<'r>> {
        let (bytes, column) = self.cell(column)?;
        decode::value(bytes, column, ty)
    }

    pub(crate) fn raw(self, column: usize) -> Result<ValueRef<'r>> {
        let (bytes, column) = self.cell(column)?;
        decode::raw(bytes, column)
    }

    #[inline]
    fn cell(self, column: usize) -> Result<(Option<&'r [u8]>, &'r Column)> {
        match (self.cells.get(column), self.columns.get(column)) {
            (Some(cell), Some(form)) => Ok((cell.map(|(start, end)| &self.bytes[start..end]), form)),
            _ => Err(Error::value(format!(
                "the row has {} columns, and there is none at position {column}",
                self.columns.len()
            ))),
        }
    }
}
