use postgres_protocol::message::backend;

use super::arrays::Arrays;
use super::decode;
use super::error::statement_unknown;
use super::failure::Answer;
use super::message::{Cell, cells};
use super::statement::failed;
use super::types::Form;
use super::wire::Wire;
use crate::{Error, Result, Type, ValueRef};

/// The rows of a running statement.
pub(crate) struct Rows<'p> {
    columns: &'p [Form],
    cells: Vec<Cell>,
    arrays: Arrays,
    ended: bool,
    /// Whether their statement may write, and is a transaction of its own.
    alone: bool,
    wire: &'p mut Wire,
}

impl<'p> Rows<'p> {
    pub(super) fn new(columns: &'p [Form], alone: bool, wire: &'p mut Wire) -> Rows<'p> {
        Rows { columns, cells: Vec::new(), arrays: Arrays::default(), ended: false, alone, wire }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>> {
        if self.ended {
            return Ok(None);
        }
        match self.advance() {
            Ok(true) => {
                self.arrays = Arrays::default();
                let Rows { columns, cells, arrays, wire, .. } = &*self;
                Ok(Some(Row { bytes: wire.message(), cells, arrays, columns }))
            }
            Ok(false) => {
                self.ended = true;
                Ok(None)
            }
            Err(failure) => {
                self.ended = true;
                let error = failed(failure, self.wire);
                match self.alone && error.is_lost() {
                    true => Err(statement_unknown().with_source(error)),
                    false => Err(error),
                }
            }
        }
    }

    /// Goes on to the next row, if there is one.
    fn advance(&mut self) -> Answer<bool> {
        loop {
            match self.wire.next()? {
                backend::DATA_ROW_TAG => return cells(self.wire.message(), &mut self.cells).map(|()| true),
                backend::COPY_IN_RESPONSE_TAG => self.wire.give_nothing(true)?,
                backend::READY_FOR_QUERY_TAG => return Ok(false),
                _ => {}
            }
        }
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
    /// What has been read of it that is no part of its bytes.
    arrays: &'r Arrays,
    columns: &'r [Form],
}

/// A row that is kept.
pub(super) struct Kept {
    bytes: Vec<u8>,
    cells: Vec<Cell>,
    arrays: Arrays,
}

impl Kept {
    pub(super) fn of(message: &[u8]) -> Answer<Kept> {
        let mut found = Vec::new();
        cells(message, &mut found)?;
        Ok(Kept { bytes: message.to_vec(), cells: found, arrays: Arrays::default() })
    }

    pub(super) fn lend<'r>(&'r self, columns: &'r [Form]) -> Row<'r> {
        Row { bytes: &self.bytes, cells: &self.cells, arrays: &self.arrays, columns }
    }
}

impl<'r> Row<'r> {
    #[inline]
    pub(crate) fn value(self, column: usize, ty: Type) -> Result<ValueRef<'r>> {
        let (bytes, form) = self.cell(column)?;
        match (ty, bytes) {
            (Type::Array(element), Some(bytes)) => self.arrays.read(bytes, form, element),
            _ => decode::value(bytes, form, ty),
        }
    }

    pub(crate) fn raw(self, column: usize) -> Result<ValueRef<'r>> {
        let (bytes, form) = self.cell(column)?;
        match bytes {
            Some(bytes) if form.element.is_some() => self.arrays.raw(bytes, form),
            _ => decode::raw(bytes, form),
        }
    }

    #[inline]
    fn cell(self, column: usize) -> Result<(Option<&'r [u8]>, &'r Form)> {
        match (self.cells.get(column), self.columns.get(column)) {
            (Some(cell), Some(form)) => Ok((cell.map(|(start, end)| &self.bytes[start..end]), form)),
            _ => Err(Error::value(format!(
                "the row has {} columns, and there is none at position {column}",
                self.columns.len()
            ))),
        }
    }
}
