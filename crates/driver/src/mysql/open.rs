use std::collections::HashMap;
use std::time::Duration;

use mysql::consts::CapabilityFlags;
use mysql::prelude::Queryable;
use mysql::{Conn, DriverError, Opts, OptsBuilder};
use onggi_sql::Dialect;
use onggi_sql::dialect::{MARIADB, MYSQL, MYSQL_VERSION};

use super::connection::Connection;
use super::error::classify;
use crate::Result;
use crate::error::{Error, Kind};
use crate::patience::{Abandoned, Impatience, within};
use crate::tls::{Mode, Tls};
use crate::url::{decode, invalid};

/// A database of a server, and how to reach it.
pub(crate) struct Target(Caller);

/// Calls the server.
#[derive(Clone)]
pub(super) struct Caller {
    client: Opts,
    /// How it is called where that needs encryption that the server does not have.
    plain: Option<Opts>,
    limit: Duration,
    abandoned: Abandoned,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

const FORM: &str = "it looks like mysql://user:password@host:3306/database?option=value";

const OPTIONS: &str = "socket, connect_timeout, application_name, sslmode, sslrootcert, sslcert, sslkey";

impl Target {
    pub(crate) fn new(url: &str) -> Result<Target> {
        let (tls, url) = Tls::take(url)?;
        let rest = url.split_once("://").map(|(_, rest)| rest);
        let rest = rest.ok_or_else(|| invalid(format!("the MySQL URL is not understood; {FORM}")))?;
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        let Place { user, password, host, port, database } = Place::parse(place)?;
        let Options { socket, limit, application } = Options::parse(options)?;
        let attributes = HashMap::from([("program_name", application.as_deref().unwrap_or("onggi"))]);
        let client = OptsBuilder::new()
            .user(user)
            .pass(password)
            .ip_or_hostname(Some(host))
            .tcp_port(port)
            .socket(socket)
            .prefer_socket(false)
            .db_name(database)
            .tcp_connect_timeout(Some(limit))
            // Somebody at the other end who is gone without a word is noticed.
            .tcp_keepalive_time_ms(Some(60_000))
            // Statements are kept by their shape.
            .stmt_cache_size(0)
            .additional_capabilities(CapabilityFlags::CLIENT_SESSION_TRACK)
            .connect_attrs(Some(attributes));
        let encryption = super::tls::options(&tls)?;
        let may_be_plain = tls.mode == Mode::Prefer && encryption.is_some();
        let plain = may_be_plain.then(|| client.clone().into());
        let client = client.ssl_opts(encryption).into();
        Ok(Target(Caller { client, plain, limit, abandoned: Abandoned::default() }))
    }

    pub(crate) fn connect(&self) -> Result<Connection> {
        let (client, server) = self.0.call(|mut client| {
            let server = greet(&mut client)?;
            Ok((client, server))
        })?;
        Ok(Connection::new(client, server, self.0.clone()))
    }
}

impl Caller {
    /// What is done with a new connection, if the server answers in time.
    pub(super) fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(Conn) -> mysql::Result<T> + Send + 'static,
    ) -> Result<T> {
        let (client, plain) = (self.client.clone(), self.plain.clone());
        let reach = move || match (Conn::new(client), plain) {
            (Err(error), Some(plain)) if explain(&error).is_some() => Conn::new(plain),
            (reached, _) => reached,
        };
        let called = within(self.limit, &self.abandoned, move || reach().and_then(work));
        let called = called.map_err(|impatience| self.silent(impatience))?;
        called.map_err(|error| self.unreached(error))
    }

    /// Whether a connection's server answers within a time; the connection, if so.
    pub(super) fn answered(&self, mut client: Box<Conn>, limit: Duration) -> Option<Box<Conn>> {
        let asked = within(limit, &self.abandoned, move || client.ping().is_ok().then_some(client));
        asked.ok().flatten()
    }

    #[cold]
    fn silent(&self, impatience: Impatience) -> Error {
        let limit = self.limit;
        let said = match impatience {
            Impatience::TimeOut => {
                format!("the MySQL server did not answer within {limit:?} (connect_timeout)")
            }
            Impatience::TooMany => {
                "the MySQL server takes calls and does not answer them: it is not called again until it does"
                    .to_owned()
            }
            Impatience::NoThread => "the system has no room for another connection".to_owned(),
        };
        Error::new(Kind::Open, said)
    }

    #[cold]
    fn unreached(&self, error: mysql::Error) -> Error {
        let database = self.client.get_db_name().unwrap_or("");
        let place = format!("the MySQL database {database:?} cannot be opened: ");
        let error = match error {
            mysql::Error::MySqlError(_) => {
                let classified = classify(error);
                // What the server says of itself before it takes anybody.
                if classified.is_lost() { Error::new(Kind::Open, classified.to_string()) } else { classified }
            }
            mysql::Error::DriverError(DriverError::ConnectTimeout) => self.silent(Impatience::TimeOut),
            other => Error::new(Kind::Open, explain(&other).unwrap_or_else(|| other.to_string())),
        };
        error.prefixed(&place)
    }
}

/// What a failed handshake means; none where an error does not come from one.
fn explain(error: &mysql::Error) -> Option<String> {
    if matches!(error, mysql::Error::DriverError(DriverError::TlsNotSupported)) {
        return Some(
            "the server does not encrypt, which sslmode asks for: give it a certificate (ssl_cert, ssl_key)"
                .to_owned(),
        );
    }
    #[cfg(feature = "tls")]
    return match error {
        mysql::Error::IoError(error) => crate::handshake::explain(error),
        mysql::Error::CodecError(error) => crate::handshake::explain(error),
        mysql::Error::TlsError(error) => Some(format!("the connection could not be encrypted ({error})")),
        _ => None,
    };
    #[cfg(not(feature = "tls"))]
    None
}

/// What is known of the server.
pub(super) struct Server {
    /// How it writes SQL.
    pub(super) dialect: &'static Dialect,
    pub(super) version: String,
    /// How far the keys that it generates are from each other.
    pub(super) step: usize,
    /// How many bytes it takes at once.
    pub(super) packet: usize,
    /// Its number of the connection.
    pub(super) connection: u32,
}

/// Finds out which server it is, and tells it how things are done here.
fn greet(client: &mut Conn) -> mysql::Result<Server> {
    let said: Option<(String, usize, usize)> = client.query_first(MYSQL_VERSION)?;
    let (version, step, packet) = said.unwrap_or_else(|| ("unknown".to_owned(), 1, usize::MAX));
    let dialect = if version.contains("MariaDB") { &MARIADB } else { &MYSQL };
    dialect.setup.iter().try_for_each(|text| client.query_drop(text))?;
    Ok(Server { dialect, version, step: step.max(1), packet, connection: client.connection_id() })
}

/// What stands before the options.
struct Place {
    user: Option<String>,
    password: Option<String>,
    host: String,
    port: u16,
    database: Option<String>,
}

impl Place {
    fn parse(place: &str) -> Result<Place> {
        let (authority, database) = place.split_once('/').unwrap_or((place, ""));
        let (account, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = match account.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (account, None),
        };
        let (host, port) = match address.strip_prefix('[') {
            // Addresses of version 6 have colons themselves.
            Some(address) => {
                let (host, port) = address.split_once(']').ok_or_else(no_address)?;
                (host, port.strip_prefix(':').unwrap_or(port))
            }
            None => address.split_once(':').unwrap_or((address, "")),
        };
        let port = match port {
            "" => 3306,
            port => port.parse().map_err(|_| no_address())?,
        };
        let given = |text: &str| (!text.is_empty()).then(|| decode(text)).transpose();
        Ok(Place {
            user: given(user)?,
            password: password.map(decode).transpose()?,
            host: given(host)?.unwrap_or_else(|| "localhost".to_owned()),
            port,
            database: given(database)?,
        })
    }
}

fn no_address() -> Error {
    invalid(format!("the MySQL URL has no host and port that are understood; {FORM}"))
}

/// What stands behind the question mark.
struct Options {
    socket: Option<String>,
    limit: Duration,
    application: Option<String>,
}

impl Options {
    fn parse(written: &str) -> Result<Options> {
        let mut options = Options { socket: None, limit: CONNECT_TIMEOUT, application: None };
        for option in written.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            options.set(name, decode(value)?)?;
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: String) -> Result<()> {
        match name {
            "socket" => self.socket = Some(value),
            "application_name" => self.application = Some(value),
            "connect_timeout" => {
                let seconds = value.parse::<u32>().ok().filter(|&seconds| seconds > 0).ok_or_else(|| {
                    invalid("the MySQL option connect_timeout is a whole number of seconds from 1 on, as in connect_timeout=10")
                })?;
                self.limit = Duration::from_secs(seconds.into());
            }
            // The name is not quoted: a `?` in a password would make a part of it one.
            _ => {
                return Err(invalid(format!("an option of the MySQL URL is not known; known: {OPTIONS}")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_place_are_found() -> Result<()> {
        let parts = |place: &str| {
            Place::parse(place)
                .map(|place| (place.user, place.password, place.host, place.port, place.database))
        };
        let some = |text: &str| Some(text.to_owned());
        for (place, parsed) in [
            ("jane:a%40b%2F@db:3307/jars", (some("jane"), some("a@b/"), "db".to_owned(), 3307, some("jars"))),
            ("jane@[::1]:3307", (some("jane"), None, "::1".to_owned(), 3307, None)),
            ("[::1]/jars", (None, None, "::1".to_owned(), 3306, some("jars"))),
            ("", (None, None, "localhost".to_owned(), 3306, None)),
            ("jane:@/", (some("jane"), some(""), "localhost".to_owned(), 3306, None)),
        ] {
            assert_eq!(parts(place)?, parsed, "{place}");
        }
        Ok(())
    }

    #[test]
    fn what_is_not_understood_is_refused_without_quoting_it() {
        for (url, words) in [
            ("mysql:s3cret", "looks like mysql://"),
            ("mysql://jane:s3cret@host:port/db", "no host and port"),
            ("mysql://jane:s3cret@[host/db", "no host and port"),
            ("mysql://jane@host/db?s3cret=1", "known: socket"),
            ("mysql://jane@host/db?connect_timeout=s3cret", "whole number of seconds"),
            ("mysql://jane@host/db?sslmode=s3cret", "sslmode is"),
            ("mysql://jane@host/db?sslmode=verify-full", "sslrootcert=system"),
        ] {
            let error = Target::new(url).map(drop).unwrap_err();
            assert!(error.is_url() && error.to_string().contains(words), "{error}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
    }
}
