//! From a server's place to a line that it is asked on.

use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::path::PathBuf;
#[cfg(unix)]
use std::thread;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use socket2::SockRef;

use super::config::{Config, Place, Server};
use super::failure::{Answer, Failure};
use super::line::Line;
use super::socket::Socket;
use super::tls::Encryption;
use crate::patience::{Abandoned, within};
use crate::tls::Mode;

/// Where a server was found, and how it is spoken to.
#[derive(Clone)]
pub(super) struct Reached {
    pub(super) at: At,
    /// The name that its certificate should have.
    pub(super) host: String,
    pub(super) mode: Mode,
}

/// What a socket is connected to.
#[derive(Clone)]
pub(super) enum At {
    Address(SocketAddr),
    Socket(PathBuf),
}

/// Where servers are to be looked for, one after another.
pub(super) fn places<'c>(
    config: &'c Config,
    mode: Mode,
    abandoned: &'c Abandoned,
) -> impl Iterator<Item = io::Result<Reached>> + 'c {
    let mut servers = config.servers();
    if config.shuffles {
        shuffle(&mut servers);
    }
    servers.into_iter().flat_map(move |Server { place, host }| {
        let ats = match place {
            Place::Address(address, port) => Ok(vec![At::Address((address, port).into())]),
            // Such lines do not leave the system.
            Place::Socket(path) => Ok(vec![At::Socket(path)]),
            Place::Name(name, port) => {
                look_up(name, port, config.connect_timeout, abandoned).map(|mut all| {
                    if config.shuffles {
                        shuffle(&mut all);
                    }
                    all.into_iter().map(At::Address).collect()
                })
            }
        };
        match ats {
            Err(error) => vec![Err(error)],
            Ok(ats) => ats.into_iter().map(|at| Ok(Reached { at, host: host.clone(), mode })).collect(),
        }
    })
}

/// The addresses of a name. The system says them when it likes.
fn look_up(name: String, port: u16, limit: Duration, abandoned: &Abandoned) -> io::Result<Vec<SocketAddr>> {
    let asked = within(limit, abandoned, move || (&*name, port).to_socket_addrs().map(Vec::from_iter));
    match asked {
        Ok(Ok(found)) if found.is_empty() => Err(io::Error::other("the host has no address")),
        Ok(found) => found,
        Err(_) => Err(ErrorKind::TimedOut.into()),
    }
}

fn shuffle<T>(items: &mut [T]) {
    let random = RandomState::new();
    for last in (1..items.len()).rev() {
        let below = u64::try_from(last + 1).unwrap_or(u64::MAX);
        items.swap(last, usize::try_from(random.hash_one(last) % below).unwrap_or(0));
    }
}

impl Reached {
    /// Calls the server; what is done on the line fails at the deadline.
    pub(super) fn call(
        &self,
        settings: &Settings,
        encryption: &Encryption,
        deadline: Instant,
    ) -> Answer<Line> {
        let mut socket = self.at.connect(settings, deadline)?;
        socket.set_deadline(Some(deadline))?;
        let encrypted = match &self.at {
            At::Address(address) if self.wants_encryption() && asks_for_encryption(&mut socket)? => {
                Some(encryption.begin(&self.host, address.ip(), &mut socket)?)
            }
            _ if matches!(self.mode, Mode::Disable | Mode::Prefer) => None,
            At::Socket(_) => None,
            At::Address(_) => {
                return Err(Failure::strange(
                    "the server does not encrypt, which sslmode asks for: turn `ssl` on in its settings",
                ));
            }
        };
        Ok(Line::new(socket, encrypted))
    }

    fn wants_encryption(&self) -> bool {
        Encryption::IS_BUILT_IN && self.mode != Mode::Disable
    }
}

/// Whether the server agrees. What it says next, if it does, is part of the handshake.
fn asks_for_encryption(socket: &mut Socket) -> Answer<bool> {
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    socket.write_all(&request)?;
    let mut answer = [0];
    socket.read_exact(&mut answer)?;
    match &answer {
        b"S" => Ok(true),
        b"N" => Ok(false),
        _ => Err(Failure::strange(
            "what is said about encryption is not what a PostgreSQL server says: another service may listen there",
        )),
    }
}

/// Between one call and the next where a socket of the system takes none.
#[cfg(unix)]
const PAUSE: Duration = Duration::from_millis(10);

/// How sockets are kept.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) keepalive: Option<socket2::TcpKeepalive>,
    pub(super) user_timeout: Option<Duration>,
}

impl At {
    fn connect(&self, settings: &Settings, deadline: Instant) -> io::Result<Socket> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        match self {
            At::Address(address) => {
                let stream = TcpStream::connect_timeout(address, left)?;
                stream.set_nodelay(true)?;
                settings.apply(&stream)?;
                Ok(stream.into())
            }
            #[cfg(unix)]
            At::Socket(path) => {
                let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None)?;
                let address = socket2::SockAddr::unix(path)?;
                socket.set_nonblocking(true)?;
                while let Err(error) = socket.connect(&address) {
                    // Many call at once, and the server has not taken up the first of them.
                    let is_full = error.kind() == ErrorKind::WouldBlock;
                    match is_full && Instant::now() < deadline {
                        true => thread::sleep(PAUSE),
                        false if is_full => return Err(ErrorKind::TimedOut.into()),
                        false => return Err(error),
                    }
                }
                socket.set_nonblocking(false)?;
                Ok(std::os::unix::net::UnixStream::from(socket).into())
            }
            #[cfg(not(unix))]
            At::Socket(_) => Err(ErrorKind::Unsupported.into()),
        }
    }
}

impl Settings {
    pub(super) fn of(config: &Config) -> Settings {
        Settings { keepalive: config.keepalive(), user_timeout: config.tcp_user_timeout }
    }

    fn apply(&self, stream: &TcpStream) -> io::Result<()> {
        let socket = SockRef::from(stream);
        #[cfg(target_os = "linux")]
        if self.user_timeout.is_some() {
            socket.set_tcp_user_timeout(self.user_timeout)?;
        }
        match &self.keepalive {
            Some(keepalive) => socket.set_tcp_keepalive(keepalive),
            None => Ok(()),
        }
    }
}
