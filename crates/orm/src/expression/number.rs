use onggi_sql as sql;
use onggi_sql::Function;

use super::nullability::{Either, Like};
use super::{Divisible, Expression, Nullable, Number, Operand, Tree};

/// What numbers can be asked. Functions that can have fractions give `f64`, of exact decimal numbers such.
impl<T: Nullable, N: Into<Tree>> Expression<T, N>
where
    T::Base: Number,
{
    /// Without its sign.
    pub fn abs(self) -> Expression<T> {
        self.call(Function::Absolute)
    }

    /// -1, 0 or 1.
    pub fn sign(self) -> Expression<Like<T, i64>> {
        self.call(Function::Sign)
    }

    /// The nearest whole number, halves away from zero.
    pub fn round(self) -> Expression<Like<T, <T::Base as Number>::Mean>> {
        self.call(Function::Round)
    }

    /// The nearest number with so many digits behind the point: `u.score.round_to(2)`.
    pub fn round_to(self, digits: u8) -> Expression<Like<T, <T::Base as Number>::Mean>> {
        self.call_with(Function::Round, [sql::Expression::value(i64::from(digits)).into()])
    }

    /// The greatest whole number that is not above it.
    pub fn floor(self) -> Expression<Like<T, <T::Base as Number>::Mean>> {
        self.call(Function::Floor)
    }

    /// The smallest whole number that is not below it.
    pub fn ceil(self) -> Expression<Like<T, <T::Base as Number>::Mean>> {
        self.call(Function::Ceiling)
    }
}

/// Powers and roots.
impl<T: Nullable, N: Into<Tree>> Expression<T, N>
where
    T::Base: Divisible,
{
    /// To the power of another number.
    pub fn power<V: Operand<T::Base>>(self, exponent: V) -> Expression<Either<T, V::Value, f64>> {
        self.call_with(Function::Power, [exponent.into_operand()])
    }

    /// The square root; of a negative number NULL on SQLite, an error elsewhere.
    pub fn sqrt(self) -> Expression<Option<f64>> {
        self.call(Function::SquareRoot)
    }
}
