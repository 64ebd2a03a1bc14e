use onggi_driver as driver;
use onggi_sql::{self as sql, Select, Statement, shape};

use super::Query;
use super::run::bind;
use crate::executor::sealed::Split;
use crate::expression::{Assignment, Must, Parts};
use crate::projection::complete;
use crate::{Error, Executor, Model, Result};

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
            let Parts { expression, error: why, paths, .. } = value.into_parts();
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
        complete(M::table(), &mut assignments)?;
        if assignments.is_empty() {
            return Ok(0);
        }
        let update = sql::Update {
            filter: self.select.filter.clone(),
            ..sql::Update::new(self.source(), assignments)
        };
        write(&Statement::Update(update), M::table().number(), executor)
    }

    /// Deletes all rows that match, in one statement, and says how many.
    ///
    /// # Errors
    ///
    /// Those of [`update`](Query::update).
    pub fn delete<E: Executor>(&self, executor: &mut E) -> Result<u64> {
        self.check_writes("delete")?;
        let delete = sql::Delete { filter: self.select.filter.clone(), ..sql::Delete::new(self.source()) };
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
