//! Occurrences of tables in queries: a query's own, and those that relations lead to from there.
//!
//! A [`Source`]'s id is the number of a query in its upper half and the number of a path in its lower. Both are given
//! out once in a process: equal paths of one query share a join, and queries can stand inside each other.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, PoisonError, RwLock};

use onggi_sql::{Expression, Source, Table, Type, Value};

use crate::relation::Relation;

/// The last step of a path.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    /// Where it starts: an occurrence of a table.
    pub(crate) from: Source,
    pub(crate) relation: &'static Relation,
}

/// All paths that the program's queries have taken: as many as it has written down, and their numbers.
#[derive(Default)]
struct Paths {
    /// The last steps, within query 0; path 1 is the first.
    steps: Vec<Step>,
    /// By the number of the path before, and the address of the relation.
    numbers: HashMap<(u32, usize), u32>,
}

static PATHS: LazyLock<RwLock<Paths>> = LazyLock::new(RwLock::default);

/// The table of a new query.
#[inline]
pub(crate) fn root(table: &'static Table) -> Source {
    static QUERIES: AtomicU32 = AtomicU32::new(1);
    Source { table, id: u64::from(QUERIES.fetch_add(1, Ordering::Relaxed)) << 32 }
}

/// The table that a relation leads to.
pub fn follow(from: Source, relation: &'static Relation) -> Source {
    let key = (path(from), std::ptr::from_ref(relation).addr());
    let known = PATHS.read().unwrap_or_else(PoisonError::into_inner).numbers.get(&key).copied();
    let number = known.unwrap_or_else(|| {
        let mut paths = PATHS.write().unwrap_or_else(PoisonError::into_inner);
        let Paths { steps, numbers } = &mut *paths;
        *numbers.entry(key).or_insert_with(|| {
            steps.push(Step { from: Source { id: path(from).into(), ..from }, relation });
            // Four billion paths do not fit into memory.
            u32::try_from(steps.len()).unwrap_or(u32::MAX)
        })
    });
    Source { table: relation.target(), id: query(from) | u64::from(number) }
}

/// The step that leads to an occurrence, or none to a query's own table.
pub(crate) fn step(to: Source) -> Option<Step> {
    let paths = PATHS.read().unwrap_or_else(PoisonError::into_inner);
    let step = *paths.steps.get((path(to) as usize).checked_sub(1)?)?;
    Some(Step { from: Source { id: query(to) | step.from.id, ..step.from }, ..step })
}

/// The new row of an insert into this table that meets a row of it.
pub(crate) fn proposed(source: Source) -> Source {
    Source { id: source.id | PATH, ..source }
}

/// The table that a new row is inserted into, where it is one.
#[inline]
pub(crate) fn of_proposed(source: Source) -> Option<Source> {
    (path(source) == u32::MAX).then(|| Source { id: query(source), ..source })
}

/// An object among the rows of another query, which have a number: its columns are there from a place on, and may be
/// missing.
pub(crate) fn among(table: &'static Table, rows: u64, start: usize, missing: bool) -> Source {
    // No row has as many columns as there are places.
    let place = start as u64 & (MISSING - 1);
    Source { table, id: rows | AMONG | if missing { MISSING } else { 0 } | place }
}

/// Where an object's columns begin among those of another query's rows, if it is one of these.
#[inline]
fn start(source: Source) -> Option<usize> {
    let is_among = source.id & AMONG != 0 && path(source) != u32::MAX;
    is_among.then_some((source.id & (MISSING - 1)) as usize)
}

/// Whether it is an object of another query that has found none in some rows.
pub(crate) fn may_be_missing(source: Source) -> bool {
    start(source).is_some() && source.id & MISSING != 0
}

/// The number of the rows that an object is among, if it is one of another query's.
pub(crate) fn rows(source: Source) -> Option<u64> {
    start(source).map(|_| query(source))
}

/// A column of an occurrence.
#[inline]
pub(crate) fn column(source: Source, column: usize) -> Expression {
    match start(source) {
        None => Expression::column(source, column),
        Some(start) => Expression::Output {
            source: query(source),
            column: start + column,
            decimal: source.table.columns[column].ty == Type::Decimal,
        },
    }
}

/// Whether two occurrences are of the same query.
pub(crate) fn same_query(one: Source, other: Source) -> bool {
    query(one) == query(other)
}

/// Whether it is a query's own table.
#[inline]
pub(crate) fn is_own_table(source: Source) -> bool {
    path(source) == 0
}

/// Whether it is a query's own table, or an object among the rows that it reads.
#[inline]
pub(crate) fn is_root(source: Source) -> bool {
    is_own_table(source) || start(source).is_some()
}

/// Every column, those left out that are deferred: as an object is read.
pub(crate) fn columns(source: Source) -> impl Iterator<Item = Expression> {
    // Another query has left out what it has not read.
    let all = start(source).is_some();
    source.table.columns.iter().enumerate().map(move |(position, own)| match own.deferred && !all {
        true => Expression::Value(Value::Null),
        false => column(source, position),
    })
}

/// Tells objects among the rows of other queries from paths.
const AMONG: u64 = 1 << 31;

/// Tells those that may be missing from others.
const MISSING: u64 = 1 << 30;

const PATH: u64 = u32::MAX as u64;

#[inline]
fn query(source: Source) -> u64 {
    source.id & !PATH
}

#[inline]
fn path(source: Source) -> u32 {
    // The lower half.
    (source.id & PATH) as u32
}
