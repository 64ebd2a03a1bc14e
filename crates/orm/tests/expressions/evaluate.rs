//! What expressions mean: SQL's rules, with SQLite's for numbers and texts, said in Rust.

use std::cmp::Ordering;

use super::tree::{Choice, Comparison, Item, Logic, Number, Operator, Question, Real, Text, Typed};

/// A value as SQLite has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
}

/// What a statement fails with: SQLite has no absolute value of the smallest number.
#[derive(Clone, Copy, Debug)]
pub struct Overflow;

type Outcome<T> = Result<T, Overflow>;

/// The row that an expression is about, and all rows.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    pub item: &'a Item,
    pub all: &'a [Item],
}

impl<'a> At<'a> {
    fn of(self, item: &'a Item) -> At<'a> {
        At { item, ..self }
    }
}

/// Expressions with values.
pub trait Evaluate: Typed {
    fn value(&self, at: At<'_>) -> Outcome<Datum>;

    fn datum(at: At<'_>) -> Datum;
}

impl From<Option<i64>> for Datum {
    fn from(value: Option<i64>) -> Datum {
        value.map_or(Datum::Null, Datum::Integer)
    }
}

impl From<Option<f64>> for Datum {
    fn from(value: Option<f64>) -> Datum {
        // SQLite has no NaN.
        value.filter(|value| !value.is_nan()).map_or(Datum::Null, Datum::Real)
    }
}

impl From<Option<String>> for Datum {
    fn from(value: Option<String>) -> Datum {
        value.map_or(Datum::Null, Datum::Text)
    }
}

impl Evaluate for Number {
    fn datum(at: At<'_>) -> Datum {
        at.item.count.into()
    }

    fn value(&self, at: At<'_>) -> Outcome<Datum> {
        Ok(match self {
            Number::Required => Datum::Integer(at.item.number),
            Number::Optional => at.item.count.into(),
            Number::Value(number) => Datum::Integer(*number),
            Number::Binary(operator, operands) => {
                compute(*operator, &operands.0.value(at)?, &operands.1.value(at)?)
            }
            Number::Negative(operand) => negative(&operand.value(at)?),
            Number::Absolute(operand) => absolute(&operand.value(at)?)?,
            Number::Sign(operand) => match operand.value(at)? {
                Datum::Integer(value) => Datum::Integer(value.signum()),
                Datum::Real(0.0) => Datum::Integer(0),
                Datum::Real(value) => Datum::Integer(if value < 0.0 { -1 } else { 1 }),
                _ => Datum::Null,
            },
            Number::Length(text) => text.text(at)?.map(|text| characters(&text)).into(),
            Number::Position(texts) => match (texts.0.text(at)?, texts.1.text(at)?) {
                (Some(text), Some(part)) => {
                    Datum::Integer(text.find(&part).map_or(0, |place| characters(&text[..place]) + 1))
                }
                _ => Datum::Null,
            },
            Number::OfText(text) => text.text(at)?.map(|text| parse(&text)).into(),
            // Conversions of floats are toward zero, and end at the ends of what whole numbers there are.
            Number::OfReal(real) => match real.value(at)? {
                Datum::Null => Datum::Null,
                value => Datum::Integer(toward_zero(&value)),
            },
            Number::Choice(choice) => choice.value(at)?,
        })
    }
}

impl Evaluate for Real {
    fn datum(at: At<'_>) -> Datum {
        at.item.weight.into()
    }

    fn value(&self, at: At<'_>) -> Outcome<Datum> {
        Ok(match self {
            Real::Column => at.item.weight.into(),
            Real::Value(number) => Datum::Real(*number),
            Real::Binary(operator, operands) => {
                compute(*operator, &operands.0.value(at)?, &operands.1.value(at)?)
            }
            Real::Negative(operand) => negative(&operand.value(at)?),
            Real::Absolute(operand) => absolute(&operand.value(at)?)?,
            Real::Floor(operand) => real(&operand.value(at)?).map(f64::floor).into(),
            Real::Ceiling(operand) => real(&operand.value(at)?).map(f64::ceil).into(),
            Real::OfNumber(number) => real(&number.value(at)?).into(),
            Real::Choice(choice) => choice.value(at)?,
        })
    }
}

impl Evaluate for Text {
    fn datum(at: At<'_>) -> Datum {
        at.item.note.clone().into()
    }

    fn value(&self, at: At<'_>) -> Outcome<Datum> {
        let of = |text: &Text, change: &dyn Fn(String) -> String| Ok(text.text(at)?.map(change).into());
        match self {
            Text::Required => Ok(Datum::Text(at.item.name.clone())),
            Text::Optional => Ok(at.item.note.clone().into()),
            Text::Value(text) => Ok(Datum::Text(text.clone())),
            Text::Lower(text) => of(text, &|text| text.to_ascii_lowercase()),
            Text::Upper(text) => of(text, &|text| text.to_ascii_uppercase()),
            Text::Trim(text) => of(text, &|text| text.trim_matches(' ').to_owned()),
            Text::TrimStart(text) => of(text, &|text| text.trim_start_matches(' ').to_owned()),
            Text::TrimEnd(text) => of(text, &|text| text.trim_end_matches(' ').to_owned()),
            // In SQLite nothing is in no place: Rust finds it everywhere.
            Text::Replace(text, from, _) if from.is_empty() => text.value(at),
            Text::Replace(text, from, to) => of(text, &|text| text.replace(from, to)),
            Text::Substring(text, start, length) => of(text, &|text| middle(&text, *start, *length)),
            Text::SubstringFrom(text, start) => of(text, &|text| middle(&text, *start, i64::MAX)),
            Text::Left(text, length) => of(text, &|text| middle(&text, 1, *length)),
            Text::Right(text, length) => {
                of(text, &|text| middle(&text, (characters(&text) - length).max(0) + 1, i64::MAX))
            }
            Text::Concat(texts) => Ok(match (texts.0.text(at)?, texts.1.text(at)?) {
                (Some(left), Some(right)) => Datum::Text(left + &right),
                _ => Datum::Null,
            }),
            Text::OfColumn => Ok(at.item.count.map(|count| count.to_string()).into()),
            Text::Choice(choice) => choice.value(at),
        }
    }
}

impl Text {
    fn text(&self, at: At<'_>) -> Outcome<Option<String>> {
        Ok(match self.value(at)? {
            Datum::Text(text) => Some(text),
            _ => None,
        })
    }
}

impl<T: Evaluate> Choice<T> {
    fn value(&self, at: At<'_>) -> Outcome<Datum> {
        match self {
            Choice::Case(branches, otherwise) => {
                let mut chosen = None;
                for (condition, then) in branches {
                    let (holds, then) = (condition.holds(at)?, then.value(at)?);
                    chosen = chosen.or((holds == Some(true)).then_some(then));
                }
                let otherwise = otherwise.as_ref().map(|otherwise| otherwise.value(at)).transpose()?;
                Ok(chosen.or(otherwise).unwrap_or(Datum::Null))
            }
            Choice::Coalesce(value, other) => match (value.value(at)?, other.value(at)?) {
                (Datum::Null, other) => Ok(other),
                (value, _) => Ok(value),
            },
            Choice::NullIf(value, other) => {
                let (value, other) = (value.value(at)?, other.value(at)?);
                Ok(if compare(&value, &other) == Some(Ordering::Equal) { Datum::Null } else { value })
            }
            Choice::Least(value, other) => chosen(value.value(at)?, other.value(at)?, Ordering::is_ge),
            Choice::Greatest(value, other) => chosen(value.value(at)?, other.value(at)?, Ordering::is_lt),
            Choice::Scalar(key) => {
                let found = at.all.iter().find(|item| item.id.key() == Some(*key));
                Ok(found.map_or(Datum::Null, |item| T::datum(at.of(item))))
            }
        }
    }
}

/// The value, or the other where they compare like that; NULL where one is. A float can equal a whole number, so it matters
/// which of two that are equal SQLite takes.
fn chosen(value: Datum, other: Datum, exchanged: fn(Ordering) -> bool) -> Outcome<Datum> {
    Ok(match compare(&value, &other) {
        None => Datum::Null,
        Some(order) if exchanged(order) => other,
        Some(_) => value,
    })
}

impl Logic {
    /// Whether it holds, if that is known.
    pub fn holds(&self, at: At<'_>) -> Outcome<Option<bool>> {
        let of = |text: &Text, ask: &dyn Fn(&str) -> bool| Ok(text.text(at)?.map(|text| ask(&text)));
        match self {
            Logic::Always => Ok(Some(true)),
            Logic::Never => Ok(Some(false)),
            Logic::Column(mark) => Ok(at.item.mark.map(|known| known == *mark)),
            Logic::And(sides) => Ok(and(sides.0.holds(at)?, sides.1.holds(at)?)),
            Logic::Or(sides) => Ok(or(sides.0.holds(at)?, sides.1.holds(at)?)),
            Logic::Not(condition) => Ok(condition.holds(at)?.map(|holds| !holds)),
            Logic::IsUnknown(condition) => Ok(Some(condition.holds(at)?.is_none())),
            Logic::Number(question) => question.holds(at),
            Logic::Real(question) => question.holds(at),
            Logic::Text(question) => question.holds(at),
            Logic::Like(texts) => Ok(match (texts.0.text(at)?, texts.1.text(at)?) {
                (Some(text), Some(pattern)) => {
                    let (text, pattern): (Vec<char>, Vec<char>) =
                        (text.chars().collect(), pattern.chars().collect());
                    Some(like(&text, &pattern))
                }
                _ => None,
            }),
            Logic::Contains(text, part) => of(text, &|text| text.contains(part)),
            Logic::StartsWith(text, part) => of(text, &|text| text.starts_with(part)),
            Logic::EndsWith(text, part) => of(text, &|text| text.ends_with(part)),
            Logic::Rows(comparison, rows) => {
                let value = |row: &(Number, Text)| Ok([row.0.value(at)?, row.1.value(at)?]);
                Ok(rows_compare(*comparison, &value(&rows[0])?, &value(&rows[1])?))
            }
            Logic::RowInColumns(row) => {
                let row = [row.0.value(at)?, row.1.value(at)?];
                let equal = at.all.iter().map(|item| {
                    let other = [Number::datum(at.of(item)), Text::datum(at.of(item))];
                    rows_compare(Comparison::Equal, &row, &other)
                });
                Ok(equal.fold(Some(false), or))
            }
        }
    }
}

impl<T: Evaluate> Question<T>
where
    Datum: From<Option<T::Value>>,
{
    fn holds(&self, at: At<'_>) -> Outcome<Option<bool>> {
        Ok(match self {
            Question::Compare(comparison, left, right) => {
                compare(&left.value(at)?, &right.value(at)?).map(|order| comparison.allows(order))
            }
            Question::Between(of, low, high) => {
                let (of, low, high) = (of.value(at)?, low.value(at)?, high.value(at)?);
                and(compare(&of, &low).map(Ordering::is_ge), compare(&of, &high).map(Ordering::is_le))
            }
            Question::In(of, values) => listed(&of.value(at)?, of_values::<T>(values)),
            Question::NotIn(of, values) => listed(&of.value(at)?, of_values::<T>(values)).map(|holds| !holds),
            Question::InColumn(of, key) => listed(&of.value(at)?, later::<T>(at, *key)),
            Question::NotInColumn(of, key) => {
                listed(&of.value(at)?, later::<T>(at, *key)).map(|holds| !holds)
            }
            Question::IsNull(of) => Some(of.value(at)? == Datum::Null),
            Question::IsNotNull(of) => Some(of.value(at)? != Datum::Null),
            Question::Same(left, right) => Some(same(&left.value(at)?, &right.value(at)?)),
            Question::Distinct(left, right) => Some(!same(&left.value(at)?, &right.value(at)?)),
            Question::SameAs(of, other) => Some(same(&of.value(at)?, &other.clone().into())),
            Question::DistinctFrom(of, other) => Some(!same(&of.value(at)?, &other.clone().into())),
        })
    }
}

fn of_values<T: Typed>(values: &[T::Value]) -> Vec<Datum>
where
    Datum: From<Option<T::Value>>,
{
    values.iter().map(|value| Some(value.clone()).into()).collect()
}

fn later<T: Evaluate>(at: At<'_>, key: i64) -> Vec<Datum> {
    at.all.iter().filter(|item| item.id.key() > Some(key)).map(|item| T::datum(at.of(item))).collect()
}

/// Among nothing is no value, NULL neither.
fn listed(value: &Datum, values: Vec<Datum>) -> Option<bool> {
    let equal = |other: &Datum| compare(value, other).map(Ordering::is_eq);
    values.iter().map(equal).fold(Some(false), or)
}

impl Comparison {
    fn allows(self, order: Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::Different => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}

fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// How two values compare; not at all where one is NULL.
fn compare(left: &Datum, right: &Datum) -> Option<Ordering> {
    match (left, right) {
        (Datum::Integer(left), Datum::Integer(right)) => Some(left.cmp(right)),
        (Datum::Real(left), Datum::Real(right)) => left.partial_cmp(right),
        (Datum::Integer(left), Datum::Real(right)) => Some(mixed(*left, *right)),
        (Datum::Real(left), Datum::Integer(right)) => Some(mixed(*right, *left).reverse()),
        (Datum::Text(left), Datum::Text(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// As the numbers that they are, without a loss of digits.
fn mixed(left: i64, right: f64) -> Ordering {
    if right >= 9_223_372_036_854_775_808.0 {
        return Ordering::Less;
    }
    if right < -9_223_372_036_854_775_808.0 {
        return Ordering::Greater;
    }
    let fraction = right.fract().partial_cmp(&0.0).unwrap_or(Ordering::Equal).reverse();
    left.cmp(&whole(right)).then(fraction)
}

fn same(left: &Datum, right: &Datum) -> bool {
    match (left, right) {
        (Datum::Null, Datum::Null) => true,
        _ => compare(left, right) == Some(Ordering::Equal),
    }
}

/// The first parts that are not equal decide; what is unknown before them makes all unknown.
fn rows_compare(comparison: Comparison, left: &[Datum; 2], right: &[Datum; 2]) -> Option<bool> {
    let parts = [compare(&left[0], &right[0]), compare(&left[1], &right[1])];
    let equal = parts.iter().map(|part| part.map(Ordering::is_eq)).fold(Some(true), and);
    match comparison {
        Comparison::Equal => equal,
        Comparison::Different => equal.map(|equal| !equal),
        _ => match parts[0]? {
            Ordering::Equal => parts[1].map(|order| comparison.allows(order)),
            order => Some(comparison.allows(order)),
        },
    }
}

/// SQLite goes on with floats where whole numbers have no result.
fn compute(operator: Operator, left: &Datum, right: &Datum) -> Datum {
    if let (Datum::Integer(left), Datum::Integer(right)) = (left, right) {
        let exact = match operator {
            Operator::Add => left.checked_add(*right),
            Operator::Subtract => left.checked_sub(*right),
            Operator::Multiply => left.checked_mul(*right),
            Operator::Divide | Operator::Remainder if *right == 0 => return Datum::Null,
            Operator::Divide => left.checked_div(*right),
            Operator::Remainder => Some(left.wrapping_rem(*right)),
        };
        if let Some(exact) = exact {
            return Datum::Integer(exact);
        }
    }
    let (Some(first), Some(second)) = (real(left), real(right)) else { return Datum::Null };
    let result = match operator {
        Operator::Add => first + second,
        Operator::Subtract => first - second,
        Operator::Multiply => first * second,
        Operator::Divide if second == 0.0 => return Datum::Null,
        Operator::Divide => first / second,
        Operator::Remainder => match (toward_zero(left), toward_zero(right)) {
            (_, 0) => return Datum::Null,
            (left, right) => float(left.wrapping_rem(right)),
        },
    };
    Some(result).into()
}

fn negative(value: &Datum) -> Datum {
    compute(Operator::Subtract, &Datum::Integer(0), value)
}

fn absolute(value: &Datum) -> Outcome<Datum> {
    Ok(match value {
        Datum::Integer(value) => Datum::Integer(value.checked_abs().ok_or(Overflow)?),
        Datum::Real(value) => Datum::Real(value.abs()),
        _ => Datum::Null,
    })
}

fn toward_zero(value: &Datum) -> i64 {
    match value {
        Datum::Integer(value) => *value,
        Datum::Real(value) => whole(*value),
        Datum::Null | Datum::Text(_) => 0,
    }
}

fn real(value: &Datum) -> Option<f64> {
    match value {
        Datum::Integer(value) => Some(float(*value)),
        Datum::Real(value) => Some(*value),
        Datum::Null | Datum::Text(_) => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "SQLite converts so")]
fn float(value: i64) -> f64 {
    value as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "SQLite converts so, and ends at the smallest and greatest"
)]
fn whole(value: f64) -> i64 {
    value as i64
}

fn characters(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// So many characters from a place on, which is counted from 1.
fn middle(text: &str, start: i64, length: i64) -> String {
    let count = |number: i64| usize::try_from(number).unwrap_or(0);
    text.chars().skip(count(start - 1)).take(count(length)).collect()
}

/// The number that a text begins with, or 0; one that is too long, the nearest that there is.
fn parse(text: &str) -> i64 {
    let text = text.trim_start_matches(' ');
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = digits.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(digits.len());
    let sign = if text.starts_with('-') { -1 } else { 1 };
    digits[..end].bytes().fold(0, |number: i64, digit| {
        number.saturating_mul(10).saturating_add(sign * i64::from(digit - b'0'))
    })
}

/// Small letters match capitals, those of ASCII.
fn like(text: &[char], pattern: &[char]) -> bool {
    match (pattern, text) {
        ([], _) => text.is_empty(),
        (['%', rest @ ..], _) => (0..=text.len()).any(|skipped| like(&text[skipped..], rest)),
        (['\\'], _) | (_, []) => false,
        (['\\', literal, rest @ ..], [first, text @ ..]) => {
            literal.eq_ignore_ascii_case(first) && like(text, rest)
        }
        (['_', rest @ ..], [_, text @ ..]) => like(text, rest),
        ([literal, rest @ ..], [first, text @ ..]) => literal.eq_ignore_ascii_case(first) && like(text, rest),
    }
}
