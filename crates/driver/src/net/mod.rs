//! The way to a server: sockets, encryption, and what has come on them. What is said, the module of each server knows.

#[cfg_attr(not(feature = "tls"), path = "plain.rs")]
mod encryption;
#[cfg(feature = "tls")]
pub(crate) mod handshake;
mod input;
mod line;
pub(crate) mod patience;
mod place;
mod socket;
pub(crate) mod tls;

pub(crate) use encryption::Encryption;
pub(crate) use input::{Input, KEPT};
pub(crate) use line::Line;
pub(crate) use place::{At, Settings, look_up};
#[cfg(feature = "postgres")]
pub(crate) use socket::Socket;
