use onggi_sql as sql;
use onggi_sql::{Direction, Nulls};

use super::{Expression, Tree};
use crate::field::Field;

/// What rows are sorted by, and which end comes first.
#[derive(Clone, Debug)]
#[must_use]
pub struct Order {
    tree: Tree,
    direction: Direction,
    nulls: Nulls,
}

impl Order {
    pub(super) fn new(tree: Tree, direction: Direction) -> Order {
        Order { tree, direction, nulls: Nulls::Default }
    }

    /// NULL before everything.
    pub fn nulls_first(self) -> Order {
        Order { nulls: Nulls::First, ..self }
    }

    /// NULL after everything.
    pub fn nulls_last(self) -> Order {
        Order { nulls: Nulls::Last, ..self }
    }

    pub(crate) fn into_parts(self) -> (Tree, impl FnOnce(sql::Expression) -> sql::Order) {
        let Order { tree, direction, nulls } = self;
        (tree, move |expression| sql::Order { expression, direction, nulls })
    }
}

/// A column or expression alone sorts from the smallest.
impl<T: Field, N: Into<Tree>> From<Expression<T, N>> for Order {
    fn from(expression: Expression<T, N>) -> Order {
        expression.asc()
    }
}
