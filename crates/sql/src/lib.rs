//! Schemas, expressions and statements as plain data, and their compilation to SQL.
//!
//! Nothing here talks to a database or knows what a model is. A statement is built as data, one walk over it
//! yields its [shape](shape::Shape) (everything but the values) and its parameters in order, and
//! [`compile`](compile::compile) turns it into text for a [`Dialect`], once per shape: connections keep what they
//! prepared by the shape.
//!
//! ```
//! use onggi_sql::{dialect, BinaryOperator, Column, Expression, Select, Statement, Table, Type, compile};
//!
//! static COLUMNS: [Column; 2] = [Column::new("id", Type::BIGINT).generated(), Column::new("name", Type::Text)];
//! static USERS: Table = Table::new("users", &COLUMNS, &[0]);
//!
//! let mut select = Select::new(&USERS, vec![Expression::column(&USERS, 1)]);
//! select.filter = Some(Expression::binary(
//!     BinaryOperator::Equal,
//!     Expression::column(&USERS, 0),
//!     Expression::value(7_i64),
//! ));
//! let compiled = compile::compile(&Statement::Select(select), &dialect::SQLITE)?;
//! assert_eq!(compiled.text(), r#"SELECT "name" FROM "users" WHERE "id" = ?1"#);
//! # Ok::<(), onggi_sql::Error>(())
//! ```

mod array;
pub mod compile;
mod compiled;
pub mod dialect;
mod error;
mod expression;
mod repeat;
pub mod schema;
pub mod shape;
mod source;
mod statement;
mod table;
mod value;

pub use array::{Array, ElementType};
pub use compiled::Compiled;
pub use dialect::Dialect;
pub use error::Error;
pub use expression::{
    Aggregate, AggregateFunction, BinaryOperator, Bound, Case, Conversion, Declared, Exclude, Expression,
    Frame, FrameUnit, Function, JsonStep, Match, Raw, UnaryOperator, Window, WindowFunction, Windowed,
    json_path,
};
pub use source::Source;
pub use statement::{
    Conflict, ConflictAction, Cte, Delete, Direction, Insert, Join, JoinKind, Lock, LockStrength, LockWait,
    Nulls, Order, Relation, Rows, Select, Selected, SetOperator, Statement, Summary, Update,
};
pub use table::{
    Action, Check, Column, ComputedIndex, Constant, Index, IndexPart, Projection, Reference, Table,
};
pub use value::{Type, Value, ValueRef};

/// The result of this crate's operations.
pub type Result<T> = std::result::Result<T, Error>;
