//! Values that a column of the database would round are refused before they are sent.

use std::sync::Arc;

use onggi_driver::{Connection, Precision};
use onggi_sql::{ConflictAction, Expression, Insert, Rows, Selected, Statement, Table, Update};

use crate::{Bind, Error, Result, ValueRef};

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
        let precisions = connection.precisions(table, columns.iter().copied())?;
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
    let mut written = Vec::new();
    let table = match statement {
        Statement::Insert(Insert { source, columns, rows, conflict, .. }) => {
            match rows {
                Rows::Values(rows) => {
                    rows.iter().for_each(|row| written.extend(columns.iter().copied().zip(row)))
                }
                Rows::Select(select) => {
                    if let Selected::Expressions(selected) = &select.columns {
                        written.extend(columns.iter().copied().zip(selected));
                    }
                }
                _ => {}
            }
            if let Some(ConflictAction::Update { assignments, .. }) =
                conflict.as_ref().map(|conflict| &conflict.action)
            {
                written.extend(assignments.iter().map(|(column, value)| (*column, value)));
            }
            source.table
        }
        Statement::Update(Update { source, assignments, .. }) => {
            written.extend(assignments.iter().map(|(column, value)| (*column, value)));
            source.table
        }
        _ => return Ok(()),
    };
    if check(table, &written, connection).is_ok() {
        return Ok(());
    }
    // The columns may have changed since they were asked for.
    connection.forget_precisions();
    check(table, &written, connection)
}

fn check(table: &'static Table, written: &[(usize, &Expression)], connection: &mut Connection) -> Result<()> {
    let values = written.iter().filter_map(|(column, value)| match value {
        Expression::Value(value) => Some((*column, value)),
        _ => None,
    });
    let columns = values.clone().map(|(column, _)| column);
    let Some(precisions) = connection.precisions(table, columns)? else { return Ok(()) };
    for (column, value) in values {
        let own = &table.columns[column];
        let checked = precisions[column].check(value.as_ref(), own.ty);
        checked.map_err(|error| Error::from(error).prefixed(format_args!("{}.{}", table.name, own.name)))?;
    }
    Ok(())
}
