//! What arrays can be asked, and what texts and arrays contain.

use onggi_sql as sql;
use onggi_sql::{Function, Match};

use super::operand::binary_function;
use super::{Condition, Expression, Operand, Tree};
use crate::field::{Deferred, Element, Field, array};

/// What contains something: a text, or an array.
#[diagnostic::on_unimplemented(message = "a `{Self}` contains nothing that could be asked for")]
pub trait Container: Field {}

impl Container for String {}

impl<T: Element> Container for Vec<T> {}

/// What a `C` contains: a text another, an array elements.
#[diagnostic::on_unimplemented(
    message = "a column of `{C}` cannot contain `{Self}`",
    label = "expected a part of a text, or an element of an array"
)]
pub trait Contained<C> {
    /// The condition that it is in there.
    #[doc(hidden)]
    fn within(self, container: Tree) -> Condition;
}

#[diagnostic::do_not_recommend]
impl<V: Into<String>> Contained<String> for V {
    fn within(self, container: Tree) -> Condition {
        let part = sql::Expression::Value(sql::Value::Text(self.into()));
        let join = |text, part| sql::Expression::Match(Match::Contains, Box::new((text, part)));
        Condition(container.join(part.into(), join))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Element, V: Operand<T::Base>> Contained<Vec<T>> for V {
    fn within(self, container: Tree) -> Condition {
        Condition(container.join(self.into_operand(), binary_function(Function::ArrayHas)))
    }
}

impl<T: Field<Base: Container>, N: Into<Tree>> Expression<T, N> {
    /// Contains this text; case matters, and no character has a special meaning. Or, of an array, contains this element, on
    /// PostgreSQL.
    ///
    /// Where the element is not found and one is NULL, the answer is NULL, as it is among lists;
    /// [`contains_all`](Expression::contains_all) says no.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// #[derive(Clone, Default, Model)]
    /// struct Post {
    ///     id: Id<Post>,
    ///     title: String,
    ///     tags: Vec<String>,
    /// }
    ///
    /// let query = Post::query().filter(|p| p.title.contains("soy") & p.tags.contains("recipe"));
    /// ```
    pub fn contains(self, part: impl Contained<T::Base>) -> Condition {
        part.within(self.into_tree())
    }
}

/// Elements of an array of `T`: a list of values, or another column or expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of elements of `{T}`",
    label = "expected a list of `{T}`, or a column of arrays of it"
)]
pub trait Elements<T> {
    /// As SQL.
    #[doc(hidden)]
    fn into_elements(self) -> Tree;
}

#[diagnostic::do_not_recommend]
impl<T: Element, I: IntoIterator<Item: Into<T::Base>>> Elements<T> for I {
    fn into_elements(self) -> Tree {
        let elements: Vec<T::Base> = self.into_iter().map(Into::into).collect();
        match array(&elements) {
            Ok(array) => sql::Expression::Value(sql::Value::Array(Box::new(array))).into(),
            Err(error) => Tree::failed(error.to_string()),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Element, U: Field<Base = Vec<T>>, N: Into<Tree>> Elements<T> for Expression<U, N> {
    fn into_elements(self) -> Tree {
        self.into_tree()
    }
}

/// Columns that are arrays, by what their lengths are.
#[diagnostic::on_unimplemented(
    message = "a column of `{Self}` is no array",
    note = "a text has a `length()`, and `eq(\"\")` asks whether it is empty"
)]
pub trait Lengthy: Field {
    /// `i64`, or an `Option` of it where there may be no array.
    type Length;
}

#[diagnostic::do_not_recommend]
impl<T: Element> Lengthy for Vec<T> {
    type Length = i64;
}

#[diagnostic::do_not_recommend]
impl<T: Element> Lengthy for Option<Vec<T>> {
    type Length = Option<i64>;
}

#[diagnostic::do_not_recommend]
impl<T: Lengthy> Lengthy for Deferred<T> {
    type Length = T::Length;
}

/// How long arrays are, on PostgreSQL.
impl<T: Field, N: Into<Tree>> Expression<T, N> {
    /// How many elements, those that are NULL among them.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, tags: Vec<String> }
    /// let query = Post::query().filter(|p| p.tags.len().gt(3)).order_by(|p| p.tags.len().desc());
    /// ```
    pub fn len<L>(self) -> Expression<L>
    where
        T: Lengthy<Length = L>,
    {
        self.call(Function::ArrayLength)
    }

    /// Whether there is no element; NULL where there is no array.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, tags: Vec<String> }
    /// let query = Post::query().filter(|p| p.tags.is_empty());
    /// ```
    pub fn is_empty(self) -> Condition
    where
        T: Lengthy,
    {
        self.call::<i64>(Function::ArrayLength).eq(0)
    }
}

/// What arrays can be asked, on PostgreSQL.
impl<E: Element, T: Field<Base = Vec<E>>, N: Into<Tree>> Expression<T, N> {
    /// Contains every one of these elements: PostgreSQL's `@>`, for which it can use a GIN index. Of no elements it is true.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, tags: Vec<String> }
    /// let query = Post::query().filter(|p| p.tags.contains_all(["recipe", "soy"]));
    /// ```
    pub fn contains_all(self, elements: impl Elements<E>) -> Condition {
        Condition(self.into_tree().join(elements.into_elements(), binary_function(Function::ArrayHasAll)))
    }

    /// Contains one of these elements at least: PostgreSQL's `&&`, for which it can use a GIN index. Of no elements it is false.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, tags: Vec<String>, old_tags: Vec<String> }
    /// let query = Post::query().filter(|p| p.tags.overlaps(["fish", "soy"]) & !p.tags.overlaps(p.old_tags));
    /// ```
    pub fn overlaps(self, elements: impl Elements<E>) -> Condition {
        Condition(self.into_tree().join(elements.into_elements(), binary_function(Function::ArrayOverlaps)))
    }

    /// The element at a place, counted from 0 as in Rust; NULL where there is none.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, tags: Vec<String> }
    /// let query = Post::query().filter(|p| p.tags.element(0).eq("soy")).select(|p| (p.id, p.tags.element(1)));
    /// ```
    pub fn element(self, place: u32) -> Expression<Option<E::Base>> {
        // No array is so long that its last place were beyond an `i32`.
        let number = i64::from(place).min(i64::from(i32::MAX - 1)) + 1;
        self.call_with(Function::ArrayElement, [sql::Expression::value(number).into()])
    }
}
