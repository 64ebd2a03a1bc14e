use std::borrow::Cow;
use std::time::Duration;

use crate::Result;
use crate::url::{Url, invalid};

/// What a pool may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Options {
    /// How many connections are open at most.
    pub(super) size: usize,
    /// How long somebody waits for a connection.
    pub(super) timeout: Duration,
    /// How long a connection is kept that nobody uses.
    pub(super) idle: Option<Duration>,
    /// How old a connection gets.
    pub(super) lifetime: Option<Duration>,
    /// How long a connection may have been idle and is still given out without a look at it.
    pub(super) check: Option<Duration>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            size: 16,
            timeout: Duration::from_secs(30),
            idle: Some(Duration::from_mins(10)),
            lifetime: Some(Duration::from_mins(30)),
            check: Some(Duration::from_secs(30)),
        }
    }
}

const KNOWN: &str = "pool_size, pool_timeout, pool_idle, pool_lifetime, pool_check";

/// The options of the pool in a URL, and the URL without them.
pub(super) fn take(url: &str) -> Result<(Options, Cow<'_, str>)> {
    let mut options = Options::default();
    let (ours, rest) = Url::take(url, |option| option.starts_with("pool_"))?;
    for (name, value) in &ours {
        options.set(name, value)?;
    }
    Ok((options, rest))
}

impl Options {
    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        match name {
            "pool_size" => self.size = size(value)?,
            "pool_timeout" => self.timeout = duration(value).ok_or_else(|| not_a_time(name, ""))?,
            "pool_idle" => self.idle = limit(name, value)?,
            "pool_lifetime" => self.lifetime = limit(name, value)?,
            "pool_check" => self.check = limit(name, value)?,
            // The name is not quoted: a `?` in a password would make a part of it one.
            _ => {
                return Err(invalid(format!(
                    "an option of the URL starts with pool_ and is none of the pool's; known: {KNOWN}"
                )));
            }
        }
        Ok(())
    }
}

fn size(value: &str) -> Result<usize> {
    let size = value.parse::<u16>().ok().filter(|&size| size > 0);
    size.map(usize::from).ok_or_else(|| {
        invalid(format!(
            "the option pool_size is a number of connections from 1 to {}, as in pool_size=16",
            u16::MAX
        ))
    })
}

fn limit(name: &str, value: &str) -> Result<Option<Duration>> {
    match value {
        "off" => Ok(None),
        _ => duration(value).map(Some).ok_or_else(|| not_a_time(name, ", or `off`")),
    }
}

/// `500ms`, `30s`, `10min`, `1h`.
pub(crate) fn duration(value: &str) -> Option<Duration> {
    let unit = value.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = value.split_at(unit);
    let number = u64::from(number.parse::<u32>().ok()?);
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "min" => Some(Duration::from_mins(number)),
        "h" => Some(Duration::from_hours(number)),
        _ => None,
    }
}

fn not_a_time(name: &str, or: &str) -> crate::Error {
    invalid(format!("the option {name} is a time with its unit, as in 500ms, 30s, 10min or 1h{or}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_the_pool_are_taken_out_and_the_others_stay_as_they_are() -> Result<()> {
        for (url, rest) in [
            ("sqlite::memory:", "sqlite::memory:"),
            ("sqlite://a?mode=ro&x=%26", "sqlite://a?mode=ro&x=%26"),
            ("sqlite://a?pool_size=3", "sqlite://a"),
            (
                "postgres://b/c?pool_size=3&sslmode=disable&pool_idle=off&a=b",
                "postgres://b/c?sslmode=disable&a=b",
            ),
        ] {
            assert_eq!(take(url)?.1, rest);
        }
        let (options, _) = take(
            "sqlite::memory:?pool_size=3&pool_timeout=250ms&pool_idle=off&pool_lifetime=2h&pool_check=5min&pool_size=4",
        )?;
        let expected = Options {
            size: 4,
            timeout: Duration::from_millis(250),
            idle: None,
            lifetime: Some(Duration::from_secs(7200)),
            check: Some(Duration::from_secs(300)),
        };
        assert_eq!(options, expected);
        Ok(())
    }

    #[test]
    fn what_is_no_number_or_time_is_refused_without_quoting_it() {
        for (option, words) in [
            ("pool_size=0", "from 1 to 65535"),
            ("pool_size=-1", "from 1 to 65535"),
            ("pool_size=70000", "from 1 to 65535"),
            ("pool_size", "name=value"),
            ("pool_timeout=30", "30s"),
            ("pool_timeout=off", "30s"),
            ("pool_timeout=s3cret", "30s"),
            ("pool_timeout=s", "30s"),
            ("pool_idle=1.5s", "or `off`"),
            ("pool_lifetime=99999999999h", "or `off`"),
            ("pool_check=", "or `off`"),
            ("pool_s3cret=1", "known: pool_size"),
        ] {
            let error = take(&format!("sqlite::memory:?{option}")).map(|_| ()).unwrap_err();
            assert!(error.is_url() && error.to_string().contains(words), "{option}: {error}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }
}
