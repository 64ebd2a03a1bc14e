//! One value made of those of many rows.

use std::marker::PhantomData;

use onggi_sql as sql;
use onggi_sql::AggregateFunction;

use super::{Condition, DISTINCT, Expression, Number, Order, Refused, Tree};
use crate::field::Field;

/// What an aggregate is, inside an [`Expression`]: it can be told which rows it counts in.
#[derive(Clone, Debug)]
pub struct Aggregate {
    tree: Tree,
    /// Whether it is of a pickle, whose equal values can have different bytes.
    pickled: bool,
}

impl From<Aggregate> for Tree {
    fn from(aggregate: Aggregate) -> Tree {
        aggregate.tree
    }
}

/// How many rows there are: `count(*)`.
///
/// ```
/// # use onggi::{Database, Id, Model, count_rows};
/// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, city: Option<String> }
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User])?;
/// # let mut connection = db.connect()?;
/// let cities: Vec<(Option<String>, i64)> =
///     User::query().group_by(|u| u.city).select(|u| (u.city, count_rows())).all(&mut connection)?;
/// # Ok::<(), onggi::Error>(())
/// ```
pub fn count_rows() -> Expression<i64, Aggregate> {
    let tree = sql::Expression::count_rows().into();
    Expression { node: Aggregate { tree, pickled: false }, ty: PhantomData }
}

impl Expression<i64> {
    /// `count(*)`, as [`count_rows`].
    pub fn count_rows() -> Expression<i64, Aggregate> {
        count_rows()
    }
}

/// Aggregates, in [`select`](crate::Query::select), [`having`](crate::Query::having) and `order_by`.
impl<T: Field, N: Into<Tree>> Expression<T, N> {
    /// How many rows have a value here.
    pub fn count(self) -> Expression<i64, Aggregate> {
        self.aggregate(AggregateFunction::Count)
    }

    /// The smallest value; NULL of no rows.
    pub fn min(self) -> Expression<Option<T::Base>, Aggregate> {
        let () = Refused::<T>::ORDER;
        self.aggregate(AggregateFunction::Min)
    }

    /// The greatest value; NULL of no rows.
    pub fn max(self) -> Expression<Option<T::Base>, Aggregate> {
        let () = Refused::<T>::ORDER;
        self.aggregate(AggregateFunction::Max)
    }

    /// An aggregate that databases would give types of their own.
    fn typed<R>(self, function: AggregateFunction, ty: sql::Type) -> Expression<R, Aggregate> {
        self.with(sql::Aggregate { ty: Some(ty), ..sql::Aggregate::new(function, Vec::new()) })
    }

    fn with<R>(self, mut aggregate: sql::Aggregate) -> Expression<R, Aggregate> {
        let aggregate = |expression| {
            aggregate.arguments.push(expression);
            sql::Expression::Aggregate(Box::new(aggregate))
        };
        let node = Aggregate { tree: self.into_tree().map(aggregate), pickled: T::Base::EQUALITY.is_some() };
        Expression { node, ty: PhantomData }
    }

    fn aggregate<R>(self, function: AggregateFunction) -> Expression<R, Aggregate> {
        self.with(sql::Aggregate::new(function, Vec::new()))
    }
}

/// Aggregates of numbers.
impl<T: Field, N: Into<Tree>> Expression<T, N>
where
    T::Base: Number,
{
    /// The sum; NULL of no rows.
    pub fn sum(self) -> Expression<Option<<T::Base as Number>::Sum>, Aggregate> {
        self.typed(AggregateFunction::Sum, <T::Base as Number>::Sum::TYPE)
    }

    /// The mean; NULL of no rows. That of exact decimal numbers is one too, rounded to what the database keeps of it: 16 digits
    /// at least.
    pub fn average(self) -> Expression<Option<<T::Base as Number>::Mean>, Aggregate> {
        self.typed(AggregateFunction::Average, <T::Base as Number>::Mean::TYPE)
    }
}

/// Aggregates of texts.
impl<T: Field<Base = String>, N: Into<Tree>> Expression<T, N> {
    /// All texts in one, with another between them; NULL of no rows.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// let all = User::query().select(|u| u.name.string_agg(", ").order_by(u.name));
    /// ```
    pub fn string_agg(self, between: impl Into<String>) -> Expression<Option<String>, Aggregate> {
        let between = sql::Expression::value(between.into().as_str());
        let join = |text| {
            let aggregate = sql::Aggregate::new(AggregateFunction::Join, vec![text, between]);
            sql::Expression::Aggregate(Box::new(aggregate))
        };
        Expression { node: Aggregate { tree: self.into_tree().map(join), pickled: false }, ty: PhantomData }
    }
}

/// Which rows an aggregate counts in.
impl<T> Expression<T, Aggregate> {
    /// Counts equal values once: `u.city.count().distinct()`.
    pub fn distinct(self) -> Expression<T, Aggregate> {
        let why = self.node.pickled.then(|| DISTINCT.into());
        self.change(|tree| {
            tree.amend(|expression| amended(expression, |aggregate| aggregate.distinct = true)).or_error(why)
        })
    }

    /// Counts only the rows that meet a condition; several calls must all be met.
    ///
    /// ```
    /// # use onggi::{Id, Model, count_rows};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, age: i32 }
    /// let counts = User::query().select(|u| (count_rows(), count_rows().filter(u.age.ge(18))));
    /// ```
    pub fn filter(self, condition: impl Into<Condition>) -> Expression<T, Aggregate> {
        let add = |aggregate, condition| {
            amended(aggregate, |aggregate| {
                aggregate.filter = Some(match aggregate.filter.take() {
                    Some(filter) => filter.and(condition),
                    None => condition,
                });
            })
        };
        self.change(|tree| tree.join(condition.into().into_tree(), add))
    }

    /// The order of the rows, where it matters, as for [`string_agg`](Expression::string_agg).
    pub fn order_by(self, order: impl Into<Order>) -> Expression<T, Aggregate> {
        let (tree, order) = order.into().into_parts();
        let add =
            |aggregate, expression| amended(aggregate, |aggregate| aggregate.order.push(order(expression)));
        self.change(|own| own.join(tree, add))
    }

    fn change(self, change: impl FnOnce(Tree) -> Tree) -> Expression<T, Aggregate> {
        let Aggregate { tree, pickled } = self.node;
        Expression { node: Aggregate { tree: change(tree), pickled }, ty: PhantomData }
    }
}

fn amended(mut expression: sql::Expression, amend: impl FnOnce(&mut sql::Aggregate)) -> sql::Expression {
    // What is nested too deep is no aggregate any more, but an error.
    if let sql::Expression::Aggregate(aggregate) = &mut expression {
        amend(aggregate);
    }
    expression
}
