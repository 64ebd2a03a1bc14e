#[cfg(doc)]
use crate::Cte;
use crate::{Expression, Select, Source, Table, Type};

/// What rows are read from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Relation {
    /// A table.
    Table(Source),
    /// The rows of a select, under a number. Their columns are [`Expression::Output`].
    Select(Box<Select>, u64),
    /// A common table expression by its number, and the number under which it is read here. Its columns are
    /// [`Expression::Output`].
    Cte {
        /// The number that it has in [`Cte::id`].
        cte: u64,
        /// What tells this occurrence from others.
        id: u64,
    },
    /// Rows that are bound when the statement runs, under a number. Their columns are [`Expression::Output`].
    Bound {
        /// The types of the columns.
        types: Vec<Type>,
        /// How many rows there are, whose values are bound row after row.
        rows: usize,
        /// The number.
        id: u64,
    },
}

impl Relation {
    /// Whether it is this occurrence of a table.
    pub fn is(&self, source: Source) -> bool {
        matches!(self, Relation::Table(own) if *own == source)
    }
}

impl From<Source> for Relation {
    fn from(source: Source) -> Relation {
        Relation::Table(source)
    }
}

impl From<&'static Table> for Relation {
    fn from(table: &'static Table) -> Relation {
        Relation::Table(Source::of(table))
    }
}

/// What is joined to the rows before it, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// Which rows are kept that have no partner.
    pub kind: JoinKind,
    /// What is joined.
    pub source: Relation,
    /// The condition that partners meet; none makes all rows partners of all. A cross join has none.
    pub on: Option<Expression>,
    /// How many of the joins behind it come before it: what is joined is made of its source and theirs, in parentheses.
    pub nested: usize,
}

/// Which rows of a join are kept that have no partner: with NULL in all columns of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JoinKind {
    /// None.
    Inner,
    /// Those before the join.
    Left,
    /// Those of what is joined.
    Right,
    /// Both.
    Full,
    /// All are partners.
    Cross,
}
