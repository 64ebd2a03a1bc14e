//! The suite that every database of onggi runs.
//!
//! A case is a function that gets a [`Harness`]: a fresh database, and a record of the statements that it is asked.
//! Cases are grouped by area, one module each, and listed once, in [`cases!`], which makes a test of each:
//!
//! ```no_run
//! fn memory(_: &str, case: onggi_conformance::Case) -> onggi::Result<()> {
//!     case(&onggi_conformance::Harness::open("sqlite::memory:")?)
//! }
//! onggi_conformance::cases!(crate::memory);
//! ```
//!
//! Expected statements are written as SQLite gets them; other databases are asked as many ([`Statements`]).

// The name of a case says what it checks.
#![allow(missing_docs)]

pub mod arrays;
pub mod arrays_queries;
pub mod decimals;
pub mod deferred;
pub mod derived_objects;
pub mod digits;
pub mod errors;
pub mod expressions;
pub mod fields;
pub mod flush_failures;
pub mod groups;
mod harness;
pub mod hostile;
pub mod inside;
pub mod interrupts;
pub mod joins;
mod list;
pub mod long;
pub mod many;
pub mod maps;
pub mod mixed;
mod otherwise;
pub mod pages;
pub mod parts;
pub mod pickled;
pub mod plain;
pub mod projections;
pub mod query;
pub mod raw;
pub mod raw_rows;
pub mod relations;
pub mod relations_along;
pub mod relations_changes;
pub mod relations_columns;
pub mod relations_in_keys;
pub mod relations_keys;
pub mod scopes;
pub mod session;
pub mod set_wide;
pub mod structs;
pub mod tables;
pub mod transaction;
pub mod unit_of_work;
pub mod writes;

pub use harness::{Case, Harness, Statements, Text};
pub use otherwise::Otherwise;
