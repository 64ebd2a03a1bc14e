//! What has come and was not taken yet.

use std::io::{self, Read};
use std::ops::Range;

/// How much is asked for at a time.
const ROOM: usize = 32 << 10;

/// So much room is kept for what comes next; what a longer message needed is given back.
pub(crate) const KEPT: usize = 256 << 10;

/// Bytes of the line.
#[derive(Default)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    /// What was not taken yet.
    rest: Range<usize>,
    /// The content of the message that was taken last.
    message: Range<usize>,
}

impl Input {
    /// What has come and was not taken.
    pub(crate) fn waiting(&self) -> &[u8] {
        &self.bytes[self.rest.clone()]
    }

    /// Takes the next message, of which all is here: its content is so long, and stands behind so many bytes.
    pub(crate) fn take(&mut self, head: usize, length: usize) {
        let start = self.rest.start + head;
        self.message = start..start + length;
        self.rest.start = self.message.end;
    }

    /// The content of the message that was taken last; good until more is read.
    pub(crate) fn message(&self) -> &[u8] {
        &self.bytes[self.message.clone()]
    }

    /// Reads what is there, once, and says how many bytes that were; none is the end.
    pub(crate) fn read(&mut self, from: &mut impl Read) -> io::Result<usize> {
        self.make_room();
        let read = from.read(&mut self.bytes[self.rest.end..])?;
        self.rest.end += read;
        Ok(read)
    }

    /// Gives back the room that long messages have needed. None of them is there any more.
    pub(crate) fn shrink(&mut self) {
        if self.bytes.len() > KEPT && self.rest.len() <= KEPT {
            self.bytes = self.bytes[self.rest.clone()].to_vec();
            (self.rest, self.message) = (0..self.bytes.len(), 0..0);
        }
    }

    /// Moves what is there to the front, and grows with messages that are longer than all room.
    fn make_room(&mut self) {
        let left = self.rest.len();
        if left == 0 && self.bytes.len() > KEPT {
            self.bytes = Vec::new();
        } else if self.rest.start > 0 {
            self.bytes.copy_within(self.rest.clone(), 0);
        }
        (self.rest, self.message) = (0..left, 0..0);
        if self.bytes.len() < left + ROOM / 2 {
            self.bytes.resize((2 * left).max(ROOM), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_of_a_long_message_is_given_back_and_what_stands_behind_it_stays() {
        let mut bytes = vec![7; 5 * KEPT];
        bytes.extend(b"head content");
        let (mut input, mut bytes) = (Input::default(), &bytes[..]);
        while input.read(&mut bytes).is_ok_and(|read| read > 0) {}
        input.take(0, 5 * KEPT);
        assert!(input.message().iter().all(|byte| *byte == 7) && input.message().len() == 5 * KEPT);
        input.shrink();
        assert!(input.bytes.len() < KEPT, "{}", input.bytes.len());
        assert_eq!(input.waiting(), b"head content");
        input.take(5, 7);
        assert_eq!((input.message(), input.waiting()), (&b"content"[..], &b""[..]));
    }
}
