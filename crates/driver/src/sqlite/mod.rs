//! SQLite, through `rusqlite` with its own copy of the engine.

mod connection;
#[cfg(feature = "decimal")]
mod decimal;
mod error;
mod function;
mod limit;
mod number;
mod open;
mod statement;
mod text;
mod value;
mod waiting;

pub(crate) use connection::Connection;
pub(crate) use open::Target;
pub use statement::Row;
pub(crate) use statement::{Prepared, Rows};

/// The version of the engine.
pub(crate) fn version() -> &'static str {
    rusqlite::version()
}
