use std::borrow::Cow;
use std::io::{self, ErrorKind};
use std::time::Instant;

use onggi_sql::dialect::POSTGRES;

use super::cancel::Cancel;
use super::config::Config;
use super::connection::Connection;
use super::error::classify;
use super::failure::{Answer, Failure};
use super::listener::Listener;
use super::reach::{Reached, places};
use super::startup;
use super::wire::Wire;
use crate::Result;
use crate::error::{Error, Kind};
use crate::net::Encryption;
use crate::net::patience::Abandoned;
use crate::net::tls::{Mode, Tls};
use crate::url::{Url, invalid};

/// A database of a server, and how to reach it.
pub(crate) struct Target {
    config: Config,
    mode: Mode,
    encryption: Encryption,
    prepares: bool,
    abandoned: Abandoned,
}

impl Target {
    pub(crate) fn new(url: &str) -> Result<Target> {
        let (tls, url) = Tls::take(url)?;
        let (prepares, url) = prepares(&url)?;
        let config = Config::parse(&url)?;
        let encryption = Encryption::new(&tls)?;
        Ok(Target { config, mode: tls.mode, encryption, prepares, abandoned: Abandoned::default() })
    }

    pub(crate) fn connect(&self) -> Result<Connection> {
        let (wire, cancel) = self.reach()?;
        let mut connection = Connection::new(wire, cancel, self.prepares);
        POSTGRES.setup.iter().try_for_each(|text| connection.run(text))?;
        Ok(connection)
    }

    /// A connection of its own that hears channels.
    pub(crate) fn listen(&self, channels: &[&str]) -> Result<Listener> {
        let (wire, _) = self.reach()?;
        Listener::new(wire, channels)
    }

    /// Calls one server after another until one answers.
    fn reach(&self) -> Result<(Wire, Cancel)> {
        let mut last = Failure::strange("the URL names no server");
        for place in places(&self.config, self.mode, &self.abandoned) {
            match place.map_err(Failure::Line).and_then(|reached| self.call(reached)) {
                Ok(reached) => return Ok(reached),
                Err(failure) => last = failure,
            }
        }
        Err(self.unreached(last))
    }

    /// Calls a server. Where encryption is preferred and fails, it is done without.
    fn call(&self, reached: Reached) -> Answer<(Wire, Cancel)> {
        match self.begin(reached.clone()) {
            Err(Failure::Line(error)) if reached.mode == Mode::Prefer && explain(&error).is_some() => {
                self.begin(Reached { mode: Mode::Disable, ..reached })
            }
            begun => begun,
        }
    }

    fn begin(&self, reached: Reached) -> Answer<(Wire, Cancel)> {
        let limit = self.config.connect_timeout;
        let settings = self.config.settings();
        let mut wire = Wire::new(reached.call(&settings, &self.encryption, Instant::now() + limit)?);
        startup::begin(&self.config, &mut wire)?;
        wire.set_deadline(None)?;
        let cancel = Cancel { reached, settings, encryption: self.encryption.clone(), limit, key: wire.key };
        Ok((wire, cancel))
    }

    fn unreached(&self, failure: Failure) -> Error {
        let database = self.config.database.as_deref().unwrap_or("of the user's name");
        let place = format!("the PostgreSQL database {database:?} cannot be opened: ");
        let error = match failure {
            Failure::Said(_) | Failure::NotTaken => classify(failure),
            Failure::Line(error) if error.kind() == ErrorKind::TimedOut => {
                let limit = self.config.connect_timeout;
                let said = format!("the PostgreSQL server did not answer within {limit:?} (connect_timeout)");
                return Error::new(Kind::Open, said).with_source(error);
            }
            Failure::Line(error) | Failure::Unsent(error) => {
                let said = explain(&error).unwrap_or_else(|| error.to_string());
                Error::new(Kind::Open, said).with_source(error)
            }
            Failure::Strange(said) => Error::new(Kind::Open, said),
        };
        error.prefixed(&place)
    }
}

/// Whether statements stay prepared, as the URL says, and the URL without that.
fn prepares(url: &str) -> Result<(bool, Cow<'_, str>)> {
    const NAME: &str = "prepared_statements";
    let (options, rest) =
        Url::take(url, |option| option.split_once('=').map_or(option, |(name, _)| name) == NAME)?;
    let mut prepares = true;
    for (_, value) in &options {
        prepares = match value.as_str() {
            "on" => true,
            "off" => false,
            _ => return Err(invalid(format!("the option {NAME} is on or off"))),
        };
    }
    Ok((prepares, rest))
}

/// What a failed handshake means; none where an error does not come from one.
fn explain(error: &io::Error) -> Option<String> {
    #[cfg(feature = "tls")]
    return crate::net::handshake::explain(error);
    #[cfg(not(feature = "tls"))]
    {
        let _ = error;
        None
    }
}
