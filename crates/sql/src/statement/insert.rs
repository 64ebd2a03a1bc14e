use crate::{Conflict, Expression, Select, Source};

/// `INSERT INTO … VALUES … ON CONFLICT … RETURNING …`
#[derive(Clone, Debug)]
pub struct Insert {
    /// The table written.
    pub source: Source,
    /// Positions of the columns that get a value; the database fills the others.
    pub columns: Vec<usize>,
    /// The new rows.
    pub rows: Rows,
    /// What to do when a row with the same key is there already; none fails.
    pub conflict: Option<Conflict>,
    /// What is given back of each row that was written.
    pub returning: Vec<Expression>,
}

impl Insert {
    /// One row, whose values are bound at run time in the order of its columns.
    pub fn row(source: impl Into<Source>, columns: Vec<usize>) -> Insert {
        Insert { source: source.into(), columns, rows: Rows::Bound, conflict: None, returning: Vec::new() }
    }
}

/// The rows of an insert.
#[derive(Clone, Debug)]
pub enum Rows {
    /// One, whose values are bound at run time; without columns, one of defaults.
    Bound,
    /// So many, whose values are bound at run time, row after row.
    Several(usize),
    /// Several, each with an expression for each column.
    Values(Vec<Vec<Expression>>),
    /// Of many rows, a parameter for each column, bound when the statement runs: an array of its values.
    Arrays,
    /// Many, which the database copies from the program: what is sent when the statement runs.
    Copied,
    /// Those of a select, with as many columns.
    Select(Box<Select>),
}
