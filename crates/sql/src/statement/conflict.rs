use crate::{BinaryOperator, Expression, Source};

/// What an insert does when a unique constraint is in its way.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Positions of the constraint's columns; none means any constraint, where nothing is done.
    pub target: Vec<usize>,
    /// The condition of the constraint's index, where it is one of some rows only.
    pub condition: Option<Expression>,
    /// What is done.
    pub action: ConflictAction,
}

/// What is done in place of an insert.
#[derive(Clone, Debug)]
pub enum ConflictAction {
    /// Nothing: the row that is there stays as it is.
    Nothing,
    /// The row that is there changes.
    Update {
        /// Positions of columns and what they become: of what they are, and of the new row
        /// ([`Expression::Excluded`]).
        assignments: Vec<(usize, Expression)>,
        /// The condition that the row meets, or it stays as it is.
        filter: Option<Expression>,
    },
}

impl Conflict {
    /// Leaves the row alone.
    pub fn nothing(target: Vec<usize>) -> Conflict {
        Conflict { target, condition: None, action: ConflictAction::Nothing }
    }

    /// The row takes these columns from the new one. A version counts up from its own, whatever the new row says.
    pub fn update(source: impl Into<Source>, target: Vec<usize>, columns: &[usize]) -> Conflict {
        let source = source.into();
        let next = |column| {
            let version = Expression::column(source, column);
            Expression::binary(BinaryOperator::Add, version, Expression::Literal(1))
        };
        let assignments = columns.iter().map(|&column| match source.table.version == Some(column) {
            true => (column, next(column)),
            false => (column, Expression::Excluded(source, column)),
        });
        let action = ConflictAction::Update { assignments: assignments.collect(), filter: None };
        Conflict { target, condition: None, action }
    }
}
