//! The encrypted line.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::IpAddr;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::socket::Socket;
use super::tls::{Mode, Tls};

/// What connections are encrypted with.
#[derive(Clone)]
pub(crate) struct Encryption {
    client: Arc<ClientConfig>,
    /// Whether the certificate must be for the host.
    names: bool,
}

// Nothing changes it once it is made, so that a panic leaves it as it was. The parts of it that are traits do not promise so.
impl UnwindSafe for Encryption {}
impl RefUnwindSafe for Encryption {}

impl Encryption {
    /// Whether there is any.
    pub(crate) const IS_BUILT_IN: bool = true;

    /// # Errors
    ///
    /// Files of certificates and keys that cannot be read.
    pub(crate) fn new(tls: &Tls) -> crate::Result<Encryption> {
        Ok(Encryption { client: Arc::new(tls.client()?), names: tls.mode == Mode::VerifyFull })
    }

    /// Shakes hands with a host at an address.
    pub(crate) fn begin(&self, host: &str, address: IpAddr, socket: &mut Socket) -> io::Result<Encrypted> {
        let name = match ServerName::try_from(host.to_owned()) {
            Ok(name) => name,
            // Nobody compares it.
            Err(_) if !self.names => ServerName::IpAddress(address.into()),
            Err(_) => {
                return Err(io::Error::other(
                    "sslmode=verify-full compares the server's certificate with the host of the URL, and no certificate can have \
                     what stands there (the option host): write the name that the server's has",
                ));
            }
        };
        let client = ClientConnection::new(Arc::clone(&self.client), name).map_err(invalid)?;
        let mut client = Box::new(client);
        while client.is_handshaking() {
            client.complete_io(socket)?;
        }
        Ok(Encrypted(client))
    }
}

fn invalid(error: rustls::Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

/// What encrypts and decrypts on a line.
pub(crate) struct Encrypted(Box<ClientConnection>);

impl Encrypted {
    /// The server's certificate.
    #[cfg(feature = "postgres")]
    pub(crate) fn certificate(&self) -> Option<&[u8]> {
        self.0.peer_certificates()?.first().map(AsRef::as_ref)
    }

    /// Whether something that was written is not sent yet.
    pub(crate) fn has_more(&self) -> bool {
        self.0.wants_write()
    }

    /// Takes some bytes, and sends as much as the socket takes. What was taken before is sent first.
    pub(crate) fn write(&mut self, bytes: &[u8], socket: &mut Socket) -> io::Result<usize> {
        self.send(socket)?;
        let taken = self.0.writer().write(bytes)?;
        match self.send(socket) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(taken),
            sent => sent.map(|()| taken),
        }
    }

    fn send(&mut self, socket: &mut Socket) -> io::Result<()> {
        while self.0.wants_write() {
            if self.0.write_tls(socket)? == 0 {
                return Err(ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }

    /// Reads what the socket gives, once there is something to be read.
    pub(crate) fn read(&mut self, into: &mut [u8], socket: &mut Socket) -> io::Result<usize> {
        loop {
            match self.0.reader().read(into) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                read => return read,
            }
            // At the end, the reader says how it came.
            self.0.read_tls(socket)?;
            self.0.process_new_packets().map_err(invalid)?;
        }
    }
}
