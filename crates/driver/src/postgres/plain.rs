//! The stand-in for encryption in a build without TLS: nothing is encrypted.

use tokio_postgres::Socket;
use tokio_postgres::tls::{MakeTlsConnect, NoTls, NoTlsError, NoTlsStream};

use crate::Result;
use crate::tls::Tls;

/// Encrypts nothing.
#[derive(Clone)]
pub(super) struct Encryption;

/// No stream is one.
pub(super) type Encrypted = NoTlsStream;

impl Encryption {
    /// The options have been refused where they want encryption.
    #[allow(clippy::unnecessary_wraps, reason = "a build with TLS reads files here")]
    pub(super) fn new(_: &Tls) -> Result<Encryption> {
        Ok(Encryption)
    }
}

impl MakeTlsConnect<Socket> for Encryption {
    type Stream = Encrypted;
    type TlsConnect = NoTls;
    type Error = NoTlsError;

    fn make_tls_connect(&mut self, _: &str) -> std::result::Result<NoTls, NoTlsError> {
        Ok(NoTls)
    }
}
