//! What a URL says about a server, and how to be let in.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use socket2::TcpKeepalive;

use super::numbers::{ANY, MOST_IDLE, MOST_UNANSWERED, port, retries, seconds};
use super::proof::{PROOFS, Proof};
use crate::Result;
use crate::net::Settings;
use crate::url::{Url, decode, decode_bytes, invalid};

/// A database's URL, taken apart.
pub(super) struct Config {
    hosts: Vec<String>,
    addresses: Vec<IpAddr>,
    ports: Vec<u16>,
    pub(super) user: Option<String>,
    pub(super) password: Option<Vec<u8>>,
    pub(super) database: Option<String>,
    pub(super) options: Option<String>,
    pub(super) application_name: String,
    pub(super) connect_timeout: Duration,
    pub(super) tcp_user_timeout: Option<Duration>,
    keepalives: bool,
    keepalives_idle: Duration,
    keepalives_interval: Option<Duration>,
    keepalives_retries: Option<u32>,
    pub(super) session: Session,
    pub(super) binding: Binding,
    /// Those that are given, where they are named.
    pub(super) proofs: Option<Vec<Proof>>,
    /// Whether servers are tried in an order that is never the same.
    pub(super) shuffles: bool,
}

/// A server that may be the one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) place: Place,
    /// The name that its certificate should have.
    pub(super) host: String,
}

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A name to be looked up, and a port.
    Name(String, u16),
    Address(IpAddr, u16),
    /// A socket of the system.
    Socket(PathBuf),
}

/// `target_session_attrs`: which sessions will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Session {
    Any,
    ReadWrite,
    ReadOnly,
}

/// `channel_binding`: whether passwords are bound to the server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    Disable,
    Prefer,
    Require,
}

impl Config {
    /// Those of a URL without options of the pool's and of encryption.
    pub(super) fn parse(url: &str) -> Result<Config> {
        let rest = url.split_once("://").map(|(_, rest)| rest).ok_or_else(unlike)?;
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        let (place, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (credentials, hosts) =
            place.rsplit_once('@').map_or((None, place), |(before, behind)| (Some(before), behind));
        let mut config = Config::default();
        if let Some(credentials) = credentials {
            config.set_credentials(credentials)?;
        }
        for host in hosts.split(',').filter(|_| !hosts.is_empty()) {
            config.add_host(host)?;
        }
        if !database.is_empty() {
            config.database = Some(decode(database)?);
        }
        for (name, value) in Url::options(options)? {
            config.set(&name, &value)?;
        }
        config.checked()
    }

    fn set_credentials(&mut self, credentials: &str) -> Result<()> {
        let (user, password) = match credentials.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (credentials, None),
        };
        self.user = Some(decode(user)?);
        self.password = password.map(decode_bytes).transpose()?;
        Ok(())
    }

    /// A host of the URL, with or without its port; an address of IPv6 stands in brackets.
    fn add_host(&mut self, written: &str) -> Result<()> {
        let (host, written_port) = match written.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, "")) => (address, None),
            Some((address, port)) => (address, Some(port.strip_prefix(':').ok_or_else(|| wrong("host"))?)),
            None => written.split_once(':').map_or((written, None), |(host, port)| (host, Some(port))),
        };
        self.hosts.push(decode(host)?);
        self.ports.push(written_port.map_or(Ok(PORT), |written| port(&decode(written)?))?);
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        match name {
            "user" => self.user = Some(value.to_owned()),
            "password" => self.password = Some(value.as_bytes().to_vec()),
            "dbname" => self.database = Some(value.to_owned()),
            "options" => self.options = Some(value.to_owned()),
            "application_name" => self.application_name = value.to_owned(),
            "host" => self.hosts.extend(value.split(',').map(str::to_owned)),
            "hostaddr" => self.addresses = list(value, |address| address.parse().map_err(|_| wrong(name)))?,
            "port" => self.ports = list(value, port)?,
            "connect_timeout" => self.connect_timeout = seconds(name, value, ANY)?.unwrap_or(CONNECT_TIMEOUT),
            "tcp_user_timeout" => self.tcp_user_timeout = seconds(name, value, MOST_UNANSWERED)?,
            "keepalives" => self.keepalives = choice(name, value, &[("0", false), ("1", true)])?,
            "keepalives_idle" => {
                self.keepalives_idle = seconds(name, value, MOST_IDLE)?.unwrap_or(KEEPALIVES_IDLE);
            }
            "keepalives_interval" => self.keepalives_interval = seconds(name, value, MOST_IDLE)?,
            "keepalives_retries" => self.keepalives_retries = retries(name, value)?,
            "target_session_attrs" => {
                self.session = choice(
                    "target_session_attrs",
                    value,
                    &[
                        ("any", Session::Any),
                        ("read-write", Session::ReadWrite),
                        ("read-only", Session::ReadOnly),
                    ],
                )?;
            }
            "channel_binding" => {
                self.binding = choice(
                    "channel_binding",
                    value,
                    &[
                        ("disable", Binding::Disable),
                        ("prefer", Binding::Prefer),
                        ("require", Binding::Require),
                    ],
                )?;
            }
            "require_auth" => self.proofs = Some(list(value, |proof| choice(name, proof, &PROOFS))?),
            "load_balance_hosts" => {
                self.shuffles = choice("load_balance_hosts", value, &[("disable", false), ("random", true)])?;
            }
            _ => {
                let known = OPTIONS.join(", ");
                return Err(invalid(format!(
                    "a PostgreSQL URL has no option {name:?}; known: {known}, and those of encryption and the pool"
                )));
            }
        }
        Ok(())
    }

    /// The options together: there are as many of each server's as there are servers, or one port for all.
    fn checked(self) -> Result<Config> {
        let servers = self.hosts.len().max(self.addresses.len());
        let fits = |count: usize| count == 0 || count == servers;
        if servers == 0 {
            return Err(invalid(
                "a PostgreSQL URL names a host: postgres://user:password@host:5432/database",
            ));
        }
        if !fits(self.hosts.len()) || !fits(self.addresses.len()) {
            return Err(invalid("host and hostaddr name as many servers each"));
        }
        if !fits(self.ports.len()) && self.ports.len() != 1 {
            return Err(invalid("port names one for each server, or one for all"));
        }
        Ok(self)
    }

    /// The servers, in the order of the URL.
    pub(super) fn servers(&self) -> Vec<Server> {
        let count = self.hosts.len().max(self.addresses.len());
        (0..count)
            .map(|index| {
                let port = self.ports.get(index).or(self.ports.first()).copied().unwrap_or(PORT);
                let host = self.hosts.get(index).cloned();
                let address = self.addresses.get(index).copied();
                let host =
                    host.unwrap_or_else(|| address.map(|address| address.to_string()).unwrap_or_default());
                let place = match address.or_else(|| host.parse().ok()) {
                    Some(address) => Place::Address(address, port),
                    None if host.starts_with('/') => {
                        Place::Socket(PathBuf::from(&host).join(format!(".s.PGSQL.{port}")))
                    }
                    None => Place::Name(host.clone(), port),
                };
                Server { place, host }
            })
            .collect()
    }

    /// How sockets are kept.
    pub(super) fn settings(&self) -> Settings {
        Settings { keepalive: self.keepalive(), user_timeout: self.tcp_user_timeout }
    }

    /// How a silent server is found out to be gone.
    fn keepalive(&self) -> Option<TcpKeepalive> {
        let mut keepalive = TcpKeepalive::new().with_time(self.keepalives_idle);
        #[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd", windows))]
        if let Some(interval) = self.keepalives_interval {
            keepalive = keepalive.with_interval(interval);
        }
        #[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd"))]
        if let Some(retries) = self.keepalives_retries {
            keepalive = keepalive.with_retries(retries);
        }
        self.keepalives.then_some(keepalive)
    }
}

const PORT: u16 = 5432;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const KEEPALIVES_IDLE: Duration = Duration::from_secs(2 * 60 * 60);

const OPTIONS: [&str; 18] = [
    "user",
    "password",
    "dbname",
    "options",
    "application_name",
    "host",
    "hostaddr",
    "port",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "require_auth",
    "load_balance_hosts",
];

impl Default for Config {
    fn default() -> Config {
        Config {
            hosts: Vec::new(),
            addresses: Vec::new(),
            ports: Vec::new(),
            user: None,
            password: None,
            database: None,
            options: None,
            application_name: "onggi".to_owned(),
            connect_timeout: CONNECT_TIMEOUT,
            tcp_user_timeout: None,
            keepalives: true,
            keepalives_idle: KEEPALIVES_IDLE,
            keepalives_interval: None,
            keepalives_retries: None,
            session: Session::Any,
            binding: Binding::Prefer,
            proofs: None,
            shuffles: false,
        }
    }
}

fn unlike() -> crate::Error {
    invalid("a PostgreSQL URL looks like postgres://user:password@host:5432/database?option=value")
}

/// Names the option alone: its value may be a secret that stands in the wrong place.
fn wrong(name: &str) -> crate::Error {
    invalid(format!("the value of {name} in the PostgreSQL URL is not one that the option takes"))
}

fn list<T>(value: &str, read: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
    value.split(',').map(read).collect()
}

fn choice<T: Copy>(name: &str, value: &str, choices: &[(&str, T)]) -> Result<T> {
    let chosen = choices.iter().find(|(word, _)| *word == value);
    chosen.map(|(_, chosen)| *chosen).ok_or_else(|| {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        invalid(format!("the option {name} is one of {}", words.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(url: &str) -> Vec<Server> {
        Config::parse(url).expect(url).servers()
    }

    fn named(host: &str, port: u16) -> Server {
        Server { place: Place::Name(host.to_owned(), port), host: host.to_owned() }
    }

    #[test]
    fn parts_are_decoded() {
        let url = "postgres://ja%40ne:s3%3Acret%ff@db.test:77/j%20ars?options=-csearch_path%3Dshop&connect_timeout=3";
        let config = Config::parse(url).expect("a URL");
        assert_eq!(config.user.as_deref(), Some("ja@ne"));
        assert_eq!(config.password.as_deref(), Some(&b"s3:cret\xff"[..]));
        assert_eq!(config.database.as_deref(), Some("j ars"));
        assert_eq!(config.options.as_deref(), Some("-csearch_path=shop"));
        assert_eq!((config.connect_timeout, &*config.application_name), (Duration::from_secs(3), "onggi"));
        assert_eq!(config.servers(), [named("db.test", 77)]);
    }

    #[test]
    fn servers_are_named_in_many_ways() {
        let address = |text: &str, port| Place::Address(text.parse().expect("an address"), port);
        assert_eq!(servers("postgres://a,b:7"), [named("a", 5432), named("b", 7)]);
        assert_eq!(servers("postgres:///d?host=a,b&port=7"), [named("a", 7), named("b", 7)]);
        assert_eq!(servers("postgres://a,b?port=7,8"), [named("a", 7), named("b", 8)]);
        assert_eq!(servers("postgres://[::1]:7/d")[0].place, address("::1", 7));
        assert_eq!(servers("postgres://[::1]")[0].place, address("::1", 5432));
        let by_address = &servers("postgres://a?hostaddr=127.0.0.1")[0];
        assert_eq!((&by_address.place, &*by_address.host), (&address("127.0.0.1", 5432), "a"));
        assert_eq!(servers("postgres:///d?hostaddr=127.0.0.1")[0].host, "127.0.0.1");
        for socket in ["postgres://%2Frun%2Fpg/d", "postgres:///d?host=/run/pg"] {
            assert_eq!(servers(socket)[0].place, Place::Socket("/run/pg/.s.PGSQL.5432".into()));
        }
    }

    #[test]
    fn a_time_without_end_is_a_long_one() {
        let config = Config::parse("postgres://h?connect_timeout=9223372036854775807").expect("a URL");
        assert!(std::time::Instant::now().checked_add(config.connect_timeout).is_some());
    }

    #[test]
    fn what_has_no_meaning_is_refused_without_its_value() {
        for (url, words) in [
            ("postgres:///d", "names a host"),
            ("postgres://a,b?hostaddr=127.0.0.1", "as many servers"),
            ("postgres://a,b,c?port=7,8", "one for each server"),
            ("postgres://a:s3cret/d", "the port is a whole number"),
            ("postgres://[::1]s3cret/d", "the value of host"),
            ("postgres://a?hostaddr=s3cret", "the value of hostaddr"),
            ("postgres://a?connect_timeout=s3cret", "connect_timeout is a whole number of seconds"),
            ("postgres://a?channel_binding=s3cret", "disable, prefer, require"),
            ("postgres://a?s3=s3cret", "no option \"s3\"; known: user"),
            ("postgres://a%zz", "two hexadecimal digits"),
        ] {
            let error = Config::parse(url).map(drop).expect_err(url);
            assert!(error.is_url() && error.to_string().contains(words), "{url}: {error}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }
}
