//! What databases have in common is in [`compile`](crate::compile); what they differ in is a table of facts here.

mod form;
mod postgres;
mod sqlite;
mod transaction;

pub use form::{Form, List};
pub use postgres::POSTGRES;
pub use sqlite::SQLITE;
pub use transaction::{Control, Isolation, Modes, Transaction};

use crate::{Conversion, Function, Match, Type};

/// The facts about one database's SQL.
#[derive(Debug)]
pub struct Dialect {
    /// The database's name, for messages.
    pub name: &'static str,
    /// The character before a parameter's number.
    pub parameter: char,
    /// The name of a column type.
    pub type_name: fn(Type) -> &'static str,
    /// What a value's type is called behind its parameter, where the database has to be told.
    pub value_type: fn(Type) -> Option<&'static str>,
    /// What stands behind the type of a column whose keys the database generates.
    pub identity: &'static str,
    /// How one parameter is the values of an `IN` list.
    pub list: List,
    /// The collation that compares exact decimal numbers, where the database keeps them as text.
    pub decimal_collation: Option<&'static str>,
    /// The limit to write where there is an offset alone.
    pub no_limit: Option<&'static str>,
    /// The operator of equality in which NULL equals NULL.
    pub same: &'static str,
    /// The operator of its opposite; where there is none, it is negated.
    pub different: Option<&'static str>,
    /// The operator that matches texts with patterns, without regard to case.
    pub like: &'static str,
    /// How it is said that a text has another in it: a text like those of [`Form::Template`].
    pub matches: fn(Match) -> &'static str,
    /// Whether a division by zero is an error, and not NULL.
    pub zero_fails: bool,
    /// Whether NULL is sorted behind everything else.
    pub nulls_last: bool,
    /// How each function of so many arguments is written; none where it cannot be said.
    pub function: fn(Function, usize) -> Option<Form>,
    /// How a value is turned into one of a type: a text like those of [`Form::Template`].
    pub cast: fn(Conversion) -> Option<&'static str>,
    /// Whether sums and means of whole numbers are of another type than those.
    pub sums_widen: bool,
    /// Whether functions of the program's own can be called.
    pub program_functions: bool,
    /// Whether an aggregate can have a condition of its own.
    pub aggregate_filter: bool,
    /// The start of the aggregate that joins texts, with its parenthesis.
    pub join_function: &'static str,
    /// Whether that can leave out equal texts.
    pub join_distinct: bool,
    /// The type that functions of windows count in, where they take no other.
    pub window_count: Option<&'static str>,
    /// Whether the frames of windows can count groups.
    pub frame_groups: bool,
    /// Whether the frames of windows can leave out rows.
    pub frame_exclude: bool,
    /// Whether a select in `FROM` must have a name.
    pub derived_names: bool,
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
    /// Whether the key that an insert generates is given back as a row, and not by the connection.
    pub returns_keys: bool,
    /// Whether rows can be inserted from arrays, one for each column.
    pub array_rows: bool,
    /// The type of the elements of such an array.
    pub element_type: fn(Type) -> &'static str,
    /// The statement that moves a generator of keys behind those that were given by hand, in which `{table}` and `{column}`
    /// are names and `{table_text}` and `{column_text}` the same as texts; none where it follows by itself.
    pub follow_keys: Option<&'static str>,
    /// Whether an update can read other tables.
    pub update_from: bool,
    /// Whether a foreign key may refer to a table that is not there yet.
    pub forward_references: bool,
    /// How many bytes a name has at most.
    pub name_limit: Option<usize>,
    /// Whether a failed statement leaves its transaction fit for nothing but to be undone.
    pub failure_ends_transaction: bool,
    /// Whether a query that is run sends its rows unasked, so that one that wants a few says how many.
    pub sends_ahead: bool,
    /// What a new connection is told first.
    pub setup: &'static [&'static str],
    /// The texts of transaction control.
    pub transaction: Transaction,
    /// Lets foreign keys wait until the transaction's end, where tables are dropped one by one.
    pub defer_foreign_keys: Option<&'static str>,
}
