//! Rows that are written together, as far as they fit into a statement.

use onggi_driver::{Connection, Control};

use super::exact::Written;
use super::together::Together;
use super::{ChangeKind, Object, Objects, Step};
use crate::{Bind, Result, Type, ValueRef};

impl Step {
    /// Writes objects in each of some ways as many as there are for it, and the rest one by one.
    pub(super) fn write_by(
        &self,
        ways: &[Together],
        mut rest: &[Object],
        written: &Written,
        objects: &mut dyn Objects,
        connection: &mut Connection,
        keyed: &mut Vec<Object>,
    ) -> Result<()> {
        for (at, &rows) in ways.iter().enumerate() {
            let Some(size) = rows.size(rest.len()) else { continue };
            let (now, later) = rest.split_at(rest.len() - rest.len() % size);
            rest = later;
            for (fits, now) in self.fitting(rows, now, written, objects, connection) {
                match rows {
                    _ if !fits => {
                        self.write_by(&ways[at + 1..], now, written, objects, connection, keyed)?;
                    }
                    Together::Rows(_) if self.must_hit() => {
                        self.write_or_name(rows, size, now, written, objects, connection)?;
                    }
                    _ => {
                        self.write(rows, now.chunks(size), written, objects, connection, keyed)?;
                    }
                }
            }
        }
        self.write(Together::One, std::iter::once(rest), written, objects, connection, keyed)?;
        Ok(())
    }

    /// Changes rows by statements that say how many they have found, and not which: where one is missing, all is undone and
    /// done again one by one, which names it.
    fn write_or_name(
        &self,
        rows: Together,
        size: usize,
        now: &[Object],
        written: &Written,
        objects: &mut dyn Objects,
        connection: &mut Connection,
    ) -> Result<()> {
        if now.is_empty() {
            return Ok(());
        }
        connection.control(Control::Savepoint(POINT))?;
        let all = self.write(rows, now.chunks(size), written, objects, connection, &mut Vec::new())?;
        if !all {
            connection.control(Control::RollbackTo(POINT))?;
        }
        connection.control(Control::Release(POINT))?;
        if !all {
            let now = std::iter::once(now);
            self.write(Together::One, now, written, objects, connection, &mut Vec::new())?;
        }
        Ok(())
    }

    /// Objects that are written so many at a time, in pieces of which each fits into statements of the database, or does not.
    fn fitting<'o>(
        &self,
        rows: Together,
        now: &'o [Object],
        written: &Written,
        objects: &dyn Objects,
        connection: &Connection,
    ) -> Vec<(bool, &'o [Object])> {
        let is_long = |&column: &usize| {
            matches!(self.table.columns[column].ty, Type::Text | Type::Blob | Type::Json | Type::Array(_))
        };
        let most = connection.most_bytes().unwrap_or(usize::MAX);
        let longest = if self.kind == ChangeKind::Insert { usize::MAX } else { LISTED };
        let (is_limited, is_long) = (most.min(longest) < usize::MAX, written.columns.iter().any(is_long));
        let Together::Rows(size) = rows else { return vec![(true, now)] };
        if !is_limited || !is_long {
            return vec![(true, now)];
        }
        let fits = |chunk: &[Object]| {
            let mut bytes = Bytes { all: SPARE, longest: 0 };
            for &object in chunk {
                // What cannot be bound is refused when it is written.
                let _ = objects.bind_all(object, &written.columns, &mut bytes);
                let _ = objects.bind_key(object, &mut bytes);
            }
            bytes.all < most && bytes.longest <= longest
        };
        let mut pieces: Vec<(bool, &[Object])> = Vec::new();
        for (at, chunk) in now.chunks(size).enumerate() {
            let fits = fits(chunk);
            match pieces.last_mut() {
                Some((same, piece)) if *same == fits => {
                    let start = at * size - piece.len();
                    *piece = &now[start..at * size + chunk.len()];
                }
                _ => pieces.push((fits, chunk)),
            }
        }
        pieces
    }
}

/// The number of the savepoint of a step: no session nests so many.
const POINT: usize = usize::MAX;

/// How long a text of a changed row may be that is listed with others: a server that keeps the list as a table cuts longer ones off at
/// 65,536 bytes or a multiple, and says nothing.
const LISTED: usize = 8_192;

/// What a statement and its head take at most beside the values.
const SPARE: usize = 256;

/// What a value takes that is neither a text nor bytes, and the head of one that is.
const OTHER: usize = 16;

/// Counts about how many bytes values take.
struct Bytes {
    all: usize,
    /// Those of the longest.
    longest: usize,
}

impl Bind for Bytes {
    fn bind(&mut self, value: ValueRef<'_>) -> onggi_driver::Result<()> {
        let length = match value {
            ValueRef::Text(text) => text.len(),
            ValueRef::Blob(bytes) => bytes.len(),
            _ => OTHER,
        };
        self.all += OTHER + length;
        self.longest = self.longest.max(length);
        Ok(())
    }
}
