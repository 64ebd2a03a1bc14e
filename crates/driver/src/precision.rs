//! What columns keep of values that are finer than they are, which a server would round without a word.

use std::collections::HashMap;
use std::sync::Arc;

use onggi_sql::Table;

use crate::{Connection, Error, Result, Row, Type, ValueRef};

/// How fine the values are that a column of the database keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// As fine as its type is.
    Full,
    /// So many digits behind the point, of a number or of a second; fewer than none are whole tens, hundreds and so on.
    Digits(i16),
    /// Days, without a time.
    Days,
    /// Floating-point numbers of 32 bits, of so many digits behind the point where there is a limit.
    Single(Option<i16>),
    /// Floating-point numbers of 64 bits, which no exact decimal is.
    Double,
}

impl Precision {
    /// Whether a column keeps a value of a type as it is, or each element of an array.
    ///
    /// # Errors
    ///
    /// A value that is finer.
    pub fn check(self, value: ValueRef<'_>, ty: Type) -> Result<()> {
        if let ValueRef::Array(array) = value {
            let mut elements = array.values.iter();
            return elements.try_for_each(|element| self.check(element.as_ref(), array.element.ty()));
        }
        let kept = match self {
            Precision::Full => true,
            Precision::Digits(digits) => has_digits(value, ty, digits),
            Precision::Days => is_day(value),
            Precision::Single(digits) => {
                is_float(value)
                    && is_single(value)
                    && digits.is_none_or(|digits| has_digits(value, ty, digits))
            }
            Precision::Double => is_float(value),
        };
        if kept { Ok(()) } else { Err(self.finer(value)) }
    }

    /// The same, or full where values of a type are no finer.
    fn of(self, ty: Type) -> Precision {
        let most = match ty {
            Type::Decimal => 28,
            Type::Time | Type::DateTime | Type::Timestamp => 6,
            _ => i16::MAX,
        };
        match self {
            Precision::Digits(digits) if digits >= most => Precision::Full,
            Precision::Single(None) if ty == Type::Real => Precision::Full,
            Precision::Double if !matches!(ty, Type::Decimal | Type::Integer { bits: 64.., .. }) => {
                Precision::Full
            }
            other => other,
        }
    }

    #[cold]
    fn finer(self, value: ValueRef<'_>) -> Error {
        let keeps = match self {
            Precision::Full => "values as they are".to_owned(),
            Precision::Digits(digits @ ..0) => {
                let zeros = "0".repeat(digits.unsigned_abs().into());
                format!("whole numbers that end in {zeros}")
            }
            Precision::Digits(0) => "no digit behind the point, or of a second".to_owned(),
            Precision::Digits(1) => "one digit behind the point, or of a second".to_owned(),
            Precision::Digits(digits) => format!("{digits} digits behind the point, or of a second"),
            Precision::Days => "days".to_owned(),
            Precision::Single(_) => "floating-point numbers of 32 bits".to_owned(),
            Precision::Double => "floating-point numbers".to_owned(),
        };
        let kind = value.kind();
        Error::value(format!(
            "the column in the database keeps {keeps}, and this {kind} is finer: round it, or give the column another type"
        ))
    }
}

/// Whether a value has no more digits behind the point than so many.
fn has_digits(value: ValueRef<'_>, ty: Type, digits: i16) -> bool {
    match value {
        #[cfg(feature = "decimal")]
        ValueRef::Decimal(value) => has(&value.normalize().to_string(), digits),
        ValueRef::Real(value) if !value.is_finite() => true,
        ValueRef::Real(value) if ty == Type::Real => has(&single(value).to_string(), digits),
        ValueRef::Real(value) => has(&value.to_string(), digits),
        ValueRef::Integer(_) | ValueRef::Unsigned(_) if digits >= 0 => true,
        ValueRef::Integer(value) => has(&value.to_string(), digits),
        ValueRef::Unsigned(value) => has(&value.to_string(), digits),
        #[cfg(feature = "chrono")]
        ValueRef::Time(value) => has_second(chrono::Timelike::nanosecond(&value), digits),
        #[cfg(feature = "chrono")]
        ValueRef::DateTime(value) => has_second(chrono::Timelike::nanosecond(&value), digits),
        #[cfg(feature = "chrono")]
        ValueRef::Timestamp(value) => has_second(chrono::Timelike::nanosecond(&value), digits),
        _ => true,
    }
}

/// Whether a number in digits has so many behind its point, none of which is left out for being a zero at the end.
fn has(number: &str, digits: i16) -> bool {
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    match usize::try_from(digits) {
        Ok(digits) => rest.len() <= digits,
        Err(_) => {
            let zeros = whole.bytes().rev().take_while(|&digit| digit == b'0').count();
            rest.is_empty() && (zeros >= usize::from(digits.unsigned_abs()) || whole == "0")
        }
    }
}

/// Whether nanoseconds are so many digits of a second.
#[cfg(feature = "chrono")]
fn has_second(nanoseconds: u32, digits: i16) -> bool {
    let left_out = 9 - u32::try_from(digits).unwrap_or(0).min(9);
    nanoseconds.is_multiple_of(10_u32.pow(left_out))
}

fn is_day(value: ValueRef<'_>) -> bool {
    match value {
        #[cfg(feature = "chrono")]
        ValueRef::DateTime(value) => value.time() == chrono::NaiveTime::MIN,
        #[cfg(feature = "chrono")]
        ValueRef::Timestamp(value) => value.time() == chrono::NaiveTime::MIN,
        _ => true,
    }
}

/// Whether a value can be a floating-point number.
fn is_float(value: ValueRef<'_>) -> bool {
    match value {
        #[cfg(feature = "decimal")]
        ValueRef::Decimal(_) => false,
        ValueRef::Integer(value) => has_bits(value.unsigned_abs(), f64::MANTISSA_DIGITS),
        ValueRef::Unsigned(value) => has_bits(value, f64::MANTISSA_DIGITS),
        _ => true,
    }
}

/// Whether a number has no more bits between its first and its last than so many.
fn has_bits(value: u64, bits: u32) -> bool {
    value == 0 || u64::BITS - value.leading_zeros() - value.trailing_zeros() <= bits
}

fn is_single(value: ValueRef<'_>) -> bool {
    let value = match value {
        ValueRef::Real(value) => value,
        ValueRef::Integer(value) => return has_bits(value.unsigned_abs(), f32::MANTISSA_DIGITS),
        ValueRef::Unsigned(value) => return has_bits(value, f32::MANTISSA_DIGITS),
        _ => return true,
    };
    value.is_nan() || f64::from(single(value)).to_bits() == value.to_bits()
}

#[allow(clippy::cast_possible_truncation, reason = "it is one of 32 bits, or what was lost is looked for")]
fn single(value: f64) -> f32 {
    value as f32
}

/// What is known of tables, by their numbers; nothing where all columns keep everything.
pub(crate) type Precisions = HashMap<u32, Option<Arc<[Precision]>>>;

/// How many tables are known.
const CAPACITY: usize = 256;

impl Connection {
    /// How fine what each column of a table keeps is, as the database says when it is first asked for a table of which one of these
    /// columns is written; nothing where it can be no coarser than the columns' types.
    ///
    /// The answer is kept as long as the connection changes no tables by itself: see
    /// [`forget_precisions`](Connection::forget_precisions).
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn precisions(
        &mut self,
        table: &'static Table,
        mut columns: impl Iterator<Item = usize>,
    ) -> Result<Option<Arc<[Precision]>>> {
        let (Some(text), rounded) = (self.dialect().write.precisions, self.dialect().write.rounded) else {
            return Ok(None);
        };
        // Keys are no floating-point numbers.
        let is_key =
            |column: usize| table.columns[column].reference.is_some() || table.primary_key.contains(&column);
        let is_rounded = |column: usize| match element(table.columns[column].ty) {
            ty @ Type::Integer { .. } => rounded.contains(&ty) && !is_key(column),
            ty => rounded.contains(&ty),
        };
        if !columns.any(is_rounded) {
            return Ok(None);
        }
        if let Some(known) = self.precisions.get(&table.number()) {
            return Ok(known.clone());
        }
        let (found, precisions) = self.unobserved(|connection| connection.asked(table, text, rounded))?;
        // What is not there yet can come.
        if found {
            if self.precisions.len() >= CAPACITY {
                self.precisions.clear();
            }
            self.precisions.insert(table.number(), precisions.clone());
        }
        Ok(precisions)
    }

    /// Asks again when it is next of use: columns can have changed.
    pub fn forget_precisions(&mut self) {
        self.precisions.clear();
    }

    /// Whether there is such a table, as far as it has columns that could round, and what they round to.
    fn asked(
        &mut self,
        table: &'static Table,
        text: &str,
        rounded: &[Type],
    ) -> Result<(bool, Option<Arc<[Precision]>>)> {
        let mut precisions = vec![Precision::Full; table.columns.len()];
        let mut found = false;
        self.with_text(text, |prepared| {
            let mut rows = prepared.query(|to| to.bind(ValueRef::Text(table.name)))?;
            while let Some(row) = rows.next_row()? {
                found = true;
                let (name, precision) = read(row)?;
                let Some(place) = place(table, &name) else { continue };
                let ty = element(table.columns[place].ty);
                if rounded.contains(&ty) {
                    precisions[place] = precision.of(ty);
                }
            }
            Ok::<(), Error>(())
        })?;
        let are_full = precisions.iter().all(|&precision| precision == Precision::Full);
        Ok((found, (!are_full).then(|| precisions.into())))
    }
}

/// The type of an array's elements, or the type itself.
fn element(ty: Type) -> Type {
    match ty {
        Type::Array(element) => element.ty(),
        other => other,
    }
}

/// Which column has a name, as the database writes it: some take names for the same that differ in case.
fn place(table: &Table, name: &str) -> Option<usize> {
    let mut columns = table.columns.iter();
    let exactly = columns.clone().position(|column| column.name == name);
    exactly.or_else(|| columns.position(|column| column.name.eq_ignore_ascii_case(name)))
}

/// A column's name, and what it keeps.
fn read(row: Row<'_>) -> Result<(String, Precision)> {
    let text = |column| match row.value(column, Type::Text)? {
        ValueRef::Text(text) => Ok(text.to_owned()),
        _ => Ok::<String, Error>(String::new()),
    };
    let precision = match (text(1)?.as_str(), row.value(2, Type::BIGINT)?) {
        ("digits", ValueRef::Integer(digits)) => {
            i16::try_from(digits).map_or(Precision::Full, Precision::Digits)
        }
        ("days", _) => Precision::Days,
        ("single", ValueRef::Integer(digits)) => Precision::Single(i16::try_from(digits).ok()),
        ("single", _) => Precision::Single(None),
        ("double", _) => Precision::Double,
        _ => Precision::Full,
    };
    Ok((text(0)?, precision))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_that_a_column_does_not_keep_are_refused() {
        let digits = |digits| Precision::Digits(digits);
        for (precision, value, kept) in [
            (digits(2), ValueRef::Real(1.25), true),
            (digits(2), ValueRef::Real(1.255), false),
            (digits(2), ValueRef::Real(1e300), true),
            (digits(300), ValueRef::Real(1e-300), true),
            (digits(299), ValueRef::Real(1e-300), false),
            (digits(0), ValueRef::Real(-3.0), true),
            (digits(0), ValueRef::Real(0.5), false),
            (digits(0), ValueRef::Integer(7), true),
            (digits(-2), ValueRef::Integer(1_700), true),
            (digits(-2), ValueRef::Integer(1_710), false),
            (digits(-2), ValueRef::Integer(0), true),
            (digits(-2), ValueRef::Unsigned(u64::MAX), false),
            (Precision::Single(None), ValueRef::Real(0.5), true),
            (Precision::Single(None), ValueRef::Real(0.1), false),
            (Precision::Single(None), ValueRef::Real(f64::NAN), true),
            (Precision::Single(Some(2)), ValueRef::Real(0.25), true),
            (Precision::Single(Some(2)), ValueRef::Real(0.125), false),
            (Precision::Double, ValueRef::Real(0.1), true),
            (Precision::Double, ValueRef::Integer(1 << 53), true),
            (Precision::Double, ValueRef::Integer((1 << 53) + 1), false),
            (Precision::Double, ValueRef::Integer(i64::MIN), true),
            (Precision::Double, ValueRef::Unsigned(u64::MAX), false),
            (Precision::Single(None), ValueRef::Integer(1 << 24), true),
            (Precision::Single(None), ValueRef::Integer(-(1 << 24) - 1), false),
            (Precision::Full, ValueRef::Real(0.1), true),
            (digits(0), ValueRef::Null, true),
        ] {
            assert_eq!(precision.check(value, Type::Double).is_ok(), kept, "{precision:?} {value:?}");
        }
    }

    #[test]
    fn a_number_of_32_bits_has_the_digits_that_it_is_written_with() {
        let value = ValueRef::Real(f64::from(0.1_f32));
        assert!(Precision::Digits(1).check(value, Type::Real).is_ok());
        assert!(Precision::Digits(1).check(value, Type::Double).is_err());
    }

    #[cfg(feature = "decimal")]
    #[test]
    fn zeros_at_the_end_of_a_decimal_are_no_digits() {
        for (text, kept) in [("1.50", true), ("1.500", true), ("1.505", false), ("-0.01", true), ("7", true)]
        {
            let value = text.parse().expect("a number");
            assert_eq!(
                Precision::Digits(2).check(ValueRef::Decimal(value), Type::Decimal).is_ok(),
                kept,
                "{text}"
            );
        }
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn parts_of_seconds_and_times_of_days_are_refused() {
        let moment = |text: &str| text.parse().map(ValueRef::DateTime).expect("a moment");
        for (precision, text, kept) in [
            (Precision::Digits(0), "2024-01-01T10:00:00", true),
            (Precision::Digits(0), "2024-01-01T10:00:00.7", false),
            (Precision::Digits(1), "2024-01-01T10:00:00.7", true),
            (Precision::Digits(3), "2024-01-01T10:00:00.0007", false),
            (Precision::Days, "2024-01-01T00:00:00", true),
            (Precision::Days, "2024-01-01T00:00:01", false),
        ] {
            assert_eq!(precision.check(moment(text), Type::DateTime).is_ok(), kept, "{precision:?} {text}");
        }
    }
}
