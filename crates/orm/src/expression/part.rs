//! Parts of pickles in queries.

use onggi_pickle::{Step, ValuePath};
use onggi_sql as sql;
use onggi_sql::{BinaryOperator, Direction, UnaryOperator};

use super::operand::binary;
use super::tree::{Chain, Parts};
use super::{Condition, Expression, Operand, Order, OutputNode, Refused, Tree};
use crate::executor::Keep;
use crate::field::{Field, Pickled};
use crate::pickle_functions::GET;
use crate::reader::Reader;
use crate::row_map::MapFields;
use crate::selection::{Columns, Selection};
use crate::{Result, Value};

/// A part of a pickled column, which can be of any type: what [`at`](Expression::at) gives.
///
/// It is compared with texts, numbers and other values of fields; [`of`](Part::of) makes it an expression of one type, for
/// everything else that these can. What is missing in a pickle, and `None`, is NULL. Selected, it is a [`Value`].
///
/// | in the pickle | in SQL |
/// |---|---|
/// | bool, int, float, str, bytes | the same; ints beyond 64 bits are texts, NaN is NULL |
/// | date, datetime, time, Decimal, UUID | as columns of these types are kept; moments in UTC |
/// | timedelta | seconds |
/// | lists, dicts and other objects | JSON |
///
/// Only databases that run inside of the program can look into pickles: of those that there are, SQLite. An index of the part
/// makes it a search: `#[model(index(data.at("city")))]`.
///
/// ```
/// use onggi::{Database, Id, Model, Pickled, pickle};
/// # use std::collections::BTreeMap;
///
/// #[derive(Clone, Default, Model)]
/// #[model(index(data.at("city")))]
/// struct User { id: Id<User>, data: Pickled<BTreeMap<String, pickle::Value>> }
///
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User])?;
/// # let mut connection = db.connect()?;
/// let koreans = User::query().filter(|u| u.data.at("city").eq("Seoul") & u.data.at("age").gt(20)).all(&mut connection)?;
/// let oldest: Option<Option<i64>> = User::query()
///     .filter(|u| u.data.at("tags").at(0).eq("chef"))
///     .order_by(|u| u.data.at("age").desc())
///     .select(|u| u.data.at("age").of::<i64>())
///     .first(&mut connection)?;
/// # assert!(koreans.is_empty() && oldest.is_none());
/// # Ok::<(), onggi::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Part {
    pickle: Tree,
    path: ValuePath,
}

/// What pickles can be asked.
impl<T, F: Field<Base = Pickled<T>>, N: Into<Tree>> Expression<F, N> {
    /// A part of the pickle: the value of a key or an attribute by its name, an item by its place.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model, Pickled, pickle};
    /// # #[derive(Clone, Default, Model)]
    /// # struct User { id: Id<User>, data: Pickled<pickle::Value> }
    /// # fn query() -> onggi::Query<User> {
    /// User::query().filter(|u| u.data.at("orders").at(-1).at("total").ge(100))
    /// # }
    /// ```
    pub fn at(self, step: impl Into<Step>) -> Part {
        Part { pickle: self.into_tree(), path: ValuePath::root() }.at(step)
    }
}

impl Part {
    /// A part of the part.
    pub fn at(self, step: impl Into<Step>) -> Part {
        Part { path: self.path.step(step), ..self }
    }

    /// The part as an expression of one type, NULL where it is missing.
    ///
    /// Where it is something else, reading it is an error, and comparing it is not: texts differ from all numbers.
    pub fn of<T: Field<Base = T>>(self) -> Expression<Option<T>> {
        Expression::tree(self.into_tree())
    }

    /// `=`. NULL equals nothing: see [`is_null`](Part::is_null).
    pub fn eq(self, other: impl Counterpart) -> Condition {
        self.compare(BinaryOperator::Equal, other)
    }

    /// `<>`. NULL differs from nothing: see [`is_not_null`](Part::is_not_null).
    pub fn ne(self, other: impl Counterpart) -> Condition {
        self.compare(BinaryOperator::NotEqual, other)
    }

    /// `<`. On SQLite numbers come before texts, and texts before bytes.
    pub fn lt(self, other: impl Counterpart) -> Condition {
        self.compare(BinaryOperator::Less, other)
    }

    /// `<=`.
    pub fn le(self, other: impl Counterpart) -> Condition {
        self.compare(BinaryOperator::LessOrEqual, other)
    }

    /// `>`.
    pub fn gt(self, other: impl Counterpart) -> Condition {
        self.compare(BinaryOperator::Greater, other)
    }

    /// `>=`.
    pub fn ge(self, other: impl Counterpart) -> Condition {
        self.compare(BinaryOperator::GreaterOrEqual, other)
    }

    /// From `low` to `high`, both included.
    pub fn between(self, low: impl Counterpart, high: impl Counterpart) -> Condition {
        let tree = self.into_tree();
        let from = tree.clone().join(low.into_tree(), binary(BinaryOperator::GreaterOrEqual));
        let to = tree.join(high.into_tree(), binary(BinaryOperator::LessOrEqual));
        Condition(from.chain(to, Chain::And))
    }

    /// Among these values. Of no values it is false.
    pub fn is_in<V: Counterpart>(self, values: impl IntoIterator<Item = V>) -> Condition {
        let (mut list, mut why) = (Vec::new(), None);
        for value in values {
            let Parts { expression, error, .. } = value.into_tree().into_parts();
            why = why.or(error);
            match expression {
                sql::Expression::Value(value) => list.push(value),
                _ => why = why.or_else(|| Some("`is_in` takes values, not columns and expressions".into())),
            }
        }
        let is_in = |part| sql::Expression::In(Box::new(part), Value::List(list));
        Condition(self.into_tree().map(is_in).or_error(why))
    }

    /// Whether it is missing, or `None`.
    pub fn is_null(self) -> Condition {
        self.unary(UnaryOperator::IsNull)
    }

    /// Whether it is there, and not `None`.
    pub fn is_not_null(self) -> Condition {
        self.unary(UnaryOperator::IsNotNull)
    }

    /// From the smallest to the greatest, in [`order_by`](crate::Query::order_by).
    pub fn asc(self) -> Order {
        Order::new(self.into_tree(), Direction::Ascending)
    }

    /// From the greatest to the smallest, in [`order_by`](crate::Query::order_by).
    pub fn desc(self) -> Order {
        Order::new(self.into_tree(), Direction::Descending)
    }

    fn compare(self, operator: BinaryOperator, other: impl Counterpart) -> Condition {
        Condition(self.into_tree().join(other.into_tree(), binary(operator)))
    }

    fn unary(self, operator: UnaryOperator) -> Condition {
        Condition(self.into_tree().map(|expression| sql::Expression::unary(operator, expression)))
    }

    fn into_tree(self) -> Tree {
        let path = self.path.to_string();
        // Paths of more steps than texts can have are refused when they are read.
        let error = path.parse::<ValuePath>().err().map(|error| error.to_string().into_boxed_str());
        let call =
            |pickle| sql::Expression::Call(&GET, vec![pickle, sql::Expression::LiteralText(path.into())]);
        self.pickle.map(call).or_error(error)
    }
}

/// A part alone sorts from the smallest.
impl From<Part> for Order {
    fn from(part: Part) -> Order {
        part.asc()
    }
}

/// What a part of a pickle is compared with: a value of any field's type, a text slice, an expression, another part.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be compared with a part of a pickle")]
pub trait Counterpart {
    /// As SQL.
    #[doc(hidden)]
    fn into_tree(self) -> Tree;
}

#[diagnostic::do_not_recommend]
impl<T: Field<Base = T>> Counterpart for T {
    fn into_tree(self) -> Tree {
        let () = Refused::<T>::PART;
        self.into_operand()
    }
}

impl Counterpart for &str {
    fn into_tree(self) -> Tree {
        Operand::<String>::into_operand(self)
    }
}

impl Counterpart for &String {
    fn into_tree(self) -> Tree {
        Operand::<String>::into_operand(self)
    }
}

impl<T: Field, N: Into<Tree>> Counterpart for Expression<T, N> {
    fn into_tree(self) -> Tree {
        let () = Refused::<T>::PART;
        self.into_tree()
    }
}

impl Counterpart for Part {
    fn into_tree(self) -> Tree {
        self.into_tree()
    }
}

/// A part of a pickle among the rows of another query.
#[derive(Clone, Copy, Debug)]
pub struct PartOutput(OutputNode);

impl Selection for PartOutput {
    type Item<K: Keep> = Value;
    type Row = Part;
    type Outputs = PartOutput;
    type Optional = PartOutput;

    fn outputs(source: u64, next: &mut usize) -> PartOutput {
        Part::outputs(source, next)
    }

    fn optional(source: u64, next: &mut usize) -> PartOutput {
        Part::outputs(source, next)
    }

    fn columns(&self, to: &mut Columns) {
        to.push(self.0.into());
    }

    fn fields(&self, to: &mut MapFields) {
        to.push(None, None);
    }

    fn read<K: Keep>(reader: &mut Reader<'_>, _keep: &mut K) -> Result<Value> {
        reader.next_raw()
    }
}

impl Selection for Part {
    type Item<K: Keep> = Value;
    type Row = Part;
    type Outputs = PartOutput;
    type Optional = PartOutput;

    fn outputs(source: u64, next: &mut usize) -> PartOutput {
        *next += 1;
        PartOutput(OutputNode { source, column: *next - 1, decimal: false })
    }

    fn optional(source: u64, next: &mut usize) -> PartOutput {
        Part::outputs(source, next)
    }

    fn columns(&self, to: &mut Columns) {
        to.push(self.clone().into_tree());
    }

    fn fields(&self, to: &mut MapFields) {
        to.push(None, None);
    }

    fn read<K: Keep>(reader: &mut Reader<'_>, _keep: &mut K) -> Result<Value> {
        reader.next_raw()
    }
}
