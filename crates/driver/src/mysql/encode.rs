//! Values to those of the client: exactly, or not at all.

use mysql::Value as Sent;

use super::list;
use crate::{Error, Result, ValueRef};

/// The value of a parameter.
pub(super) fn encode(value: ValueRef<'_>) -> Result<Sent> {
    Ok(match value {
        ValueRef::Null => Sent::NULL,
        ValueRef::Boolean(value) => Sent::Int(value.into()),
        ValueRef::Integer(value) => Sent::Int(value),
        ValueRef::Unsigned(value) => Sent::UInt(value),
        ValueRef::Real(value) => Sent::Double(finite(value)?),
        ValueRef::Text(value) => Sent::Bytes(value.as_bytes().to_vec()),
        ValueRef::Blob(value) => Sent::Bytes(value.to_vec()),
        #[cfg(feature = "chrono")]
        ValueRef::Date(value) => {
            let (year, month, day) = day(value)?;
            Sent::Date(year, month, day, 0, 0, 0, 0)
        }
        #[cfg(feature = "chrono")]
        ValueRef::Time(value) => {
            let (hour, minute, second, rest) = microseconds(value)?;
            Sent::Time(false, 0, hour, minute, second, rest)
        }
        #[cfg(feature = "chrono")]
        ValueRef::DateTime(value) => moment(value)?,
        #[cfg(feature = "chrono")]
        ValueRef::Timestamp(value) => moment(value.naive_utc())?,
        #[cfg(feature = "uuid")]
        ValueRef::Uuid(value) => Sent::Bytes(value.as_bytes().to_vec()),
        #[cfg(feature = "decimal")]
        ValueRef::Decimal(value) => Sent::Bytes(value.to_string().into_bytes()),
        ValueRef::Array(_) => return Err(Error::no_arrays("MariaDB and MySQL have")),
        ValueRef::List(values) => Sent::Bytes(list::json(values)?.into_bytes()),
        other => return Err(Error::value(format!("a {} cannot be bound", other.kind()))),
    })
}

/// A value, unless it is larger than what the server takes at once.
pub(super) fn fitting(sent: Sent, value: ValueRef<'_>, packet: usize) -> Result<Sent> {
    match &sent {
        Sent::Bytes(bytes) if bytes.len() > packet => Err(Error::value(format!(
            "this {} of {} bytes is more than the server takes at once (max_allowed_packet, {packet} bytes): raise that, or \
             keep less",
            value.kind(),
            bytes.len()
        ))),
        _ => Ok(sent),
    }
}

/// Whether values go to the server at once: together, or, from a length on, each by itself.
pub(super) fn go_together(values: &[Sent], packet: usize) -> bool {
    let length = |value: &Sent| match value {
        Sent::Bytes(bytes) => bytes.len() + 12,
        _ => 12,
    };
    packet >= APART || {
        let length = values.iter().map(length).sum::<usize>();
        length <= packet.saturating_sub(64) || length > APART
    }
}

/// From how many bytes on the client sends each value by itself.
pub(super) const APART: usize = 1 << 24;

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

#[cfg(feature = "chrono")]
fn moment(value: chrono::NaiveDateTime) -> Result<Sent> {
    let ((year, month, day), (hour, minute, second, rest)) =
        (day(value.date())?, microseconds(value.time())?);
    Ok(Sent::Date(year, month, day, hour, minute, second, rest))
}
