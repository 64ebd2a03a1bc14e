use onggi_driver as driver;

use crate::{Connection, Result, Session};

/// Ends what a session or connection runs, from any thread: [`Session::cancel_handle`] and
/// [`Connection::cancel_handle`] give it.
///
/// ```
/// # let db = onggi::Database::open("sqlite::memory:")?;
/// let mut session = db.session()?;
/// let handle = session.cancel_handle();
/// std::thread::scope(|scope| {
///     scope.spawn(move || handle.cancel());
///     // What runs here meanwhile fails with `Error::is_cancelled`.
/// });
/// session.rollback()?;
/// # Ok::<(), onggi::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CancelHandle(driver::CancelHandle);

impl CancelHandle {
    /// Ends the statement that runs, with an error that is [`is_cancelled`](crate::Error::is_cancelled); where none
    /// runs, or the session or connection is gone, nothing happens. The session goes on after a
    /// [`rollback`](Session::rollback).
    ///
    /// A server is asked over a connection of its own, outside of the pool, and does not answer: where the statement ended
    /// by itself meanwhile, the next one may be hit. A connection that was cancelled is closed when it comes back to the
    /// pool, so that nobody else is.
    ///
    /// # Errors
    ///
    /// [`is_open`](crate::Error::is_open) for a server that cannot be reached.
    pub fn cancel(&self) -> Result<()> {
        Ok(self.0.cancel()?)
    }
}

impl Session {
    /// What ends the session's running statement from another thread, for as long as the session lives.
    pub fn cancel_handle(&mut self) -> CancelHandle {
        CancelHandle(self.driver().cancel_handle())
    }
}

impl Connection {
    /// What ends the connection's running statement from another thread, for as long as the connection lives.
    pub fn cancel_handle(&mut self) -> CancelHandle {
        CancelHandle(self.driver().cancel_handle())
    }
}
