//! Columns, conditions and assignments as typed values.
//!
//! One type, [`Expression`], carries a Rust type beside an SQL expression; a [`Column`] is an expression that is
//! `Copy`. Every comparison gives one type, [`Condition`].

use std::marker::PhantomData;
use std::ops::{Add, BitAnd, BitOr, Div, Mul, Not, Rem, Sub};

use onggi_driver::Capture;
use onggi_sql as sql;
use onggi_sql::{BinaryOperator, Direction, Function, Match, Nulls, Table, UnaryOperator, Value};

use crate::field::Field;
use crate::{Error, Result};

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
    table: &'static Table,
    column: usize,
}

/// The SQL of an [`Expression`] that is more than a column.
#[derive(Clone, Debug)]
pub struct Tree {
    expression: sql::Expression,
    /// How deep operations are nested in it.
    depth: u16,
    /// Why it cannot be run; told when the statement runs.
    error: Option<Box<str>>,
}

/// How deep operations can be nested. Databases set limits of this size, and nothing here need fear for its stack.
const DEPTH: u16 = 500;

impl Tree {
    pub(crate) fn into_parts(self) -> (sql::Expression, Option<Box<str>>) {
        (self.expression, self.error)
    }

    fn join(
        self,
        other: Tree,
        join: impl FnOnce(sql::Expression, sql::Expression) -> sql::Expression,
    ) -> Tree {
        let depth = self.depth.max(other.depth);
        let error = self.error.or(other.error);
        Tree { expression: join(self.expression, other.expression), depth, error }.deeper()
    }

    /// Joins two conditions in a chain, which is one level whatever its length.
    fn chain(self, other: Tree, operator: Chain) -> Tree {
        let continued = match (&self.expression, operator) {
            (sql::Expression::And(_), Chain::And) | (sql::Expression::Or(_), Chain::Or) => self.depth,
            _ => self.depth.saturating_add(1),
        };
        let depth = continued.max(other.depth.saturating_add(1));
        let error = self.error.or(other.error);
        let expression = match operator {
            Chain::And => self.expression.and(other.expression),
            Chain::Or => self.expression.or(other.expression),
        };
        Tree { expression, depth, error }.checked()
    }

    fn map(self, map: impl FnOnce(sql::Expression) -> sql::Expression) -> Tree {
        Tree { expression: map(self.expression), ..self }.deeper()
    }

    fn deeper(self) -> Tree {
        Tree { depth: self.depth.saturating_add(1), ..self }.checked()
    }

    /// What is nested too deep becomes an error before anything has to walk it.
    fn checked(self) -> Tree {
        match self.depth <= DEPTH {
            true => self,
            false => Tree::failed(format!("the expression is nested more than {DEPTH} levels deep")),
        }
    }

    fn failed(error: String) -> Tree {
        Tree { error: Some(error.into()), ..sql::Expression::Value(Value::Null).into() }
    }
}

/// How conditions are chained.
#[derive(Clone, Copy)]
enum Chain {
    And,
    Or,
}

impl From<sql::Expression> for Tree {
    fn from(expression: sql::Expression) -> Tree {
        Tree { expression, depth: 0, error: None }
    }
}

impl From<ColumnNode> for Tree {
    fn from(column: ColumnNode) -> Tree {
        sql::Expression::Column(column.table, column.column).into()
    }
}

impl<T: Field> Column<T> {
    /// The column at a position of a table.
    #[doc(hidden)]
    pub const fn new(table: &'static Table, column: usize) -> Column<T> {
        Expression { node: ColumnNode { table, column }, ty: PhantomData }
    }

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
        self.compare(BinaryOperator::Equal, other)
    }

    /// `<>`. NULL differs from nothing: see [`is_not_null`](Expression::is_not_null).
    pub fn ne(self, other: impl Operand<T::Base>) -> Condition {
        self.compare(BinaryOperator::NotEqual, other)
    }

    /// `<`.
    pub fn lt(self, other: impl Operand<T::Base>) -> Condition {
        self.compare(BinaryOperator::Less, other)
    }

    /// `<=`.
    pub fn le(self, other: impl Operand<T::Base>) -> Condition {
        self.compare(BinaryOperator::LessOrEqual, other)
    }

    /// `>`.
    pub fn gt(self, other: impl Operand<T::Base>) -> Condition {
        self.compare(BinaryOperator::Greater, other)
    }

    /// `>=`.
    pub fn ge(self, other: impl Operand<T::Base>) -> Condition {
        self.compare(BinaryOperator::GreaterOrEqual, other)
    }

    /// From `low` to `high`, both included.
    pub fn between(self, low: impl Operand<T::Base>, high: impl Operand<T::Base>) -> Condition {
        let tree: Tree = self.node.into();
        let from = tree.clone().join(low.into_operand(), binary(BinaryOperator::GreaterOrEqual));
        let to = tree.join(high.into_operand(), binary(BinaryOperator::LessOrEqual));
        Condition(from.chain(to, Chain::And))
    }

    /// Among these values. Of no values it is false.
    pub fn is_in<V: Into<T::Base>>(self, values: impl IntoIterator<Item = V>) -> Condition {
        let mut error = None;
        let mut list = Vec::new();
        for value in values {
            match captured(&value.into()) {
                Ok(value) => list.push(value),
                Err(why) => error = Some(why.to_string().into_boxed_str()),
            }
        }
        let tree: Tree = self.node.into();
        let mut tree = tree.map(|expression| sql::Expression::In(Box::new(expression), Value::List(list)));
        tree.error = tree.error.or(error);
        Condition(tree)
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
        Order::new(self.node.into(), Direction::Ascending)
    }

    /// From the greatest to the smallest, in [`order_by`](crate::Query::order_by).
    pub fn desc(self) -> Order {
        Order::new(self.node.into(), Direction::Descending)
    }

    /// How many rows have a value here, in [`select`](crate::Query::select).
    pub fn count(self) -> Expression<i64> {
        self.call(Function::Count)
    }

    /// The smallest value; NULL of no rows.
    pub fn min(self) -> Expression<Option<T::Base>> {
        self.call(Function::Min)
    }

    /// The greatest value; NULL of no rows.
    pub fn max(self) -> Expression<Option<T::Base>> {
        self.call(Function::Max)
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

    pub(crate) fn into_tree(self) -> Tree {
        self.node.into()
    }
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
        self.call(Function::Sum)
    }

    /// The mean; NULL of no rows.
    pub fn average(self) -> Expression<Option<f64>> {
        self.call(Function::Average)
    }
}

impl<T> Expression<T> {
    fn tree(node: Tree) -> Expression<T> {
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
        Expression::tree(sql::Expression::Function(Function::CountRows, Vec::new()).into())
    }
}

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

fn binary(operator: BinaryOperator) -> impl FnOnce(sql::Expression, sql::Expression) -> sql::Expression {
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

/// A condition on rows: what comparisons give, joined with `&`, `|` and `!`.
///
/// Conditions collect: `let all: Condition = conditions.into_iter().collect();` joins them with `AND`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Condition(Tree);

impl Condition {
    /// A condition that every row meets.
    pub fn always() -> Condition {
        Condition(sql::Expression::And(Vec::new()).into())
    }

    /// Whether any of the conditions holds; of none it is false.
    pub fn any(conditions: impl IntoIterator<Item = Condition>) -> Condition {
        let none = Condition(sql::Expression::Or(Vec::new()).into());
        conditions.into_iter().fold(none, BitOr::bitor)
    }

    pub(crate) fn into_tree(self) -> Tree {
        self.0
    }
}

impl BitAnd for Condition {
    type Output = Condition;

    fn bitand(self, other: Condition) -> Condition {
        Condition(self.0.chain(other.0, Chain::And))
    }
}

impl BitOr for Condition {
    type Output = Condition;

    fn bitor(self, other: Condition) -> Condition {
        Condition(self.0.chain(other.0, Chain::Or))
    }
}

impl Not for Condition {
    type Output = Condition;

    fn not(self) -> Condition {
        Condition(self.0.map(|expression| sql::Expression::unary(UnaryOperator::Not, expression)))
    }
}

impl FromIterator<Condition> for Condition {
    fn from_iter<I: IntoIterator<Item = Condition>>(conditions: I) -> Condition {
        conditions.into_iter().fold(Condition::always(), BitAnd::bitand)
    }
}

/// A boolean column or expression is a condition.
impl<N: Into<Tree>> From<Expression<bool, N>> for Condition {
    fn from(expression: Expression<bool, N>) -> Condition {
        Condition(expression.node.into())
    }
}

/// What rows are sorted by, and which end comes first.
#[derive(Clone, Debug)]
#[must_use]
pub struct Order {
    tree: Tree,
    direction: Direction,
    nulls: Nulls,
}

impl Order {
    fn new(tree: Tree, direction: Direction) -> Order {
        Order { tree, direction, nulls: Nulls::Default }
    }

    /// NULL before everything.
    pub fn nulls_first(self) -> Order {
        Order { nulls: Nulls::First, ..self }
    }

    /// NULL after everything.
    pub fn nulls_last(self) -> Order {
        Order { nulls: Nulls::Last, ..self }
    }

    pub(crate) fn into_parts(self) -> (sql::Order, Option<Box<str>>) {
        let (expression, error) = self.tree.into_parts();
        (sql::Order { expression, direction: self.direction, nulls: self.nulls }, error)
    }
}

/// A column or expression alone sorts from the smallest.
impl<T: Field, N: Into<Tree>> From<Expression<T, N>> for Order {
    fn from(expression: Expression<T, N>) -> Order {
        expression.asc()
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
