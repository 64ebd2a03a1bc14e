//! Every function of the language, as SQLite computes it.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

mod jars;

use jars::{JARS, one};
use onggi_driver::{Type, Value};
use onggi_sql::{
    BinaryOperator, Case, Conversion, Expression, Function, JsonStep, Raw, Select, UnaryOperator, json_path,
};

fn text(text: &str) -> Expression {
    Expression::value(text)
}

fn number(number: i64) -> Expression {
    Expression::value(number)
}

fn real(number: f64) -> Expression {
    Expression::Value(Value::Real(number))
}

fn null() -> Expression {
    Expression::Value(Value::Null)
}

fn check(expression: Expression, ty: Type, expected: impl Into<Value>) {
    let shown = format!("{expression:?}");
    let mut connection = jars::open().unwrap();
    let select = Select { limit: Some(Value::Integer(1)), ..Select::new(&JARS, vec![expression]) };
    assert_eq!(one(&mut connection, select, ty).unwrap(), expected.into(), "{shown}");
}

fn texts(function: Function, arguments: Vec<Expression>, expected: &str) {
    check(Expression::Function(function, arguments), Type::Text, expected);
}

fn integers(function: Function, arguments: Vec<Expression>, expected: i64) {
    check(Expression::Function(function, arguments), Type::BIGINT, expected);
}

fn reals(function: Function, arguments: Vec<Expression>, expected: f64) {
    check(Expression::Function(function, arguments), Type::Double, Value::Real(expected));
}

fn nulls(function: Function, arguments: Vec<Expression>) {
    check(Expression::Function(function, arguments), Type::Text, Value::Null);
}

#[test]
fn of_texts() {
    use Function::*;
    texts(Lower, vec![text("ABC")], "abc");
    texts(Upper, vec![text("abc")], "ABC");
    integers(Length, vec![text("김치")], 2);
    texts(Trim, vec![text("  x ")], "x");
    texts(TrimStart, vec![text("  x ")], "x ");
    texts(TrimEnd, vec![text("  x ")], "  x");
    texts(Replace, vec![text("a-b-c"), text("-"), text("+")], "a+b+c");
    texts(Substring, vec![text("kimchi"), number(3)], "mchi");
    texts(Substring, vec![text("kimchi"), number(3), number(2)], "mc");
    integers(Position, vec![text("kimchi"), text("ch")], 4);
    integers(Position, vec![text("kimchi"), text("x")], 0);
    texts(Left, vec![text("kimchi"), number(3)], "kim");
    texts(Left, vec![text("kimchi"), number(0)], "");
    for (count, expected) in [(0, ""), (2, "hi"), (6, "kimchi"), (9, "kimchi")] {
        texts(Right, vec![text("kimchi"), number(count)], expected);
    }
    texts(Concat, vec![text("a"), number(1), text("b")], "a1b");
    nulls(Concat, vec![text("a"), null()]);
    texts(Coalesce, vec![null(), text("b"), text("c")], "b");
    nulls(NullIf, vec![text("a"), text("a")]);
    texts(NullIf, vec![text("a"), text("b")], "a");
}

#[test]
fn of_numbers() {
    use Function::*;
    integers(Absolute, vec![number(-3)], 3);
    reals(Round, vec![real(2.5)], 3.0);
    reals(Round, vec![real(-2.567), number(2)], -2.57);
    reals(Floor, vec![real(-1.5)], -2.0);
    reals(Ceiling, vec![real(-1.5)], -1.0);
    integers(Floor, vec![number(i64::MAX)], i64::MAX);
    nulls(Floor, vec![null()]);
    integers(Sign, vec![real(-0.5)], -1);
    reals(Power, vec![number(2), number(10)], 1024.0);
    nulls(Power, vec![number(2), null()]);
    reals(SquareRoot, vec![number(9)], 3.0);
    nulls(SquareRoot, vec![number(-1)]);
    integers(Greatest, vec![number(1), number(3), number(2)], 3);
    integers(Least, vec![number(2), number(1), number(3)], 1);
    integers(Least, vec![number(2)], 2);
    nulls(Greatest, vec![number(1), null()]);
}

#[test]
fn of_dates() {
    use Function::*;
    for moment in ["2024-02-29 12:34:56", "2024-02-29 12:34:56.789", "2024-02-29 12:34:56.123456789+00:00"] {
        let parts = [
            (Year, 2024),
            (Month, 2),
            (Day, 29),
            (DayOfYear, 60),
            (Weekday, 4),
            (Hour, 12),
            (Minute, 34),
            (Second, 56),
        ];
        for (part, expected) in parts {
            integers(part, vec![text(moment)], expected);
        }
        texts(Date, vec![text(moment)], "2024-02-29");
    }
    integers(Year, vec![text("0001-01-01")], 1);
    integers(Hour, vec![text("23:59:59.5")], 23);
    integers(Weekday, vec![text("2024-03-03")], 0);
    texts(AddDays, vec![text("2024-02-28"), number(2)], "2024-03-01");
    texts(AddDays, vec![text("2024-03-01"), number(-2)], "2024-02-28");
    integers(DaysBetween, vec![text("2024-03-01"), text("2024-02-28 23:59:59")], 2);
    integers(DaysBetween, vec![text("2023-01-01"), text("2024-01-01")], -365);
    for now in [CurrentDate, CurrentDateTime, CurrentTimestamp] {
        let age = Expression::Function(
            DaysBetween,
            vec![Expression::Function(CurrentDate, vec![]), Expression::Function(now, vec![])],
        );
        check(age, Type::BIGINT, 0);
    }
}

#[test]
fn of_json() {
    use Function::*;
    let document = || text(r#"{"a.b": {"q\"": [1, 2.5, "x", true, null]}, "n": 7}"#);
    let path = |index: Option<u32>| {
        let keys = [JsonStep::Key("a.b"), JsonStep::Key("q\"")];
        text(&json_path(keys.into_iter().chain(index.map(JsonStep::Index))))
    };
    let n = || text(&json_path([JsonStep::Key("n")]));
    texts(JsonText, vec![document(), path(Some(2))], "x");
    texts(JsonText, vec![document(), n()], "7");
    nulls(JsonText, vec![document(), path(Some(9))]);
    integers(JsonInteger, vec![document(), n()], 7);
    reals(JsonNumber, vec![document(), path(Some(1))], 2.5);
    integers(JsonLength, vec![document(), path(None)], 5);
    integers(JsonLength, vec![text("[1, 2]")], 2);
    let types = ["number", "number", "string", "boolean", "null"];
    for (index, expected) in (0_u32..).zip(types) {
        texts(JsonType, vec![document(), path(Some(index))], expected);
    }
    texts(JsonType, vec![document(), path(None)], "array");
    texts(JsonType, vec![document(), text("$")], "object");
    integers(JsonValid, vec![document()], 1);
    integers(JsonValid, vec![text("{")], 0);
}

#[test]
fn operations() {
    let binary = Expression::binary;
    check(binary(BinaryOperator::Same, null(), null()), Type::BIGINT, 1);
    check(binary(BinaryOperator::Different, number(1), null()), Type::BIGINT, 1);
    let row = |a, b| Expression::Row(vec![number(a), number(b)]);
    check(binary(BinaryOperator::Less, row(1, 2), row(1, 3)), Type::BIGINT, 1);
    check(binary(BinaryOperator::Equal, row(1, 2), row(1, 3)), Type::BIGINT, 0);
    let keys = Select::new(&JARS, vec![Expression::column(&JARS, 0), Expression::column(&JARS, 3)]);
    check(Expression::in_select(row(1, 10), keys.clone()), Type::BIGINT, 1);
    let outside = Expression::unary(UnaryOperator::Not, Expression::in_select(row(1, 20), keys));
    check(outside, Type::BIGINT, 1);
    let case = Case { branches: vec![(number(0), text("a")), (number(1), text("b"))], otherwise: None };
    check(Expression::Case(Box::new(case)), Type::Text, "b");
    let raw =
        Raw::new(["iif(", ", 'yes', 'no')"], vec![binary(BinaryOperator::Greater, number(2), number(1))]);
    check(Expression::Raw(Box::new(raw)), Type::Text, "yes");
}

#[test]
fn conversions() {
    let cast = |value, to| Expression::Cast(Box::new(value), Conversion { from: Type::Text, to });
    check(cast(text("12"), Type::BIGINT), Type::BIGINT, 12);
    check(cast(text("1.5"), Type::Double), Type::Double, Value::Real(1.5));
    check(cast(real(0.5), Type::Boolean), Type::Boolean, Value::Boolean(true));
    check(cast(text("2024-01-31 10:00:00"), Type::Date), Type::Text, "2024-01-31");
    check(cast(text("2024-01-31"), Type::Timestamp), Type::Text, "2024-01-31 00:00:00+00:00");
    check(cast(number(5), Type::Text), Type::Text, "5");
}
