use super::row_condition;
use crate::{Expression, Source, Table};

/// `DELETE FROM … WHERE … RETURNING …`
#[derive(Clone, Debug)]
pub struct Delete {
    /// The table written.
    pub source: Source,
    /// The condition that rows meet.
    pub filter: Option<Expression>,
    /// What is given back of each row that was deleted.
    pub returning: Vec<Expression>,
}

impl Delete {
    /// All rows of a table.
    pub fn new(source: impl Into<Source>) -> Delete {
        Delete { source: source.into(), filter: None, returning: Vec::new() }
    }

    /// The row whose primary key is bound at run time, and with `versioned` its version after it.
    pub fn by_key(table: &'static Table, versioned: bool) -> Delete {
        let source = Source::of(table);
        Delete { filter: Some(row_condition(source, versioned)), ..Delete::new(source) }
    }
}
