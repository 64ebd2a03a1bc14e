use std::io::Read as _;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use super::failure::{Answer, Failure};
use super::reach::Reached;
use crate::Result;
use crate::error::{Error, Kind};
use crate::net::{Encryption, Input, Settings};

/// Asks the server to end what a connection runs, over a connection of its own.
#[derive(Clone)]
pub(crate) struct Cancel {
    pub(super) reached: Reached,
    pub(super) settings: Settings,
    pub(super) encryption: Encryption,
    pub(super) limit: Duration,
    /// What the server told the connection alone.
    pub(super) key: (i32, i32),
}

impl Cancel {
    pub(crate) fn cancel(&self) -> Result<()> {
        self.ask().map_err(|failure| {
            let (said, source) = match failure {
                Failure::Line(error) | Failure::Unsent(error) => (error.to_string(), Some(error)),
                Failure::Said(_) | Failure::NotTaken => ("it refuses".to_owned(), None),
                Failure::Strange(said) => (said.into_owned(), None),
            };
            let error = Error::new(
                Kind::Open,
                format!("PostgreSQL could not be asked to cancel a statement: {said}"),
            );
            match source {
                Some(source) => error.with_source(source),
                None => error,
            }
        })
    }

    fn ask(&self) -> Answer<()> {
        let mut line = self.reached.call(&self.settings, &self.encryption, Instant::now() + self.limit)?;
        let mut request = BytesMut::new();
        frontend::cancel_request(self.key.0, self.key.1, &mut request);
        line.send(&request, &mut Input::default())?;
        // The server hangs up once it has passed that on; how it does so says nothing.
        drop(line.read(&mut [0]));
        Ok(())
    }
}
