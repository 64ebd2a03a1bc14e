use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use onggi_sql::Dialect;
use onggi_sql::dialect::{MARIADB, MYSQL, MYSQL_VERSION};
use socket2::TcpKeepalive;

use super::connection::Connection;
use super::error::classify;
use super::failure::{Answer, Failure};
use super::startup;
use super::wire::Wire;
use crate::Result;
use crate::error::{Error, Kind};
use crate::net::patience::Abandoned;
use crate::net::tls::{Mode, Tls};
use crate::net::{At, Encryption, Line, Settings, look_up};
use crate::url::{decode, invalid};

/// A database of a server, and how to reach it.
pub(crate) struct Target(Arc<Caller>);

/// Calls the server.
pub(super) struct Caller {
    pub(super) user: String,
    pub(super) password: String,
    pub(super) host: String,
    port: u16,
    socket: Option<PathBuf>,
    pub(super) database: Option<String>,
    pub(super) application: String,
    mode: Mode,
    pub(super) encryption: Encryption,
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
        Ok(Target(Arc::new(Caller {
            user: user.unwrap_or_default(),
            password: password.unwrap_or_default(),
            host,
            port,
            socket: socket.map(PathBuf::from),
            database,
            application: application.unwrap_or_else(|| "onggi".to_owned()),
            mode: tls.mode,
            encryption: Encryption::new(&tls)?,
            limit,
            abandoned: Abandoned::default(),
        })))
    }

    pub(crate) fn connect(&self) -> Result<Connection> {
        let (wire, server) = self.0.call(greet)?;
        Ok(Connection::new(wire, server, Arc::clone(&self.0)))
    }
}

/// Somebody at the other end who is gone without a word is noticed.
const KEEPALIVE: Duration = Duration::from_secs(60);

impl Caller {
    /// A new connection, and what is done with it first. All of that is done in time.
    pub(super) fn call<T>(&self, work: impl FnOnce(&mut Wire) -> Answer<T>) -> Result<(Wire, T)> {
        let deadline = Instant::now() + self.limit;
        let called = self.reach(deadline).and_then(|mut wire| {
            let done = work(&mut wire)?;
            wire.set_deadline(None)?;
            Ok((wire, done))
        });
        called.map_err(|failure| self.unreached(failure))
    }

    /// Calls one address after another until the server answers.
    fn reach(&self, deadline: Instant) -> Answer<Wire> {
        let mut last = Failure::strange("the host has no address");
        for at in self.places()? {
            match self.begin_as_wanted(&at, deadline) {
                Ok(wire) => return Ok(wire),
                Err(failure) => last = failure,
            }
        }
        Err(last)
    }

    fn places(&self) -> io::Result<Vec<At>> {
        if let Some(socket) = &self.socket {
            // Such lines do not leave the system.
            return Ok(vec![At::Socket(socket.clone())]);
        }
        if let Ok(address) = self.host.parse::<IpAddr>() {
            return Ok(vec![At::Address((address, self.port).into())]);
        }
        let found = look_up(self.host.clone(), self.port, self.limit, &self.abandoned)?;
        Ok(found.into_iter().map(At::Address).collect())
    }

    /// Calls who is there. Where encryption is preferred and fails, it is done without.
    fn begin_as_wanted(&self, at: &At, deadline: Instant) -> Answer<Wire> {
        match self.begin(at, self.mode, deadline) {
            Err(Failure::Line(error)) if self.mode == Mode::Prefer && explain(&error).is_some() => {
                self.begin(at, Mode::Disable, deadline)
            }
            begun => begun,
        }
    }

    fn begin(&self, at: &At, mode: Mode, deadline: Instant) -> Answer<Wire> {
        let keepalive = Some(TcpKeepalive::new().with_time(KEEPALIVE));
        let mut socket = at.connect(&Settings { keepalive, user_timeout: None }, deadline)?;
        socket.set_deadline(Some(deadline))?;
        let mut wire = Wire::new(Line::new(socket, None));
        let address = match at {
            At::Address(address) => Some(address.ip()),
            At::Socket(_) => None,
        };
        startup::begin(self, mode, address, &mut wire)?;
        Ok(wire)
    }

    #[cold]
    fn unreached(&self, failure: Failure) -> Error {
        let database = self.database.as_deref().unwrap_or("");
        let place = format!("the MySQL database {database:?} cannot be opened: ");
        let error = match failure {
            Failure::Refused(_) => {
                let classified = classify(failure);
                // What the server says of itself before it takes anybody.
                if classified.is_lost() { Error::new(Kind::Open, classified.to_string()) } else { classified }
            }
            Failure::Line(error) if error.kind() == ErrorKind::TimedOut => {
                let said =
                    format!("the MySQL server did not answer within {:?} (connect_timeout)", self.limit);
                return Error::new(Kind::Open, said).with_source(error);
            }
            Failure::Line(error) => {
                let said = explain(&error).unwrap_or_else(|| error.to_string());
                Error::new(Kind::Open, said).with_source(error)
            }
            Failure::Strange(said) => Error::new(Kind::Open, said),
        };
        error.prefixed(&place)
    }
}

/// What a failed handshake means; none where an error does not come from one.
#[cfg(feature = "tls")]
fn explain(error: &io::Error) -> Option<String> {
    crate::net::handshake::explain(error)
}

#[cfg(not(feature = "tls"))]
fn explain(_: &io::Error) -> Option<String> {
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
}

/// Finds out which server it is, and tells it how things are done here.
fn greet(wire: &mut Wire) -> Answer<Server> {
    let mut rows = wire.texts(MYSQL_VERSION)?;
    let said = rows.pop().map(<[_; 3]>::try_from);
    let Some(Ok([Some(version), step, packet])) = said else {
        return Err(Failure::strange("the server does not say of which version it is"));
    };
    let number = |said: Option<String>| said.and_then(|said| said.parse::<usize>().ok());
    let dialect = if version.contains("MariaDB") { &MARIADB } else { &MYSQL };
    dialect.setup.iter().try_for_each(|text| wire.run(text))?;
    let step = number(step).unwrap_or(1).max(1);
    Ok(Server { dialect, version, step, packet: number(packet).unwrap_or(usize::MAX) })
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
