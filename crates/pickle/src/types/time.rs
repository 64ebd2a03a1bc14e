//! Dates, times of day and spans.

use std::fmt;
use std::time::Duration;

use super::kind::{Kind, Text, through_text};
use super::text::Reader;
use crate::error::{Error, Result};

through_text!(Date TimeDelta);

/// A `datetime.date`: a day of the Gregorian calendar, years 1 to 9999.
///
/// # Examples
///
/// ```
/// use onggi_pickle::types::Date;
///
/// let date = Date::new(2026, 11, 22).expect("a day of the calendar");
/// assert_eq!(date.to_string(), "2026-11-22");
/// assert!(Date::new(2026, 2, 29).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day, if the calendar has it.
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let date = Self { year, month, day };
        if date.is_valid() { Some(date) } else { None }
    }

    /// What the four bytes of a state say, which CPython does not check but for the month.
    pub(crate) fn from_state(state: [u8; 4]) -> Option<Self> {
        let [high, low, month, day] = state;
        (1..=12).contains(&month).then_some(Self { year: u16::from_be_bytes([high, low]), month, day })
    }

    /// The four bytes of a state.
    pub(crate) fn state(self) -> [u8; 4] {
        let [high, low] = self.year.to_be_bytes();
        [high, low, self.month, self.day]
    }

    /// Takes `2026-11-22`.
    pub(super) fn take(text: &mut Reader<'_>) -> Option<Self> {
        let year = text.digits(4).and_then(|year| u16::try_from(year).ok())?;
        text.eat('-')?;
        let month = text.short(2)?;
        text.eat('-')?;
        Self::new(year, month, text.short(2)?)
    }

    /// The year, 1 to 9999.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Whether the calendar has this day. CPython loads pickles that say otherwise; as a Rust value such a day is refused.
    pub const fn is_valid(self) -> bool {
        let leap =
            self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        self.year >= 1 && self.year <= 9999 && self.day >= 1 && self.day <= days
    }
}

/// `2026-11-22`, as Python's `isoformat`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A time of day to the microsecond, with Python's `fold`.
///
/// # Examples
///
/// ```
/// use onggi_pickle::types::Clock;
///
/// let noon = Clock::new(12, 0, 0, 5).expect("a time of day");
/// assert_eq!(noon.to_string(), "12:00:00.000005");
/// assert!(Clock::new(24, 0, 0, 0).is_none());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock {
    hour: u8,
    minute: u8,
    second: u8,
    microsecond: u32,
    fold: bool,
}

impl Clock {
    /// A time of day, if the clock has it: 23:59:59.999999 is the last.
    pub const fn new(hour: u8, minute: u8, second: u8, microsecond: u32) -> Option<Self> {
        let clock = Self { hour, minute, second, microsecond, fold: false };
        if clock.is_valid() { Some(clock) } else { None }
    }

    /// The same time, the second of two when clocks were set back (`fold=1`).
    #[must_use]
    pub const fn with_fold(self, fold: bool) -> Self {
        Self { fold, ..self }
    }

    /// What the six bytes of a state say, which CPython does not check.
    pub(crate) fn from_state(state: [u8; 6], fold: bool) -> Self {
        let [hour, minute, second, high, middle, low] = state;
        Self { hour, minute, second, microsecond: u32::from_be_bytes([0, high, middle, low]), fold }
    }

    /// The six bytes of a state, without the fold.
    pub(crate) fn state(self) -> [u8; 6] {
        let [_, high, middle, low] = self.microsecond.to_be_bytes();
        [self.hour, self.minute, self.second, high, middle, low]
    }

    /// Takes `10:30`, `10:30:15` or `10:30:15.123456`.
    pub(super) fn take(text: &mut Reader<'_>) -> Option<Self> {
        let hour = text.short(2)?;
        text.eat(':')?;
        let minute = text.short(2)?;
        if text.eat(':').is_none() {
            return Self::new(hour, minute, 0, 0);
        }
        let second = text.short(2)?;
        Self::new(hour, minute, second, text.fraction()?)
    }

    /// The hour, 0 to 23.
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, 0 to 59.
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// The second, 0 to 59.
    pub const fn second(self) -> u8 {
        self.second
    }

    /// The microsecond, 0 to 999,999.
    pub const fn microsecond(self) -> u32 {
        self.microsecond
    }

    /// Whether it is the second of two when clocks were set back.
    pub const fn fold(self) -> bool {
        self.fold
    }

    /// Whether the clock has this time. CPython loads pickles that say otherwise; as a Rust value such a time is refused.
    pub const fn is_valid(self) -> bool {
        self.hour < 24 && self.minute < 60 && self.second < 60 && self.microsecond < 1_000_000
    }
}

/// `10:30:15` or `10:30:15.123456`, as Python's `isoformat`.
impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.hour, self.minute, self.second)?;
        if self.microsecond != 0 {
            write!(f, ".{:06}", self.microsecond)?;
        }
        Ok(())
    }
}

/// A `datetime.timedelta`: days, seconds and microseconds, where only the days can be negative.
///
/// # Examples
///
/// ```
/// use onggi_pickle::types::TimeDelta;
///
/// let span = TimeDelta::new(0, -3600, 0).expect("less than a billion days");
/// assert_eq!((span.days(), span.seconds(), span.microseconds()), (-1, 82_800, 0));
/// assert_eq!(span.to_string(), "-1 day, 23:00:00");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeDelta {
    days: i32,
    seconds: u32,
    microseconds: u32,
}

impl TimeDelta {
    const MICROSECONDS_OF_DAY: i128 = 86_400_000_000;
    const MOST_DAYS: i128 = 999_999_999;

    /// No time at all.
    pub const ZERO: Self = Self { days: 0, seconds: 0, microseconds: 0 };

    /// The sum, normalised; `None` beyond 999,999,999 days, as in Python.
    pub fn new(days: i64, seconds: i64, microseconds: i64) -> Option<Self> {
        let total = i128::from(days) * Self::MICROSECONDS_OF_DAY
            + i128::from(seconds) * 1_000_000
            + i128::from(microseconds);
        Self::from_microseconds(total)
    }

    /// A number of microseconds; `None` beyond 999,999,999 days.
    pub fn from_microseconds(total: i128) -> Option<Self> {
        let days = total.div_euclid(Self::MICROSECONDS_OF_DAY);
        let rest = total.rem_euclid(Self::MICROSECONDS_OF_DAY);
        if !(-Self::MOST_DAYS..=Self::MOST_DAYS).contains(&days) {
            return None;
        }
        Some(Self {
            days: i32::try_from(days).ok()?,
            seconds: u32::try_from(rest / 1_000_000).ok()?,
            microseconds: u32::try_from(rest % 1_000_000).ok()?,
        })
    }

    /// The days, -999,999,999 to 999,999,999.
    pub const fn days(self) -> i32 {
        self.days
    }

    /// The seconds above the days, 0 to 86,399.
    pub const fn seconds(self) -> u32 {
        self.seconds
    }

    /// The microseconds above the seconds, 0 to 999,999.
    pub const fn microseconds(self) -> u32 {
        self.microseconds
    }

    /// All of it in microseconds.
    pub fn total_microseconds(self) -> i128 {
        i128::from(self.days) * Self::MICROSECONDS_OF_DAY
            + i128::from(self.seconds) * 1_000_000
            + i128::from(self.microseconds)
    }

    /// Takes the offset of a zone: `Z`, `+05:30`, `-00:00:01`, `+01:00:00.000005`.
    pub(super) fn take_offset(text: &mut Reader<'_>) -> Option<Self> {
        if text.eat('Z').is_some() {
            return Some(Self::ZERO);
        }
        let negative = text.eat('-').is_some();
        if !negative {
            text.eat('+')?;
        }
        let clock = Clock::take(text)?;
        let total = 1_000_000 * (i128::from(clock.hour) * 3600 + i128::from(clock.minute) * 60)
            + i128::from(clock.second) * 1_000_000
            + i128::from(clock.microsecond);
        Self::from_microseconds(if negative { -total } else { total })
    }

    /// As the offset of a zone: `+05:30`, `-00:00:01`, `+01:00:00.000005`.
    pub(crate) fn as_offset(self) -> String {
        let total = self.total_microseconds();
        let sign = if total < 0 { '-' } else { '+' };
        let rest = total.abs();
        let (seconds, microseconds) = (rest / 1_000_000, rest % 1_000_000);
        let mut text = format!("{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
        if seconds % 60 != 0 || microseconds != 0 {
            text.push_str(&format!(":{:02}", seconds % 60));
        }
        if microseconds != 0 {
            text.push_str(&format!(".{microseconds:06}"));
        }
        text
    }
}

/// `1 day, 2:03:04.000005`, as Python's `str`.
impl fmt::Display for TimeDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days != 0 {
            let plural = if self.days.abs() == 1 { "" } else { "s" };
            write!(f, "{} day{plural}, ", self.days)?;
        }
        let seconds = self.seconds;
        write!(f, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        if self.microseconds != 0 {
            write!(f, ".{:06}", self.microseconds)?;
        }
        Ok(())
    }
}

/// ISO 8601, `2026-11-22`, through serde too.
impl Text for Date {
    const KIND: Kind = Kind::Date;

    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        let mut text = Reader(text);
        let date = Self::take(&mut text)?;
        text.end().map(|()| date)
    }
}

/// ISO 8601, `-P1DT2H3M4.5S`, through serde; Python's own form is read too.
impl Text for TimeDelta {
    const KIND: Kind = Kind::TimeDelta;

    fn write(&self) -> String {
        let total = self.total_microseconds();
        let mut text = String::from(if total < 0 { "-P" } else { "P" });
        let total = total.abs();
        let (days, rest) = (total / Self::MICROSECONDS_OF_DAY, total % Self::MICROSECONDS_OF_DAY);
        let (seconds, microseconds) = (rest / 1_000_000, rest % 1_000_000);
        let is_whole_days = rest == 0 && days != 0;
        let units =
            [(days, "D"), (i128::from(!is_whole_days), "T"), (seconds / 3600, "H"), (seconds / 60 % 60, "M")];
        for (amount, name) in units.into_iter().filter(|unit| unit.0 != 0) {
            match name {
                "T" => text.push_str(name),
                _ => text.push_str(&format!("{amount}{name}")),
            }
        }
        if microseconds != 0 {
            text.push_str(format!("{}.{microseconds:06}", seconds % 60).trim_end_matches('0'));
            text.push('S');
        } else if seconds % 60 != 0 || total == 0 {
            text.push_str(&format!("{}S", seconds % 60));
        }
        text
    }

    fn read(text: &str) -> Option<Self> {
        iso_delta(text).or_else(|| python_delta(text))
    }
}

/// `P1W2DT3H4M5.6S` and parts of it, with a sign for all.
fn iso_delta(text: &str) -> Option<TimeDelta> {
    let mut text = Reader(text);
    let negative = text.eat('-').is_some();
    if !negative {
        text.eat('+');
    }
    text.eat('P')?;
    let mut total = 0_i128;
    let (mut units, mut parts) = (&[('W', 604_800_i128), ('D', 86_400)][..], 0);
    while !text.0.is_empty() {
        if text.eat('T').is_some() {
            units = &[('H', 3600), ('M', 60), ('S', 1)];
            continue;
        }
        let amount = i128::from(text.number()?) * 1_000_000 + i128::from(text.fraction()?);
        let (place, seconds) = units
            .iter()
            .enumerate()
            .find_map(|(place, (name, seconds))| text.eat(*name).map(|()| (place, *seconds)))?;
        if amount % 1_000_000 != 0 && seconds != 1 {
            return None;
        }
        total += amount * seconds;
        units = &units[place + 1..];
        parts += 1;
    }
    if parts == 0 {
        return None;
    }
    TimeDelta::from_microseconds(if negative { -total } else { total })
}

/// `-1 day, 23:00:00` and `1:02:03.000004`.
fn python_delta(text: &str) -> Option<TimeDelta> {
    let (days, clock) = match text.split_once(", ") {
        Some((days, clock)) => {
            let days = days.strip_suffix(" days").or_else(|| days.strip_suffix(" day"))?;
            (days.parse().ok()?, clock)
        }
        None => (0, text),
    };
    let mut clock = Reader(clock);
    let hours = clock.number()?;
    clock.eat(':')?;
    let minutes = clock.digits(2)?;
    clock.eat(':')?;
    let seconds = clock.digits(2)?;
    let microseconds = clock.fraction()?;
    clock.end()?;
    let seconds = hours.checked_mul(3600)?.checked_add(i64::from(minutes * 60 + seconds))?;
    TimeDelta::new(days, seconds, microseconds.into())
}

impl TryFrom<Duration> for TimeDelta {
    type Error = Error;

    /// # Errors
    ///
    /// When the duration is not a whole number of microseconds, or a billion days or more.
    fn try_from(duration: Duration) -> Result<Self> {
        let nanoseconds = duration.as_nanos();
        let total = Some(nanoseconds / 1000).filter(|_| nanoseconds.is_multiple_of(1000));
        let delta = total.and_then(|total| i128::try_from(total).ok()).and_then(Self::from_microseconds);
        delta.ok_or_else(|| {
            Error::data(format!("{duration:?} is no timedelta: it has microseconds and under 10⁹ days"))
        })
    }
}

impl TryFrom<TimeDelta> for Duration {
    type Error = Error;

    /// # Errors
    ///
    /// When the span is negative.
    fn try_from(delta: TimeDelta) -> Result<Self> {
        let negative = || Error::data(format!("{delta} is no Duration: it is negative"));
        let microseconds = u128::try_from(delta.total_microseconds()).map_err(|_| negative())?;
        let seconds = u64::try_from(microseconds / 1_000_000).map_err(|_| negative())?;
        let rest = u32::try_from(microseconds % 1_000_000).map_err(|_| negative())?;
        Ok(Self::new(seconds, rest * 1000))
    }
}
