//! onggi: an object-relational mapper with a unit of work, and Python pickles as a safe column type.
//!
//! Objects live in a [`Session`], an arena that is indexed with small [`Handle`]s. The session knows which objects
//! may have changed, writes only the columns that did, and finds the order in which new objects must be written.
//! [`Pickled`] columns hold what Python's `pickle.loads` reads, and nothing in them is ever executed.
//!
//! ```
//! use onggi::{Database, Id, Model, Pickled};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
//! struct Profile { age: i64, city: String }
//!
//! #[derive(Clone, Debug, Default, Model)]
//! #[model(table = "users")]
//! struct User {
//!     id: Id<User>,
//!     name: String,
//!     #[model(unique)]
//!     email: String,
//!     data: Pickled<Profile>,
//! }
//!
//! let db = Database::open("sqlite::memory:")?;
//! db.create_tables(onggi::models![User])?;
//!
//! let mut session = db.session()?;
//! session.add(User {
//!     name: "John Doe".into(),
//!     email: "john@example.com".into(),
//!     data: Pickled(Profile { age: 30, city: "New York".into() }),
//!     ..Default::default()
//! });
//! session.commit()?;
//!
//! let john = User::query().filter(|u| u.email.eq("john@example.com")).one(&mut session)?;
//! assert_eq!(session[john].data.age, 30);
//! # Ok::<(), onggi::Error>(())
//! ```
//!
//! A query is a value, and whoever runs it decides what comes back: run on a [`Session`] it gives handles to tracked
//! objects, run on a [`Connection`] plain structs.

mod by_key;
mod cancel;
mod column_set;
mod conflict;
mod connection;
mod create;
mod database;
#[cfg(feature = "tokio")]
mod door;
mod error;
mod executor;
mod expression;
mod field;
mod from_row;
mod handle;
mod id;
mod insert;
mod listen;
mod mapped;
mod maybe_row;
mod model;
mod pickle_functions;
mod plain;
mod projection;
mod query;
mod raw;
mod reader;
mod relation;
mod row_map;
mod scope;
mod selection;
mod session;
mod source;
mod transaction_options;
mod turn;
pub mod unit_of_work;

pub use cancel::CancelHandle;
pub use conflict::OnConflict;
pub use connection::Connection;
pub use database::Database;
pub use error::Error;
pub use executor::{Executor, Keep, Plain};
pub use expression::{
    Aggregate, Among, Assigned, Assignment, Bound, Case, Column, ColumnNode, Comparand, Compatible,
    Condition, Contained, Container, Counterpart, Divisible, Elements, Expression, Fragment, Labelled,
    Lengthy, Maybe, Mix, Must, NoBranch, Nullability, Nullable, Number, Operand, Operands, Order, Over, Part,
    Row, SqlFunction, Tree, WindowCall, case, count_rows, cume_dist, dense_rank, exists, ntile, percent_rank,
    rank, raw, row, row_number, value,
};
#[cfg(feature = "chrono")]
pub use expression::{Dated, Timed, current_date, current_date_time, now};
#[cfg(feature = "json")]
pub use expression::{JsonKey, JsonPart};
#[cfg(feature = "json")]
pub use field::Json;
pub use field::{Deferred, Element, Field, Pickled};
pub use from_row::FromRow;
pub use handle::Handle;
pub use id::Id;
pub use listen::{Listener, Notification};
pub use maybe_row::MaybeRow;
pub use model::{Key, Model};
pub use onggi_derive::{Field, FromRow, Model, expr, select};
pub use onggi_driver::{Bind, Executed, Metrics as PoolMetrics};
pub use onggi_pickle as pickle;
pub use onggi_sql::dialect::Isolation;
pub use onggi_sql::{Array, ElementType, Source, Table, Type, Value, ValueRef};
pub use query::{Derived, JoinTo, Joined, Named, Query, Tables, Written};
pub use raw::{Parameter, Sql, sql};
pub use relation::{BelongsTo, Collection, Eager, HasMany, HasOne, ManyToMany, Related};
pub use row_map::RowMap;
pub use scope::Scope;
pub use selection::{Entity, EntityColumns, Selection, SelectionOf};
pub use session::{Load, Members, Session, State};
pub use transaction_options::TransactionOptions;

/// The result of this crate's operations.
pub type Result<T> = std::result::Result<T, Error>;

/// What the macros write calls to. Not for other use.
#[doc(hidden)]
pub mod __private {
    pub use onggi_sql as sql;

    pub use crate::__rows as rows;
    pub use crate::column_set::ColumnSet;
    pub use crate::expression::plain::{add, condition, divide, multiply, remainder, subtract};
    pub use crate::expression::{is_no_row, is_row};
    pub use crate::field::Attribute;
    pub use crate::from_row::{by_name, object, of_model};
    pub use crate::mapped::Mapped;
    pub use crate::pickle_functions::GET as PICKLE_GET;
    pub use crate::reader::Reader;
    pub use crate::relation::{
        Cascade, Reference, Relation, RelationField, RelationKind, has_relation, has_twin, hold_keys,
        relation,
    };
    pub use crate::row_map::MapFields;
    pub use crate::scope::scope;
    pub use crate::selection::Columns;
    pub use crate::session::target;
    pub use crate::source::follow;
    pub use crate::{
        BelongsTo, Bind, Collection, Column, Condition, Element, EntityColumns, Error, Field, FromRow, Keep,
        Maybe, MaybeRow, Model, Must, Nullability, Plain, Result, Selection, SelectionOf, Source, Type,
        ValueRef,
    };

    /// A column with a name.
    pub const fn column(name: &'static str, mut column: sql::Column) -> sql::Column {
        column.name = name;
        column
    }

    /// The key of an object that must have one.
    pub fn known_key<K>(model: &str, key: Option<K>) -> K {
        key.unwrap_or_else(|| {
            panic!("a relation in the key of {model} is not set, or refers to an object that has no key yet")
        })
    }

    /// A column that the model does not have: the engine asks for those of its table only.
    #[cold]
    pub fn no_column(column: usize) -> ! {
        panic!("the table has no column {column}")
    }
}
