//! Queries that read the rows of other queries: sets of rows and derived tables.

use std::marker::PhantomData;

use onggi_sql::{Relation, Select, Selected, SetOperator, Source, Table};
use smallvec::{SmallVec, smallvec};

use super::scope::Scoped;
use super::{Query, Tables};
use crate::executor::Keep;
use crate::expression::{Paths, RefusedRows};
use crate::reader::Reader;
use crate::relation::Fetch;
use crate::selection::{Columns, Entity, Selection};
use crate::{Executor, Result, source};

/// Stands in for the table of rows that another query makes.
pub(super) static ROWS: Table = Table::new("subquery", &[], &[]);

/// The rows of another query, whose selection is `S`: what a query of them reads, in place of a model.
///
/// Closures see what the other selects, by position: `|(name, total)| total.gt(9)`. Of an object they see its columns and
/// relations, as elsewhere: `|post| post.author().name.eq("Ann")`.
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

    fn fetch<E: Executor>(_: &mut E, _: &mut [Self::Item<E::Keep>], _: &[Fetch]) -> Result<()> {
        Ok(())
    }
}

impl<S: Selection> super::Joined for Derived<S> {
    type Columns = S::Outputs;
    type Optional = Option<Derived<S>>;

    fn columns(source: Source) -> S::Outputs {
        S::outputs(source.id, &mut 0)
    }
}

impl<S: Selection> super::Joined for Option<Derived<S>> {
    type Columns = S::Optional;
    type Optional = Option<Derived<S>>;

    fn columns(source: Source) -> S::Optional {
        S::optional(source.id, &mut 0)
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
    pub(super) fn close(&mut self) {
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
}

/// A query of the rows of a relation that is no table.
pub(super) fn over<S: Selection>(
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
