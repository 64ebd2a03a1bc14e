//! PostgreSQL, through `tokio-postgres`, with a runtime inside of each connection: callers wait for answers, and nothing
//! runs while nobody waits.

mod arrays;
mod cancel;
mod connection;
mod copy;
mod decode;
mod encode;
mod error;
mod fit;
mod listener;
mod numeric;
mod open;
mod parameters;
mod rows;
mod run;
mod state;
mod statement;
#[cfg_attr(not(feature = "tls"), path = "plain.rs")]
mod tls;
mod types;
mod wire;

pub(crate) use cancel::Cancel;
pub(crate) use connection::Connection;
pub(crate) use listener::Listener;
pub(crate) use open::Target;
pub use rows::Row;
pub(crate) use rows::Rows;
pub(crate) use statement::Prepared;
