use crate::Source;

/// `FOR UPDATE` and its like: rows that are read are locked until the transaction's end.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    /// What others may still do with the rows.
    pub strength: LockStrength,
    /// The sources whose rows are locked; none locks those of all.
    pub of: Vec<Source>,
    /// What happens where another transaction has locked a row.
    pub wait: LockWait,
}

/// What others may still do with locked rows, besides reading them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockStrength {
    /// Nothing.
    Update,
    /// Refer to their keys.
    NoKeyUpdate,
    /// Lock them for themselves as well.
    Share,
    /// All but to change their keys and to delete them.
    KeyShare,
}

impl LockStrength {
    /// As standard SQL and PostgreSQL say it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            LockStrength::Update => " FOR UPDATE",
            LockStrength::NoKeyUpdate => " FOR NO KEY UPDATE",
            LockStrength::Share => " FOR SHARE",
            LockStrength::KeyShare => " FOR KEY SHARE",
        }
    }
}

/// What happens where another transaction has locked a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockWait {
    /// The statement waits.
    Wait,
    /// The statement fails.
    Fail,
    /// The row is left out.
    Skip,
}
