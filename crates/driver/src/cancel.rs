//! Statements that are ended from another thread.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Result;
#[cfg(feature = "mysql")]
use crate::mysql;
#[cfg(feature = "postgres")]
use crate::postgres;

/// Ends what a connection runs, from any thread.
///
/// It is good for as long as its connection is lent: one that has gone back to the pool is another's.
#[derive(Clone)]
pub struct CancelHandle(Arc<Mutex<State>>);

struct State {
    /// Nothing where the connection is not lent any more.
    back_end: Option<BackEnd>,
    asked: bool,
}

/// The databases, one variant each.
pub(crate) enum BackEnd {
    #[cfg(feature = "sqlite")]
    Sqlite(rusqlite::InterruptHandle),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Cancel),
    #[cfg(feature = "mysql")]
    Mysql(mysql::Cancel),
}

impl CancelHandle {
    pub(crate) fn new(back_end: BackEnd) -> CancelHandle {
        CancelHandle(Arc::new(Mutex::new(State { back_end: Some(back_end), asked: false })))
    }

    /// Ends the statement that the connection runs, with an error that is
    /// [`is_cancelled`](crate::Error::is_cancelled). Where it runs none, nothing happens.
    ///
    /// A server is asked over a connection of its own and answers nothing: the statement may have ended by then, and
    /// the next one be hit.
    ///
    /// # Errors
    ///
    /// A server that cannot be reached.
    pub fn cancel(&self) -> Result<()> {
        let mut state = self.lock();
        // It stays locked until the server has been asked, so that nobody else is lent the connection before.
        let State { back_end: Some(back_end), asked } = &mut *state else { return Ok(()) };
        *asked = true;
        match back_end {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(handle) => {
                handle.interrupt();
                Ok(())
            }
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(cancel) => cancel.cancel(),
            #[cfg(feature = "mysql")]
            BackEnd::Mysql(cancel) => cancel.cancel(),
        }
    }

    /// Makes it good for nothing, and says whether what was asked may still hit a statement.
    pub(crate) fn end(&self) -> bool {
        let mut state = self.lock();
        match state.back_end.take() {
            #[cfg(feature = "sqlite")]
            Some(BackEnd::Sqlite(_)) => false,
            #[cfg(feature = "postgres")]
            Some(BackEnd::Postgres(_)) => state.asked,
            #[cfg(feature = "mysql")]
            Some(BackEnd::Mysql(_)) => state.asked,
            None => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for CancelHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelHandle").finish_non_exhaustive()
    }
}
