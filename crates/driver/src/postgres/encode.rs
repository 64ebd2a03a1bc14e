//! Values to the bytes of PostgreSQL's types: exactly, or not at all.

use postgres_types::Oid;

use super::numeric;
#[cfg(feature = "uuid")]
use super::types::UUID;
use super::types::{BOOL, BYTEA, FLOAT4, FLOAT8, Form, INT2, INT4, INT8, JSON, JSONB, NUMERIC, OID, is_text};
#[cfg(feature = "chrono")]
use super::types::{DATE, TIME, TIMESTAMP, TIMESTAMPTZ};
use crate::{Error, Result, Value, ValueRef};

/// Appends a value as one of the type, and says whether there is any: NULL has no bytes.
pub(super) fn encode(value: ValueRef<'_>, form: &Form, out: &mut Vec<u8>) -> Result<bool> {
    match (value, form.element) {
        (ValueRef::Null, _) => Ok(false),
        (ValueRef::List(values), Some(_)) => list(values, form, out).map(|()| true),
        (ValueRef::Array(array), Some(_)) => list(&array.values, form, out).map(|()| true),
        (value, _) => scalar(value, form.oid, form, out).map(|()| true),
    }
}

fn scalar(value: ValueRef<'_>, oid: Oid, form: &Form, out: &mut Vec<u8>) -> Result<()> {
    match (value, oid) {
        (ValueRef::Boolean(value), BOOL) => out.push(value.into()),
        (ValueRef::Integer(value), _) => return integer(value, oid, form, out),
        (ValueRef::Unsigned(value), NUMERIC) => return numeric::write(&value.to_string(), out),
        (ValueRef::Unsigned(value), INT8) => {
            return Err(Error::value(format!(
                "{value} is more than PostgreSQL's bigint holds, whose greatest is {}",
                i64::MAX
            )));
        }
        (ValueRef::Real(value), FLOAT8) => out.extend(value.to_be_bytes()),
        (ValueRef::Real(value), FLOAT4) => out.extend(single(value)?.to_be_bytes()),
        (ValueRef::Text(value), _) if is_text(oid) || oid == JSON => text(value, out)?,
        (ValueRef::Text(value), JSONB) => {
            out.push(1);
            text(value, out)?;
        }
        (ValueRef::Blob(value), BYTEA) => out.extend(value),
        (ValueRef::Blob(_), _) if is_text(oid) => {
            return Err(Error::value(
                "bytes cannot be kept in a text column of PostgreSQL: give the column a type for bytes (Vec<u8>, Pickle<T>)",
            ));
        }
        #[cfg(feature = "chrono")]
        (ValueRef::Date(value), DATE) => out.extend(days(value)?.to_be_bytes()),
        #[cfg(feature = "chrono")]
        (ValueRef::Time(value), TIME) => {
            let since = value.signed_duration_since(chrono::NaiveTime::MIN);
            out.extend(microseconds(since)?.to_be_bytes());
        }
        #[cfg(feature = "chrono")]
        (ValueRef::DateTime(value), TIMESTAMP) => out.extend(moment(value)?.to_be_bytes()),
        #[cfg(feature = "chrono")]
        (ValueRef::Timestamp(value), TIMESTAMPTZ) => out.extend(moment(value.naive_utc())?.to_be_bytes()),
        #[cfg(feature = "uuid")]
        (ValueRef::Uuid(value), UUID) => out.extend(value.as_bytes()),
        #[cfg(feature = "decimal")]
        (ValueRef::Decimal(value), NUMERIC) => return numeric::write(&value.to_string(), out),
        (ValueRef::List(_), _) => return Err(Error::value("a list is a parameter of IN only")),
        (ValueRef::Array(_), _) if form.element.is_some() => {
            return Err(Error::value(
                "an array's elements are no arrays: PostgreSQL would make one of them all",
            ));
        }
        (ValueRef::Array(_), _) => {
            return Err(Error::value(format!(
                "an array cannot be bound where PostgreSQL wants a {}",
                form.name
            )));
        }
        (value, _) => {
            return Err(Error::value(format!(
                "a {} cannot be bound where PostgreSQL wants a {}",
                value.kind(),
                form.name
            )));
        }
    }
    Ok(())
}

fn integer(value: i64, oid: Oid, form: &Form, out: &mut Vec<u8>) -> Result<()> {
    let beyond = || Error::value(format!("{value} is beyond what PostgreSQL's {} holds", form.name));
    match oid {
        INT8 => out.extend(value.to_be_bytes()),
        INT4 => out.extend(i32::try_from(value).map_err(|_| beyond())?.to_be_bytes()),
        INT2 => out.extend(i16::try_from(value).map_err(|_| beyond())?.to_be_bytes()),
        OID => out.extend(u32::try_from(value).map_err(|_| beyond())?.to_be_bytes()),
        NUMERIC => numeric::write(&value.to_string(), out)?,
        FLOAT8 => out.extend(crate::exact::real(value)?.to_be_bytes()),
        FLOAT4 => out.extend(single(crate::exact::real(value)?)?.to_be_bytes()),
        _ => {
            return Err(Error::value(format!(
                "an integer cannot be bound where PostgreSQL wants a {}",
                form.name
            )));
        }
    }
    Ok(())
}

/// The number in 32 bits, where they hold it.
fn single(value: f64) -> Result<f32> {
    #[allow(clippy::cast_possible_truncation, reason = "what was lost is looked for")]
    let narrow = value as f32;
    if value.is_nan() || f64::from(narrow).to_bits() == value.to_bits() {
        return Ok(narrow);
    }
    Err(Error::value(format!("{value:?} has no exact form in PostgreSQL's real; use double precision")))
}

fn text(value: &str, out: &mut Vec<u8>) -> Result<()> {
    if value.contains('\0') {
        return Err(Error::value(
            "PostgreSQL's texts hold no NUL character; a column of bytes (Vec<u8>) holds anything",
        ));
    }
    out.extend(value.as_bytes());
    Ok(())
}

/// An array of one dimension.
fn list(values: &[Value], form: &Form, out: &mut Vec<u8>) -> Result<()> {
    let nulls = values.iter().any(|value| matches!(value, Value::Null));
    array_head(values.len(), nulls, form, out);
    (1..).zip(values).try_for_each(|(place, value)| {
        let written = element(value.as_ref(), form, out);
        written.map(drop).map_err(|error| error.prefixed(&format!("element {place}: ")))
    })
}

/// What stands before an array's elements, which are counted from one.
pub(super) fn array_head(count: usize, nulls: bool, form: &Form, out: &mut Vec<u8>) {
    out.extend(i32::from(count > 0).to_be_bytes());
    out.extend(i32::from(nulls).to_be_bytes());
    out.extend(form.element.map_or(form.oid, |element| element.own).to_be_bytes());
    if count > 0 {
        // More do not fit into a message, which the client refuses to send.
        out.extend(i32::try_from(count).unwrap_or(i32::MAX).to_be_bytes());
        out.extend(1_i32.to_be_bytes());
    }
}

/// An element of an array of a form, behind its length; says whether it is any.
pub(super) fn element(value: ValueRef<'_>, form: &Form, out: &mut Vec<u8>) -> Result<bool> {
    let oid = form.element.map_or(form.oid, |element| element.oid);
    behind_length(value, out, |out| scalar(value, oid, form, out))
}

/// A value of a form, behind its length.
pub(super) fn field(value: ValueRef<'_>, form: &Form, out: &mut Vec<u8>) -> Result<()> {
    behind_length(value, out, |out| encode(value, form, out).map(drop)).map(drop)
}

/// A value behind its length; says whether it is any: NULL has a length alone.
fn behind_length(
    value: ValueRef<'_>,
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<()>,
) -> Result<bool> {
    let start = out.len();
    out.extend((-1_i32).to_be_bytes());
    if value == ValueRef::Null {
        return Ok(false);
    }
    write(out)?;
    let length = i32::try_from(out.len() - start - 4).map_err(|_| Error::value("a value is too long"))?;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    Ok(true)
}

#[cfg(feature = "chrono")]
fn days(value: chrono::NaiveDate) -> Result<i32> {
    let days = value.signed_duration_since(super::types::EPOCH.date()).num_days();
    let reached = (-2_451_545..=2_145_031_948).contains(&days);
    i32::try_from(days).ok().filter(|_| reached).ok_or_else(|| {
        Error::value(format!("{value} is a day that PostgreSQL does not reach; its days begin in 4713 BC"))
    })
}

#[cfg(feature = "chrono")]
fn moment(value: chrono::NaiveDateTime) -> Result<i64> {
    days(value.date())?;
    microseconds(value.signed_duration_since(super::types::EPOCH))
}

#[cfg(feature = "chrono")]
fn microseconds(value: chrono::TimeDelta) -> Result<i64> {
    let whole = value.num_microseconds().filter(|_| value.subsec_nanos() % 1_000 == 0);
    whole.ok_or_else(|| {
        Error::value(
            "PostgreSQL keeps microseconds, and the value is finer: round it with `chrono::SubsecRound`, as in \
             `Utc::now().trunc_subsecs(6)`",
        )
    })
}
