//! Columns, conditions and assignments as typed values.
//!
//! One type, [`Expression`], carries a Rust type beside an SQL expression; a [`Column`] is an expression that is
//! `Copy`. Every comparison gives one type, [`Condition`].

mod aggregate;
mod arithmetic;
mod array;
mod choice;
mod condition;
#[cfg(feature = "chrono")]
mod date;
mod entity;
mod equality;
mod fragment;
mod function;
#[cfg(feature = "json")]
mod json;
mod label;
mod mixed;
mod nullability;
mod number;
mod operand;
mod order;
mod part;
pub(crate) mod plain;
mod refused;
mod subquery;
mod text;
mod tree;
mod window;

use std::marker::PhantomData;

use onggi_sql as sql;
use onggi_sql::{BinaryOperator, Direction, Function, Source, UnaryOperator};

pub use aggregate::{Aggregate, count_rows};
pub use arithmetic::{Divisible, Number};
pub use array::{Contained, Container, Elements, Lengthy};
pub use choice::{Case, NoBranch, case, value};
pub use condition::Condition;
#[cfg(feature = "chrono")]
pub use date::{Dated, Timed, current_date, current_date_time, now};
pub use entity::{is_no_row, is_row};
pub use fragment::{Fragment, raw};
pub use function::SqlFunction;
#[cfg(feature = "json")]
pub use json::{JsonKey, JsonPart};
pub use label::Labelled;
pub use mixed::{Compatible, Mix};
pub use nullability::{Maybe, Must, Nullability, Nullable};
use operand::binary;
pub(crate) use operand::captured;
pub use operand::{Assigned, Comparand, Operand, Operands};
pub use order::Order;
pub use part::{Counterpart, Part};
pub(crate) use refused::{DISTINCT, Refused, RefusedAmong, RefusedRows, RefusedTuple};
pub use subquery::{Among, Row, exists, row};
pub use tree::Tree;
pub(crate) use tree::{DEPTH, Parts, Paths, need};
pub use window::{Bound, Over, WindowCall, cume_dist, dense_rank, ntile, percent_rank, rank, row_number};

use self::equality::{different, equal};
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

impl<T> Column<T> {
    /// The occurrence of a table, and the column's position in it.
    pub(crate) fn place(&self) -> (Source, usize) {
        (self.node.source, self.node.column)
    }
}

impl<T: Field> Column<T> {
    /// Sets the column, in [`Query::update`](crate::Query::update).
    ///
    /// NULL is `None`; another column or an expression is computed by the database.
    pub fn set(self, value: impl Assigned<T>) -> Assignment {
        Assignment { source: self.node.source, column: self.node.column, value: value.into_assigned() }
    }
}

/// The comparisons and functions of columns and expressions.
impl<T: Field, N: Into<Tree>> Expression<T, N> {
    /// `=`. NULL equals nothing: see [`is_null`](Expression::is_null).
    pub fn eq(self, other: impl Compatible<T::Base>) -> Condition {
        Condition(self.node.into().join(other.into_compatible(), equal::<T>))
    }

    /// `<>`. NULL differs from nothing: see [`is_not_null`](Expression::is_not_null).
    pub fn ne(self, other: impl Compatible<T::Base>) -> Condition {
        Condition(self.node.into().join(other.into_compatible(), different::<T>))
    }

    /// `<`.
    pub fn lt(self, other: impl Compatible<T::Base>) -> Condition {
        let () = Refused::<T>::ORDER;
        self.compare(BinaryOperator::Less, other.into_compatible())
    }

    /// `<=`.
    pub fn le(self, other: impl Compatible<T::Base>) -> Condition {
        let () = Refused::<T>::ORDER;
        self.compare(BinaryOperator::LessOrEqual, other.into_compatible())
    }

    /// `>`.
    pub fn gt(self, other: impl Compatible<T::Base>) -> Condition {
        let () = Refused::<T>::ORDER;
        self.compare(BinaryOperator::Greater, other.into_compatible())
    }

    /// `>=`.
    pub fn ge(self, other: impl Compatible<T::Base>) -> Condition {
        let () = Refused::<T>::ORDER;
        self.compare(BinaryOperator::GreaterOrEqual, other.into_compatible())
    }

    /// From `low` to `high`, both included.
    pub fn between(self, low: impl Compatible<T::Base>, high: impl Compatible<T::Base>) -> Condition {
        let () = Refused::<T>::ORDER;
        let tree: Tree = self.node.into();
        let from = tree.clone().join(low.into_compatible(), binary(BinaryOperator::GreaterOrEqual));
        let to = tree.join(high.into_compatible(), binary(BinaryOperator::LessOrEqual));
        Condition(from.chain(to, Chain::And))
    }

    /// Among these values, or those of a query that selects one column. Of no values it is false.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String, age: i32 }
    /// let some = User::query().filter(|u| u.age.is_in([20, 30]));
    /// let eldest = User::query().filter(|u| u.age.is_in(User::query().select(|o| o.age.max())));
    /// ```
    pub fn is_in<A: Among<T::Base>>(self, values: A) -> Condition {
        let () = RefusedAmong::<T, A>::LIST;
        values.contain(self.into_tree())
    }

    /// Not among these values, or those of a query. NULL is neither in nor out, and with a NULL among the values nothing
    /// is out.
    pub fn not_in<A: Among<T::Base>>(self, values: A) -> Condition {
        !self.is_in(values)
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

    fn compare(self, operator: BinaryOperator, other: Tree) -> Condition {
        Condition(self.node.into().join(other, binary(operator)))
    }

    fn unary(self, operator: UnaryOperator) -> Condition {
        Condition(self.node.into().map(|expression| sql::Expression::unary(operator, expression)))
    }

    fn call<R>(self, function: Function) -> Expression<R> {
        Expression::tree(
            self.node.into().map(|expression| sql::Expression::Function(function, vec![expression])),
        )
    }

    /// A function of it and of others.
    fn call_with<R, const M: usize>(self, function: Function, others: [Tree; M]) -> Expression<R> {
        let trees = std::iter::once(self.into_tree()).chain(others);
        Expression::tree(Tree::all(trees, |arguments| sql::Expression::Function(function, arguments)))
    }

    pub(crate) fn into_tree(self) -> Tree {
        self.node.into()
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

/// Which column of another query's rows an expression is.
#[derive(Clone, Copy, Debug)]
pub struct OutputNode {
    source: u64,
    column: usize,
    decimal: bool,
}

impl<T: Field> Expression<T, OutputNode> {
    /// The column at a position of the rows of a number.
    pub(crate) fn output(source: u64, column: usize) -> Expression<T, OutputNode> {
        let decimal = T::TYPE == sql::Type::Decimal;
        Expression { node: OutputNode { source, column, decimal }, ty: PhantomData }
    }

    /// The column, where its row may be missing.
    pub(crate) fn optional(self) -> Expression<Option<T::Base>, OutputNode> {
        Expression { node: self.node, ty: PhantomData }
    }
}

impl From<OutputNode> for Tree {
    fn from(OutputNode { source, column, decimal }: OutputNode) -> Tree {
        sql::Expression::Output { source, column, decimal }.into()
    }
}

impl From<ColumnNode> for Tree {
    #[inline]
    fn from(node: ColumnNode) -> Tree {
        tree::column(node.source, node.column)
    }
}

/// A column and what it becomes, for [`Query::update`](crate::Query::update).
#[derive(Clone, Debug)]
#[must_use]
pub struct Assignment {
    source: Source,
    column: usize,
    value: Tree,
}

impl Assignment {
    /// The column and what it becomes, where it is a column of the table that is written.
    pub(crate) fn of(self, written: Source) -> crate::Result<(usize, Tree)> {
        match self.source == written {
            true => Ok((self.column, self.value)),
            false => Err(crate::Error::usage(format!(
                "{} is set, a column of {}, where rows of {} are written: set the columns that the closure is given",
                self.source.table.columns[self.column].name, self.source.table.name, written.table.name
            ))),
        }
    }
}

impl IntoIterator for Assignment {
    type Item = Assignment;
    type IntoIter = std::iter::Once<Assignment>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}
