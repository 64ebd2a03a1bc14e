use onggi_sql::Dialect;
use onggi_sql::dialect::{MARIADB, MARIADB_IN_TRANSACTION, MYSQL_OUTSIDE_TRANSACTION};

use super::error::{classify, ended};
use super::failure::{Answer, Failure};
use super::wire::Wire;
use crate::error::Kind;
use crate::{Control, Error, Result};

/// Why no statement is taken.
const COLLIDED: &str = "a statement before this one collided with another transaction, and the server may have undone all of \
                        this one: roll it back, and run it again";

/// Why one is not taken that changes tables.
const COMMITS: &str = "the server would commit the transaction with this statement, and what came before it could not be \
                       undone: run statements that change tables outside of transactions";

/// The error of what is for the next transaction, where one is open.
const IN_TRANSACTION: u16 = 1568;

/// Where a connection stands in its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// No transaction is open.
    Idle,
    /// Statements are part of a transaction.
    Open,
    /// A statement collided with another transaction, and the server may have undone the whole of this one: what came next
    /// would stand for itself.
    Failed,
    /// The connection is gone, and the transaction with it.
    Lost,
}

impl State {
    /// The state behind a step that succeeded.
    pub(super) fn after(self, control: Control) -> State {
        match control {
            Control::Commit | Control::Rollback => State::Idle,
            Control::Release(_) | Control::StatementTimeout(_) => self,
            Control::Begin
            | Control::BeginWrite
            | Control::BeginRead
            | Control::BeginWith(_)
            | Control::Savepoint(_)
            | Control::RollbackTo(_)
            | Control::RollbackToBegin => State::Open,
        }
    }

    /// The state that the server reports with an answer, where it has changed: statements that change tables, procedures
    /// and much else end a transaction.
    pub(super) fn reported(self, wire: &Wire) -> State {
        match wire.done.is_open {
            Some(true) => State::Open,
            Some(false) => State::Idle,
            None => self,
        }
    }

    /// Whether a statement may be run now: behind a collision only a rollback, and nothing in a transaction that would commit
    /// it.
    pub(super) fn takes(self, control: Option<Control>, commits: bool) -> Result<()> {
        match (self, control) {
            (State::Open, _) if commits => Err(Error::new(Kind::Other, COMMITS)),
            (State::Failed, Some(Control::Rollback | Control::RollbackTo(_))) => Ok(()),
            (State::Failed, _) => Err(Error::new(Kind::Serialization, COLLIDED)),
            _ => Ok(()),
        }
    }

    /// The error of a statement.
    #[cold]
    pub(super) fn failed(&mut self, failure: Failure) -> Error {
        let error = classify(failure);
        *self = match *self {
            _ if error.is_lost() => State::Lost,
            State::Open if error.is_serialization_failure() || error.is_busy() => State::Failed,
            state => state,
        };
        error
    }

    /// The error of what is not sent, as the connection has ended.
    #[cold]
    pub(super) fn ended(&mut self, failure: Failure) -> Error {
        *self = State::Lost;
        ended(failure)
    }

    /// The state behind a commit that failed: what is left of the transaction, nobody knows.
    pub(super) fn uncommitted(self) -> State {
        match self {
            State::Open => State::Failed,
            state => state,
        }
    }

    /// The state behind any failure within a transaction, which the server may have ended with it: it is asked.
    #[cold]
    pub(super) fn behind_failure(self, wire: &mut Wire, dialect: &Dialect) -> State {
        if self != State::Open {
            return self;
        }
        match State::asked(self, wire, dialect) {
            Ok(State::Idle) => State::Failed,
            Ok(state) => state,
            Err(_) => State::Lost,
        }
    }

    /// The state as the server has it.
    pub(super) fn asked(self, wire: &mut Wire, dialect: &Dialect) -> Answer<State> {
        if dialect.name == MARIADB.name {
            let rows = wire.texts(MARIADB_IN_TRANSACTION)?;
            let open = rows.first().and_then(|row| row.first()?.as_deref());
            return Ok(if open == Some("0") { State::Idle } else { State::Open });
        }
        match wire.run(MYSQL_OUTSIDE_TRANSACTION) {
            Ok(()) => Ok(State::Idle),
            Err(failure) if failure.code() == Some(IN_TRANSACTION) => Ok(State::Open),
            Err(failure) => Err(failure),
        }
    }
}
