//! Time zones.

use super::TimeDelta;

/// A time zone, as a `datetime` or `time` of Python refers to it.
///
/// No time zone database is asked: of a named zone the offset is known where the pickle says it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Zone {
    /// `datetime.timezone(offset, name)`, with `datetime.timezone.utc` as the offset zero without a name.
    Fixed {
        /// What is added to UTC, less than a day either way.
        offset: TimeDelta,
        /// Its name, if it was given one.
        name: Option<String>,
    },
    /// `zoneinfo.ZoneInfo(key)`.
    Named(String),
    /// A zone of the package pytz, with the offset that it had at that time.
    Pytz {
        /// The key, such as `Europe/Berlin`.
        key: String,
        /// What is added to UTC, the part of it that is daylight saving, and the abbreviation; `None` for zones that never change.
        period: Option<(TimeDelta, TimeDelta, String)>,
    },
    /// `pytz.FixedOffset(minutes)`.
    PytzFixed {
        /// Minutes that are added to UTC.
        minutes: i32,
    },
}

impl Zone {
    /// `datetime.timezone.utc`.
    pub const UTC: Self = Self::Fixed { offset: TimeDelta::ZERO, name: None };

    /// What is added to UTC, where the pickle says it.
    pub fn offset(&self) -> Option<TimeDelta> {
        match self {
            Self::Fixed { offset, .. } => Some(*offset),
            Self::Named(key) => is_utc(key).then_some(TimeDelta::ZERO),
            Self::Pytz { period: Some((offset, ..)), .. } => Some(*offset),
            Self::Pytz { key, period: None } => is_utc(key).then_some(TimeDelta::ZERO),
            Self::PytzFixed { minutes } => TimeDelta::new(0, i64::from(*minutes) * 60, 0),
        }
    }

    /// What Python's `tzname` says of a fixed zone (`UTC+05:30` without a name of its own), the key of a named one.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::Fixed { name: Some(name), .. } => Some(name.clone()),
            Self::Fixed { offset: TimeDelta::ZERO, name: None } => Some("UTC".to_owned()),
            Self::Fixed { offset, name: None } => Some(format!("UTC{}", offset.as_offset())),
            Self::Named(key) | Self::Pytz { key, .. } => Some(key.clone()),
            Self::PytzFixed { .. } => None,
        }
    }
}

fn is_utc(key: &str) -> bool {
    matches!(key, "UTC" | "Etc/UTC")
}
