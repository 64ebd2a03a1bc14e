//! Values as SQLite stores them: five storage classes, and text for what has none of its own.

use std::rc::Rc;

use rusqlite::Statement;
use rusqlite::types::{Value as Stored, ValueRef as StoredRef};

use super::error::classify;
use super::text;
use crate::expected::expected;
use crate::{Error, Result, Type, Value, ValueRef, exact};

/// Binds a value to a parameter, counted from one.
#[inline]
pub(super) fn bind(statement: &mut Statement<'_>, parameter: usize, value: ValueRef<'_>) -> Result<()> {
    let bound = match value {
        ValueRef::Null => statement.raw_bind_parameter(parameter, rusqlite::types::Null),
        ValueRef::Boolean(value) => statement.raw_bind_parameter(parameter, value),
        ValueRef::Integer(value) => statement.raw_bind_parameter(parameter, value),
        ValueRef::Real(value) if !value.is_nan() => statement.raw_bind_parameter(parameter, value),
        ValueRef::Text(value) => statement.raw_bind_parameter(parameter, value),
        ValueRef::Blob(value) => statement.raw_bind_parameter(parameter, value),
        ValueRef::List(values) => {
            let values = values.iter().map(|value| stored(value.as_ref())).collect::<Result<Vec<_>>>()?;
            statement.raw_bind_parameter(parameter, Rc::new(values))
        }
        other => statement.raw_bind_parameter(parameter, stored(other)?),
    };
    bound.map_err(classify)
}

/// A value in SQLite's own terms.
fn stored(value: ValueRef<'_>) -> Result<Stored> {
    Ok(match value {
        ValueRef::Null => Stored::Null,
        ValueRef::Boolean(value) => Stored::Integer(value.into()),
        ValueRef::Integer(value) => Stored::Integer(value),
        ValueRef::Unsigned(value) => {
            return Err(Error::value(format!(
                "{value} is more than SQLite's integers hold, whose greatest is {}",
                i64::MAX
            )));
        }
        ValueRef::Real(value) if value.is_nan() => {
            return Err(Error::value("NaN cannot be stored: SQLite would make it NULL"));
        }
        ValueRef::Real(value) => Stored::Real(value),
        ValueRef::Text(value) => Stored::Text(value.to_owned()),
        ValueRef::Blob(value) => Stored::Blob(value.to_owned()),
        ValueRef::List(_) => return Err(Error::value("a list is a parameter of IN only")),
        ValueRef::Array(_) => return Err(Error::no_arrays("SQLite has")),
        other => Stored::Text(text::write(other)?),
    })
}

/// A value in SQLite's own terms, its text and bytes moved.
pub(super) fn owned(value: Value) -> Result<Stored> {
    match value {
        Value::Text(value) => Ok(Stored::Text(value)),
        Value::Blob(value) => Ok(Stored::Blob(value)),
        value => stored(value.as_ref()),
    }
}

/// A stored value, as it is.
pub(super) fn raw(stored: StoredRef<'_>) -> Result<ValueRef<'_>> {
    Ok(match stored {
        StoredRef::Null => ValueRef::Null,
        StoredRef::Integer(value) => ValueRef::Integer(value),
        StoredRef::Real(value) => ValueRef::Real(value),
        StoredRef::Text(bytes) => ValueRef::Text(utf8(bytes)?),
        StoredRef::Blob(bytes) => ValueRef::Blob(bytes),
    })
}

/// A stored value, read as a type. NULL belongs to every type.
#[inline]
pub(super) fn value(stored: StoredRef<'_>, ty: Type) -> Result<ValueRef<'_>> {
    match direct(stored, ty) {
        Some(value) => Ok(value),
        None => converted(stored, ty),
    }
}

/// A stored value of its type's own storage class.
#[inline]
pub(super) fn direct(stored: StoredRef<'_>, ty: Type) -> Option<ValueRef<'_>> {
    match (ty, stored) {
        (Type::Integer { .. }, StoredRef::Integer(value)) => Some(ValueRef::Integer(value)),
        (Type::Text | Type::Json, StoredRef::Text(bytes)) => {
            std::str::from_utf8(bytes).ok().map(ValueRef::Text)
        }
        (Type::Blob, StoredRef::Blob(bytes)) => Some(ValueRef::Blob(bytes)),
        (Type::Real | Type::Double, StoredRef::Real(value)) => Some(ValueRef::Real(value)),
        (_, StoredRef::Null) => Some(ValueRef::Null),
        _ => None,
    }
}

/// Whether values of a type can be [direct].
#[inline]
pub(super) fn is_direct(ty: Type) -> bool {
    use Type::{Blob, Double, Integer, Json, Real, Text};
    matches!(ty, Integer { .. } | Text | Json | Blob | Real | Double)
}

/// A stored value that is not [direct]: of another storage class, or text that is not UTF-8.
fn converted(stored: StoredRef<'_>, ty: Type) -> Result<ValueRef<'_>> {
    match (ty, stored) {
        (Type::Array(_), _) => Err(Error::no_arrays("SQLite has")),
        // Bytes that somebody kept as text: whether that will do, the field decides.
        (Type::Blob, StoredRef::Text(bytes)) => Ok(ValueRef::Text(utf8(bytes)?)),
        (Type::Boolean, StoredRef::Integer(value @ (0 | 1))) => Ok(ValueRef::Boolean(value == 1)),
        (Type::Real | Type::Double, StoredRef::Integer(value)) => Ok(ValueRef::Real(exact::real(value)?)),
        (Type::Integer { .. } | Type::Boolean | Type::Real | Type::Double | Type::Blob, _) => {
            Err(mismatch(stored, ty))
        }
        (_, StoredRef::Text(bytes)) => text::read(utf8(bytes)?, ty),
        #[cfg(feature = "decimal")]
        (Type::Decimal, StoredRef::Integer(value)) => Ok(ValueRef::Decimal(value.into())),
        _ => Err(mismatch(stored, ty)),
    }
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(not_utf8)
}

#[cold]
fn not_utf8(error: std::str::Utf8Error) -> Error {
    Error::value(format!("the text is not UTF-8 from byte {} on", error.valid_up_to()))
}

fn mismatch(stored: StoredRef<'_>, ty: Type) -> Error {
    let found = match stored {
        StoredRef::Null => "NULL".to_owned(),
        StoredRef::Integer(value) => format!("the integer {value}"),
        StoredRef::Real(value) => format!("the real number {value:?}"),
        StoredRef::Text(_) => "text".to_owned(),
        StoredRef::Blob(bytes) => format!("a blob of {} bytes", bytes.len()),
    };
    Error::value(format!("expected {}, found {found}", expected(ty)))
}
