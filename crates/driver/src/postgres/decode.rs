//! The bytes of PostgreSQL's types to values.

use postgres_types::Oid;

use super::numeric;
use super::types::{
    BOOL, BYTEA, DATE, FLOAT4, FLOAT8, Form, INT2, INT4, INT8, JSON, JSONB, NUMERIC, OID, TIME, TIMESTAMP,
    TIMESTAMPTZ, UUID, VOID, is_text,
};
use crate::expected::expected;
use crate::{Error, Result, Type, ValueRef, exact};

/// A value as it is kept, whatever it is wanted as.
pub(super) fn raw<'r>(bytes: Option<&'r [u8]>, form: &Form) -> Result<ValueRef<'r>> {
    match natural(form.oid) {
        Some(ty) => value(bytes, form, ty),
        None if bytes.is_none() || form.oid == VOID => Ok(ValueRef::Null),
        None => Err(Error::value(format!(
            "PostgreSQL's type {} has no counterpart here: select it as text, as in CAST(… AS TEXT)",
            form.name
        ))),
    }
}

/// What values of a type of PostgreSQL's are, where nobody says what they are wanted as.
pub(super) fn natural(oid: Oid) -> Option<Type> {
    Some(match oid {
        BOOL => Type::Boolean,
        INT2 | INT4 | INT8 | OID => Type::BIGINT,
        FLOAT4 | FLOAT8 => Type::Double,
        BYTEA => Type::Blob,
        JSON | JSONB => Type::Json,
        DATE => Type::Date,
        TIME => Type::Time,
        TIMESTAMP => Type::DateTime,
        TIMESTAMPTZ => Type::Timestamp,
        UUID => Type::Uuid,
        NUMERIC => Type::Decimal,
        oid if is_text(oid) => Type::Text,
        _ => return None,
    })
}

/// A value, read as a type. NULL belongs to every type.
#[inline]
pub(super) fn value<'r>(bytes: Option<&'r [u8]>, form: &Form, ty: Type) -> Result<ValueRef<'r>> {
    let Some(bytes) = bytes else { return Ok(ValueRef::Null) };
    match (ty, form.oid) {
        (Type::Integer { .. }, INT8) => Ok(ValueRef::Integer(i64::from_be_bytes(array(bytes)?))),
        (Type::Integer { .. }, INT4) => Ok(ValueRef::Integer(i32::from_be_bytes(array(bytes)?).into())),
        (Type::Text, oid) if is_text(oid) => Ok(ValueRef::Text(utf8(bytes)?)),
        (Type::Blob, BYTEA) => Ok(ValueRef::Blob(bytes)),
        (Type::Real | Type::Double, FLOAT8) => Ok(ValueRef::Real(f64::from_be_bytes(array(bytes)?))),
        _ => other(bytes, form, ty),
    }
}

fn other<'r>(bytes: &'r [u8], form: &Form, ty: Type) -> Result<ValueRef<'r>> {
    Ok(match (ty, form.oid) {
        (Type::Boolean, BOOL) => ValueRef::Boolean(array::<1>(bytes)? != [0]),
        (Type::Integer { .. }, INT2) => ValueRef::Integer(i16::from_be_bytes(array(bytes)?).into()),
        (Type::Integer { .. }, OID) => ValueRef::Integer(u32::from_be_bytes(array(bytes)?).into()),
        (Type::Integer { .. }, NUMERIC) => whole(&numeric::read(bytes)?)?,
        (Type::Real | Type::Double, FLOAT4) => ValueRef::Real(f32::from_be_bytes(array(bytes)?).into()),
        (Type::Real | Type::Double, INT2) => ValueRef::Real(i16::from_be_bytes(array(bytes)?).into()),
        (Type::Real | Type::Double, INT4) => ValueRef::Real(i32::from_be_bytes(array(bytes)?).into()),
        (Type::Real | Type::Double, INT8) => ValueRef::Real(exact::real(i64::from_be_bytes(array(bytes)?))?),
        (Type::Real | Type::Double, NUMERIC) => real(&numeric::read(bytes)?)?,
        (Type::Text | Type::Json, JSON) => ValueRef::Text(utf8(bytes)?),
        (Type::Text | Type::Json, JSONB) => match bytes.split_first() {
            Some((1, text)) => ValueRef::Text(utf8(text)?),
            _ => return Err(damaged()),
        },
        (Type::Json, oid) if is_text(oid) => ValueRef::Text(utf8(bytes)?),
        // Bytes that somebody kept as text: whether that will do, the field decides.
        (Type::Blob, oid) if is_text(oid) => ValueRef::Text(utf8(bytes)?),
        #[cfg(feature = "chrono")]
        (Type::Date, DATE) => ValueRef::Date(date(i32::from_be_bytes(array(bytes)?))?),
        #[cfg(feature = "chrono")]
        (Type::Time, TIME) => ValueRef::Time(time(i64::from_be_bytes(array(bytes)?))?),
        #[cfg(feature = "chrono")]
        (Type::DateTime, TIMESTAMP) => ValueRef::DateTime(moment(i64::from_be_bytes(array(bytes)?))?),
        #[cfg(feature = "chrono")]
        (Type::Timestamp, TIMESTAMPTZ) => {
            ValueRef::Timestamp(moment(i64::from_be_bytes(array(bytes)?))?.and_utc())
        }
        #[cfg(feature = "uuid")]
        (Type::Uuid, UUID) => ValueRef::Uuid(uuid::Uuid::from_bytes(array(bytes)?)),
        #[cfg(feature = "decimal")]
        (Type::Decimal, NUMERIC) => ValueRef::Decimal(decimal(&numeric::read(bytes)?)?),
        #[cfg(feature = "decimal")]
        (Type::Decimal, INT2) => ValueRef::Decimal(i16::from_be_bytes(array(bytes)?).into()),
        #[cfg(feature = "decimal")]
        (Type::Decimal, INT4) => ValueRef::Decimal(i32::from_be_bytes(array(bytes)?).into()),
        #[cfg(feature = "decimal")]
        (Type::Decimal, INT8) => ValueRef::Decimal(i64::from_be_bytes(array(bytes)?).into()),
        _ => {
            return Err(Error::value(format!(
                "expected {}, found a {} of PostgreSQL's",
                expected(ty),
                form.name
            )));
        }
    })
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| damaged())
}

#[cold]
pub(super) fn damaged() -> Error {
    Error::value("a value from PostgreSQL has not the form that its type should have")
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes)
        .map_err(|error| Error::value(format!("the text is not UTF-8 from byte {} on", error.valid_up_to())))
}

fn whole(text: &str) -> Result<ValueRef<'static>> {
    let digits = match text.split_once('.') {
        Some((digits, fraction)) if fraction.bytes().all(|digit| digit == b'0') => digits,
        Some(_) => return Err(Error::value(format!("expected an integer, found the number {text}"))),
        None => text,
    };
    let signed = digits.parse().map(ValueRef::Integer);
    signed
        .or_else(|_| digits.parse().map(ValueRef::Unsigned))
        .map_err(|_| Error::value(format!("expected an integer of 64 bits, found the number {digits}")))
}

/// The floating-point number that is written so; where digits would be lost, there is none.
fn real(text: &str) -> Result<ValueRef<'static>> {
    let plain = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    match text.parse::<f64>() {
        Ok(value) if plain(&value.to_string()) == plain(text) => Ok(ValueRef::Real(value)),
        _ => Err(Error::value(format!("the number {text} has no exact floating-point form"))),
    }
}

#[cfg(feature = "decimal")]
fn decimal(text: &str) -> Result<rust_decimal::Decimal> {
    rust_decimal::Decimal::from_str_exact(text)
        .map_err(|_| Error::value(format!("expected {}, found the number {text}", expected(Type::Decimal))))
}

#[cfg(feature = "chrono")]
fn date(days: i32) -> Result<chrono::NaiveDate> {
    let date = super::types::EPOCH.date().checked_add_signed(chrono::TimeDelta::days(days.into()));
    date.ok_or_else(|| Error::value("expected a day, found infinity or one too far away"))
}

#[cfg(feature = "chrono")]
fn time(microseconds: i64) -> Result<chrono::NaiveTime> {
    let (seconds, rest) = (microseconds.div_euclid(1_000_000), microseconds.rem_euclid(1_000_000));
    let nanoseconds = u32::try_from(rest * 1_000).ok();
    let time = u32::try_from(seconds).ok().zip(nanoseconds);
    let time =
        time.and_then(|(seconds, rest)| chrono::NaiveTime::from_num_seconds_from_midnight_opt(seconds, rest));
    time.ok_or_else(|| Error::value("expected a time of day before 24:00:00"))
}

#[cfg(feature = "chrono")]
fn moment(microseconds: i64) -> Result<chrono::NaiveDateTime> {
    let moment = super::types::EPOCH.checked_add_signed(chrono::TimeDelta::microseconds(microseconds));
    moment.ok_or_else(|| Error::value("expected a moment, found infinity or one too far away"))
}
