use super::row_condition;
use crate::{Expression, Source, Table};

/// `UPDATE … SET … WHERE …`
#[derive(Clone, Debug)]
pub struct Update {
    /// The table written.
    pub source: Source,
    /// Positions of columns and what they become.
    pub assignments: Vec<(usize, Expression)>,
    /// The condition that rows meet.
    pub filter: Option<Expression>,
}

impl Update {
    /// Some columns of the row whose primary key is bound after their values.
    ///
    /// With `versioned`, the table's version column counts up, and its old value is bound last.
    pub fn by_key(table: &'static Table, columns: &[usize], versioned: bool) -> Update {
        let source = Source::of(table);
        let mut assignments: Vec<_> = columns.iter().map(|&column| (column, Expression::Parameter)).collect();
        if let (true, Some(version)) = (versioned, table.version) {
            assignments.push((version, next_version(source, version)));
        }
        Update { source, assignments, filter: Some(row_condition(source, versioned)) }
    }
}

fn next_version(source: Source, version: usize) -> Expression {
    use crate::BinaryOperator::Add;
    Expression::binary(Add, Expression::column(source, version), Expression::Literal(1))
}
