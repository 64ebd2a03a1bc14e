//! MariaDB and MySQL, through the crate `mysql`. Which of both it is, the server says when it is called.

mod blame;
mod cancel;
mod connection;
mod decode;
mod encode;
mod error;
mod list;
mod open;
mod rows;
mod said;
mod state;
mod statement;
mod tls;
mod types;
mod writes;

pub(crate) use cancel::Cancel;
pub(crate) use connection::Connection;
pub(crate) use open::Target;
pub use rows::Row;
pub(crate) use rows::Rows;
pub(crate) use statement::Prepared;
