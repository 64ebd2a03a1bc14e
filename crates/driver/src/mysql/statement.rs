use onggi_sql::Dialect;
use onggi_sql::compile::{commits, may_commit, reads_only};

use super::column::Column;
use super::error::{is_outdated, is_unpreparable, outcome_unknown};
use super::failure::{Answer, Failure};
use super::state::State;
use super::wire::{Handle, Wire};
use super::writes::Writes;
use crate::{Control, Error};

/// A statement that the server has prepared.
pub(super) struct Statement {
    /// None where it prepares no such statement: it is sent as a text.
    inner: Option<Handle>,
    /// The same with so many placeholders in place of a list.
    listing: Vec<(usize, Handle)>,
    pub(super) writes: Writes,
    /// What it does to transactions.
    pub(super) control: Option<Control>,
    /// Whether the server would commit with it.
    pub(super) commits: bool,
    /// Whether it may end a transaction so that what was done in it stays.
    pub(super) may_commit: bool,
    /// Whether it only reads, as far as its first word tells.
    pub(super) reads_only: bool,
    /// For each placeholder which of the values it takes, where that is not each the next.
    pub(super) order: Option<Box<[usize]>>,
    pub(super) parameters: usize,
    /// Whether its tables have changed since it was prepared.
    pub(super) outdated: bool,
    /// Whether it is to be prepared anew for each run, and was run.
    once: Option<bool>,
}

impl Statement {
    /// Prepares a text whose placeholders take each the next value.
    pub(super) fn prepare(text: &str, wire: &mut Wire, dialect: &Dialect) -> Answer<Statement> {
        let inner = match wire.prepare(text) {
            Err(failure) if is_unpreparable(&failure) => None,
            prepared => Some(prepared?),
        };
        let parameters = inner.as_ref().map_or(0, |inner| inner.parameters);
        let (writes, control) = (Writes::of(text), Control::of(text));
        let commits = commits(text, dialect);
        Ok(Statement {
            inner,
            listing: Vec::new(),
            writes,
            control,
            commits,
            may_commit: may_commit(text, dialect),
            reads_only: reads_only(text),
            order: None,
            parameters,
            outdated: false,
            once: None,
        })
    }

    /// The same, prepared anew for each run if that is so.
    pub(super) fn prepared_once(self, once: bool) -> Statement {
        Statement { once: once.then_some(false), ..self }
    }

    /// The same, with which of so many values each placeholder takes.
    pub(super) fn with_order(mut self, order: Option<&[usize]>, parameters: usize) -> Statement {
        self.order = order.map(Box::from);
        self.parameters = parameters;
        self
    }

    /// Whether it has to be prepared again before its next use.
    pub(super) fn is_outdated(&self) -> bool {
        self.outdated || self.once == Some(true)
    }

    /// Lets it be prepared again before its next use.
    pub(super) fn outdate(&mut self) {
        self.outdated = true;
    }

    /// The error of a run. One that the server does not know any more is prepared again when it is used next.
    #[cold]
    pub(super) fn failed(&mut self, failure: Failure, state: &mut State) -> Error {
        self.outdated |= is_outdated(&failure);
        let error = state.failed(failure);
        match self.control {
            _ if self.may_commit && error.is_lost() => outcome_unknown(error),
            Some(Control::Commit) => {
                *state = state.uncommitted();
                error
            }
            _ => error,
        }
    }

    /// It as the server has it, or with so many placeholders for a list.
    pub(super) fn handle(&mut self, list: Option<usize>) -> Option<&mut Handle> {
        match list {
            None => self.inner.as_mut(),
            Some(size) => {
                let mut listing = self.listing.iter_mut();
                listing.find(|(known, _)| *known == size).map(|(_, handle)| handle)
            }
        }
    }

    /// The columns of its rows, as far as they are told.
    pub(super) fn columns(&self) -> &[Column] {
        self.inner.as_ref().map(|inner| &inner.columns[..]).unwrap_or_default()
    }

    /// Whether the server has prepared it.
    pub(super) fn is_prepared(&self) -> bool {
        self.inner.is_some()
    }

    /// Prepares the text that has so many placeholders for a list.
    pub(super) fn prepare_listing(&mut self, size: usize, text: &str, wire: &mut Wire) -> Answer<()> {
        self.listing.push((size, wire.prepare(text)?));
        Ok(())
    }

    /// Lets the server forget it.
    pub(super) fn close(mut self, wire: &mut Wire) {
        self.forget(wire);
    }

    fn forget(&mut self, wire: &mut Wire) {
        let listing = self.listing.drain(..).map(|(_, listing)| listing);
        for prepared in self.inner.take().into_iter().chain(listing) {
            wire.forget(&prepared);
        }
    }

    /// Has it prepared anew for a run that is not its first, where that is needed.
    pub(super) fn renew(&mut self, text: &str, wire: &mut Wire) -> Answer<()> {
        let Some(ran) = &mut self.once else { return Ok(()) };
        if std::mem::replace(ran, true) && self.inner.is_some() {
            self.forget(wire);
            self.inner = Some(wire.prepare(text)?);
        }
        Ok(())
    }
}
