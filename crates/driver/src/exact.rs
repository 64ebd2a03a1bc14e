//! Numbers that two types hold alike.

use crate::{Error, Result};

/// The number as a float, where it is one.
pub(crate) fn real(value: i64) -> Result<f64> {
    const GREATEST: u64 = 1 << 53;
    if value.unsigned_abs() > GREATEST {
        return Err(Error::value(format!("the integer {value} has no exact floating-point form")));
    }
    // Up to 2^53 every whole number is exact.
    #[allow(clippy::cast_precision_loss)]
    Ok(value as f64)
}
