//! From a server's place to a line that it is asked on.

use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read as _, Write as _};
use std::time::Instant;

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use super::config::{Config, Place, Server};
use super::failure::{Answer, Failure};
use crate::net::patience::Abandoned;
use crate::net::tls::Mode;
use crate::net::{At, Encryption, Line, Settings, Socket, look_up};

/// Where a server was found, and how it is spoken to.
#[derive(Clone)]
pub(super) struct Reached {
    pub(super) at: At,
    /// The name that its certificate should have.
    pub(super) host: String,
    pub(super) mode: Mode,
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
