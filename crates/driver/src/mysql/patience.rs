//! Work that is waited for no longer than a time. The client offers no limit of its own, so that it is done in a thread;
//! one that is not waited for any more ends with what it does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::Builder;
use std::time::Duration;

/// How many are at work that nobody waits for any more, at one server.
#[derive(Clone, Default)]
pub(super) struct Abandoned(Arc<AtomicUsize>);

/// How many of them there may be: who calls a silent server over and over leaves no more behind.
const MOST: usize = 32;

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Impatience {
    /// The time is over.
    TimeOut,
    /// Too many others were left at their work.
    TooMany,
    /// There is no thread for it.
    NoThread,
}

/// The result of the work, if it is there within the time.
pub(super) fn within<T: Send + 'static>(
    limit: Duration,
    abandoned: &Abandoned,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Impatience> {
    let count = &abandoned.0;
    if count.load(Ordering::Relaxed) >= MOST {
        return Err(Impatience::TooMany);
    }
    let (done, result) = channel();
    let counted = Arc::clone(count);
    // From its start on it counts, until it has ended.
    counted.fetch_add(1, Ordering::Relaxed);
    let thread = Builder::new().name("onggi waits for a server".to_owned()).spawn(move || {
        let result = work();
        counted.fetch_sub(1, Ordering::Relaxed);
        // Nobody may be there any more.
        drop(done.send(result));
    });
    if thread.is_err() {
        count.fetch_sub(1, Ordering::Relaxed);
        return Err(Impatience::NoThread);
    }
    result.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => Impatience::TimeOut,
        RecvTimeoutError::Disconnected => Impatience::NoThread,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_answer_is_left_and_not_too_often() {
        let abandoned = Abandoned::default();
        assert_eq!(within(Duration::from_secs(60), &abandoned, || 7), Ok(7));
        let (release, held) = channel::<()>();
        let held = Arc::new(std::sync::Mutex::new(held));
        for _ in 0..MOST {
            let held = Arc::clone(&held);
            let waits = move || drop(held.lock().map(|held| held.recv()));
            assert_eq!(within(Duration::ZERO, &abandoned, waits), Err(Impatience::TimeOut));
        }
        assert_eq!(within(Duration::from_secs(60), &abandoned, || 7), Err(Impatience::TooMany));
        drop(release);
        while abandoned.0.load(Ordering::Relaxed) > 0 {
            std::thread::yield_now();
        }
        assert_eq!(within(Duration::from_secs(60), &abandoned, || 7), Ok(7));
    }
}
