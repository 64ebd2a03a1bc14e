use std::time::Duration;

use onggi_sql::dialect::POSTGRES;
use tokio_postgres::Client;

use super::error::classify;
use super::wire::Wire;
use crate::error::Kind;
use crate::{Error, Notification, Result};

/// A connection that hears channels.
pub(crate) struct Listener {
    /// The server hangs up on who lets it go.
    _client: Client,
    wire: Wire,
}

impl Listener {
    pub(super) fn new(client: Client, mut wire: Wire, channels: &[&str]) -> Result<Listener> {
        wire.hear();
        for channel in channels {
            let text = POSTGRES.listen(channel);
            let text = text.map_err(|error| Error::new(Kind::Other, error.to_string()).with_source(error))?;
            wire.wait(client.batch_execute(&text)).map_err(|error| classify(error).with_statement(&text))?;
        }
        Ok(Listener { _client: client, wire })
    }

    pub(crate) fn next(&mut self, within: Duration) -> Result<Option<Notification>> {
        let heard = self.wire.heard(within).map_err(|error| match error {
            Some(error) => classify(error),
            None => {
                Error::new(Kind::Lost, "the connection to PostgreSQL that listens was ended: listen again")
            }
        })?;
        Ok(heard.map(|heard| Notification {
            channel: heard.channel().to_owned(),
            payload: heard.payload().to_owned(),
        }))
    }
}
