//! Time zones.

use super::TimeDelta;
use super::kind::{Kind, Text, through_text};
use super::text::Reader;

through_text!(Zone);

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

/// A zone and a fold behind a time: `+05:30`, `[Europe/Berlin]`, as RFC 9557 has them, and private tags for the rest.
pub(super) fn write_suffix(zone: Option<&Zone>, fold: bool) -> String {
    let mut text = zone.map(write_zone).unwrap_or_default();
    if fold {
        text.push_str("[_fold=1]");
    }
    text
}

fn write_zone(zone: &Zone) -> String {
    match zone {
        Zone::Fixed { offset, name: None } => offset.as_offset(),
        Zone::Fixed { offset, name: Some(name) } => {
            format!("{}[_name={}]", offset.as_offset(), escaped(name))
        }
        Zone::Named(key) => format!("[{}]", escaped(key)),
        Zone::Pytz { key, period: None } => format!("[{}][_pytz]", escaped(key)),
        Zone::Pytz { key, period: Some((offset, dst, name)) } => {
            let dst = dst.total_microseconds() / 1_000_000;
            format!("{}[{}][_pytz={};{dst}]", offset.as_offset(), escaped(key), escaped(name))
        }
        Zone::PytzFixed { minutes } => {
            let offset = TimeDelta::new(0, i64::from(*minutes) * 60, 0).unwrap_or(TimeDelta::ZERO);
            format!("{}[_pytz]", offset.as_offset())
        }
    }
}

/// Takes a zone and a fold, all that is left of the text.
pub(super) fn read_suffix(mut text: Reader<'_>) -> Option<(Option<Zone>, bool)> {
    let offset =
        if text.0.starts_with(['Z', '+', '-']) { Some(TimeDelta::take_offset(&mut text)?) } else { None };
    let (mut key, mut name, mut pytz, mut fold) = (None, None, None, false);
    while !text.0.is_empty() {
        let tag = text.bracketed()?;
        match tag.split_once('=').unwrap_or((tag, "")) {
            ("_fold", "1") => fold = true,
            ("_name", value) => name = Some(unescaped(value)),
            ("_pytz", value) => pytz = Some(value),
            _ if tag.starts_with('_') => return None,
            _ => key = Some(unescaped(tag)),
        }
    }
    let zone = match (key, pytz, offset) {
        (None, None, None) if name.is_none() => None,
        (None, None, Some(offset)) => Some(Zone::Fixed { offset, name }),
        (Some(key), None, _) => Some(Zone::Named(key)),
        (Some(key), Some(""), None) => Some(Zone::Pytz { key, period: None }),
        (Some(key), Some(period), Some(offset)) => {
            let (name, dst) = period.rsplit_once(';')?;
            let dst = TimeDelta::new(0, dst.parse().ok()?, 0)?;
            Some(Zone::Pytz { key, period: Some((offset, dst, unescaped(name))) })
        }
        (None, Some(""), Some(offset)) => {
            let minutes = offset.total_microseconds() / 60_000_000;
            Some(Zone::PytzFixed { minutes: i32::try_from(minutes).ok()? })
        }
        _ => return None,
    };
    Some((zone, fold))
}

fn escaped(text: &str) -> String {
    let text = text
        .replace('%', "%25")
        .replace('[', "%5B")
        .replace(']', "%5D")
        .replace(';', "%3B")
        .replace('=', "%3D");
    if text.starts_with('_') { text.replacen('_', "%5F", 1) } else { text }
}

fn unescaped(text: &str) -> String {
    let text = text.replace("%5F", "_").replace("%3D", "=").replace("%3B", ";").replace("%5D", "]");
    text.replace("%5B", "[").replace("%25", "%")
}

/// A named zone is its key, any other what stands behind a time.
impl Text for Zone {
    const KIND: Kind = Kind::Zone;

    fn write(&self) -> String {
        match self {
            Self::Named(key) if is_bare(key) => key.clone(),
            zone => write_zone(zone),
        }
    }

    fn read(text: &str) -> Option<Self> {
        if is_bare(text) {
            return Some(Self::Named(text.to_owned()));
        }
        read_suffix(Reader(text)).and_then(|(zone, fold)| zone.filter(|_| !fold))
    }
}

/// Whether a key cannot be taken for anything else.
fn is_bare(key: &str) -> bool {
    key != "Z" && key.starts_with(|first: char| first.is_ascii_alphabetic()) && !key.contains(['[', ']'])
}
