use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Duration;

use hashbrown::{DefaultHashBuilder, HashTable};
use onggi_sql::Compiled;
use onggi_sql::shape::Shape;
use rusqlite::{InterruptHandle, TransactionState};
use self_cell::self_cell;

use super::error::classify;
use super::limit::{Limit, STEPS};
use super::statement::Prepared;
use super::waiting::Known;
use crate::{Error, Result};

/// An open database and its prepared statements.
///
/// Statements borrow the connection they belong to. Keeping both together, rather than asking `rusqlite`'s cache of
/// statements by text, saves 0.2 µs each time a statement is used: a quarter of reading a row by its key.
pub(crate) struct Connection {
    /// It is there but while it is made anew.
    held: Option<Held>,
    known: Known,
    /// The time that statements may take, once somebody has set one.
    limit: Option<Arc<Limit>>,
}

const HELD: &str = "a connection that is used holds its database";

self_cell!(
    struct Held {
        owner: rusqlite::Connection,
        #[not_covariant]
        dependent: Statements,
    }
);

// SAFETY: a statement holds a pointer into SQLite and a reference to its connection, which lies on the heap and moves
// with it. Both are used through a mutable reference to the cell, so by one thread at a time, which is all that SQLite
// asks of a connection and its statements; the connection alone is `Send` for the same reason.
#[allow(unsafe_code)]
unsafe impl Send for Held {}

/// Prepared statements, found by their shapes.
#[derive(Default)]
struct Statements<'c> {
    all: Vec<Statement<'c>>,
    /// Their places, by the hashes of their shapes.
    places: HashTable<usize>,
    hasher: DefaultHashBuilder,
    /// The place of the one that was used last: what runs in a loop is found by a look at one shape.
    last: usize,
}

struct Statement<'c> {
    shape: Shape,
    compiled: Compiled,
    prepared: rusqlite::Statement<'c>,
    only_reads: bool,
}

/// How many statements are kept prepared. Who has more starts over: they gain little from keeping.
const CAPACITY: usize = 256;

impl<'c> Statements<'c> {
    /// The place of the statement of a shape.
    #[inline]
    fn find(&self, shape: &Shape) -> Option<usize> {
        match self.all.get(self.last) {
            Some(last) if last.shape == *shape => Some(self.last),
            _ => self.find_other(shape),
        }
    }

    fn find_other(&self, shape: &Shape) -> Option<usize> {
        let hash = self.hasher.hash_one(shape);
        self.places.find(hash, |&place| self.all[place].shape == *shape).copied()
    }

    /// Adds one of a shape that no other has, and gives its place.
    fn add(&mut self, statement: Statement<'c>) -> usize {
        if self.all.len() >= CAPACITY {
            self.places.clear();
            self.all.clear();
        }
        let Statements { all, places, hasher, .. } = self;
        let place = all.len();
        let hash = hasher.hash_one(&statement.shape);
        all.push(statement);
        places.insert_unique(hash, place, |&place| hasher.hash_one(&all[place].shape));
        place
    }
}

impl Connection {
    pub(super) fn new(inner: rusqlite::Connection, known: Known) -> Connection {
        Connection { held: Some(Held::new(inner, |_| Statements::default())), known, limit: None }
    }

    pub(crate) fn in_transaction(&self) -> bool {
        !self.inner().is_autocommit()
    }

    pub(crate) fn may_have_written(&self) -> bool {
        !matches!(
            self.inner().transaction_state(None::<&str>),
            Ok(TransactionState::None | TransactionState::Read)
        )
    }

    pub(crate) fn set_read_only(&self, read_only: bool) -> Result<()> {
        self.inner().pragma_update(None, "query_only", read_only).map_err(classify)
    }

    /// What ends the running statement from another thread.
    pub(crate) fn interrupt_handle(&self) -> InterruptHandle {
        self.inner().get_interrupt_handle()
    }

    /// Limits the time of each statement from now on, or lets them take what they need.
    ///
    /// SQLite asks for the time only on connections where a limit was ever set. To tell it so takes the database out of the
    /// cell, whose statements are then prepared again.
    pub(crate) fn set_limit(&mut self, length: Option<Duration>) -> Result<()> {
        if let Some(limit) = &self.limit {
            limit.set(length);
            return Ok(());
        }
        if length.is_none() {
            return Ok(());
        }
        let limit = Arc::new(Limit::new());
        let asked = Arc::clone(&limit);
        let mut inner = self.held.take().expect(HELD).into_owner();
        let installed = inner.progress_handler(STEPS, Some(move || asked.is_over()));
        self.held = Some(Held::new(inner, |_| Statements::default()));
        installed.map_err(classify)?;
        limit.set(length);
        self.limit = Some(limit);
        Ok(())
    }

    fn inner(&self) -> &rusqlite::Connection {
        self.held.as_ref().expect(HELD).borrow_owner()
    }

    /// Lends the statement of a shape, with its text; compiled and prepared at its first use.
    pub(crate) fn with<T, E: From<Error>>(
        &mut self,
        shape: &Shape,
        compile: impl FnOnce() -> Result<Compiled>,
        work: impl FnOnce(&str, Prepared<'_, '_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let (known, limit) = (&self.known, self.limit.as_deref());
        self.held.as_mut().expect(HELD).with_dependent_mut(|connection, statements| {
            let mut running = known.run(connection);
            let place = match statements.find(shape) {
                Some(place) => place,
                None => statements.add(prepare_shape(connection, shape, compile()?)?),
            };
            statements.last = place;
            let Statement { compiled, prepared, only_reads, .. } = &mut statements.all[place];
            running.only_reads(*only_reads);
            work(compiled.text(), Prepared::new(prepared, connection, limit, false))
        })
    }

    /// Lends the statement of a text, prepared.
    pub(crate) fn with_text<T, E: From<Error>>(
        &mut self,
        text: &str,
        work: impl FnOnce(Prepared<'_, '_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let connection = self.inner();
        let _running = self.known.run(connection);
        let mut statement =
            connection.prepare_cached(text).map_err(|error| classify(error).with_statement(text))?;
        work(Prepared::new(&mut statement, connection, self.limit.as_deref(), true))
    }
}

fn prepare_shape<'c>(
    connection: &'c rusqlite::Connection,
    shape: &Shape,
    compiled: Compiled,
) -> Result<Statement<'c>> {
    let prepared = prepare(connection, compiled.text())?;
    Ok(Statement { shape: shape.clone(), only_reads: prepared.readonly(), compiled, prepared })
}

fn prepare<'c>(connection: &'c rusqlite::Connection, text: &str) -> Result<rusqlite::Statement<'c>> {
    let flags = rusqlite::PrepFlags::SQLITE_PREPARE_PERSISTENT;
    connection.prepare_with_flags(text, flags).map_err(|error| classify(error).with_statement(text))
}
