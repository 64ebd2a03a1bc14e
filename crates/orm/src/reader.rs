//! Rows to fields, with errors that say where.

use onggi_driver::Row;
use onggi_sql::{Expression, Relation, Select, Selected};

use crate::field::Field;
use crate::{Error, Result, Table, Type, Value, ValueRef};

/// Reads the columns of a row from left to right.
pub struct Reader<'r> {
    row: Row<'r>,
    next: usize,
    table: Option<&'static Table>,
    start: usize,
    /// Where the columns of a table are, in rows that have them in an order of their own.
    places: Option<&'r [usize]>,
    /// What gives the row, which tells a column that is NULL from one that was left out.
    select: Option<&'r Select>,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(row: Row<'r>) -> Reader<'r> {
        Reader { row, next: 0, table: None, start: 0, places: None, select: None }
    }

    /// Reads a row of a select.
    pub(crate) fn of(row: Row<'r>, select: &'r Select) -> Reader<'r> {
        Reader { select: Some(select), ..Reader::new(row) }
    }

    /// The place of a column that a row does not have: it is read as NULL.
    pub(crate) const NOWHERE: usize = usize::MAX;

    /// Reads the same row, whose columns are in these places.
    pub(crate) fn placed<'a>(&'a self, places: &'a [usize]) -> Reader<'a> {
        Reader { places: Some(places), ..Reader::new(self.row) }
    }

    /// From here on come all columns of a table.
    pub(crate) fn enter(&mut self, table: &'static Table) {
        self.table = Some(table);
        self.start = self.next;
    }

    /// Goes back to the row's first column.
    pub(crate) fn restart(&mut self) {
        *self = Reader::new(self.row);
    }

    /// Whether the row of a table that comes next is missing, as behind a left join; then passes over it.
    pub(crate) fn is_missing(&mut self, table: &'static Table) -> Result<bool> {
        let key = table.primary_key.first().map_or(0, |&column| column);
        let missing = matches!(self.row.raw(self.next + key)?, ValueRef::Null);
        if missing {
            self.next += table.columns.len();
        }
        Ok(missing)
    }

    /// Whether the next columns are all NULL; then passes over them.
    pub(crate) fn is_null(&mut self, columns: usize) -> Result<bool> {
        for column in self.next..self.next + columns {
            if !matches!(self.row.raw(column)?, ValueRef::Null) {
                return Ok(false);
            }
        }
        self.next += columns;
        Ok(true)
    }

    /// The next column, whatever its field.
    pub(crate) fn next_value(&mut self, ty: Type) -> Result<Value> {
        let column = self.next;
        self.next += 1;
        match self.row.value(column, ty) {
            Ok(value) => Ok(value.to_owned()),
            Err(error) => Err(self.locate(error.into(), column)),
        }
    }

    /// The next columns, whatever their fields.
    #[inline]
    pub(crate) fn next_values(&mut self, types: &[Type]) -> Result<Vec<Value>> {
        let mut values = Vec::with_capacity(types.len());
        for &ty in types {
            values.push(self.next_value(ty)?);
        }
        Ok(values)
    }

    /// The next column as the database keeps it, whatever its type.
    pub(crate) fn next_raw(&mut self) -> Result<Value> {
        let column = self.next;
        self.next += 1;
        match self.row.raw(column) {
            Ok(value) => Ok(value.to_owned()),
            Err(error) => Err(self.locate(error.into(), column)),
        }
    }

    /// Passes over the columns of the table entered.
    pub(crate) fn skip(&mut self) {
        self.next = self.start + self.table.map_or(0, |table| table.columns.len());
    }

    /// The next column.
    ///
    /// # Errors
    ///
    /// A value that is not of the field's type, with table, column and key.
    #[inline]
    #[allow(clippy::should_implement_trait)]
    pub fn next<T: Field>(&mut self) -> Result<T> {
        let column = self.next;
        self.next += 1;
        self.read(column)
    }

    /// A column of the table entered, by its position in the table.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Reader::next).
    #[inline]
    pub fn at<T: Field>(&self, column: usize) -> Result<T> {
        self.read(self.start + column)
    }

    /// Most values need no conversion. As code of their own they stay in registers on their way into the field: to select a row of
    /// five columns takes 105 instructions fewer.
    #[inline]
    fn read<T: Field>(&self, column: usize) -> Result<T> {
        if self.places.is_none()
            && !T::DEFERRED
            && let Some(value) = self.row.direct(column, T::TYPE)
        {
            return T::read(value).map_err(|error| self.locate(error, column));
        }
        self.read_otherwise(column)
    }

    #[inline(never)]
    fn read_otherwise<T: Field>(&self, column: usize) -> Result<T> {
        let value = match self.places {
            None => self.row.value(column, T::TYPE),
            Some(places) => self.placed_value(places[column], T::TYPE),
        };
        let read = match T::DEFERRED && self.has(column) {
            true => T::read_present,
            false => T::read,
        };
        match value {
            Ok(value) => read(value).map_err(|error| self.locate(error, column)),
            Err(error) => Err(self.locate(error.into(), column)),
        }
    }

    /// Whether the row is known to have a column, which it may stand for with NULL.
    fn has(&self, column: usize) -> bool {
        match self.places {
            Some(places) => places[column] != Reader::NOWHERE,
            None => self.select.is_some_and(|select| selects(select, column)),
        }
    }

    #[cold]
    fn placed_value(&self, place: usize, ty: Type) -> onggi_driver::Result<ValueRef<'_>> {
        match place {
            Reader::NOWHERE => Ok(ValueRef::Null),
            place => self.row.value(place, ty),
        }
    }

    /// The error with the place of the value.
    #[cold]
    fn locate(&self, error: Error, column: usize) -> Error {
        let Some(table) = self.table else {
            return error.prefixed(format_args!("column {} of the result", column + 1));
        };
        let name = table.columns.get(column - self.start).map_or("?", |column| column.name);
        error.at(table.name, name, &self.key(table))
    }

    /// The row's primary key, as `id 7`.
    fn key(&self, table: &Table) -> String {
        let parts = table.primary_key.iter().map(|&column| {
            let place = self.places.map_or(self.start + column, |places| places[column]);
            let value = self.row.raw(place).map_or_else(|_| "?".to_owned(), shown);
            format!("{} {value}", table.columns[column].name)
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// Whether a select gives a column of a table at a position; in doubt it does not.
fn selects(select: &Select, position: usize) -> bool {
    let Selected::Expressions(columns) = &select.columns else { return false };
    match (columns.get(position), &select.source) {
        (Some(Expression::Column(..)), _) => true,
        (Some(Expression::Output { source, column, .. }), Relation::Select(inner, id)) => {
            source == id && inner.compound.is_empty() && selects(inner, *column)
        }
        _ => false,
    }
}

/// A key's value for a message.
pub(crate) fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Boolean(value) => value.to_string(),
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Unsigned(value) => value.to_string(),
        ValueRef::Real(value) => value.to_string(),
        ValueRef::Text(value) => format!("{:?}", value.chars().take(60).collect::<String>()),
        ValueRef::Blob(value) => format!("({} bytes)", value.len()),
        #[cfg(feature = "uuid")]
        ValueRef::Uuid(value) => value.to_string(),
        #[cfg(feature = "decimal")]
        ValueRef::Decimal(value) => value.to_string(),
        other => format!("({})", other.kind()),
    }
}
