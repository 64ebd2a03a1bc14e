use crate::Type;

/// What writing statements can say.
#[derive(Debug)]
pub struct Write {
    /// What stands for one row of defaults.
    pub default_row: &'static str,
    /// What is said about rows that are there already.
    pub upsert: Upsert,
    /// Which statements give back rows.
    pub returning: Returning,
    /// Whether the key that an insert generates is given back as a row, and not by the connection.
    pub returns_keys: bool,
    /// What the key of a row that an insert meets is set to so that the connection gives it back, where rows are not given back:
    /// a text like those of [`Form::Template`](super::Form::Template), of the key.
    pub upserted_key: Option<&'static str>,
    /// How many rows that are bound when it runs an insert has.
    pub together: Together,
    /// Whether rows that are listed so, and their keys, can be joined by an update or delete.
    pub changes_listed: bool,
    /// How a copy of rows says that they come from the program, in their binary form; none where there is no such copy.
    pub copy: Option<&'static str>,
    /// Asks whether a copy of rows into a table, of columns of the right types, means the same as an insert of each. The parameters
    /// are the table's name and an array of the columns'.
    pub takes_copies: Option<&'static str>,
    /// Values of which types a column of an existing table can round.
    pub rounded: &'static [Type],
    /// Asks what columns of the table whose name is the parameter round to: for each its name; `digits`, `days` or `single`;
    /// and how many digits. None where nothing is rounded.
    pub precisions: Option<&'static str>,
    /// How an update reads other tables.
    pub update_from: UpdateFrom,
    /// Whether an index serves a list or select of an update or a delete only where that is written as one of several tables.
    pub joins_lists: bool,
    /// Whether what an update or a delete reads can be the table that it writes.
    pub reads_own_table: bool,
    /// Whether all columns are set at once, and not one after the other such that later ones see what earlier ones became.
    pub sets_at_once: bool,
    /// The statement that moves a generator of keys behind those that were given by hand, in which `{table}` and `{column}`
    /// are names and `{table_text}` and `{column_text}` the same as texts; none where it follows by itself.
    pub follow_keys: Option<&'static str>,
}

/// What is said about rows that are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Upsert {
    /// Nothing.
    Never,
    /// `ON CONFLICT`, with the columns of a unique constraint.
    OnConflict,
    /// `ON DUPLICATE KEY UPDATE`, which means any constraint.
    OnDuplicateKey,
}

/// Which statements give back rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Returning {
    /// None.
    Never,
    /// All.
    Always,
    /// Inserts, and deletes from one table.
    NotUpdates,
}

/// How many rows that are bound when it runs an insert has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Together {
    /// One.
    Never,
    /// As many as the arrays have elements that are bound, one array for each column.
    Arrays,
    /// As many as its text says, with at most so many parameters.
    Values(usize),
}

/// How an update reads other tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateFrom {
    /// Not at all.
    Never,
    /// `FROM` behind what is set.
    From,
    /// Behind the table that is written.
    Tables,
}
