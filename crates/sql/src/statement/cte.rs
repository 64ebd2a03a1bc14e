use std::borrow::Cow;

use crate::Select;

/// A common table expression: a select with a name, which the select that has it can read as if it were a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Cte {
    /// Its number, by which [`Relation::Cte`](crate::Relation::Cte) means it.
    pub id: u64,
    /// Its name in the text, with a number behind it where a table of the statement has it.
    pub name: Cow<'static, str>,
    /// Its rows.
    pub query: Select,
    /// Whether the query reads itself, in a part joined with [`SetOperator`](crate::SetOperator).
    pub recursive: bool,
    /// Whether its rows are computed once and kept, or never are; none leaves that to the database.
    pub materialized: Option<bool>,
}

impl Cte {
    /// Neither recursive nor kept by order.
    pub fn new(id: u64, name: impl Into<Cow<'static, str>>, query: Select) -> Cte {
        Cte { id, name: name.into(), query, recursive: false, materialized: None }
    }
}

/// How the rows of two selects become those of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetOperator {
    /// The rows of either, equal ones once.
    Union,
    /// The rows of both.
    UnionAll,
    /// The rows that both have, equal ones once.
    Intersect,
    /// The rows that only the first has, equal ones once.
    Except,
}
