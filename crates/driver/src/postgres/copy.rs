//! Rows for `COPY … FROM STDIN`, in the server's binary form.

use std::pin::pin;

use bytes::Bytes;
use futures_util::{Sink as _, future::poll_fn};
use tokio_postgres::Client;

use super::encode::field;
use super::parameters::{ROWS, SIZE};
use super::run::{Answer, Run};
use super::types::Form;
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

    pub(super) fn into_bytes(mut self) -> Bytes {
        self.bytes.extend(END);
        self.bytes.into()
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

/// Sends a portion, and gives the number of its rows that were written.
pub(super) async fn copy(run: &Run, client: &Client, bytes: Bytes) -> Answer<u64> {
    // Others are refused before.
    let Run::Named(statement) = run else { return Ok(0) };
    let mut sink = pin!(client.copy_in::<_, Bytes>(statement).await?);
    poll_fn(|context| sink.as_mut().poll_ready(context)).await?;
    sink.as_mut().start_send(bytes)?;
    sink.finish().await
}
