//! The stand-in for encryption in a build without TLS: nothing is encrypted.

use std::io::{self, ErrorKind};
use std::net::IpAddr;

use super::failure::Answer;
use super::socket::Socket;
use crate::Result;
use crate::tls::Tls;

/// Encrypts nothing.
#[derive(Clone)]
pub(super) struct Encryption;

/// No line has one.
pub(super) enum Encrypted {}

impl Encryption {
    /// Whether there is any.
    pub(super) const IS_BUILT_IN: bool = false;

    /// The options have been refused where they want encryption.
    #[allow(clippy::unnecessary_wraps, reason = "a build with TLS reads files here")]
    pub(super) fn new(_: &Tls) -> Result<Encryption> {
        Ok(Encryption)
    }

    pub(super) fn begin(&self, _: &str, _: IpAddr, _: &mut Socket) -> Answer<Encrypted> {
        Err(io::Error::from(ErrorKind::Unsupported).into())
    }
}

impl Encrypted {
    pub(super) fn binding(&self) -> Option<Vec<u8>> {
        match *self {}
    }

    pub(super) fn has_more(&self) -> bool {
        match *self {}
    }

    pub(super) fn write(&mut self, _: &[u8], _: &mut Socket) -> io::Result<usize> {
        match *self {}
    }

    pub(super) fn read(&mut self, _: &mut [u8], _: &mut Socket) -> io::Result<usize> {
        match *self {}
    }
}
