//! What databases have in common is in [`compile`](crate::compile); what they differ in is a table of facts here.

mod form;
mod sqlite;

pub use form::Form;
pub use sqlite::SQLITE;

use crate::{Function, Type};

/// The facts about one database's SQL.
#[derive(Debug)]
pub struct Dialect {
    /// The database's name, for messages.
    pub name: &'static str,
    /// The character before a parameter's number.
    pub parameter: char,
    /// The name of a column type.
    pub type_name: fn(Type) -> &'static str,
    /// The table function that turns one parameter into the values of an `IN` list.
    pub list_function: &'static str,
    /// The collation that compares exact decimal numbers, where the database keeps them as text.
    pub decimal_collation: Option<&'static str>,
    /// The limit to write where there is an offset alone.
    pub no_limit: Option<&'static str>,
    /// The operator of equality in which NULL equals NULL.
    pub same: &'static str,
    /// The operator of its opposite; where there is none, it is negated.
    pub different: Option<&'static str>,
    /// How each function is written; none where it cannot be said.
    pub function: fn(Function) -> Option<Form>,
    /// How a value is turned into one of a type: a text like those of [`Form::Template`].
    pub cast: fn(Type) -> Option<&'static str>,
    /// Whether an aggregate can have a condition of its own.
    pub aggregate_filter: bool,
    /// The start of the aggregate that joins texts, with its parenthesis.
    pub join_function: &'static str,
    /// Whether that can leave out equal texts.
    pub join_distinct: bool,
    /// Whether the frames of windows can count groups.
    pub frame_groups: bool,
    /// Whether the frames of windows can leave out rows.
    pub frame_exclude: bool,
    /// Whether a part of a compound select can stand in parentheses.
    pub compound_parentheses: bool,
    /// Whether `INTERSECT` comes before `UNION` and `EXCEPT`, and not simply from left to right.
    pub intersect_first: bool,
    /// Whether a common table expression can say if its rows are kept.
    pub materialized: bool,
    /// Whether it has `DISTINCT ON`.
    pub distinct_on: bool,
    /// Whether rows that are read can be locked.
    pub locks: bool,
    /// What stands before a statement that is to be explained.
    pub explain: Option<&'static str>,
    /// Whether it has `ON CONFLICT`.
    pub on_conflict: bool,
    /// Whether statements that write can give back rows.
    pub returning: bool,
    /// Whether an update can read other tables.
    pub update_from: bool,
    /// The texts of transaction control.
    pub transaction: Transaction,
    /// Lets foreign keys wait until the transaction's end.
    pub defer_foreign_keys: &'static str,
}

/// The texts of transaction control.
#[derive(Debug)]
pub struct Transaction {
    /// Begins one that takes what it needs as it goes.
    pub begin: &'static str,
    /// Begins one that is going to write.
    pub begin_write: &'static str,
    /// Makes it last.
    pub commit: &'static str,
    /// Undoes it.
    pub rollback: &'static str,
}

impl Transaction {
    /// Marks a point to return to; points nest by depth.
    pub fn savepoint(&self, depth: usize) -> String {
        format!("SAVEPOINT onggi_{depth}")
    }

    /// Forgets the point, keeping what came after it.
    pub fn release(&self, depth: usize) -> String {
        format!("RELEASE SAVEPOINT onggi_{depth}")
    }

    /// Returns to the point, undoing what came after it.
    pub fn rollback_to(&self, depth: usize) -> String {
        format!("ROLLBACK TO SAVEPOINT onggi_{depth}")
    }
}
