use super::row_condition;
use super::update::{bound, found};
use crate::{Expression, Relation, Source, Table};

/// `DELETE FROM … USING … WHERE … RETURNING …`
#[derive(Clone, Debug)]
pub struct Delete {
    /// The table written.
    pub source: Source,
    /// What is read beside the table.
    pub from: Option<Relation>,
    /// The condition that rows meet.
    pub filter: Option<Expression>,
    /// What is given back of each row that was deleted.
    pub returning: Vec<Expression>,
}

impl Delete {
    /// All rows of a table.
    pub fn new(source: impl Into<Source>) -> Delete {
        Delete { source: source.into(), from: None, filter: None, returning: Vec::new() }
    }

    /// The row whose primary key is bound at run time, and with `versioned` its version after it.
    pub fn by_key(table: &'static Table, versioned: bool) -> Delete {
        let source = Source::of(table);
        Delete { filter: Some(row_condition(source, versioned)), ..Delete::new(source) }
    }

    /// The same of so many rows, for each of which these values are bound.
    pub fn by_keys(table: &'static Table, versioned: bool, rows: usize) -> Delete {
        let source = Source::of(table);
        let columns = bound(table, &[], versioned);
        Delete {
            from: Some(Relation::bound(table, &columns, rows)),
            filter: Some(found(source, &columns, 0)),
            ..Delete::new(source)
        }
    }
}
