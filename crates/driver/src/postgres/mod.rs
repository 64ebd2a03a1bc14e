//! PostgreSQL, over a socket that the thread which asks waits at: nothing runs while nobody waits.

mod arrays;
mod batch;
#[cfg(feature = "tls")]
mod binding;
mod cancel;
mod config;
mod connection;
mod copy;
mod decode;
mod encode;
mod error;
mod failure;
mod fit;
mod limited;
mod listener;
mod message;
mod numbers;
mod numeric;
mod open;
mod parameters;
mod proof;
mod reach;
mod rows;
mod run;
mod scram;
mod startup;
mod state;
mod statement;
mod types;
mod unasked;
mod wire;

pub(crate) use cancel::Cancel;
pub(crate) use connection::Connection;
pub(crate) use listener::Listener;
pub(crate) use open::Target;
pub use rows::Row;
pub(crate) use rows::Rows;
pub(crate) use statement::Prepared;
