//! Connections to databases: one interface over the back ends, each behind a feature of its own name.
//!
//! A [`Pool`] opens [`Connection`]s to the database of a URL. A connection keeps the statements that it compiled
//! and prepared by their shape, lends rows column by column as [`ValueRef`]s and takes parameters the same way. Errors are
//! classified here, once, from what each database reports.
//!
//! ```
//! use onggi_driver::Pool;
//!
//! let pool = Pool::open("sqlite::memory:")?;
//! let mut connection = pool.connect()?;
//! connection.run("CREATE TABLE jars (id INTEGER PRIMARY KEY, label TEXT UNIQUE)")?;
//! connection.run("INSERT INTO jars (label) VALUES ('kimchi')")?;
//! let error = connection.run("INSERT INTO jars (label) VALUES ('kimchi')").unwrap_err();
//! assert!(error.is_unique_violation());
//! assert_eq!((error.table(), error.columns()), (Some("jars"), &["label".to_owned()][..]));
//! # Ok::<(), onggi_driver::Error>(())
//! ```

mod bind;
mod cancel;
mod connection;
mod error;
mod exact;
mod expected;
mod fit;
mod function;
mod listen;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod net;
mod observe;
mod pool;
#[cfg(feature = "postgres")]
mod postgres;
mod precision;
mod prepared;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg_attr(not(feature = "sqlite"), allow(dead_code))]
mod url;

pub use bind::{Bind, Capture};
pub use cancel::CancelHandle;
pub use connection::Connection;
pub use error::Error;
pub use fit::Fit;
pub use function::Function;
pub use listen::{Listener, Notification};
#[doc(hidden)]
pub use observe::Interceptor;
pub use observe::{Executed, Observer};
pub use onggi_sql::dialect::Control;
pub use onggi_sql::{Array, ElementType, Type, Value, ValueRef};
pub use pool::{Metrics, Pool, Pooled};
pub use precision::Precision;
pub use prepared::{Prepared, Row, Rows};

/// The result of this crate's operations.
pub type Result<T> = std::result::Result<T, Error>;
