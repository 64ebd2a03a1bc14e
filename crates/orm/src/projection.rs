//! Columns that repeat parts of pickled fields: `#[model(project(city: String = "$.city"))]`.

use onggi_driver::Capture;
use onggi_sql::{Column, Expression, Projection, Table};

use crate::handle::Object;
use crate::pickle_functions::get;
use crate::{Bind, Error, Model, Result, Type, Value, ValueRef};

/// Binds the value of a column, unless that is a handle: then gives the object referred to. A column that repeats a part of a
/// field has no field of its own.
pub(crate) fn bind_column<M: Model>(object: &M, column: usize, to: &mut dyn Bind) -> Result<Option<Object>> {
    let definition = &M::table().columns[column];
    let Some(projection) = definition.projection else {
        return object.attribute(column).bind_or_refer(to);
    };
    let mut pickle = Capture::default();
    object.attribute(projection.column).bind(&mut pickle)?;
    let pickle = pickle.values.first().map_or(ValueRef::Null, Value::as_ref);
    to.bind(repeated(pickle, projection, definition)?.as_ref())?;
    Ok(None)
}

/// Adds to what an update sets what repeats parts of it.
///
/// # Errors
///
/// Columns that repeat parts of others and are set themselves, and pickles that the database computes.
pub(crate) fn complete(table: &'static Table, assignments: &mut Vec<(usize, Expression)>) -> Result<()> {
    let mut more = Vec::new();
    for (position, column) in table.columns.iter().enumerate() {
        let Some(projection) = column.projection else { continue };
        let (name, of) = (column.name, table.columns[projection.column].name);
        if assignments.iter().any(|(assigned, _)| *assigned == position) {
            return Err(Error::usage(format!("{}.{name} repeats a part of {of}: set that", table.name)));
        }
        let given = assignments.iter().find(|(assigned, _)| *assigned == projection.column);
        match given {
            None => {}
            Some((_, Expression::Value(pickle))) => {
                let part = repeated(pickle.as_ref(), projection, column)
                    .map_err(|error| error.prefixed(format_args!("{}.{name}", table.name)))?;
                more.push((position, Expression::Value(part)));
            }
            // The new row has the part too.
            Some((_, Expression::Excluded(proposed, _))) => {
                more.push((position, Expression::Excluded(*proposed, position)));
            }
            Some(_) => {
                return Err(Error::usage(format!(
                    "{}.{of} is set to an expression, but {name} repeats a part of it: set it to a value",
                    table.name
                )));
            }
        }
    }
    assignments.extend(more);
    Ok(())
}

/// The part of a pickle as a value of the column that repeats it.
fn repeated(pickle: ValueRef<'_>, Projection { path, .. }: Projection, column: &Column) -> Result<Value> {
    let part = get(pickle, ValueRef::Text(path))?;
    match (column.ty, part) {
        (_, Value::Null) if column.nullable => Ok(Value::Null),
        (_, Value::Null) => Err(Error::value(format!(
            "the pickle has nothing at {path}, and the column is not NULL: make its type an `Option`"
        ))),
        (Type::Boolean, part @ Value::Boolean(_)) => Ok(part),
        (Type::Integer { .. }, Value::Boolean(value)) => Ok(Value::Integer(value.into())),
        (Type::Integer { .. }, part @ Value::Integer(_)) => Ok(part),
        (Type::Real | Type::Double, part @ (Value::Real(_) | Value::Integer(_))) => Ok(part),
        (Type::Blob, part @ Value::Blob(_)) => Ok(part),
        (
            Type::Boolean | Type::Integer { .. } | Type::Real | Type::Double | Type::Blob | Type::Array(_),
            part,
        ) => Err(mismatch(path, &part)),
        (_, part @ Value::Text(_)) => Ok(part),
        (_, part) => Err(mismatch(path, &part)),
    }
}

fn mismatch(path: &str, part: &Value) -> Error {
    let kind = part.as_ref().kind();
    Error::value(format!("the pickle has a value of another type at {path}: {kind}"))
}
