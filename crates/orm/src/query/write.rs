use onggi_driver as driver;
use onggi_sql::{self as sql, Statement, shape};

use super::run::bind;
use super::{Query, Tables, Written};
use crate::executor::sealed::Split;
use crate::executor::{Keep as _, Plain};
use crate::expression::{Assignment, Must};
use crate::reader::Reader;
use crate::selection::{Columns, Selection};
use crate::unit_of_work::check_exact;
use crate::{Error, Executor, Model, Result, source};

/// Writing to all rows that match.
impl<F: Tables> Query<F> {
    /// Changes all rows that match, in one statement, and says how many. Where models are joined, rows of the first.
    ///
    /// Conditions and new values can follow relations to one and name columns of what is joined. Where several joined rows
    /// belong to a row, the new values are those of one of them, of whichever the database reads. With a limit, the first
    /// rows of an order are changed.
    ///
    /// Objects that a session has loaded keep their values until a query or
    /// [`refresh`](crate::Session::refresh) reads them again.
    ///
    /// ```
    /// # use onggi::{BelongsTo, Database, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct User { id: Id<User>, age: i32, city: Option<String> }
    /// # #[derive(Clone, Default, Model)]
    /// # struct Post { id: Id<Post>, city: Option<String>, author: BelongsTo<User> }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User, Post])?;
    /// # let mut connection = db.connect()?;
    /// User::query().filter(|u| u.age.lt(18)).update(&mut connection, |u| u.age.set(u.age + 1))?;
    /// User::query().update(&mut connection, |u| [u.city.set(None), u.age.set(0)])?;
    /// Post::query()
    ///     .filter(|p| p.author().age.gt(90))
    ///     .update(&mut connection, |p| p.city.set(p.author().city))?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the database, and queries that are grouped, distinct or lock rows, which no update is.
    pub fn update<E: Executor, A: IntoIterator<Item = Assignment>>(
        &self,
        executor: &mut E,
        assign: impl FnOnce(F::Columns) -> A,
    ) -> Result<u64>
    where
        F: Written,
    {
        match self.update_of(assign)? {
            Some(update) => write(&Statement::Update(update), F::Model::table().number(), executor),
            None => Ok(0),
        }
    }

    /// Deletes all rows that match, in one statement, and says how many. Where models are joined, rows of the first.
    ///
    /// ```
    /// # use onggi::{BelongsTo, Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// # #[derive(Clone, Default, Model)]
    /// # struct Post { id: Id<Post>, likes: i64, author: BelongsTo<User> }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User, Post])?;
    /// # let mut connection = db.connect()?;
    /// Post::query().filter(|p| p.author().name.eq("Jo")).delete(&mut connection)?;
    /// Post::query().order_by(|p| p.likes).limit(10).delete(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`update`](Query::update).
    pub fn delete<E: Executor>(&self, executor: &mut E) -> Result<u64>
    where
        F: Written,
    {
        write(&Statement::Delete(self.delete_of()?), F::Model::table().number(), executor)
    }
}

/// Writing, with what was written.
impl<F: Tables> Query<F> {
    /// As [`update`](Query::update), and gives back a selection of each row that was changed; on a session whole objects as
    /// handles, with their new values.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, age: i32 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// let ages: Vec<i32> =
    ///     User::query().update_returning(&mut connection, |u| u.age.set(u.age + 1), |u| u.age)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`update`](Query::update).
    pub fn update_returning<E: Executor, A: IntoIterator<Item = Assignment>, R: Selection>(
        &self,
        executor: &mut E,
        assign: impl FnOnce(F::Columns) -> A,
        selection: impl FnOnce(<F::Model as Model>::Columns<Must>) -> R,
    ) -> Result<Vec<R::Item<E::Keep>>>
    where
        F: Written,
    {
        let Some(mut update) = self.update_of(assign)? else { return Ok(Vec::new()) };
        update.returning = returned(&selection(<F::Model as Model>::columns(self.source())))?;
        run_kept::<R, E>(&Statement::Update(update), F::Model::table().number(), executor)
    }

    /// As [`delete`](Query::delete), and gives back a selection of each row that was deleted; whole objects are plain.
    ///
    /// # Errors
    ///
    /// Those of [`update`](Query::update).
    pub fn delete_returning<E: Executor, R: Selection>(
        &self,
        executor: &mut E,
        selection: impl FnOnce(<F::Model as Model>::Columns<Must>) -> R,
    ) -> Result<Vec<R::Item<Plain>>>
    where
        F: Written,
    {
        let mut delete = self.delete_of()?;
        delete.returning = returned(&selection(<F::Model as Model>::columns(self.source())))?;
        run_returning::<R, E>(&Statement::Delete(delete), F::Model::table().number(), executor)
    }
}

/// What a statement that writes gives back.
pub(crate) fn returned(selection: &impl Selection) -> Result<Vec<sql::Expression>> {
    let Columns { expressions, error, paths, .. } = Columns::of(selection);
    match error {
        Some(error) => Err(Error::value(error)),
        None if paths.is_empty() => Ok(expressions),
        None => Err(Error::usage("what is written gives back its own columns, not those of relations")),
    }
}

impl<F: Tables, S: Selection> Query<F, S> {
    /// Inserts the query's rows into another model's table, in one statement, and says how many. The columns that they go
    /// to are of the same types; the database fills the others.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String, age: i32 }
    /// # #[derive(Clone, Default, Model)] struct Elder { id: Id<Elder>, name: String, age: i32 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User, Elder])?;
    /// # let mut connection = db.connect()?;
    /// let old = User::query().filter(|u| u.age.gt(90)).select(|u| (u.name, u.age));
    /// old.insert_into::<Elder, _>(&mut connection, |e| (e.name, e.age))?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn insert_into<M: Model, T: Selection<Row = S::Row>>(
        &self,
        executor: &mut impl Executor,
        columns: impl FnOnce(M::Columns<Must>) -> T,
    ) -> Result<u64> {
        self.check()?;
        let source = source::root(M::table());
        let mut positions = Vec::new();
        for expression in returned(&columns(M::columns(source)))? {
            match expression {
                sql::Expression::Column(own, column) if own == source => positions.push(column),
                _ => {
                    return Err(Error::usage(
                        "rows are inserted into columns of the model, not into expressions",
                    ));
                }
            }
        }
        if let Some(column) = M::table().columns.iter().find(|column| column.projection.is_some()) {
            return Err(Error::usage(format!(
                "{}.{} repeats a part of a pickle, which the database cannot take out of the rows of a query",
                M::table().name,
                column.name
            )));
        }
        let rows = sql::Rows::Select(Box::new(self.select.clone()));
        let insert = sql::Insert { rows, ..sql::Insert::row(source, positions) };
        write(&Statement::Insert(insert), M::table().number(), executor)
    }
}

/// Runs a statement that writes and gives rows, which are in the database still: objects are kept.
pub(crate) fn run_kept<R: Selection, E: Split>(
    statement: &Statement,
    table: u32,
    executor: &mut E,
) -> Result<Vec<R::Item<E::Keep>>> {
    executor.before_write()?;
    // What is known of the table's rows is as they were; what is read now is not.
    executor.after_write(Some(table));
    let mut items = Vec::new();
    let (connection, keep) = executor.split();
    R::begin(keep, false);
    let result = rows_written(statement, connection, |reader| {
        items.push(R::read(reader, keep)?);
        Ok(())
    });
    executor.split().1.finish();
    result.inspect_err(|_| executor.after_error())?;
    Ok(items)
}

/// Runs a statement that writes and gives rows as they were.
fn run_returning<R: Selection, E: Split>(
    statement: &Statement,
    table: u32,
    executor: &mut E,
) -> Result<Vec<R::Item<Plain>>> {
    executor.before_write()?;
    let mut items = Vec::new();
    let result = rows_written(statement, executor.split().0, |reader| {
        items.push(R::read(reader, &mut Plain)?);
        Ok(())
    });
    match &result {
        Ok(()) => executor.after_write(Some(table)),
        Err(_) => executor.after_error(),
    }
    result.map(|()| items)
}

fn rows_written(
    statement: &Statement,
    connection: &mut driver::Connection,
    mut row: impl FnMut(&mut Reader<'_>) -> Result<()>,
) -> Result<()> {
    check_exact(statement, connection)?;
    let (shape, values) = shape::of(statement);
    connection.with(
        &shape,
        || statement.clone(),
        |prepared| {
            let mut rows = prepared.query(|to| bind(&values, to))?;
            while let Some(next) = rows.next_row()? {
                row(&mut Reader::new(next))?;
            }
            Ok(())
        },
    )
}

/// Runs a statement that gives no rows.
pub(crate) fn write<E: Split>(statement: &Statement, table: u32, executor: &mut E) -> Result<u64> {
    executor.before_write()?;
    let connection = executor.split().0;
    let result = check_exact(statement, connection).and_then(|()| execute(statement, connection));
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
