//! Random expressions, and rows for them.

use onggi::{Field, Id};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::tree::{Choice, Comparison, Item, Logic, Number, Operator, Question, Real, Text, Typed};

/// Numbers that meet each other often, and the ends of what there are.
pub fn number() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => -3..=4_i64,
        1 => select(vec![i64::MAX, i64::MIN, i64::MAX - 1, i64::MIN + 1, 1 << 53, (1 << 53) + 1, 1 << 32, -7, 10]),
    ]
}

fn real() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (-6..=8_i32).prop_map(|quarters| f64::from(quarters) / 4.0),
        1 => select(vec![9_223_372_036_854_775_808.0, -9_223_372_036_854_775_808.0, 1e308, 1e-300, 9_007_199_254_740_992.0]),
    ]
}

/// Texts with letters of both sizes, spaces, digits, and what is special in patterns.
fn text() -> impl Strategy<Value = String> {
    let character =
        select(vec!['a', 'A', 'b', 'é', 'É', ' ', '%', '_', '\\', '1', '-', '日', '\u{1f980}', '\'']);
    vec(character, 0..4).prop_map(|characters| characters.into_iter().collect())
}

pub fn items() -> impl Strategy<Value = Vec<Item>> {
    let row = (
        number(),
        option::of(number()),
        option::of(real()),
        text(),
        option::of(text()),
        option::of(any::<bool>()),
    );
    vec(row, 1..7).prop_map(|rows| {
        let rows = (1..).zip(rows);
        let item = |(key, (number, count, weight, name, note, mark)): (i64, _)| Item {
            id: Id::from(key),
            number,
            count,
            weight,
            name,
            note,
            mark,
        };
        rows.map(item).collect()
    })
}

/// Expressions of every type, up to a depth.
#[derive(Clone)]
pub struct Level {
    pub number: BoxedStrategy<Number>,
    pub real: BoxedStrategy<Real>,
    pub text: BoxedStrategy<Text>,
    pub logic: BoxedStrategy<Logic>,
}

impl Level {
    pub fn of(depth: usize) -> Level {
        (0..depth).fold(Level::leaves(), |inner, _| Level::over(&inner))
    }

    fn leaves() -> Level {
        Level {
            number: prop_oneof![
                1 => Just(Number::Required),
                2 => Just(Number::Optional),
                1 => number().prop_map(Number::Value)
            ]
            .boxed(),
            real: prop_oneof![2 => Just(Real::Column), 1 => real().prop_map(Real::Value)].boxed(),
            text: prop_oneof![
                1 => Just(Text::Required),
                2 => Just(Text::Optional),
                1 => text().prop_map(Text::Value),
                1 => Just(Text::OfColumn)
            ]
            .boxed(),
            logic: prop_oneof![
                1 => Just(Logic::Always),
                1 => Just(Logic::Never),
                4 => any::<bool>().prop_map(Logic::Column)
            ]
            .boxed(),
        }
    }

    fn over(inner: &Level) -> Level {
        Level {
            number: prop_oneof![1 => inner.number.clone(), 4 => numbers(inner)].boxed(),
            real: prop_oneof![1 => inner.real.clone(), 4 => reals(inner)].boxed(),
            text: prop_oneof![1 => inner.text.clone(), 4 => texts(inner)].boxed(),
            logic: prop_oneof![1 => inner.logic.clone(), 6 => logics(inner)].boxed(),
        }
    }
}

fn pair<T: std::fmt::Debug + 'static>(of: &BoxedStrategy<T>) -> impl Strategy<Value = Box<(T, T)>> + use<T> {
    (of.clone(), of.clone()).prop_map(Box::new)
}

fn operator() -> impl Strategy<Value = Operator> {
    select(vec![Operator::Add, Operator::Subtract, Operator::Multiply, Operator::Divide, Operator::Remainder])
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{Different, Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    select(vec![Equal, Different, Less, LessOrEqual, Greater, GreaterOrEqual])
}

fn numbers(inner: &Level) -> BoxedStrategy<Number> {
    let number = inner.number.clone();
    prop_oneof![
        5 => (operator(), pair(&number)).prop_map(|(operator, pair)| Number::Binary(operator, pair)),
        1 => number.clone().prop_map(|number| Number::Negative(Box::new(number))),
        1 => number.clone().prop_map(|number| Number::Absolute(Box::new(number))),
        1 => number.clone().prop_map(|number| Number::Sign(Box::new(number))),
        1 => inner.text.clone().prop_map(|text| Number::Length(Box::new(text))),
        1 => pair(&inner.text).prop_map(Number::Position),
        1 => inner.text.clone().prop_map(|text| Number::OfText(Box::new(text))),
        1 => inner.real.clone().prop_map(|real| Number::OfReal(Box::new(real))),
        4 => choice(&number, &inner.logic).prop_map(|choice| Number::Choice(Box::new(choice))),
    ]
    .boxed()
}

fn reals(inner: &Level) -> BoxedStrategy<Real> {
    let real = inner.real.clone();
    prop_oneof![
        5 => (operator(), pair(&real)).prop_map(|(operator, pair)| Real::Binary(operator, pair)),
        1 => real.clone().prop_map(|real| Real::Negative(Box::new(real))),
        1 => real.clone().prop_map(|real| Real::Absolute(Box::new(real))),
        1 => real.clone().prop_map(|real| Real::Floor(Box::new(real))),
        1 => real.clone().prop_map(|real| Real::Ceiling(Box::new(real))),
        1 => inner.number.clone().prop_map(|number| Real::OfNumber(Box::new(number))),
        3 => choice(&real, &inner.logic).prop_map(|choice| Real::Choice(Box::new(choice))),
    ]
    .boxed()
}

fn texts(inner: &Level) -> BoxedStrategy<Text> {
    let inside = || inner.text.clone().prop_map(Box::new);
    prop_oneof![
        1 => inside().prop_map(Text::Lower),
        1 => inside().prop_map(Text::Upper),
        1 => inside().prop_map(Text::Trim),
        1 => inside().prop_map(Text::TrimStart),
        1 => inside().prop_map(Text::TrimEnd),
        1 => (inside(), text(), text()).prop_map(|(of, from, to)| Text::Replace(of, from, to)),
        1 => (inside(), 1..5_i64, 0..5_i64).prop_map(|(of, start, length)| Text::Substring(of, start, length)),
        1 => (inside(), 1..5_i64).prop_map(|(of, start)| Text::SubstringFrom(of, start)),
        1 => (inside(), 0..5_i64).prop_map(|(of, length)| Text::Left(of, length)),
        1 => (inside(), 0..5_i64).prop_map(|(of, length)| Text::Right(of, length)),
        2 => pair(&inner.text).prop_map(Text::Concat),
        3 => choice(&inner.text, &inner.logic).prop_map(|choice| Text::Choice(Box::new(choice))),
    ]
    .boxed()
}

fn choice<T: Clone + std::fmt::Debug + 'static>(
    of: &BoxedStrategy<T>,
    logic: &BoxedStrategy<Logic>,
) -> BoxedStrategy<Choice<T>> {
    let of = || of.clone();
    prop_oneof![
        (vec((logic.clone(), of()), 1..3), option::of(of()))
            .prop_map(|(branches, otherwise)| Choice::Case(branches, otherwise)),
        (of(), of()).prop_map(|(value, other)| Choice::Coalesce(value, other)),
        (of(), of()).prop_map(|(value, other)| Choice::NullIf(value, other)),
        (of(), of()).prop_map(|(value, other)| Choice::Least(value, other)),
        (of(), of()).prop_map(|(value, other)| Choice::Greatest(value, other)),
        (1..8_i64).prop_map(Choice::Scalar),
    ]
    .boxed()
}

fn logics(inner: &Level) -> BoxedStrategy<Logic> {
    let logic = inner.logic.clone();
    let row = (inner.number.clone(), inner.text.clone());
    let part = || (inner.text.clone(), text());
    prop_oneof![
        3 => pair(&logic).prop_map(Logic::And),
        3 => pair(&logic).prop_map(Logic::Or),
        3 => logic.clone().prop_map(|logic| Logic::Not(Box::new(logic))),
        1 => logic.clone().prop_map(|logic| Logic::IsUnknown(Box::new(logic))),
        5 => question(&inner.number, number()).prop_map(|question| Logic::Number(Box::new(question))),
        3 => question(&inner.real, real()).prop_map(|question| Logic::Real(Box::new(question))),
        4 => question(&inner.text, text()).prop_map(|question| Logic::Text(Box::new(question))),
        1 => pair(&inner.text).prop_map(Logic::Like),
        1 => part().prop_map(|(of, part)| Logic::Contains(of, part)),
        1 => part().prop_map(|(of, part)| Logic::StartsWith(of, part)),
        1 => part().prop_map(|(of, part)| Logic::EndsWith(of, part)),
        2 => (comparison(), row.clone(), row.clone())
            .prop_map(|(comparison, left, right)| Logic::Rows(comparison, Box::new([left, right]))),
        1 => row.prop_map(|row| Logic::RowInColumns(Box::new(row))),
    ]
    .boxed()
}

fn question<T>(
    of: &BoxedStrategy<T>,
    value: impl Strategy<Value = T::Value> + 'static,
) -> BoxedStrategy<Question<T>>
where
    T: Typed<Value: Field + std::fmt::Debug> + Clone + std::fmt::Debug + 'static,
{
    let of = || of.clone();
    let value = value.boxed();
    let values = || vec(value.clone(), 0..3);
    let key = || 0..7_i64;
    prop_oneof![
        4 => (comparison(), of(), of()).prop_map(|(comparison, left, right)| Question::Compare(comparison, left, right)),
        1 => (of(), of(), of()).prop_map(|(of, low, high)| Question::Between(of, low, high)),
        1 => (of(), values()).prop_map(|(of, values)| Question::In(of, values)),
        1 => (of(), values()).prop_map(|(of, values)| Question::NotIn(of, values)),
        1 => (of(), key()).prop_map(|(of, key)| Question::InColumn(of, key)),
        1 => (of(), key()).prop_map(|(of, key)| Question::NotInColumn(of, key)),
        1 => of().prop_map(Question::IsNull),
        1 => of().prop_map(Question::IsNotNull),
        1 => (of(), of()).prop_map(|(left, right)| Question::Same(left, right)),
        1 => (of(), of()).prop_map(|(left, right)| Question::Distinct(left, right)),
        1 => (of(), option::of(value.clone())).prop_map(|(of, other)| Question::SameAs(of, other)),
        1 => (of(), option::of(value.clone())).prop_map(|(of, other)| Question::DistinctFrom(of, other)),
    ]
    .boxed()
}
