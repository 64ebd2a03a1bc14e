//! Values that a column of the database would round are refused before they are sent.

use std::sync::Arc;

use onggi_driver::{Connection, Precision};
use onggi_sql::{ConflictAction, Expression, Insert, Rows, Statement, Table, Update};

use crate::{Bind, Result, ValueRef};

/// How fine the columns are that a statement writes.
pub(super) struct Written {
    table: &'static Table,
    pub(super) columns: Vec<usize>,
    precisions: Option<Arc<[Precision]>>,
}

impl Written {
    pub(super) fn new(
        table: &'static Table,
        columns: Vec<usize>,
        connection: &mut Connection,
    ) -> Result<Written> {
        let precisions = match columns.is_empty() {
            true => None,
            false => connection.precisions(table)?,
        };
        Ok(Written { table, columns, precisions })
    }

    /// Lends what takes the columns' values, in their order, and refuses those that are finer than the columns.
    pub(super) fn exactly<T>(&self, to: &mut dyn Bind, bind: impl FnOnce(&mut dyn Bind) -> T) -> T {
        match &self.precisions {
            None => bind(to),
            Some(precisions) => bind(&mut Exact { to, written: self, precisions, next: 0 }),
        }
    }
}

struct Exact<'e> {
    to: &'e mut dyn Bind,
    written: &'e Written,
    precisions: &'e [Precision],
    /// Which of the columns is bound next.
    next: usize,
}

impl Bind for Exact<'_> {
    fn bind(&mut self, value: ValueRef<'_>) -> onggi_driver::Result<()> {
        if let Some(&column) = self.written.columns.get(self.next) {
            self.precisions[column].check(value, self.written.table.columns[column].ty)?;
        }
        self.next += 1;
        self.to.bind(value)
    }
}

/// Refuses values of a statement that are finer than the columns which they are for.
pub(crate) fn check_exact(statement: &Statement, connection: &mut Connection) -> Result<()> {
    match statement {
        Statement::Insert(Insert { source, columns, rows: Rows::Values(rows), conflict, .. }) => {
            let values = rows.iter().flat_map(|row| columns.iter().copied().zip(row));
            let instead = conflict.iter().flat_map(|conflict| match &conflict.action {
                ConflictAction::Update { assignments, .. } => &assignments[..],
                ConflictAction::Nothing => &[],
            });
            let instead = instead.map(|(column, value)| (*column, value));
            check(source.table, values.chain(instead), connection)
        }
        Statement::Update(Update { source, assignments, .. }) => {
            let values = assignments.iter().map(|(column, value)| (*column, value));
            check(source.table, values, connection)
        }
        _ => Ok(()),
    }
}

fn check<'v>(
    table: &'static Table,
    values: impl Iterator<Item = (usize, &'v Expression)>,
    connection: &mut Connection,
) -> Result<()> {
    let Some(precisions) = connection.precisions(table)? else { return Ok(()) };
    for (column, value) in values {
        let Expression::Value(value) = value else { continue };
        let own = &table.columns[column];
        let checked = precisions[column].check(value.as_ref(), own.ty);
        checked.map_err(|error| {
            crate::Error::from(error).prefixed(format_args!("{}.{}", table.name, own.name))
        })?;
    }
    Ok(())
}
