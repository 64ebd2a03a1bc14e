use onggi_sql::dialect::Transaction;

/// A step of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Begins a transaction that takes what it needs as it goes.
    Begin,
    /// Begins one that is going to write.
    BeginWrite,
    /// Makes it last.
    Commit,
    /// Undoes it.
    Rollback,
    /// Marks a point to return to; points nest by depth.
    Savepoint(usize),
    /// Forgets the point, keeping what came after it.
    Release(usize),
    /// Returns to the point, undoing what came after it.
    RollbackTo(usize),
}

impl Control {
    pub(crate) fn text(self, transaction: &Transaction) -> std::borrow::Cow<'static, str> {
        match self {
            Control::Begin => transaction.begin.into(),
            Control::BeginWrite => transaction.begin_write.into(),
            Control::Commit => transaction.commit.into(),
            Control::Rollback => transaction.rollback.into(),
            Control::Savepoint(depth) => transaction.savepoint(depth).into(),
            Control::Release(depth) => transaction.release(depth).into(),
            Control::RollbackTo(depth) => transaction.rollback_to(depth).into(),
        }
    }
}
