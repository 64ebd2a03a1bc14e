//! Queries as values.

use std::marker::PhantomData;

use onggi_driver as driver;
use onggi_sql as sql;
use onggi_sql::{Join, JoinKind, Select, Selected, Source, Statement, Summary, Value, shape};

use crate::executor::Plain;
use crate::executor::sealed::Split;
use crate::expression::{Assignment, Condition, Must, Order, Parts, Paths, Tree, need};
use crate::field::Field;
use crate::reader::Reader;
use crate::relation::fetch::add;
use crate::relation::{Eager, Fetch};
use crate::selection::{Columns, Entity, Selection};
use crate::{Error, Executor, Model, Result, source};

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
pub struct Query<M, S = Entity<M>> {
    source: Source,
    select: Select,
    selection: S,
    /// A value in it that cannot be bound; told when the query runs.
    error: Option<Box<str>>,
    /// Occurrences of tables of the queries around this one, which they are to join.
    outer: Paths,
    /// What is loaded along.
    fetches: Vec<Fetch>,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Query<M> {
    /// Loads relations along with the objects: in one statement for each, whatever the number of objects.
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
    pub fn with<E: Eager>(mut self, relation: impl FnOnce(M::Columns<Must>) -> E) -> Query<M> {
        if let Some(fetch) = relation(self.columns()).into_fetches() {
            add(&mut self.fetches, fetch);
        }
        self
    }

    pub(crate) fn take_fetches(&mut self) -> Vec<Fetch> {
        std::mem::take(&mut self.fetches)
    }

    pub(crate) fn new() -> Query<M> {
        let source = source::root(M::table());
        Query {
            source,
            select: Select::all(source),
            selection: Entity::new(),
            error: None,
            outer: Paths::new(),
            fetches: Vec::new(),
            model: PhantomData,
        }
    }
}

/// Clauses.
impl<M: Model, S> Query<M, S> {
    /// Keeps the rows that meet a condition; several calls must all be met.
    pub fn filter<C: Into<Condition>>(
        mut self,
        condition: impl FnOnce(M::Columns<Must>) -> C,
    ) -> Query<M, S> {
        let tree = condition(self.columns()).into().into_tree();
        let expression = self.take(tree);
        self.select.and(expression);
        self
    }

    /// Sorts by a column or expression, [`asc`](crate::Expression::asc) unless told otherwise; several calls sort by
    /// the first, and rows equal in it by the next.
    pub fn order_by<O: Into<Order>>(mut self, order: impl FnOnce(M::Columns<Must>) -> O) -> Query<M, S> {
        let (tree, order) = order(self.columns()).into().into_parts();
        let expression = self.take(tree);
        self.select.order.push(order(expression));
        self
    }

    /// Gives at most this many rows.
    pub fn limit(mut self, rows: u32) -> Query<M, S> {
        self.select.limit = Some(Value::Integer(rows.into()));
        self
    }

    /// Skips this many rows first.
    pub fn offset(mut self, rows: u32) -> Query<M, S> {
        self.select.offset = Some(Value::Integer(rows.into()));
        self
    }

    /// Gives equal rows once.
    pub fn distinct(mut self) -> Query<M, S> {
        self.select.distinct = true;
        self
    }

    /// Selects columns or expressions instead of objects: one, or a tuple of up to eight.
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
    pub fn select<T: Selection>(mut self, selection: impl FnOnce(M::Columns<Must>) -> T) -> Query<M, T> {
        let selection = selection(self.columns());
        let Columns { expressions, error, paths } = Columns::of(&selection);
        self.error = self.error.or(error);
        paths.into_iter().for_each(|path| self.join(path));
        let select = Select { columns: Selected::Expressions(expressions), ..self.select };
        let Query { source, error, outer, .. } = self;
        Query { source, select, selection, error, outer, fetches: Vec::new(), model: PhantomData }
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
    pub fn columns(&self) -> M::Columns<Must> {
        M::columns(self.source)
    }

    /// Takes an expression in: what is wrong with it, and the joins that it needs.
    pub(crate) fn take(&mut self, tree: Tree) -> sql::Expression {
        let Parts { expression, error, paths } = tree.into_parts();
        if error.is_some() {
            self.error = self.error.take().or(error);
        }
        paths.into_iter().for_each(|path| self.join(path));
        expression
    }

    /// Joins the tables that relations lead to, each once; those of a query around this one are left to that.
    fn join(&mut self, path: Source) {
        if !source::same_query(path, self.source) {
            return need(&mut self.outer, path);
        }
        let Some(step) = source::step(path) else { return };
        let is_joined = |source: Source| self.select.joins.iter().any(|join| join.source.is(source));
        if is_joined(path) {
            return;
        }
        self.join(step.from);
        let behind_left =
            self.select.joins.iter().any(|join| join.source.is(step.from) && join.kind == JoinKind::Left);
        let kind = match behind_left || step.relation.is_optional() {
            true => JoinKind::Left,
            false => JoinKind::Inner,
        };
        let on = Some(step.relation.condition(step.from, path));
        self.select.joins.push(Join { kind, source: path.into(), on });
    }

    /// The select, as a part of another statement: with what is wrong with it, and the occurrences of tables that the
    /// other joins.
    pub(crate) fn into_select(self) -> (Select, Option<Box<str>>, Paths) {
        (self.select, self.error, self.outer)
    }

    /// The table that it reads first.
    pub(crate) fn source(&self) -> Source {
        self.source
    }

    /// The select, to be changed.
    pub(crate) fn select_mut(&mut self) -> &mut Select {
        &mut self.select
    }

    fn check(&self) -> Result<()> {
        match &self.error {
            None => Ok(()),
            Some(error) => Err(Error::value(&**error)),
        }
    }
}

/// Running.
impl<M: Model, S: Selection> Query<M, S> {
    /// All rows.
    ///
    /// # Errors
    ///
    /// Those of the database, and rows that cannot be read: their table, column and key are named. With
    /// [`each`](Query::each) the other rows can be read all the same.
    pub fn all<E: Executor>(&self, executor: &mut E) -> Result<Vec<S::Item<E::Keep>>> {
        let mut items = Vec::new();
        self.keep(executor, |item| {
            items.push(item);
            true
        })?;
        S::fetch(executor, &mut items, &self.fetches)?;
        Ok(items)
    }

    /// The first row, if there is any.
    ///
    /// # Errors
    ///
    /// Those of [`all`](Query::all).
    pub fn first<E: Executor>(&self, executor: &mut E) -> Result<Option<S::Item<E::Keep>>> {
        let mut first = None;
        self.keep(executor, |item| {
            first = Some(item);
            false
        })?;
        S::fetch(executor, first.as_mut_slice(), &self.fetches)?;
        Ok(first)
    }

    /// The row, of which there must be exactly one.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found) and [`is_not_unique`](Error::is_not_unique), and those of
    /// [`all`](Query::all).
    pub fn one<E: Executor>(&self, executor: &mut E) -> Result<S::Item<E::Keep>> {
        match self.one_or_none(executor)? {
            Some(item) => Ok(item),
            None => Err(Error::not_found(format!("no row of {} matches the query", M::table().name))),
        }
    }

    /// The row, of which there must be at most one.
    ///
    /// # Errors
    ///
    /// [`is_not_unique`](Error::is_not_unique), and those of [`all`](Query::all).
    pub fn one_or_none<E: Executor>(&self, executor: &mut E) -> Result<Option<S::Item<E::Keep>>> {
        let (mut found, mut several) = (None, false);
        self.keep(executor, |item| {
            several = found.replace(item).is_some();
            !several
        })?;
        if several {
            let table = M::table().name;
            return Err(Error::not_unique(format!("more than one row of {table} matches the query")));
        }
        S::fetch(executor, found.as_mut_slice(), &self.fetches)?;
        Ok(found)
    }

    /// Lends every row to a function, holding one at a time; on a session too, objects are plain and not tracked.
    ///
    /// A row that cannot be read comes as an error of its own, so the function may go on to the next: `let user =
    /// user?;` stops at it.
    ///
    /// # Errors
    ///
    /// Those of the database and of the function, which end the query.
    pub fn each<E: Executor>(
        &self,
        executor: &mut E,
        mut each: impl FnMut(Result<S::Item<Plain>>) -> Result<()>,
    ) -> Result<()> {
        if !self.fetches.is_empty() {
            return Err(Error::usage("`each` holds one row at a time: relations are loaded `with` all rows"));
        }
        self.run(&self.select, executor, |reader, _| {
            each(S::read(reader, &mut Plain))?;
            Ok(true)
        })
    }

    /// How many rows there are.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn count<E: Executor>(&self, executor: &mut E) -> Result<u64> {
        self.summary(executor, Summary::Count)
    }

    /// Whether there is a row.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn exists<E: Executor>(&self, executor: &mut E) -> Result<bool> {
        Ok(self.summary::<E, i64>(executor, Summary::Exists)? != 0)
    }

    fn summary<E: Executor, T: Field + Default>(&self, executor: &mut E, summary: Summary) -> Result<T> {
        let mut select = Select { summary: Some(summary), order: Vec::new(), ..self.select.clone() };
        // What is selected decides how many rows there are where it is distinct, or an aggregate.
        if !select.distinct && matches!(select.columns, Selected::Table) {
            select.columns = Selected::Nothing;
        }
        let mut result = T::default();
        self.run(&select, executor, |reader, _| {
            result = reader.next()?;
            Ok(false)
        })?;
        Ok(result)
    }

    /// Hands the rows to `each`, as the executor keeps them, until that says to stop.
    fn keep<E: Executor>(
        &self,
        executor: &mut E,
        mut each: impl FnMut(S::Item<E::Keep>) -> bool,
    ) -> Result<()> {
        // Flushed first, so that the keeper knows all objects; no row of one table comes twice.
        self.check()?;
        executor.before_read()?;
        S::begin(executor.split().1, true);
        let result = self.run(&self.select, executor, |reader, keep| Ok(each(S::read(reader, keep)?)));
        S::finish(executor.split().1);
        result
    }

    /// Runs a select and hands its rows to `row` until that says to stop.
    fn run<E: Executor>(
        &self,
        select: &Select,
        executor: &mut E,
        row: impl FnMut(&mut Reader<'_>, &mut E::Keep) -> Result<bool>,
    ) -> Result<()> {
        self.check()?;
        executor.before_read()?;
        let (connection, keep) = executor.split();
        rows(select, connection, keep, row).inspect_err(|_| executor.after_error())
    }
}

/// Writing to all rows that match.
impl<M: Model> Query<M> {
    /// Changes all rows that match, in one statement, and says how many.
    ///
    /// Objects that a session has loaded keep their values until a query or
    /// [`refresh`](crate::Session::refresh) reads them again.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct User { id: Id<User>, age: i32, city: Option<String> }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// User::query().filter(|u| u.age.lt(18)).update(&mut connection, |u| u.age.set(u.age + 1))?;
    /// User::query().update(&mut connection, |u| [u.city.set(None), u.age.set(0)])?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the database, and queries with a limit, an order or `distinct`, which no update has.
    pub fn update<E: Executor, A: IntoIterator<Item = Assignment>>(
        &self,
        executor: &mut E,
        assign: impl FnOnce(M::Columns<Must>) -> A,
    ) -> Result<u64> {
        self.check_writes("update")?;
        let mut error = None;
        let mut assignments = Vec::new();
        for Assignment { column, value } in assign(self.columns()) {
            let Parts { expression, error: why, paths } = value.into_parts();
            assignments.push((column, expression));
            error = error.or(why);
            if !paths.is_empty() {
                return Err(Error::usage(
                    "update sets columns from the columns of the same row, or from subqueries",
                ));
            }
        }
        if let Some(error) = error {
            return Err(Error::value(error));
        }
        if assignments.is_empty() {
            return Ok(0);
        }
        let update = sql::Update { source: self.source, assignments, filter: self.select.filter.clone() };
        write(&Statement::Update(update), M::table().number(), executor)
    }

    /// Deletes all rows that match, in one statement, and says how many.
    ///
    /// # Errors
    ///
    /// Those of [`update`](Query::update).
    pub fn delete<E: Executor>(&self, executor: &mut E) -> Result<u64> {
        self.check_writes("delete")?;
        let delete = sql::Delete { source: self.source, filter: self.select.filter.clone() };
        write(&Statement::Delete(delete), M::table().number(), executor)
    }

    fn check_writes(&self, what: &str) -> Result<()> {
        self.check()?;
        let Select { distinct, order, limit, offset, joins, .. } = &self.select;
        if !joins.is_empty() {
            return Err(Error::usage(format!(
                "{what} takes conditions on the rows' own columns: ask about relations with `any`, or with a subquery"
            )));
        }
        if *distinct || !order.is_empty() || limit.is_some() || offset.is_some() {
            return Err(Error::usage(format!(
                "{what} takes a query with `filter` alone: no order, limit or distinct"
            )));
        }
        Ok(())
    }
}

impl<M, S: Clone> Clone for Query<M, S> {
    fn clone(&self) -> Query<M, S> {
        Query {
            source: self.source,
            select: self.select.clone(),
            selection: self.selection.clone(),
            error: self.error.clone(),
            outer: self.outer.clone(),
            fetches: self.fetches.clone(),
            model: PhantomData,
        }
    }
}

impl<M, S> std::fmt::Debug for Query<M, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.select.fmt(f)
    }
}

/// Runs a select and hands its rows to `row` until that says to stop.
pub(crate) fn rows<K>(
    select: &Select,
    connection: &mut driver::Connection,
    keep: &mut K,
    mut row: impl FnMut(&mut Reader<'_>, &mut K) -> Result<bool>,
) -> Result<()> {
    let (shape, values) = shape::of_select(select);
    connection.with(
        &shape,
        || Statement::Select(select.clone()),
        |prepared| {
            let mut rows = prepared.query(|to| bind(&values, to))?;
            while let Some(next) = rows.next_row()? {
                if !row(&mut Reader::new(next), keep)? {
                    break;
                }
            }
            Ok(())
        },
    )
}

/// Runs a statement that gives no rows.
fn write<E: Split>(statement: &Statement, table: u32, executor: &mut E) -> Result<u64> {
    executor.before_write()?;
    let result = execute(statement, executor.split().0);
    match &result {
        Ok(_) => executor.after_write(Some(table)),
        Err(_) => executor.after_error(),
    }
    result
}

fn execute(statement: &Statement, connection: &mut driver::Connection) -> Result<u64> {
    let (shape, values) = shape::of(statement);
    connection.with(&shape, || statement.clone(), |prepared| prepared.execute(|to| bind(&values, to)))
}

fn bind(values: &[&Value], to: &mut dyn driver::Bind) -> Result<()> {
    for value in values {
        to.bind(value.as_ref())?;
    }
    Ok(())
}
