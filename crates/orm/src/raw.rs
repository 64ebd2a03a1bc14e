//! SQL as text: the way out.

use onggi_driver as driver;
use onggi_sql::compile::placeholders;

use crate::expression::captured;
use crate::field::Field;
use crate::from_row::FromRow;
use crate::reader::Reader;
use crate::{Error, Executor, Keep, Result, Value};

/// A statement in the database's own words, with bound parameters and typed rows.
///
/// ```
/// use onggi::{Database, sql};
///
/// # let db = Database::open("sqlite::memory:")?;
/// # let mut connection = db.connect()?;
/// let rows: Vec<(i64, String)> = sql("SELECT ?1 + 1, ?2").bind(41).bind("jar").all(&mut connection)?;
/// assert_eq!(rows, [(42, "jar".to_owned())]);
/// # Ok::<(), onggi::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a statement does nothing until it is run"]
pub struct Sql {
    text: String,
    values: Vec<Value>,
    error: Option<Box<str>>,
}

/// A statement in the database's own words. Values belong into [`bind`](Sql::bind), never into the text.
pub fn sql(text: impl Into<String>) -> Sql {
    Sql { text: text.into(), values: Vec::new(), error: None }
}

impl Sql {
    /// Binds the next parameter.
    pub fn bind(mut self, value: impl Parameter) -> Sql {
        match value.into_value() {
            Ok(value) => self.values.push(value),
            Err(error) => self.error = self.error.or(Some(error.to_string().into())),
        }
        self
    }

    /// All rows: as single columns, tuples of columns, structs with [`#[derive(FromRow)]`](derive@crate::FromRow), or
    /// [`RowMap`](crate::RowMap)s; on a connection as a model's objects, and on a session as [`Handle`](crate::Handle)s of
    /// them, whose columns are found by their names.
    ///
    /// ```
    /// # use onggi::{Database, Handle, Id, Model, sql};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// let (mut connection, mut session) = (db.connect()?, db.session()?);
    /// let text = "SELECT * FROM user WHERE name GLOB ?1";
    /// let plain: Vec<User> = sql(text).bind("J*").all(&mut connection)?;
    /// let tracked: Vec<Handle<User>> = sql(text).bind("J*").all(&mut session)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the database, parameters too few or too many, rows of another width, and values of another type.
    pub fn all<R: FromRow<E::Keep>, E: Executor>(&self, executor: &mut E) -> Result<Vec<R>> {
        let mut rows = Vec::new();
        self.each(executor, |row: R| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The row, of which there must be exactly one.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found), [`is_not_unique`](Error::is_not_unique), and those of
    /// [`all`](Sql::all).
    pub fn one<R: FromRow<E::Keep>, E: Executor>(&self, executor: &mut E) -> Result<R> {
        let mut rows = self.all(executor)?;
        match (rows.pop(), rows.is_empty()) {
            (Some(row), true) => Ok(row),
            (Some(_), false) => Err(Error::not_unique(format!("more than one row: {}", self.text))),
            (None, _) => Err(Error::not_found(format!("no row: {}", self.text))),
        }
    }

    /// Lends every row to a function, holding one at a time.
    ///
    /// # Errors
    ///
    /// Those of [`all`](Sql::all) and of the function, which end the statement.
    pub fn each<R: FromRow<E::Keep>, E: Executor>(
        &self,
        executor: &mut E,
        each: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        executor.before_read()?;
        let writes = self.with(executor.split().0, |prepared, _| Ok(!prepared.reads_only()));
        if writes.inspect_err(|_| executor.after_error())? {
            // What is known of rows is as they were; what is read now is not.
            executor.after_write(None);
        }
        let (connection, keep) = executor.split();
        let result = self.rows(connection, keep, each);
        result.inspect_err(|_| executor.after_error())
    }

    fn rows<K: Keep, R: FromRow<K>>(
        &self,
        connection: &mut driver::Connection,
        keep: &mut K,
        mut each: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        self.with(connection, |prepared, order| {
            let places = |columns: &[String]| {
                R::places(columns).map_err(|error| error.prefixed(format_args!("{}", self.text)))
            };
            // Some statements tell their columns only with their rows.
            let told = prepared.columns();
            let known = if told.is_empty() { None } else { Some(places(&told)?) };
            let mut rows = prepared.query(|to| self.bind_to(to, order))?;
            let places = known.map_or_else(|| places(&rows.columns()), Ok)?;
            R::begin(keep);
            let result = loop {
                match rows.next_row() {
                    Ok(Some(row)) => {
                        if let Err(error) = R::read(&mut Reader::new(row), &places, keep).and_then(&mut each)
                        {
                            break Err(error);
                        }
                    }
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error.into()),
                }
            };
            keep.finish();
            result
        })
    }

    /// Runs it and says how many rows it changed. A session flushes first.
    ///
    /// # Errors
    ///
    /// Those of [`all`](Sql::all); a statement that gives rows is one.
    pub fn execute<E: Executor>(&self, executor: &mut E) -> Result<u64> {
        executor.before_write()?;
        let connection = executor.split().0;
        // It may change tables, or which tables are meant.
        connection.forget_precisions();
        let result = self.with(connection, |prepared, order| {
            if !prepared.columns().is_empty() {
                return Err(Error::usage(format!(
                    "the statement gives rows: run it with `all`: {}",
                    self.text
                )));
            }
            prepared.execute(|to| self.bind_to(to, order))
        });
        match &result {
            Ok(_) => executor.after_write(None),
            Err(_) => executor.after_error(),
        }
        result
    }

    fn with<T>(
        &self,
        connection: &mut driver::Connection,
        work: impl FnOnce(&mut driver::Prepared<'_, '_>, Option<&[usize]>) -> Result<T>,
    ) -> Result<T> {
        if let Some(error) = &self.error {
            return Err(Error::value(&**error));
        }
        let types: Vec<_> = self.values.iter().map(Value::ty).collect();
        let own = placeholders(&self.text, connection.dialect(), &types);
        connection.with_typed_text(&own.text, &types, |prepared| {
            let (wanted, bound) = (own.parameters.unwrap_or(prepared.parameters()), self.values.len());
            if wanted != bound {
                return Err(Error::usage(format!(
                    "{wanted} parameters wanted, {bound} bound: {}",
                    self.text
                )));
            }
            work(prepared, own.order.as_deref())
        })
    }

    /// Binds the values, where the database does not know them by their numbers in the order of their placeholders.
    fn bind_to(&self, to: &mut dyn driver::Bind, order: Option<&[usize]>) -> Result<()> {
        match order {
            None => self.values.iter().try_for_each(|value| Ok(to.bind(value.as_ref())?)),
            Some(order) => {
                let mut values = order.iter().filter_map(|&place| self.values.get(place));
                values.try_for_each(|value| Ok(to.bind(value.as_ref())?))
            }
        }
    }
}

/// What can be bound to a parameter of [`sql`]: a [`Field`], or a text slice.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be bound to a parameter")]
pub trait Parameter {
    /// As a value.
    #[doc(hidden)]
    fn into_value(self) -> Result<Value>;
}

impl<T: Field> Parameter for T {
    fn into_value(self) -> Result<Value> {
        captured(&self)
    }
}

impl Parameter for &str {
    fn into_value(self) -> Result<Value> {
        Ok(Value::from(self))
    }
}
