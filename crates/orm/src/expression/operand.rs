//! What columns are compared with and set to.

use onggi_driver::Bind;
use onggi_sql as sql;
use onggi_sql::{BinaryOperator, Function, Value, ValueRef};

use super::{Expression, Mix, Nullable, Tree};
use crate::field::Field;
use crate::{Error, Result};

/// What can be compared with a column of type `T`: a value, a text slice for `String`, a column, an expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be compared with a column of `{T}`",
    label = "expected `{T}`",
    note = "an `Option` is compared by `is_not_distinct_from`, `is_null()` or its inner value"
)]
pub trait Operand<T> {
    /// The type of its values: `Option` where it may be NULL.
    type Value: Nullable;

    /// As SQL.
    #[doc(hidden)]
    fn into_operand(self) -> Tree;
}

#[diagnostic::do_not_recommend]
impl<T: Field<Base = T>> Operand<T> for T {
    type Value = T;

    fn into_operand(self) -> Tree {
        value(&self)
    }
}

#[diagnostic::do_not_recommend]
impl Operand<String> for &str {
    type Value = String;

    fn into_operand(self) -> Tree {
        sql::Expression::value(self).into()
    }
}

#[diagnostic::do_not_recommend]
impl Operand<String> for &String {
    type Value = String;

    fn into_operand(self) -> Tree {
        sql::Expression::value(self.as_str()).into()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Field, U: Nullable + Field<Base = T>, N: Into<Tree>> Operand<T> for Expression<U, N> {
    type Value = U;

    fn into_operand(self) -> Tree {
        self.node.into()
    }
}

/// What can be the same as an expression of type `T`, with NULL as a value like others: an [`Operand`], or an `Option` of
/// one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be compared with a column of `{T}`",
    label = "expected `{T}` or an `Option` of it"
)]
pub trait Comparand<T> {
    /// As SQL.
    #[doc(hidden)]
    fn into_comparand(self) -> Tree;
}

#[diagnostic::do_not_recommend]
impl<T: Field<Base = T>> Comparand<T> for T {
    fn into_comparand(self) -> Tree {
        value(&self)
    }
}

#[diagnostic::do_not_recommend]
impl Comparand<String> for &str {
    fn into_comparand(self) -> Tree {
        self.into_operand()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Field, U: Field<Base: Mix<T>>, N: Into<Tree>> Comparand<T> for Expression<U, N> {
    fn into_comparand(self) -> Tree {
        self.node.into()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Field, V: Operand<T>> Comparand<T> for Option<V> {
    fn into_comparand(self) -> Tree {
        match self {
            Some(value) => value.into_operand(),
            None => sql::Expression::Value(Value::Null).into(),
        }
    }
}

/// Several operands at once, as a tuple: for values of types `A`, a tuple too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand for `{A}`",
    label = "expected a tuple of values, columns or expressions of `{A}`"
)]
pub trait Operands<A> {
    /// Whether one of them is a pickle.
    #[doc(hidden)]
    const PICKLED: bool = false;

    /// As SQL.
    #[doc(hidden)]
    fn into_trees(self) -> Vec<Tree>;
}

impl Operands<()> for () {
    fn into_trees(self) -> Vec<Tree> {
        Vec::new()
    }
}

macro_rules! operands {
    ($($part:ident $ty:ident $position:tt),+) => {
        #[diagnostic::do_not_recommend]
        impl<$($ty: Field, $part: Operand<$ty>),+> Operands<($($ty,)+)> for ($($part,)+) {
            const PICKLED: bool = $($ty::Base::EQUALITY.is_some())||+;

            fn into_trees(self) -> Vec<Tree> {
                vec![$(self.$position.into_operand()),+]
            }
        }
    };
}

operands!(A T 0);
operands!(A T 0, B U 1);
operands!(A T 0, B U 1, C V 2);
operands!(A T 0, B U 1, C V 2, D W 3);
operands!(A T 0, B U 1, C V 2, D W 3, E X 4);
operands!(A T 0, B U 1, C V 2, D W 3, E X 4, F Y 5);

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

/// What is never NULL goes into a column that can be.
#[diagnostic::do_not_recommend]
impl<T: Field<Base = T>, N: Into<Tree>> Assigned<Option<T>> for Expression<T, N> {
    fn into_assigned(self) -> Tree {
        self.node.into()
    }
}

#[inline]
pub(super) fn binary(
    operator: BinaryOperator,
) -> impl FnOnce(sql::Expression, sql::Expression) -> sql::Expression {
    move |left, right| sql::Expression::binary(operator, left, right)
}

pub(super) fn binary_function(
    function: Function,
) -> impl FnOnce(sql::Expression, sql::Expression) -> sql::Expression {
    move |one, other| sql::Expression::Function(function, vec![one, other])
}

#[inline]
pub(super) fn value<T: Field>(field: &T) -> Tree {
    match captured(field) {
        Ok(value) => sql::Expression::Value(value).into(),
        Err(error) => Tree::failed(error.to_string()),
    }
}

/// The value that a field binds.
pub(crate) fn captured<T: Field>(field: &T) -> Result<Value> {
    let mut only = Only(None);
    field.bind(&mut only)?;
    only.0.ok_or_else(|| Error::value("the field bound no value"))
}

/// Keeps one value, which needs no list.
struct Only(Option<Value>);

impl Bind for Only {
    #[inline]
    fn bind(&mut self, value: ValueRef<'_>) -> onggi_driver::Result<()> {
        self.0 = Some(value.to_owned());
        Ok(())
    }
}
