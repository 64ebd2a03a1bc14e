//! The error of who waited in vain: it says who has the connections.

use std::fmt::Write;
use std::thread::{self, Thread, ThreadId};
use std::time::Duration;

use super::options::Options;
use super::places::Holder;
use crate::error::{Error, Kind};

/// How many threads the message names.
const NAMED: usize = 8;

/// A thread, with how many connections it took and how long ago the first of them.
struct Share<'h> {
    thread: &'h Thread,
    count: usize,
    longest: Duration,
}

#[cold]
pub(super) fn exhausted(options: &Options, holders: &[Holder], waiting: usize) -> Error {
    let shares = shares(holders);
    let mut message = format!(
        "no connection of the pool came free within {:?}: all {} are in use (option pool_size), and {waiting} others \
         wait. Taken by ",
        options.timeout, options.size,
    );
    for (number, share) in shares.iter().take(NAMED).enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        let Share { count, longest, .. } = share;
        let seconds = longest.as_secs_f64();
        let _ = write!(message, "{comma}{}: {count}, for {seconds:.1} s", described(share.thread));
    }
    if let Some(others) = shares.len().checked_sub(NAMED).filter(|&others| others > 0) {
        let _ = write!(message, ", and {others} other threads");
    }
    let own = own(&shares, thread::current().id());
    if own > 0 {
        let _ = write!(
            message,
            ". This thread has {own} of them itself, which it cannot give back while it waits: drop its sessions and \
             connections before it takes another, or make the pool larger"
        );
    }
    Error::new(Kind::PoolTimeout, message)
}

/// What each thread has, those that have it longest first.
fn shares(holders: &[Holder]) -> Vec<Share<'_>> {
    let mut shares: Vec<Share<'_>> = Vec::new();
    for Holder { thread, since, .. } in holders {
        let age = since.elapsed();
        match shares.iter_mut().find(|share| share.thread.id() == thread.id()) {
            Some(share) => {
                share.count += 1;
                share.longest = share.longest.max(age);
            }
            None => shares.push(Share { thread, count: 1, longest: age }),
        }
    }
    shares.sort_by_key(|share| std::cmp::Reverse(share.longest));
    shares
}

fn own(shares: &[Share<'_>], id: ThreadId) -> usize {
    shares.iter().find(|share| share.thread.id() == id).map_or(0, |share| share.count)
}

fn described(thread: &Thread) -> String {
    match thread.name() {
        Some(name) => format!("thread {name:?}"),
        None => format!("{:?}", thread.id()),
    }
}
