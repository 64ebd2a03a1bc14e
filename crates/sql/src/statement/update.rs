use super::row_condition;
use crate::{Expression, Join, Relation, Source, Table};

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
}

fn next_version(source: Source, version: usize) -> Expression {
    use crate::BinaryOperator::Add;
    Expression::binary(Add, Expression::column(source, version), Expression::Literal(1))
}
