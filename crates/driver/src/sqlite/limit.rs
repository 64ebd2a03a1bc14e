use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, Kind};

/// How many steps of SQLite's machine there are from one look at the clock to the next.
pub(super) const STEPS: i32 = 1_000;

/// The time that a statement may take, which SQLite asks for while it runs.
pub(super) struct Limit {
    /// Moments are counted from here, in nanoseconds.
    start: Instant,
    /// How long a statement may take; 0 where there is no limit.
    length: AtomicU64,
    /// The moment at which the running one is stopped.
    deadline: AtomicU64,
}

impl Limit {
    /// None is set yet.
    pub(super) fn new() -> Limit {
        Limit { start: Instant::now(), length: AtomicU64::new(0), deadline: AtomicU64::new(u64::MAX) }
    }

    pub(super) fn set(&self, length: Option<Duration>) {
        self.length.store(length.map_or(0, nanoseconds), Ordering::Relaxed);
        self.deadline.store(u64::MAX, Ordering::Relaxed);
    }

    /// Counts from now on, for a statement that begins.
    pub(super) fn begin(&self) {
        let length = self.length.load(Ordering::Relaxed);
        let deadline = if length == 0 { u64::MAX } else { self.now().saturating_add(length) };
        self.deadline.store(deadline, Ordering::Relaxed);
    }

    /// Stops counting: SQLite asks for the time also where it prepares the next statement.
    pub(super) fn end(&self) {
        self.deadline.store(u64::MAX, Ordering::Relaxed);
    }

    /// Whether the running statement has taken too long.
    pub(super) fn is_over(&self) -> bool {
        self.now() >= self.deadline.load(Ordering::Relaxed)
    }

    fn now(&self) -> u64 {
        nanoseconds(self.start.elapsed())
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The error of a statement that was stopped.
#[cold]
pub(super) fn stopped(limit: Option<&Limit>) -> Error {
    match limit.is_some_and(Limit::is_over) {
        true => Error::new(
            Kind::Timeout,
            "the statement took longer than the transaction's statement_timeout: make it do less, or allow more time",
        ),
        false => Error::new(Kind::Cancelled, "the statement was cancelled by another thread of the program"),
    }
}
