//! Updates and deletions of all rows of a query, as statements.

use onggi_sql::{self as sql, BinaryOperator, Relation, Select, Selected, Source, Type};

use super::derived::ROWS;
use super::{Query, Written};
use crate::expression::Assignment;
use crate::projection::complete;
use crate::{Error, Model, Result, source};

impl<F: Written> Query<F> {
    /// The update; none where nothing is set.
    pub(super) fn update_of<A: IntoIterator<Item = Assignment>>(
        &self,
        assign: impl FnOnce(F::Columns) -> A,
    ) -> Result<Option<sql::Update>> {
        self.check_writes("update")?;
        let (mut assignments, mut joined) = (Vec::new(), Joined::of(self));
        for assignment in assign(self.columns()) {
            let (column, value) = assignment.of(self.source())?;
            assignments.push((column, joined.take(value)));
        }
        joined.query.check()?;
        complete(F::Model::table(), &mut assignments)?;
        count_version(self.source(), &mut assignments);
        Ok((!assignments.is_empty()).then(|| joined.update(assignments)))
    }

    /// The deletion.
    pub(super) fn delete_of(&self) -> Result<sql::Delete> {
        self.check_writes("delete")?;
        Ok(sql::Delete { filter: self.chosen(), ..sql::Delete::new(self.source()) })
    }

    fn check_writes(&self, what: &str) -> Result<()> {
        self.check()?;
        let Select { distinct, distinct_on, group_by, having, lock, .. } = &self.select;
        let grouped = *distinct || !distinct_on.is_empty() || !group_by.is_empty() || having.is_some();
        match grouped || lock.is_some() {
            false => Ok(()),
            true => Err(Error::usage(format!(
                "{what} writes the rows of a query one by one: it is not grouped or distinct, and locks no rows"
            ))),
        }
    }

    /// The condition that the rows meet: the query's own, or to have one of its keys where it is more than a condition.
    fn chosen(&self) -> Option<sql::Expression> {
        let Select { joins, order, limit, offset, filter, .. } = &self.select;
        if joins.is_empty() && order.is_empty() && limit.is_none() && offset.is_none() {
            return filter.clone();
        }
        let mut key = self.key();
        let operand = match key.len() {
            1 => key.remove(0),
            _ => sql::Expression::Row(key),
        };
        Some(sql::Expression::in_select(operand, self.keys_and(Vec::new())))
    }

    fn key(&self) -> Vec<sql::Expression> {
        let key = F::Model::table().primary_key.iter();
        key.map(|&column| sql::Expression::column(self.source(), column)).collect()
    }

    /// The select of the rows' keys, and of more.
    fn keys_and(&self, more: Vec<sql::Expression>) -> Select {
        let mut columns = self.key();
        columns.extend(more);
        Select { columns: Selected::Expressions(columns), ..self.select.clone() }
    }
}

/// Counts a table's version up with whatever else is set, unless it is set itself.
pub(crate) fn count_version(source: Source, assignments: &mut Vec<(usize, sql::Expression)>) {
    let Some(version) = source.table.version else { return };
    if !assignments.is_empty() && assignments.iter().all(|&(column, _)| column != version) {
        let count = sql::Expression::column(source, version);
        let next = sql::Expression::binary(BinaryOperator::Add, count, sql::Expression::Literal(1));
        assignments.push((version, next));
    }
}

/// An update's query, and the new values that are read from what it joins.
struct Joined<F> {
    query: Query<F>,
    values: Vec<sql::Expression>,
    /// The number of the query's rows in the update.
    id: u64,
}

impl<F: Written> Joined<F> {
    fn of(query: &Query<F>) -> Joined<F> {
        Joined { query: query.clone(), values: Vec::new(), id: source::root(&ROWS).id }
    }

    /// A new value, as the update says it. Of the row itself it is said there, so that databases know a parameter's type.
    fn take(&mut self, value: crate::expression::Tree) -> sql::Expression {
        let own = value.is_value() || self.query.sources.len() == 1 && !value.walks();
        let value = self.query.take(value);
        if own {
            return value;
        }
        self.values.push(value);
        self.output(F::Model::table().primary_key.len() + self.values.len() - 1, false)
    }

    fn output(&self, column: usize, decimal: bool) -> sql::Expression {
        sql::Expression::Output { source: self.id, column, decimal }
    }

    fn update(self, assignments: Vec<(usize, sql::Expression)>) -> sql::Update {
        let update = sql::Update::new(self.query.source(), assignments);
        if self.values.is_empty() {
            return sql::Update { filter: self.query.chosen(), ..update };
        }
        let filter = Some(self.same_key());
        let rows = self.query.keys_and(self.values);
        sql::Update { from: Some(Relation::Select(Box::new(rows), self.id)), filter, ..update }
    }

    /// The condition that a row is the one that the values were read for.
    fn same_key(&self) -> sql::Expression {
        let table = F::Model::table();
        let parts = self.query.key().into_iter().zip(table.primary_key).enumerate();
        let equal = |(place, (own, &column)): (usize, (sql::Expression, &usize))| {
            let decimal = table.columns[column].ty == Type::Decimal;
            sql::Expression::binary(BinaryOperator::Equal, own, self.output(place, decimal))
        };
        sql::Expression::And(parts.map(equal).collect())
    }
}
