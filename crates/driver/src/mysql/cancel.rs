use std::sync::Arc;

use onggi_sql::dialect::MYSQL_CANCEL;

use super::open::Caller;
use crate::Result;

/// Asks the server to end what a connection runs, over a connection of its own.
pub(crate) struct Cancel {
    caller: Arc<Caller>,
    /// The server's number of the connection.
    connection: u32,
}

impl Cancel {
    pub(super) fn new(caller: Arc<Caller>, connection: u32) -> Cancel {
        Cancel { caller, connection }
    }

    pub(crate) fn cancel(&self) -> Result<()> {
        let text = format!("{MYSQL_CANCEL}{}", self.connection);
        let asked = self.caller.call(|wire| match wire.run(&text) {
            // The connection has ended, and what it ran with it.
            Err(failure) if failure.code() == Some(1094) => Ok(()),
            asked => asked,
        });
        asked.map(drop).map_err(|error| error.prefixed("a statement could not be cancelled: "))
    }
}
