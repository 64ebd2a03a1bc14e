use super::row_condition;
use crate::{BinaryOperator, Expression, Join, Relation, Source, Table, Type};

/// `UPDATE … SET … FROM … WHERE … RETURNING …`
#[derive(Clone, Debug)]
pub struct Update {
    /// The table written.
    pub source: Source,
    /// Positions of columns and what they become.
    pub assignments: Vec<(usize, Expression)>,
    /// What is read beside the table. Where several of its rows meet a row, one of them is taken.
    pub from: Option<Relation>,
    /// What is joined to that.
    pub joins: Vec<Join>,
    /// The condition that rows meet.
    pub filter: Option<Expression>,
    /// What is given back of each row that was changed.
    pub returning: Vec<Expression>,
}

impl Update {
    /// All rows of a table.
    pub fn new(source: impl Into<Source>, assignments: Vec<(usize, Expression)>) -> Update {
        Update {
            source: source.into(),
            assignments,
            from: None,
            joins: Vec::new(),
            filter: None,
            returning: Vec::new(),
        }
    }

    /// Some columns of the row whose primary key is bound after their values.
    ///
    /// With `versioned`, the table's version column counts up, and its old value is bound last.
    pub fn by_key(table: &'static Table, columns: &[usize], versioned: bool) -> Update {
        let source = Source::of(table);
        let mut assignments: Vec<_> = columns.iter().map(|&column| (column, Expression::Parameter)).collect();
        if let (true, Some(version)) = (versioned, table.version) {
            assignments.push((version, next_version(source, version)));
        }
        Update { filter: Some(row_condition(source, versioned)), ..Update::new(source, assignments) }
    }

    /// The same of so many rows, for each of which these values are bound.
    pub fn by_keys(table: &'static Table, columns: &[usize], versioned: bool, rows: usize) -> Update {
        let source = Source::of(table);
        let bound = bound(table, columns, versioned);
        let mut assignments: Vec<_> =
            columns.iter().zip(0..).map(|(&column, at)| (column, value(table, column, at))).collect();
        if let (true, Some(version)) = (versioned, table.version) {
            assignments.push((version, next_version(source, version)));
        }
        Update {
            from: Some(Relation::bound(table, &bound, rows)),
            filter: Some(found(source, &bound, columns.len())),
            ..Update::new(source, assignments)
        }
    }
}

fn next_version(source: Source, version: usize) -> Expression {
    Expression::binary(BinaryOperator::Add, Expression::column(source, version), Expression::Literal(1))
}

/// The number of rows that are bound.
const BOUND: u64 = u64::MAX;

impl Relation {
    /// Rows that are bound, of columns as those of a table.
    pub(super) fn bound(table: &Table, columns: &[usize], rows: usize) -> Relation {
        let types = columns.iter().map(|&column| table.columns[column].ty).collect();
        Relation::Bound { types, rows, id: BOUND }
    }
}

/// The columns whose values are bound to change a row: those that are set, the key, and the version.
pub(super) fn bound(table: &Table, columns: &[usize], versioned: bool) -> Vec<usize> {
    let version = table.version.filter(|_| versioned);
    columns.iter().chain(table.primary_key).copied().chain(version).collect()
}

/// The bound value at a place, of a column of the table.
fn value(table: &Table, column: usize, place: usize) -> Expression {
    let decimal = table.columns[column].ty == Type::Decimal;
    Expression::Output { source: BOUND, column: place, decimal }
}

/// The condition that a row has the values that are bound from a place on.
pub(super) fn found(source: Source, bound: &[usize], from: usize) -> Expression {
    let equal = |(place, &column): (usize, &usize)| {
        let value = value(source.table, column, place);
        Expression::binary(BinaryOperator::Equal, Expression::column(source, column), value)
    };
    Expression::And(bound.iter().enumerate().skip(from).map(equal).collect())
}
