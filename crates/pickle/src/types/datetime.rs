//! Moments, and times with a zone.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::kind::{Kind, Text, through_text};
use super::text::Reader;
use super::zone::{read_suffix, write_suffix};
use super::{Clock, Date, TimeDelta, Zone};
use crate::error::{Error, Result};

through_text!(DateTime Time);

/// A `datetime.datetime`, naive or with any zone.
///
/// Its text is that of RFC 9557: `2026-10-25T02:30:00+01:00`, `2026-10-25T02:30:00[Europe/Berlin]`. No time zone database is
/// asked, so of a named zone there is no offset.
///
/// # Examples
///
/// ```
/// use onggi_pickle::types::DateTime;
/// use onggi_pickle::{from_slice, to_vec};
///
/// let moment: DateTime = "2026-11-22T10:30:15+05:30".parse()?;
/// let pickle = to_vec(&moment)?; // datetime.datetime(2026, 11, 22, 10, 30, 15, tzinfo=datetime.timezone(…))
/// assert_eq!(from_slice::<DateTime>(&pickle)?, moment);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// The time of day.
    pub clock: Clock,
    /// The zone; a naive `datetime` has none.
    pub zone: Option<Zone>,
}

/// A `datetime.time`, naive or with any zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Time {
    /// The time of day.
    pub clock: Clock,
    /// The zone; a naive `time` has none.
    pub zone: Option<Zone>,
}

impl DateTime {
    /// The microseconds since 1970 in UTC; `None` where the zone's offset is not known, or there is no zone.
    pub fn timestamp_micros(&self) -> Option<i128> {
        let offset = self.zone.as_ref()?.offset()?;
        Some(self.local_micros() - offset.total_microseconds())
    }

    /// The same moment in UTC; `None` where the zone's offset is not known, or there is no zone, and beyond the years 1 to
    /// 9999.
    ///
    /// ```
    /// # use onggi_pickle::types::DateTime;
    /// let moment: DateTime = "2026-11-22T03:30:00+05:30".parse()?;
    /// assert_eq!(moment.to_utc().map(|utc| utc.to_string()).as_deref(), Some("2026-11-21T22:00:00+00:00"));
    /// # Ok::<(), onggi_pickle::Error>(())
    /// ```
    pub fn to_utc(&self) -> Option<Self> {
        Self::from_micros(self.timestamp_micros()?, Some(Zone::UTC))
    }

    /// The microseconds since 1970 on its own clock.
    pub(crate) fn local_micros(&self) -> i128 {
        let clock = self.clock;
        let seconds =
            i128::from(clock.hour()) * 3600 + i128::from(clock.minute()) * 60 + i128::from(clock.second());
        (days_from_epoch(self.date) * 86_400 + seconds) * 1_000_000 + i128::from(clock.microsecond())
    }

    /// The moment in a zone of a fixed offset; `None` beyond the years 1 to 9999.
    pub(crate) fn from_micros(micros: i128, zone: Option<Zone>) -> Option<Self> {
        let offset = zone.as_ref().map_or(Some(TimeDelta::ZERO), Zone::offset)?;
        let local = micros + offset.total_microseconds();
        let (days, rest) = (local.div_euclid(86_400_000_000), local.rem_euclid(86_400_000_000));
        let (seconds, microsecond) = (rest / 1_000_000, u32::try_from(rest % 1_000_000).ok()?);
        let small = |value: i128| u8::try_from(value).ok();
        let clock =
            Clock::new(small(seconds / 3600)?, small(seconds / 60 % 60)?, small(seconds % 60)?, microsecond)?;
        Some(Self { date: date_from_epoch(days)?, clock, zone })
    }
}

/// The days since 1970-01-01, as in Howard Hinnant's `days_from_civil`: years start in March, eras have 400 years.
fn days_from_epoch(date: Date) -> i128 {
    let month = i128::from(date.month());
    let year = i128::from(date.year()) - i128::from(month <= 2);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i128::from(date.day()) - 1;
    let year_of_era = year.rem_euclid(400);
    year.div_euclid(400) * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
        - 719_468
}

/// The other way round.
fn date_from_epoch(days: i128) -> Option<Date> {
    let days = days + 719_468;
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = (shifted + 2) % 12 + 1;
    let year = days.div_euclid(146_097) * 400 + year_of_era + i128::from(month <= 2);
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    Date::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

/// `2026-11-22T10:30:15.000005+05:30`, as Python's `isoformat`, with a named zone and a fold in brackets.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = write_suffix(self.zone.as_ref(), self.clock.fold());
        write!(f, "{}T{}{suffix}", self.date, self.clock)
    }
}

/// `10:30:15+05:30`, likewise.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.clock, write_suffix(self.zone.as_ref(), self.clock.fold()))
    }
}

impl Text for DateTime {
    const KIND: Kind = Kind::DateTime;

    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        let mut text = Reader(text);
        let date = Date::take(&mut text)?;
        text.eat('T').or_else(|| text.eat(' '))?;
        let clock = Clock::take(&mut text)?;
        let (zone, fold) = read_suffix(text)?;
        Some(Self { date, clock: clock.with_fold(fold), zone })
    }
}

impl Text for Time {
    const KIND: Kind = Kind::Time;

    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        let mut text = Reader(text);
        let clock = Clock::take(&mut text)?;
        let (zone, fold) = read_suffix(text)?;
        Some(Self { clock: clock.with_fold(fold), zone })
    }
}

impl TryFrom<SystemTime> for DateTime {
    type Error = Error;

    /// The moment in UTC.
    ///
    /// # Errors
    ///
    /// When it is not a whole number of microseconds, or beyond the years 1 to 9999.
    fn try_from(time: SystemTime) -> Result<Self> {
        let (span, sign) = match time.duration_since(UNIX_EPOCH) {
            Ok(span) => (span, 1),
            Err(before) => (before.duration(), -1),
        };
        let micros = sign * TimeDelta::try_from(span)?.total_microseconds();
        Self::from_micros(micros, Some(Zone::UTC))
            .ok_or_else(|| Error::data("a time beyond the years 1 to 9999"))
    }
}

impl TryFrom<&DateTime> for SystemTime {
    type Error = Error;

    /// # Errors
    ///
    /// When the `datetime` is naive or its zone's offset is not known, or the platform has no such time.
    fn try_from(datetime: &DateTime) -> Result<Self> {
        let micros =
            datetime.timestamp_micros().ok_or_else(|| Error::data("a datetime without a known offset"))?;
        let span = u64::try_from(micros.unsigned_abs()).map(Duration::from_micros);
        let span = span.map_err(|_| Error::data("a datetime beyond SystemTime"))?;
        let time = if micros < 0 { UNIX_EPOCH.checked_sub(span) } else { UNIX_EPOCH.checked_add(span) };
        time.ok_or_else(|| Error::data("a datetime beyond SystemTime"))
    }
}
