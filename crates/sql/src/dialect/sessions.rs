//! How sessions wait for each other, and tell each other what has happened.

use super::Dialect;
use crate::{Error, Result};

/// How a transaction locks a name, until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdvisoryLock {
    /// By statements whose parameter is the name: one waits for the lock, one says whether it is had.
    Statements {
        /// It waits.
        lock: &'static str,
        /// It says whether the lock is had, and does not wait.
        try_lock: &'static str,
    },
    /// By the lock to write, of which the database has one.
    WriteLock,
    /// Not at all.
    Missing,
}

/// Messages on channels that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    /// What stands before the name of a channel that is to be heard.
    pub listen: &'static str,
    /// The statement that sends at the end of its transaction, whose parameters are the channel and the message.
    pub notify: &'static str,
}

impl Dialect {
    /// The statement that lets a connection hear a channel.
    ///
    /// # Errors
    ///
    /// A database without channels, and a name that cannot be one.
    pub fn listen(&self, channel: &str) -> Result<String> {
        let channels = self.channels()?;
        if channel.is_empty() || channel.contains('\0') {
            return Err(Error::invalid("the name of a channel is empty, or has a NUL character in it"));
        }
        if channel.len() > LONGEST {
            return Err(Error::invalid(format!("the name of a channel has at most {LONGEST} bytes")));
        }
        let quote = self.quote;
        let name = channel.replace(quote, &format!("{quote}{quote}"));
        Ok(format!("{}{quote}{name}{quote}", channels.listen))
    }

    /// What it says about channels.
    ///
    /// # Errors
    ///
    /// A database without them.
    pub fn channels(&self) -> Result<Channels> {
        self.channels.ok_or_else(|| Error::unsupported(self.name, "channels to listen to and notify"))
    }
}

/// How many bytes the name of a channel has at most.
const LONGEST: usize = 63;

#[cfg(test)]
mod tests {
    use crate::dialect::{POSTGRES, SQLITE};

    #[test]
    fn names_of_channels_are_quoted() {
        assert_eq!(POSTGRES.listen("Orders").ok().as_deref(), Some("LISTEN \"Orders\""));
        assert_eq!(POSTGRES.listen("a\"; x").ok().as_deref(), Some("LISTEN \"a\"\"; x\""));
        for refused in ["", "a\0", &"x".repeat(64)] {
            assert!(POSTGRES.listen(refused).is_err_and(|error| !error.is_unsupported()));
        }
        assert!(SQLITE.listen("orders").is_err_and(|error| error.is_unsupported()));
    }
}
