//! Functions that compute with exact decimal numbers, which SQLite has as text. What has no exact decimal number of 28 digits
//! for its result is an error.

use rusqlite::functions::{Aggregate, Context, FunctionFlags, WindowAggregate};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::Error as DriverError;

/// The greatest whole number that a decimal number's digits are, without its point.
const MOST: u128 = (1 << 96) - 1;

/// Makes them known to a connection.
pub(super) fn register(connection: &Connection) -> Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    type Two = fn(Decimal, Decimal) -> Option<Decimal>;
    for (name, compute) in [
        ("onggi_decimal_add", add as Two),
        ("onggi_decimal_subtract", |left, right| add(left, -right)),
        ("onggi_decimal_multiply", multiply),
    ] {
        connection.create_scalar_function(name, 2, flags, move |context| {
            let Some(both) = argument(context, 0, name)?.zip(argument(context, 1, name)?) else {
                return Ok(None);
            };
            computed(compute(both.0, both.1), name).map(Some)
        })?;
    }
    for (name, compute) in [
        ("onggi_decimal_absolute", (|number: Decimal| number.abs()) as fn(Decimal) -> Decimal),
        ("onggi_decimal_floor", |number| number.floor()),
        ("onggi_decimal_ceiling", |number| number.ceil()),
    ] {
        connection.create_scalar_function(name, 1, flags, move |context| {
            Ok(argument(context, 0, name)?.map(|number| compute(number).to_string()))
        })?;
    }
    connection.create_scalar_function("onggi_decimal_sign", 1, flags, |context| {
        let number = argument(context, 0, "onggi_decimal_sign")?;
        Ok(number.map(|number| match number {
            zero if zero.is_zero() => 0,
            number if number.is_sign_negative() => -1,
            _ => 1,
        }))
    })?;
    connection.create_scalar_function("onggi_decimal_round", 2, flags, |context| {
        let number = argument(context, 0, "onggi_decimal_round")?;
        let digits: Option<u32> = context.get(1)?;
        let half = RoundingStrategy::MidpointAwayFromZero;
        let rounded = number.zip(digits).map(|(number, digits)| number.round_dp_with_strategy(digits, half));
        Ok(rounded.map(|number| number.to_string()))
    })?;
    connection.create_window_function(
        "onggi_decimal_sum",
        1,
        flags,
        Sum { name: "onggi_decimal_sum", mean: false },
    )?;
    let mean = Sum { name: "onggi_decimal_average", mean: true };
    connection.create_window_function("onggi_decimal_average", 1, flags, mean)
}

/// The sum of numbers, or their mean.
struct Sum {
    name: &'static str,
    mean: bool,
}

/// What was added up, and how many they were.
#[derive(Default)]
struct Total {
    sum: Decimal,
    count: u32,
}

impl Aggregate<Total, Option<String>> for Sum {
    fn init(&self, _: &mut Context<'_>) -> Result<Total> {
        Ok(Total::default())
    }

    fn step(&self, context: &mut Context<'_>, total: &mut Total) -> Result<()> {
        if let Some(number) = argument(context, 0, self.name)? {
            total.sum = exact(add(total.sum, number), self.name)?;
            total.count += 1;
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, total: Option<Total>) -> Result<Option<String>> {
        self.result(&total.unwrap_or_default())
    }
}

impl WindowAggregate<Total, Option<String>> for Sum {
    fn value(&self, total: Option<&mut Total>) -> Result<Option<String>> {
        total.map_or(Ok(None), |total| self.result(total))
    }

    fn inverse(&self, context: &mut Context<'_>, total: &mut Total) -> Result<()> {
        if let Some(number) = argument(context, 0, self.name)? {
            total.sum = exact(add(total.sum, -number), self.name)?;
            total.count -= 1;
        }
        Ok(())
    }
}

impl Sum {
    fn result(&self, total: &Total) -> Result<Option<String>> {
        match (total.count, self.mean) {
            (0, _) => Ok(None),
            (_, false) => Ok(Some(total.sum.to_string())),
            (count, true) => computed(total.sum.checked_div(count.into()), self.name).map(Some),
        }
    }
}

/// The number that an argument is; none for NULL.
fn argument(context: &Context<'_>, position: usize, name: &str) -> Result<Option<Decimal>> {
    let number = match context.get_raw(position) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(number) => Some(number.into()),
        ValueRef::Text(text) => {
            std::str::from_utf8(text).ok().and_then(|text| Decimal::from_str_exact(text).ok())
        }
        ValueRef::Real(_) | ValueRef::Blob(_) => None,
    };
    let wanted =
        || failed(format!("{name}: expected a decimal number of up to 28 digits, or a whole number"));
    number.map(Some).ok_or_else(wanted)
}

fn computed(number: Option<Decimal>, name: &str) -> Result<String> {
    exact(number, name).map(|number| number.to_string())
}

fn exact(number: Option<Decimal>, name: &str) -> Result<Decimal> {
    number.ok_or_else(|| {
        failed(format!("{name}: the exact result has more digits than a decimal number holds, 28"))
    })
}

fn failed(message: String) -> Error {
    Error::UserFunctionError(Box::new(DriverError::value(message)))
}

/// The exact sum, with as many places as the longer of both has where there is room for them.
fn add(left: Decimal, right: Decimal) -> Option<Decimal> {
    let sum = |left: Decimal, right: Decimal| {
        let scale = left.scale().max(right.scale());
        let digits = |number: Decimal| {
            10_i128
                .checked_pow(scale - number.scale())
                .and_then(|factor| number.mantissa().checked_mul(factor))
        };
        decimal(digits(left)?.checked_add(digits(right)?)?, scale)
    };
    sum(left, right).or_else(|| sum(left.normalize(), right.normalize()))
}

/// The exact product.
fn multiply(left: Decimal, right: Decimal) -> Option<Decimal> {
    if let Some(product) = left.mantissa().checked_mul(right.mantissa())
        && let Some(product) = decimal(product, left.scale() + right.scale())
    {
        return Some(product);
    }
    let (left, right) = (left.normalize(), right.normalize());
    let (mut one, mut other, mut scale) = (left.mantissa(), right.mantissa(), left.scale() + right.scale());
    // Each two and five makes a zero at the end, which needs no place behind the point.
    while scale > 0 && one != 0 && other != 0 {
        if one % 2 == 0 && other % 5 == 0 {
            (one, other) = (one / 2, other / 5);
        } else if one % 5 == 0 && other % 2 == 0 {
            (one, other) = (one / 5, other / 2);
        } else {
            break;
        }
        scale -= 1;
    }
    decimal(one.checked_mul(other)?, scale)
}

/// The number of these digits, so many of them behind the point; zeros at the end give way where there are too many.
fn decimal(mut digits: i128, mut scale: u32) -> Option<Decimal> {
    while scale > 0 && (scale > Decimal::MAX_SCALE || digits.unsigned_abs() > MOST) && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    Decimal::try_from_i128_with_scale(digits, scale).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap_or_default()
    }

    fn text(number: Option<Decimal>) -> Option<String> {
        number.map(|number| number.to_string())
    }

    const GREATEST: &str = "79228162514264337593543950335";

    #[test]
    fn sums_are_exact_or_none() {
        for (left, right, sum) in [
            ("1.10", "2.2", Some("3.30")),
            ("-0.1", "0.1", Some("0.0")),
            (GREATEST, "-1", Some("79228162514264337593543950334")),
            (GREATEST, "1", None),
            (GREATEST, "0.1", None),
            (GREATEST, "0.0", Some(GREATEST)),
            ("7922816251426433759354395033.5", "0.5", Some("7922816251426433759354395034")),
            ("0.0000000000000000000000000001", "1", Some("1.0000000000000000000000000001")),
            ("0.0000000000000000000000000001", "10", None),
        ] {
            assert_eq!(text(add(of(left), of(right))).as_deref(), sum, "{left} + {right}");
        }
    }

    #[test]
    fn products_are_exact_or_none() {
        for (left, right, product) in [
            ("1.10", "2.0", Some("2.200")),
            ("-3", "0.5", Some("-1.5")),
            (GREATEST, "1.000", Some(GREATEST)),
            (GREATEST, "2", None),
            ("0.000000000000001", "0.00000000000001", None),
            ("0.000000000000005", "0.00000000000002", Some("0.0000000000000000000000000001")),
            ("1152921504606846976", "0.0000000000000000000542101086", Some("0.0624999999720125748725415936")),
            ("70368744177664", "0.0000000000000142108547152020", Some("0.9999999999999997384096481280")),
            ("18446744073709551616", "298023223876953125", None),
            (
                "1237940039285380274899124224",
                "0.0363797880709171295166015625",
                Some("45035996273704960000000000"),
            ),
            ("0", GREATEST, Some("0")),
        ] {
            assert_eq!(text(multiply(of(left), of(right))).as_deref(), product, "{left} * {right}");
        }
    }
}
