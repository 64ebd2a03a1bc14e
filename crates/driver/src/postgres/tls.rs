//! The encrypted line.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::IpAddr;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::failure::{Answer, Failure};
use super::socket::Socket;
use crate::tls::{Mode, Tls};

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
    pub(super) const IS_BUILT_IN: bool = true;

    /// # Errors
    ///
    /// Files of certificates and keys that cannot be read.
    pub(super) fn new(tls: &Tls) -> crate::Result<Encryption> {
        Ok(Encryption { client: Arc::new(tls.client()?), names: tls.mode == Mode::VerifyFull })
    }

    /// Shakes hands with a host at an address.
    pub(super) fn begin(&self, host: &str, address: IpAddr, socket: &mut Socket) -> Answer<Encrypted> {
        let name = match ServerName::try_from(host.to_owned()) {
            Ok(name) => name,
            // Nobody compares it.
            Err(_) if !self.names => ServerName::IpAddress(address.into()),
            Err(_) => {
                return Err(Failure::strange(
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
pub(super) struct Encrypted(Box<ClientConnection>);

impl Encrypted {
    /// Passwords are bound to the server's certificate, so that nobody in between can pass them on.
    pub(super) fn binding(&self) -> Option<Vec<u8>> {
        let certificate = self.0.peer_certificates().and_then(<[_]>::first)?;
        digest(certificate)
    }

    /// Whether something that was written is not sent yet.
    pub(super) fn has_more(&self) -> bool {
        self.0.wants_write()
    }

    /// Takes some bytes, and sends as much as the socket takes. What was taken before is sent first.
    pub(super) fn write(&mut self, bytes: &[u8], socket: &mut Socket) -> io::Result<usize> {
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
    pub(super) fn read(&mut self, into: &mut [u8], socket: &mut Socket) -> io::Result<usize> {
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

/// The digest of a certificate by the function that its signature is made with, as RFC 5929 has it; SHA-256 stands for older
/// ones. There is none for signatures without a function.
fn digest(certificate: &[u8]) -> Option<Vec<u8>> {
    const RSA: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
    const ECDSA: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
    const ECDSA_SHA1: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
    let (_, rest) = element(element(certificate)?.0)?;
    let (algorithm, _) = element(element(rest)?.0)?;
    let (function, family) = algorithm.split_last()?;
    match (family, function) {
        (family, 4 | 5 | 11) if family == RSA => Some(Sha256::digest(certificate).to_vec()),
        (family, 12) if family == RSA => Some(Sha384::digest(certificate).to_vec()),
        (family, 13) if family == RSA => Some(Sha512::digest(certificate).to_vec()),
        (family, 2) if family == ECDSA => Some(Sha256::digest(certificate).to_vec()),
        (family, 3) if family == ECDSA => Some(Sha384::digest(certificate).to_vec()),
        (family, 4) if family == ECDSA => Some(Sha512::digest(certificate).to_vec()),
        _ if algorithm == ECDSA_SHA1 => Some(Sha256::digest(certificate).to_vec()),
        _ => None,
    }
}

/// The content of the element of DER at the start of some bytes, and what is behind it.
fn element(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.get(1..)?.split_first()?;
    let (length, rest) = match length {
        0..0x80 => (usize::from(length), rest),
        _ => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            let number = digits.iter().try_fold(0_usize, |number, &digit| {
                number.checked_mul(256)?.checked_add(usize::from(digit))
            })?;
            (number, rest)
        }
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};

    use super::*;

    #[test]
    fn a_certificate_is_digested_by_the_function_of_its_signature() {
        for (algorithm, expected) in
            [(&PKCS_ECDSA_P256_SHA256, Some(32)), (&PKCS_ECDSA_P384_SHA384, Some(48)), (&PKCS_ED25519, None)]
        {
            let key = KeyPair::generate_for(algorithm).expect("a key");
            let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
            let certificate = params.self_signed(&key).expect("a certificate");
            assert_eq!(digest(certificate.der()).map(|digest| digest.len()), expected);
            for length in 0..certificate.der().len() {
                digest(&certificate.der()[..length]);
            }
        }
    }
}
