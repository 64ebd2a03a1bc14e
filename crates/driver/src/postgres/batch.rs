//! A statement that is run for many rows, several of which are on their way at a time.

use postgres_protocol::message::{backend, frontend};

use super::error::{is_outdated, statement_unknown};
use super::failure::{Answer, Failure};
use super::parameters::{Buffer, SIZE};
use super::run::{ALL, Outcome, finish};
use super::state::State;
use super::statement::{Prepared, Statement, given};
use super::types::Form;
use super::wire::Wire;
use crate::error::Kind;
use crate::{Bind, Error, Result};

/// How many statements are on their way at a time.
const ON_THE_WAY: usize = 256;

impl Prepared<'_> {
    /// Runs the statement for many rows, several of which are on their way at a time.
    pub(crate) fn execute_all<E: From<Error>>(
        &mut self,
        rows: usize,
        times: &mut u64,
        bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
        failed: impl Fn(Error) -> E,
        done: impl FnMut(usize, std::result::Result<u64, E>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        self.on_the_way(rows, times, bind, |outcome, _| Ok(outcome.written), failed, done)
    }

    /// Runs an insert that gives the generated key back for many rows, several of which are on their way at a time.
    pub(crate) fn insert_all<E: From<Error>>(
        &mut self,
        rows: usize,
        times: &mut u64,
        bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
        failed: impl Fn(Error) -> E,
        done: impl FnMut(usize, std::result::Result<i64, E>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let key = |outcome: Outcome, columns: &[Form]| {
            given(outcome.first.as_ref().map(|first| first.lend(columns)))
        };
        self.on_the_way(rows, times, bind, key, failed, done)
    }

    /// Asks for many rows without waiting for each answer; a row that cannot be bound is told as such.
    fn on_the_way<T, E: From<Error>>(
        &mut self,
        rows: usize,
        times: &mut u64,
        mut bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
        read: impl Fn(Outcome, &[Form]) -> Result<T>,
        failed: impl Fn(Error) -> E,
        mut done: impl FnMut(usize, std::result::Result<T, E>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut next = 0;
        while next < rows {
            let (start, mut buffers, mut size) = (next, Vec::new(), 0);
            let mut unbound = None;
            while next < rows && buffers.len() < ON_THE_WAY && size < SIZE && unbound.is_none() {
                // What was bound before is written before the failure is told.
                match self.bind(|to| bind(next, to)) {
                    Ok(()) => {
                        size += self.buffer.size();
                        buffers.push(std::mem::take(self.buffer));
                        next += 1;
                    }
                    Err(error) => unbound = Some(error),
                }
            }
            *times += buffers.len() as u64;
            let answers = self.answers(&buffers, &read);
            (start..).zip(answers).try_for_each(|(row, answer)| done(row, answer.map_err(&failed)))?;
            if let Some(error) = unbound {
                done(next, Err(error))?;
                next += 1;
            }
        }
        Ok(())
    }

    /// Runs it for each of some rows, and gives what each has come to. In a transaction, what stands behind a failure is not run;
    /// outside of one, each is a transaction of its own.
    fn answers<T>(
        &mut self,
        buffers: &[Buffer],
        read: &impl Fn(Outcome, &[Form]) -> Result<T>,
    ) -> Vec<Result<T>> {
        if self.wire.settle().is_err() || self.wire.is_lost() {
            return buffers.iter().map(|_| Err(not_sent())).collect();
        }
        let in_transaction = self.wire.state() != State::Idle;
        let answers = self.run(&buffers.iter().collect::<Vec<_>>());
        let is_outdated = |answer: &Answer<Outcome>| answer.as_ref().is_err_and(is_outdated);
        let outdated: Vec<usize> = (0..answers.len()).filter(|&row| is_outdated(&answers[row])).collect();
        // All failures are noted before the first is told.
        let mut told: Vec<Result<T>> =
            answers.into_iter().map(|answer| self.told(answer, in_transaction, read)).collect();
        if !in_transaction && let Some(&first) = outdated.first() {
            // Nothing was lost by the refusals.
            match self.renew() {
                Ok(true) => {
                    let again = self.run(&outdated.iter().map(|&row| &buffers[row]).collect::<Vec<_>>());
                    for (&row, answer) in outdated.iter().zip(again) {
                        told[row] = self.told(answer, in_transaction, read);
                    }
                }
                Ok(false) => {}
                Err(error) => told[first] = Err(error),
            }
        }
        let is_lost = self.wire.is_lost();
        told.resize_with(buffers.len(), || Err(if is_lost { unanswered(in_transaction) } else { not_run() }));
        told
    }

    fn told<T>(
        &mut self,
        answer: Answer<Outcome>,
        in_transaction: bool,
        read: &impl Fn(Outcome, &[Form]) -> Result<T>,
    ) -> Result<T> {
        match answer {
            Ok(outcome) => read(outcome, &self.statement.columns),
            Err(failure) => {
                let error = self.failed(failure);
                Err(if error.is_lost() { unanswered(in_transaction).with_source(error) } else { error })
            }
        }
    }

    /// Runs it for some rows, up to a failure behind which nothing is run.
    fn run(&mut self, buffers: &[&Buffer]) -> Vec<Answer<Outcome>> {
        if buffers.is_empty() {
            return Vec::new();
        }
        let in_transaction = self.wire.state() == State::Open;
        let Prepared { statement: Statement { run, copies, .. }, text, wire, .. } = self;
        let note = |wire: &mut Wire| finish(wire).inspect_err(|failure| wire.note(failure));
        if *copies {
            // What stands behind it would be taken for something to copy.
            let mut answers = Vec::with_capacity(buffers.len());
            for buffer in buffers {
                let answer = run.ask(ALL, text, buffer, wire).and_then(|()| note(wire));
                let is_last = answer.is_err() && (in_transaction || wire.is_lost());
                answers.push(answer);
                if is_last {
                    break;
                }
            }
            return answers;
        }
        let asked = wire.ask(if in_transaction { 1 } else { buffers.len() }, |out| {
            for (place, buffer) in buffers.iter().enumerate() {
                run.write(text, buffer, out)?;
                if !in_transaction || place + 1 == buffers.len() {
                    frontend::sync(out);
                }
            }
            Ok(())
        });
        match asked {
            Err(failure) => vec![Err(failure)],
            Ok(()) if in_transaction => outcomes(buffers.len(), wire),
            Ok(()) => buffers.iter().map(|_| note(wire)).collect(),
        }
    }
}

/// What each of some statements has come to, of an answer with one end; nothing stands behind a failure.
fn outcomes(statements: usize, wire: &mut Wire) -> Vec<Answer<Outcome>> {
    let (mut outcomes, mut outcome) = (Vec::with_capacity(statements), Outcome::default());
    loop {
        let noted = match wire.next() {
            // No end would come.
            Ok(backend::COPY_IN_RESPONSE_TAG) => {
                Err(Failure::strange("a statement wants something to copy in the midst of others"))
            }
            Ok(backend::READY_FOR_QUERY_TAG) => return outcomes,
            Ok(kind) => outcome.note(kind, wire.message()),
            Err(failure) => Err(failure),
        };
        match noted {
            Ok(false) => {}
            Ok(true) => outcomes.push(Ok(std::mem::take(&mut outcome))),
            Err(failure) => {
                outcomes.push(Err(failure));
                return outcomes;
            }
        }
    }
}

/// The error of a statement for which there is no connection.
#[cold]
fn not_sent() -> Error {
    Error::new(Kind::Lost, "the connection to PostgreSQL is lost, and this statement was not sent")
}

/// The error of a statement that stands behind one that failed.
#[cold]
fn not_run() -> Error {
    Error::new(Kind::Other, "a statement before this one failed, and this one was not run")
}

/// The error of a statement whose answer did not come.
#[cold]
fn unanswered(in_transaction: bool) -> Error {
    let said = "the connection to PostgreSQL was lost before the answer to this statement: nothing of the transaction stays";
    match in_transaction {
        true => Error::new(Kind::Lost, said),
        false => statement_unknown(),
    }
}
