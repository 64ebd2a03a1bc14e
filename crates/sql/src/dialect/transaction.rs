use std::borrow::Cow;

use super::Dialect;
use crate::{Error, Result};

/// The texts of transaction control.
#[derive(Debug)]
pub struct Transaction {
    /// Begins one that takes what it needs as it goes.
    pub begin: &'static str,
    /// Undoes all that was written in one that was begun so, and lets it go on; none where that takes a savepoint.
    pub rollback_to_begin: Option<&'static str>,
    /// Begins one that is going to write.
    pub begin_write: &'static str,
    /// Begins one that only reads, from one state of the database, and is refused writes, where that can be said.
    pub begin_read: Option<&'static str>,
    /// What stands before an isolation level where one begins; none where all are serializable.
    pub begin_level: Option<&'static str>,
    /// What stands before an isolation level in a statement of its own, before the next transaction begins.
    pub next_level: Option<&'static str>,
    /// Limits the time of each statement to the milliseconds that `{}` stands for, until the transaction ends.
    pub statement_timeout: Option<&'static str>,
    /// Lifts that limit, where it does not end with the transaction.
    pub statement_timeout_end: Option<&'static str>,
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

/// What transactions see of others that run at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isolation {
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// All statements see what was committed before the first of them.
    RepeatableRead,
    /// Transactions do what they would do one after another, or fail and can be run again.
    Serializable,
}

impl Isolation {
    fn words(self) -> &'static str {
        match self {
            Isolation::ReadCommitted => "READ COMMITTED",
            Isolation::RepeatableRead => "REPEATABLE READ",
            Isolation::Serializable => "SERIALIZABLE",
        }
    }
}

/// How a transaction is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modes {
    /// What it sees of others.
    pub isolation: Isolation,
    /// Whether it is refused writes.
    pub read_only: bool,
    /// Whether it waits at its start until it can read without a risk of collision.
    pub deferrable: bool,
}

impl Modes {
    fn text(self, dialect: &Dialect) -> Result<Cow<'static, str>> {
        let transaction = &dialect.transaction;
        let Some(begin) = transaction.begin_level else {
            return match (self.deferrable, self.read_only) {
                (true, _) => Err(Error::unsupported(dialect.name, "deferrable transactions")),
                (false, true) if transaction.next_level.is_some() => {
                    Ok(transaction.begin_read.unwrap_or(transaction.begin).into())
                }
                (false, true) => Ok(transaction.begin.into()),
                (false, false) => Ok(transaction.begin_write.into()),
            };
        };
        let level = self.isolation.words();
        let read_only = if self.read_only { " READ ONLY" } else { "" };
        let deferrable = if self.deferrable { " DEFERRABLE" } else { "" };
        Ok(format!("{begin}{level}{read_only}{deferrable}").into())
    }
}

/// A step of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Begins a transaction that takes what it needs as it goes.
    Begin,
    /// Begins one that is going to write.
    BeginWrite,
    /// Begins one that only reads, from one state of the database.
    BeginRead,
    /// Begins one that runs as it is said.
    BeginWith(Modes),
    /// Limits the time of each statement of the transaction to so many milliseconds.
    StatementTimeout(u32),
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
    /// Returns to the beginning of a transaction that takes what it needs as it goes, where the dialect can.
    RollbackToBegin,
}

impl Control {
    /// Whether it begins a transaction that is to be refused writes, and its text does not say so.
    pub fn leaves_writes(self, dialect: &Dialect) -> bool {
        match self {
            Control::BeginRead => dialect.transaction.begin_read.is_none(),
            Control::BeginWith(modes) => {
                let says_so = dialect.transaction.begin_level.or(dialect.transaction.next_level).is_some();
                modes.read_only && !says_so
            }
            _ => false,
        }
    }

    /// The statement that comes before its text, where one does not say it all: the isolation of what begins.
    pub fn first(self, dialect: &Dialect) -> Option<Cow<'static, str>> {
        let next = dialect.transaction.next_level?;
        let isolation = match self {
            Control::BeginRead => Isolation::RepeatableRead,
            Control::BeginWith(modes) => modes.isolation,
            _ => return None,
        };
        Some(format!("{next}{}", isolation.words()).into())
    }

    /// Its text.
    ///
    /// # Errors
    ///
    /// What the database lacks.
    pub fn text(self, dialect: &Dialect) -> Result<Cow<'static, str>> {
        let transaction = &dialect.transaction;
        Ok(match self {
            Control::Begin => transaction.begin.into(),
            Control::BeginWrite => transaction.begin_write.into(),
            Control::BeginRead => transaction.begin_read.unwrap_or(transaction.begin).into(),
            Control::BeginWith(modes) => modes.text(dialect)?,
            Control::StatementTimeout(milliseconds) => match transaction.statement_timeout {
                Some(limit) => limit.replace("{}", &milliseconds.to_string()).into(),
                None => return Err(Error::unsupported(dialect.name, "limit on the time of statements")),
            },
            Control::Commit => transaction.commit.into(),
            Control::Rollback => transaction.rollback.into(),
            Control::Savepoint(depth) => transaction.savepoint(depth).into(),
            Control::Release(depth) => transaction.release(depth).into(),
            Control::RollbackTo(depth) => transaction.rollback_to(depth).into(),
            Control::RollbackToBegin => transaction.rollback_to_begin.unwrap_or(transaction.rollback).into(),
        })
    }

    /// The step that somebody's own text takes, by its first words; none where it is another statement.
    pub fn of(text: &str) -> Option<Control> {
        let text = without_comments(text);
        let words =
            text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(str::to_ascii_uppercase).collect();
        let has = |word: &str| words.iter().any(|other| other == word);
        let chains = has("CHAIN") && !has("NO");
        Some(match words.first()?.as_str() {
            "BEGIN" | "START" => Control::Begin,
            "COMMIT" | "END" | "ROLLBACK" if has("PREPARED") => return None,
            "COMMIT" | "END" | "ROLLBACK" | "ABORT" if chains => Control::Begin,
            "COMMIT" | "END" => Control::Commit,
            "PREPARE" if words.get(1).is_some_and(|word| word == "TRANSACTION") => Control::Rollback,
            "ABORT" => Control::Rollback,
            "ROLLBACK" if has("TO") => Control::RollbackTo(0),
            "ROLLBACK" => Control::Rollback,
            _ => return None,
        })
    }
}

/// The text behind the comments at its start.
fn without_comments(text: &str) -> &str {
    let mut text = text.trim_start();
    loop {
        text = match text.as_bytes() {
            [b'-', b'-', ..] => text.split_once('\n').map_or("", |(_, rest)| rest),
            [b'/', b'*', ..] => text.split_once("*/").map_or("", |(_, rest)| rest),
            _ => return text,
        }
        .trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::Control;

    #[test]
    fn steps_are_known_by_their_words() {
        for (text, step) in [
            ("begin isolation level serializable", Some(Control::Begin)),
            ("/* x */ -- y\n BEGIN", Some(Control::Begin)),
            ("COMMIT AND CHAIN", Some(Control::Begin)),
            ("COMMIT AND NO CHAIN", Some(Control::Commit)),
            ("end", Some(Control::Commit)),
            ("ROLLBACK TO SAVEPOINT a", Some(Control::RollbackTo(0))),
            ("ROLLBACK PREPARED 'x to y'", None),
            ("PREPARE TRANSACTION 'x'", Some(Control::Rollback)),
            ("SELECT 1", None),
            ("", None),
        ] {
            assert_eq!(Control::of(text), step, "{text}");
        }
    }
}
