use crate::Table;

/// `INSERT INTO … VALUES …`: one row, whose values are bound in the order of its columns.
#[derive(Clone, Debug)]
pub struct Insert {
    /// The table written.
    pub table: &'static Table,
    /// Positions of the columns that get a value; the database fills the others.
    pub columns: Vec<usize>,
    /// What to do when a row with the same key is there already; none fails.
    pub conflict: Option<Conflict>,
    /// The column whose value is given back as a row.
    pub returning: Option<usize>,
}

/// What an insert does when a unique constraint is in its way.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Positions of the constraint's columns.
    pub target: Vec<usize>,
    /// Positions of the columns that the existing row takes from the new one; none leaves it alone.
    pub update: Vec<usize>,
}
