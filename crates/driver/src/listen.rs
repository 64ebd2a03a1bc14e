//! Messages that other sessions send.

use std::time::Duration;

use crate::Result;
#[cfg(feature = "postgres")]
use crate::postgres;

/// A message that a session has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// The channel that it was sent on.
    pub channel: String,
    /// What was sent.
    pub payload: String,
}

/// Hears what is sent on channels, on a connection of its own.
pub struct Listener(BackEnd);

/// The databases that have channels, one variant each.
pub(crate) enum BackEnd {
    #[cfg(feature = "postgres")]
    Postgres(postgres::Listener),
}

impl Listener {
    #[cfg(feature = "postgres")]
    pub(crate) fn postgres(listener: postgres::Listener) -> Listener {
        Listener(BackEnd::Postgres(listener))
    }

    /// The next message, or nothing where none comes within a time.
    ///
    /// # Errors
    ///
    /// A lost connection: what is sent until another listener listens is not heard.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub fn next(&mut self, within: Duration) -> Result<Option<Notification>> {
        match &mut self.0 {
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(listener) => listener.next(within),
            #[cfg(not(feature = "postgres"))]
            nothing => match *nothing {},
        }
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").finish_non_exhaustive()
    }
}
