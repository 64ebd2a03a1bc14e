//! Numbers, and the operators that the database computes with.

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

use onggi_sql as sql;
use onggi_sql::{BinaryOperator, UnaryOperator};

use super::operand::binary;
use super::{Expression, Operand, Tree};
use crate::field::Field;

/// Types that the database computes with.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a number that the database computes with")]
pub trait Number: Field {
    /// The type of a sum, which is wider than what is summed.
    type Sum: Field;
}

impl Number for i8 {
    type Sum = i64;
}

impl Number for i16 {
    type Sum = i64;
}

impl Number for i32 {
    type Sum = i64;
}

impl Number for i64 {
    type Sum = i64;
}

impl Number for u8 {
    type Sum = i64;
}

impl Number for u16 {
    type Sum = i64;
}

impl Number for u32 {
    type Sum = i64;
}

impl Number for u64 {
    type Sum = i64;
}

impl Number for f32 {
    type Sum = f64;
}

impl Number for f64 {
    type Sum = f64;
}

impl<T: Field<Base: Number>, N: Into<Tree>, V: Operand<T::Base>> Add<V> for Expression<T, N> {
    type Output = Expression<T>;

    fn add(self, other: V) -> Expression<T> {
        Expression::tree(self.node.into().join(other.into_operand(), binary(BinaryOperator::Add)))
    }
}

impl<T: Field<Base: Number>, N: Into<Tree>, V: Operand<T::Base>> Sub<V> for Expression<T, N> {
    type Output = Expression<T>;

    fn sub(self, other: V) -> Expression<T> {
        Expression::tree(self.node.into().join(other.into_operand(), binary(BinaryOperator::Subtract)))
    }
}

impl<T: Field<Base: Number>, N: Into<Tree>, V: Operand<T::Base>> Mul<V> for Expression<T, N> {
    type Output = Expression<T>;

    fn mul(self, other: V) -> Expression<T> {
        Expression::tree(self.node.into().join(other.into_operand(), binary(BinaryOperator::Multiply)))
    }
}

impl<T: Field<Base: Number>, N: Into<Tree>, V: Operand<T::Base>> Div<V> for Expression<T, N> {
    type Output = Expression<T>;

    fn div(self, other: V) -> Expression<T> {
        Expression::tree(self.node.into().join(other.into_operand(), binary(BinaryOperator::Divide)))
    }
}

impl<T: Field<Base: Number>, N: Into<Tree>, V: Operand<T::Base>> Rem<V> for Expression<T, N> {
    type Output = Expression<T>;

    fn rem(self, other: V) -> Expression<T> {
        Expression::tree(self.node.into().join(other.into_operand(), binary(BinaryOperator::Remainder)))
    }
}

impl<T: Field<Base: Number>, N: Into<Tree>> Neg for Expression<T, N> {
    type Output = Expression<T>;

    fn neg(self) -> Expression<T> {
        let negative = |expression| sql::Expression::unary(UnaryOperator::Negative, expression);
        Expression::tree(self.node.into().map(negative))
    }
}
