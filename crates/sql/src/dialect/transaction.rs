use std::borrow::Cow;

/// The texts of transaction control.
#[derive(Debug)]
pub struct Transaction {
    /// Begins one that takes what it needs as it goes.
    pub begin: &'static str,
    /// Begins one that is going to write.
    pub begin_write: &'static str,
    /// Makes it last.
    pub commit: &'static str,
    /// Undoes it.
    pub rollback: &'static str,
    /// Refuses writes in transactions from now on, and allows them again, where a statement does so.
    pub read_only: Option<[&'static str; 2]>,
}

impl Transaction {
    /// Marks a point to return to; points nest by depth.
    pub fn savepoint(&self, depth: usize) -> String {
        format!("SAVEPOINT onggi_{depth}")
    }

    /// Forgets the point, keeping what came after it.
    pub fn release(&self, depth: usize) -> String {
        format!("RELEASE SAVEPOINT onggi_{depth}")
    }

    /// Returns to the point, undoing what came after it.
    pub fn rollback_to(&self, depth: usize) -> String {
        format!("ROLLBACK TO SAVEPOINT onggi_{depth}")
    }
}

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
    /// Its text.
    pub fn text(self, transaction: &Transaction) -> Cow<'static, str> {
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

    /// The step that somebody's own text takes, by its first words; none where it is another statement.
    pub fn of(text: &str) -> Option<Control> {
        let words =
            text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let mut words = words.map(str::to_ascii_uppercase);
        Some(match words.next()?.as_str() {
            "BEGIN" | "START" => Control::Begin,
            "COMMIT" | "END" => Control::Commit,
            "ABORT" => Control::Rollback,
            "ROLLBACK" if words.any(|word| word == "TO") => Control::RollbackTo(0),
            "ROLLBACK" => Control::Rollback,
            _ => return None,
        })
    }
}
