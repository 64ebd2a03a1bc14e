//! What has come and was not taken yet, cut into messages.

use std::io::{self, Read};
use std::ops::Range;

use super::failure::{Answer, Failure};

/// How much is asked for at a time.
const ROOM: usize = 32 << 10;

/// So much room is kept for what comes next; what a longer message needed is given back.
pub(super) const KEPT: usize = 256 << 10;

/// Bytes of the line.
#[derive(Default)]
pub(super) struct Input {
    bytes: Vec<u8>,
    /// What was not cut yet.
    rest: Range<usize>,
    /// The content of the message that was cut last.
    message: Range<usize>,
}

impl Input {
    /// The kind of the next message, if it is here as a whole.
    pub(super) fn cut(&mut self) -> Answer<Option<u8>> {
        let here = &self.bytes[self.rest.clone()];
        let Some(&[kind, a, b, c, d]) = here.first_chunk() else { return Ok(None) };
        // The length counts itself.
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(0);
        if length < 4 {
            return Err(Failure::strange("a message has no length"));
        }
        if here.len() <= length {
            return Ok(None);
        }
        let start = self.rest.start;
        self.message = start + 5..start + 1 + length;
        self.rest.start = self.message.end;
        Ok(Some(kind))
    }

    /// The content of the message that was cut last; good until more is read.
    pub(super) fn message(&self) -> &[u8] {
        &self.bytes[self.message.clone()]
    }

    /// Reads what is there, once, and says how many bytes that were; none is the end.
    pub(super) fn read(&mut self, from: &mut impl Read) -> io::Result<usize> {
        self.make_room();
        let read = from.read(&mut self.bytes[self.rest.end..])?;
        self.rest.end += read;
        Ok(read)
    }

    /// Gives back the room that long messages have needed. None of them is there any more.
    pub(super) fn shrink(&mut self) {
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

    /// All messages of some bytes that come in pieces.
    fn messages(mut bytes: &[u8], piece: u64) -> Vec<(u8, Vec<u8>)> {
        let (mut input, mut found) = (Input::default(), Vec::new());
        while input.read(&mut (&mut bytes).take(piece)).is_ok_and(|read| read > 0) {
            while let Ok(Some(kind)) = input.cut() {
                found.push((kind, input.message().to_vec()));
            }
        }
        found
    }

    #[test]
    fn messages_come_whole_however_they_are_cut_on_the_way() {
        let long = vec![7; 3 * KEPT];
        let mut bytes = b"Z\0\0\0\x05I2\0\0\0\x04D".to_vec();
        bytes.extend(u32::try_from(long.len() + 4).expect("a length").to_be_bytes());
        bytes.extend(&long);
        bytes.extend(b"C\0\0\0\x05x");
        let expected = [(b'Z', b"I".to_vec()), (b'2', Vec::new()), (b'D', long), (b'C', b"x".to_vec())];
        for piece in [1, 2, 5, 1000, 1 << 20] {
            assert_eq!(messages(&bytes, piece), expected, "{piece}");
        }
    }

    #[test]
    fn the_room_of_a_long_message_is_given_back_and_what_stands_behind_it_stays() {
        let mut bytes = vec![b'D'];
        bytes.extend(u32::try_from(5 * KEPT + 4).expect("a length").to_be_bytes());
        bytes.resize(5 + 5 * KEPT, 7);
        bytes.extend(b"Z\0\0\0\x05IN\0\0\0\x05x");
        let (mut input, mut bytes) = (Input::default(), &bytes[..]);
        while input.read(&mut bytes).is_ok_and(|read| read > 0) {}
        assert!(input.cut().is_ok_and(|kind| kind == Some(b'D')) && input.message().len() == 5 * KEPT);
        assert!(input.cut().is_ok_and(|kind| kind == Some(b'Z')) && input.message() == b"I");
        input.shrink();
        assert!(input.bytes.len() < KEPT, "{}", input.bytes.len());
        assert!(input.cut().is_ok_and(|kind| kind == Some(b'N')) && input.message() == b"x");
    }

    #[test]
    fn a_message_without_a_length_is_refused() {
        let mut input = Input::default();
        assert!(input.read(&mut &b"Z\0\0\0\x03"[..]).is_ok());
        assert!(input.cut().is_err());
    }
}
