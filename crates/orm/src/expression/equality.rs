//! When two values of a type are equal: by `=`, or by a function for those whose equal values can have different bytes.

use onggi_sql as sql;
use onggi_sql::{BinaryOperator, Function, UnaryOperator};

use crate::Value;
use crate::field::Field;

/// Whether two values are equal; NULL where one is.
#[inline]
pub(super) fn equal<T: Field>(left: sql::Expression, right: sql::Expression) -> sql::Expression {
    match T::Base::EQUALITY {
        None => sql::Expression::binary(BinaryOperator::Equal, left, right),
        Some(function) => sql::Expression::Call(function, vec![left, right]),
    }
}

pub(super) fn different<T: Field>(left: sql::Expression, right: sql::Expression) -> sql::Expression {
    match T::Base::EQUALITY {
        None => sql::Expression::binary(BinaryOperator::NotEqual, left, right),
        Some(_) => sql::Expression::unary(UnaryOperator::Not, equal::<T>(left, right)),
    }
}

/// Whether two values are equal, or both NULL.
pub(super) fn same<T: Field>(left: sql::Expression, right: sql::Expression) -> sql::Expression {
    if T::Base::EQUALITY.is_none() {
        return sql::Expression::binary(BinaryOperator::Same, left, right);
    }
    let is_null = |operand: &sql::Expression| sql::Expression::unary(UnaryOperator::IsNull, operand.clone());
    let both_null = is_null(&left).and(is_null(&right));
    sql::Expression::Function(Function::Coalesce, vec![equal::<T>(left, right), both_null])
}

pub(super) fn not_same<T: Field>(left: sql::Expression, right: sql::Expression) -> sql::Expression {
    match T::Base::EQUALITY {
        None => sql::Expression::binary(BinaryOperator::Different, left, right),
        Some(_) => sql::Expression::unary(UnaryOperator::Not, same::<T>(left, right)),
    }
}

/// A value, or NULL where it equals another.
pub(super) fn null_if<T: Field>(value: sql::Expression, other: sql::Expression) -> sql::Expression {
    if T::Base::EQUALITY.is_none() {
        return sql::Expression::Function(Function::NullIf, vec![value, other]);
    }
    let is_other = equal::<T>(value.clone(), other);
    let branches = vec![(is_other, sql::Expression::Value(Value::Null))];
    sql::Expression::Case(Box::new(sql::Case { branches, otherwise: Some(value) }))
}
