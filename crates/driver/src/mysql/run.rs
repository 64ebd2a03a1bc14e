//! Runs statements.

use onggi_sql::{Compiled, Dialect};

use super::answer::Head;
use super::blame::blamed;
use super::column::cells;
use super::decode;
use super::error::{of_connection, statement_unknown, too_large};
use super::failure::{Answer, Failure};
use super::open::Server;
use super::parameters::{Buffer, HEAD, Parameters};
use super::rows::Rows;
use super::state::State;
use super::statement::Statement;
use super::wire::{Handle, Wire};
use super::writes::Writes;
use crate::error::Kind;
use crate::{Bind, Error, Result, Type, ValueRef};

/// A statement, lent with the connection that runs it.
pub(crate) struct Prepared<'p> {
    pub(super) statement: &'p mut Statement,
    pub(super) text: &'p str,
    pub(super) wire: &'p mut Wire,
    pub(super) state: &'p mut State,
    pub(super) buffer: &'p mut Buffer,
    pub(super) server: &'p Server,
    /// The statement whose list of whole numbers can be placeholders, and which of the values it is.
    list: Option<(&'p Compiled, usize)>,
    /// What asks how many of some keys are there, up to the list of them.
    keys: Option<&'p str>,
}

impl<'p> Prepared<'p> {
    pub(super) fn new(
        statement: &'p mut Statement,
        text: &'p str,
        wire: &'p mut Wire,
        state: &'p mut State,
        buffer: &'p mut Buffer,
        server: &'p Server,
    ) -> Prepared<'p> {
        buffer.clear();
        Prepared { statement, text, wire, state, buffer, server, list: None, keys: None }
    }

    /// The same, of a statement of the project's own: the list of a select can be placeholders, so that the server knows how many
    /// values there are, and the keys of an insert are counted.
    pub(super) fn of(mut self, compiled: &'p Compiled) -> Prepared<'p> {
        self.keys = compiled.keys();
        let list = compiled.list().filter(|_| self.statement.writes == Writes::Not);
        let value = |place: usize| compiled.order().map_or(Some(place), |order| order.get(place).copied());
        self.list = list.and_then(value).map(|value| (compiled, value));
        self
    }

    fn dialect(&self) -> &'static Dialect {
        self.server.dialect
    }

    /// Binds all parameters of a run.
    pub(crate) fn bind<E: From<Error>>(
        &mut self,
        bind: impl FnOnce(&mut dyn Bind) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let renewed = self.statement.renew(self.text, self.wire);
        renewed.map_err(|failure| self.statement.failed(failure, self.state))?;
        self.buffer.clear();
        let (list, packet) = (self.list.map(|(_, value)| value), self.server.packet);
        bind(&mut Parameters { buffer: self.buffer, list, packet })?;
        match (self.statement.parameters, self.buffer.len()) {
            (wanted, bound) if wanted == bound => Ok(()),
            (wanted, bound) => Err(Error::value(format!("{wanted} parameters wanted, {bound} bound")).into()),
        }
    }

    /// Runs it, and says how many rows it found to change.
    pub(crate) fn execute(&mut self) -> Result<u64> {
        self.takes()?;
        let asked = match self.statement.is_prepared() {
            true => {
                let list = self.place()?;
                self.executed(list)
            }
            // What the server does not prepare.
            false => self.wire.run(self.text).map(|()| self.wire.done.written),
        };
        let written = asked.map_err(|failure| self.failed(failure))?;
        self.heard();
        Ok(written)
    }

    fn executed(&mut self, list: Option<usize>) -> Answer<u64> {
        if let Head::Rows { .. } = self.begin(list)?.0 {
            while self.wire.row()? {}
        }
        let done = &self.wire.done;
        let written = self.statement.writes.rows(done.written, &done.info);
        self.wire.finish().map(|()| written)
    }

    /// Runs an insert of a row, and gives its generated key.
    pub(crate) fn insert(&mut self) -> Result<i64> {
        self.insert_together(1)?.first().copied().ok_or_else(no_key)
    }

    /// Runs an insert of so many rows, whose values are bound one row behind the other, and gives the keys that were generated
    /// for them, if any: they come as rows, or count up from that of the answer.
    pub(crate) fn insert_together(&mut self, rows: usize) -> Result<Vec<i64>> {
        self.takes()?;
        self.needs_prepared()?;
        let list = self.place()?;
        let inserted = self.inserted(list);
        let (given, first) = inserted.map_err(|failure| self.failed(failure))?;
        self.heard();
        match (given, first) {
            (Some(keys), _) => self.keys_of(&keys),
            (None, 0) => Ok(Vec::new()),
            // One below zero was given by hand.
            (None, first) if rows == 1 => Ok(vec![i64::from_ne_bytes(first.to_ne_bytes())]),
            (None, first) => self.counted(i64::try_from(first).map_err(|_| no_key())?, rows),
        }
    }

    /// The rows that an insert gives, if it gives any, and the first key that was generated.
    fn inserted(&mut self, list: Option<usize>) -> Answer<(Option<Vec<Vec<u8>>>, u64)> {
        let given = match self.begin(list)?.0 {
            Head::Done => None,
            Head::Rows { .. } => Some(self.all()?),
        };
        let first = self.wire.done.key;
        self.wire.finish().map(|()| (given, first))
    }

    /// The keys that came in rows.
    fn keys_of(&mut self, rows: &[Vec<u8>]) -> Result<Vec<i64>> {
        let columns = self.statement.handle(None).map(|handle| &handle.columns[..]).unwrap_or_default();
        let mut found = Vec::new();
        let mut key = |row: &Vec<u8>| {
            cells(row, columns, &mut found).map_err(|_| no_key())?;
            let (Some(column), Some(Some((start, end)))) = (columns.first(), found.first().copied()) else {
                return Err(no_key());
            };
            match decode::value(Some(&row[start..end]), column, Type::BIGINT)? {
                ValueRef::Integer(key) => Ok(key),
                _ => Err(no_key()),
            }
        };
        rows.iter().map(&mut key).collect()
    }

    /// The keys of rows from that of the first on. The server takes the keys of an insert's rows all at once; whether they are those
    /// that the rows have is looked up, as a trigger may give others.
    fn counted(&mut self, first: i64, rows: usize) -> Result<Vec<i64>> {
        let step = i64::try_from(self.server.step).map_err(|_| no_key())?;
        let keys = (0..rows).map(|row| first.checked_add(step.checked_mul(row.try_into().ok()?)?));
        let keys: Vec<i64> = keys.collect::<Option<_>>().ok_or_else(no_key)?;
        let Some(question) = self.keys else { return Ok(keys) };
        let list: Vec<String> = keys.iter().map(i64::to_string).collect();
        let found = self.wire.texts(&format!("{question}{})", list.join(", ")));
        let found = found.map_err(|failure| self.failed(failure))?;
        let found = found.first().and_then(|row| row.first()?.as_deref()?.parse::<usize>().ok());
        match found == Some(rows) {
            true => Ok(keys),
            false => Err(Error::new(Kind::Other, KEYS_UNKNOWN)),
        }
    }

    pub(crate) fn rows(&mut self) -> Result<Rows<'_>> {
        self.takes()?;
        self.needs_prepared()?;
        let list = self.place()?;
        match self.statement.writes {
            Writes::Not => self.streamed(list),
            _ => self.written(list),
        }
    }

    /// The rows that come as they are asked for.
    fn streamed(&mut self, list: Option<usize>) -> Result<Rows<'_>> {
        match self.begin(list) {
            Ok((_, true)) => {
                let Prepared { statement, wire, state, .. } = self;
                let columns = statement.handle(list).map(|handle| &handle.columns[..]);
                Ok(Rows::new(columns.unwrap_or_default(), wire, state))
            }
            Ok((_, false)) => {
                self.statement.outdate();
                let said = "a table has changed since the statement that reads it was prepared; run it again";
                Err(Error::new(Kind::Serialization, said))
            }
            Err(failure) => Err(self.statement.failed(failure, self.state)),
        }
    }

    /// The rows that a writing statement gives, taken at once: behind them stands what else there is to know.
    fn written(&mut self, list: Option<usize>) -> Result<Rows<'_>> {
        let asked = self.begin(list).and_then(|(head, _)| {
            let rows = if let Head::Rows { .. } = head { self.all()? } else { Vec::new() };
            self.wire.finish().map(|()| rows)
        });
        let rows = asked.map_err(|failure| self.failed(failure))?;
        self.heard();
        let columns = self.statement.handle(list).map(|handle| &handle.columns[..]).unwrap_or_default();
        Ok(Rows::kept(columns, rows, self.state))
    }

    /// All rows of the result that has begun.
    fn all(&mut self) -> Answer<Vec<Vec<u8>>> {
        let mut rows = Vec::new();
        while self.wire.row()? {
            rows.push(self.wire.message().to_vec());
        }
        Ok(rows)
    }

    /// Sends it with its values, and says how its first result begins, and whether that has the columns that were told before. Of
    /// writing statements MariaDB tells none before they run.
    fn begin(&mut self, list: Option<usize>) -> Answer<(Head, bool)> {
        let Prepared { statement, wire, buffer, server, .. } = self;
        let Some(handle) = statement.handle(list) else { return Err(Failure::strange(UNPREPARED)) };
        for (parameter, value) in buffer.apart() {
            wire.give(handle.number, parameter, value, server.packet.saturating_sub(HEAD))?;
        }
        wire.execute(handle.number, |out| buffer.write(out))?;
        begun(wire, handle)
    }

    #[cold]
    fn failed(&mut self, failure: Failure) -> Error {
        let alone = self.is_alone();
        let failure = of_connection(failure, self.wire);
        let error = self.statement.failed(failure, self.state);
        if alone && error.is_lost() {
            return statement_unknown(error);
        }
        // What the server has noted of the failure, it forgets with the next statement.
        let error = blamed(error, self.text, self.wire, self.dialect());
        *self.state = self.state.behind_failure(self.wire, self.dialect());
        error
    }

    /// Whether it may write, and is a transaction of its own.
    fn is_alone(&self) -> bool {
        *self.state == State::Idle && self.statement.control.is_none() && !self.statement.reads_only
    }

    /// Whether it may be run now. One that may write or commit and is lost is not known to be undone, so that it is not sent where
    /// the server has gone before.
    fn takes(&mut self) -> Result<()> {
        self.state.takes(self.statement.control, self.statement.commits)?;
        if (self.is_alone() || self.statement.may_commit)
            && let Some(failure) = self.wire.farewell()
        {
            return Err(self.state.ended(failure));
        }
        Ok(())
    }

    fn needs_prepared(&self) -> Result<()> {
        match self.statement.is_prepared() {
            true => Ok(()),
            false => Err(Error::new(Kind::Other, UNPREPARED)),
        }
    }

    /// Gives each placeholder its value, and says how many of them stand for the list, if they do.
    fn place(&mut self) -> Result<Option<usize>> {
        let list = self.list.zip(self.buffer.list_size());
        let order = self.statement.order.as_deref();
        let placed = list.map(|((_, value), size)| (value, size));
        if !self.buffer.place(order, placed, self.server.packet) {
            return Err(too_large());
        }
        let Some(((compiled, _), size)) = list else { return Ok(None) };
        if self.statement.handle(Some(size)).is_none() {
            let text = compiled.listing(size).unwrap_or_default();
            let prepared = self.statement.prepare_listing(size, &text, self.wire);
            prepared.map_err(|failure| self.failed(failure))?;
        }
        Ok(Some(size))
    }

    /// Notes what the answer says of the transaction.
    fn heard(&mut self) {
        if let Some(control) = self.statement.control {
            *self.state = self.state.after(control);
        }
        *self.state = self.state.reported(self.wire);
    }

    pub(crate) fn columns(&self) -> Vec<String> {
        let columns = self.statement.columns();
        columns.iter().map(|column| column.name.clone()).collect()
    }

    /// Whether it only reads, as far as its first word tells.
    pub(crate) fn reads_only(&self) -> bool {
        self.statement.reads_only
    }

    pub(crate) fn parameter_count(&self) -> usize {
        self.statement.parameters
    }
}

/// How the first result of a prepared statement begins.
pub(super) fn begun(wire: &mut Wire, handle: &mut Handle) -> Answer<(Head, bool)> {
    let head = wire.head()?;
    let same = match head {
        Head::Rows { columns, told: true } => wire.columns(columns, &mut handle.columns)?,
        Head::Rows { columns, told: false } if columns != handle.columns.len() => {
            return wire.noted(Err(Failure::strange("a result has columns that were not told")));
        }
        _ => true,
    };
    Ok((head, same))
}

/// Why there is nothing to read.
const UNPREPARED: &str = "the server does not prepare this statement, so that it gives neither rows nor keys";

/// Why rows have no keys.
const KEYS_UNKNOWN: &str = "the rows have other keys than those that count up from the first, so that it is not known which is whose: \
                            a trigger gives keys, or auto_increment_increment is no longer as when the connection began; insert such \
                            rows one by one";

#[cold]
fn no_key() -> Error {
    Error::value("an insert gave no generated key back")
}
