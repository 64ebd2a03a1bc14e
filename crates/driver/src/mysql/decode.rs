//! The server's values to those of a type.

use super::column::{Column, Form};
use crate::expected::expected;
use crate::{Error, Result, Type, ValueRef, exact};

/// A value, read from its bytes.
enum Read<'r> {
    Whole(i64),
    Unsigned(u64),
    Real(f64),
    /// What has no shorter form than its bytes.
    Bytes(&'r [u8]),
}

fn read<'r>(bytes: &'r [u8], column: &Column) -> Result<Read<'r>> {
    Ok(match column.form {
        Form::Whole => number(bytes, column.is_unsigned)?,
        Form::Float => Read::Real(f32::from_le_bytes(exactly(bytes)?).into()),
        Form::Double => Read::Real(f64::from_le_bytes(exactly(bytes)?)),
        _ => Read::Bytes(bytes),
    })
}

#[inline]
fn number<'r>(bytes: &[u8], is_unsigned: bool) -> Result<Read<'r>> {
    Ok(match (bytes, is_unsigned) {
        (&[a, b, c, d, e, f, g, h], false) => Read::Whole(i64::from_le_bytes([a, b, c, d, e, f, g, h])),
        (&[a, b, c, d, e, f, g, h], true) => {
            let value = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
            i64::try_from(value).map_or(Read::Unsigned(value), Read::Whole)
        }
        (&[a, b, c, d], false) => Read::Whole(i32::from_le_bytes([a, b, c, d]).into()),
        (&[a, b, c, d], true) => Read::Whole(u32::from_le_bytes([a, b, c, d]).into()),
        (&[a, b], false) => Read::Whole(i16::from_le_bytes([a, b]).into()),
        (&[a, b], true) => Read::Whole(u16::from_le_bytes([a, b]).into()),
        (&[a], false) => Read::Whole(i8::from_le_bytes([a]).into()),
        (&[a], true) => Read::Whole(a.into()),
        _ => return Err(strange()),
    })
}

fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| strange())
}

#[cold]
fn strange() -> Error {
    Error::value("a value has a length that those of its type do not have")
}

/// A value as it is kept, whatever it is wanted as. NULL has no bytes.
pub(super) fn raw<'r>(bytes: Option<&'r [u8]>, column: &Column) -> Result<ValueRef<'r>> {
    let Some(bytes) = bytes else { return Ok(ValueRef::Null) };
    match column.form {
        Form::Whole => value_of(bytes, column, Type::BIGINT),
        Form::Float | Form::Double => value_of(bytes, column, Type::Double),
        Form::Text | Form::Json => Ok(ValueRef::Text(utf8(bytes)?)),
        Form::Bytes => Ok(ValueRef::Blob(bytes)),
        Form::Decimal => value_of(bytes, column, Type::Decimal),
        Form::Date => value_of(bytes, column, Type::Date),
        Form::Time => value_of(bytes, column, Type::Time),
        Form::DateTime => value_of(bytes, column, Type::DateTime),
        Form::Timestamp => value_of(bytes, column, Type::Timestamp),
        Form::Other => Err(Error::value(format!(
            "the type {} has no counterpart here: select it as text, as in CAST(… AS CHAR)",
            column.type_name()
        ))),
    }
}

/// A value, read as a type. NULL belongs to every type.
#[inline]
pub(super) fn value<'r>(bytes: Option<&'r [u8]>, column: &Column, ty: Type) -> Result<ValueRef<'r>> {
    match bytes {
        Some(bytes) => value_of(bytes, column, ty),
        None => Ok(ValueRef::Null),
    }
}

#[inline]
fn value_of<'r>(bytes: &'r [u8], column: &Column, ty: Type) -> Result<ValueRef<'r>> {
    match (ty, column.form) {
        (Type::Integer { .. }, Form::Whole) => match number(bytes, column.is_unsigned)? {
            Read::Unsigned(value) => Ok(ValueRef::Unsigned(value)),
            Read::Whole(value) => Ok(ValueRef::Integer(value)),
            other => convert(&other, column, ty),
        },
        (Type::Text, Form::Text) => Ok(ValueRef::Text(utf8(bytes)?)),
        (Type::Blob, Form::Bytes) => Ok(ValueRef::Blob(bytes)),
        (Type::Real | Type::Double, Form::Double) => Ok(ValueRef::Real(f64::from_le_bytes(exactly(bytes)?))),
        _ => convert(&read(bytes, column)?, column, ty),
    }
}

fn convert<'r>(read: &Read<'r>, column: &Column, ty: Type) -> Result<ValueRef<'r>> {
    let form = column.form;
    let value = match (ty, read) {
        (Type::Array(_), _) => return Err(Error::no_arrays("MariaDB and MySQL have")),
        (Type::Boolean, Read::Whole(value @ (0 | 1))) => Some(ValueRef::Boolean(*value == 1)),
        (Type::Integer { .. }, Read::Bytes(bytes)) if form == Form::Decimal => Some(whole(utf8(bytes)?)?),
        (Type::Real | Type::Double, Read::Real(value)) => Some(ValueRef::Real(*value)),
        (Type::Real | Type::Double, Read::Whole(value)) => Some(ValueRef::Real(exact::real(*value)?)),
        (Type::Real | Type::Double, Read::Bytes(bytes)) if form == Form::Decimal => Some(real(utf8(bytes)?)?),
        (Type::Text, Read::Bytes(bytes)) if form == Form::Json => Some(ValueRef::Text(utf8(bytes)?)),
        (Type::Json, Read::Bytes(bytes)) if matches!(form, Form::Json | Form::Text) => {
            Some(ValueRef::Text(utf8(bytes)?))
        }
        // Bytes that somebody kept as text: whether that will do, the field decides.
        (Type::Blob, Read::Bytes(bytes)) if form == Form::Text => Some(ValueRef::Text(utf8(bytes)?)),
        #[cfg(feature = "chrono")]
        (Type::Date, Read::Bytes(bytes)) if form == Form::Date => date(bytes).map(ValueRef::Date),
        #[cfg(feature = "chrono")]
        (Type::Time, Read::Bytes(bytes)) if form == Form::Time => time(bytes).map(ValueRef::Time),
        #[cfg(feature = "chrono")]
        (Type::DateTime, Read::Bytes(bytes)) if form == Form::DateTime => {
            moment(bytes).map(ValueRef::DateTime)
        }
        #[cfg(feature = "chrono")]
        (Type::Timestamp, Read::Bytes(bytes)) if matches!(form, Form::DateTime | Form::Timestamp) => {
            moment(bytes).map(|moment| ValueRef::Timestamp(moment.and_utc()))
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
        (Type::Decimal, Read::Whole(value)) => Some(ValueRef::Decimal((*value).into())),
        #[cfg(feature = "decimal")]
        (Type::Decimal, Read::Unsigned(value)) => Some(ValueRef::Decimal((*value).into())),
        _ => None,
    };
    value.ok_or_else(|| mismatch(read, column, ty))
}

#[cold]
fn mismatch(read: &Read<'_>, column: &Column, ty: Type) -> Error {
    let found = match read {
        Read::Whole(value) => format!("the integer {value}"),
        Read::Bytes(bytes) if is_no_moment(bytes, column.form) => match column.form {
            Form::Time => "a span of time that is no time of day".to_owned(),
            _ => "a date that is none".to_owned(),
        },
        Read::Bytes(bytes) if column.form == Form::Bytes => format!("a blob of {} bytes", bytes.len()),
        _ => format!("a {}", column.type_name()),
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

/// Whether a date or time of the server's is none: it keeps days and months of zero, and spans of time.
#[cfg(feature = "chrono")]
fn is_no_moment(bytes: &[u8], form: Form) -> bool {
    match form {
        Form::Date => date(bytes).is_none(),
        Form::Time => time(bytes).is_none(),
        Form::DateTime | Form::Timestamp => moment(bytes).is_none(),
        _ => false,
    }
}

#[cfg(not(feature = "chrono"))]
fn is_no_moment(_: &[u8], _: Form) -> bool {
    false
}

/// What is zero may be left away from the end on.
#[cfg(feature = "chrono")]
fn date(bytes: &[u8]) -> Option<chrono::NaiveDate> {
    let &[a, b, month, day, ..] = bytes else { return None };
    chrono::NaiveDate::from_ymd_opt(u16::from_le_bytes([a, b]).into(), month.into(), day.into())
}

/// A time of a day; it has a sign and days before it, which are none.
#[cfg(feature = "chrono")]
fn time(bytes: &[u8]) -> Option<chrono::NaiveTime> {
    match bytes {
        [] => time_of(&[]),
        [0, 0, 0, 0, 0, time @ ..] => time_of(time),
        _ => None,
    }
}

#[cfg(feature = "chrono")]
fn moment(bytes: &[u8]) -> Option<chrono::NaiveDateTime> {
    let (day, time) = bytes.split_at_checked(4)?;
    Some(date(day)?.and_time(time_of(time)?))
}

#[cfg(feature = "chrono")]
fn time_of(bytes: &[u8]) -> Option<chrono::NaiveTime> {
    let ([hour, minute, second], rest) = match bytes {
        [] => ([0; 3], 0),
        &[hour, minute, second] => ([hour, minute, second], 0),
        &[hour, minute, second, a, b, c, d] => ([hour, minute, second], u32::from_le_bytes([a, b, c, d])),
        _ => return None,
    };
    chrono::NaiveTime::from_hms_micro_opt(hour.into(), minute.into(), second.into(), rest)
}
