//! A statement that is run for many rows, several of which are on their way at a time.

use postgres_protocol::message::{backend, frontend};

use super::failure::Answer;
use super::parameters::{Buffer, SIZE};
use super::run::{Outcome, finish};
use super::state::State;
use super::statement::{Prepared, given};
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
        mut done: impl FnMut(usize, std::result::Result<u64, E>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let written = |outcome: Outcome| Ok(outcome.written);
        self.on_the_way(rows, times, bind, |row, answer| {
            done(row, answer.and_then(|answer| answer.and_then(written).map_err(&failed)))
        })
    }

    /// Runs an insert that gives the generated key back for many rows, several of which are on their way at a time.
    pub(crate) fn insert_all<E: From<Error>>(
        &mut self,
        rows: usize,
        times: &mut u64,
        bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
        failed: impl Fn(Error) -> E,
        mut done: impl FnMut(usize, std::result::Result<i64, E>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let columns = self.statement.columns.clone();
        let key = |outcome: Outcome| given(outcome.first.as_ref().map(|first| first.lend(&columns)));
        self.on_the_way(rows, times, bind, |row, answer| {
            done(row, answer.and_then(|answer| answer.and_then(key).map_err(&failed)))
        })
    }

    /// Asks for many rows without waiting for each answer; a row that cannot be bound is told as such.
    fn on_the_way<E: From<Error>>(
        &mut self,
        rows: usize,
        times: &mut u64,
        mut bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
        mut done: impl FnMut(usize, std::result::Result<Result<Outcome>, E>) -> std::result::Result<(), E>,
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
            let answers = self.answers(&buffers);
            (start..).zip(answers).try_for_each(|(row, answer)| done(row, Ok(answer)))?;
            if let Some(error) = unbound {
                done(next, Err(error))?;
                next += 1;
            }
        }
        Ok(())
    }

    /// Runs it for each of some rows, sent together, and gives what each has come to. In a transaction, what stands behind a
    /// failure is not run; outside of one, each is a transaction of its own.
    fn answers(&mut self, buffers: &[Buffer]) -> Vec<Result<Outcome>> {
        let together = self.wire.state() == State::Open;
        let Prepared { statement, text, wire, .. } = self;
        let asked = wire.ask(if together { 1 } else { buffers.len() }, |out| {
            for buffer in buffers {
                statement.run.write(text, buffer, out)?;
                if !together {
                    frontend::sync(out);
                }
            }
            if together {
                frontend::sync(out);
            }
            Ok(())
        });
        let answers: Vec<Answer<Outcome>> = match asked {
            Err(failure) => vec![Err(failure)],
            Ok(()) if together => outcomes(buffers.len(), wire),
            Ok(()) => {
                let note = |wire: &mut Wire| finish(wire).inspect_err(|failure| wire.note(failure));
                buffers.iter().map(|_| note(wire)).collect()
            }
        };
        // All failures are noted before the first is told.
        let mut answers: Vec<Result<Outcome>> =
            answers.into_iter().map(|answer| answer.map_err(|failure| self.failed(failure))).collect();
        answers.resize_with(buffers.len(), || Err(not_run()));
        answers
    }
}

/// What each of some statements has come to, of an answer with one end; nothing stands behind a failure.
fn outcomes(statements: usize, wire: &mut Wire) -> Vec<Answer<Outcome>> {
    let (mut outcomes, mut outcome) = (Vec::with_capacity(statements), Outcome::default());
    loop {
        let noted = match wire.next() {
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

/// The error of a statement that was sent behind one that failed.
#[cold]
fn not_run() -> Error {
    Error::new(Kind::Other, "a statement before this one failed, and this one was not run")
}
