//! Options of a URL that are numbers. One that the system would not take is refused by its name.

use std::str::FromStr;
use std::time::Duration;

use crate::Result;
use crate::url::invalid;

/// A year is as good as no limit, and has a name as a moment.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What systems take of a connection's settings at most: seconds between signs of life, how many of them, and milliseconds in 31 bits.
pub(super) const MOST_IDLE: i64 = 32_767;
const MOST_RETRIES: u32 = 127;
pub(super) const MOST_UNANSWERED: i64 = i32::MAX as i64 / 1000;

/// A time without a limit of its own.
pub(super) const ANY: i64 = i64::MAX;

/// A time in seconds; none and less stand for what is usual.
pub(super) fn seconds(name: &str, value: &str, most: i64) -> Result<Option<Duration>> {
    let seconds = value.parse::<i64>().ok().filter(|seconds| *seconds <= most).ok_or_else(|| {
        let limit = if most == ANY { String::new() } else { format!(" up to {most}") };
        invalid(format!("the option {name} is a whole number of seconds{limit}"))
    })?;
    let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0);
    Ok(seconds.map(|seconds| Duration::from_secs(seconds).min(LONGEST)))
}

/// How often a silent server is asked for a sign of life; none leaves it to the system.
pub(super) fn retries(name: &str, value: &str) -> Result<Option<u32>> {
    let retries = value.parse::<u32>().ok().filter(|retries| *retries <= MOST_RETRIES);
    let retries = retries
        .ok_or_else(|| invalid(format!("the option {name} is a whole number up to {MOST_RETRIES}")))?;
    Ok(Some(retries).filter(|retries| *retries > 0))
}

pub(super) fn port(value: &str) -> Result<u16> {
    let port = u16::from_str(value).ok().filter(|port| *port > 0);
    port.ok_or_else(|| invalid(format!("the port is a whole number from 1 to {}", u16::MAX)))
}
