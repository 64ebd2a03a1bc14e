//! Dates, times, UUIDs and exact decimals as text, which sorts as they do (decimals: with a collation).
//!
//! Forms are those that Python's `fromisoformat`, `UUID` and `Decimal` read, and SQLite's own date functions:
//! `2024-01-31`, `12:34:56.5`, `2024-01-31 12:34:56.5`, a moment with `+00:00` behind, UUIDs in small letters with
//! hyphens. Fractions of seconds have three, six or nine digits, or are left out when zero.

use crate::expected::expected;
use crate::{Error, Result, Type, ValueRef};

/// The text of a value that has no storage class of its own.
pub(super) fn write(value: ValueRef<'_>) -> Result<String> {
    match value {
        #[cfg(feature = "chrono")]
        ValueRef::Date(value) => date(value),
        #[cfg(feature = "chrono")]
        ValueRef::Time(value) => Ok(value.format("%H:%M:%S%.f").to_string()),
        #[cfg(feature = "chrono")]
        ValueRef::DateTime(value) => date_time(value),
        #[cfg(feature = "chrono")]
        ValueRef::Timestamp(value) => Ok(date_time(value.naive_utc())? + "+00:00"),
        #[cfg(feature = "uuid")]
        ValueRef::Uuid(value) => Ok(value.hyphenated().to_string()),
        #[cfg(feature = "decimal")]
        ValueRef::Decimal(value) => Ok(value.to_string()),
        other => Err(Error::value(format!("SQLite has no form for a {}", other.kind()))),
    }
}

/// The value of a text, where the type is one that is kept as text.
pub(super) fn read(text: &str, ty: Type) -> Result<ValueRef<'static>> {
    let value: Option<ValueRef<'static>> = match ty {
        #[cfg(feature = "chrono")]
        Type::Date => text.parse().ok().map(ValueRef::Date),
        #[cfg(feature = "chrono")]
        Type::Time => text.parse().ok().map(ValueRef::Time),
        #[cfg(feature = "chrono")]
        Type::DateTime => naive(text).map(ValueRef::DateTime),
        #[cfg(feature = "chrono")]
        Type::Timestamp => moment(text).map(ValueRef::Timestamp),
        #[cfg(feature = "uuid")]
        Type::Uuid => uuid::Uuid::parse_str(text).ok().map(ValueRef::Uuid),
        #[cfg(feature = "decimal")]
        Type::Decimal => rust_decimal::Decimal::from_str_exact(text).ok().map(ValueRef::Decimal),
        _ => None,
    };
    value.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Error::value(format!("expected {}, found the text {shown:?}", expected(ty)))
    })
}

#[cfg(feature = "chrono")]
fn date(value: chrono::NaiveDate) -> Result<String> {
    use chrono::Datelike;
    if !(0..=9999).contains(&value.year()) {
        return Err(Error::value(format!(
            "the year {} does not sort as text; years are 0 to 9999",
            value.year()
        )));
    }
    Ok(value.format("%Y-%m-%d").to_string())
}

#[cfg(feature = "chrono")]
fn date_time(value: chrono::NaiveDateTime) -> Result<String> {
    Ok(date(value.date())? + &value.format(" %H:%M:%S%.f").to_string())
}

#[cfg(feature = "chrono")]
fn naive(text: &str) -> Option<chrono::NaiveDateTime> {
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|format| chrono::NaiveDateTime::parse_from_str(text, format).ok())
}

/// A moment; without an offset it is in UTC, as SQLite's own `CURRENT_TIMESTAMP` is.
#[cfg(feature = "chrono")]
fn moment(text: &str) -> Option<chrono::DateTime<chrono::Utc>> {
    let offset = chrono::DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc());
    offset.or_else(|| naive(text).map(|naive| naive.and_utc()))
}

/// The order of exact decimal numbers; what is not one comes after them, by its bytes.
#[cfg(feature = "decimal")]
pub(super) fn compare_decimals(left: &str, right: &str) -> std::cmp::Ordering {
    use rust_decimal::Decimal;
    use std::cmp::Ordering::{Greater, Less};
    match (Decimal::from_str_exact(left), Decimal::from_str_exact(right)) {
        (Ok(left), Ok(right)) => left.cmp(&right),
        (Ok(_), Err(_)) => Less,
        (Err(_), Ok(_)) => Greater,
        (Err(_), Err(_)) => left.cmp(right),
    }
}
