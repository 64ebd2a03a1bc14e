//! The values of an `IN` list as a JSON text, of which the statement makes rows.

use std::fmt::Write;

use super::encode::finite;
use crate::{Error, Result, Value, ValueRef};

/// The array. Numbers and texts are such; decimals, days and times are texts, bytes and UUIDs texts of hexadecimal digits.
pub(super) fn json(values: &[Value]) -> Result<String> {
    let mut out = String::with_capacity(2 + 8 * values.len());
    out.push('[');
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        element(value.as_ref(), &mut out)?;
    }
    out.push(']');
    Ok(out)
}

fn element(value: ValueRef<'_>, out: &mut String) -> Result<()> {
    match value {
        ValueRef::Null => out.push_str("null"),
        ValueRef::Boolean(value) => out.push(if value { '1' } else { '0' }),
        ValueRef::Integer(value) => written(out, format_args!("{value}")),
        ValueRef::Unsigned(value) => written(out, format_args!("{value}")),
        ValueRef::Real(value) => written(out, format_args!("{:?}", finite(value)?)),
        ValueRef::Text(value) => text(value, out),
        ValueRef::Blob(value) => hexadecimal(value, out),
        #[cfg(feature = "chrono")]
        ValueRef::Date(value) => {
            super::encode::day(value)?;
            written(out, format_args!("\"{}\"", value.format("%Y-%m-%d")));
        }
        #[cfg(feature = "chrono")]
        ValueRef::Time(value) => {
            super::encode::microseconds(value)?;
            written(out, format_args!("\"{}\"", value.format("%H:%M:%S%.6f")));
        }
        #[cfg(feature = "chrono")]
        ValueRef::DateTime(value) => moment(value, out)?,
        #[cfg(feature = "chrono")]
        ValueRef::Timestamp(value) => moment(value.naive_utc(), out)?,
        #[cfg(feature = "uuid")]
        ValueRef::Uuid(value) => hexadecimal(value.as_bytes(), out),
        #[cfg(feature = "decimal")]
        ValueRef::Decimal(value) => written(out, format_args!("\"{value}\"")),
        ValueRef::List(_) => return Err(Error::value("a list is a parameter of IN only")),
        other => return Err(Error::value(format!("a {} cannot stand in a list", other.kind()))),
    }
    Ok(())
}

/// Writing into a text does not fail.
fn written(out: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(what);
}

fn text(value: &str, out: &mut String) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\0'..='\u{1f}' => written(out, format_args!("\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
}

fn hexadecimal(bytes: &[u8], out: &mut String) {
    out.push('"');
    for byte in bytes {
        written(out, format_args!("{byte:02X}"));
    }
    out.push('"');
}

#[cfg(feature = "chrono")]
fn moment(value: chrono::NaiveDateTime, out: &mut String) -> Result<()> {
    super::encode::day(value.date())?;
    super::encode::microseconds(value.time())?;
    written(out, format_args!("\"{}\"", value.format("%Y-%m-%d %H:%M:%S%.6f")));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_exactly() -> Result<()> {
        let values = [
            Value::Null,
            Value::Boolean(true),
            Value::Integer(i64::MIN),
            Value::Unsigned(u64::MAX),
            Value::Real(0.1),
            Value::Real(1e300),
            Value::Text("김치 \"\\\n\0".into()),
            Value::Blob(vec![0, 255]),
        ];
        let written =
            r#"[null,1,-9223372036854775808,18446744073709551615,0.1,1e300,"김치 \"\\\u000a\u0000","00FF"]"#;
        assert_eq!(json(&values)?, written);
        assert_eq!(json(&[])?, "[]");
        assert!(json(&[Value::Real(f64::NAN)]).is_err_and(|error| error.is_value()));
        Ok(())
    }
}
