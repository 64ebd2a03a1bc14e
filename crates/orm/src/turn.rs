//! Who goes first among units of work that collide.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId, sleep};
use std::time::{Duration, Instant};

use crate::transaction_options::pause;

/// Lets one unit of work at a time run again, and new ones wait for one that has collided often.
///
/// If all ran again together, they would collide once more with each other, and with new ones, which have nothing to lose yet.
/// Every wait has an end, as who has the turn may itself wait for who waits.
#[derive(Debug)]
pub(crate) struct Turn {
    owner: Mutex<Option<Owner>>,
    free: Condvar,
    /// Whether the owner has collided often.
    urgent: AtomicBool,
    calm: Condvar,
    /// How long is waited for others at most.
    longest: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Owner {
    thread: ThreadId,
    /// When its attempt began, if it has collided often.
    urgent: Option<Instant>,
}

/// From which attempt on new units of work wait for it.
const URGENT: u32 = 4;

impl Default for Turn {
    fn default() -> Turn {
        Turn::of(Duration::from_secs(1))
    }
}

/// A thread's turn, until it is dropped.
pub(crate) struct Taken<'t> {
    turn: &'t Turn,
    /// The attempt with which it became urgent.
    urgent: Option<u32>,
}

impl Turn {
    fn of(longest: Duration) -> Turn {
        Turn {
            owner: Mutex::default(),
            free: Condvar::new(),
            urgent: AtomicBool::new(false),
            calm: Condvar::new(),
            longest,
        }
    }

    /// Waits, after an attempt that collided, until it is time for the next. That goes without a turn if none is free in time.
    pub(crate) fn again<'t>(&'t self, attempt: u32, taken: Option<Taken<'t>>) -> Option<Taken<'t>> {
        if let Some(Taken { urgent: Some(since), .. }) = taken {
            // Other processes collide too.
            sleep(pause(attempt - since));
            if let Some(owner) = &mut *self.lock() {
                owner.urgent = Some(Instant::now());
            }
            return taken;
        }
        drop(taken);
        sleep(pause(attempt));
        self.take(attempt + 1)
    }

    fn take(&self, attempt: u32) -> Option<Taken<'_>> {
        let me = thread::current().id();
        // A thread that has it already, for a unit of work around this one, would wait for itself.
        let is_taken = |owner: &mut Option<Owner>| owner.is_some_and(|owner| owner.thread != me);
        let waited = self.free.wait_timeout_while(self.lock(), self.longest, is_taken);
        let (mut owner, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if owner.is_some() {
            return None;
        }
        let urgent = attempt >= URGENT;
        *owner = Some(Owner { thread: me, urgent: urgent.then(Instant::now) });
        self.urgent.store(urgent, Ordering::Relaxed);
        Some(Taken { turn: self, urgent: urgent.then_some(attempt) })
    }

    /// Whether a new unit of work should give way to one that has collided often.
    pub(crate) fn is_urgent(&self) -> bool {
        self.urgent.load(Ordering::Relaxed)
    }

    /// Waits until no other thread's is urgent, or an attempt of it has taken too long to wait for.
    pub(crate) fn give_way(&self) {
        let (me, began) = (thread::current().id(), Instant::now());
        let mut owner = self.lock();
        while let Some(Owner { thread, urgent: Some(since) }) = *owner
            && thread != me
        {
            let left = self.left(since.elapsed(), began.elapsed());
            if left.is_zero() {
                return;
            }
            (owner, _) = self.calm.wait_timeout(owner, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// How long is waited yet for an attempt that takes so long by now, by who has waited so long.
    fn left(&self, attempt: Duration, waited: Duration) -> Duration {
        self.longest.saturating_sub(attempt.max(waited))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Owner>> {
        self.owner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let Turn { free, urgent, calm, .. } = self.turn;
        let mut owner = self.turn.lock();
        *owner = None;
        free.notify_one();
        if urgent.swap(false, Ordering::Relaxed) {
            calm.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc;

    use super::*;

    /// Longer than any test takes.
    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn one_at_a_time_has_its_turn() {
        let (turn, inside) = (Turn::of(LONG), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let taken = turn.take(2);
                        assert!(taken.is_some());
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
    }

    #[test]
    fn what_is_new_waits_for_what_is_urgent_and_nothing_for_itself() {
        let turn = Turn::of(LONG);
        let before = turn.take(URGENT - 1);
        assert!(before.is_some() && !turn.is_urgent());
        let taken = turn.again(URGENT - 1, before);
        assert!(taken.is_some() && turn.is_urgent());
        turn.give_way();
        assert!(turn.take(2).is_none());

        let (waits, waiting) = mpsc::channel();
        thread::scope(|scope| {
            let turn = &turn;
            scope.spawn(move || {
                waits.send(()).unwrap();
                turn.give_way();
                assert!(!turn.is_urgent());
            });
            waiting.recv().unwrap();
            let again = turn.again(URGENT, taken);
            assert!(again.is_some() && turn.is_urgent());
            drop(again);
        });
        assert!(turn.take(2).is_some());
    }

    #[test]
    fn waiting_has_an_end() {
        let turn = Turn::of(Duration::from_millis(1));
        let taken = turn.take(URGENT);
        thread::scope(|scope| {
            scope.spawn(|| assert!(turn.take(2).is_none()));
            scope.spawn(|| turn.give_way());
        });
        drop(taken);
    }

    /// Otherwise each that begins during a long attempt would wait anew.
    #[test]
    fn a_long_attempt_is_waited_for_only_at_its_beginning() {
        let turn = Turn::of(LONG);
        let little = Duration::from_secs(1);
        assert_eq!(turn.left(LONG, little), Duration::ZERO);
        assert_eq!(turn.left(little, LONG), Duration::ZERO);
        assert_eq!(turn.left(little, little * 2), LONG - little * 2);

        // The next has its time again.
        let taken = turn.take(URGENT);
        let began = Instant::now();
        let taken = turn.again(URGENT, taken);
        assert!(turn.lock().and_then(|owner| owner.urgent).is_some_and(|since| since >= began));
        drop(taken);
    }
}
