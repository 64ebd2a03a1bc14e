use crate::Control;

/// Where a connection stands in its transaction, which PostgreSQL reports and its client does not pass on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// No transaction is open.
    Idle,
    /// Statements are part of a transaction.
    Open,
    /// A statement of the transaction failed: it can only be undone, to a savepoint or as a whole.
    Failed,
    /// The connection is gone, and the transaction with it.
    Lost,
}

impl State {
    /// The state behind a step that succeeded.
    pub(super) fn after(self, control: Control) -> State {
        match control {
            Control::Commit | Control::Rollback => State::Idle,
            Control::Release(_) => self,
            Control::StatementTimeout(_) => self,
            Control::Begin
            | Control::BeginWrite
            | Control::BeginRead
            | Control::BeginWith(_)
            | Control::Savepoint(_)
            | Control::RollbackTo(_)
            | Control::RollbackToBegin => State::Open,
        }
    }
}
