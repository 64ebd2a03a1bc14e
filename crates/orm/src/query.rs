//! Queries as values.

use std::marker::PhantomData;

use onggi_driver as driver;
use onggi_sql as sql;
use onggi_sql::{Select, Selected, Statement, Summary, Value, shape};

use crate::executor::Plain;
use crate::executor::sealed::Split;
use crate::expression::{Assignment, Condition, Order};
use crate::field::Field;
use crate::reader::Reader;
use crate::selection::{Columns, Entity, Selection};
use crate::{Error, Executor, Model, Result};

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
    select: Select,
    selection: S,
    /// A value in it that cannot be bound; told when the query runs.
    error: Option<Box<str>>,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Query<M> {
    pub(crate) fn new() -> Query<M> {
        Query { select: Select::all(M::table()), selection: Entity::new(), error: None, model: PhantomData }
    }
}

/// Clauses.
impl<M: Model, S> Query<M, S> {
    /// Keeps the rows that meet a condition; several calls must all be met.
    pub fn filter<C: Into<Condition>>(mut self, condition: impl FnOnce(M::Columns) -> C) -> Query<M, S> {
        let (expression, error) = condition(M::columns()).into().into_tree().into_parts();
        self.select.and(expression);
        self.error = self.error.or(error);
        self
    }

    /// Sorts by a column or expression, [`asc`](crate::Expression::asc) unless told otherwise; several calls sort by
    /// the first, and rows equal in it by the next.
    pub fn order_by<O: Into<Order>>(mut self, order: impl FnOnce(M::Columns) -> O) -> Query<M, S> {
        let (order, error) = order(M::columns()).into().into_parts();
        self.select.order.push(order);
        self.error = self.error.or(error);
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
    pub fn select<T: Selection>(self, selection: impl FnOnce(M::Columns) -> T) -> Query<M, T> {
        let selection = selection(M::columns());
        let mut columns = Columns::default();
        selection.columns(&mut columns);
        let select = Select { columns: Selected::Expressions(columns.expressions), ..self.select };
        Query { select, selection, error: self.error.or(columns.error), model: PhantomData }
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
        assign: impl FnOnce(M::Columns) -> A,
    ) -> Result<u64> {
        self.check_writes("update")?;
        let mut error = None;
        let mut assignments = Vec::new();
        for Assignment { column, value } in assign(M::columns()) {
            let (expression, why) = value.into_parts();
            assignments.push((column, expression));
            error = error.or(why);
        }
        if let Some(error) = error {
            return Err(Error::value(error));
        }
        if assignments.is_empty() {
            return Ok(0);
        }
        let update =
            sql::Update { source: M::table().into(), assignments, filter: self.select.filter.clone() };
        write(&Statement::Update(update), M::table().number(), executor)
    }

    /// Deletes all rows that match, in one statement, and says how many.
    ///
    /// # Errors
    ///
    /// Those of [`update`](Query::update).
    pub fn delete<E: Executor>(&self, executor: &mut E) -> Result<u64> {
        self.check_writes("delete")?;
        let delete = sql::Delete { source: M::table().into(), filter: self.select.filter.clone() };
        write(&Statement::Delete(delete), M::table().number(), executor)
    }

    fn check_writes(&self, what: &str) -> Result<()> {
        self.check()?;
        let Select { distinct, order, limit, offset, .. } = &self.select;
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
            select: self.select.clone(),
            selection: self.selection.clone(),
            error: self.error.clone(),
            model: PhantomData,
        }
    }
}

impl<M, S> std::fmt::Debug for Query<M, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.select.fmt(f)
    }
}

fn rows<K>(
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
