/// Counts the stretches of a session's life between transactions and savepoints.
///
/// An object remembers the epoch in which its values were read or written. An object of an earlier transaction takes
/// the values of its row when a query reads it again; one whose epoch was rolled back is suspect.
#[derive(Debug)]
pub(super) struct Epochs {
    now: u32,
    transaction: u32,
}

impl Epochs {
    pub(super) fn new() -> Epochs {
        Epochs { now: 1, transaction: 1 }
    }

    pub(super) fn now(&self) -> u32 {
        self.now
    }

    /// The first epoch of the current transaction.
    pub(super) fn transaction(&self) -> u32 {
        self.transaction
    }

    /// Starts an epoch within the transaction.
    pub(super) fn next(&mut self) -> u32 {
        // A session that passes four billion savepoints stays in the last epoch.
        self.now = self.now.saturating_add(1);
        self.now
    }

    /// Starts the first epoch of a new transaction.
    pub(super) fn begin(&mut self) {
        self.transaction = self.next();
    }
}
