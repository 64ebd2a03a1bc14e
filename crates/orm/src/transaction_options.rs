//! How a unit of work runs as a transaction, and when it runs again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use onggi_driver::Control;
use onggi_sql::dialect::Modes;

use crate::session::Mode;
use crate::{Error, Isolation, Result};

/// How a transaction runs: [`Database::transaction_with`](crate::Database::transaction_with) takes it.
///
/// Where nothing is said, it is as [`Database::transaction`](crate::Database::transaction) has it: it may write, is
/// serializable, and is run up to ten times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct TransactionOptions {
    isolation: Option<Isolation>,
    pub(crate) read_only: bool,
    deferrable: bool,
    statement_timeout: Option<Duration>,
    pub(crate) attempts: u32,
}

impl Default for TransactionOptions {
    fn default() -> TransactionOptions {
        TransactionOptions::new()
    }
}

impl TransactionOptions {
    /// Those of [`Database::transaction`](crate::Database::transaction).
    pub const fn new() -> TransactionOptions {
        TransactionOptions {
            isolation: None,
            read_only: false,
            deferrable: false,
            statement_timeout: None,
            attempts: 10,
        }
    }

    /// What it sees of other transactions: [`Isolation::Serializable`] where nothing is said. SQLite's transactions
    /// are always serializable, which has all that the other levels promise.
    pub const fn isolation(mut self, isolation: Isolation) -> TransactionOptions {
        self.isolation = Some(isolation);
        self
    }

    /// Refuses writes ([`Error::is_read_only`]).
    pub const fn read_only(mut self) -> TransactionOptions {
        self.read_only = true;
        self
    }

    /// Waits at the start until it can read without a risk of collision: for long reports. It is for transactions that are
    /// serializable and only read; SQLite has no such thing.
    pub const fn deferrable(mut self) -> TransactionOptions {
        self.deferrable = true;
        self
    }

    /// The time that each statement may take, in whole milliseconds; one that takes longer is stopped
    /// ([`Error::is_timeout`]). On SQLite the time counts from the statement's beginning to its last row, whatever the program
    /// does in between, and waiting for another connection's lock has a limit of its own (`busy_timeout`). MySQL limits statements
    /// that read alone.
    pub const fn statement_timeout(mut self, limit: Duration) -> TransactionOptions {
        self.statement_timeout = Some(limit);
        self
    }

    /// How often the work is run at most, 10 where nothing is said: again after collisions and lost connections.
    pub const fn attempts(mut self, attempts: u32) -> TransactionOptions {
        self.attempts = attempts;
        self
    }

    pub(crate) fn mode(&self) -> Result<Mode> {
        let isolation = self.isolation.unwrap_or(Isolation::Serializable);
        if self.deferrable && !(self.read_only && isolation == Isolation::Serializable) {
            return Err(Error::usage(
                "a deferrable transaction is serializable and only reads: add `.read_only()`, and leave the isolation \
                 level as it is",
            ));
        }
        let modes = Modes { isolation, read_only: self.read_only, deferrable: self.deferrable };
        Ok(Mode {
            begin: Control::BeginWith(modes),
            statement_timeout: self.statement_timeout.map(milliseconds).transpose()?,
        })
    }
}

/// A limit in milliseconds: none is no limit to the database, so there is at least one.
fn milliseconds(limit: Duration) -> Result<u32> {
    let milliseconds = u32::try_from(limit.as_millis()).ok();
    milliseconds.filter(|limit| (1..=i32::MAX.unsigned_abs()).contains(limit)).ok_or_else(|| {
        Error::usage(format!("a statement's time is limited to 1 ms up to {} ms, not to {limit:?}", i32::MAX))
    })
}

/// The longest pause between two attempts, in microseconds.
const LONGEST: u64 = 256_000;

/// How long to wait behind an attempt: random, so that those who collided do not meet again, and longer each time.
pub(crate) fn pause(attempt: u32) -> Duration {
    let longest = 1_000_u64.saturating_mul(2_u64.saturating_pow(attempt)).min(LONGEST);
    // A hasher's seed is the random number that the standard library has.
    let random = RandomState::new().hash_one(attempt);
    Duration::from_micros(random % longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_bounded_whatever_the_attempt() {
        for attempt in (0..100).chain([u32::MAX]) {
            assert!(pause(attempt) < Duration::from_micros(LONGEST), "{attempt}");
        }
    }
}
