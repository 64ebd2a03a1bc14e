//! Columns, conditions and assignments as typed values.
//!
//! One type, [`Expression`], carries a Rust type beside an SQL expression; a [`Column`] is an expression that is
//! `Copy`. Every comparison gives one type, [`Condition`].

mod arithmetic;
mod condition;
mod nullability;
mod operand;
mod order;
mod part;
pub(crate) mod plain;
mod tree;

use std::marker::PhantomData;

use onggi_sql as sql;
use onggi_sql::{
    AggregateFunction, BinaryOperator, Direction, Function, Match, Source, UnaryOperator, Value,
};

pub use arithmetic::Number;
pub use condition::Condition;
pub use nullability::{Maybe, Must, Nullability};
use operand::binary;
pub(crate) use operand::captured;
pub use operand::{Assigned, Operand};
pub use order::Order;
pub use part::{Counterpart, Part};
pub use tree::Tree;
pub(crate) use tree::{Parts, Paths, need};

use self::tree::Chain;
use crate::field::Field;

/// An SQL expression whose values are of type `T`.
pub struct Expression<T, N = Tree> {
    node: N,
    ty: PhantomData<fn() -> T>,
}

/// A column of a model: an [`Expression`] that is `Copy`.
pub type Column<T> = Expression<T, ColumnNode>;

/// Which column a [`Column`] is.
#[derive(Clone, Copy, Debug)]
pub struct ColumnNode {
    source: Source,
    column: usize,
}

impl<T> Column<T> {
    /// The column at a position of an occurrence of a table.
    #[doc(hidden)]
    pub const fn new(source: Source, column: usize) -> Column<T> {
        Expression { node: ColumnNode { source, column }, ty: PhantomData }
    }
}

impl<T: Field> Column<T> {
    /// Sets the column, in [`Query::update`](crate::Query::update).
    ///
    /// NULL is `None`; another column or an expression is computed by the database.
    pub fn set(self, value: impl Assigned<T>) -> Assignment {
        Assignment { column: self.node.column, value: value.into_assigned() }
    }
}

/// The comparisons and functions of columns and expressions.
impl<T: Field, N: Into<Tree>> Expression<T, N> {
    /// `=`. NULL equals nothing: see [`is_null`](Expression::is_null).
    pub fn eq(self, other: impl Operand<T::Base>) -> Condition {
        Condition(self.node.into().join(other.into_operand(), equal::<T>))
    }

    /// `<>`. NULL differs from nothing: see [`is_not_null`](Expression::is_not_null).
    pub fn ne(self, other: impl Operand<T::Base>) -> Condition {
        Condition(self.node.into().join(other.into_operand(), different::<T>))
    }

    /// `<`.
    pub fn lt(self, other: impl Operand<T::Base>) -> Condition {
        let () = Refused::<T>::ORDER;
        self.compare(BinaryOperator::Less, other)
    }

    /// `<=`.
    pub fn le(self, other: impl Operand<T::Base>) -> Condition {
        let () = Refused::<T>::ORDER;
        self.compare(BinaryOperator::LessOrEqual, other)
    }

    /// `>`.
    pub fn gt(self, other: impl Operand<T::Base>) -> Condition {
        let () = Refused::<T>::ORDER;
        self.compare(BinaryOperator::Greater, other)
    }

    /// `>=`.
    pub fn ge(self, other: impl Operand<T::Base>) -> Condition {
        let () = Refused::<T>::ORDER;
        self.compare(BinaryOperator::GreaterOrEqual, other)
    }

    /// From `low` to `high`, both included.
    pub fn between(self, low: impl Operand<T::Base>, high: impl Operand<T::Base>) -> Condition {
        let () = Refused::<T>::ORDER;
        let tree: Tree = self.node.into();
        let from = tree.clone().join(low.into_operand(), binary(BinaryOperator::GreaterOrEqual));
        let to = tree.join(high.into_operand(), binary(BinaryOperator::LessOrEqual));
        Condition(from.chain(to, Chain::And))
    }

    /// Among these values. Of no values it is false.
    pub fn is_in<V: Into<T::Base>>(self, values: impl IntoIterator<Item = V>) -> Condition {
        let () = Refused::<T>::LIST;
        let mut error = None;
        let mut list = Vec::new();
        for value in values {
            match captured(&value.into()) {
                Ok(value) => list.push(value),
                Err(why) => error = Some(why.to_string().into_boxed_str()),
            }
        }
        let tree: Tree = self.node.into();
        let tree = tree.map(|expression| sql::Expression::In(Box::new(expression), Value::List(list)));
        Condition(tree.or_error(error))
    }

    /// Whether it is NULL.
    pub fn is_null(self) -> Condition {
        self.unary(UnaryOperator::IsNull)
    }

    /// Whether it is not NULL.
    pub fn is_not_null(self) -> Condition {
        self.unary(UnaryOperator::IsNotNull)
    }

    /// From the smallest to the greatest, in [`order_by`](crate::Query::order_by).
    pub fn asc(self) -> Order {
        let () = Refused::<T>::ORDER;
        Order::new(self.node.into(), Direction::Ascending)
    }

    /// From the greatest to the smallest, in [`order_by`](crate::Query::order_by).
    pub fn desc(self) -> Order {
        let () = Refused::<T>::ORDER;
        Order::new(self.node.into(), Direction::Descending)
    }

    /// How many rows have a value here, in [`select`](crate::Query::select).
    pub fn count(self) -> Expression<i64> {
        self.aggregate(AggregateFunction::Count)
    }

    /// The smallest value; NULL of no rows.
    pub fn min(self) -> Expression<Option<T::Base>> {
        let () = Refused::<T>::ORDER;
        self.aggregate(AggregateFunction::Min)
    }

    /// The greatest value; NULL of no rows.
    pub fn max(self) -> Expression<Option<T::Base>> {
        let () = Refused::<T>::ORDER;
        self.aggregate(AggregateFunction::Max)
    }

    fn compare(self, operator: BinaryOperator, other: impl Operand<T::Base>) -> Condition {
        Condition(self.node.into().join(other.into_operand(), binary(operator)))
    }

    fn unary(self, operator: UnaryOperator) -> Condition {
        Condition(self.node.into().map(|expression| sql::Expression::unary(operator, expression)))
    }

    fn call<R>(self, function: Function) -> Expression<R> {
        Expression::tree(
            self.node.into().map(|expression| sql::Expression::Function(function, vec![expression])),
        )
    }

    fn aggregate<R>(self, function: AggregateFunction) -> Expression<R> {
        Expression::tree(self.node.into().map(|expression| sql::Expression::aggregate(function, expression)))
    }

    pub(crate) fn into_tree(self) -> Tree {
        self.node.into()
    }
}

/// Whether two values of a type are equal.
fn equal<T: Field>(left: sql::Expression, right: sql::Expression) -> sql::Expression {
    match T::Base::EQUALITY {
        None => sql::Expression::binary(BinaryOperator::Equal, left, right),
        Some(function) => sql::Expression::Call(function, vec![left, right]),
    }
}

fn different<T: Field>(left: sql::Expression, right: sql::Expression) -> sql::Expression {
    match T::Base::EQUALITY {
        None => sql::Expression::binary(BinaryOperator::NotEqual, left, right),
        Some(_) => sql::Expression::unary(UnaryOperator::Not, equal::<T>(left, right)),
    }
}

/// What some types are refused for: compile errors where a method is used.
struct Refused<T>(PhantomData<T>);

impl<T: Field> Refused<T> {
    const ORDER: () = if T::Base::EQUALITY.is_some() {
        panic!("a pickle has no order: compare or sort by a part of it, as in `column.at(\"key\").asc()`")
    };
    const LIST: () = if T::Base::EQUALITY.is_some() {
        panic!("pickles are not looked up in lists: write `column.eq(a) | column.eq(b)`")
    };
}

/// What texts can be asked.
impl<T: Field<Base = String>, N: Into<Tree>> Expression<T, N> {
    /// Matches a pattern: `%` stands for any characters, `_` for one, `\` takes the meaning from the next.
    ///
    /// SQLite does not tell `a` from `A` here; [`contains`](Expression::contains) and its like do.
    pub fn like(self, pattern: impl Operand<String>) -> Condition {
        self.compare(BinaryOperator::Like, pattern)
    }

    /// Contains this text; case matters, and no character has a special meaning.
    pub fn contains(self, part: impl Into<String>) -> Condition {
        self.matches(Match::Contains, part.into())
    }

    /// Starts with this text; case matters, and no character has a special meaning.
    pub fn starts_with(self, part: impl Into<String>) -> Condition {
        self.matches(Match::StartsWith, part.into())
    }

    /// Ends with this text; case matters, and no character has a special meaning.
    pub fn ends_with(self, part: impl Into<String>) -> Condition {
        self.matches(Match::EndsWith, part.into())
    }

    /// In small letters. SQLite changes A to Z only.
    pub fn lower(self) -> Expression<T> {
        self.call(Function::Lower)
    }

    /// In capitals. SQLite changes a to z only.
    pub fn upper(self) -> Expression<T> {
        self.call(Function::Upper)
    }

    fn matches(self, kind: Match, part: String) -> Condition {
        let part = Tree::from(sql::Expression::Value(Value::Text(part)));
        let join = |text, part| sql::Expression::Match(kind, Box::new((text, part)));
        Condition(self.node.into().join(part, join))
    }
}

/// What numbers can be asked.
impl<T: Field, N: Into<Tree>> Expression<T, N>
where
    T::Base: Number,
{
    /// The sum; NULL of no rows.
    pub fn sum(self) -> Expression<Option<<T::Base as Number>::Sum>> {
        self.aggregate(AggregateFunction::Sum)
    }

    /// The mean; NULL of no rows.
    pub fn average(self) -> Expression<Option<f64>> {
        self.aggregate(AggregateFunction::Average)
    }
}

impl<T> Expression<T> {
    pub(crate) fn tree(node: Tree) -> Expression<T> {
        Expression { node, ty: PhantomData }
    }
}

impl<T, N: Clone> Clone for Expression<T, N> {
    fn clone(&self) -> Self {
        Expression { node: self.node.clone(), ty: PhantomData }
    }
}

impl<T, N: Copy> Copy for Expression<T, N> {}

impl<T, N: std::fmt::Debug> std::fmt::Debug for Expression<T, N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.node.fmt(f)
    }
}

/// How many rows there are, in [`select`](crate::Query::select).
impl Expression<i64> {
    /// `count(*)`.
    pub fn count_rows() -> Expression<i64> {
        Expression::tree(sql::Expression::count_rows().into())
    }
}

impl From<ColumnNode> for Tree {
    fn from(node: ColumnNode) -> Tree {
        tree::column(node.source, node.column)
    }
}

/// A column and what it becomes, for [`Query::update`](crate::Query::update).
#[derive(Clone, Debug)]
#[must_use]
pub struct Assignment {
    pub(crate) column: usize,
    pub(crate) value: Tree,
}

impl IntoIterator for Assignment {
    type Item = Assignment;
    type IntoIter = std::iter::Once<Assignment>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}
