//! numpy's arrays, in the form that numpy 1 and numpy 2 load: an empty array, and the state that fills it.

use std::borrow::Cow;

use crate::encode::writer::Writer;
use crate::error::Result;
use crate::opcode::Opcode;

/// The version of an array's state, and how many items it has: version, shape, dtype, order, data.
const STATE: (i64, usize) = (1, 5);

/// The version of a dtype's state that has flags, and how many items it has.
const DTYPE_STATE: (i64, usize) = (3, 8);

/// `_reconstruct(ndarray, (0,), b'b')`, and the start of the state: shape, dtype, order and data are to follow.
pub(super) fn empty_array(writer: &mut Writer<'_>) -> Result<()> {
    // numpy 2 has this name too, for pickles of numpy 1.
    writer.global("numpy.core.multiarray", "_reconstruct")?;
    writer.boundary()?;
    writer.start_tuple(3);
    writer.global("numpy", "ndarray")?;
    writer.boundary()?;
    writer.start_tuple(1);
    writer.int(0);
    writer.end_tuple(1)?;
    writer.boundary()?;
    writer.shared_bytes(b"b")?;
    writer.end_call(3)?;
    writer.boundary()?;
    writer.start_tuple(STATE.1);
    writer.int(STATE.0);
    Ok(())
}

pub(super) fn end_array(writer: &mut Writer<'_>) -> Result<()> {
    end_state(writer, STATE.1)
}

fn end_state(writer: &mut Writer<'_>, length: usize) -> Result<()> {
    writer.end_tuple(length)?;
    writer.op(Opcode::Build);
    Ok(())
}

/// `dtype('f8', False, True)` with the state `(3, '<', None, None, None, -1, -1, 0)`, from `<f8`.
pub(super) fn dtype(writer: &mut Writer<'_>, name: &str) -> Result<()> {
    let (order, name) = name.split_at_checked(1).unwrap_or(("|", name));
    writer.global("numpy", "dtype")?;
    writer.boundary()?;
    writer.start_tuple(3);
    writer.name(Cow::Owned(name.to_owned()))?;
    writer.bool(false);
    writer.bool(true);
    writer.end_call(3)?;
    writer.boundary()?;
    writer.start_tuple(DTYPE_STATE.1);
    writer.int(DTYPE_STATE.0);
    writer.str(order.as_bytes())?;
    (0..3).for_each(|_| writer.op(Opcode::None));
    [-1, -1, 0].into_iter().for_each(|number| writer.int(number));
    end_state(writer, DTYPE_STATE.1)
}
