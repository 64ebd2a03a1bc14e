//! What the server answers: results, one behind another, of rows or of what was done.

use super::column::Column;
use super::content::Content;
use super::failure::{Answer, Failure, Refusal};
use super::wire::{Left, MOST, Wire};

/// In the state of the server: another result follows, something of the session has changed.
const MORE: u16 = 1 << 3;
const CHANGED: u16 = 1 << 14;

/// Among what has changed: the transaction.
const TRANSACTION: u8 = 5;

/// How a result begins.
#[derive(Clone, Copy)]
pub(super) enum Head {
    /// It has no rows: that is all.
    Done,
    /// It has rows of so many columns, which are told next or are those that were told before.
    Rows { columns: usize, told: bool },
}

/// What an answer says at its end.
#[derive(Default)]
pub(super) struct Done {
    /// How many rows were written, as the server counts.
    pub(super) written: u64,
    /// The first key that was generated, or zero.
    pub(super) key: u64,
    /// What else is said of the statement.
    pub(super) info: String,
    /// Whether a transaction is open, where that has changed.
    pub(super) is_open: Option<bool>,
}

impl Wire {
    /// How the next result begins.
    pub(super) fn head(&mut self) -> Answer<Head> {
        let head = self.understood_head();
        self.noted(head)
    }

    fn understood_head(&mut self) -> Answer<Head> {
        let remembers = self.manner.remembers;
        match self.answer()? {
            [0x00, ..] => self.end().map(|()| Head::Done),
            [0xfb, ..] => Err(Failure::strange("the server asks for a file, which nothing here gives")),
            content => {
                let mut content = Content(content);
                let columns = usize::from(
                    u16::try_from(content.number()?)
                        .map_err(|_| Failure::strange("a result has more columns than there can be"))?,
                );
                let told = !remembers || content.0.first() != Some(&0);
                self.left = Left::Rows;
                if !told && self.manner.ends {
                    self.old_end()?;
                }
                Ok(Head::Rows { columns, told })
            }
        }
    }

    /// The next message of an answer. Wherever in it the server refuses, that ends it.
    #[inline]
    pub(super) fn answer(&mut self) -> Answer<&[u8]> {
        self.receive()?;
        match self.message() {
            [0xff, ..] => Err(self.refused()),
            _ => Ok(self.message()),
        }
    }

    #[cold]
    fn refused(&mut self) -> Failure {
        let refusal = Refusal::read(&self.message()[1..]);
        self.left = Left::Nothing;
        self.tidy();
        refusal.map_or_else(|failure| failure, |refusal| Failure::Refused(Box::new(refusal)))
    }

    /// Takes note of the end of a result, which is the message that came last.
    fn end(&mut self) -> Answer<()> {
        let tracks = self.manner.tracks;
        let mut content = Content(self.message());
        content.byte()?;
        let (written, key) = (content.number()?, content.number()?);
        let status = content.short()?;
        content.short()?;
        let (info, is_open) = match tracks {
            // Both may be left away from the end on.
            true => {
                let info = if content.0.is_empty() { &[][..] } else { content.bytes()? };
                let changed = status & CHANGED != 0 && !content.0.is_empty();
                (info, if changed { is_open(content.bytes()?)? } else { None })
            }
            false => (content.0, None),
        };
        let info = if info.is_empty() { String::new() } else { String::from_utf8_lossy(info).into_owned() };
        let is_open = is_open.or(self.done.is_open);
        self.done = Done { written, key, info, is_open };
        self.end_with(status);
        Ok(())
    }

    fn end_with(&mut self, status: u16) {
        self.left = if status & MORE == 0 { Left::Nothing } else { Left::Result };
        self.tidy();
    }

    /// Takes the message that ends a list in the old form, and gives the state that it tells.
    pub(super) fn old_end(&mut self) -> Answer<u16> {
        match self.answer()? {
            [0xfe, _, _, a, b] => Ok(u16::from_le_bytes([*a, *b])),
            _ => Err(Failure::strange("a list of columns does not end where it should")),
        }
    }

    /// Takes the columns of a result, which are told, and says whether they have the names of those known before, if any were.
    pub(super) fn columns(&mut self, count: usize, known: &mut Vec<Column>) -> Answer<bool> {
        let told = self.understood_columns(count, known);
        self.noted(told)
    }

    pub(super) fn understood_columns(&mut self, count: usize, known: &mut Vec<Column>) -> Answer<bool> {
        let mut same = known.is_empty() || known.len() == count;
        known.truncate(count);
        for place in 0..count {
            let definition = self.answer()?;
            match known.get_mut(place) {
                Some(column) if column.is(definition) => {}
                Some(column) => {
                    let told = Column::read(definition)?;
                    same &= column.name == told.name;
                    *column = told;
                }
                None => known.push(Column::read(definition)?),
            }
        }
        if self.manner.ends {
            self.old_end()?;
        }
        Ok(same)
    }

    /// Goes on to the next row of a result, if there is one: it is the message that came last.
    #[inline]
    pub(super) fn row(&mut self) -> Answer<bool> {
        let row = self.understood_row();
        match row {
            Err(Failure::Strange(_)) => self.noted(row),
            row => row,
        }
    }

    fn understood_row(&mut self) -> Answer<bool> {
        if self.left != Left::Rows {
            return Ok(false);
        }
        let ends = self.manner.ends;
        match self.answer()? {
            [0xfe, _, _, a, b] if ends => {
                let status = u16::from_le_bytes([*a, *b]);
                self.end_with(status);
                Ok(false)
            }
            // A text that begins so is longer.
            content @ [0xfe, ..] if !ends && content.len() < MOST => self.end().map(|()| false),
            _ => Ok(true),
        }
    }

    /// Reads what is left of an answer to its end: an error may stand behind rows, or be of one of several statements.
    pub(super) fn finish(&mut self) -> Answer<()> {
        let mut columns = Vec::new();
        loop {
            match self.left {
                Left::Nothing => return Ok(()),
                Left::Rows => while self.row()? {},
                Left::Result => {
                    if let Head::Rows { columns: count, told: true } = self.head()? {
                        self.columns(count, &mut columns)?;
                    }
                }
            }
        }
    }

    /// Reads what nobody has asked for any more.
    pub(super) fn settle(&mut self) -> Answer<()> {
        match self.finish() {
            Err(failure) if self.is_lost() => Err(failure),
            _ => Ok(()),
        }
    }

    /// The rows of a text without parameters, as texts.
    pub(super) fn texts(&mut self, text: &str) -> Answer<Vec<Vec<Option<String>>>> {
        self.query(text)?;
        let (mut rows, mut columns) = (Vec::new(), Vec::new());
        if let Head::Rows { columns: count, told } = self.head()? {
            if told {
                self.columns(count, &mut columns)?;
            }
            while self.row()? {
                let row = texts(self.message(), count);
                rows.push(self.noted(row)?);
            }
        }
        self.finish().map(|()| rows)
    }
}

/// The cells of a row of texts.
fn texts(row: &[u8], columns: usize) -> Answer<Vec<Option<String>>> {
    let mut row = Content(row);
    let mut cell = || match row.0.split_first() {
        Some((0xfb, rest)) => {
            row.0 = rest;
            Ok(None)
        }
        _ => row.bytes().map(|bytes| Some(String::from_utf8_lossy(bytes).into_owned())),
    };
    (0..columns).map(|_| cell()).collect()
}

/// Whether a transaction is open, if that is among what has changed of the session.
fn is_open(changes: &[u8]) -> Answer<Option<bool>> {
    let (mut changes, mut open) = (Content(changes), None);
    while !changes.0.is_empty() {
        let (kind, change) = (changes.byte()?, changes.bytes()?);
        if kind == TRANSACTION {
            open = Content(change).bytes()?.first().map(|first| *first != b'_');
        }
    }
    Ok(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_changed_of_a_transaction_is_found_among_changes() {
        let changes = b"\x00\x02\x01a\x05\x09\x08T_______\x01\x02\x01b";
        assert!(is_open(changes).is_ok_and(|open| open == Some(true)));
        assert!(is_open(b"\x05\x09\x08________").is_ok_and(|open| open == Some(false)));
        assert!(is_open(b"\x00\x02\x01a").is_ok_and(|open| open.is_none()));
        for length in [1, 3, 5, 8] {
            assert!(is_open(&changes[..length]).is_err(), "{length}");
        }
    }
}
