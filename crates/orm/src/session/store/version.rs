//! Versions: how many updates a row has had.

use crate::{Error, Model, Result, ValueRef};

/// The version after an update, where its column holds it.
pub(crate) fn next_version<M: Model>(object: &M, version: usize) -> Result<i64> {
    let mut capture = onggi_driver::Capture::default();
    object.attribute(version).bind(&mut capture)?;
    let Some(crate::Value::Integer(number)) = capture.values.pop() else {
        return Err(Error::usage("a version column holds an integer"));
    };
    let greatest = match M::table().columns[version].ty {
        crate::Type::Integer { bits, signed } if bits < 64 => (1_i64 << (bits - u8::from(signed))) - 1,
        _ => i64::MAX,
    };
    match number < greatest {
        true => Ok(number + 1),
        false => {
            Err(Error::value(format!("the version {number} is the greatest that its column holds: use i64")))
        }
    }
}

/// The version after an update, as the database counts it.
pub(crate) fn count_up<M: Model>(object: &mut M, version: usize) -> Result<()> {
    let next = next_version(object, version)?;
    object.attribute_mut(version).assign(ValueRef::Integer(next))
}
