use super::failure::{Answer, Failure};

/// Where a connection stands in its transaction, as PostgreSQL says at the end of each answer.
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
    /// What the end of an answer says.
    pub(super) fn read(end: &[u8]) -> Answer<State> {
        match end {
            b"I" => Ok(State::Idle),
            b"T" => Ok(State::Open),
            b"E" => Ok(State::Failed),
            _ => Err(Failure::strange("the end of an answer says nothing of the transaction")),
        }
    }
}
