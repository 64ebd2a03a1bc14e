//! What the server's messages hold.

use super::failure::{Answer, Failure};
use crate::net::Input;

/// The kind of the next message, if it is here as a whole.
pub(super) fn cut(input: &mut Input) -> Answer<Option<u8>> {
    let here = input.waiting();
    let Some(&[kind, a, b, c, d]) = here.first_chunk() else { return Ok(None) };
    // The length counts itself.
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(0);
    if length < 4 {
        return Err(Failure::strange("a message has no length"));
    }
    if here.len() <= length {
        return Ok(None);
    }
    input.take(5, length - 4);
    Ok(Some(kind))
}

/// The content of a message, taken from its start on.
pub(super) struct Content<'m>(pub(super) &'m [u8]);

impl<'m> Content<'m> {
    pub(super) fn byte(&mut self) -> Answer<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// A number of two bytes, of things that follow.
    pub(super) fn count(&mut self) -> Answer<usize> {
        self.array().map(|bytes| usize::from(u16::from_be_bytes(bytes)))
    }

    pub(super) fn number(&mut self) -> Answer<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn signed(&mut self) -> Answer<i32> {
        self.array().map(i32::from_be_bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Answer<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk().ok_or_else(short)?;
        self.0 = rest;
        Ok(*array)
    }

    /// Bytes up to the next that is zero.
    pub(super) fn line(&mut self) -> Answer<&'m [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0).ok_or_else(short)?;
        let line = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Ok(line)
    }

    pub(super) fn text(&mut self) -> Answer<&'m str> {
        std::str::from_utf8(self.line()?).map_err(|_| Failure::strange("a name is not UTF-8"))
    }
}

#[cold]
fn short() -> Failure {
    Failure::strange("a message ends too early")
}

/// A cell of a row: where its bytes are in the row's message, if it has any.
pub(super) type Cell = Option<(usize, usize)>;

/// Finds the cells of a row.
pub(super) fn cells(row: &[u8], cells: &mut Vec<Cell>) -> Answer<()> {
    let mut rest = Content(row);
    let count = rest.count()?;
    cells.clear();
    cells.reserve(count);
    for _ in 0..count {
        let Ok(length) = usize::try_from(rest.signed()?) else {
            cells.push(None);
            continue;
        };
        let start = row.len() - rest.0.len();
        rest.0 = rest.0.get(length..).ok_or_else(short)?;
        cells.push(Some((start, start + length)));
    }
    Ok(())
}

/// How many rows a statement has written, as the end of its answer says: `INSERT 0 5`, `UPDATE 5`.
pub(super) fn written(end: &[u8]) -> Answer<u64> {
    let said = Content(end).text()?;
    Ok(said.rsplit(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::net::KEPT;

    /// All messages of some bytes that come in pieces.
    fn messages(mut bytes: &[u8], piece: u64) -> Vec<(u8, Vec<u8>)> {
        let (mut input, mut found) = (Input::default(), Vec::new());
        while input.read(&mut (&mut bytes).take(piece)).is_ok_and(|read| read > 0) {
            while let Ok(Some(kind)) = cut(&mut input) {
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
    fn a_message_without_a_length_is_refused() {
        let mut input = Input::default();
        assert!(input.read(&mut &b"Z\0\0\0\x03"[..]).is_ok());
        assert!(cut(&mut input).is_err());
    }

    #[test]
    fn rows_are_taken_apart_and_broken_ones_refused() {
        let row = b"\0\x03\0\0\0\x02ab\xff\xff\xff\xff\0\0\0\0";
        let mut found = Vec::new();
        assert!(cells(row, &mut found).is_ok());
        assert_eq!(found, [Some((6, 8)), None, Some((16, 16))]);
        for length in 0..row.len() {
            assert!(cells(&row[..length], &mut found).is_err(), "{length}");
        }
    }

    #[test]
    fn what_was_written_stands_at_the_end() {
        for (said, count) in [("INSERT 0 5\0", 5), ("UPDATE 7\0", 7), ("CREATE TABLE\0", 0), ("\0", 0)] {
            assert!(written(said.as_bytes()).is_ok_and(|written| written == count), "{said}");
        }
        assert!(written(b"UPDATE 7").is_err());
    }
}
