//! The places of a pool: who has one, who waits for one, and the connections that nobody uses.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::exhausted::exhausted;
use super::metrics::Metrics;
use super::options::Options;
use crate::{Connection, Error, Result};

/// As many places as there may be connections. A connection is open in a place that somebody has, or idle.
pub(super) struct Places {
    pub(super) options: Options,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    holders: Vec<Holder>,
    /// Those back last are last, and given out first: the others grow old and are closed.
    idle: Vec<Idle>,
    /// First come, first served; each is woken alone.
    waiting: VecDeque<Arc<Condvar>>,
    next: u64,
    /// When a connection was last found broken, which those that were idle then may be as well.
    broken: Option<Instant>,
    checkouts: u64,
    timeouts: u64,
    created: u64,
    closed: u64,
}

/// Who has a place.
pub(super) struct Holder {
    number: u64,
    pub(super) thread: Thread,
    pub(super) since: Instant,
}

/// A connection, with its age.
pub(super) struct Kept {
    pub(super) connection: Connection,
    pub(super) opened: Instant,
}

struct Idle {
    kept: Kept,
    since: Instant,
}

/// What somebody gets: a place, with an idle connection if there is one.
pub(super) struct Taken {
    pub(super) number: u64,
    pub(super) kept: Option<Kept>,
    /// Whether the connection may have broken while it was idle.
    pub(super) doubtful: bool,
}

impl Places {
    pub(super) fn new(options: Options) -> Places {
        Places { options, state: Mutex::default() }
    }

    /// A place, as soon as it is the caller's turn.
    pub(super) fn take(&self) -> Result<Taken> {
        let mut state = self.lock();
        let now = Instant::now();
        let old = state.outdated(&self.options, now);
        let taken = match state.waiting.is_empty() && state.has_room(&self.options) {
            true => Ok(state.take(&self.options, now)),
            false => self.wait(state, now),
        };
        // Closing takes a while, and nobody has to wait for it.
        drop(old);
        taken
    }

    fn wait(&self, mut state: MutexGuard<'_, State>, start: Instant) -> Result<Taken> {
        let turn = Arc::new(Condvar::new());
        state.waiting.push_back(Arc::clone(&turn));
        loop {
            let first = state.waiting.front().is_some_and(|first| Arc::ptr_eq(first, &turn));
            if first && state.has_room(&self.options) {
                state.waiting.pop_front();
                let taken = state.take(&self.options, Instant::now());
                state.wake(&self.options);
                return Ok(taken);
            }
            let left = self.options.timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                state.waiting.retain(|other| !Arc::ptr_eq(other, &turn));
                state.wake(&self.options);
                state.timeouts += 1;
                return Err(exhausted(&self.options, &state.holders, state.waiting.len()));
            }
            (state, _) = turn.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives a place back, with the connection if it can be used again.
    pub(super) fn give_back(&self, number: u64, kept: Option<Kept>) {
        let now = Instant::now();
        let mut state = self.lock();
        state.holders.retain(|holder| holder.number != number);
        if let Some(kept) = kept {
            state.idle.push(Idle { kept, since: now });
        }
        let old = state.outdated(&self.options, now);
        state.wake(&self.options);
        drop(state);
        drop(old);
    }

    pub(super) fn created(&self) {
        self.lock().created += 1;
    }

    /// Counts a connection that is closed, as it is broken or for another reason.
    pub(super) fn closed(&self, broken: bool) {
        let mut state = self.lock();
        state.closed += 1;
        if broken {
            state.broken = Some(Instant::now());
        }
    }

    /// The error of somebody who has waited in vain elsewhere.
    pub(super) fn timed_out(&self) -> Error {
        let mut state = self.lock();
        state.timeouts += 1;
        exhausted(&self.options, &state.holders, state.waiting.len())
    }

    pub(super) fn metrics(&self) -> Metrics {
        let state = self.lock();
        Metrics {
            size: self.options.size,
            open: state.holders.len() + state.idle.len(),
            idle: state.idle.len(),
            in_use: state.holders.len(),
            waiting: state.waiting.len(),
            checkouts: state.checkouts,
            timeouts: state.timeouts,
            created: state.created,
            closed: state.closed,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_room(&self, options: &Options) -> bool {
        self.holders.len() < options.size
    }

    fn take(&mut self, options: &Options, now: Instant) -> Taken {
        self.next += 1;
        self.checkouts += 1;
        self.holders.push(Holder { number: self.next, thread: thread::current(), since: now });
        let idle = self.idle.pop();
        let doubtful = idle.as_ref().is_some_and(|idle| {
            let stale = options.check.is_some_and(|limit| age(idle.since, now) >= limit);
            stale || self.broken.is_some_and(|broken| idle.since <= broken)
        });
        Taken { number: self.next, kept: idle.map(|idle| idle.kept), doubtful }
    }

    /// Takes out the idle connections that are not to be used any more.
    fn outdated(&mut self, options: &Options, now: Instant) -> Vec<Idle> {
        let past = |limit: Option<Duration>, start| limit.is_some_and(|limit| age(start, now) >= limit);
        let is_old =
            |idle: &mut Idle| past(options.idle, idle.since) || past(options.lifetime, idle.kept.opened);
        let old: Vec<Idle> = self.idle.extract_if(.., is_old).collect();
        self.closed += u64::try_from(old.len()).unwrap_or(0);
        old
    }

    /// Wakes who is first in line, if there is room.
    fn wake(&self, options: &Options) {
        if self.has_room(options)
            && let Some(first) = self.waiting.front()
        {
            first.notify_one();
        }
    }
}

fn age(start: Instant, now: Instant) -> Duration {
    now.saturating_duration_since(start)
}
