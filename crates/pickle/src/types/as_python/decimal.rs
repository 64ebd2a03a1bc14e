//! Types of `rust_decimal`.

use super::as_python;
use crate::error::{Error, Result, shown};
use crate::types::Decimal;

as_python! {
    rust_decimal::Decimal => Decimal, |value: &Self| value.to_string().parse::<Decimal>(), |decimal: Decimal| exact(&decimal);
}

fn exact(decimal: &Decimal) -> Result<rust_decimal::Decimal> {
    let text = decimal.as_str();
    let value = match text.split_once('E') {
        None => rust_decimal::Decimal::from_str_exact(text).ok(),
        Some((digits, exponent)) => {
            plain(digits, exponent).and_then(|text| rust_decimal::Decimal::from_str_exact(&text).ok())
        }
    };
    value.ok_or_else(|| {
        Error::data(format!("Decimal {} is not exact as a rust_decimal::Decimal", shown(text)))
    })
}

/// A number with an exponent, written out; `None` when that is longer than what fits anyway.
fn plain(digits: &str, exponent: &str) -> Option<String> {
    let exponent: i32 = exponent.parse().ok().filter(|exponent| (-28..=28).contains(exponent))?;
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let shift = exponent - i32::try_from(places.len()).ok()?;
    let digits = format!("{whole}{places}");
    match usize::try_from(shift) {
        Ok(zeros) => Some(format!("{sign}{digits}{}", "0".repeat(zeros))),
        Err(_) => {
            let places = usize::try_from(-shift).ok()?;
            let digits = format!("{digits:0>width$}", width = places + 1);
            let (whole, places) = digits.split_at(digits.len() - places);
            Some(format!("{sign}{whole}.{places}"))
        }
    }
}
