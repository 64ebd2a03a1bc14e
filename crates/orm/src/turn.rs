//! Who goes first among units of work that collide.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId, sleep};
use std::time::Duration;

use crate::transaction_options::pause;

/// Lets one unit of work at a time run again, and lets new ones wait for one that collided often.
///
/// Those that run again would collide with each other once more where they all did so together, and with what begins meanwhile, which
/// has nothing to lose yet. All waiting has an end: what a thread does that has its turn, or whom it waits for, nobody knows here.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// The thread that has it.
    taken: Mutex<Option<ThreadId>>,
    free: Condvar,
    /// Whether who has it collided often.
    urgent: AtomicBool,
    calm: Condvar,
}

/// From which attempt on new units of work wait for it.
const URGENT: u32 = 4;

/// How long is waited for others at most.
const LONGEST: Duration = Duration::from_secs(1);

/// A thread's turn, until it is dropped.
pub(crate) struct Taken<'t> {
    turn: &'t Turn,
    /// The attempt with which it became urgent.
    urgent: Option<u32>,
}

impl Turn {
    /// Waits behind an attempt that collided until it is time for the next. Who has no turn soon enough goes on without.
    pub(crate) fn again<'t>(&'t self, attempt: u32, taken: Option<Taken<'t>>) -> Option<Taken<'t>> {
        if let Some(Taken { urgent: Some(since), .. }) = taken {
            // Other processes collide too.
            sleep(pause(attempt - since));
            return taken;
        }
        drop(taken);
        sleep(pause(attempt));
        self.take(attempt + 1)
    }

    fn take(&self, attempt: u32) -> Option<Taken<'_>> {
        let me = thread::current().id();
        // One within another's closure would wait for itself.
        let by_other = |taken: &mut Option<ThreadId>| taken.is_some_and(|thread| thread != me);
        let waited = self.free.wait_timeout_while(self.lock(), LONGEST, by_other);
        let (mut taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if taken.is_some() {
            return None;
        }
        *taken = Some(me);
        let urgent = attempt >= URGENT;
        self.urgent.store(urgent, Ordering::Relaxed);
        Some(Taken { turn: self, urgent: urgent.then_some(attempt) })
    }

    /// Whether a unit of work that has not run yet should wait for one that collided often.
    pub(crate) fn is_urgent(&self) -> bool {
        self.urgent.load(Ordering::Relaxed)
    }

    /// Waits until none of another thread is urgent.
    pub(crate) fn give_way(&self) {
        let me = thread::current().id();
        let to_other = |taken: &mut Option<ThreadId>| self.is_urgent() && *taken != Some(me);
        drop(self.calm.wait_timeout_while(self.lock(), LONGEST, to_other));
    }

    fn lock(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let Turn { free, urgent, calm, .. } = self.turn;
        let mut taken = self.turn.lock();
        *taken = None;
        free.notify_one();
        if urgent.swap(false, Ordering::Relaxed) {
            calm.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn one_at_a_time_has_its_turn() {
        let turn = Turn::default();
        let (mut inside, most) = (Mutex::new(0), Mutex::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let taken = turn.again(1, None);
                    assert!(taken.is_some());
                    *inside.lock().unwrap() += 1;
                    let now = *inside.lock().unwrap();
                    most.lock().map(|mut most| *most = now.max(*most)).unwrap();
                    *inside.lock().unwrap() -= 1;
                });
            }
        });
        assert_eq!((*inside.get_mut().unwrap(), *most.lock().unwrap()), (0, 1));
    }

    #[test]
    fn what_is_new_waits_for_what_is_urgent_and_nobody_for_himself() {
        let turn = Turn::default();
        assert!(!turn.is_urgent());
        let taken = turn.take(URGENT);
        assert!(turn.is_urgent());
        turn.give_way(); // to itself
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
        let turn = Turn::default();
        let taken = turn.take(URGENT);
        thread::scope(|scope| {
            scope.spawn(|| assert!(turn.take(2).is_none()));
            scope.spawn(|| turn.give_way());
        });
        drop(taken);
    }
}
