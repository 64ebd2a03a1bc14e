//! Expressions as data, and what they are through the public interface.

use onggi::{Condition, Expression, Field, Id, Model, Must, Operand, case, raw, value};

#[derive(Clone, Debug, PartialEq, Model)]
#[model(table = "items")]
pub struct Item {
    pub id: Id<Item>,
    pub number: i64,
    pub count: Option<i64>,
    pub weight: Option<f64>,
    pub name: String,
    pub note: Option<String>,
    pub mark: Option<bool>,
}

pub type Row = <Item as Model>::Columns<Must>;

/// Expressions of one type.
pub trait Typed {
    type Value: Field<Base = Self::Value>;

    fn build(&self, row: Row) -> Expression<Option<Self::Value>>;

    /// A column of its type that has NULLs.
    fn column(row: Row) -> Expression<Option<Self::Value>>;
}

#[derive(Clone, Debug)]
pub enum Number {
    Required,
    Optional,
    Value(i64),
    Binary(Operator, Box<(Number, Number)>),
    Negative(Box<Number>),
    Absolute(Box<Number>),
    Sign(Box<Number>),
    Length(Box<Text>),
    Position(Box<(Text, Text)>),
    OfText(Box<Text>),
    OfReal(Box<Real>),
    Choice(Box<Choice<Number>>),
}

#[derive(Clone, Debug)]
pub enum Real {
    Column,
    Value(f64),
    Binary(Operator, Box<(Real, Real)>),
    Negative(Box<Real>),
    Absolute(Box<Real>),
    Floor(Box<Real>),
    Ceiling(Box<Real>),
    OfNumber(Box<Number>),
    Choice(Box<Choice<Real>>),
}

#[derive(Clone, Debug)]
pub enum Text {
    Required,
    Optional,
    Value(String),
    Lower(Box<Text>),
    Upper(Box<Text>),
    Trim(Box<Text>),
    TrimStart(Box<Text>),
    TrimEnd(Box<Text>),
    Replace(Box<Text>, String, String),
    Substring(Box<Text>, i64, i64),
    SubstringFrom(Box<Text>, i64),
    Left(Box<Text>, i64),
    Right(Box<Text>, i64),
    Concat(Box<(Text, Text)>),
    OfColumn,
    Choice(Box<Choice<Text>>),
}

#[derive(Clone, Copy, Debug)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// What expressions of any type have.
#[derive(Clone, Debug)]
pub enum Choice<T> {
    Case(Vec<(Logic, T)>, Option<T>),
    Coalesce(T, T),
    NullIf(T, T),
    Least(T, T),
    Greatest(T, T),
    /// The value of the row with this key, if there is one.
    Scalar(i64),
}

#[derive(Clone, Debug)]
pub enum Logic {
    Always,
    Never,
    Column(bool),
    And(Box<(Logic, Logic)>),
    Or(Box<(Logic, Logic)>),
    Not(Box<Logic>),
    /// Whether a condition's value is NULL, compared like other values.
    IsUnknown(Box<Logic>),
    Number(Box<Question<Number>>),
    Real(Box<Question<Real>>),
    Text(Box<Question<Text>>),
    Like(Box<(Text, Text)>),
    Contains(Text, String),
    StartsWith(Text, String),
    EndsWith(Text, String),
    Rows(Comparison, Box<[(Number, Text); 2]>),
    RowInColumns(Box<(Number, Text)>),
}

#[derive(Clone, Copy, Debug)]
pub enum Comparison {
    Equal,
    Different,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Debug)]
pub enum Question<T: Typed> {
    Compare(Comparison, T, T),
    Between(T, T, T),
    In(T, Vec<T::Value>),
    NotIn(T, Vec<T::Value>),
    /// Among the values of a column that has NULLs, of rows with greater keys than this.
    InColumn(T, i64),
    NotInColumn(T, i64),
    IsNull(T),
    IsNotNull(T),
    Same(T, T),
    Distinct(T, T),
    SameAs(T, Option<T::Value>),
    DistinctFrom(T, Option<T::Value>),
}

/// The operation of an [`Operator`], on numbers of any type.
macro_rules! compute {
    ($operator:expr, $left:expr, $right:expr) => {{
        let (left, right) = ($left, $right);
        match $operator {
            Operator::Add => left + right,
            Operator::Subtract => left - right,
            Operator::Multiply => left * right,
            Operator::Divide => left / right,
            Operator::Remainder => left % right,
        }
    }};
}

/// The comparison of a [`Comparison`], of expressions or rows.
macro_rules! compare {
    ($comparison:expr, $left:expr, $right:expr) => {{
        let (left, right) = ($left, $right);
        match $comparison {
            Comparison::Equal => left.eq(right),
            Comparison::Different => left.ne(right),
            Comparison::Less => left.lt(right),
            Comparison::LessOrEqual => left.le(right),
            Comparison::Greater => left.gt(right),
            Comparison::GreaterOrEqual => left.ge(right),
        }
    }};
}

/// A required column or a value as an expression that can be NULL, as all expressions here are.
fn optional<T: Field<Base = T>>(column: impl Operand<T>) -> Expression<Option<T>> {
    value::<T, _>(raw::<Option<T>>("?").bind::<T>(column))
}

impl Typed for Number {
    type Value = i64;

    fn column(row: Row) -> Expression<Option<i64>> {
        value(row.count)
    }

    fn build(&self, row: Row) -> Expression<Option<i64>> {
        match self {
            Number::Required => optional(row.number),
            Number::Optional => value(row.count),
            Number::Value(number) => optional(*number),
            Number::Binary(operator, operands) => {
                compute!(operator, operands.0.build(row), operands.1.build(row))
            }
            Number::Negative(operand) => -operand.build(row),
            Number::Absolute(operand) => operand.build(row).abs(),
            Number::Sign(operand) => operand.build(row).sign(),
            Number::Length(text) => text.build(row).length(),
            Number::Position(texts) => texts.0.build(row).position(texts.1.build(row)),
            Number::OfText(text) => text.build(row).cast::<i64>(),
            Number::OfReal(real) => real.build(row).cast::<i64>(),
            Number::Choice(choice) => choice.build(row),
        }
    }
}

impl Typed for Real {
    type Value = f64;

    fn column(row: Row) -> Expression<Option<f64>> {
        value(row.weight)
    }

    fn build(&self, row: Row) -> Expression<Option<f64>> {
        match self {
            Real::Column => value(row.weight),
            Real::Value(number) => optional(*number),
            Real::Binary(operator, operands) => {
                compute!(operator, operands.0.build(row), operands.1.build(row))
            }
            Real::Negative(operand) => -operand.build(row),
            Real::Absolute(operand) => operand.build(row).abs(),
            Real::Floor(operand) => operand.build(row).floor(),
            Real::Ceiling(operand) => operand.build(row).ceil(),
            Real::OfNumber(number) => number.build(row).cast::<f64>(),
            Real::Choice(choice) => choice.build(row),
        }
    }
}

impl Typed for Text {
    type Value = String;

    fn column(row: Row) -> Expression<Option<String>> {
        value(row.note)
    }

    fn build(&self, row: Row) -> Expression<Option<String>> {
        match self {
            Text::Required => optional(row.name),
            Text::Optional => value(row.note),
            Text::Value(text) => optional(text.as_str()),
            Text::Lower(text) => text.build(row).lower(),
            Text::Upper(text) => text.build(row).upper(),
            Text::Trim(text) => text.build(row).trim(),
            Text::TrimStart(text) => text.build(row).trim_start(),
            Text::TrimEnd(text) => text.build(row).trim_end(),
            Text::Replace(text, from, to) => text.build(row).replace(from, to),
            Text::Substring(text, start, length) => text.build(row).substring(*start, *length),
            Text::SubstringFrom(text, start) => text.build(row).substring_from(*start),
            Text::Left(text, length) => text.build(row).left(*length),
            Text::Right(text, length) => text.build(row).right(*length),
            Text::Concat(texts) => texts.0.build(row).concat(texts.1.build(row)),
            Text::OfColumn => row.count.cast::<String>(),
            Text::Choice(choice) => choice.build(row),
        }
    }
}

impl<T: Typed> Choice<T> {
    fn build(&self, row: Row) -> Expression<Option<T::Value>> {
        match self {
            Choice::Case(branches, otherwise) => {
                let mut branches = branches.iter();
                let Some((condition, then)) = branches.next() else { return T::column(row) };
                let mut choice = case().when(condition.build(row), then.build(row));
                for (condition, then) in branches {
                    choice = choice.when(condition.build(row), then.build(row));
                }
                match otherwise {
                    Some(otherwise) => choice.otherwise(otherwise.build(row)),
                    None => choice.or_null(),
                }
            }
            Choice::Coalesce(value, other) => value.build(row).coalesce(other.build(row)),
            Choice::NullIf(value, other) => value.build(row).null_if(other.build(row)),
            Choice::Least(value, other) => value.build(row).least(other.build(row)),
            Choice::Greatest(value, other) => value.build(row).greatest(other.build(row)),
            Choice::Scalar(key) => {
                Item::query().filter(|other| other.id.eq(Id::<Item>::from(*key))).select(T::column).scalar()
            }
        }
    }
}

impl Logic {
    pub fn build(&self, row: Row) -> Condition {
        match self {
            Logic::Always => Condition::always(),
            Logic::Never => Condition::never(),
            Logic::Column(mark) => row.mark.eq(*mark),
            Logic::And(sides) => sides.0.build(row) & sides.1.build(row),
            Logic::Or(sides) => sides.0.build(row) | sides.1.build(row),
            Logic::Not(condition) => !condition.build(row),
            Logic::IsUnknown(condition) => condition.build(row).value().is_null(),
            Logic::Number(question) => question.build(row),
            Logic::Real(question) => question.build(row),
            Logic::Text(question) => question.build(row),
            Logic::Like(texts) => texts.0.build(row).like(texts.1.build(row)),
            Logic::Contains(text, part) => text.build(row).contains(part),
            Logic::StartsWith(text, part) => text.build(row).starts_with(part),
            Logic::EndsWith(text, part) => text.build(row).ends_with(part),
            Logic::Rows(comparison, rows) => {
                let [left, right] = &**rows;
                let left = onggi::row((left.0.build(row), left.1.build(row)));
                compare!(comparison, left, (right.0.build(row), right.1.build(row)))
            }
            Logic::RowInColumns(values) => onggi::row((values.0.build(row), values.1.build(row)))
                .is_in(Item::query().select(|other| (other.count, other.note))),
        }
    }
}

impl<T: Typed> Question<T> {
    fn build(&self, row: Row) -> Condition {
        match self {
            Question::Compare(comparison, left, right) => {
                compare!(comparison, left.build(row), right.build(row))
            }
            Question::Between(of, low, high) => of.build(row).between(low.build(row), high.build(row)),
            Question::In(of, values) => of.build(row).is_in(values.clone()),
            Question::NotIn(of, values) => of.build(row).not_in(values.clone()),
            Question::InColumn(of, key) => of.build(row).is_in(later(*key).select(T::column)),
            Question::NotInColumn(of, key) => of.build(row).not_in(later(*key).select(T::column)),
            Question::IsNull(of) => of.build(row).is_null(),
            Question::IsNotNull(of) => of.build(row).is_not_null(),
            Question::Same(left, right) => left.build(row).is_not_distinct_from(right.build(row)),
            Question::Distinct(left, right) => left.build(row).is_distinct_from(right.build(row)),
            Question::SameAs(of, other) => of.build(row).is_not_distinct_from(other.clone()),
            Question::DistinctFrom(of, other) => of.build(row).is_distinct_from(other.clone()),
        }
    }
}

fn later(key: i64) -> onggi::Query<Item> {
    Item::query().filter(move |other| other.id.gt(Id::<Item>::from(key)))
}
