use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use onggi_sql::dialect::POSTGRES;
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config};

use super::connection::Connection;
use super::error::classify;
use super::listener::Listener;
use super::tls::Encryption;
use super::wire::{Line, Wire, block_on};
use crate::Result;
use crate::error::{Error, Kind};
use crate::tls::{Mode, Tls};
use crate::url::{Url, invalid};

/// A database of a server, and how to reach it.
pub(crate) struct Target {
    config: Config,
    encryption: Encryption,
    prepares: bool,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl Target {
    pub(crate) fn new(url: &str) -> Result<Target> {
        let (tls, url) = Tls::take(url)?;
        let (prepares, url) = prepares(&url)?;
        let mut config = Config::from_str(&url).map_err(|error| {
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
        encrypt(&mut config, tls.mode);
        Ok(Target { config, encryption: Encryption::new(&tls)?, prepares })
    }

    pub(crate) fn connect(&self) -> Result<Connection> {
        let (client, wire) = self.reach()?;
        let mut connection = Connection::new(client, wire, self.encryption.clone(), self.prepares);
        POSTGRES.setup.iter().try_for_each(|text| connection.run(text))?;
        Ok(connection)
    }

    /// A connection of its own that hears channels.
    pub(crate) fn listen(&self, channels: &[&str]) -> Result<Listener> {
        let (client, wire) = self.reach()?;
        Listener::new(client, wire, channels)
    }

    fn reach(&self) -> Result<(Client, Wire)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::new(Kind::Open, "the system has no room for another connection").with_source(error)
        })?;
        let each = self.config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        let limit = each * u32::try_from(self.config.get_hosts().len()).unwrap_or(1).max(1);
        // The client's own limit ends where the server has taken the call, and not where it has answered.
        let connected = block_on(&runtime, async { timeout(limit, self.call()).await });
        let connected = connected.map_err(|_| {
            Error::new(
                Kind::Open,
                format!("the PostgreSQL server did not answer within {limit:?} (connect_timeout)"),
            )
        })?;
        let (client, line) = connected.map_err(|error| self.unreached(error))?;
        Ok((client, Wire::new(runtime, line)))
    }

    /// Calls the server. Where encryption is preferred and fails, it is done without.
    async fn call(&self) -> std::result::Result<(Client, Line), tokio_postgres::Error> {
        let called = self.config.connect(self.encryption.clone()).await;
        match &called {
            Err(error) if self.config.get_ssl_mode() == SslMode::Prefer && explain(error).is_some() => {
                let mut config = self.config.clone();
                config.ssl_mode(SslMode::Disable).connect(self.encryption.clone()).await
            }
            _ => called,
        }
    }

    fn unreached(&self, error: tokio_postgres::Error) -> Error {
        let database = self.config.get_dbname().unwrap_or("of the user's name");
        let place = format!("the PostgreSQL database {database:?} cannot be opened: ");
        let error = match error.as_db_error() {
            Some(_) => classify(error),
            None => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                let said = explain(&error).or(source).unwrap_or_else(|| error.to_string());
                Error::new(Kind::Open, said).with_source(error)
            }
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
fn explain(error: &tokio_postgres::Error) -> Option<String> {
    let said = std::error::Error::source(error).map(ToString::to_string);
    if said.is_some_and(|said| said == "server does not support TLS") {
        return Some(
            "the server does not encrypt, which sslmode asks for: turn `ssl` on in its settings".to_owned(),
        );
    }
    #[cfg(feature = "tls")]
    return crate::handshake::explain(error);
    #[cfg(not(feature = "tls"))]
    None
}

/// Whether connections are encrypted, which those that do not leave the system never are.
fn encrypt(config: &mut Config, mode: Mode) {
    if config.get_hosts().is_empty() {
        // The client takes no address without a host.
        for address in config.get_hostaddrs().to_vec() {
            config.host(address.to_string());
        }
    }
    let leaves = config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
    config.ssl_mode(match mode {
        Mode::Disable => SslMode::Disable,
        _ if !leaves => SslMode::Disable,
        Mode::Prefer => SslMode::Prefer,
        Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
    });
}

/// Whether a message of the client about a URL is one that quotes a name at most.
fn names_no_value(message: &str) -> bool {
    ["unknown option", "invalid value for option"].iter().any(|start| message.starts_with(start))
}
