use std::str::FromStr;
use std::time::Duration;

use onggi_sql::dialect::POSTGRES;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};

use super::connection::Connection;
use super::error::classify;
use super::wire::{Wire, block_on};
use crate::Result;
use crate::error::{Error, Kind};
use crate::url::invalid;

/// A database of a server, and how to reach it.
pub(crate) struct Target(Config);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl Target {
    pub(crate) fn new(url: &str) -> Result<Target> {
        let mut config = Config::from_str(url).map_err(|error| {
            // The client's message names what it did not understand; a value of the URL is never in it.
            let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            invalid(format!(
                "the PostgreSQL URL is not understood{}; it looks like postgres://user:password@host:5432/database?option=value",
                if names_no_value(&source) { format!(" ({source})") } else { String::new() }
            ))
        })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("onggi");
        }
        match config.get_ssl_mode() {
            SslMode::Disable | SslMode::Prefer => {}
            _ => {
                return Err(invalid(
                    "this build has no TLS for PostgreSQL: sslmode is `disable` or `prefer`",
                ));
            }
        }
        Ok(Target(config))
    }

    pub(crate) fn connect(&self) -> Result<Connection> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::new(Kind::Open, "the system has no room for another connection").with_source(error)
        })?;
        let each = self.0.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        let limit = each * u32::try_from(self.0.get_hosts().len()).unwrap_or(1).max(1);
        // The client's own limit ends where the server has taken the call, and not where it has answered.
        let connected = block_on(&runtime, async { timeout(limit, self.0.connect(NoTls)).await });
        let connected = connected.map_err(|_| {
            Error::new(
                Kind::Open,
                format!("the PostgreSQL server did not answer within {limit:?} (connect_timeout)"),
            )
        })?;
        let (client, line) = connected.map_err(|error| self.unreached(error))?;
        let mut connection = Connection::new(client, Wire::new(runtime, line));
        POSTGRES.setup.iter().try_for_each(|text| connection.run(text))?;
        Ok(connection)
    }

    fn unreached(&self, error: tokio_postgres::Error) -> Error {
        let database = self.0.get_dbname().unwrap_or("of the user's name");
        let place = format!("the PostgreSQL database {database:?} cannot be opened: ");
        let error = match error.as_db_error() {
            Some(_) => classify(error),
            None => {
                let said =
                    std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                Error::new(Kind::Open, said).with_source(error)
            }
        };
        error.prefixed(&place)
    }
}

/// Whether a message of the client about a URL is one that quotes a name at most.
fn names_no_value(message: &str) -> bool {
    ["unknown option", "invalid value for option"].iter().any(|start| message.starts_with(start))
}
