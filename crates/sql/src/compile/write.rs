use super::Writer;
use crate::{Delete, Error, Expression, Insert, Relation, Result, Rows, Select, Selected, Source, Update};

impl Writer {
    /// The table comes into scope behind its rows, which do not see it.
    pub(super) fn insert(&mut self, insert: &Insert) -> Result<()> {
        self.push("INSERT INTO ");
        self.name(insert.source.table.name)?;
        match &insert.rows {
            Rows::Bound if insert.columns.is_empty() => self.push(" DEFAULT VALUES"),
            Rows::Arrays if insert.columns.is_empty() => {
                return Err(Error::invalid("rows without columns are inserted one by one"));
            }
            _ if insert.columns.is_empty() => {
                return Err(Error::invalid("an insert of given rows names no columns"));
            }
            rows => {
                self.push(" ");
                self.column_names(insert.source.table, &insert.columns)?;
                self.new_rows(rows, insert)?;
            }
        }
        self.add_target(insert.source)?;
        if let Some(conflict) = &insert.conflict {
            self.conflict(insert.source, conflict)?;
        }
        self.returning(&insert.returning)
    }

    fn new_rows(&mut self, rows: &Rows, insert: &Insert) -> Result<()> {
        match rows {
            Rows::Bound => {
                self.push(" VALUES (");
                self.separated(", ", &insert.columns, |writer, _| {
                    writer.parameter();
                    Ok(())
                })?;
                self.push(")");
                Ok(())
            }
            Rows::Arrays => self.arrays(insert),
            Rows::Values(rows) => self.values(rows, insert.columns.len()),
            Rows::Select(select) => {
                self.push(" ");
                match insert.conflict {
                    None => self.select(select, false),
                    Some(_) => self.select(&with_condition(select), false),
                }
            }
        }
    }

    /// The rows in the order of the arrays' elements, so that generated keys count up in it.
    fn arrays(&mut self, insert: &Insert) -> Result<()> {
        if !self.dialect.array_rows {
            return Err(Error::unsupported(self.dialect.name, "insert of rows in arrays"));
        }
        let table = insert.source.table;
        self.push(" SELECT ");
        self.separated(", ", &insert.columns, |writer, &column| writer.name(table.columns[column].name))?;
        self.push(" FROM unnest(");
        self.separated(", ", &insert.columns, |writer, &column| {
            writer.parameter();
            writer.push("::");
            writer.push((writer.dialect.element_type)(table.columns[column].ty));
            writer.push("[]");
            Ok(())
        })?;
        self.push(") WITH ORDINALITY AS new (");
        self.separated(", ", &insert.columns, |writer, &column| writer.name(table.columns[column].name))?;
        self.push(", onggi_place) ORDER BY onggi_place");
        Ok(())
    }

    fn values(&mut self, rows: &[Vec<Expression>], columns: usize) -> Result<()> {
        if rows.is_empty() || rows.iter().any(|row| row.len() != columns) {
            return Err(Error::invalid(
                "the rows of an insert have a value for each column, and there is one at least",
            ));
        }
        self.push(" VALUES ");
        self.separated(", ", rows, |writer, row| {
            writer.push("(");
            writer.separated(", ", row, Writer::assigned)?;
            writer.push(")");
            Ok(())
        })
    }

    /// What a column is set to. A value is of the column's type.
    fn assigned(&mut self, expression: &Expression) -> Result<()> {
        match expression {
            Expression::Value(_) => self.expression(&Expression::Parameter),
            other => self.expression(other),
        }
    }

    pub(super) fn assignments(&mut self, source: Source, assignments: &[(usize, Expression)]) -> Result<()> {
        if assignments.is_empty() {
            return Err(Error::invalid(format!("an update of {:?} sets nothing", source.table.name)));
        }
        self.separated(", ", assignments, |writer, (column, expression)| {
            writer.name(source.table.columns[*column].name)?;
            writer.push(" = ");
            writer.assigned(expression)
        })
    }

    pub(super) fn update(&mut self, update: &Update) -> Result<()> {
        let first = update.from.iter();
        self.add_target(update.source)?;
        first
            .chain(update.joins.iter().map(|join| &join.source))
            .try_for_each(|from| self.add_relation(from))?;
        self.push("UPDATE ");
        self.name(update.source.table.name)?;
        self.push(" SET ");
        self.assignments(update.source, &update.assignments)?;
        match &update.from {
            Some(_) if !self.dialect.update_from => {
                return Err(Error::unsupported(self.dialect.name, "update from other tables"));
            }
            Some(from) => self.from(from, &update.joins)?,
            None if !update.joins.is_empty() => {
                return Err(Error::invalid("an update joins tables to none that it reads"));
            }
            None => {}
        }
        self.filter(update.filter.as_ref())?;
        self.returning(&update.returning)
    }

    pub(super) fn delete(&mut self, delete: &Delete) -> Result<()> {
        self.push("DELETE FROM ");
        self.name(delete.source.table.name)?;
        self.add_target(delete.source)?;
        self.filter(delete.filter.as_ref())?;
        self.returning(&delete.returning)
    }

    fn returning(&mut self, returning: &[Expression]) -> Result<()> {
        if returning.is_empty() {
            return Ok(());
        }
        if !self.dialect.returning {
            return Err(Error::unsupported(self.dialect.name, "RETURNING"));
        }
        self.push(" RETURNING ");
        self.separated(", ", returning, Writer::expression)
    }

    pub(super) fn filter(&mut self, filter: Option<&Expression>) -> Result<()> {
        let Some(filter) = filter else { return Ok(()) };
        self.push(" WHERE ");
        self.expression(filter)
    }
}

/// The select with a condition: without one, the `ON` of a conflict would be read as that of a join.
fn with_condition(select: &Select) -> Select {
    let always = Expression::And(Vec::new());
    if select.compound.is_empty() && select.summary.is_none() {
        let filter = Some(select.filter.clone().unwrap_or(always));
        return Select { filter, ..select.clone() };
    }
    let whole = Relation::Select(Box::new(select.clone()), u64::MAX);
    Select { columns: Selected::Table, filter: Some(always), ..Select::all(whole) }
}
