use onggi_driver as driver;
use onggi_sql::shape::{self, Shape, Values};
use onggi_sql::{Expression, Select, Selected, Statement, Summary, Value};

use super::{Query, Tables};
use crate::executor::{Keep, Plain};
use crate::field::Field;
use crate::reader::Reader;
use crate::relation::Along;
use crate::relation::along::Reading;
use crate::row_map::{MapField, MapFields, RowMap, names};
use crate::selection::Selection;
use crate::{Error, Executor, Result};

/// Running.
impl<F: Tables, S: Selection> Query<F, S> {
    /// All rows.
    ///
    /// # Errors
    ///
    /// Those of the database, and rows that cannot be read: their table, column and key are named. With
    /// [`each`](Query::each) the other rows can be read all the same.
    pub fn all<E: Executor>(&self, executor: &mut E) -> Result<Vec<S::Item<E::Keep>>> {
        let (reading, mut items) = (self.reading(), Vec::new());
        self.keep(&reading, None, executor, |item| {
            items.push(item);
            true
        })?;
        S::fetch(executor, &mut items, &reading.rest)?;
        Ok(items)
    }

    /// The first row, if there is any.
    ///
    /// # Errors
    ///
    /// Those of [`all`](Query::all).
    pub fn first<E: Executor>(&self, executor: &mut E) -> Result<Option<S::Item<E::Keep>>> {
        let (reading, mut first) = (self.reading_of(1, executor), None);
        self.keep(&reading, None, executor, |item| {
            first = Some(item);
            false
        })?;
        S::fetch(executor, first.as_mut_slice(), &reading.rest)?;
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
            None => {
                Err(Error::not_found(format!("no row of {} matches the query", self.source().table.name)))
            }
        }
    }

    /// The row, of which there must be at most one.
    ///
    /// # Errors
    ///
    /// [`is_not_unique`](Error::is_not_unique), and those of [`all`](Query::all).
    pub fn one_or_none<E: Executor>(&self, executor: &mut E) -> Result<Option<S::Item<E::Keep>>> {
        let told_beside = executor.split().0.dialect().told_beside;
        let reading = if told_beside { self.reading() } else { self.reading_of(2, executor) };
        let (mut found, mut several) = (None, false);
        self.keep(&reading, Some(2), executor, |item| {
            several = found.replace(item).is_some();
            !several
        })?;
        if several {
            let table = self.source().table.name;
            return Err(Error::not_unique(format!("more than one row of {table} matches the query")));
        }
        S::fetch(executor, found.as_mut_slice(), &reading.rest)?;
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
        let reading = self.reading();
        if !reading.rest.is_empty() {
            return Err(Error::usage(
                "`each` holds one row at a time, and relations are loaded `with` all rows: those to one by \
                 `with_join` are in their rows",
            ));
        }
        self.before_run(executor)?;
        run(reading.select(), None, executor, |reader, _| {
            each(read::<S, Plain>(&reading.along, reader, &mut Plain))?;
            Ok(true)
        })
    }

    /// All rows as maps from names to values, for programs that learn at run time what they select: columns have their
    /// names in the database, fields of a struct with [`#[derive(FromRow)]`](derive@crate::FromRow) theirs, and other
    /// expressions those that [`label`](crate::Expression::label) gives them. Deferred columns of whole objects are left out.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model, Value, count_rows};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, city: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// connection.insert(&mut User { city: "Seoul".into(), ..Default::default() })?;
    /// let cities = User::query().group_by(|u| u.city).select(|u| (u.city, count_rows().label("people")));
    /// let maps = cities.maps(&mut connection)?;
    /// assert_eq!(maps[0]["people"], Value::Integer(1));
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`all`](Query::all), expressions without a name, and two of one name.
    pub fn maps<E: Executor>(&self, executor: &mut E) -> Result<Vec<RowMap>> {
        if !self.fetches.is_empty() {
            return Err(Error::usage("relations are loaded `with` objects, not with maps of their columns"));
        }
        let mut fields = MapFields::default();
        self.selection.fields(&mut fields);
        let fields = fields.into_fields();
        let kept: Vec<bool> = fields.iter().enumerate().map(|(at, field)| self.is_read(at, field)).collect();
        let given = fields.iter().zip(&kept).filter(|(_, kept)| **kept);
        let names = names(given.map(|(field, _)| field.name.as_deref()))?;
        let mut maps = Vec::new();
        self.before_run(executor)?;
        run(&self.select, None, executor, |reader, _| {
            let mut values = Vec::with_capacity(names.len());
            for (field, kept) in fields.iter().zip(&kept) {
                let value = match field.ty {
                    Some(ty) => reader.next_value(ty)?,
                    None => reader.next_raw()?,
                };
                if *kept {
                    values.push(value);
                }
            }
            maps.push(RowMap::new(&names, values));
            Ok(true)
        })?;
        Ok(maps)
    }

    /// Whether the query reads a column of what it selects, and not NULL in its place.
    fn is_read(&self, position: usize, field: &MapField) -> bool {
        let included = || match &self.select.columns {
            Selected::Expressions(expressions) => {
                !matches!(expressions.get(position), Some(Expression::Value(Value::Null)))
            }
            Selected::Table | Selected::Nothing => false,
        };
        !field.deferred || included()
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
        self.summary(executor, Summary::Exists)
    }

    fn summary<E: Executor, T: Field + Default>(&self, executor: &mut E, summary: Summary) -> Result<T> {
        let mut select = Select { summary: Some(summary), order: Vec::new(), ..self.select.clone() };
        // What is selected decides how many rows there are where it is distinct, or an aggregate.
        if !select.distinct && self.whole {
            select.columns = Selected::Nothing;
        }
        let mut result = T::default();
        self.before_run(executor)?;
        run(&select, None, executor, |reader, _| {
            result = reader.next()?;
            Ok(false)
        })?;
        Ok(result)
    }

    /// How its rows are read.
    pub(super) fn reading(&self) -> Reading<'_> {
        Reading::of(&self.select, self.source(), &self.fetches)
    }

    /// The same of a few rows, where the database would send them all and has not been told how many.
    fn reading_of<E: Executor>(&self, rows: i64, executor: &mut E) -> Reading<'_> {
        let mut reading = self.reading();
        if executor.split().0.dialect().sends_ahead {
            reading.limit(rows);
        }
        reading
    }

    /// Hands the rows to `each`, as the executor keeps them, until that says to stop.
    fn keep<E: Executor>(
        &self,
        reading: &Reading<'_>,
        most: Option<u8>,
        executor: &mut E,
        mut each: impl FnMut(S::Item<E::Keep>) -> bool,
    ) -> Result<()> {
        // Flushed first, so that the keeper knows all objects.
        self.before_run(executor)?;
        // No row of one table comes twice; through a join it can.
        let keep = executor.split().1;
        S::begin(keep, self.select.joins.is_empty());
        let along = &reading.along;
        keep.begin_along(along);
        let result = run(reading.select(), most, executor, |reader, keep| {
            Ok(each(read::<S, E::Keep>(along, reader, keep)?))
        });
        executor.split().1.finish();
        result
    }

    pub(super) fn before_run<E: Executor>(&self, executor: &mut E) -> Result<()> {
        self.check()?;
        executor.before_read()
    }
}

/// Reads a row, with the relations that are in it.
#[inline]
fn read<S: Selection, K: Keep>(along: &[Along], reader: &mut Reader<'_>, keep: &mut K) -> Result<S::Item<K>> {
    let mut item = S::read(reader, keep)?;
    S::along(&mut item, along, reader, keep)?;
    Ok(item)
}

/// Runs a select of an executor that is ready for it, and hands its rows to `row` until that says to stop.
fn run<E: Executor>(
    select: &Select,
    most: Option<u8>,
    executor: &mut E,
    row: impl FnMut(&mut Reader<'_>, &mut E::Keep) -> Result<bool>,
) -> Result<()> {
    let (connection, keep) = executor.split();
    some_rows(select, most, connection, keep, row).inspect_err(|_| executor.after_error())
}

/// Runs a select and hands its rows to `row` until that says to stop.
pub(crate) fn rows<K>(
    select: &Select,
    connection: &mut driver::Connection,
    keep: &mut K,
    row: impl FnMut(&mut Reader<'_>, &mut K) -> Result<bool>,
) -> Result<()> {
    some_rows(select, None, connection, keep, row)
}

/// The same of so many rows at most, where the database can be told so.
fn some_rows<K>(
    select: &Select,
    most: Option<u8>,
    connection: &mut driver::Connection,
    keep: &mut K,
    mut row: impl FnMut(&mut Reader<'_>, &mut K) -> Result<bool>,
) -> Result<()> {
    let (mut shape, mut values) = (Shape::default(), Values::new());
    shape::read_select(select, &mut shape, &mut values);
    connection.with(
        &shape,
        || Statement::Select(select.clone()),
        |prepared| {
            let mut rows = prepared.query_for(most, |to| bind(&values, to))?;
            while let Some(next) = rows.next_row()? {
                if !row(&mut Reader::of(next, select), keep)? {
                    break;
                }
            }
            Ok(())
        },
    )
}

pub(super) fn bind(values: &[&Value], to: &mut dyn driver::Bind) -> Result<()> {
    for value in values {
        to.bind(value.as_ref())?;
    }
    Ok(())
}
