use super::row_condition;
use crate::{Expression, Source, Table};

/// `DELETE FROM … WHERE …`
#[derive(Clone, Debug)]
pub struct Delete {
    /// The table written.
    pub source: Source,
    /// The condition that rows meet.
    pub filter: Option<Expression>,
}

impl Delete {
    /// The row whose primary key is bound at run time, and with `versioned` its version after it.
    pub fn by_key(table: &'static Table, versioned: bool) -> Delete {
        let source = Source::of(table);
        Delete { source, filter: Some(row_condition(source, versioned)) }
    }
}
