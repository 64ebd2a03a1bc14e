//! The unit of work: changes to objects become statements, in an order that foreign keys allow.
//!
//! Three steps. A face (a session with Rust structs, or another with objects of its own) describes what changed as a
//! [`ChangeSet`]: which object, which columns, and which new objects refer to which. [`plan`] orders it: a pure
//! function that sees no values. [`run`] executes the plan, asking the face's [`Objects`] for values column by
//! column and telling it the keys that the database generates.
//!
//! Within a table, new objects are inserted in the order in which the change set names them.

mod change;
mod exact;
mod order;
mod plan;
mod run;
mod size;
mod together;

pub use change::{Change, ChangeKind, ChangeSet, Edge, Objects};
pub(crate) use exact::check_exact;
pub use plan::{Plan, Step, plan};
pub(crate) use run::follow_keys;
pub use run::run;

pub use crate::column_set::ColumnSet;
pub use crate::handle::Object;
