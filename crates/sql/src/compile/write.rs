use super::Writer;
use crate::dialect::{Returning, Together, UpdateFrom, Upsert};
use crate::{
    Delete, Error, Expression, Insert, Join, Relation, Result, Rows, Select, Selected, Source, Type, Update,
};

impl Writer {
    /// The table comes into scope behind its rows, which do not see it.
    pub(super) fn insert(&mut self, insert: &Insert) -> Result<()> {
        if matches!(insert.rows, Rows::Copied) {
            return self.copy(insert);
        }
        self.push("INSERT INTO ");
        self.name(insert.source.table.name)?;
        match &insert.rows {
            Rows::Bound if insert.columns.is_empty() => self.push(self.dialect.write.default_row),
            Rows::Arrays | Rows::Several(_) if insert.columns.is_empty() => {
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
            self.conflict(insert, conflict)?;
        }
        if let Rows::Several(_) = insert.rows {
            self.counted_keys = self.counted_keys(insert)?;
        }
        match self.upserted_key(insert) {
            Some(_) => Ok(()),
            None => self.returning(&insert.returning, "INSERT"),
        }
    }

    /// What asks how many keys of rows are there that are counted from the first, as they are not given back.
    fn counted_keys(&mut self, insert: &Insert) -> Result<Option<String>> {
        let table = insert.source.table;
        let Some(key) = table.generated().filter(|key| !insert.columns.contains(key)) else {
            return Ok(None);
        };
        if self.dialect.write.returning != Returning::Never {
            return Ok(None);
        }
        let text = self.apart(|writer| {
            writer.push("SELECT count(*) FROM ");
            writer.name(table.name)?;
            writer.push(" WHERE ");
            writer.name(table.columns[key].name)?;
            writer.push(" IN (");
            Ok(())
        });
        text.map(Some)
    }

    /// The generated key that an insert of one row gives back by the connection, and not as a row, whether it was there or is new.
    pub(super) fn upserted_key(&self, insert: &Insert) -> Option<usize> {
        let key = insert.source.table.generated()?;
        let is_key = insert.returning == [Expression::Column(insert.source, key)];
        let is_one = matches!(insert.rows, Rows::Bound) && insert.conflict.is_some();
        (self.dialect.write.upserted_key.is_some() && is_one && is_key).then_some(key)
    }

    /// `COPY`, which has no more clauses.
    fn copy(&mut self, insert: &Insert) -> Result<()> {
        let Some(copy) = self.dialect.write.copy else {
            return Err(Error::unsupported(self.dialect.name, "copy of rows from the program"));
        };
        if insert.columns.is_empty() || insert.conflict.is_some() || !insert.returning.is_empty() {
            return Err(Error::invalid(
                "a copy of rows names columns, solves no conflict and gives nothing back",
            ));
        }
        self.push("COPY ");
        self.name(insert.source.table.name)?;
        self.push(" ");
        self.column_names(insert.source.table, &insert.columns)?;
        self.push(copy);
        Ok(())
    }

    fn new_rows(&mut self, rows: &Rows, insert: &Insert) -> Result<()> {
        match rows {
            Rows::Bound => self.bound_rows(1, insert.columns.len()),
            Rows::Several(rows) => self.bound_rows(*rows, insert.columns.len()),
            Rows::Arrays => self.arrays(insert),
            Rows::Copied => Err(Error::invalid("rows that are copied are no part of an INSERT")),
            Rows::Values(rows) => self.values(rows, insert.columns.len()),
            Rows::Select(select) => {
                self.push(" ");
                match (&insert.conflict, self.dialect.write.upsert) {
                    (None, _) => self.select(select, false),
                    // Its tables would be seen where the conflict is solved.
                    (Some(_), Upsert::OnDuplicateKey) => self.select(&apart(select), false),
                    (Some(_), _) => self.select(&with_condition(select), false),
                }
            }
        }
    }

    /// Rows of parameters.
    fn bound_rows(&mut self, rows: usize, columns: usize) -> Result<()> {
        self.push(" VALUES ");
        self.separated(", ", 0..rows, |writer, _| {
            writer.push("(");
            writer.separated(", ", 0..columns, |writer, _| {
                writer.parameter();
                Ok(())
            })?;
            writer.push(")");
            Ok(())
        })
    }

    /// The rows in the order of the arrays' elements, so that generated keys count up in it.
    fn arrays(&mut self, insert: &Insert) -> Result<()> {
        if self.dialect.write.together != Together::Arrays {
            return Err(Error::unsupported(self.dialect.name, "insert of rows in arrays"));
        }
        let table = insert.source.table;
        // An array of arrays would be one of all their elements.
        if insert.columns.iter().any(|&column| matches!(table.columns[column].ty, Type::Array(_))) {
            return Err(Error::unsupported(self.dialect.name, "insert of rows in arrays that have arrays"));
        }
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
    pub(super) fn assigned(&mut self, expression: &Expression) -> Result<()> {
        match expression {
            Expression::Value(_) => self.expression(&Expression::Parameter),
            other => self.expression(other),
        }
    }

    pub(super) fn assignments(&mut self, source: Source, assignments: &[(usize, Expression)]) -> Result<()> {
        if assignments.is_empty() {
            return Err(Error::invalid(format!("an update of {:?} sets nothing", source.table.name)));
        }
        let set: Vec<String> = assignments
            .iter()
            .map(|(_, value)| self.apart(|writer| writer.assigned(value)))
            .collect::<Result<_>>()?;
        let qualified = self.sources.qualified && self.joined_target;
        self.separated(", ", self.in_order(source, assignments)?, |writer, place| {
            if qualified {
                writer.alias(source)?;
                writer.push(".");
            }
            writer.name(source.table.columns[assignments[place].0].name)?;
            writer.push(" = ");
            writer.push(&set[place]);
            Ok(())
        })
    }

    /// The order in which columns are set: each behind those that read what it was, where the database does not set all at once.
    pub(super) fn in_order(&self, source: Source, assignments: &[(usize, Expression)]) -> Result<Vec<usize>> {
        let mut rest: Vec<usize> = (0..assignments.len()).collect();
        if self.dialect.write.sets_at_once {
            return Ok(rest);
        }
        let mut ordered = Vec::with_capacity(rest.len());
        while !rest.is_empty() {
            let is_free = |&place: &usize| {
                let column = assignments[place].0;
                rest.iter().all(|&other| other == place || !assignments[other].1.reads(source, column))
            };
            let Some(free) = rest.iter().position(is_free) else {
                return Err(Error::unsupported(
                    self.dialect.name,
                    "update of columns of which each is computed from what the other was",
                ));
            };
            ordered.push(rest.remove(free));
        }
        Ok(ordered)
    }

    pub(super) fn update(&mut self, update: &Update) -> Result<()> {
        if !self.dialect.write.reads_own_table {
            self.written = Some(update.source);
        }
        let first = update.from.iter();
        self.add_target(update.source)?;
        first
            .chain(update.joins.iter().map(|join| &join.source))
            .try_for_each(|from| self.add_relation(from))?;
        self.push("UPDATE ");
        self.name(update.source.table.name)?;
        match self.dialect.write.update_from {
            UpdateFrom::Tables => self.update_tables(update)?,
            UpdateFrom::From => {
                self.push(" SET ");
                self.assignments(update.source, &update.assignments)?;
                update.from.iter().try_for_each(|from| self.from(from, &update.joins))?;
            }
            UpdateFrom::Never if update.from.is_some() => {
                return Err(Error::unsupported(self.dialect.name, "update from other tables"));
            }
            UpdateFrom::Never => {
                self.push(" SET ");
                self.assignments(update.source, &update.assignments)?;
            }
        }
        if update.from.is_none() && !update.joins.is_empty() {
            return Err(Error::invalid("an update joins tables to none that it reads"));
        }
        self.filter(update.filter.as_ref())?;
        self.written = None;
        self.returning(&update.returning, "UPDATE")
    }

    /// What is read stands before what is set, whose parameters have the first numbers all the same.
    fn update_tables(&mut self, update: &Update) -> Result<()> {
        let listed = self.dialect.write.joins_lists && update.filter.as_ref().is_some_and(looks_into_list);
        self.joined_target = update.from.is_some();
        let assignments = self.apart(|writer| writer.assignments(update.source, &update.assignments))?;
        self.joined_target = false;
        match &update.from {
            Some(from) => self.apart_from(from, &update.joins)?,
            None if listed => self.push(", (SELECT 1) AS onggi_one"),
            None => {}
        }
        self.push(" SET ");
        self.push(&assignments);
        Ok(())
    }

    fn apart_from(&mut self, from: &Relation, joins: &[Join]) -> Result<()> {
        let from = self.apart(|writer| writer.from(from, joins))?;
        self.push(", ");
        self.push(from.strip_prefix(" FROM ").unwrap_or(&from));
        Ok(())
    }

    pub(super) fn delete(&mut self, delete: &Delete) -> Result<()> {
        if !self.dialect.write.reads_own_table {
            self.written = Some(delete.source);
        }
        let table = delete.source.table;
        let listed = |filter: &Expression| looks_into_list(filter) && !filter.selects_from(table);
        let listed = self.dialect.write.joins_lists && delete.filter.as_ref().is_some_and(listed);
        let several = delete.from.is_some() && self.dialect.write.update_from == UpdateFrom::Tables;
        self.push("DELETE ");
        if several || (listed && delete.returning.is_empty()) {
            self.name(table.name)?;
            self.push(" ");
        }
        self.push("FROM ");
        self.name(table.name)?;
        self.add_target(delete.source)?;
        if let Some(from) = &delete.from {
            self.add_relation(from)?;
            self.push(match self.dialect.write.update_from {
                UpdateFrom::From => " USING ",
                UpdateFrom::Tables => ", ",
                UpdateFrom::Never => {
                    return Err(Error::unsupported(self.dialect.name, "delete by other tables"));
                }
            });
            self.relation(from)?;
        }
        self.filter(delete.filter.as_ref())?;
        self.written = None;
        self.returning(&delete.returning, "DELETE")
    }

    fn returning(&mut self, returning: &[Expression], statement: &str) -> Result<()> {
        if returning.is_empty() {
            return Ok(());
        }
        match self.dialect.write.returning {
            Returning::Always => {}
            Returning::NotUpdates if statement != "UPDATE" => {}
            Returning::NotUpdates => {
                return Err(Error::unsupported(self.dialect.name, "RETURNING of an UPDATE"));
            }
            Returning::Never => return Err(Error::unsupported(self.dialect.name, "RETURNING")),
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

/// Whether a list or select is looked into, on which a row depends whatever else is asked of it.
fn looks_into_list(filter: &Expression) -> bool {
    match filter {
        Expression::In(..) | Expression::InSelect(..) => true,
        Expression::And(conditions) => conditions.iter().any(looks_into_list),
        _ => false,
    }
}

/// The select as one in `FROM`.
fn apart(select: &Select) -> Select {
    let whole = Relation::Select(Box::new(select.clone()), u64::MAX);
    Select { columns: Selected::Table, ..Select::all(whole) }
}

/// The select with a condition: without one, the `ON` of a conflict would be read as that of a join.
fn with_condition(select: &Select) -> Select {
    let always = Expression::And(Vec::new());
    if select.compound.is_empty() && select.summary.is_none() {
        let filter = Some(select.filter.clone().unwrap_or(always));
        return Select { filter, ..select.clone() };
    }
    Select { filter: Some(always), ..apart(select) }
}
