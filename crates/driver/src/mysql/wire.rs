//! A session's line: requests are sent, answers are waited for in the thread that asks.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use super::answer::Done;
use super::column::Column;
use super::content::Content;
use super::failure::{Answer, Failure};
use crate::net::{Input, KEPT, Line};

/// What a packet holds at most. A message that is longer goes on in the next.
pub(super) const MOST: usize = 0xff_ffff;

/// The numbers of what can be asked for.
const QUERY: u8 = 0x03;
const PING: u8 = 0x0e;
const QUIT: u8 = 0x01;
const PREPARE: u8 = 0x16;
const EXECUTE: u8 = 0x17;
const LONG_DATA: u8 = 0x18;
const CLOSE: u8 = 0x19;

/// The client's end of a line.
pub(super) struct Wire {
    pub(super) line: Line,
    input: Input,
    /// A message that came in several packets, as a whole.
    joined: Vec<u8>,
    out: Vec<u8>,
    /// The number that the next packet has.
    sequence: u8,
    is_lost: bool,
    /// Why the last request was not sent as a whole, as long as what the server said before may still come.
    unsent: Option<io::Error>,
    pub(super) left: Left,
    /// What the answer that came last has said.
    pub(super) done: Done,
    /// Numbers of statements that the server is to forget, with the next request.
    forgotten: Vec<u32>,
    /// How the server speaks.
    pub(super) manner: Manner,
}

/// How a server speaks, as both have agreed.
#[derive(Clone, Copy, Default)]
pub(super) struct Manner {
    /// Whether lists of columns and rows end with a message of the old form.
    pub(super) ends: bool,
    /// Whether columns that have not changed since they were told are not told again.
    pub(super) remembers: bool,
    /// Whether it says what has changed of the session.
    pub(super) tracks: bool,
    /// The server's number of the connection.
    pub(super) connection: u32,
}

/// What is left of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Nothing,
    /// A result, from its start on.
    Result,
    /// Rows of a result.
    Rows,
}

/// A statement that the server has prepared.
pub(super) struct Handle {
    pub(super) number: u32,
    pub(super) parameters: usize,
    pub(super) columns: Vec<Column>,
}

impl Wire {
    pub(super) fn new(line: Line) -> Wire {
        Wire {
            line,
            input: Input::default(),
            joined: Vec::new(),
            out: Vec::new(),
            sequence: 0,
            is_lost: false,
            unsent: None,
            left: Left::Nothing,
            done: Done::default(),
            forgotten: Vec::new(),
            manner: Manner::default(),
        }
    }

    /// Whether it is known that nothing comes any more.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Whether something has come that was not asked for.
    pub(super) fn has_waiting(&self) -> bool {
        !self.input.waiting().is_empty()
    }

    /// From a moment on, waiting fails.
    pub(super) fn set_deadline(&mut self, deadline: Option<Instant>) -> io::Result<()> {
        self.line.socket.set_deadline(deadline)
    }

    /// Sends a request. What is left of the answer before is not looked at any more.
    fn ask(&mut self, left: Left, write: impl FnOnce(&mut Vec<u8>)) -> Answer<()> {
        if self.is_lost {
            return Err(gone());
        }
        self.settle()?;
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        for number in self.forgotten.drain(..) {
            self.sequence = 0;
            put_packet(&mut out, &mut self.sequence, |out| {
                out.push(CLOSE);
                out.extend(number.to_le_bytes());
            });
        }
        self.sequence = 0;
        put_packet(&mut out, &mut self.sequence, write);
        (self.left, self.done) = (left, Done::default());
        self.send(&out);
        if out.capacity() <= KEPT {
            self.out = out;
        }
        Ok(())
    }

    /// Sends bytes. Where the line breaks meanwhile, what the server has said until then is still read.
    fn send(&mut self, bytes: &[u8]) {
        if let Err(error) = self.line.send(bytes, &mut self.input) {
            (self.is_lost, self.unsent) = (true, Some(error));
        }
    }

    /// Sends the next message of a conversation.
    pub(super) fn say(&mut self, content: &[u8]) {
        let mut out = Vec::new();
        put_packet(&mut out, &mut self.sequence, |out| out.extend(content));
        self.send(&out);
    }

    /// The next message, as a whole.
    #[inline]
    pub(super) fn receive(&mut self) -> Answer<&[u8]> {
        self.joined.clear();
        loop {
            let length = self.packet()?;
            if length < MOST && self.joined.is_empty() {
                return Ok(self.input.message());
            }
            self.joined.extend_from_slice(self.input.message());
            if length < MOST {
                return Ok(&self.joined);
            }
        }
    }

    /// The next message of who has not let the program in: none is longer than a packet.
    pub(super) fn receive_short(&mut self) -> Answer<&[u8]> {
        self.joined.clear();
        match self.packet()? {
            MOST => Err(Failure::strange("a message is longer than any that lets somebody in")),
            _ => Ok(self.input.message()),
        }
    }

    /// Waits for the next packet, takes it, and says how long it is.
    #[inline]
    fn packet(&mut self) -> Answer<usize> {
        if self.is_lost && self.unsent.is_none() {
            return Err(gone());
        }
        loop {
            match self.next_packet() {
                Ok(Some(length)) => return Ok(length),
                Ok(None) => match self.input.read(&mut self.line) {
                    Ok(0) => {
                        let ended = io::Error::new(ErrorKind::UnexpectedEof, "the server has ended it");
                        return Err(self.lost(ended.into()));
                    }
                    Ok(_) => {}
                    Err(error) => return Err(self.lost(error.into())),
                },
                Err(failure) => return Err(self.lost(failure)),
            }
        }
    }

    /// Takes the next packet, if it is here as a whole, and says how long it is.
    fn next_packet(&mut self) -> Answer<Option<usize>> {
        let here = self.input.waiting();
        let Some(&[a, b, c, number]) = here.first_chunk() else { return Ok(None) };
        let length = usize::try_from(u32::from_le_bytes([a, b, c, 0])).unwrap_or(MOST);
        // What the server refuses with before it ends a connection is no answer, and has a number of its own.
        let is_refusal = length > 0 && here.get(4).is_none_or(|kind| *kind == 0xff);
        if number != self.sequence && !is_refusal {
            return Err(Failure::strange("messages come out of their order"));
        }
        if here.len() - 4 < length {
            return Ok(None);
        }
        self.sequence = number.wrapping_add(1);
        self.input.take(4, length);
        Ok(Some(length))
    }

    /// The message that came last.
    #[inline]
    pub(super) fn message(&self) -> &[u8] {
        if self.joined.is_empty() { self.input.message() } else { &self.joined }
    }

    #[cold]
    fn lost(&mut self, failure: Failure) -> Failure {
        self.is_lost = true;
        self.left = Left::Nothing;
        self.unsent.take().map_or(failure, Failure::Line)
    }

    /// Gives back what a long message has needed.
    pub(super) fn tidy(&mut self) {
        if self.joined.capacity() > KEPT {
            self.joined = Vec::new();
        }
        self.input.shrink();
    }

    /// Behind what is not understood, nobody knows what an answer is to.
    pub(super) fn noted<T>(&mut self, answer: Answer<T>) -> Answer<T> {
        if let Err(Failure::Strange(_)) = &answer {
            (self.is_lost, self.unsent, self.left) = (true, None, Left::Nothing);
        }
        answer
    }

    /// Runs texts without parameters; their rows are not looked at.
    pub(super) fn run(&mut self, text: &str) -> Answer<()> {
        self.query(text)?;
        self.finish()
    }

    /// Sends texts without parameters.
    pub(super) fn query(&mut self, text: &str) -> Answer<()> {
        self.ask(Left::Result, |out| {
            out.push(QUERY);
            out.extend_from_slice(text.as_bytes());
        })
    }

    /// Prepares a text.
    pub(super) fn prepare(&mut self, text: &str) -> Answer<Handle> {
        self.ask(Left::Nothing, |out| {
            out.push(PREPARE);
            out.extend_from_slice(text.as_bytes());
        })?;
        let prepared = self.prepared();
        self.noted(prepared)
    }

    fn prepared(&mut self) -> Answer<Handle> {
        let content = match self.answer()? {
            [0x00, content @ ..] => content,
            _ => return Err(Failure::strange("a statement is neither prepared nor refused")),
        };
        let mut content = Content(content);
        let (number, columns) = (content.long()?, usize::from(content.short()?));
        let parameters = usize::from(content.short()?);
        let mut known = Vec::new();
        // Of parameters nothing is told but their number.
        for _ in 0..parameters {
            self.answer()?;
        }
        if parameters > 0 && self.manner.ends {
            self.old_end()?;
        }
        if columns > 0 {
            self.understood_columns(columns, &mut known)?;
        }
        self.tidy();
        Ok(Handle { number, parameters, columns: known })
    }

    /// Runs a prepared statement, of which the request is written here behind its kind and number.
    pub(super) fn execute(&mut self, number: u32, write: impl FnOnce(&mut Vec<u8>)) -> Answer<()> {
        self.ask(Left::Result, |out| {
            out.push(EXECUTE);
            out.extend(number.to_le_bytes());
            write(out);
        })
    }

    /// Sends a value of a parameter by itself, before its statement is run, in pieces of so many bytes. The server says nothing to
    /// that.
    pub(super) fn give(&mut self, number: u32, parameter: u16, value: &[u8], piece: usize) -> Answer<()> {
        // An empty one is a value, too.
        let pieces = value.chunks(piece.clamp(1, GIVEN)).chain(value.is_empty().then_some(value));
        for piece in pieces {
            self.ask(Left::Nothing, |out| {
                out.push(LONG_DATA);
                out.extend(number.to_le_bytes());
                out.extend(parameter.to_le_bytes());
                out.extend_from_slice(piece);
            })?;
        }
        Ok(())
    }

    /// Lets the server forget a statement, some time.
    pub(super) fn forget(&mut self, handle: &Handle) {
        self.forgotten.push(handle.number);
    }

    /// Asks for a sign of life.
    pub(super) fn ping(&mut self) -> Answer<()> {
        self.ask(Left::Result, |out| out.push(PING))?;
        self.finish()
    }

    /// Whether the server answers within a time. One that does not is not to be asked again.
    pub(super) fn answers(&mut self, within: Duration) -> bool {
        let answers = self.set_deadline(Instant::now().checked_add(within)).is_ok() && self.ping().is_ok();
        answers && self.set_deadline(None).is_ok()
    }

    /// Why the connection has ended, as far as that is known here by now: the server may have refused unasked. Nothing is sent.
    pub(super) fn farewell(&mut self) -> Option<Failure> {
        if self.is_lost {
            return Some(gone());
        }
        if let Err(failure) = self.settle() {
            return Some(failure);
        }
        match self.line.look(&mut self.input) {
            Ok(0) => None,
            Err(error) => Some(self.lost(error.into())),
            Ok(_) => {
                let failure = match self.answer() {
                    Ok(_) => Failure::strange("the server says something that nobody has asked for"),
                    Err(failure) => failure,
                };
                Some(self.lost(failure))
            }
        }
    }
}

/// So much of a value is sent at once at most.
const GIVEN: usize = 8 << 20;

/// Writes a message, in as many packets as it needs.
fn put_packet(out: &mut Vec<u8>, sequence: &mut u8, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend([0; 4]);
    write(out);
    let length = out.len() - start - 4;
    if length < MOST {
        put_head(&mut out[start..], length, sequence);
        return;
    }
    let content = out.split_off(start + 4);
    out.truncate(start);
    // One that is full to the last byte goes on in an empty one.
    let pieces = content.chunks(MOST).chain(length.is_multiple_of(MOST).then_some(&[][..]));
    for piece in pieces {
        let start = out.len();
        out.extend([0; 4]);
        put_head(&mut out[start..], piece.len(), sequence);
        out.extend_from_slice(piece);
    }
}

fn put_head(head: &mut [u8], length: usize, sequence: &mut u8) {
    let [a, b, c, ..] = length.to_le_bytes();
    head[..4].copy_from_slice(&[a, b, c, *sequence]);
    *sequence = sequence.wrapping_add(1);
}

#[cold]
fn gone() -> Failure {
    io::Error::new(ErrorKind::NotConnected, "it was lost before").into()
}

/// The server is told, if that does not take any time.
impl Drop for Wire {
    fn drop(&mut self) {
        if !self.is_lost && self.line.socket.set_nonblocking(true).is_ok() {
            // Nobody is there any more who could be told that it has failed.
            drop(self.line.send(&[1, 0, 0, 0, QUIT], &mut self.input));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_go_in_several_packets() {
        for (length, packets) in [(0, 1), (MOST - 1, 1), (MOST, 2), (MOST + 1, 2), (2 * MOST, 3)] {
            let (mut out, mut sequence) = (b"before".to_vec(), 254);
            put_packet(&mut out, &mut sequence, |out| out.resize(out.len() + length, 7));
            assert_eq!(out.len(), 6 + 4 * packets + length, "{length}");
            assert_eq!(usize::from(sequence.wrapping_sub(254)), packets, "{length}");
            let [a, b, c, first] = out[6..10] else { panic!("{length}") };
            let head = usize::try_from(u32::from_le_bytes([a, b, c, 0])).expect("a length");
            assert_eq!((head, first), (length.min(MOST), 254), "{length}");
        }
    }
}
