use std::ops::{BitAnd, BitOr, Not};

use onggi_sql as sql;
use onggi_sql::UnaryOperator;

use super::tree::Chain;
use super::{Expression, Tree};

/// A condition on rows: what comparisons give, joined with `&`, `|` and `!`.
///
/// Conditions collect: `let all: Condition = conditions.into_iter().collect();` joins them with `AND`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Condition(pub(crate) Tree);

impl Condition {
    /// A condition that every row meets.
    pub fn always() -> Condition {
        Condition(sql::Expression::And(Vec::new()).into())
    }

    /// A condition that no row meets.
    pub fn never() -> Condition {
        Condition(sql::Expression::Or(Vec::new()).into())
    }

    /// Whether it holds, as a value to be selected or compared: NULL where that is not known.
    pub fn value(self) -> Expression<Option<bool>> {
        Expression::tree(self.0)
    }

    /// Whether any of the conditions holds; of none it is false.
    pub fn any(conditions: impl IntoIterator<Item = Condition>) -> Condition {
        conditions.into_iter().fold(Condition::never(), BitOr::bitor)
    }

    pub(crate) fn into_tree(self) -> Tree {
        self.0
    }
}

impl BitAnd for Condition {
    type Output = Condition;

    fn bitand(self, other: Condition) -> Condition {
        Condition(self.0.chain(other.0, Chain::And))
    }
}

impl BitOr for Condition {
    type Output = Condition;

    fn bitor(self, other: Condition) -> Condition {
        Condition(self.0.chain(other.0, Chain::Or))
    }
}

impl Not for Condition {
    type Output = Condition;

    fn not(self) -> Condition {
        Condition(self.0.map(|expression| sql::Expression::unary(UnaryOperator::Not, expression)))
    }
}

impl FromIterator<Condition> for Condition {
    fn from_iter<I: IntoIterator<Item = Condition>>(conditions: I) -> Condition {
        conditions.into_iter().fold(Condition::always(), BitAnd::bitand)
    }
}

/// A boolean column or expression is a condition.
impl<N: Into<Tree>> From<Expression<bool, N>> for Condition {
    fn from(expression: Expression<bool, N>) -> Condition {
        Condition(expression.node.into())
    }
}
