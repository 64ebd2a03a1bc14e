//! The stand-in for encryption in a build without TLS: nothing is encrypted.

use std::io::{self, ErrorKind};
use std::net::IpAddr;

use super::socket::Socket;
use super::tls::Tls;
use crate::Result;

/// Encrypts nothing.
#[derive(Clone)]
pub(crate) struct Encryption;

/// No line has one.
pub(crate) enum Encrypted {}

impl Encryption {
    /// Whether there is any.
    pub(crate) const IS_BUILT_IN: bool = false;

    /// The options have been refused where they want encryption.
    #[allow(clippy::unnecessary_wraps, reason = "a build with TLS reads files here")]
    pub(crate) fn new(_: &Tls) -> Result<Encryption> {
        Ok(Encryption)
    }

    pub(crate) fn begin(&self, _: &str, _: IpAddr, _: &mut Socket) -> io::Result<Encrypted> {
        Err(ErrorKind::Unsupported.into())
    }
}

impl Encrypted {
    pub(crate) fn has_more(&self) -> bool {
        match *self {}
    }

    pub(crate) fn write(&mut self, _: &[u8], _: &mut Socket) -> io::Result<usize> {
        match *self {}
    }

    pub(crate) fn read(&mut self, _: &mut [u8], _: &mut Socket) -> io::Result<usize> {
        match *self {}
    }
}
