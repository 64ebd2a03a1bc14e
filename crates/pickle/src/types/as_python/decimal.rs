//! Types of `rust_decimal`.

use super::as_python;
use crate::error::{Error, Result, shown};
use crate::types::Decimal;

as_python! {
    rust_decimal::Decimal => Decimal, |value: &Self| value.to_string().parse::<Decimal>(), |decimal: Decimal| exact(&decimal);
}

fn exact(decimal: &Decimal) -> Result<rust_decimal::Decimal> {
    let plain = decimal.to_plain();
    plain.and_then(|text| rust_decimal::Decimal::from_str_exact(&text).ok()).ok_or_else(|| {
        Error::data(format!("Decimal {} is not exact as a rust_decimal::Decimal", shown(decimal.as_str())))
    })
}
