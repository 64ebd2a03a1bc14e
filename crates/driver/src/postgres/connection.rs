use std::time::Duration;

use hashbrown::{Equivalent, HashMap};
use onggi_sql::Compiled;
use onggi_sql::compile::{may_commit, reads_only};
use onggi_sql::dialect::POSTGRES;
use onggi_sql::shape::Shape;

use super::cancel::Cancel;
use super::error::{has_been_undone, is_cancelled, lost_before, outcome_unknown, statement_unknown};
use super::fit::Fits;
use super::parameters::Buffer;
use super::state::State;
use super::statement::{Prepared, Statement, failed};
use super::wire::Wire;
use crate::error::Kind;
use crate::{Control, Error, Result, Type};

/// A connection to a server and its prepared statements.
pub(crate) struct Connection {
    pub(super) wire: Wire,
    by_shape: HashMap<Shape, (Compiled, Statement)>,
    by_text: HashMap<Typed, Statement>,
    /// Of which types columns are.
    pub(super) fits: Fits,
    buffer: Buffer,
    cancel: Cancel,
    /// Whether statements stay prepared on the server.
    pub(super) prepares: bool,
}

/// How many statements are kept prepared of each kind. Who has more starts over: they gain little from keeping.
pub(super) const CAPACITY: usize = 256;

impl Connection {
    pub(super) fn new(wire: Wire, cancel: Cancel, prepares: bool) -> Connection {
        Connection {
            wire,
            by_shape: HashMap::new(),
            by_text: HashMap::new(),
            fits: Fits::new(),
            buffer: Buffer::default(),
            cancel,
            prepares,
        }
    }

    pub(crate) fn in_transaction(&self) -> bool {
        matches!(self.wire.state(), State::Open | State::Failed)
    }

    /// Whether the connection cannot be used any more.
    pub(crate) fn is_lost(&self) -> bool {
        self.wire.is_lost()
    }

    /// Whether the server answers within a time.
    pub(crate) fn answers(&mut self, within: Duration) -> bool {
        !self.is_lost() && self.wire.answers(within)
    }

    /// What ends the running statement from another thread.
    pub(crate) fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    pub(crate) fn version(&self) -> String {
        self.wire.version.clone().unwrap_or_else(|| "unknown".to_owned())
    }

    pub(crate) fn set_read_only(&mut self, read_only: bool) -> Result<()> {
        match POSTGRES.transaction.read_only {
            Some([refuse, allow]) => self.run(if read_only { refuse } else { allow }),
            None => Ok(()),
        }
    }

    /// Runs a text of no parameters and no rows, unprepared.
    pub(crate) fn run(&mut self, text: &str) -> Result<()> {
        let alone = self.wire.stands_alone() && Control::of(text).is_none() && !reads_only(text);
        let may_commit = may_commit(text, &POSTGRES);
        if (alone || may_commit) && self.wire.is_broken() {
            return Err(lost_before().with_statement(text));
        }
        self.wire.run(text).map_err(|failure| {
            let error = failed(failure, &mut self.wire).with_statement(text);
            match error.is_lost() {
                _ if may_commit && self.wire.is_lost() => outcome_unknown(error),
                true if alone => statement_unknown().with_source(error),
                _ => error,
            }
        })
    }

    pub(crate) fn control(&mut self, control: Control, text: &str) -> Result<()> {
        if control == Control::Commit {
            self.can_commit()?;
        }
        let mut answer = self.wire.run(text);
        if control == Control::Rollback && answer.as_ref().is_err_and(is_cancelled) {
            // What was to end a statement before this one has come late.
            answer = self.wire.run(text);
        }
        let answer = answer.map_err(|failure| failed(failure, &mut self.wire).with_statement(text));
        match answer {
            Ok(()) if control == Control::Commit && self.wire.has_undone() => Err(has_been_undone()),
            Err(error) if control == Control::Commit && self.is_lost() => Err(outcome_unknown(error)),
            answer => answer,
        }
    }

    /// Whether the server would commit, as far as is known without it. A transaction that it would not is rolled back.
    fn can_commit(&mut self) -> Result<()> {
        if self.wire.is_broken() {
            let said = "the connection to PostgreSQL was lost before the commit, so nothing was committed";
            return Err(Error::new(Kind::Lost, said));
        }
        match self.wire.state() {
            State::Failed => {
                // PostgreSQL would roll back and call it a success.
                self.run(POSTGRES.transaction.rollback)?;
                Err(has_been_undone())
            }
            _ => Ok(()),
        }
    }

    /// Lends the statement of a shape, with its text; compiled and prepared at its first use.
    pub(crate) fn with<T, E: From<Error>>(
        &mut self,
        shape: &Shape,
        compile: impl FnOnce() -> Result<Compiled>,
        work: impl FnOnce(&str, Prepared<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let Connection { wire, by_shape, buffer, prepares, .. } = self;
        if by_shape.get(shape).is_none_or(|(_, statement)| statement.is_outdated()) {
            let compiled = compile()?;
            let text = compiled.text();
            let statement = Statement::prepare(text, &[], *prepares, wire)
                .map_err(|failure| failed(failure, wire).with_statement(text))?;
            if by_shape.len() >= CAPACITY {
                by_shape.drain().for_each(|(_, (_, statement))| statement.forget(wire));
            }
            if let Some((_, outdated)) = by_shape.insert(shape.clone(), (compiled, statement)) {
                outdated.forget(wire);
            }
        }
        let Some((compiled, statement)) = by_shape.get_mut(shape) else {
            return Err(gone().into());
        };
        let text = compiled.text();
        let worked = work(text, Prepared { statement, text, compiled: Some(compiled), wire, buffer });
        buffer.shrink();
        worked
    }

    /// Lends the statement of a text, prepared for parameters of the types that are known.
    pub(crate) fn with_text<T, E: From<Error>>(
        &mut self,
        text: &str,
        types: &[Option<Type>],
        work: impl FnOnce(Prepared<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let Connection { wire, by_text, buffer, prepares, .. } = self;
        let key = Wanted { text, types };
        if by_text.get(&key).is_none_or(Statement::is_outdated) {
            let statement = Statement::prepare(text, types, *prepares, wire)
                .map_err(|failure| failed(failure, wire).with_statement(text))?;
            if by_text.len() >= CAPACITY {
                by_text.drain().for_each(|(_, statement)| statement.forget(wire));
            }
            if let Some(outdated) =
                by_text.insert(Typed { text: text.into(), types: types.into() }, statement)
            {
                outdated.forget(wire);
            }
        }
        let Some(statement) = by_text.get_mut(&key) else { return Err(gone().into()) };
        let worked = work(Prepared { statement, text, compiled: None, wire, buffer });
        buffer.shrink();
        worked
    }
}

/// The text of a statement with the types of its parameters.
#[derive(PartialEq, Eq, Hash)]
struct Typed {
    text: Box<str>,
    types: Box<[Option<Type>]>,
}

/// The same, lent to look it up.
#[derive(Hash)]
struct Wanted<'t> {
    text: &'t str,
    types: &'t [Option<Type>],
}

impl Equivalent<Typed> for Wanted<'_> {
    fn equivalent(&self, kept: &Typed) -> bool {
        (self.text, self.types) == (&*kept.text, &*kept.types)
    }
}

#[cold]
fn gone() -> Error {
    Error::new(Kind::Other, "a statement that was kept is gone")
}
