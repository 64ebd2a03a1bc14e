//! Common table expressions: rows of a query under a name.

use std::borrow::Cow;
use std::marker::PhantomData;

use onggi_sql::{Cte, Join, JoinKind, Relation, Select, SetOperator};

use super::derived::{ROWS, over};
use super::{Derived, JoinTo, Query, Tables};
use crate::expression::{Condition, Paths, RefusedRows};
use crate::selection::Selection;
use crate::source;

impl<F: Tables, S: Selection> Query<F, S> {
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
        self,
        name: impl Into<Cow<'static, str>>,
        step: impl FnOnce(&Named<S>) -> Query<G, T>,
    ) -> Named<S> {
        let () = RefusedRows::<S>::SET;
        self.repeated(SetOperator::Union, name, step)
    }

    /// As [`recursive`](Query::recursive), with all rows of each step, also those that were there before: `UNION ALL`. Rows
    /// that come round again never end, unless the step counts and stops.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model, value};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User> }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// # connection.insert(&mut User::default())?;
    /// let numbers = User::query()
    ///     .select(|_| value(1_i64))
    ///     .recursive_all("numbers", |numbers| numbers.query().filter(|n| n.lt(5)).select(|n| n + 1));
    /// assert_eq!(numbers.query().all(&mut connection)?, [1, 2, 3, 4, 5]);
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn recursive_all<G: Tables, T: Selection<Row = S::Row>>(
        self,
        name: impl Into<Cow<'static, str>>,
        step: impl FnOnce(&Named<S>) -> Query<G, T>,
    ) -> Named<S> {
        self.repeated(SetOperator::UnionAll, name, step)
    }

    fn repeated<G: Tables, T: Selection<Row = S::Row>>(
        mut self,
        operator: SetOperator,
        name: impl Into<Cow<'static, str>>,
        step: impl FnOnce(&Named<S>) -> Query<G, T>,
    ) -> Named<S> {
        self.close();
        let id = source::root(&ROWS).id;
        let itself =
            Named { id, cte: None, error: None, outer: Paths::new(), depth: 0, selection: PhantomData };
        let step = step(&itself);
        self.adopt(step.error, step.outer, step.depth);
        self.select.compound.push((operator, step.select));
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

/// Joins with the rows of common table expressions, which [`named`](Query::named) makes.
impl<F: Tables> Query<F> {
    /// Joins the rows of a common table expression that meet a condition with each row.
    pub fn join_rows<S: Selection>(
        self,
        rows: &Named<S>,
        on: impl FnOnce(F::Columns, S::Outputs) -> Condition,
    ) -> Query<<F as JoinTo<Derived<S>>>::With>
    where
        F: JoinTo<Derived<S>>,
    {
        self.joined_rows(JoinKind::Inner, rows, on)
    }

    /// Joins the rows of a common table expression; rows without a partner are kept, with NULL in all columns of it: these are
    /// `Option`s.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Sale { id: Id<Sale>, shop: String, amount: i64 }
    /// # #[derive(Clone, Default, Model)] struct Shop { id: Id<Shop>, name: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Sale, Shop])?;
    /// # let mut connection = db.connect()?;
    /// let counts = Sale::query().group_by(|s| s.shop).select(|s| (s.shop, s.id.count())).named("counts");
    /// let rows: Vec<(String, i64)> = Shop::query()
    ///     .left_join_rows(&counts, |shop, (name, _)| name.eq(shop.name))
    ///     .select(|(shop, (_, sales))| (shop.name, sales.coalesce(0)))
    ///     .all(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn left_join_rows<S: Selection>(
        self,
        rows: &Named<S>,
        on: impl FnOnce(F::Columns, S::Outputs) -> Condition,
    ) -> Query<<F as JoinTo<Option<Derived<S>>>>::With>
    where
        F: JoinTo<Option<Derived<S>>>,
    {
        self.joined_rows(JoinKind::Left, rows, on)
    }

    /// Joins the rows of a common table expression; its rows without a partner are kept, with `None` for all before it.
    pub fn right_join_rows<S: Selection>(
        self,
        rows: &Named<S>,
        on: impl FnOnce(F::Columns, S::Outputs) -> Condition,
    ) -> Query<<F as JoinTo<Derived<S>>>::Behind>
    where
        F: JoinTo<Derived<S>>,
    {
        self.joined_rows(JoinKind::Right, rows, on)
    }

    /// Joins the rows of a common table expression; rows without a partner are kept on both sides.
    pub fn full_join_rows<S: Selection>(
        self,
        rows: &Named<S>,
        on: impl FnOnce(F::Columns, S::Outputs) -> Condition,
    ) -> Query<<F as JoinTo<Option<Derived<S>>>>::Behind>
    where
        F: JoinTo<Option<Derived<S>>>,
    {
        self.joined_rows(JoinKind::Full, rows, on)
    }

    fn joined_rows<S: Selection, G: Tables<Columns: Selection>>(
        mut self,
        kind: JoinKind,
        rows: &Named<S>,
        on: impl FnOnce(F::Columns, S::Outputs) -> Condition,
    ) -> Query<G> {
        let source = source::root(&ROWS);
        let condition = on(self.columns(), S::outputs(source.id, &mut 0)).into_tree();
        let (on, paths) = self.take_on(condition, source);
        self.adopt(rows.error.clone(), rows.outer.clone(), rows.depth);
        if let Some(cte) = &rows.cte
            && self.select.with.iter().all(|known| known.id != cte.id)
        {
            self.select.with.push(cte.clone());
        }
        let relation = Relation::Cte { cte: rows.id, id: source.id };
        self.join_source(Join { kind, source: relation, on: Some(on), nested: 0 }, source, paths)
    }
}

impl<S> std::fmt::Debug for Named<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Named").field(&self.cte).finish()
    }
}
