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

/// What tells the sources in scope apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    /// Where the table is in memory; 0 for what is no table.
    address: usize,
    id: u64,
    hidden: bool,
}

impl Key {
    /// The rows of a select, by their number.
    pub(crate) fn derived(id: u64) -> Key {
        Key { address: 0, id, hidden: false }
    }
}

impl From<Source> for Key {
    fn from(source: Source) -> Key {
        Key { address: std::ptr::from_ref(source.table).addr(), id: source.id, hidden: false }
    }
}

/// The sources whose columns can be named, those of the innermost select last.
///
/// A source's number is its place here. Shapes and texts both take their numbers from here, so that they agree.
#[derive(Default)]
pub(crate) struct Scope {
    sources: SmallVec<[Key; 4]>,
    /// Where the innermost select's sources begin.
    start: usize,
    /// The common table expressions that can be read.
    ctes: Vec<u64>,
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
    #[inline]
    pub(crate) fn add(&mut self, source: impl Into<Key>) -> bool {
        let source = source.into();
        let new = !self.sources[self.start..].contains(&source);
        self.sources.push(source);
        new
    }

    /// The number of a source, of the innermost select that has it.
    pub(crate) fn find(&self, source: impl Into<Key>) -> Option<usize> {
        let source = source.into();
        self.sources.iter().rposition(|&other| other == source)
    }

    /// Whether selects that the innermost select reads from may not name its sources.
    pub(crate) fn hide(&mut self, hidden: bool) {
        self.sources[self.start..].iter_mut().for_each(|source| source.hidden = hidden);
    }

    /// Common table expressions from now on; gives what [`without`](Scope::without) takes back.
    pub(crate) fn with(&self) -> usize {
        self.ctes.len()
    }

    pub(crate) fn add_cte(&mut self, id: u64) {
        self.ctes.push(id);
    }

    /// Forgets the common table expressions of a select.
    pub(crate) fn without(&mut self, outer: usize) {
        self.ctes.truncate(outer);
    }

    /// The number of a common table expression.
    pub(crate) fn find_cte(&self, id: u64) -> Option<usize> {
        self.ctes.iter().rposition(|&other| other == id)
    }
}
