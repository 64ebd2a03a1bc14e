//! A session's line: requests are sent, answers are waited for in the thread that asks.

use std::collections::{HashMap, VecDeque};
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use onggi_sql::dialect::POSTGRES;
use postgres_protocol::message::{backend, frontend};
use postgres_types::{Oid, Type as PostgresType};

use super::failure::{Answer, Failure, Said};
use super::message::{Cell, cells, cut};
use super::state::State;
use crate::Notification;
use crate::net::{Input, KEPT, Line};

/// The client's end of a line.
pub(super) struct Wire {
    pub(super) line: Line,
    pub(super) input: Input,
    out: BytesMut,
    /// How many requests have no end of their answer yet.
    owed: usize,
    pub(super) is_lost: bool,
    /// Why the last request was not sent as a whole, as long as answers to what was may still come.
    unsent: Option<io::Error>,
    /// What the server said last of the transaction.
    state: State,
    /// Whether the statement that ended last has undone its transaction.
    has_undone: bool,
    /// Whether the statement copies what nobody takes.
    has_copied: bool,
    /// Names of statements that the server is to forget, with the next request.
    forgotten: Vec<String>,
    /// What the next statement is called.
    number: u64,
    /// The version that the server reports.
    pub(super) version: Option<String>,
    /// Messages of other sessions, in order; nothing where nobody wants to hear them.
    pub(super) heard: Option<VecDeque<Notification>>,
    /// What entitles to cancel a statement.
    pub(super) key: (i32, i32),
    /// Types that only this database has.
    pub(super) types: HashMap<Oid, PostgresType>,
}

impl Wire {
    pub(super) fn new(line: Line) -> Wire {
        Wire {
            line,
            input: Input::default(),
            out: BytesMut::new(),
            owed: 0,
            is_lost: false,
            unsent: None,
            state: State::Idle,
            has_undone: false,
            has_copied: false,
            forgotten: Vec::new(),
            number: 0,
            version: None,
            heard: None,
            key: (0, 0),
            types: HashMap::new(),
        }
    }

    /// Whether it is known that nothing comes any more.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Where the session stands in its transaction.
    pub(super) fn state(&self) -> State {
        if self.is_lost { State::Lost } else { self.state }
    }

    /// Whether no transaction is open, or was when the connection was lost.
    pub(super) fn stands_alone(&self) -> bool {
        self.state == State::Idle
    }

    /// Whether the statement that ended last has undone its transaction, whatever it was to do.
    pub(super) fn has_undone(&self) -> bool {
        self.has_undone
    }

    /// Behind what is not understood, nobody knows what an answer is to.
    pub(super) fn note(&mut self, failure: &Failure) {
        if let Failure::Strange(_) = failure {
            (self.is_lost, self.unsent) = (true, None);
        }
    }

    /// What a password can be bound to, so that nobody in between can pass it on.
    #[cfg(feature = "tls")]
    pub(super) fn binding(&self) -> Option<Vec<u8>> {
        self.line.certificate().and_then(super::binding::digest)
    }

    /// The same without TLS built in: no line has a certificate.
    #[cfg(not(feature = "tls"))]
    pub(super) fn binding(&self) -> Option<Vec<u8>> {
        None
    }

    /// Whether nobody else hears what is said.
    pub(super) fn is_private(&self) -> bool {
        self.line.is_private()
    }

    /// A name for a statement that no other of the session has.
    pub(super) fn name(&mut self) -> String {
        self.number += 1;
        format!("s{}", self.number)
    }

    /// Lets the server forget a statement, some time.
    pub(super) fn forget(&mut self, name: String) {
        self.forgotten.push(name);
    }

    /// From a moment on, waiting fails.
    pub(super) fn set_deadline(&mut self, deadline: Option<Instant>) -> io::Result<()> {
        self.line.socket.set_deadline(deadline)
    }

    /// Sends a request, which is answered in so many parts. What is left of the answer before is not looked at any more.
    pub(super) fn ask(
        &mut self,
        parts: usize,
        write: impl FnOnce(&mut BytesMut) -> io::Result<()>,
    ) -> Answer<()> {
        if self.is_lost {
            return Err(gone());
        }
        self.settle()?;
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        write(&mut out).map_err(Failure::Unsent)?;
        if !self.forgotten.is_empty() {
            out = self.forgetting(&out)?;
        }
        self.owed = parts;
        self.say(&out);
        if out.capacity() <= KEPT {
            self.out = out;
        }
        Ok(())
    }

    /// A request with statements before it that the server is to forget.
    fn forgetting(&mut self, request: &[u8]) -> io::Result<BytesMut> {
        let mut out = BytesMut::new();
        for name in self.forgotten.drain(..) {
            frontend::close(b'S', &name, &mut out)?;
        }
        out.extend_from_slice(request);
        Ok(out)
    }

    /// Sends bytes. Where the line breaks meanwhile, what the server has answered until then is still read.
    pub(super) fn say(&mut self, bytes: &[u8]) {
        if let Err(error) = self.line.send(bytes, &mut self.input) {
            (self.is_lost, self.unsent) = (true, Some(error));
        }
    }

    /// Reads what nobody has asked for any more.
    pub(super) fn settle(&mut self) -> Answer<()> {
        while self.owed > 0 {
            match self.next() {
                Err(failure) if self.is_lost || !failure.is_whole() => return Err(failure),
                _ => {}
            }
        }
        Ok(())
    }

    /// The kind of the next message of an answer. Behind a refusal, all of that part of the answer has been read.
    pub(super) fn next(&mut self) -> Answer<u8> {
        if self.is_lost && self.unsent.is_none() {
            return Err(gone());
        }
        let next = self.understood();
        if let Err(failure) = &next {
            self.note(failure);
        }
        next
    }

    fn understood(&mut self) -> Answer<u8> {
        loop {
            let kind = self.receive()?;
            match kind {
                backend::ERROR_RESPONSE_TAG => return Err(self.refused()?),
                backend::READY_FOR_QUERY_TAG if self.end()? => return Err(Failure::NotTaken),
                backend::COPY_OUT_RESPONSE_TAG => self.has_copied = true,
                backend::COPY_DATA_TAG | backend::COPY_DONE_TAG => continue,
                COPY_BOTH => {
                    return Err(Failure::strange("the server replicates, which nothing here has asked for"));
                }
                backend::COMMAND_COMPLETE_TAG => {
                    self.has_undone =
                        self.message().strip_suffix(b"\0") == Some(POSTGRES.transaction.rollback.as_bytes())
                }
                _ if self.is_unasked(kind)? => continue,
                _ => {}
            }
            return Ok(kind);
        }
    }

    /// Takes note of the end of a part of an answer; whether in it was copied what nobody takes.
    fn end(&mut self) -> Answer<bool> {
        self.owed = self.owed.saturating_sub(1);
        self.state = State::read(self.input.message())?;
        self.input.shrink();
        Ok(std::mem::take(&mut self.has_copied))
    }

    /// The content of the message that came last.
    pub(super) fn message(&self) -> &[u8] {
        self.input.message()
    }

    fn receive(&mut self) -> Answer<u8> {
        loop {
            let failure = match cut(&mut self.input) {
                Ok(Some(kind)) => return Ok(kind),
                // Where the next message would begin is not known either.
                Err(failure) => failure,
                Ok(None) => match self.input.read(&mut self.line) {
                    Ok(0) => io::Error::new(ErrorKind::UnexpectedEof, "the server has ended it").into(),
                    Ok(_) => continue,
                    Err(error) => error.into(),
                },
            };
            self.is_lost = true;
            return Err(self.unsent.take().map_or(failure, Failure::Line));
        }
    }

    /// What the server refuses with. It says nothing more of this part, and takes the next.
    pub(super) fn refused(&mut self) -> Answer<Failure> {
        let said = Said::read(self.input.message())?;
        // Unasked, it says that it ends the session.
        self.is_lost |= self.owed == 0 || self.skip_to_end().is_err();
        Ok(Failure::Said(Box::new(said)))
    }

    /// Reads what is left of a part of an answer.
    fn skip_to_end(&mut self) -> Answer<()> {
        loop {
            match self.receive()? {
                backend::READY_FOR_QUERY_TAG => return self.end().map(drop),
                kind => self.is_unasked(kind)?,
            };
        }
    }

    /// Runs texts without parameters; their rows are not looked at.
    pub(super) fn run(&mut self, text: &str) -> Answer<()> {
        self.ask(1, |out| frontend::query(text, out))?;
        loop {
            match self.next()? {
                backend::READY_FOR_QUERY_TAG => return Ok(()),
                backend::COPY_IN_RESPONSE_TAG => self.give_nothing(false)?,
                _ => {}
            }
        }
    }

    /// The rows of a text without parameters, as texts.
    pub(super) fn texts(&mut self, text: &str) -> Answer<Vec<Vec<Option<String>>>> {
        self.ask(1, |out| frontend::query(text, out))?;
        let (mut rows, mut found) = (Vec::new(), Vec::<Cell>::new());
        loop {
            match self.next()? {
                backend::READY_FOR_QUERY_TAG => return Ok(rows),
                backend::DATA_ROW_TAG => {
                    let row = self.message();
                    cells(row, &mut found)?;
                    let text = |(start, end)| String::from_utf8_lossy(&row[start..end]).into_owned();
                    rows.push(found.iter().map(|cell| cell.map(text)).collect());
                }
                _ => {}
            }
        }
    }

    /// Has nothing to copy for a statement that asks for it. In the midst of that, the server does not see where a request ends.
    pub(super) fn give_nothing(&mut self, ends: bool) -> Answer<()> {
        let mut out = BytesMut::new();
        frontend::copy_fail(NOTHING, &mut out)?;
        if ends {
            frontend::sync(&mut out);
        }
        self.say(&out);
        Ok(())
    }

    /// Whether the server answers within a time. One that does not is not to be asked again.
    pub(super) fn answers(&mut self, within: Duration) -> bool {
        let answers = self.set_deadline(Instant::now().checked_add(within)).is_ok() && self.run("").is_ok();
        answers && self.set_deadline(None).is_ok()
    }
}

#[cold]
fn gone() -> Failure {
    io::Error::new(ErrorKind::NotConnected, "it was lost before").into()
}

/// What both ends copy from then on, in a session that replicates.
const COPY_BOTH: u8 = b'W';

/// What the server repeats where a statement asked for something to copy.
pub(super) const NOTHING: &str =
    "there is nothing to copy: rows are inserted, by a statement or as objects, of which many are copied";

/// What is said of a statement that gives what it copies.
pub(super) const NOT_TAKEN: &str =
    "the statement was run, and what it copies is not taken here: rows are read by a query";

/// The server is told, if that does not take any time.
impl Drop for Wire {
    fn drop(&mut self) {
        let mut out = BytesMut::new();
        frontend::terminate(&mut out);
        if !self.is_lost && self.line.socket.set_nonblocking(true).is_ok() {
            // Nobody is there any more who could be told that it has failed.
            drop(self.line.send(&out, &mut self.input));
        }
    }
}
