use super::Writer;
use crate::{Conflict, Delete, Expression, Insert, Result, Table, Update};

impl Writer {
    pub(super) fn insert(&mut self, insert: &Insert) -> Result<()> {
        self.push("INSERT INTO ");
        self.name(insert.table.name)?;
        if insert.columns.is_empty() {
            self.push(" DEFAULT VALUES");
        } else {
            self.push(" ");
            self.column_names(insert.table, &insert.columns)?;
            self.push(" VALUES (");
            self.separated(", ", &insert.columns, |writer, _| {
                writer.parameter();
                Ok(())
            })?;
            self.push(")");
        }
        if let Some(conflict) = &insert.conflict {
            self.conflict(insert.table, conflict)?;
        }
        if let Some(column) = insert.returning {
            self.push(" RETURNING ");
            self.name(insert.table.columns[column].name)?;
        }
        Ok(())
    }

    fn conflict(&mut self, table: &Table, conflict: &Conflict) -> Result<()> {
        self.push(" ON CONFLICT ");
        self.column_names(table, &conflict.target)?;
        if conflict.update.is_empty() {
            self.push(" DO NOTHING");
            return Ok(());
        }
        self.push(" DO UPDATE SET ");
        self.separated(", ", &conflict.update, |writer, &column| {
            writer.name(table.columns[column].name)?;
            if table.version == Some(column) {
                return writer.next_version(table, column);
            }
            writer.push(" = excluded.");
            writer.name(table.columns[column].name)
        })
    }

    /// The version of the row that is there counts up, whatever the new row says.
    fn next_version(&mut self, table: &Table, column: usize) -> Result<()> {
        self.push(" = ");
        self.name(table.name)?;
        self.push(".");
        self.name(table.columns[column].name)?;
        self.push(" + 1");
        Ok(())
    }

    pub(super) fn update(&mut self, update: &Update) -> Result<()> {
        self.push("UPDATE ");
        self.target(update.source)?;
        self.push(" SET ");
        self.separated(", ", &update.assignments, |writer, (column, expression)| {
            writer.name(update.source.table.columns[*column].name)?;
            writer.push(" = ");
            writer.expression(expression)
        })?;
        self.filter(update.filter.as_ref())
    }

    pub(super) fn delete(&mut self, delete: &Delete) -> Result<()> {
        self.push("DELETE FROM ");
        self.target(delete.source)?;
        self.filter(delete.filter.as_ref())
    }

    pub(super) fn filter(&mut self, filter: Option<&Expression>) -> Result<()> {
        let Some(filter) = filter else { return Ok(()) };
        self.push(" WHERE ");
        self.expression(filter)
    }
}
