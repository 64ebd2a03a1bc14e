//! The line to a server, in plain or encrypted.

use std::io::{self, ErrorKind, Read, Write as _};
#[cfg(feature = "mysql")]
use std::net::IpAddr;

use super::encryption::Encrypted;
#[cfg(feature = "mysql")]
use super::encryption::Encryption;
use super::input::Input;
use super::socket::Socket;

/// What is sent at once, whether the server reads it or not: so much always has room on an empty line.
const AT_ONCE: usize = 8 << 10;

/// A line to a server.
pub(crate) struct Line {
    pub(crate) socket: Socket,
    encrypted: Option<Encrypted>,
}

impl Line {
    pub(crate) fn new(socket: Socket, encrypted: Option<Encrypted>) -> Line {
        Line { socket, encrypted }
    }

    /// Encrypts what is said from now on, to a host at an address.
    #[cfg(feature = "mysql")]
    pub(crate) fn encrypt(&mut self, with: &Encryption, host: &str, address: IpAddr) -> io::Result<()> {
        self.encrypted = Some(with.begin(host, address, &mut self.socket)?);
        Ok(())
    }

    #[cfg(feature = "mysql")]
    pub(crate) fn is_encrypted(&self) -> bool {
        self.encrypted.is_some()
    }

    /// The server's certificate, if the line is encrypted.
    #[cfg(all(feature = "postgres", feature = "tls"))]
    pub(crate) fn certificate(&self) -> Option<&[u8]> {
        self.encrypted.as_ref().and_then(Encrypted::certificate)
    }

    /// Whether nobody else hears what is said: it is encrypted, or does not leave the system.
    #[cfg(feature = "postgres")]
    pub(crate) fn is_private(&self) -> bool {
        self.encrypted.is_some() || self.socket.is_local()
    }

    /// Sends bytes. What comes meanwhile is kept where they are many: otherwise either end could wait for the other to read.
    pub(crate) fn send(&mut self, bytes: &[u8], input: &mut Input) -> io::Result<()> {
        if bytes.len() <= AT_ONCE {
            return self.write_all(bytes);
        }
        self.socket.set_nonblocking(true)?;
        let sent = self.send_and_hear(bytes, input);
        self.socket.set_nonblocking(false)?;
        sent
    }

    fn send_and_hear(&mut self, mut bytes: &[u8], input: &mut Input) -> io::Result<()> {
        while !bytes.is_empty() || self.encrypted.as_ref().is_some_and(Encrypted::has_more) {
            match self.write(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if self.socket.wait()? {
                        self.hear(input)?;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes what is there, without waiting where the socket does not, and says how many bytes that were.
    fn hear(&mut self, input: &mut Input) -> io::Result<usize> {
        match input.read(self) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
            heard => heard,
        }
    }

    /// Takes what is there without waiting, and says how many bytes that were. The end of the line is an error.
    pub(crate) fn look(&mut self, input: &mut Input) -> io::Result<usize> {
        self.socket.set_nonblocking(true)?;
        let heard = self.hear(input);
        self.socket.set_nonblocking(false)?;
        heard
    }

    fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            bytes = &bytes[self.write(bytes)?..];
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encrypted {
            None => self.socket.write(bytes),
            Some(encrypted) => encrypted.write(bytes, &mut self.socket),
        }
    }
}

impl Read for Line {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match &mut self.encrypted {
            None => self.socket.read(into),
            Some(encrypted) => encrypted.read(into, &mut self.socket),
        }
    }
}
