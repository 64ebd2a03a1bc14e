use std::vec::IntoIter;

use mysql::{Binary, Column, QueryResult, Value as Read};

use super::decode;
use super::state::State;
use super::statement::drained;
use crate::{Error, Result, Type, ValueRef};

/// The rows of a statement.
pub(crate) struct Rows<'p> {
    source: Source<'p>,
    row: Option<mysql::Row>,
    ended: bool,
    state: &'p mut State,
}

enum Source<'p> {
    /// They come as they are asked for.
    Streamed(QueryResult<'p, 'p, 'p, Binary>),
    /// They are here.
    Kept(Vec<Column>, IntoIter<mysql::Row>),
}

impl<'p> Rows<'p> {
    pub(super) fn new(result: QueryResult<'p, 'p, 'p, Binary>, state: &'p mut State) -> Rows<'p> {
        Rows { source: Source::Streamed(result), row: None, ended: false, state }
    }

    pub(super) fn kept(columns: Vec<Column>, rows: Vec<mysql::Row>, state: &'p mut State) -> Rows<'p> {
        Rows { source: Source::Kept(columns, rows.into_iter()), row: None, ended: false, state }
    }

    /// The names of their columns.
    pub(crate) fn columns(&self) -> Vec<String> {
        let names =
            |columns: &[Column]| columns.iter().map(|column| column.name_str().into_owned()).collect();
        match &self.source {
            Source::Streamed(result) => names(result.columns().as_ref()),
            Source::Kept(columns, _) => names(columns),
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>> {
        let next = match &mut self.source {
            _ if self.ended => None,
            Source::Streamed(result) => match result.next() {
                None => drained(result).err().map(Err),
                next => next,
            },
            Source::Kept(_, rows) => rows.next().map(Ok),
        };
        self.ended = !matches!(next, Some(Ok(_)));
        self.row = next.transpose().map_err(|error| self.state.failed(error))?;
        Ok(self.row.as_ref().map(Row))
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
pub struct Row<'r>(&'r mysql::Row);

impl<'r> Row<'r> {
    #[inline]
    pub(crate) fn value(self, column: usize, ty: Type) -> Result<ValueRef<'r>> {
        let (read, column) = self.cell(column)?;
        decode::value(read, column, ty)
    }

    pub(crate) fn raw(self, column: usize) -> Result<ValueRef<'r>> {
        let (read, column) = self.cell(column)?;
        decode::raw(read, column)
    }

    #[inline]
    fn cell(self, column: usize) -> Result<(&'r Read, &'r Column)> {
        match (self.0.as_ref(column), self.0.columns_ref().get(column)) {
            (Some(read), Some(form)) => Ok((read, form)),
            _ => Err(Error::value(format!(
                "the row has {} columns, and there is none at position {column}",
                self.0.len()
            ))),
        }
    }
}
