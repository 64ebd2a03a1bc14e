//! Functions of numbers that SQLite has only where it was built to have them.

use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;

/// Makes them known to a connection, under the names that SQLite gives them itself.
pub(super) fn register(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    for (name, round) in [("floor", f64::floor as fn(f64) -> f64), ("ceil", f64::ceil)] {
        connection.create_scalar_function(name, 1, flags, move |context| {
            Ok(match context.get(0)? {
                Value::Integer(number) => Value::Integer(number),
                other => number(&other).map_or(Value::Null, |number| Value::Real(round(number))),
            })
        })?;
    }
    connection.create_scalar_function("sqrt", 1, flags, |context| {
        Ok(number(&context.get(0)?).map(f64::sqrt).filter(|root| !root.is_nan()))
    })?;
    connection.create_scalar_function("power", 2, flags, |context| {
        let (base, exponent) = (number(&context.get(0)?), number(&context.get(1)?));
        let power = base.zip(exponent).map(|(base, exponent)| base.powf(exponent));
        Ok(power.filter(|power| !power.is_nan()))
    })
}

/// The number that a value is, or that its text says.
fn number(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "SQLite computes so too")]
        Value::Integer(number) => Some(*number as f64),
        Value::Real(number) => Some(*number),
        Value::Text(text) => text.trim().parse().ok(),
        Value::Null | Value::Blob(_) => None,
    }
}
