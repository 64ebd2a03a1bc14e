use std::fmt;

use smallvec::SmallVec;

use crate::Table;

/// One occurrence of a table in a statement.
///
/// A table that is read twice has two sources, whose numbers tell them apart. The numbers can be any: statements that
/// differ in them only are the same to [`shape`](crate::shape) and [`compile`](crate::compile).
#[derive(Clone, Copy)]
pub struct Source {
    /// The table.
    pub table: &'static Table,
    /// What tells it from other occurrences of the table.
    pub id: u64,
}

impl Source {
    /// The only occurrence of a table.
    pub const fn of(table: &'static Table) -> Source {
        Source { table, id: 0 }
    }
}

/// Tables are the same when they are one in memory.
impl PartialEq for Source {
    fn eq(&self, other: &Source) -> bool {
        self.id == other.id && std::ptr::eq(self.table, other.table)
    }
}

impl Eq for Source {}

/// The table's name and the number, without all that the table holds.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}#{}", self.table.name, self.id)
    }
}

impl From<&'static Table> for Source {
    fn from(table: &'static Table) -> Source {
        Source::of(table)
    }
}

/// The sources whose columns can be named, those of the innermost select last.
///
/// A source's number is its place here. Shapes and texts both take their numbers from here, so that they agree.
#[derive(Default)]
pub(crate) struct Scope {
    sources: SmallVec<[Source; 4]>,
    /// Where the innermost select's sources begin.
    start: usize,
}

impl Scope {
    /// Begins a select inside others; gives what [`leave`](Scope::leave) takes back.
    pub(crate) fn enter(&mut self) -> usize {
        std::mem::replace(&mut self.start, self.sources.len())
    }

    /// Forgets the innermost select's sources.
    pub(crate) fn leave(&mut self, outer: usize) {
        self.sources.truncate(self.start);
        self.start = outer;
    }

    /// Adds a source of the innermost select; false where it has the same already.
    pub(crate) fn add(&mut self, source: Source) -> bool {
        let new = !self.sources[self.start..].contains(&source);
        self.sources.push(source);
        new
    }

    /// The number of a source, of the innermost select that has it.
    pub(crate) fn find(&self, source: Source) -> Option<usize> {
        self.sources.iter().rposition(|&other| other == source)
    }
}
