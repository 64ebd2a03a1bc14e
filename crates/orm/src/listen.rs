//! Messages between sessions, on channels that have names.

use std::time::Duration;

use onggi_driver as driver;
pub use onggi_driver::Notification;

use crate::executor::sealed::Split;
use crate::{Bind, Connection, Database, Error, Result, Session, ValueRef};

/// Hears what sessions send on channels: [`Database::listen`] gives it.
///
/// It has a connection of its own, which is none of the pool's. Where that is lost, [`next`](Listener::next) says so
/// ([`Error::is_lost`]): listen again, and then look for what was missed, as nobody keeps it.
#[derive(Debug)]
pub struct Listener(driver::Listener);

impl Listener {
    /// The next message, in the order of their transactions, or nothing where none comes within a time.
    ///
    /// # Errors
    ///
    /// [`is_lost`](Error::is_lost) where the connection broke.
    pub fn next(&mut self, within: Duration) -> Result<Option<Notification>> {
        Ok(self.0.next(within)?)
    }
}

impl Database {
    /// Hears what is sent on channels from now on: PostgreSQL's `LISTEN`.
    ///
    /// ```no_run
    /// # use onggi::Database;
    /// # use std::time::Duration;
    /// let db = Database::open("postgres://localhost/shop")?;
    /// let mut listener = db.listen(&["orders"])?;
    /// db.transaction(|session| session.notify("orders", "17"))?;
    /// while let Some(notification) = listener.next(Duration::from_secs(10))? {
    ///     println!("order {}", notification.payload);
    /// }
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Other databases, which have no channels; a server that cannot be reached; names that are empty or longer than 63
    /// bytes.
    pub fn listen(&self, channels: &[&str]) -> Result<Listener> {
        Ok(Listener(self.pool.listen(channels)?))
    }
}

impl Session {
    /// Sends a message to those that [`listen`](Database::listen) to a channel, when the transaction is committed, in the
    /// order in which it was sent. Equal messages of a transaction come once. A message has less than 8,000 bytes.
    ///
    /// # Errors
    ///
    /// Databases without channels, and those of the database.
    pub fn notify(&mut self, channel: &str, message: &str) -> Result<()> {
        self.begin()?;
        let sent = notify(self.driver(), channel, message);
        sent.inspect_err(|_| self.after_error())
    }
}

impl Connection {
    /// Sends a message to those that [`listen`](Database::listen) to a channel: at once, or with the transaction that it is in.
    ///
    /// # Errors
    ///
    /// Databases without channels, and those of the database.
    pub fn notify(&mut self, channel: &str, message: &str) -> Result<()> {
        notify(self.driver(), channel, message)
    }
}

fn notify(connection: &mut driver::Connection, channel: &str, message: &str) -> Result<()> {
    let channels = connection.dialect().channels().map_err(|error| Error::usage(error.to_string()))?;
    connection.with_text(channels.notify, |prepared| {
        let mut rows = prepared.query(|to: &mut dyn Bind| {
            to.bind(ValueRef::Text(channel))?;
            Ok::<_, Error>(to.bind(ValueRef::Text(message))?)
        })?;
        while rows.next_row()?.is_some() {}
        Ok(())
    })
}
