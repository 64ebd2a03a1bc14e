//! The socket to a server, which is waited for as long as it takes, or until a moment.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};

/// A connected socket.
pub(crate) struct Socket {
    stream: Stream,
    deadline: Option<Instant>,
}

enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

/// Does the same with whichever stream it is.
macro_rules! either {
    ($socket:expr, $stream:ident => $work:expr) => {
        match &$socket.stream {
            Stream::Tcp($stream) => $work,
            #[cfg(unix)]
            Stream::Unix($stream) => $work,
        }
    };
}

impl Socket {
    /// Whether it is one of the system's own, which no network sees.
    #[cfg(feature = "mysql")]
    pub(crate) fn is_unix(&self) -> bool {
        !matches!(self.stream, Stream::Tcp(_))
    }

    /// Whether its other end is on this system.
    pub(crate) fn is_local(&self) -> bool {
        match &self.stream {
            Stream::Tcp(stream) => {
                stream.peer_addr().is_ok_and(|address| address.ip().to_canonical().is_loopback())
            }
            #[cfg(unix)]
            Stream::Unix(_) => true,
        }
    }

    /// What is waited for until the deadline fails then.
    pub(crate) fn set_deadline(&mut self, deadline: Option<Instant>) -> io::Result<()> {
        if self.deadline.is_some() && deadline.is_none() {
            self.limit(None)?;
        }
        self.deadline = deadline;
        Ok(())
    }

    fn limit(&self, limit: Option<Duration>) -> io::Result<()> {
        either!(self, stream => stream.set_read_timeout(limit).and_then(|()| stream.set_write_timeout(limit)))
    }

    /// Whether reading and writing fail where they would have to wait.
    pub(crate) fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        either!(self, stream => stream.set_nonblocking(nonblocking))
    }

    /// Waits until something can be read or written, and says whether it is read.
    pub(crate) fn wait(&self) -> io::Result<bool> {
        let both = PollFlags::IN | PollFlags::OUT;
        let mut polled = [either!(self, stream => PollFd::new(stream, both))];
        loop {
            match poll(&mut polled, None) {
                Ok(_) => break,
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(polled[0].revents() != PollFlags::OUT)
    }

    /// Does something that waits, until the deadline.
    fn patiently<T>(&mut self, mut work: impl FnMut(&Socket) -> io::Result<T>) -> io::Result<T> {
        loop {
            if let Some(deadline) = self.deadline {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(ErrorKind::TimedOut.into());
                }
                self.limit(Some(left))?;
            }
            match work(self) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock && self.deadline.is_some() => {
                    return Err(ErrorKind::TimedOut.into());
                }
                done => return done,
            }
        }
    }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.patiently(|socket| either!(socket, stream => { let mut stream = stream; stream.read(into) }))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.patiently(|socket| either!(socket, stream => { let mut stream = stream; stream.write(bytes) }))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Socket {
        Socket { stream: Stream::Tcp(stream), deadline: None }
    }
}

#[cfg(unix)]
impl From<UnixStream> for Socket {
    fn from(stream: UnixStream) -> Socket {
        Socket { stream: Stream::Unix(stream), deadline: None }
    }
}
