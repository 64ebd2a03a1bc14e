use std::error::Error as _;

use tokio_postgres::CancelToken;

use super::tls::Encryption;
use super::wire::block_on;
use crate::Result;
use crate::error::{Error, Kind};

/// Asks the server to end what a connection runs, over a connection of its own.
pub(crate) struct Cancel {
    token: CancelToken,
    encryption: Encryption,
}

impl Cancel {
    pub(super) fn new(token: CancelToken, encryption: Encryption) -> Cancel {
        Cancel { token, encryption }
    }

    pub(crate) fn cancel(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::new(Kind::Open, "the system has no room for another connection").with_source(error)
        })?;
        let asked = block_on(&runtime, self.token.cancel_query(self.encryption.clone()));
        // One that is dropped within another would panic.
        runtime.shutdown_background();
        asked.map_err(|error| {
            let said = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            Error::new(Kind::Open, format!("PostgreSQL could not be asked to cancel a statement: {said}"))
                .with_source(error)
        })
    }
}
