use std::marker::PhantomData;

use onggi_sql::Source;

use super::fetch::Eager;
use super::{Related, Relation};
use crate::expression::{Condition, Expression, Must, Order, Tree};
use crate::field::Field;
use crate::selection::EntityColumns;
use crate::{Model, Number};

/// A relation to many objects, as closures of queries see it: `|user| user.posts`.
///
/// It can be asked about (`any`, `all`, `none`, `count`, `sum` and so on), each a subquery, and narrowed down.
#[must_use]
pub struct Collection<M> {
    near: Source,
    relation: &'static Relation,
    model: PhantomData<fn() -> M>,
}

impl<M> Collection<M> {
    /// The relation from an occurrence of its own table.
    #[doc(hidden)]
    pub const fn new(near: Source, relation: &'static Relation) -> Collection<M> {
        Collection { near, relation, model: PhantomData }
    }

    pub(crate) fn near(self) -> Source {
        self.near
    }

    pub(crate) fn relation(self) -> &'static Relation {
        self.relation
    }
}

impl<M: Model> Collection<M> {
    /// All of them, to be narrowed down.
    fn related(self) -> Related<M> {
        self.into()
    }

    /// All of them, whatever the scope of their model.
    ///
    /// ```
    /// # use onggi::{BelongsTo, Condition, HasMany, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct User { id: Id<User>, #[model(inverse(author))] posts: HasMany<Post> }
    /// #[derive(Clone, Default, Model)]
    /// #[model(scope(alive))]
    /// struct Post {
    ///     id: Id<Post>,
    ///     author: BelongsTo<User>,
    ///     deleted: bool,
    /// }
    ///
    /// fn alive(post: PostColumns) -> Condition {
    ///     post.deleted.eq(false)
    /// }
    ///
    /// let have_deleted_all = User::query().filter(|u| u.posts.is_empty() & u.posts.unscoped().exists());
    /// ```
    pub fn unscoped(self) -> Related<M> {
        Related::unscoped(self.near, self.relation)
    }

    /// Keeps the objects that meet a condition.
    pub fn filter<C: Into<Condition>>(self, condition: impl FnOnce(M::Columns<Must>) -> C) -> Related<M> {
        self.related().filter(condition)
    }

    /// Sorts them.
    pub fn order_by<O: Into<Order>>(self, order: impl FnOnce(M::Columns<Must>) -> O) -> Related<M> {
        self.related().order_by(order)
    }

    /// Keeps at most this many, for each object that they are related to.
    pub fn limit(self, rows: u32) -> Related<M> {
        self.related().limit(rows)
    }

    /// Loads more along with them, in [`Query::with`](crate::Query::with): see [`Related::with`].
    pub fn with<E: Eager>(self, relation: impl FnOnce(M::Columns<Must>) -> E) -> Related<M> {
        self.related().with(relation)
    }

    /// Loads what their foreign keys refer to by joins: see [`Related::with_join`].
    pub fn with_join<C: EntityColumns<Model: Model>>(
        self,
        relation: impl FnOnce(M::Columns<Must>) -> C,
    ) -> Related<M> {
        self.related().with_join(relation)
    }

    /// Loads more along with them by statements of their own: see [`Related::with_select`].
    pub fn with_select<E: Eager>(self, relation: impl FnOnce(M::Columns<Must>) -> E) -> Related<M> {
        self.related().with_select(relation)
    }

    /// Whether there is one.
    pub fn exists(self) -> Condition {
        self.related().exists()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> Condition {
        self.related().is_empty()
    }

    /// Whether one of them meets a condition: `|user| user.posts.any(|post| post.title.contains("rust"))`.
    pub fn any<C: Into<Condition>>(self, condition: impl FnOnce(M::Columns<Must>) -> C) -> Condition {
        self.related().any(condition)
    }

    /// Whether none of them meets a condition; so it is where there are none.
    pub fn none<C: Into<Condition>>(self, condition: impl FnOnce(M::Columns<Must>) -> C) -> Condition {
        self.related().none(condition)
    }

    /// Whether all of them meet a condition; so it is where there are none. One for which the condition is NULL does
    /// not meet it.
    pub fn all<C: Into<Condition>>(self, condition: impl FnOnce(M::Columns<Must>) -> C) -> Condition {
        self.related().all(condition)
    }

    /// How many there are: `|user| user.posts.count().gt(3)`.
    pub fn count(self) -> Expression<i64> {
        self.related().count()
    }

    /// The sum of an expression over them; NULL of none.
    pub fn sum<T: Field<Base: Number>, N: Into<Tree>>(
        self,
        of: impl FnOnce(M::Columns<Must>) -> Expression<T, N>,
    ) -> Expression<Option<<T::Base as Number>::Sum>> {
        self.related().sum(of)
    }

    /// The mean of an expression over them; NULL of none.
    pub fn average<T: Field<Base: Number>, N: Into<Tree>>(
        self,
        of: impl FnOnce(M::Columns<Must>) -> Expression<T, N>,
    ) -> Expression<Option<<T::Base as Number>::Mean>> {
        self.related().average(of)
    }

    /// The smallest value of an expression among them; NULL of none.
    pub fn min<T: Field, N: Into<Tree>>(
        self,
        of: impl FnOnce(M::Columns<Must>) -> Expression<T, N>,
    ) -> Expression<Option<T::Base>> {
        self.related().min(of)
    }

    /// The greatest value of an expression among them; NULL of none.
    pub fn max<T: Field, N: Into<Tree>>(
        self,
        of: impl FnOnce(M::Columns<Must>) -> Expression<T, N>,
    ) -> Expression<Option<T::Base>> {
        self.related().max(of)
    }
}

impl<M> Clone for Collection<M> {
    fn clone(&self) -> Collection<M> {
        *self
    }
}

impl<M> Copy for Collection<M> {}

impl<M> std::fmt::Debug for Collection<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Collection").field(&self.relation.name).finish()
    }
}
