use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashMap;
use onggi_sql::compile::{commits, looks_up, may_commit, reads_only, words};
use onggi_sql::shape::Shape;
use onggi_sql::{Compiled, Dialect};

use super::blame::blamed;
use super::cancel::Cancel;
use super::error::{lost_before_commit, of_connection, outcome_unknown, statement_unknown, too_large};
use super::failure::Failure;
use super::open::{Caller, Server};
use super::parameters::{APART, Buffer};
use super::run::Prepared;
use super::state::State;
use super::statement::Statement;
use super::wire::Wire;
use crate::error::Kind;
use crate::{Control, Error, Result};

/// A connection to a server and its prepared statements.
pub(crate) struct Connection {
    wire: Box<Wire>,
    server: Server,
    caller: Arc<Caller>,
    state: State,
    /// Whether the time of statements is limited until the transaction ends.
    limited: bool,
    by_shape: HashMap<Shape, (Compiled, Statement)>,
    by_text: HashMap<Box<str>, Statement>,
    buffer: Buffer,
}

/// How many statements are kept prepared of each kind. Who has more starts over: they gain little from keeping.
const CAPACITY: usize = 256;

impl Connection {
    pub(super) fn new(wire: Wire, server: Server, caller: Arc<Caller>) -> Connection {
        Connection {
            wire: Box::new(wire),
            server,
            caller,
            state: State::Idle,
            limited: false,
            by_shape: HashMap::new(),
            by_text: HashMap::new(),
            buffer: Buffer::default(),
        }
    }

    /// How the server writes SQL.
    pub(crate) fn dialect(&self) -> &'static Dialect {
        self.server.dialect
    }

    pub(crate) fn in_transaction(&self) -> bool {
        matches!(self.state, State::Open | State::Failed)
    }

    /// Whether the connection cannot be used any more.
    pub(crate) fn is_lost(&self) -> bool {
        self.state == State::Lost || self.wire.is_lost()
    }

    /// Whether the server answers within a time. If not, nothing more can be done with the connection.
    pub(crate) fn answers(&mut self, limit: Duration) -> bool {
        let answers = !self.is_lost() && self.wire.answers(limit);
        if !answers {
            self.state = State::Lost;
        }
        answers
    }

    /// What ends the running statement from another thread.
    pub(crate) fn cancel(&self) -> Cancel {
        Cancel::new(Arc::clone(&self.caller), self.wire.manner.connection)
    }

    /// How many bytes the server takes at once, where that is less than what values go apart from.
    pub(crate) fn most_bytes(&self) -> Option<usize> {
        Some(self.server.packet).filter(|&packet| packet < APART)
    }

    pub(crate) fn version(&self) -> String {
        self.server.version.clone()
    }

    pub(crate) fn set_read_only(&mut self, read_only: bool) -> Result<()> {
        match self.server.dialect.transaction.read_only {
            Some([refuse, allow]) => self.run(if read_only { refuse } else { allow }),
            None => Ok(()),
        }
    }

    /// Runs a text of no parameters and no rows, unprepared. It may change tables that prepared texts read all columns of.
    pub(crate) fn run(&mut self, text: &str) -> Result<()> {
        let control = Control::of(text);
        self.state.takes(control, commits(text, self.server.dialect))?;
        let sets = words(text).next().is_some_and(|word| word.eq_ignore_ascii_case("set"));
        if !sets && control.is_none() {
            self.by_text.values_mut().for_each(Statement::outdate);
        }
        let alone = self.state == State::Idle && control.is_none() && !reads_only(text);
        let may_commit = may_commit(text, self.server.dialect);
        if (alone || may_commit)
            && let Some(failure) = self.wire.farewell()
        {
            return Err(self.state.ended(failure).with_statement(text));
        }
        let ran = self.ask(text).map_err(|error| match error.is_lost() {
            true if may_commit => outcome_unknown(error),
            true if alone => statement_unknown(error),
            _ => error,
        });
        if let (Ok(()), Some(control)) = (&ran, control) {
            self.heard(control);
        }
        // Of several statements the server's last answer is heard only.
        if text.contains(';') && !matches!(self.state, State::Failed | State::Lost) {
            self.state = self.state.asked(&mut self.wire, self.server.dialect).unwrap_or(State::Lost);
        }
        ran
    }

    /// Takes a step of a transaction.
    pub(crate) fn control(&mut self, control: Control, text: &str) -> Result<()> {
        if control == Control::Commit && self.state == State::Failed {
            self.ask(self.server.dialect.transaction.rollback)?;
            self.state = State::Idle;
            self.lift_limit();
            return Err(Error::new(
                Kind::Serialization,
                "a statement of the transaction collided with another transaction, so it cannot be committed: it is rolled back",
            ));
        }
        if control == Control::Commit
            && let Some(failure) = self.farewell()
        {
            return Err(lost_before_commit(self.state.ended(failure)));
        }
        self.state.takes(Some(control), false)?;
        match self.ask(text) {
            Ok(()) => {
                self.heard(control);
                self.limited |= matches!(control, Control::StatementTimeout(_));
                if matches!(control, Control::Commit | Control::Rollback) {
                    self.lift_limit();
                }
                Ok(())
            }
            Err(error) if control == Control::Commit && error.is_lost() => Err(outcome_unknown(error)),
            Err(error) => {
                if control == Control::Commit {
                    self.state = self.state.uncommitted();
                }
                Err(error)
            }
        }
    }

    /// Why the connection has ended, if it has. Nothing is sent.
    fn farewell(&mut self) -> Option<Failure> {
        match self.state {
            State::Lost => Some(Failure::strange("it was lost before")),
            _ => self.wire.farewell(),
        }
    }

    /// Ends the limit on the time of statements, which the server keeps for the connection. Where that fails, nobody gets the
    /// connection any more; what was done before is done.
    pub(crate) fn lift_limit(&mut self) {
        if let Some(lift) = self.server.dialect.transaction.statement_timeout_end
            && std::mem::take(&mut self.limited)
            && self.ask(lift).is_err()
        {
            self.state = State::Lost;
        }
    }

    fn ask(&mut self, text: &str) -> Result<()> {
        self.takes(text)?;
        if let Err(failure) = self.wire.run(text) {
            let failure = of_connection(failure, &mut self.wire);
            let error = self.state.failed(failure);
            // What the server has noted of the failure, it forgets with the next statement.
            let error = blamed(error, text, &mut self.wire, self.server.dialect).with_statement(text);
            self.state = self.state.behind_failure(&mut self.wire, self.server.dialect);
            return Err(error);
        }
        self.state = self.state.reported(&self.wire);
        Ok(())
    }

    /// Refuses a text that is larger than what the server takes at once: it would end the connection. In front of it, a request has
    /// a byte.
    fn takes(&self, text: &str) -> Result<()> {
        if text.len() + 1 < self.server.packet { Ok(()) } else { Err(too_large()) }
    }

    /// Notes a step that succeeded, and what the server says of it.
    fn heard(&mut self, control: Control) {
        self.state = self.state.after(control);
        self.state = self.state.reported(&self.wire);
    }

    /// Lends the statement of a shape, with its text; compiled and prepared at its first use.
    pub(crate) fn with<T, E: From<Error>>(
        &mut self,
        shape: &Shape,
        compile: impl FnOnce() -> Result<Compiled>,
        work: impl FnOnce(&str, Prepared<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let Connection { wire, state, by_shape, server, buffer, .. } = self;
        if by_shape.get(shape).is_none_or(|(_, statement)| statement.is_outdated()) {
            if let Some((_, outdated)) = by_shape.remove(shape) {
                outdated.close(wire);
            }
            let compiled = compile()?;
            let text = compiled.text();
            let statement = Statement::prepare(text, wire, server.dialect);
            let statement = statement.map_err(|error| state.failed(error).with_statement(text))?;
            let statement = statement.with_order(compiled.order(), compiled.parameters());
            let statement = statement.prepared_once(compiled.is_once());
            if by_shape.len() >= CAPACITY {
                by_shape.drain().for_each(|(_, (_, statement))| statement.close(wire));
            }
            by_shape.insert(shape.clone(), (compiled, statement));
        }
        let Some((compiled, statement)) = by_shape.get_mut(shape) else { return Err(gone().into()) };
        let text = compiled.text();
        work(text, Prepared::new(statement, text, wire, state, buffer, server).of(compiled))
    }

    /// Lends the statement of a text, prepared.
    pub(crate) fn with_text<T, E: From<Error>>(
        &mut self,
        text: &str,
        work: impl FnOnce(Prepared<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.takes(text)?;
        let Connection { wire, state, by_text, server, buffer, .. } = self;
        if by_text.get(text).is_none_or(Statement::is_outdated) {
            if let Some(outdated) = by_text.remove(text) {
                outdated.close(wire);
            }
            let statement = Statement::prepare(text, wire, server.dialect);
            let statement = statement.map_err(|error| state.failed(error).with_statement(text))?;
            let looks_up = !server.dialect.looks_anew && looks_up(text, server.dialect);
            let statement = statement.prepared_once(looks_up);
            if by_text.len() >= CAPACITY {
                by_text.drain().for_each(|(_, statement)| statement.close(wire));
            }
            by_text.insert(text.into(), statement);
        }
        let Some(statement) = by_text.get_mut(text) else { return Err(gone().into()) };
        work(Prepared::new(statement, text, wire, state, buffer, server))
    }
}

#[cold]
fn gone() -> Error {
    Error::new(Kind::Other, "a statement that was kept is gone")
}
