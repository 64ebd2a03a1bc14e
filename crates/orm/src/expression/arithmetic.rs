//! Numbers, and the operators that the database computes with.
//!
//! A result is NULL where an operand is, and its type says so.

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

use onggi_sql as sql;
use onggi_sql::{BinaryOperator, UnaryOperator};

use super::nullability::Either;
use super::operand::binary;
use super::{Compatible, Expression, Nullable, Tree};
use crate::field::Field;

/// Types that the database computes with, by `+`, `-`, `*`, `/` and `%` on columns and expressions.
///
/// - Types are mixed where one holds all values of both, which is that of the result: [`Mix`](crate::Mix).
/// - A result is NULL where an operand is: the sum of an `i64` and an `Option<i64>` is an `Option<i64>`.
/// - Whole numbers are divided without a rest, toward zero.
/// - A division by zero is NULL on SQLite, which is an error where the result is read as a number, and an error of the
///   database elsewhere. `a / b.null_if(0)` is NULL everywhere, and an `Option` by its type.
/// - SQLite computes whole numbers with 64 bits. Beyond these it goes on with the nearest float: conditions compare that,
///   and reading it as a whole number is an error, never another number. Elsewhere that is an error of the database.
/// - `%` of floats is that of their whole parts on SQLite.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number that the database computes with",
    note = "texts are joined by `concat`: `u.name.concat(\" \")`"
)]
pub trait Number: Field {
    /// The type of a sum, which is wider than what is summed.
    type Sum: Field;

    /// The type of a mean, and of the number rounded.
    type Mean: Field;
}

/// Numbers that the database divides, by `/` and `%`, takes roots and powers of.
#[diagnostic::on_unimplemented(
    message = "the database does not divide numbers of type `{Self}`, nor take roots and powers of them",
    note = "a quotient of exact decimal numbers is none: divide in the program, or `cast::<f64>()` first"
)]
pub trait Divisible: Number {}

impl Number for i8 {
    type Sum = i64;
    type Mean = f64;
}

impl Divisible for i8 {}

impl Number for i16 {
    type Sum = i64;
    type Mean = f64;
}

impl Divisible for i16 {}

impl Number for i32 {
    type Sum = i64;
    type Mean = f64;
}

impl Divisible for i32 {}

impl Number for i64 {
    type Sum = i64;
    type Mean = f64;
}

impl Divisible for i64 {}

impl Number for u8 {
    type Sum = i64;
    type Mean = f64;
}

impl Divisible for u8 {}

impl Number for u16 {
    type Sum = i64;
    type Mean = f64;
}

impl Divisible for u16 {}

impl Number for u32 {
    type Sum = i64;
    type Mean = f64;
}

impl Divisible for u32 {}

impl Number for u64 {
    type Sum = i64;
    type Mean = f64;
}

impl Divisible for u64 {}

impl Number for f32 {
    type Sum = f64;
    type Mean = f64;
}

impl Divisible for f32 {}

impl Number for f64 {
    type Sum = f64;
    type Mean = f64;
}

impl Divisible for f64 {}

/// Sums, differences and products of exact decimal numbers are exact, or an error where they have more than 28 digits.
#[cfg(feature = "decimal")]
impl Number for rust_decimal::Decimal {
    type Sum = rust_decimal::Decimal;
    type Mean = rust_decimal::Decimal;
}

impl<T: Nullable, N: Into<Tree>, V: Compatible<T::Base, Common: Number>> Add<V> for Expression<T, N> {
    type Output = Expression<Either<T, V::Value, V::Common>>;

    fn add(self, other: V) -> Self::Output {
        Expression::tree(self.node.into().join(other.into_compatible(), binary(BinaryOperator::Add)))
    }
}

impl<T: Nullable, N: Into<Tree>, V: Compatible<T::Base, Common: Number>> Sub<V> for Expression<T, N> {
    type Output = Expression<Either<T, V::Value, V::Common>>;

    fn sub(self, other: V) -> Self::Output {
        Expression::tree(self.node.into().join(other.into_compatible(), binary(BinaryOperator::Subtract)))
    }
}

impl<T: Nullable, N: Into<Tree>, V: Compatible<T::Base, Common: Number>> Mul<V> for Expression<T, N> {
    type Output = Expression<Either<T, V::Value, V::Common>>;

    fn mul(self, other: V) -> Self::Output {
        Expression::tree(self.node.into().join(other.into_compatible(), binary(BinaryOperator::Multiply)))
    }
}

impl<T: Nullable, N: Into<Tree>, V: Compatible<T::Base, Common: Divisible>> Div<V> for Expression<T, N> {
    type Output = Expression<Either<T, V::Value, V::Common>>;

    fn div(self, other: V) -> Self::Output {
        Expression::tree(self.node.into().join(other.into_compatible(), binary(BinaryOperator::Divide)))
    }
}

impl<T: Nullable, N: Into<Tree>, V: Compatible<T::Base, Common: Divisible>> Rem<V> for Expression<T, N> {
    type Output = Expression<Either<T, V::Value, V::Common>>;

    fn rem(self, other: V) -> Self::Output {
        Expression::tree(self.node.into().join(other.into_compatible(), binary(BinaryOperator::Remainder)))
    }
}

impl<T: Field<Base: Number>, N: Into<Tree>> Neg for Expression<T, N> {
    type Output = Expression<T>;

    fn neg(self) -> Expression<T> {
        let negative = |expression| sql::Expression::unary(UnaryOperator::Negative, expression);
        Expression::tree(self.node.into().map(negative))
    }
}
