//! One row by its primary key: the statement that is run most, found without being built.

use onggi_driver::{Capture, Connection};
use onggi_sql::shape::Shape;
use onggi_sql::{Select, Statement};

use crate::model::Key;
use crate::reader::{Reader, shown};
use crate::{Bind, Model, Result, Table};

/// The first number of this statement's shape; the unit of work has those before it.
const SHAPE: u32 = 16;

/// Reads the row whose key `bind` binds, where there is one.
pub(crate) fn read<T>(
    table: &'static Table,
    connection: &mut Connection,
    bind: impl FnOnce(&mut dyn Bind) -> Result<()>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let shape = Shape::own(SHAPE, [table.number()]);
    connection.with(
        &shape,
        || Statement::Select(Select::by_key(table)),
        |prepared| {
            let mut rows = prepared.query(bind)?;
            match rows.next_row()? {
                Some(row) => read(&mut Reader::new(row)).map(Some),
                None => Ok(None),
            }
        },
    )
}

/// An object by its key in words, as [`described`] says it.
pub(crate) fn described_object<M: Model>(object: &M) -> String {
    match object.known_key() {
        Some(key) => described::<M>(&key),
        None => format!("a new row of {}", M::table().name),
    }
}

/// A key in words, as `users with id 7`; `a new row of users` where it is not set yet.
pub(crate) fn described<M: Model>(key: &M::Key) -> String {
    let mut capture = Capture::default();
    // What cannot be bound is left out of the message.
    drop(key.bind(&mut capture));
    if capture.values.is_empty() {
        return format!("a new row of {}", M::table().name);
    }
    let names = M::table().primary_key.iter().map(|&column| M::table().columns[column].name);
    let parts = names.zip(&capture.values).map(|(name, value)| format!("{name} {}", shown(value.as_ref())));
    format!("{} with {}", M::table().name, parts.collect::<Vec<_>>().join(", "))
}
