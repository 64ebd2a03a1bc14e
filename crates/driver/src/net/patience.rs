//! Work that is waited for no longer than a time. The client offers no limit of its own, so that it is done in a thread;
//! one that is not waited for any more ends with what it does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;
use std::time::Duration;

/// How many are at work that nobody waits for any more, at one server.
#[derive(Clone, Default)]
pub(crate) struct Abandoned(Arc<AtomicUsize>);

/// How many of them there may be: who calls a silent server over and over leaves no more behind.
const MOST: usize = 32;

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Impatience {
    /// The time is over.
    TimeOut,
    /// Too many others were left at their work.
    TooMany,
    /// There is no thread for it.
    NoThread,
}

/// The result of the work, if it is there within the time.
pub(crate) fn within<T: Send + 'static>(
    limit: Duration,
    abandoned: &Abandoned,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Impatience> {
    if abandoned.0.load(Ordering::SeqCst) >= MOST {
        return Err(Impatience::TooMany);
    }
    let (done, result) = channel();
    let watch = Watch(Arc::new(Mutex::new(false)), abandoned.clone());
    let (left, counted) = (Arc::clone(&watch.0), &abandoned.0);
    let thread = Builder::new().name("onggi waits for a server".to_owned()).spawn(move || {
        let _watch = watch;
        // Nobody may be there any more.
        drop(done.send(work()));
    });
    thread.map_err(|_| Impatience::NoThread)?;
    result.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
            // It has ended between.
            if std::mem::replace(&mut *left, true) {
                counted.fetch_sub(1, Ordering::SeqCst);
            }
            Impatience::TimeOut
        }
        RecvTimeoutError::Disconnected => Impatience::NoThread,
    })
}

/// Lives as long as the work, with whether one of both sides has left it. Who comes second counts it down.
struct Watch(Arc<Mutex<bool>>, Abandoned);

impl Drop for Watch {
    fn drop(&mut self) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *left, true) {
            self.1.0.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_answer_is_left_and_not_too_often() {
        let abandoned = Abandoned::default();
        assert_eq!(within(Duration::from_secs(60), &abandoned, || 7), Ok(7));
        let (release, held) = channel::<()>();
        let held = Arc::new(Mutex::new(held));
        for _ in 0..MOST {
            let held = Arc::clone(&held);
            let waits = move || drop(held.lock().map(|held| held.recv()));
            assert_eq!(within(Duration::ZERO, &abandoned, waits), Err(Impatience::TimeOut));
        }
        assert_eq!(within(Duration::from_secs(60), &abandoned, || 7), Err(Impatience::TooMany));
        drop(release);
        while abandoned.0.load(Ordering::SeqCst) > 0 {
            std::thread::yield_now();
        }
        assert_eq!(within(Duration::from_secs(60), &abandoned, || 7), Ok(7));
    }
}
