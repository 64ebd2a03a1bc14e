//! What [`expr!`](crate::expr!) needs beyond the methods: values where only columns have methods.

use onggi_sql as sql;
use onggi_sql::{BinaryOperator, Value};

use super::nullability::Either;
use super::operand::binary;
use super::{Compatible, Condition, Divisible, Expression, Nullable, Number, Tree};

/// What `&&`, `||` and `!` join: a condition, a boolean column, a boolean that is known before the query runs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition",
    label = "expected a condition, a column of `bool` or a `bool`",
    note = "an `Option<bool>` is one when it is compared: `== true`"
)]
pub trait Logical {
    fn into_condition(self) -> Condition;
}

#[diagnostic::do_not_recommend]
impl Logical for Condition {
    fn into_condition(self) -> Condition {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<N: Into<Tree>> Logical for Expression<bool, N> {
    fn into_condition(self) -> Condition {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl Logical for bool {
    fn into_condition(self) -> Condition {
        Condition(sql::Expression::Value(Value::Boolean(self)).into())
    }
}

/// A condition of an operand of `&&`, `||` or `!`.
pub fn condition(operand: impl Logical) -> Condition {
    operand.into_condition()
}

/// `value + column`.
pub fn add<T: Nullable, N: Into<Tree>, V: Compatible<T::Base, Common: Number>>(
    value: V,
    column: Expression<T, N>,
) -> Expression<Either<T, V::Value, V::Common>> {
    compute(BinaryOperator::Add, value, column)
}

/// `value - column`.
pub fn subtract<T: Nullable, N: Into<Tree>, V: Compatible<T::Base, Common: Number>>(
    value: V,
    column: Expression<T, N>,
) -> Expression<Either<T, V::Value, V::Common>> {
    compute(BinaryOperator::Subtract, value, column)
}

/// `value * column`.
pub fn multiply<T: Nullable, N: Into<Tree>, V: Compatible<T::Base, Common: Number>>(
    value: V,
    column: Expression<T, N>,
) -> Expression<Either<T, V::Value, V::Common>> {
    compute(BinaryOperator::Multiply, value, column)
}

/// `value / column`.
pub fn divide<T: Nullable, N: Into<Tree>, V: Compatible<T::Base, Common: Divisible>>(
    value: V,
    column: Expression<T, N>,
) -> Expression<Either<T, V::Value, V::Common>> {
    compute(BinaryOperator::Divide, value, column)
}

/// `value % column`.
pub fn remainder<T: Nullable, N: Into<Tree>, V: Compatible<T::Base, Common: Divisible>>(
    value: V,
    column: Expression<T, N>,
) -> Expression<Either<T, V::Value, V::Common>> {
    compute(BinaryOperator::Remainder, value, column)
}

fn compute<T: Nullable, N: Into<Tree>, V: Compatible<T::Base, Common: Number>>(
    operator: BinaryOperator,
    value: V,
    column: Expression<T, N>,
) -> Expression<Either<T, V::Value, V::Common>> {
    Expression::tree(value.into_compatible().join(column.into_tree(), binary(operator)))
}
