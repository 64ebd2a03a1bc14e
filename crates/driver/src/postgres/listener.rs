use std::time::Duration;

use onggi_sql::dialect::POSTGRES;

use super::error::classify;
use super::wire::Wire;
use crate::error::Kind;
use crate::{Error, Notification, Result};

/// A connection that hears channels.
pub(crate) struct Listener(Wire);

impl Listener {
    pub(super) fn new(mut wire: Wire, channels: &[&str]) -> Result<Listener> {
        wire.hear();
        for channel in channels {
            let text = POSTGRES.listen(channel);
            let text = text.map_err(|error| Error::new(Kind::Other, error.to_string()).with_source(error))?;
            wire.run(&text).map_err(|failure| classify(failure).with_statement(&text))?;
        }
        Ok(Listener(wire))
    }

    pub(crate) fn next(&mut self, within: Duration) -> Result<Option<Notification>> {
        self.0.heard(within).map_err(|failure| {
            let error = classify(failure);
            match self.0.is_lost() {
                true => {
                    let said = "the connection to PostgreSQL that listens was ended: listen again";
                    Error::new(Kind::Lost, said).with_source(error)
                }
                false => error,
            }
        })
    }
}
