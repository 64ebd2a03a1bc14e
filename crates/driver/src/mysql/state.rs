use mysql::Conn;
use mysql::session_state_change::SessionStateChange;

use crate::Control;

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
    pub(super) fn reported(self, client: &Conn) -> State {
        let Ok(changes) = client.session_state_changes() else { return self };
        let mut states = changes.iter().filter_map(|change| match change.decode() {
            Ok(SessionStateChange::TransactionState(state)) => state.as_bytes().first().copied(),
            _ => None,
        });
        match states.next_back() {
            Some(b'_') => State::Idle,
            Some(_) => State::Open,
            None => self,
        }
    }
}
