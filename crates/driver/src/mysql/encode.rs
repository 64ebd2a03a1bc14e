//! Values to the server's form: exactly, or not at all.

use super::column::Kind;
use super::list;
use crate::{Error, Result, ValueRef};

/// What a value is sent as.
#[derive(Clone, Copy)]
pub(super) struct Sent {
    pub(super) kind: Kind,
    pub(super) is_unsigned: bool,
}

impl Sent {
    const fn of(kind: Kind) -> Sent {
        Sent { kind, is_unsigned: false }
    }

    /// Whether it is so many bytes as there are, whose number stands before them.
    pub(super) fn is_bytes(self) -> bool {
        self.kind == Kind::VAR_STRING
    }
}

/// Writes the value of a parameter, and says as what.
pub(super) fn encode(value: ValueRef<'_>, out: &mut Vec<u8>) -> Result<Sent> {
    Ok(match value {
        ValueRef::Null => Sent::of(Kind::NULL),
        ValueRef::Boolean(value) => whole(value.into(), out),
        ValueRef::Integer(value) => whole(value, out),
        ValueRef::Unsigned(value) => {
            out.extend(value.to_le_bytes());
            Sent { kind: Kind::LONG_LONG, is_unsigned: true }
        }
        ValueRef::Real(value) => {
            out.extend(finite(value)?.to_le_bytes());
            Sent::of(Kind::DOUBLE)
        }
        ValueRef::Text(value) => bytes(value.as_bytes(), out),
        ValueRef::Blob(value) => bytes(value, out),
        #[cfg(feature = "chrono")]
        ValueRef::Date(value) => {
            out.push(4);
            put_day(value, out)?;
            Sent::of(Kind::DATETIME)
        }
        #[cfg(feature = "chrono")]
        ValueRef::Time(value) => {
            let time = microseconds(value)?;
            // It has a sign and days.
            out.extend([12, 0, 0, 0, 0, 0]);
            put_time(time, out);
            Sent::of(Kind::TIME)
        }
        #[cfg(feature = "chrono")]
        ValueRef::DateTime(value) => moment(value, out)?,
        #[cfg(feature = "chrono")]
        ValueRef::Timestamp(value) => moment(value.naive_utc(), out)?,
        #[cfg(feature = "uuid")]
        ValueRef::Uuid(value) => bytes(value.as_bytes(), out),
        #[cfg(feature = "decimal")]
        ValueRef::Decimal(value) => bytes(value.to_string().as_bytes(), out),
        ValueRef::Array(_) => return Err(Error::no_arrays("MariaDB and MySQL have")),
        ValueRef::List(values) => bytes(list::json(values)?.as_bytes(), out),
        other => return Err(Error::value(format!("a {} cannot be bound", other.kind()))),
    })
}

/// Writes a whole number.
pub(super) fn whole(value: i64, out: &mut Vec<u8>) -> Sent {
    out.extend(value.to_le_bytes());
    Sent::of(Kind::LONG_LONG)
}

fn bytes(value: &[u8], out: &mut Vec<u8>) -> Sent {
    out.extend_from_slice(value);
    Sent::of(Kind::VAR_STRING)
}

#[cfg(feature = "chrono")]
fn moment(value: chrono::NaiveDateTime, out: &mut Vec<u8>) -> Result<Sent> {
    let time = microseconds(value.time())?;
    out.push(11);
    put_day(value.date(), out)?;
    put_time(time, out);
    Ok(Sent::of(Kind::DATETIME))
}

#[cfg(feature = "chrono")]
fn put_day(value: chrono::NaiveDate, out: &mut Vec<u8>) -> Result<()> {
    let (year, month, day) = day(value)?;
    out.extend(year.to_le_bytes());
    out.extend([month, day]);
    Ok(())
}

#[cfg(feature = "chrono")]
fn put_time((hour, minute, second, rest): (u8, u8, u8, u32), out: &mut Vec<u8>) {
    out.extend([hour, minute, second]);
    out.extend(rest.to_le_bytes());
}

/// The number, unless it is none.
pub(super) fn finite(value: f64) -> Result<f64> {
    match value.is_finite() {
        true => Ok(value),
        false => Err(Error::value(format!(
            "{value} cannot be stored: MariaDB and MySQL have no infinities and no NaN"
        ))),
    }
}

/// Year, month and day.
#[cfg(feature = "chrono")]
pub(super) fn day(value: chrono::NaiveDate) -> Result<(u16, u8, u8)> {
    use chrono::Datelike;
    let year = u16::try_from(value.year()).ok().filter(|year| (0..=9999).contains(year));
    let parts = year.zip(u8::try_from(value.month()).ok()).zip(u8::try_from(value.day()).ok());
    parts.map(|((year, month), day)| (year, month, day)).ok_or_else(|| {
        Error::value(format!(
            "the year {} is none that MariaDB and MySQL keep; years are 0 to 9999",
            value.year()
        ))
    })
}

/// Hour, minute, second and microseconds.
#[cfg(feature = "chrono")]
pub(super) fn microseconds(value: chrono::NaiveTime) -> Result<(u8, u8, u8, u32)> {
    use chrono::Timelike;
    let small = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
    let (rest, finer) = (value.nanosecond() / 1_000, value.nanosecond() % 1_000);
    if finer > 0 {
        return Err(Error::value(
            "MariaDB and MySQL keep microseconds, and the value is finer: round it, as with chrono's \
             `SubsecRound::trunc_subsecs(6)`",
        ));
    }
    if rest >= 1_000_000 {
        return Err(Error::value("a leap second cannot be stored: MariaDB and MySQL have none"));
    }
    Ok((small(value.hour()), small(value.minute()), small(value.second()), rest))
}
