//! Where results are written to.

use std::io::{self, BufWriter, Write};

use crate::failure::Failure;

/// Writes to standard output. What was written before a failure is printed.
pub(crate) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let written = write(&mut out);
    let flushed = out.flush().map_err(|error| Failure::output("standard output", &error));
    written.and(flushed)
}
