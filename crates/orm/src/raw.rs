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
            let places = R::places(&prepared.columns())
                .map_err(|error| error.prefixed(format_args!("{}", self.text)))?;
            *writes = !prepared.reads_only();
            let mut rows = prepared.query(|to| self.bind_to(to))?;
            while let Some(row) = rows.next_row()? {
                each(R::read(&mut Reader::new(row), &places)?)?;
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

/// A row of [`sql`]: a column, a tuple of up to twelve, or a struct whose fields have the names of the columns, by
/// `#[derive(FromRow)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a row",
    note = "a row is a column, a tuple of up to twelve, or a struct with `#[derive(FromRow)]`"
)]
pub trait FromRow: Sized {
    /// Where its columns are among those of a result.
    ///
    /// # Errors
    ///
    /// A result of other columns.
    #[doc(hidden)]
    fn places(columns: &[String]) -> Result<Vec<usize>>;

    /// Reads it.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'_>, places: &[usize]) -> Result<Self>;
}

/// The places of so many columns, whatever their names.
fn in_order(columns: &[String], width: usize) -> Result<Vec<usize>> {
    match columns.len() == width {
        true => Ok((0..width).collect()),
        false => Err(Error::usage(format!("rows of {} columns, read as {width}", columns.len()))),
    }
}

/// The places of columns by their names: each must be there once, and no other.
pub fn by_name(columns: &[String], names: &[&str]) -> Result<Vec<usize>> {
    if let Some(other) = columns.iter().find(|column| !names.contains(&column.as_str())) {
        return Err(Error::usage(format!(
            "the column `{other}` is no field: fields are {}",
            names.join(", ")
        )));
    }
    let place = |name: &&str| {
        let mut found = columns.iter().enumerate().filter(|(_, column)| column == name);
        match (found.next(), found.next()) {
            (Some((place, _)), None) => Ok(place),
            (Some(_), Some(_)) => {
                Err(Error::usage(format!("two columns are called `{name}`: rename one with AS")))
            }
            (None, _) => Err(Error::usage(format!(
                "no column is called `{name}`, as the field is: there are {}",
                columns.join(", ")
            ))),
        }
    };
    names.iter().map(place).collect()
}

impl<T: Field> FromRow for T {
    fn places(columns: &[String]) -> Result<Vec<usize>> {
        in_order(columns, 1)
    }

    fn read(reader: &mut Reader<'_>, _places: &[usize]) -> Result<T> {
        reader.next()
    }
}

macro_rules! tuple {
    ($width:literal: $($part:ident)+) => {
        impl<$($part: Field),+> FromRow for ($($part,)+) {
            fn places(columns: &[String]) -> Result<Vec<usize>> {
                in_order(columns, $width)
            }

            fn read(reader: &mut Reader<'_>, _places: &[usize]) -> Result<Self> {
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
tuple!(9: A B C D E F G H I);
tuple!(10: A B C D E F G H I J);
tuple!(11: A B C D E F G H I J K);
tuple!(12: A B C D E F G H I J K L);
