//! SQL as text: the way out.

use onggi_driver as driver;

use crate::expression::captured;
use crate::field::Field;
use crate::reader::Reader;
use crate::{Error, Executor, Result, Value};

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

    /// All rows, as tuples of columns or single columns.
    ///
    /// # Errors
    ///
    /// Those of the database, parameters too few or too many, rows of another width, and values of another type.
    pub fn all<R: FromRow, E: Executor>(&self, executor: &mut E) -> Result<Vec<R>> {
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
    pub fn one<R: FromRow, E: Executor>(&self, executor: &mut E) -> Result<R> {
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
    pub fn each<R: FromRow, E: Executor>(
        &self,
        executor: &mut E,
        each: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        executor.before_read()?;
        let mut writes = false;
        let result = self.rows(executor.split().0, &mut writes, each);
        if writes {
            executor.after_write(None);
        }
        result.inspect_err(|_| executor.after_error())
    }

    fn rows<R: FromRow>(
        &self,
        connection: &mut driver::Connection,
        writes: &mut bool,
        mut each: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        self.with(connection, |prepared| {
            let width = prepared.columns().len();
            if width != R::WIDTH {
                let message = format!("rows of {width} columns, read as {}: {}", R::WIDTH, self.text);
                return Err(Error::usage(message));
            }
            *writes = !prepared.reads_only();
            let mut rows = prepared.query(|to| self.bind_to(to))?;
            while let Some(row) = rows.next_row()? {
                each(R::read(&mut Reader::new(row))?)?;
            }
            Ok(())
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
        let result = self.with(connection, |prepared| {
            if !prepared.columns().is_empty() {
                return Err(Error::usage(format!(
                    "the statement gives rows: run it with `all`: {}",
                    self.text
                )));
            }
            prepared.execute(|to| self.bind_to(to))
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
        work: impl FnOnce(&mut driver::Prepared<'_, '_>) -> Result<T>,
    ) -> Result<T> {
        if let Some(error) = &self.error {
            return Err(Error::value(&**error));
        }
        connection.with_text(&self.text, |prepared| {
            let (wanted, bound) = (prepared.parameters(), self.values.len());
            if wanted != bound {
                return Err(Error::usage(format!(
                    "{wanted} parameters wanted, {bound} bound: {}",
                    self.text
                )));
            }
            work(prepared)
        })
    }

    fn bind_to(&self, to: &mut dyn driver::Bind) -> Result<()> {
        self.values.iter().try_for_each(|value| Ok(to.bind(value.as_ref())?))
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

/// A row of [`sql`]: a column, or a tuple of up to eight.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be read from a row")]
pub trait FromRow: Sized {
    /// How many columns it has.
    const WIDTH: usize;

    /// Reads it.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'_>) -> Result<Self>;
}

impl<T: Field> FromRow for T {
    const WIDTH: usize = 1;

    fn read(reader: &mut Reader<'_>) -> Result<T> {
        reader.next()
    }
}

macro_rules! tuple {
    ($width:literal: $($part:ident)+) => {
        impl<$($part: Field),+> FromRow for ($($part,)+) {
            const WIDTH: usize = $width;

            fn read(reader: &mut Reader<'_>) -> Result<Self> {
                Ok(($(reader.next::<$part>()?,)+))
            }
        }
    };
}
tuple!(1: A);
tuple!(2: A B);
tuple!(3: A B C);
tuple!(4: A B C D);
tuple!(5: A B C D E);
tuple!(6: A B C D E F);
tuple!(7: A B C D E F G);
tuple!(8: A B C D E F G H);
