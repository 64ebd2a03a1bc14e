//! What columns are compared with and set to.

use onggi_driver::Capture;
use onggi_sql as sql;
use onggi_sql::{BinaryOperator, Value};

use super::{Expression, Tree};
use crate::field::Field;
use crate::{Error, Result};

/// What can be compared with a column of type `T`: a value, a text slice for `String`, a column, an expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be compared with a column of `{T}`",
    label = "expected `{T}`",
    note = "an `Option` is compared with `is_null()` or by its inner value"
)]
pub trait Operand<T> {
    /// As SQL.
    #[doc(hidden)]
    fn into_operand(self) -> Tree;
}

#[diagnostic::do_not_recommend]
impl<T: Field<Base = T>> Operand<T> for T {
    fn into_operand(self) -> Tree {
        value(&self)
    }
}

#[diagnostic::do_not_recommend]
impl Operand<String> for &str {
    fn into_operand(self) -> Tree {
        sql::Expression::value(self).into()
    }
}

#[diagnostic::do_not_recommend]
impl Operand<String> for &String {
    fn into_operand(self) -> Tree {
        sql::Expression::value(self.as_str()).into()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Field, U: Field<Base = T>, N: Into<Tree>> Operand<T> for Expression<U, N> {
    fn into_operand(self) -> Tree {
        self.node.into()
    }
}

/// What a column of type `T` can be set to: a value, or an expression of its type.
#[diagnostic::on_unimplemented(
    message = "a column of `{T}` cannot be set to `{Self}`",
    label = "expected `{T}`"
)]
pub trait Assigned<T> {
    /// As SQL.
    #[doc(hidden)]
    fn into_assigned(self) -> Tree;
}

#[diagnostic::do_not_recommend]
impl<T: Field> Assigned<T> for T {
    fn into_assigned(self) -> Tree {
        value(&self)
    }
}

#[diagnostic::do_not_recommend]
impl Assigned<String> for &str {
    fn into_assigned(self) -> Tree {
        sql::Expression::value(self).into()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Field, N: Into<Tree>> Assigned<T> for Expression<T, N> {
    fn into_assigned(self) -> Tree {
        self.node.into()
    }
}

pub(super) fn binary(
    operator: BinaryOperator,
) -> impl FnOnce(sql::Expression, sql::Expression) -> sql::Expression {
    move |left, right| sql::Expression::binary(operator, left, right)
}

fn value<T: Field>(field: &T) -> Tree {
    match captured(field) {
        Ok(value) => sql::Expression::Value(value).into(),
        Err(error) => Tree::failed(error.to_string()),
    }
}

/// The value that a field binds.
pub(crate) fn captured<T: Field>(field: &T) -> Result<Value> {
    let mut capture = Capture::default();
    field.bind(&mut capture)?;
    capture.values.pop().ok_or_else(|| Error::value("the field bound no value"))
}
