//! What the server's messages hold.

use super::failure::{Answer, Failure};

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
    use super::*;

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
