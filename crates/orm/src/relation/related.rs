use onggi_sql::{self as sql, AggregateFunction, Function, Select, Selected, Source, Summary, Value};

use super::fetch::{Eager, Fetch, Narrowed};
use super::{Collection, Relation, equal};
use crate::expression::{Condition, Expression, Must, Order, Tree};
use crate::field::Field;
use crate::query::Query;
use crate::selection::EntityColumns;
use crate::source;
use crate::{Model, Number};

/// A relation to many objects, narrowed down: what clauses on a [`Collection`] give.
#[must_use]
pub struct Related<M: Model> {
    near: Source,
    relation: &'static Relation,
    query: Query<M>,
    /// Whether rows of the table between must be in scope.
    scoped: bool,
}

impl<M: Model> Related<M> {
    pub(super) fn new(near: Source, relation: &'static Relation) -> Related<M> {
        Related { near, relation, query: M::query(), scoped: true }
    }

    pub(super) fn unscoped(near: Source, relation: &'static Relation) -> Related<M> {
        Related { near, relation, query: M::unscoped(), scoped: false }
    }

    /// Keeps the objects that meet a condition.
    pub fn filter<C: Into<Condition>>(self, condition: impl FnOnce(M::Columns<Must>) -> C) -> Related<M> {
        Related { query: self.query.filter(condition), ..self }
    }

    /// Sorts them.
    pub fn order_by<O: Into<Order>>(self, order: impl FnOnce(M::Columns<Must>) -> O) -> Related<M> {
        Related { query: self.query.order_by(order), ..self }
    }

    /// Keeps at most this many, for each object that they are related to.
    pub fn limit(self, rows: u32) -> Related<M> {
        Related { query: self.query.limit(rows), ..self }
    }

    /// Skips this many first, for each object that they are related to.
    pub fn offset(self, rows: u32) -> Related<M> {
        Related { query: self.query.offset(rows), ..self }
    }

    /// Loads more along with them, in [`Query::with`](crate::Query::with): what their foreign keys refer to is joined to them,
    /// each other relation takes a statement.
    ///
    /// ```
    /// # use onggi::{BelongsTo, HasMany, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Shop { id: Id<Shop>, orders: HasMany<Order> }
    /// # #[derive(Clone, Default, Model)] struct Item { id: Id<Item>, name: String }
    /// # #[derive(Clone, Default, Model)]
    /// # #[model(table = "orders")]
    /// # struct Order { id: Id<Order>, shop: BelongsTo<Shop>, item: BelongsTo<Item> }
    /// # let db = onggi::Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Shop, Item, Order])?;
    /// # let mut connection = db.connect()?;
    /// let shops = Shop::query().with(|shop| shop.orders().with(|order| order.item()));
    /// let shops: Vec<Shop> = shops.all(&mut connection)?; // two statements: items are joined to orders
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn with<E: Eager>(self, relation: impl FnOnce(M::Columns<Must>) -> E) -> Related<M> {
        Related { query: self.query.with(relation), ..self }
    }

    /// Loads what their foreign keys refer to by joins, as [`Query::with_join`](crate::Query::with_join) does.
    pub fn with_join<C: EntityColumns<Model: Model>>(
        self,
        relation: impl FnOnce(M::Columns<Must>) -> C,
    ) -> Related<M> {
        Related { query: self.query.with_join(relation), ..self }
    }

    /// Loads more along with them by statements of their own, as [`Query::with_select`](crate::Query::with_select) does.
    pub fn with_select<E: Eager>(self, relation: impl FnOnce(M::Columns<Must>) -> E) -> Related<M> {
        Related { query: self.query.with_select(relation), ..self }
    }

    pub(crate) fn near(&self) -> Source {
        self.near
    }

    /// What [`Query::with`](crate::Query::with) loads.
    pub(crate) fn into_fetch(mut self) -> Fetch {
        let (nested, source) = (self.query.take_fetches(), self.query.source());
        let (select, error, outer) = self.query.into_select();
        let is_all = matches!(select.columns, Selected::Table)
            && select.filter.is_none()
            && select.order.is_empty()
            && select.limit.is_none()
            && select.offset.is_none()
            && error.is_none()
            && !(self.scoped && self.relation.is_scoped());
        let error = error.or_else(|| {
            (!outer.is_empty())
                .then(|| "a relation that is loaded knows its own rows only, not those around it".into())
        });
        let narrowed = (!is_all || error.is_some()).then(|| {
            let narrowed = Narrowed { source, between: None, select, error };
            Box::new(if self.scoped { narrowed.scoped_between(self.relation) } else { narrowed })
        });
        Fetch { narrowed, ..Fetch::new(self.relation, nested) }
    }

    /// Whether there is one.
    pub fn exists(self) -> Condition {
        Condition(self.subquery(Selected::Nothing, sql::Expression::exists))
    }

    /// Whether there is none.
    pub fn is_empty(self) -> Condition {
        !self.exists()
    }

    /// Whether one of them meets a condition.
    pub fn any<C: Into<Condition>>(self, condition: impl FnOnce(M::Columns<Must>) -> C) -> Condition {
        self.filter(condition).exists()
    }

    /// Whether none of them meets a condition; so it is where there are none.
    pub fn none<C: Into<Condition>>(self, condition: impl FnOnce(M::Columns<Must>) -> C) -> Condition {
        !self.any(condition)
    }

    /// Whether all of them meet a condition; so it is where there are none. One for which the condition is NULL does
    /// not meet it.
    pub fn all<C: Into<Condition>>(self, condition: impl FnOnce(M::Columns<Must>) -> C) -> Condition {
        let not_met = |columns| {
            let met: Condition = condition(columns).into();
            let no = || sql::Expression::Value(Value::Boolean(false));
            let is_met = |met| sql::Expression::Function(Function::Coalesce, vec![met, no()]);
            !Condition(met.into_tree().map(is_met))
        };
        self.none(not_met)
    }

    /// How many there are.
    pub fn count(self) -> Expression<i64> {
        Expression::tree(self.subquery(Selected::Nothing, |mut select| {
            select.summary = Some(Summary::Count);
            select.order.clear();
            sql::Expression::scalar(select)
        }))
    }

    /// The sum of an expression over them; NULL of none.
    pub fn sum<T: Field<Base: Number>, N: Into<Tree>>(
        self,
        of: impl FnOnce(M::Columns<Must>) -> Expression<T, N>,
    ) -> Expression<Option<<T::Base as Number>::Sum>> {
        self.aggregate(AggregateFunction::Sum, of)
    }

    /// The mean of an expression over them; NULL of none.
    pub fn average<T: Field<Base: Number>, N: Into<Tree>>(
        self,
        of: impl FnOnce(M::Columns<Must>) -> Expression<T, N>,
    ) -> Expression<Option<<T::Base as Number>::Mean>> {
        self.aggregate(AggregateFunction::Average, of)
    }

    /// The smallest value of an expression among them; NULL of none.
    pub fn min<T: Field, N: Into<Tree>>(
        self,
        of: impl FnOnce(M::Columns<Must>) -> Expression<T, N>,
    ) -> Expression<Option<T::Base>> {
        self.aggregate(AggregateFunction::Min, of)
    }

    /// The greatest value of an expression among them; NULL of none.
    pub fn max<T: Field, N: Into<Tree>>(
        self,
        of: impl FnOnce(M::Columns<Must>) -> Expression<T, N>,
    ) -> Expression<Option<T::Base>> {
        self.aggregate(AggregateFunction::Max, of)
    }

    fn aggregate<T: Field, N: Into<Tree>, R>(
        mut self,
        function: AggregateFunction,
        of: impl FnOnce(M::Columns<Must>) -> Expression<T, N>,
    ) -> Expression<R> {
        let of = of(self.query.columns()).into_tree();
        let of = self.query.take(of);
        let selected = Selected::Expressions(vec![sql::Expression::aggregate(function, of)]);
        Expression::tree(self.subquery(selected, sql::Expression::scalar))
    }

    /// The select of the related rows, as a part of an expression.
    fn subquery(mut self, columns: Selected, wrap: impl FnOnce(Select) -> sql::Expression) -> Tree {
        self.relate();
        self.query.select_mut().columns = columns;
        self.query.into_subquery(wrap).needing([self.near])
    }

    /// Limits the query to the rows that the relation leads to from an occurrence of a table around it.
    fn relate(&mut self) {
        let (own, near) = (self.query.source(), self.near);
        let Some(link) = self.relation.link_table() else {
            return self.query.select_mut().and(self.relation.condition(near, own));
        };
        let between = source::root(link.table);
        let scope = if self.scoped { self.relation.scope_between(between) } else { None };
        let scope = scope.map(|scope| self.query.take_scope(scope));
        let select = self.query.select_mut();
        select.joins.insert(0, link.join(between, own, scope));
        select.and(equal(between, link.near, near, near.table.primary_key));
    }
}

impl<M: Model> From<Collection<M>> for Related<M> {
    fn from(collection: Collection<M>) -> Related<M> {
        Related::new(collection.near(), collection.relation())
    }
}

impl<M: Model> Clone for Related<M> {
    fn clone(&self) -> Related<M> {
        Related { query: self.query.clone(), ..*self }
    }
}

impl<M: Model> std::fmt::Debug for Related<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Related").field(&self.query).finish()
    }
}
