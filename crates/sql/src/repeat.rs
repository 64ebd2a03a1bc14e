//! What stands in several clauses of a select and must be the same there, its parameters too: what rows are grouped by is
//! selected, sorted by and asked for. PostgreSQL takes `age / $1` and `age / $2` for two expressions.

use std::borrow::Borrow;

use crate::{Expression, Select, Selected};

/// The expressions of the selects around a place of a statement that share their parameters wherever they stand.
pub(crate) struct Repeats<E>(Vec<(E, Option<usize>)>);

impl<E> Default for Repeats<E> {
    fn default() -> Repeats<E> {
        Repeats(Vec::new())
    }
}

impl<E: Borrow<Expression>> Repeats<E> {
    /// Adds those of a select; gives what [`leave`](Repeats::leave) takes back.
    pub(crate) fn enter(&mut self, shared: impl IntoIterator<Item = E>) -> usize {
        let outer = self.0.len();
        self.0.extend(shared.into_iter().map(|expression| (expression, None)));
        outer
    }

    /// Whether there are none.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn leave(&mut self, outer: usize) {
        self.0.truncate(outer);
    }

    /// How many parameters are before those of an expression that stood somewhere before. One that is met for the first
    /// time is noted, with how many are before it.
    #[inline]
    pub(crate) fn find(&mut self, expression: &Expression, before: usize) -> Option<usize> {
        let (_, place) = self.0.iter_mut().find(|(shared, _)| shared.borrow() == expression)?;
        let known = *place;
        place.get_or_insert(before);
        known
    }
}

/// Whether a select can have such expressions. Most have none, which is quickly seen.
#[inline]
pub(crate) fn shares(select: &Select) -> bool {
    select.distinct || !select.group_by.is_empty() || !select.distinct_on.is_empty()
}

/// The expressions of a select that must be the same in several clauses.
pub(crate) fn shared(select: &Select) -> impl Iterator<Item = &Expression> {
    let selected = match &select.columns {
        Selected::Expressions(expressions) if select.distinct && !select.order.is_empty() => &expressions[..],
        _ => &[],
    };
    select.group_by.iter().chain(&select.distinct_on).chain(selected).filter(|shared| is_shared(shared))
}

/// Whether an expression is an operation whose parameters are values.
fn is_shared(expression: &Expression) -> bool {
    let is_leaf = matches!(
        expression,
        Expression::Column(..)
            | Expression::Excluded(..)
            | Expression::Output { .. }
            | Expression::Position { .. }
            | Expression::Literal(_)
            | Expression::LiteralText(_)
    );
    !is_leaf && has_values_only(expression)
}

/// Whether all parameters are values. What a statement binds when it runs can differ from one place to the other.
fn has_values_only(expression: &Expression) -> bool {
    let all = |expressions: &[Expression]| expressions.iter().all(has_values_only);
    match expression {
        Expression::Column(..)
        | Expression::Excluded(..)
        | Expression::Output { .. }
        | Expression::Position { .. }
        | Expression::Value(_)
        | Expression::Literal(_)
        | Expression::LiteralText(_) => true,
        Expression::Unary(_, operand) | Expression::Cast(operand, _) | Expression::In(operand, _) => {
            has_values_only(operand)
        }
        Expression::Binary(_, operands) | Expression::Match(_, operands) => {
            has_values_only(&operands.0) && has_values_only(&operands.1)
        }
        Expression::And(parts)
        | Expression::Or(parts)
        | Expression::Row(parts)
        | Expression::Function(_, parts)
        | Expression::Call(_, parts) => all(parts),
        Expression::Raw(raw) => all(&raw.arguments),
        Expression::Case(case) => {
            let branches = case.branches.iter();
            branches.clone().all(|(condition, value)| has_values_only(condition) && has_values_only(value))
                && case.otherwise.iter().all(has_values_only)
        }
        // Aggregates and windows are no keys, and selects share what they hold within themselves.
        Expression::Parameter
        | Expression::Aggregate(_)
        | Expression::Window(_)
        | Expression::Exists(_)
        | Expression::Scalar(_)
        | Expression::InSelect(..) => false,
    }
}
