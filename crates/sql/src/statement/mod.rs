mod conflict;
mod cte;
mod delete;
mod insert;
mod lock;
mod order;
mod relation;
mod select;
mod update;

pub use conflict::{Conflict, ConflictAction};
pub use cte::{Cte, SetOperator};
pub use delete::Delete;
pub use insert::{Insert, Rows};
pub use lock::{Lock, LockStrength, LockWait};
pub use order::{Direction, Nulls, Order};
pub use relation::{Join, JoinKind, Relation};
pub use select::{Select, Selected, Summary};
pub use update::Update;

use crate::{Expression, Source};

/// A statement, as data.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "statements are built one at a time, and selects most of all")]
pub enum Statement {
    /// Reads rows.
    Select(Select),
    /// Writes a new row.
    Insert(Insert),
    /// Changes rows.
    Update(Update),
    /// Removes rows.
    Delete(Delete),
    /// Says how the database would run a statement, without running it. The rows are the database's own.
    Explain(Box<Statement>),
}

/// The condition of one row that is there: its key, and with `versioned` its version.
fn row_condition(source: Source, versioned: bool) -> Expression {
    match source.table.version {
        Some(version) if versioned => {
            Expression::has_key(source).and(Expression::equals_parameter(source, version))
        }
        _ => Expression::has_key(source),
    }
}
