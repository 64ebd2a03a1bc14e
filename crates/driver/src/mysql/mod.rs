//! MariaDB and MySQL, over a socket that the thread which asks waits at. Which of both it is, the server says when it is called.

mod answer;
mod blame;
mod cancel;
mod column;
mod connection;
mod content;
mod decode;
mod encode;
mod error;
mod failure;
mod key;
mod list;
mod open;
mod parameters;
mod rows;
mod run;
mod said;
mod startup;
mod state;
mod statement;
mod wire;
mod writes;

pub(crate) use cancel::Cancel;
pub(crate) use connection::Connection;
pub(crate) use open::Target;
pub use rows::Row;
pub(crate) use rows::Rows;
pub(crate) use run::Prepared;
