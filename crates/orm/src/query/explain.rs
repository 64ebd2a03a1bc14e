//! What a query is to a database.

use onggi_sql::shape::{self, Shape, Values};
use onggi_sql::{Statement, ValueRef};

use super::run::bind;
use super::{Query, Tables};
use crate::selection::Selection;
use crate::{Executor, Result};

/// Looking into it.
impl<F: Tables, S: Selection> Query<F, S> {
    /// The SQL that reads its rows, for people: values stand in it as placeholders. It is prepared, and not run.
    ///
    /// Relations that are loaded `with` it by statements of their own are not in it. Whoever wants to see all statements that run
    /// asks for them by [`Database::on_statement`](crate::Database::on_statement).
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// let sql = User::query().filter(|u| u.name.eq("Jo")).sql(&mut connection)?;
    /// assert_eq!(sql, r#"SELECT "id", "name" FROM "user" WHERE "name" = ?1"#);
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A value in the query that cannot be bound, and those of the database when it prepares the statement.
    pub fn sql<E: Executor>(&self, executor: &mut E) -> Result<String> {
        self.check()?;
        let reading = self.reading();
        let select = reading.select();
        let (mut shape, mut values) = (Shape::default(), Values::new());
        shape::read_select(select, &mut shape, &mut values);
        let sql = executor.split().0.with(
            &shape,
            || Statement::Select(select.clone()),
            |prepared| Ok(prepared.text().to_owned()),
        );
        sql.inspect_err(|_| executor.after_error())
    }

    /// How the database would run the query: lines in its own words, for people.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, #[model(unique)] name: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// let plan = User::query().filter(|u| u.name.eq("Jo")).explain(&mut connection)?;
    /// assert!(plan[0].contains("INDEX"));
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn explain<E: Executor>(&self, executor: &mut E) -> Result<Vec<String>> {
        self.before_run(executor)?;
        let select = self.reading().select().clone();
        let statement = Statement::Explain(Box::new(Statement::Select(select)));
        let (shape, values) = shape::of(&statement);
        let lines = executor.split().0.with(
            &shape,
            || statement.clone(),
            |prepared| {
                let told = prepared.columns().len();
                let (mut rows, mut lines) = (prepared.query(|to| bind(&values, to))?, Vec::new());
                // Some databases tell the columns of a plan only with its rows.
                let width = if told == 0 { rows.columns().len() } else { told };
                while let Some(row) = rows.next_row()? {
                    let mut texts = Vec::new();
                    for column in 0..width {
                        if let ValueRef::Text(text) = row.raw(column)? {
                            texts.push(text.to_owned());
                        }
                    }
                    lines.push(texts.join(" "));
                }
                Ok(lines)
            },
        );
        lines.inspect_err(|_| executor.after_error())
    }
}
