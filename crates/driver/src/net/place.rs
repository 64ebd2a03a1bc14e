//! From a server's place to a socket.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::path::PathBuf;
#[cfg(unix)]
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::patience::{Abandoned, within};
use super::socket::Socket;

/// What a socket is connected to.
#[derive(Clone)]
pub(crate) enum At {
    Address(SocketAddr),
    Socket(PathBuf),
}

/// The addresses of a name. The system says them when it likes.
pub(crate) fn look_up(
    name: String,
    port: u16,
    limit: Duration,
    abandoned: &Abandoned,
) -> io::Result<Vec<SocketAddr>> {
    let asked = within(limit, abandoned, move || (&*name, port).to_socket_addrs().map(Vec::from_iter));
    match asked {
        Ok(Ok(found)) if found.is_empty() => Err(io::Error::other("the host has no address")),
        Ok(found) => found,
        Err(_) => Err(ErrorKind::TimedOut.into()),
    }
}

/// Between one call and the next where a socket of the system takes none.
#[cfg(unix)]
const PAUSE: Duration = Duration::from_millis(10);

/// How sockets are kept.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) keepalive: Option<socket2::TcpKeepalive>,
    pub(crate) user_timeout: Option<Duration>,
}

impl At {
    /// Calls who is there. What is not answered at the deadline fails.
    pub(crate) fn connect(&self, settings: &Settings, deadline: Instant) -> io::Result<Socket> {
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
