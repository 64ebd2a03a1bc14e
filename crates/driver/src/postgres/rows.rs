use std::pin::Pin;

use futures_util::Stream;
use tokio_postgres::RowStream;
use tokio_postgres::types::{FromSql, Type as PostgresType};

use super::arrays::Arrays;
use super::decode;
use super::run::Described;
use super::state::State;
use super::statement::changed;
use super::types::Form;
use super::wire::Wire;
use crate::{Error, Result, Type, ValueRef};

/// A row that has come, and what has been read of it that is no part of its bytes.
pub(super) struct Current {
    row: tokio_postgres::Row,
    arrays: Arrays,
}

impl Current {
    pub(super) fn new(row: tokio_postgres::Row) -> Current {
        Current { row, arrays: Arrays::default() }
    }

    pub(super) fn lend<'r>(&'r self, columns: &'r [Form]) -> Row<'r> {
        Row { current: self, columns }
    }
}

/// The rows of a running statement.
pub(crate) struct Rows<'p> {
    stream: Pin<Box<RowStream>>,
    row: Option<Current>,
    ended: bool,
    columns: &'p [Form],
    /// What the server has described, and whether it is outdated; nothing where it looks after that itself.
    described: Option<(&'p [Described], &'p mut bool)>,
    wire: &'p mut Wire,
    state: &'p mut State,
}

impl<'p> Rows<'p> {
    pub(super) fn new(
        stream: RowStream,
        columns: &'p [Form],
        described: Option<(&'p [Described], &'p mut bool)>,
        wire: &'p mut Wire,
        state: &'p mut State,
    ) -> Rows<'p> {
        Rows { stream: Box::pin(stream), row: None, ended: false, columns, described, wire, state }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>> {
        let stream = &mut self.stream;
        let next = self.wire.poll(|context| stream.as_mut().poll_next(context).map(Option::transpose));
        self.ended = !matches!(next, Ok(Some(_)));
        self.row = next.map_err(|error| self.state.failed(error))?.map(Current::new);
        if let Some(Current { row, .. }) = &self.row
            && let Some((described, outdated)) = self.described.take()
            && !Described::fits(described, row)
        {
            *outdated = true;
            return Err(changed());
        }
        Ok(self.row.as_ref().map(|row| row.lend(self.columns)))
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
    current: &'r Current,
    columns: &'r [Form],
}

/// The bytes of a cell, whatever their type.
struct Cell<'r>(&'r [u8]);

impl<'r> FromSql<'r> for Cell<'r> {
    fn from_sql(
        _: &PostgresType,
        bytes: &'r [u8],
    ) -> std::result::Result<Cell<'r>, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Cell(bytes))
    }

    fn accepts(_: &PostgresType) -> bool {
        true
    }
}

impl<'r> Row<'r> {
    #[inline]
    pub(crate) fn value(self, column: usize, ty: Type) -> Result<ValueRef<'r>> {
        let (bytes, form) = self.cell(column)?;
        match (ty, bytes) {
            (Type::Array(element), Some(bytes)) => self.current.arrays.read(bytes, form, element),
            _ => decode::value(bytes, form, ty),
        }
    }

    pub(crate) fn raw(self, column: usize) -> Result<ValueRef<'r>> {
        let (bytes, form) = self.cell(column)?;
        match bytes {
            Some(bytes) if form.element.is_some() => self.current.arrays.raw(bytes, form),
            _ => decode::raw(bytes, form),
        }
    }

    #[inline]
    fn cell(self, column: usize) -> Result<(Option<&'r [u8]>, &'r Form)> {
        let cell = self.current.row.try_get::<_, Option<Cell<'r>>>(column);
        match (cell, self.columns.get(column)) {
            (Ok(cell), Some(form)) => Ok((cell.map(|cell| cell.0), form)),
            _ => Err(Error::value(format!(
                "the row has {} columns, and there is none at position {column}",
                self.columns.len()
            ))),
        }
    }
}
