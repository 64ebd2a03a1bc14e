/// Where an object stands between its session and the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Added, not written yet: the next flush inserts it.
    Pending,
    /// Loaded or written; it has a row.
    Persistent,
    /// To be deleted by the next flush, or deleted by one whose transaction is still open.
    Deleted,
    /// Not in this session: detached, deleted for good, rolled back, or of another session.
    Detached,
}
