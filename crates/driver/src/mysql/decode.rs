//! The client's values to those of a type.

use mysql::{Column, Value as Read};

use super::types::{Form, name};
use crate::expected::expected;
use crate::{Error, Result, Type, ValueRef, exact};

/// A value as it is kept, whatever it is wanted as.
pub(super) fn raw<'r>(read: &'r Read, column: &Column) -> Result<ValueRef<'r>> {
    match (read, Form::of(column)) {
        (Read::NULL, _) => Ok(ValueRef::Null),
        (Read::Int(_) | Read::UInt(_), _) => value(read, column, Type::BIGINT),
        (Read::Float(_) | Read::Double(_), _) => value(read, column, Type::Double),
        (Read::Bytes(bytes), Form::Text | Form::Json) => Ok(ValueRef::Text(utf8(bytes)?)),
        (Read::Bytes(bytes), Form::Bytes) => Ok(ValueRef::Blob(bytes)),
        (_, Form::Decimal) => value(read, column, Type::Decimal),
        (_, Form::Date) => value(read, column, Type::Date),
        (_, Form::Time) => value(read, column, Type::Time),
        (_, Form::DateTime) => value(read, column, Type::DateTime),
        (_, Form::Timestamp) => value(read, column, Type::Timestamp),
        _ => Err(Error::value(format!(
            "the type {} has no counterpart here: select it as text, as in CAST(… AS CHAR)",
            name(column)
        ))),
    }
}

/// A value, read as a type. NULL belongs to every type.
#[inline]
pub(super) fn value<'r>(read: &'r Read, column: &Column, ty: Type) -> Result<ValueRef<'r>> {
    match (ty, read) {
        (_, Read::NULL) => Ok(ValueRef::Null),
        (Type::Integer { .. }, Read::Int(value)) => Ok(ValueRef::Integer(*value)),
        (Type::Real | Type::Double, Read::Double(value)) => Ok(ValueRef::Real(*value)),
        (Type::Text, Read::Bytes(bytes)) if Form::of(column) == Form::Text => {
            Ok(ValueRef::Text(utf8(bytes)?))
        }
        (Type::Blob, Read::Bytes(bytes)) if Form::of(column) == Form::Bytes => Ok(ValueRef::Blob(bytes)),
        _ => other(read, column, ty),
    }
}

fn other<'r>(read: &'r Read, column: &Column, ty: Type) -> Result<ValueRef<'r>> {
    let form = Form::of(column);
    let value = match (ty, read) {
        (Type::Array(_), _) => return Err(Error::no_arrays("MariaDB and MySQL have")),
        (Type::Boolean, Read::Int(value @ (0 | 1))) => Some(ValueRef::Boolean(*value == 1)),
        (Type::Integer { .. }, Read::UInt(value)) => Some(ValueRef::Unsigned(*value)),
        (Type::Integer { .. }, Read::Bytes(bytes)) if form == Form::Decimal => Some(whole(utf8(bytes)?)?),
        (Type::Real | Type::Double, Read::Float(value)) => Some(ValueRef::Real((*value).into())),
        (Type::Real | Type::Double, Read::Int(value)) => Some(ValueRef::Real(exact::real(*value)?)),
        (Type::Real | Type::Double, Read::Bytes(bytes)) if form == Form::Decimal => Some(real(utf8(bytes)?)?),
        (Type::Text, Read::Bytes(bytes)) if form == Form::Json => Some(ValueRef::Text(utf8(bytes)?)),
        (Type::Json, Read::Bytes(bytes)) if matches!(form, Form::Json | Form::Text) => {
            Some(ValueRef::Text(utf8(bytes)?))
        }
        // Bytes that somebody kept as text: whether that will do, the field decides.
        (Type::Blob, Read::Bytes(bytes)) if form == Form::Text => Some(ValueRef::Text(utf8(bytes)?)),
        #[cfg(feature = "chrono")]
        (Type::Date, Read::Date(..)) if form == Form::Date => date(read).map(ValueRef::Date),
        #[cfg(feature = "chrono")]
        (Type::Time, Read::Time(..)) => time(read).map(ValueRef::Time),
        #[cfg(feature = "chrono")]
        (Type::DateTime, Read::Date(..)) if form == Form::DateTime => moment(read).map(ValueRef::DateTime),
        #[cfg(feature = "chrono")]
        (Type::Timestamp, Read::Date(..)) if matches!(form, Form::DateTime | Form::Timestamp) => {
            moment(read).map(|moment| ValueRef::Timestamp(moment.and_utc()))
        }
        #[cfg(feature = "uuid")]
        (Type::Uuid, Read::Bytes(bytes)) if form == Form::Bytes => {
            uuid::Uuid::from_slice(bytes).ok().map(ValueRef::Uuid)
        }
        #[cfg(feature = "uuid")]
        (Type::Uuid, Read::Bytes(bytes)) if form == Form::Text => {
            uuid::Uuid::parse_str(utf8(bytes)?).ok().map(ValueRef::Uuid)
        }
        #[cfg(feature = "decimal")]
        (Type::Decimal, Read::Bytes(bytes)) if form == Form::Decimal => {
            Some(ValueRef::Decimal(decimal(utf8(bytes)?)?))
        }
        #[cfg(feature = "decimal")]
        (Type::Decimal, Read::Int(value)) => Some(ValueRef::Decimal((*value).into())),
        #[cfg(feature = "decimal")]
        (Type::Decimal, Read::UInt(value)) => Some(ValueRef::Decimal((*value).into())),
        _ => None,
    };
    value.ok_or_else(|| mismatch(read, column, ty))
}

#[cold]
fn mismatch(read: &Read, column: &Column, ty: Type) -> Error {
    let found = match read {
        Read::Int(value) => format!("the integer {value}"),
        Read::Date(0, ..) => "a date that is none".to_owned(),
        Read::Time(..) => "a span of time that is no time of day".to_owned(),
        Read::Bytes(bytes) if Form::of(column) == Form::Bytes => format!("a blob of {} bytes", bytes.len()),
        _ => format!("a {}", name(column)),
    };
    Error::value(format!("expected {}, found {found}", expected(ty)))
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes)
        .map_err(|error| Error::value(format!("the text is not UTF-8 from byte {} on", error.valid_up_to())))
}

/// A number without the zeros at the end of its fraction, of which a column has as many as it was made for.
fn plain(text: &str) -> &str {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    }
}

fn whole(text: &str) -> Result<ValueRef<'static>> {
    let digits = plain(text);
    if digits.contains('.') {
        return Err(Error::value(format!("expected an integer, found the number {digits}")));
    }
    let signed = digits.parse().map(ValueRef::Integer);
    signed
        .or_else(|_| digits.parse().map(ValueRef::Unsigned))
        .map_err(|_| Error::value(format!("expected an integer of 64 bits, found the number {digits}")))
}

/// The floating-point number that is written so; where digits would be lost, there is none.
fn real(text: &str) -> Result<ValueRef<'static>> {
    match text.parse::<f64>() {
        Ok(value) if plain(&value.to_string()) == plain(text) => Ok(ValueRef::Real(value)),
        _ => Err(Error::value(format!("the number {} has no exact floating-point form", plain(text)))),
    }
}

#[cfg(feature = "decimal")]
fn decimal(text: &str) -> Result<rust_decimal::Decimal> {
    let digits = plain(text);
    rust_decimal::Decimal::from_str_exact(digits)
        .map_err(|_| Error::value(format!("expected {}, found the number {digits}", expected(Type::Decimal))))
}

#[cfg(feature = "chrono")]
fn date(read: &Read) -> Option<chrono::NaiveDate> {
    match *read {
        Read::Date(year, month, day, ..) => {
            chrono::NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
        }
        _ => None,
    }
}

#[cfg(feature = "chrono")]
fn time(read: &Read) -> Option<chrono::NaiveTime> {
    match *read {
        Read::Time(false, 0, hour, minute, second, rest) => {
            chrono::NaiveTime::from_hms_micro_opt(hour.into(), minute.into(), second.into(), rest)
        }
        _ => None,
    }
}

#[cfg(feature = "chrono")]
fn moment(read: &Read) -> Option<chrono::NaiveDateTime> {
    match *read {
        Read::Date(_, _, _, hour, minute, second, rest) => {
            date(read)?.and_hms_micro_opt(hour.into(), minute.into(), second.into(), rest)
        }
        _ => None,
    }
}
