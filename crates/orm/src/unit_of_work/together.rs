//! How many rows of a step go into a statement.

use onggi_driver::{Connection, Fit};
use onggi_sql::compile::compile;
use onggi_sql::{Dialect, dialect};

use super::{ChangeKind, Step};
use crate::{Error, Result, Type};

/// From how many rows on changes go into one statement.
const CHANGES: usize = 32;

/// From how many rows on they are copied: it takes one journey more than arrays.
const COPIED: usize = 100;

/// So few sizes that few statements are prepared.
const CHUNKS: [usize; 2] = [256, 16];

/// How many rows a statement writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Together {
    /// One.
    One,
    /// All, one by one, sent without waiting for the keys of those before.
    Apart,
    /// All, copied into the table.
    Copied,
    /// All, in arrays.
    Arrays,
    /// So many.
    Rows(usize),
}

impl Together {
    /// How many rows of a change are bound, where they are many.
    pub(super) fn bound(self) -> Option<usize> {
        match self {
            Together::One | Together::Apart | Together::Copied | Together::Arrays => None,
            Together::Rows(rows) => Some(rows),
        }
    }

    /// How many of some rows a run writes; none where they are too few.
    pub(super) fn size(self, rows: usize) -> Option<usize> {
        match self {
            Together::One => Some(1),
            Together::Apart | Together::Arrays => (rows > 0).then_some(rows),
            Together::Copied => (rows >= COPIED).then_some(rows),
            Together::Rows(size) => (rows >= size).then_some(size),
        }
    }
}

impl Step {
    /// How many of its rows are written together, the most first.
    pub(super) fn together(&self, columns: &[usize], connection: &mut Connection) -> Result<Vec<Together>> {
        Ok(match connection.dialect().write.together {
            _ if !self.can_go_together(columns) => Vec::new(),
            // Its changes go one by one, each without waiting for the one before: among many at once it would look for rows
            // otherwise than by their keys, and collide with others that have nothing to do with them.
            dialect::Together::Arrays if self.kind == ChangeKind::Insert => {
                let insert = self.statement(connection.dialect(), Together::One);
                let insert = compile(&insert, connection.dialect());
                let insert = insert.map_err(|error| Error::usage(error.to_string()))?;
                let insert = insert.text();
                let is_many = self.objects.len() >= COPIED && !self.generates_key();
                if is_many && connection.takes_copies(self.table, columns, insert)? {
                    return Ok(vec![Together::Copied]);
                }
                // An array of arrays would be one of all their elements.
                let is_array = |&column: &usize| matches!(self.table.columns[column].ty, Type::Array(_));
                let fits = !columns.iter().any(is_array)
                    && connection.fit(self.table, columns, insert)? != Fit::Differs;
                match (fits, self.generates_key()) {
                    (true, _) => vec![Together::Arrays],
                    (false, true) => vec![Together::Apart],
                    (false, false) => Vec::new(),
                }
            }
            dialect::Together::Values(parameters) if self.can_be_listed(connection.dialect()) => {
                let fits = |rows: &usize| rows * self.width(columns) <= parameters;
                CHUNKS.into_iter().filter(fits).map(Together::Rows).collect()
            }
            _ => Vec::new(),
        })
    }

    /// Whether its rows can be listed in a statement: a text among keys would be compared by a collation of its own.
    fn can_be_listed(&self, dialect: &Dialect) -> bool {
        let is_text = |&column: &usize| self.table.columns[column].ty == Type::Text;
        self.kind == ChangeKind::Insert
            || (dialect.write.changes_listed && !self.table.primary_key.iter().any(is_text))
    }

    /// How many values are bound for each row.
    fn width(&self, columns: &[usize]) -> usize {
        let version = self.table.version.filter(|_| self.versioned);
        match self.kind {
            ChangeKind::Insert => columns.len(),
            ChangeKind::Update | ChangeKind::Delete => {
                columns.len() + self.table.primary_key.len() + usize::from(version.is_some())
            }
        }
    }

    /// Whether its rows can be written in one statement, in any order: none of them may need the key of another, nor a value
    /// that another gives up.
    fn can_go_together(&self, columns: &[usize]) -> bool {
        let refers_to_itself = |&column: &usize| {
            let reference = self.table.columns[column].reference;
            !self.nulls.contains(column)
                && reference.is_some_and(|reference| std::ptr::eq((reference.table)(), self.table))
        };
        let (rows, table) = (self.objects.len(), self.table);
        match self.kind {
            ChangeKind::Insert => rows > 1 && !columns.is_empty() && !columns.iter().any(refers_to_itself),
            ChangeKind::Update => {
                rows >= CHANGES
                    && !columns.is_empty()
                    && !columns.iter().any(|&column| table.is_unique(column))
            }
            ChangeKind::Delete => {
                rows >= CHANGES && !(0..table.columns.len()).any(|at| refers_to_itself(&at))
            }
        }
    }
}
