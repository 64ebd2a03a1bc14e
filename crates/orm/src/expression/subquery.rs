//! Queries inside expressions. Their closures can use the columns of the queries around them.

use onggi_sql as sql;
use onggi_sql::{Selected, Value};

use super::operand::captured;
use super::{Condition, Expression, Operand, Operands, RefusedTuple, Tree};
use crate::field::Field;
use crate::query::{Query, Tables};
use crate::selection::Selection;

/// Whether a query gives a row.
///
/// ```
/// # use onggi::{Database, Id, Model, exists};
/// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
/// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, title: String, name: String }
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User, Post])?;
/// # let mut connection = db.connect()?;
/// let writers = User::query()
///     .filter(|u| exists(Post::query().filter(|p| p.name.eq(u.name) & p.title.ne(""))))
///     .all(&mut connection)?;
/// # Ok::<(), onggi::Error>(())
/// ```
pub fn exists<F: Tables, S>(query: Query<F, S>) -> Condition {
    Condition(query.into_existence())
}

impl<F: Tables, S> Query<F, S> {
    fn into_existence(self) -> Tree {
        let whole = self.is_whole();
        self.into_subquery(|mut select| {
            if whole {
                select.columns = Selected::Nothing;
            }
            sql::Expression::exists(select)
        })
    }
}

impl<F: Tables, T: Field, N: Into<Tree>> Query<F, Expression<T, N>> {
    /// The query's one value, as an expression; NULL where it gives no row.
    ///
    /// A query that gives several rows is an error on most databases; on SQLite its first row counts.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String, age: i32 }
    /// let oldest = User::query().filter(|u| u.age.eq(User::query().select(|o| o.age.max()).scalar()));
    /// ```
    pub fn scalar(self) -> Expression<Option<T::Base>> {
        Expression::tree(self.into_subquery(sql::Expression::scalar))
    }
}

/// What a value of type `T` can be looked for in: a list of values, or a query of one column.
#[diagnostic::on_unimplemented(
    message = "a value of `{T}` cannot be looked for in `{Self}`",
    label = "expected a list of `{T}`, or a query that selects one column of `{T}`"
)]
pub trait Among<T> {
    /// Whether it is a list of values.
    #[doc(hidden)]
    const IS_LIST: bool;

    /// The condition that an expression is in there.
    #[doc(hidden)]
    fn contain(self, tree: Tree) -> Condition;
}

#[diagnostic::do_not_recommend]
impl<T: Field, I: IntoIterator<Item: Into<T>>> Among<T> for I {
    const IS_LIST: bool = true;

    fn contain(self, tree: Tree) -> Condition {
        let mut error = None;
        let mut list = Vec::new();
        for value in self {
            match captured(&value.into()) {
                Ok(value) => list.push(value),
                Err(why) => error = Some(why.to_string().into_boxed_str()),
            }
        }
        let tree = tree.map(|expression| sql::Expression::In(Box::new(expression), Value::List(list)));
        Condition(tree.or_error(error))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Field, F: Tables, S: Selection + Operand<T>> Among<T> for Query<F, S> {
    const IS_LIST: bool = false;

    fn contain(self, tree: Tree) -> Condition {
        is_in_query(tree, self)
    }
}

fn is_in_query<F: Tables, S>(tree: Tree, query: Query<F, S>) -> Condition {
    // The query is the deeper of the two by its own account.
    let mut inner = None;
    let query = query.into_subquery(|select| {
        inner = Some(select);
        sql::Expression::Literal(0)
    });
    Condition(tree.join(query, |operand, none| match inner {
        Some(select) => sql::Expression::in_select(operand, select),
        None => none,
    }))
}

/// Several values that are compared one after the other, as `(last, first) > ('Kim', 'Jane')` in SQL.
///
/// ```
/// # use onggi::{Database, Id, Model, row};
/// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, first: String, last: String }
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User])?;
/// # let mut connection = db.connect()?;
/// let behind_kim = User::query().filter(|u| row((u.last, u.first)).gt(("Kim", "Jane"))).all(&mut connection)?;
/// # Ok::<(), onggi::Error>(())
/// ```
pub fn row<A, P: Operands<A>>(parts: P) -> Row<A> {
    let () = RefusedTuple::<A, P>::COMPARISON;
    Row { tree: Tree::all(parts.into_trees(), sql::Expression::Row), types: std::marker::PhantomData }
}

/// What [`row`] gives: values of the types of the tuple `A`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Row<A> {
    tree: Tree,
    types: std::marker::PhantomData<fn() -> A>,
}

impl<A> Row<A> {
    /// All are equal.
    pub fn eq(self, other: impl Operands<A>) -> Condition {
        self.compare(sql::BinaryOperator::Equal, other)
    }

    /// One differs.
    pub fn ne(self, other: impl Operands<A>) -> Condition {
        self.compare(sql::BinaryOperator::NotEqual, other)
    }

    /// The first that differs is less.
    pub fn lt(self, other: impl Operands<A>) -> Condition {
        self.compare(sql::BinaryOperator::Less, other)
    }

    /// All are equal, or the first that differs is less.
    pub fn le(self, other: impl Operands<A>) -> Condition {
        self.compare(sql::BinaryOperator::LessOrEqual, other)
    }

    /// The first that differs is greater.
    pub fn gt(self, other: impl Operands<A>) -> Condition {
        self.compare(sql::BinaryOperator::Greater, other)
    }

    /// All are equal, or the first that differs is greater.
    pub fn ge(self, other: impl Operands<A>) -> Condition {
        self.compare(sql::BinaryOperator::GreaterOrEqual, other)
    }

    /// Among the rows of a query that selects as many columns of the same types.
    pub fn is_in<F: Tables, S: Selection + Operands<A>>(self, query: Query<F, S>) -> Condition {
        is_in_query(self.tree, query)
    }

    fn compare(self, operator: sql::BinaryOperator, other: impl Operands<A>) -> Condition {
        let other = row(other);
        Condition(self.tree.join(other.tree, super::operand::binary(operator)))
    }
}
