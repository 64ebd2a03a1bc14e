//! What databases have in common is in [`compile`](crate::compile); what they differ in is a table of facts here.

mod form;
mod mysql;
mod postgres;
mod sessions;
mod sqlite;
mod tables;
mod transaction;
mod write;

pub use form::{Form, Join, List};
pub use mysql::{
    MARIADB, MARIADB_IN_TRANSACTION, MARIADB_NOTES, MYSQL, MYSQL_CANCEL, MYSQL_KEY_COLUMNS, MYSQL_OTHER_KEY,
    MYSQL_OUTSIDE_TRANSACTION, MYSQL_TRIGGERS, MYSQL_VERSION,
};
pub use postgres::{POSTGRES, POSTGRES_READS, POSTGRES_TYPE};
pub use sessions::{AdvisoryLock, Channels};
pub use sqlite::SQLITE;
pub use tables::{KeyLater, NameLimit, Tables};
pub use transaction::{Control, Isolation, Modes, Transaction};
pub use write::{Returning, Together, UpdateFrom, Upsert, Write};

use crate::{Conversion, Function, LockStrength, Match, Type};

/// What to do where a database has no arrays.
pub const INSTEAD_OF_ARRAYS: &str =
    "keep the values as JSON (`Json<Vec<T>>`) or as rows of a table of their own";

/// What exact decimal numbers are compared and computed with, where they are text.
#[derive(Debug)]
pub struct Decimals {
    /// The collation.
    pub collation: &'static str,
    /// The function for `+`.
    pub add: &'static str,
    /// The function for `-`.
    pub subtract: &'static str,
    /// The function for `*`.
    pub multiply: &'static str,
    /// The aggregate that adds.
    pub sum: &'static str,
    /// The aggregate that makes the mean.
    pub average: &'static str,
}

/// The facts about one database's SQL.
#[derive(Debug)]
pub struct Dialect {
    /// The database's name, for messages.
    pub name: &'static str,
    /// The character before and behind a name.
    pub quote: char,
    /// Whether a backslash in a text takes the character behind it along.
    pub backslash_escapes: bool,
    /// How long a name may be.
    pub name_limit: Option<NameLimit>,
    /// The character before a parameter's number, or of the parameter where it has none.
    pub parameter: char,
    /// Whether parameters have numbers. Without, they are those of their places in the text.
    pub numbered: bool,
    /// What a value's type is called at its parameter, where the database has to be told.
    pub value_type: fn(Type) -> Option<&'static str>,
    /// Whether it is told by a conversion, and not by the type behind the parameter.
    pub value_cast: bool,
    /// What a whole number is converted to where it is computed with, as the database would take it for a floating-point one.
    pub computed_type: fn(Type) -> Option<&'static str>,
    /// Whether texts and bytes that are chosen among values are cut off where the database keeps rows aside, as it takes them for
    /// short ones; they are made as wide as those of a recursion.
    pub short_values: bool,
    /// How one parameter is the values of an `IN` list.
    pub list: List,
    /// Whether columns can be arrays.
    pub arrays: bool,
    /// How exact decimal numbers are compared and computed with, where the database keeps them as text.
    pub decimals: Option<Decimals>,
    /// The limit to write where there is an offset alone.
    pub no_limit: Option<&'static str>,
    /// Whether rows are compared as such.
    pub row_comparisons: bool,
    /// The operator of equality in which NULL equals NULL.
    pub same: &'static str,
    /// The operator of its opposite; where there is none, it is negated.
    pub different: Option<&'static str>,
    /// The operator that matches texts with patterns, without regard to case.
    pub like: &'static str,
    /// What both of its sides become first, where it has regard to case: a text like those of [`Form::Template`].
    pub like_sides: Option<&'static str>,
    /// The operator that divides whole numbers, where it is not that of all numbers.
    pub whole_division: Option<&'static str>,
    /// How it is said that a text has another in it: a text like those of [`Form::Template`].
    pub matches: fn(Match) -> &'static str,
    /// Whether a division by zero is an error, and not NULL.
    pub zero_fails: bool,
    /// Whether NULL is sorted behind everything else.
    pub nulls_last: bool,
    /// Whether an order can say where NULL goes.
    pub nulls_order: bool,
    /// How each function of so many arguments is written; none where it cannot be said.
    pub function: fn(Function, usize) -> Option<Form>,
    /// How each function is written of an exact decimal number; none where as of any number.
    pub decimal_function: fn(Function, usize) -> Option<Form>,
    /// How a value is turned into one of a type: a text like those of [`Form::Template`].
    pub cast: fn(Conversion) -> Option<&'static str>,
    /// Whether wide whole numbers are divided as exact decimals.
    pub wide_decimals: bool,
    /// How a sum or mean becomes what it is said to be, where it is of another type: a text like those of [`Form::Template`].
    pub sum: fn(Type) -> Option<&'static str>,
    /// What becomes of a mean of exact decimals, where the database gives it more digits than a decimal number has here: a text like
    /// those of [`Form::Template`].
    pub decimal_mean: Option<&'static str>,
    /// What a mean is made of, where that of whole numbers loses digits: a text like those of [`Form::Template`].
    pub mean_of: Option<&'static str>,
    /// Whether functions of the program's own can be called.
    pub program_functions: bool,
    /// Whether a function's name stands in quotes as well.
    pub quoted_functions: bool,
    /// Whether an aggregate can have a condition of its own.
    pub aggregate_filter: bool,
    /// The aggregate that joins texts.
    pub join: Join,
    /// Whether that can leave out equal texts.
    pub join_distinct: bool,
    /// The type that functions of windows count in, where they take no other.
    pub window_count: Option<&'static str>,
    /// Whether a window's function can say what stands for the value of a row that is not there.
    pub window_default: bool,
    /// Whether the distances of the frames of windows can be parameters.
    pub frame_parameters: bool,
    /// Whether the frames of windows can count groups.
    pub frame_groups: bool,
    /// Whether the frames of windows can leave out rows.
    pub frame_exclude: bool,
    /// Whether `HAVING` sees the expressions that rows are grouped by, and not columns only.
    pub having_expressions: bool,
    /// Whether ranks between 0 and 1 have all of their digits, and functions that see no frame can have one.
    pub exact_ranks: bool,
    /// Whether a select in `FROM` must have a name.
    pub derived_names: bool,
    /// Whether its columns must have names that differ.
    pub derived_columns: bool,
    /// Whether a select with a limit can be what an `IN` looks into.
    pub limit_in_list: bool,
    /// Whether a prepared statement looks anew, each time that it runs, into the select that a NULL is to be `IN`. One that keeps what
    /// it found the first time is prepared for each run.
    pub looks_anew: bool,
    /// Whether a recursive select has columns as wide as those of its first part; these are widened then. Like
    /// [`cast`](Dialect::cast), of an expression of this type.
    pub recursive: fn(Type) -> Option<&'static str>,
    /// Whether it has `FULL JOIN`.
    pub full_join: bool,
    /// Whether a part of a compound select can stand in parentheses.
    pub compound_parentheses: bool,
    /// Whether `INTERSECT` comes before `UNION` and `EXCEPT`, and not simply from left to right.
    pub intersect_first: bool,
    /// Whether a common table expression can say if its rows are kept.
    pub materialized: bool,
    /// Whether it has `DISTINCT ON`.
    pub distinct_on: bool,
    /// How rows that are read are locked, where they can be.
    pub lock: fn(LockStrength) -> Option<&'static str>,
    /// Whether the tables whose rows are locked can be named.
    pub lock_of: bool,
    /// What stands before a statement that is to be explained.
    pub explain: Option<&'static str>,
    /// What writing statements can say.
    pub write: Write,
    /// The type of the elements of an array, or of the values of a list.
    pub element_type: fn(Type) -> &'static str,
    /// What tables are created with.
    pub tables: Tables,
    /// Whether a failed statement leaves its transaction fit for nothing but to be undone.
    pub failure_ends_transaction: bool,
    /// Whether a query that is run sends its rows unasked, so that one that wants a few says how many.
    pub sends_ahead: bool,
    /// Whether that is said beside the statement, which is then the same as for all rows. It is not planned for a few.
    pub told_beside: bool,
    /// Whether rows that an index finds cost nothing more in its order. Others find them otherwise, and sort them.
    pub orders_by_index: bool,
    /// How a transaction locks a name.
    pub advisory_lock: AdvisoryLock,
    /// The channels that sessions hear and tell each other on.
    pub channels: Option<Channels>,
    /// What a new connection is told first.
    pub setup: &'static [&'static str],
    /// The texts of transaction control.
    pub transaction: Transaction,
}
