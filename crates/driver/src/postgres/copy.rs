//! Rows for `COPY … FROM STDIN`, in the server's binary form.

use postgres_protocol::message::frontend::CopyData;
use postgres_protocol::message::{backend, frontend};

use super::encode::field;
use super::failure::Answer;
use super::message::written;
use super::parameters::{Buffer, ROWS, SIZE};
use super::run::Run;
use super::types::Form;
use super::wire::Wire;
use crate::{Bind, Error, Result, ValueRef};

/// What the form begins with: no flags, and no more of a head.
const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Stands where another row would begin.
const END: [u8; 2] = (-1_i16).to_be_bytes();

/// A portion of the rows.
pub(super) struct Portion<'p> {
    forms: &'p [Form],
    bytes: Vec<u8>,
    column: usize,
    rows: usize,
}

impl Portion<'_> {
    pub(super) fn new(forms: &[Form]) -> Portion<'_> {
        Portion { forms, bytes: HEAD.to_vec(), column: 0, rows: 0 }
    }

    pub(super) fn has_room(&self) -> bool {
        self.rows < ROWS && self.bytes.len() < SIZE
    }

    pub(super) fn begin_row(&mut self) -> Result<()> {
        let columns =
            i16::try_from(self.forms.len()).map_err(|_| Error::value("a table has too many columns"))?;
        self.bytes.extend(columns.to_be_bytes());
        self.column = 0;
        Ok(())
    }

    pub(super) fn end_row(&mut self) -> Result<()> {
        let (wanted, bound) = (self.forms.len(), self.column);
        self.rows += 1;
        match wanted == bound {
            true => Ok(()),
            false => Err(Error::value(format!("{wanted} columns wanted, {bound} bound"))),
        }
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.extend(END);
        self.bytes
    }
}

impl Bind for Portion<'_> {
    fn bind(&mut self, value: ValueRef<'_>) -> Result<()> {
        let column = self.column;
        self.column += 1;
        // One too many is counted when the row ends.
        let Some(form) = self.forms.get(column) else { return Ok(()) };
        field(value, form, &mut self.bytes)
    }
}

/// Sends a portion, and gives the number of its rows that were written. What the server says before all is sent can wait.
pub(super) fn copy(run: &Run, text: &str, bytes: &[u8], wire: &mut Wire) -> Answer<u64> {
    wire.ask(1, |out| {
        run.write(text, &Buffer::default(), out)?;
        CopyData::new(bytes)?.write(out);
        frontend::copy_done(out);
        frontend::sync(out);
        Ok(())
    })?;
    let mut rows = 0;
    loop {
        match wire.next()? {
            backend::COMMAND_COMPLETE_TAG => rows = written(wire.message())?,
            backend::READY_FOR_QUERY_TAG => return Ok(rows),
            _ => {}
        }
    }
}
