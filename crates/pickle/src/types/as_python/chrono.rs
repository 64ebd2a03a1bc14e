//! Types of chrono.

use chrono::{
    DateTime as Moment, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta as Span, Timelike, Utc,
};
use chrono::{Datelike, Offset, TimeZone};

use super::as_python;
use crate::error::{Error, Result};
use crate::types::{Clock, Date, DateTime, Time, TimeDelta, Zone};

as_python! {
    NaiveDate => Date, |value: &Self| date(*value), |date: Date| naive_date(date);
    NaiveTime => Time, |value: &Self| Ok(Time { clock: clock(*value)?, zone: None }), |time: Time| match time.zone {
        None => naive_time(time.clock),
        Some(_) => Err(Error::data("a time with a zone, expected a naive one")),
    };
    NaiveDateTime => DateTime, |value: &Self| naive(*value, None), |moment: DateTime| match moment.zone {
        None => Ok(naive_date(moment.date)?.and_time(naive_time(moment.clock)?)),
        Some(_) => Err(Error::data("a datetime with a zone, expected a naive one")),
    };
    Moment<Utc> => DateTime, |value: &Self| naive(value.naive_utc(), Some(Zone::UTC)), |moment: DateTime| {
        let micros = moment.timestamp_micros().ok_or_else(no_offset)?;
        let micros = i64::try_from(micros).map_err(|_| no_offset())?;
        Self::from_timestamp_micros(micros).ok_or_else(|| Error::data("a datetime beyond chrono's"))
    };
    Moment<FixedOffset> => DateTime, fixed, |moment: DateTime| {
        let offset = moment.zone.as_ref().and_then(Zone::offset).ok_or_else(no_offset)?;
        let seconds = offset.total_microseconds() / 1_000_000;
        let exact = seconds * 1_000_000 == offset.total_microseconds();
        let offset = i32::try_from(seconds).ok().filter(|_| exact).and_then(FixedOffset::east_opt);
        let offset = offset.ok_or_else(|| Error::data("an offset that is not a whole number of seconds"))?;
        let clock = naive_time(moment.clock.with_fold(false))?; // the offset says which of two it is
        let local = naive_date(moment.date)?.and_time(clock);
        offset.from_local_datetime(&local).single().ok_or_else(|| Error::data("a datetime beyond chrono's"))
    };
    Span => TimeDelta, |value: &Self| {
        let microseconds = value.num_microseconds().filter(|micros| Self::microseconds(*micros) == *value);
        let delta = microseconds.and_then(|micros| TimeDelta::from_microseconds(micros.into()));
        delta.ok_or_else(|| Error::data("a span that is not a whole number of microseconds"))
    }, |delta: TimeDelta| {
        let micros = i64::try_from(delta.total_microseconds()).map(Self::microseconds);
        micros.map_err(|_| Error::data("a timedelta of 292,000 years or more"))
    };
}

fn no_offset() -> Error {
    Error::data("a datetime without a known offset: naive, or in a named zone")
}

fn date(date: NaiveDate) -> Result<Date> {
    let parts = (u16::try_from(date.year()), u8::try_from(date.month()), u8::try_from(date.day()));
    let date = match parts {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day),
        _ => None,
    };
    date.ok_or_else(|| Error::data("a date beyond the years 1 to 9999"))
}

fn naive_date(date: Date) -> Result<NaiveDate> {
    let date = NaiveDate::from_ymd_opt(date.year().into(), date.month().into(), date.day().into());
    date.ok_or_else(|| Error::data("a day that the calendar does not have"))
}

fn clock(time: NaiveTime) -> Result<Clock> {
    let small = |value: u32| u8::try_from(value).unwrap_or(u8::MAX);
    let clock = match time.nanosecond() {
        // A leap second has more than a second's nanoseconds.
        nanosecond if nanosecond % 1000 == 0 && nanosecond < 1_000_000_000 => {
            Clock::new(small(time.hour()), small(time.minute()), small(time.second()), nanosecond / 1000)
        }
        _ => None,
    };
    clock.ok_or_else(|| Error::data("a time that is not a whole number of microseconds, or a leap second"))
}

fn naive_time(clock: Clock) -> Result<NaiveTime> {
    if clock.fold() {
        return Err(Error::data("the second of two times when clocks were set back (fold=1)"));
    }
    let (hour, minute, second) = (clock.hour().into(), clock.minute().into(), clock.second().into());
    let time = NaiveTime::from_hms_micro_opt(hour, minute, second, clock.microsecond());
    time.ok_or_else(|| Error::data("a time that no clock has"))
}

fn naive(value: NaiveDateTime, zone: Option<Zone>) -> Result<DateTime> {
    Ok(DateTime { date: date(value.date())?, clock: clock(value.time())?, zone })
}

fn fixed(value: &Moment<FixedOffset>) -> Result<DateTime> {
    let seconds = value.offset().fix().local_minus_utc();
    let offset = TimeDelta::new(0, seconds.into(), 0).unwrap_or(TimeDelta::ZERO); // less than a day
    naive(value.naive_local(), Some(Zone::Fixed { offset, name: None }))
}
