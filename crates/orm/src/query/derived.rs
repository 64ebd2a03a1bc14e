//! Queries that read the rows of other queries: sets of rows, derived tables and common table expressions.

use std::borrow::Cow;
use std::marker::PhantomData;

use onggi_sql::{Cte, Join, JoinKind, Relation, Select, Selected, SetOperator, Source, Table};
use smallvec::{SmallVec, smallvec};

use super::scope::Scoped;
use super::{JoinTo, Query, Tables};
use crate::executor::Keep;
use crate::expression::{Condition, Parts, Paths, RefusedRows};
use crate::reader::Reader;
use crate::relation::Fetch;
use crate::selection::{Columns, Entity, Selection};
use crate::{Executor, Result, source};

/// Stands in for the table of rows that another query makes.
pub(super) static ROWS: Table = Table::new("subquery", &[], &[]);

/// The rows of another query, whose selection is `S`: what a query of them reads, in place of a model.
///
/// Closures see what the other selects, by position: `|(name, total)| total.gt(9)`.
pub struct Derived<S>(PhantomData<fn() -> S>);

impl<S: Selection> Tables for Derived<S> {
    type Columns = S::Outputs;
    type Item<K: Keep> = <S::Outputs as Selection>::Item<K>;
    type Row = S::Row;
    type Outputs = S::Outputs;

    fn columns(sources: &[Source]) -> S::Outputs {
        S::outputs(sources[0].id, &mut 0)
    }

    fn outputs(source: u64, next: &mut usize) -> S::Outputs {
        S::outputs(source, next)
    }

    fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<Self::Item<K>> {
        <S::Outputs as Selection>::read(reader, keep)
    }

    fn begin<K: Keep>(keep: &mut K, _distinct: bool) {
        <S::Outputs as Selection>::begin(keep, false);
    }

    fn finish<K: Keep>(keep: &mut K) {
        <S::Outputs as Selection>::finish(keep);
    }

    fn fetch<E: Executor>(_: &mut E, _: &mut [Self::Item<E::Keep>], _: &[Fetch]) -> Result<()> {
        Ok(())
    }
}

impl<S: Selection> super::Joined for Derived<S> {
    type Columns = S::Outputs;
    type Optional = Derived<S>;

    fn columns(source: Source) -> S::Outputs {
        S::outputs(source.id, &mut 0)
    }
}

/// Rows of several queries.
impl<F: Tables, S: Selection> Query<F, S> {
    /// The rows of either query, equal ones once. Clauses that follow are about all of them.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// # #[derive(Clone, Default, Model)] struct Guest { id: Id<Guest>, nick: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User, Guest])?;
    /// # let mut connection = db.connect()?;
    /// let names: Vec<String> = User::query()
    ///     .select(|u| u.name)
    ///     .union(Guest::query().select(|g| g.nick))
    ///     .order_by(|name| name)
    ///     .all(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn union<G: Tables, T: Selection<Row = S::Row>>(self, other: Query<G, T>) -> Query<Derived<S>> {
        let () = RefusedRows::<S>::SET;
        self.compound(SetOperator::Union, other)
    }

    /// The rows of both queries.
    pub fn union_all<G: Tables, T: Selection<Row = S::Row>>(self, other: Query<G, T>) -> Query<Derived<S>> {
        self.compound(SetOperator::UnionAll, other)
    }

    /// The rows that both queries have, equal ones once.
    pub fn intersect<G: Tables, T: Selection<Row = S::Row>>(self, other: Query<G, T>) -> Query<Derived<S>> {
        let () = RefusedRows::<S>::SET;
        self.compound(SetOperator::Intersect, other)
    }

    /// The rows that the other query does not have, equal ones once.
    pub fn except<G: Tables, T: Selection<Row = S::Row>>(self, other: Query<G, T>) -> Query<Derived<S>> {
        let () = RefusedRows::<S>::SET;
        self.compound(SetOperator::Except, other)
    }

    fn compound<G: Tables, T: Selection<Row = S::Row>>(
        mut self,
        operator: SetOperator,
        other: Query<G, T>,
    ) -> Query<Derived<S>> {
        self.close();
        self.adopt(other.error, other.outer, other.depth);
        self.select.compound.push((operator, other.select));
        self.derived()
    }

    /// Keeps what is behind the rows, like an order, from being about those of a compound.
    fn close(&mut self) {
        let Select { order, limit, offset, compound, with, .. } = &self.select;
        let plain = order.is_empty() && limit.is_none() && offset.is_none() && with.is_empty();
        if !plain || !compound.is_empty() {
            let inner = std::mem::replace(&mut self.select, Select::all(&ROWS));
            self.select.source = Relation::Select(Box::new(inner), source::root(&ROWS).id);
        }
    }

    /// A query of this query's rows, so that clauses are about what it selects: conditions on windows and aggregates.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model, row_number};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String, city: String, age: i32 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// let oldest_of_each_city: Vec<(String, i64)> = User::query()
    ///     .select(|u| (u.name, row_number().over(|w| w.partition_by(u.city).order_by(u.age.desc()))))
    ///     .derived()
    ///     .filter(|(_, place)| place.eq(1))
    ///     .all(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn derived(self) -> Query<Derived<S>> {
        let source = source::root(&ROWS);
        let relation = Relation::Select(Box::new(self.select), source.id);
        over::<S>(Select::all(relation), source, self.error, self.outer, self.depth)
    }

    /// The query as a common table expression of this name: once in a statement, wherever its rows are read.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Sale { id: Id<Sale>, shop: String, amount: i64 }
    /// # #[derive(Clone, Default, Model)] struct Shop { id: Id<Shop>, name: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Sale, Shop])?;
    /// # let mut connection = db.connect()?;
    /// let totals = Sale::query().group_by(|s| s.shop).select(|s| (s.shop, s.amount.sum())).named("totals");
    /// let rows: Vec<(i64, Option<i64>)> = Shop::query()
    ///     .join_rows(&totals, |shop, (name, _)| name.eq(shop.name))
    ///     .select(|(shop, (_, total))| (shop.id.cast::<i64>(), total))
    ///     .all(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Named<S> {
        let id = source::root(&ROWS).id;
        let cte = Some(Cte::new(id, name, self.select));
        Named { id, cte, error: self.error, outer: self.outer, depth: self.depth, selection: PhantomData }
    }

    /// A common table expression that reads itself: these rows, and those that `step` makes of the rows so far, again and
    /// again until there are no new ones.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Part { id: Id<Part>, name: String, inside: Option<Id<Part>> }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Part])?;
    /// # let mut connection = db.connect()?;
    /// let tree = Part::query()
    ///     .filter(|p| p.name.eq("car"))
    ///     .select(|p| (p.id, p.name))
    ///     .recursive("tree", |tree| {
    ///         Part::query().join_rows(tree, |p, (id, _)| p.inside.eq(id)).select(|(p, _)| (p.id, p.name))
    ///     });
    /// let parts = tree.query().all(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn recursive<G: Tables, T: Selection<Row = S::Row>>(
        mut self,
        name: impl Into<Cow<'static, str>>,
        step: impl FnOnce(&Named<S>) -> Query<G, T>,
    ) -> Named<S> {
        let () = RefusedRows::<S>::SET;
        self.close();
        let id = source::root(&ROWS).id;
        let itself =
            Named { id, cte: None, error: None, outer: Paths::new(), depth: 0, selection: PhantomData };
        let step = step(&itself);
        self.adopt(step.error, step.outer, step.depth);
        self.select.compound.push((SetOperator::Union, step.select));
        let cte = Some(Cte { recursive: true, ..Cte::new(id, name, self.select) });
        Named { cte, error: self.error, outer: self.outer, depth: self.depth.saturating_add(1), ..itself }
    }
}

/// A common table expression: rows of a query under a name, to be read by others.
pub struct Named<S> {
    id: u64,
    /// None inside of itself.
    cte: Option<Cte>,
    error: Option<Box<str>>,
    outer: Paths,
    depth: u16,
    selection: PhantomData<fn() -> S>,
}

impl<S: Selection> Named<S> {
    /// Lets the database compute the rows once and keep them, or never do that; without this it decides itself.
    pub fn materialized(mut self, materialized: bool) -> Named<S> {
        if let Some(cte) = &mut self.cte {
            cte.materialized = Some(materialized);
        }
        self
    }

    /// A query of the rows.
    pub fn query(&self) -> Query<Derived<S>> {
        let source = source::root(&ROWS);
        let mut select = Select::all(Relation::Cte { cte: self.id, id: source.id });
        select.with.extend(self.cte.clone());
        over::<S>(select, source, self.error.clone(), self.outer.clone(), self.depth)
    }
}

impl<F: Tables> Query<F> {
    /// Joins the rows of a common table expression that meet a condition with each row.
    pub fn join_rows<S: Selection>(
        mut self,
        rows: &Named<S>,
        on: impl FnOnce(F::Columns, S::Outputs) -> Condition,
    ) -> Query<<F as JoinTo<Derived<S>>>::With>
    where
        F: JoinTo<Derived<S>>,
    {
        let source = source::root(&ROWS);
        let condition = on(self.columns(), S::outputs(source.id, &mut 0)).into_tree();
        let Parts { expression, error, paths, depth } = condition.into_parts();
        self.note(error, paths, depth);
        self.adopt(rows.error.clone(), rows.outer.clone(), rows.depth);
        if let Some(cte) = &rows.cte
            && self.select.with.iter().all(|known| known.id != cte.id)
        {
            self.select.with.push(cte.clone());
        }
        let relation = Relation::Cte { cte: rows.id, id: source.id };
        self.select.joins.push(Join { kind: JoinKind::Inner, source: relation, on: Some(expression) });
        self.sources.push(source);
        self.widened()
    }
}

/// A query of the rows of a relation that is no table.
fn over<S: Selection>(
    mut select: Select,
    source: Source,
    error: Option<Box<str>>,
    outer: Paths,
    depth: u16,
) -> Query<Derived<S>> {
    let outputs = S::outputs(source.id, &mut 0);
    select.columns = Selected::Expressions(Columns::of(&outputs).expressions);
    let sources: SmallVec<[Source; 1]> = smallvec![source];
    let mut query = Query {
        sources,
        select,
        selection: Entity::new(),
        whole: true,
        scope: Scoped::default(),
        error: None,
        outer: Paths::new(),
        depth: 0,
        fetches: Vec::new(),
        tables: PhantomData,
    };
    query.adopt(error, outer, depth);
    query
}

impl<S> std::fmt::Debug for Derived<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Derived")
    }
}

impl<S> std::fmt::Debug for Named<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Named").field(&self.cte).finish()
    }
}
