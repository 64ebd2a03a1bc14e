//! Queries as values.

mod derived;
mod explain;
mod explicit;
mod join;
mod lock;
mod named;
mod page;
mod run;
mod scope;
mod set_wide;
mod tables;
mod write;

use std::marker::PhantomData;

use onggi_sql as sql;
use onggi_sql::{Select, Selected, Source, Value};
use smallvec::{SmallVec, smallvec};

pub use self::derived::Derived;
pub use self::explicit::JoinTo;
pub use self::named::Named;
pub(crate) use self::run::rows;
use self::scope::Scoped;
pub(crate) use self::set_wide::count_version;
pub use self::tables::{Joined, Tables, Written};
pub(crate) use self::write::{returned, run_kept, write};
use crate::expression::{Condition, DEPTH, DISTINCT, Must, Order, Parts, Paths, RefusedRows, Tree};
use crate::relation::fetch::{By, add};
use crate::relation::{Eager, Fetch};
use crate::selection::{Columns, Entity, EntityColumns, Selection};
use crate::{Error, Model, Result, source};

/// A description of the rows wanted. Building it does nothing; [`all`](Query::all) and its like run it.
///
/// ```
/// # use onggi::{Database, Id, Model};
/// # #[derive(Clone, Default, Model)]
/// # struct User { id: Id<User>, name: String, age: i32 }
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User])?;
/// let adults = User::query().filter(|u| u.age.ge(18) & u.name.starts_with("J")).order_by(|u| u.age.desc());
///
/// let mut connection = db.connect()?;
/// let plain: Vec<User> = adults.all(&mut connection)?;
///
/// let mut session = db.session()?;
/// let tracked: Vec<onggi::Handle<User>> = adults.all(&mut session)?;
/// # Ok::<(), onggi::Error>(())
/// ```
#[must_use = "a query does nothing until it is run, with `all`, `one` or the like"]
pub struct Query<F, S = Entity<F>> {
    /// The tables that closures see: its own, and those joined to it.
    sources: SmallVec<[Source; 1]>,
    select: Select,
    selection: S,
    /// Whether it gives the tables' objects, and nothing made of them.
    whole: bool,
    /// What the filter has of default scopes.
    scope: Scoped,
    /// A value in it that cannot be bound; told when the query runs.
    error: Option<Box<str>>,
    /// Occurrences of tables of the queries around this one, which they are to join.
    outer: Paths,
    /// How deep the deepest of its expressions is.
    depth: u16,
    /// What is loaded along.
    fetches: Vec<Fetch>,
    tables: PhantomData<fn() -> F>,
}

impl<M: Model> Query<M> {
    /// Loads relations along with the objects, in few statements whatever the number of objects: what foreign keys of the
    /// query's own rows refer to is joined to them, as by [`with_join`](Query::with_join), and each other relation takes one
    /// statement, as by [`with_select`](Query::with_select).
    ///
    /// `|post| post.author().company()` loads authors and their companies, `|user| user.posts().with(|post|
    /// post.tags())` posts and their tags. A relation to many can be narrowed: `|user| user.posts().filter(|post|
    /// post.likes.gt(9)).order_by(|post| post.likes.desc())`. In plain structs the relations' fields then hold the
    /// objects; in a session [`load`](crate::Session::load) gives them without a statement.
    ///
    /// ```
    /// # use onggi::{BelongsTo, HasMany, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct User { id: Id<User>, name: String, #[model(inverse(author))] posts: HasMany<Post> }
    /// # #[derive(Clone, Default, Model)]
    /// # struct Post { id: Id<Post>, title: String, author: BelongsTo<User> }
    /// # let db = onggi::Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User, Post])?;
    /// # let mut connection = db.connect()?;
    /// let users: Vec<User> = User::query().with(|user| user.posts()).all(&mut connection)?;
    /// for user in &users {
    ///     println!("{}: {} posts", user.name, user.posts.loaded().map_or(0, <[Post]>::len));
    /// }
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn with<E: Eager>(self, relation: impl FnOnce(M::Columns<Must>) -> E) -> Query<M> {
        let relation = relation(self.columns());
        self.fetch(relation, By::Choice)
    }

    /// Loads relations to one along by the query's own statement, to which their tables are joined: what
    /// [`with`](Query::with) does for foreign keys, said.
    ///
    /// No row is lost where a reference leads to nothing. Rows that share an object each bring its columns, which a session
    /// reads once, and plain structs each for itself. A `distinct` query, and one that groups or locks its rows, takes
    /// statements of their own all the same. [`each`](Query::each) gives rows with what is joined.
    ///
    /// ```
    /// # use onggi::{BelongsTo, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, title: String, author: BelongsTo<User> }
    /// # let db = onggi::Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User, Post])?;
    /// # let mut connection = db.connect()?;
    /// Post::query().with_join(|post| post.author()).each(&mut connection, |post| {
    ///     let post = post?;
    ///     println!("{} by {}", post.title, post.author.object().map_or("nobody", |author| &author.name));
    ///     Ok(())
    /// })?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn with_join<C: EntityColumns<Model: Model>>(
        mut self,
        relation: impl FnOnce(M::Columns<Must>) -> C,
    ) -> Query<M> {
        let to = relation(self.columns());
        let steps = std::iter::successors(source::step(to.source()), |step| source::step(step.from));
        if let Some(other) = steps.map(|step| step.relation).find(|relation| relation.columns().is_empty()) {
            let why = format!(
                "{} is the other end of a relation, of which a join can give several rows: load it `with`",
                other.name
            );
            self.error.get_or_insert_with(|| why.into());
        }
        self.fetch(to, By::Join)
    }

    /// Loads relations along by statements of their own, each by the keys of all objects before: where many rows share few
    /// large objects, each of them is read once.
    ///
    /// ```
    /// # use onggi::{BelongsTo, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Logo { id: Id<Logo>, image: Vec<u8> }
    /// # #[derive(Clone, Default, Model)] struct Item { id: Id<Item>, name: String, logo: BelongsTo<Logo> }
    /// # let db = onggi::Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Logo, Item])?;
    /// # let mut connection = db.connect()?;
    /// let items = Item::query().with_select(|item| item.logo()).all(&mut connection)?; // two statements
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn with_select<E: Eager>(self, relation: impl FnOnce(M::Columns<Must>) -> E) -> Query<M> {
        let relation = relation(self.columns());
        self.fetch(relation, By::Select)
    }

    fn fetch(mut self, relation: impl Eager, by: By) -> Query<M> {
        if let Some((source, column)) = relation.deferred() {
            self.include(source, column);
        }
        if let Some(fetch) = relation.into_fetches() {
            add(&mut self.fetches, fetch.by(by));
        }
        self
    }

    /// Reads a deferred column too.
    fn include(&mut self, source: Source, column: usize) {
        if source != self.source() {
            let why = "a deferred column of another object is read by a query of its own, or by `load`";
            self.error.get_or_insert_with(|| why.into());
            return;
        }
        let mut columns = match std::mem::replace(&mut self.select.columns, Selected::Table) {
            Selected::Expressions(columns) => columns,
            Selected::Table | Selected::Nothing => source::columns(source).collect(),
        };
        columns[column] = sql::Expression::column(source, column);
        self.select.columns = Selected::Expressions(columns);
    }

    pub(crate) fn take_fetches(&mut self) -> Vec<Fetch> {
        std::mem::take(&mut self.fetches)
    }

    #[inline]
    pub(crate) fn new() -> Query<M> {
        let source = source::root(M::table());
        Query {
            sources: smallvec![source],
            select: Select::all(source),
            selection: Entity::new(),
            whole: true,
            scope: Scoped::default(),
            error: None,
            outer: Paths::new(),
            depth: 0,
            fetches: Vec::new(),
            tables: PhantomData,
        }
    }
}

impl<F: Tables, S: Selection> Query<F, S> {
    /// Gives equal rows once. Rows with a whole pickle are refused when the query runs, unless it is that of a whole object:
    /// equal pickles can have different bytes.
    pub fn distinct(mut self) -> Query<F, S> {
        self.select.distinct = true;
        self.check_distinct(S::PICKLED);
        self
    }
}

/// Clauses.
impl<F: Tables, S> Query<F, S> {
    /// Keeps the rows that meet a condition; several calls must all be met.
    #[inline]
    pub fn filter<C: Into<Condition>>(mut self, condition: impl FnOnce(F::Columns) -> C) -> Query<F, S> {
        let tree = condition(self.columns()).into().into_tree();
        let expression = self.take(tree);
        self.select.and(expression);
        self
    }

    /// Makes one row of all rows that agree in this, an expression or a tuple of them; select it, and aggregates.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model, count_rows};
    /// # #[derive(Clone, Default, Model)]
    /// # struct User { id: Id<User>, city: Option<String>, age: i32 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// let big: Vec<(Option<String>, i64, Option<i32>)> = User::query()
    ///     .group_by(|u| u.city)
    ///     .having(|_| count_rows().gt(100))
    ///     .select(|u| (u.city, count_rows(), u.age.max()))
    ///     .all(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn group_by<K: Selection>(mut self, keys: impl FnOnce(F::Columns) -> K) -> Query<F, S> {
        let () = RefusedRows::<K>::GROUP;
        let Columns { expressions, error, paths, depth } = Columns::of(&keys(self.columns()));
        self.note(error, paths, depth);
        self.select.group_by.extend(expressions);
        self
    }

    /// Keeps the rows of [`group_by`](Query::group_by) that meet a condition; several calls must all be met.
    pub fn having<C: Into<Condition>>(mut self, condition: impl FnOnce(F::Columns) -> C) -> Query<F, S> {
        let tree = condition(self.columns()).into().into_tree();
        let expression = self.take(tree);
        self.select.having = Some(match self.select.having.take() {
            Some(having) => having.and(expression),
            None => expression,
        });
        self
    }

    /// Sorts by a column or expression, [`asc`](crate::Expression::asc) unless told otherwise; several calls sort by
    /// the first, and rows equal in it by the next.
    #[inline]
    pub fn order_by<O: Into<Order>>(mut self, order: impl FnOnce(F::Columns) -> O) -> Query<F, S> {
        let (tree, order) = order(self.columns()).into().into_parts();
        let expression = self.take(tree);
        let order = order(expression);
        match self.select.order.is_empty() {
            // Of its size: most queries are sorted by one.
            true => self.select.order = vec![order],
            false => self.select.order.push(order),
        }
        self
    }

    /// Gives at most this many rows.
    #[inline]
    pub fn limit(mut self, rows: u32) -> Query<F, S> {
        self.select.limit = Some(Value::Integer(rows.into()));
        self
    }

    /// Skips this many rows first.
    #[inline]
    pub fn offset(mut self, rows: u32) -> Query<F, S> {
        self.select.offset = Some(Value::Integer(rows.into()));
        self
    }

    /// Selects columns or expressions instead of objects: one, a tuple of up to twelve, or a struct with
    /// [`#[derive(FromRow)]`](derive@crate::FromRow), field by field.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct User { id: Id<User>, name: String, age: i32 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// let pairs: Vec<(String, i32)> = User::query().select(|u| (u.name, u.age)).all(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn select<T: Selection>(mut self, selection: impl FnOnce(F::Columns) -> T) -> Query<F, T> {
        let selection = selection(self.columns());
        let Columns { expressions, error, paths, depth } = Columns::of(&selection);
        self.note(error, paths, depth);
        self.select.columns = Selected::Expressions(expressions);
        self.check_distinct(T::PICKLED);
        self.selecting(selection, false)
    }

    fn check_distinct(&mut self, pickled: bool) {
        if pickled && self.select.distinct {
            self.error.get_or_insert_with(|| DISTINCT.into());
        }
    }

    /// The query with another selection, and maybe with other tables.
    fn selecting<G, T>(self, selection: T, whole: bool) -> Query<G, T> {
        Query {
            sources: self.sources,
            select: self.select,
            selection,
            whole,
            scope: self.scope,
            error: self.error,
            outer: self.outer,
            depth: self.depth,
            fetches: Vec::new(),
            tables: PhantomData,
        }
    }

    /// What closures see, for conditions that are built outside of them.
    ///
    /// ```
    /// # use onggi::{Condition, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String, age: i32 }
    /// let query = User::query();
    /// let user = query.columns();
    /// let mut conditions: Vec<Condition> = vec![user.age.ge(18)];
    /// conditions.push(user.name.ne(""));
    /// let adults = query.filter(|_| conditions.into_iter().collect::<Condition>());
    /// ```
    #[inline]
    pub fn columns(&self) -> F::Columns {
        F::columns(&self.sources)
    }

    /// Takes an expression in: what is wrong with it, and the joins that it needs.
    #[inline]
    pub(crate) fn take(&mut self, tree: Tree) -> sql::Expression {
        let Parts { expression, error, paths, depth } = tree.into_parts();
        self.note(error, paths, depth);
        expression
    }

    /// Notes what expressions bring along that are taken in.
    #[inline]
    fn note(&mut self, error: Option<Box<str>>, paths: Paths, depth: u16) {
        if error.is_some() {
            self.error = self.error.take().or(error);
        }
        self.depth = self.depth.max(depth);
        paths.into_iter().for_each(|path| self.join_path(path));
    }

    /// Notes what a query brings along whose rows this one reads.
    fn adopt(&mut self, error: Option<Box<str>>, outer: Paths, depth: u16) {
        let depth = depth.saturating_add(1);
        let too_deep = || format!("queries are nested more than {DEPTH} levels deep").into();
        self.note(error.or_else(|| (depth > DEPTH).then(too_deep)), outer, depth);
        if depth > DEPTH {
            // Nothing has to walk it any more.
            self.select = Select::all(self.source());
            self.scope = Scoped::default();
        }
    }

    /// The select, as a part of another statement: with what is wrong with it, and the occurrences of tables that the
    /// other joins.
    pub(crate) fn into_select(self) -> (Select, Option<Box<str>>, Paths) {
        (self.select, self.error, self.outer)
    }

    /// The select inside an expression of a query around it.
    pub(crate) fn into_subquery(self, wrap: impl FnOnce(Select) -> sql::Expression) -> Tree {
        Tree::around(wrap(self.select), self.error, self.outer, self.depth)
    }

    /// Whether it gives its tables' objects, and nothing made of them.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The table that it reads first.
    pub(crate) fn source(&self) -> Source {
        self.sources[0]
    }

    /// The select, to be changed.
    pub(crate) fn select_mut(&mut self) -> &mut Select {
        &mut self.select
    }

    fn check(&self) -> Result<()> {
        match &self.error {
            None => self.check_groups(),
            Some(error) => Err(Error::value(&**error)),
        }
    }

    /// SQLite would give the column of any row.
    fn check_groups(&self) -> Result<()> {
        let Selected::Expressions(selected) = &self.select.columns else { return Ok(()) };
        let of_row = |one: &sql::Expression| {
            matches!(one, sql::Expression::Column(..) | sql::Expression::Output { .. })
        };
        let of_all = |one: &sql::Expression| matches!(one, sql::Expression::Aggregate(_));
        let is_mixed = self.select.group_by.is_empty() && selected.iter().any(of_all);
        match is_mixed && selected.iter().any(of_row) {
            false => Ok(()),
            true => Err(Error::usage(
                "a column is selected beside an aggregate of all rows: say `group_by` for it, or make the aggregate a window \
                 with `over`; in `select!` write `count(p.city)` for `p.city.count()`",
            )),
        }
    }
}

impl<F, S: Clone> Clone for Query<F, S> {
    fn clone(&self) -> Query<F, S> {
        Query {
            sources: self.sources.clone(),
            select: self.select.clone(),
            selection: self.selection.clone(),
            whole: self.whole,
            scope: self.scope,
            error: self.error.clone(),
            outer: self.outer.clone(),
            depth: self.depth,
            fetches: self.fetches.clone(),
            tables: PhantomData,
        }
    }
}

impl<F, S> std::fmt::Debug for Query<F, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.select.fmt(f)
    }
}
