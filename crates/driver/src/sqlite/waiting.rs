//! Who waits for whose locks, among the connections of this process.
//!
//! SQLite tells who waits for a lock nothing about who has it. A thread that waits for another connection of its own waits in
//! vain, as that one cannot end its transaction meanwhile: this is found here, so that it fails at once.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::TransactionState;

use crate::error::{Error, Kind};

/// What a connection can keep others from.
const NOTHING: u8 = 0;
const READS: u8 = 1;
const WRITES: u8 = 2;

/// How long it is waited from one look to the next, in milliseconds; the last for all that follow.
const PAUSES: [u64; 12] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100];

thread_local! {
    /// A number of this thread's own.
    static THREAD: u64 = {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Ordering::Relaxed)
    };
    /// The number of the connection that this thread uses: SQLite asks whether to wait longer, and does not say for which.
    static RUNNING: Cell<u64> = const { Cell::new(0) };
}

static CONNECTIONS: Mutex<Vec<Arc<Use>>> = Mutex::new(Vec::new());

/// What is known of a connection by those that wait.
struct Use {
    number: u64,
    place: Place,
    /// The thread that last ran a statement.
    thread: AtomicU64,
    lock: AtomicU8,
}

/// The database of a connection, and how its locks work.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The same for all connections to the same database of a pool.
    pub(super) database: u64,
    /// Whether who reads keeps others from writing.
    pub(super) readers_block: bool,
    pub(super) timeout: Duration,
}

/// A connection that others know of until it is dropped.
pub(super) struct Known(Arc<Use>);

impl Known {
    pub(super) fn new(place: Place) -> Known {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let used = Use { number, place, thread: AtomicU64::new(0), lock: AtomicU8::new(NOTHING) };
        let used = Arc::new(used);
        connections().push(Arc::clone(&used));
        Known(used)
    }

    /// Tells that this thread uses the connection, until what is given back is dropped.
    pub(super) fn run<'k>(&'k self, connection: &'k rusqlite::Connection) -> Running<'k> {
        self.0.thread.store(THREAD.with(|thread| *thread), Ordering::Relaxed);
        // Only who uses the connection changes it.
        let held = self.0.lock.load(Ordering::Relaxed);
        self.0.lock.store(held.max(READS), Ordering::Relaxed);
        Running { known: self, connection, before: RUNNING.replace(self.0.number), held, only_reads: false }
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        connections().retain(|used| used.number != self.0.number);
    }
}

/// A connection in use.
pub(super) struct Running<'k> {
    known: &'k Known,
    connection: &'k rusqlite::Connection,
    before: u64,
    /// What the connection kept others from before.
    held: u8,
    only_reads: bool,
}

impl Running<'_> {
    /// Tells that what is run writes nothing: in a transaction that has read, it changes no lock.
    #[inline]
    pub(super) fn only_reads(&mut self, only_reads: bool) {
        self.only_reads = only_reads;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        RUNNING.set(self.before);
        let lock = match self.connection.is_autocommit() {
            true => NOTHING,
            // SQLite is not asked after each read: that costs as much as to find its statement.
            false if self.only_reads && self.held != NOTHING => return,
            false => match self.connection.transaction_state(None::<&str>) {
                Ok(TransactionState::None) => NOTHING,
                Ok(TransactionState::Read) => READS,
                _ => WRITES,
            },
        };
        self.known.0.lock.store(lock, Ordering::Relaxed);
    }
}

fn connections() -> MutexGuard<'static, Vec<Arc<Use>>> {
    CONNECTIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The other connections to the database that the running one waits for.
#[derive(Default)]
struct Others {
    /// How many of this thread have what is waited for.
    own: usize,
    /// How many of other threads have a transaction, and whether one of them writes.
    foreign: usize,
    writes: bool,
    /// Whether who reads keeps others from writing.
    readers_block: bool,
    timeout: Duration,
}

impl Others {
    fn find() -> Option<Others> {
        let (number, thread) = (RUNNING.get(), THREAD.with(|thread| *thread));
        let connections = connections();
        let place = connections.iter().find(|used| used.number == number)?.place;
        let mut others =
            Others { readers_block: place.readers_block, timeout: place.timeout, ..Others::default() };
        let of_database = |used: &&Arc<Use>| used.number != number && used.place.database == place.database;
        for used in connections.iter().filter(of_database) {
            let lock = used.lock.load(Ordering::Relaxed);
            let blocks = lock == WRITES || (lock == READS && place.readers_block);
            if used.thread.load(Ordering::Relaxed) != thread {
                others.foreign += usize::from(blocks);
                others.writes |= lock == WRITES;
            } else if blocks {
                others.own += 1;
            }
        }
        Some(others)
    }

    /// Whether the lock never comes free while this thread waits: it has it itself, or has what the one waits for that has it,
    /// as a commit waits for all who read.
    fn in_vain(&self) -> bool {
        self.own > 0
    }
}

/// Whether to try again for a lock, asked for so many times: SQLite's busy handler.
pub(super) fn wait(times: i32) -> bool {
    let Some(others) = Others::find() else { return false };
    if others.in_vain() {
        return false;
    }
    let times = usize::try_from(times).unwrap_or(0);
    let pause = |at: usize| Duration::from_millis(PAUSES[at.min(PAUSES.len() - 1)]);
    let beyond = u32::try_from(times.saturating_sub(PAUSES.len())).unwrap_or(u32::MAX);
    let waited: Duration = (0..times.min(PAUSES.len())).map(pause).sum();
    let waited = waited.saturating_add(pause(times).saturating_mul(beyond));
    let left = others.timeout.saturating_sub(waited);
    thread::sleep(left.min(pause(times)));
    !left.is_zero()
}

/// The error of who did not get a lock.
#[cold]
pub(super) fn busy(message: &str) -> Error {
    let Some(others) = Others::find() else {
        return Error::new(Kind::Busy, format!("another connection holds the lock: {message}"));
    };
    let memory = match others.readers_block {
        true => {
            "; in memory, and in files without `journal_mode=wal`, a transaction that has only read holds it too"
        }
        false => "",
    };
    Error::new(
        Kind::Busy,
        match others {
            Others { own: own @ 1.., writes: true, .. } => format!(
                "another thread writes, and cannot end before {own} other sessions or connections of this thread, so that \
                 waiting for it would not end: commit, roll back or drop them first, or do all of the work with one of \
                 them{memory}"
            ),
            Others { own: own @ 1.., .. } => format!(
                "this thread holds the lock itself, by {own} of its other sessions or connections, and waiting for itself \
                 it would not end: commit, roll back or drop them first, or do all of the work with one of them{memory}"
            ),
            Others { foreign: foreign @ 1.., timeout, .. } => format!(
                "another connection held the lock for longer than {} ms (option busy_timeout): {foreign} \
                 connections of other threads have a transaction open: commit or roll back sooner, or wait longer{memory}",
                timeout.as_millis()
            ),
            Others { timeout, .. } => format!(
                "another connection held the lock for longer than {} ms (option busy_timeout), and it is none that \
                 this `Database` has opened: another program, or the file opened once more ({message})",
                timeout.as_millis()
            ),
        },
    )
}
