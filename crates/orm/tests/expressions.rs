//! Random expressions mean in the database what a small evaluator says: NULL, overflow and division by zero included.

#[path = "expressions/evaluate.rs"]
mod evaluate;
#[path = "expressions/maker.rs"]
mod maker;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[path = "expressions/tree.rs"]
mod tree;

use std::cell::RefCell;

use onggi::{Connection, Database, Field as _, Id, Model as _, Query, Type, count_rows, expr};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestCaseResult, TestRunner};

use evaluate::{At, Datum, Evaluate};
use maker::{Level, items};
use tree::{Item, Logic, Typed as _};

/// Tries random cases in memory, and a part of them on PostgreSQL and MariaDB, where a server is found: on one connection, whose
/// table has the rows of each.
fn check<S: Strategy>(
    cases: u32,
    made: S,
    check: impl Fn(&S::Value, &[Item], &mut Connection) -> TestCaseResult,
) {
    let memory = Database::open("sqlite::memory:").expect("a database");
    try_on(&memory, cases, &made, &check);
    #[cfg(feature = "postgres")]
    if let Some(schema) = postgres::Schema::open() {
        let others =
            |made: &str, _: &str| ["OfText", "Remainder", "Like"].iter().any(|part| made.contains(part));
        try_on_server(schema.url(), cases / 4, &made, &check, others);
    }
    #[cfg(feature = "mysql")]
    if let Some(own) = mysql::Own::open() {
        let escapes =
            |made: &str, items: &str| made.contains("Like") && (made.contains('\\') || items.contains('\\'));
        let has_least = |text: &str| text.contains(&i64::MIN.to_string());
        let wraps =
            |made: &str, items: &str| made.contains("Subtract") && (has_least(made) || has_least(items));
        let others = |made: &str, items: &str| {
            made.contains("Remainder") || escapes(made, items) || wraps(made, items)
        };
        try_on_server(own.url(), cases / 4, &made, &check, others);
    }
}

/// Without cases that the server decides otherwise. PostgreSQL: texts that are no numbers are no zeros, floats have no remainder, and
/// a pattern does not end within an escape. MariaDB: the remainder of floats is one, such an end is a backslash, and 0 less
/// the least number, which is too large, is the least number without a word.
#[cfg(any(feature = "mysql", feature = "postgres"))]
fn try_on_server<S: Strategy>(
    url: &str,
    cases: u32,
    made: &S,
    check: &impl Fn(&S::Value, &[Item], &mut Connection) -> TestCaseResult,
    says_otherwise: impl Fn(&str, &str) -> bool,
) {
    let server = Database::open(url).expect("a database");
    try_on(&server, cases, made, &|made, items, connection| match says_otherwise(
        &format!("{made:?}"),
        &format!("{items:?}"),
    ) {
        true => Err(TestCaseError::reject("said otherwise")),
        false => check(made, items, connection).or_else(lacks),
    });
}

fn try_on<S: Strategy>(
    db: &Database,
    cases: u32,
    made: &S,
    check: &impl Fn(&S::Value, &[Item], &mut Connection) -> TestCaseResult,
) {
    db.create_tables(onggi::models![Item]).expect("a table");
    let connection = RefCell::new(db.connect().expect("a connection"));
    let config =
        Config { cases, failure_persistence: None, max_global_rejects: u32::MAX, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(made, items()), |(made, mut items)| {
        let mut connection = connection.borrow_mut();
        Item::query().delete(&mut *connection).map_err(failed)?;
        connection.insert_all(&mut items).map_err(failed)?;
        check(&made, &items, &mut connection)
    });
    if let Err(error) = outcome {
        panic!("on {}: {error}", connection.borrow().version());
    }
}

/// Of servers: what is too great for its type, on the way to a value too, is an error, where SQLite goes on with a float. MariaDB
/// looks up no rows in which there is a subquery.
#[cfg(any(feature = "mysql", feature = "postgres"))]
fn lacks(error: TestCaseError) -> TestCaseResult {
    match &error {
        TestCaseError::Fail(why) if why.message().contains("out of range") => {
            Err(TestCaseError::reject("overflow"))
        }
        TestCaseError::Fail(why) if why.message().contains("SUBQUERY in ROW in left expression of IN") => {
            Err(TestCaseError::reject("a subquery in a row"))
        }
        _ => Err(error),
    }
}

fn failed(error: onggi::Error) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}

fn ordered() -> Query<Item> {
    Item::query().order_by(|item| item.id)
}

/// What an expression gives for each row; none where a statement fails.
fn expected<T: Evaluate>(expression: &T, items: &[Item]) -> Option<Vec<Datum>> {
    items.iter().map(|item| expression.value(At { item, all: items }).ok()).collect()
}

/// Selected, expressions give the evaluator's values, and what their type cannot hold is an error.
fn selected<T: Evaluate + 'static>(
    expression: &T,
    items: &[Item],
    connection: &mut Connection,
) -> TestCaseResult
where
    Datum: From<Option<T::Value>>,
    T::Value: std::fmt::Debug,
{
    let Some(expected) = expected(expression, items) else { return Ok(()) };
    let found = ordered().select(|item| expression.build(item)).all(connection);
    let is_whole = matches!(T::Value::TYPE, Type::Integer { .. });
    if is_whole && expected.iter().any(|datum| matches!(datum, Datum::Real(_))) {
        let error = found.err().ok_or_else(|| TestCaseError::fail("a float was read as a whole number"))?;
        return if error.is_value() { Ok(()) } else { Err(failed(error)) };
    }
    let found: Vec<Datum> = found.map_err(failed)?.into_iter().map(Datum::from).collect();
    if found == expected { Ok(()) } else { Err(TestCaseError::fail(format!("{found:?}, not {expected:?}"))) }
}

#[test]
fn numbers_have_the_values_of_the_evaluator() {
    check(1500, Level::of(3).number, selected);
}

#[test]
fn floats_have_the_values_of_the_evaluator() {
    check(500, Level::of(3).real, selected);
}

#[test]
fn texts_have_the_values_of_the_evaluator() {
    check(800, Level::of(3).text, selected);
}

/// Three values: true, false, and unknown.
#[test]
fn conditions_hold_where_the_evaluator_says() {
    check(2000, Level::of(3).logic, |condition: &Logic, items, connection| {
        let held: Option<Vec<Option<bool>>> =
            items.iter().map(|item| condition.holds(At { item, all: items }).ok()).collect();
        let Some(held) = held else { return Ok(()) };
        let found = ordered().select(|item| condition.build(item).value()).all(connection).map_err(failed)?;
        if found != held {
            return Err(TestCaseError::fail(format!("selected {found:?}, not {held:?}")));
        }
        let of = |wanted: bool| {
            let items = items.iter().zip(&held).filter(move |(_, held)| **held == Some(wanted));
            items.map(|(item, _)| item.clone()).collect::<Vec<Item>>()
        };
        let filtered = ordered().filter(|item| condition.build(item)).all(connection).map_err(failed)?;
        let rest = ordered().filter(|item| !condition.build(item)).all(connection).map_err(failed)?;
        match (filtered == of(true), rest == of(false)) {
            (true, true) => Ok(()),
            _ => Err(TestCaseError::fail(format!("filtered {filtered:?} and {rest:?}"))),
        }
    });
}

/// Aggregates see values that are not NULL, of rows whose condition is true.
#[test]
fn aggregates_are_of_the_values_that_the_evaluator_has() {
    let Level { number, logic, .. } = Level::of(2);
    check(500, (number, logic), |(number, logic), items, connection| {
        let Some(values) = expected(number, items) else { return Ok(()) };
        let held: Option<Vec<bool>> =
            items.iter().map(|item| Some(logic.holds(At { item, all: items }).ok()? == Some(true))).collect();
        let Some(held) = held else { return Ok(()) };
        let whole: Option<Vec<Option<i64>>> = values
            .iter()
            .map(|value| match value {
                Datum::Integer(value) => Some(Some(*value)),
                Datum::Null => Some(None),
                Datum::Real(_) | Datum::Text(_) => None,
            })
            .collect();
        let Some(whole) = whole else { return Ok(()) };
        let known: Vec<i64> = whole.iter().copied().flatten().collect();
        let counted = held.iter().filter(|held| **held).count();
        let expected = (
            i64::try_from(counted).expect("few rows"),
            i64::try_from(known.len()).expect("few rows"),
            known.iter().copied().min(),
            held.iter().zip(&whole).filter(|(held, _)| **held).filter_map(|(_, value)| *value).max(),
        );
        let found = Item::query()
            .select(|item| {
                let number = number.build(item);
                let condition = logic.build(item);
                let max = number.clone().max().filter(condition.clone());
                (count_rows().filter(condition), number.clone().count(), number.min(), max)
            })
            .one(connection)
            .map_err(failed)?;
        if found != expected {
            return Err(TestCaseError::fail(format!("{found:?}, not {expected:?}")));
        }
        // A sum that whole numbers do not hold is an error, and may be one where they do not hold it on the way.
        let on_the_way = known.iter().try_fold(0_i64, |sum, value| sum.checked_add(*value));
        let sum = i64::try_from(known.iter().copied().map(i128::from).sum::<i128>()).ok();
        let sum = sum.filter(|_| !known.is_empty());
        match Item::query().select(|item| number.build(item).sum()).one(connection) {
            Ok(found) if found == sum && (sum.is_some() || known.is_empty()) => Ok(()),
            Err(_) if on_the_way.is_none() => Ok(()),
            found => Err(TestCaseError::fail(format!("the sum {found:?}, not {sum:?}"))),
        }
    });
}

fn one(item: Item) -> onggi::Result<Connection> {
    let db = Database::open("sqlite::memory:")?;
    db.create_tables(onggi::models![Item])?;
    let mut connection = db.connect()?;
    connection.insert_all(&mut [item])?;
    Ok(connection)
}

fn item(number: i64, count: Option<i64>) -> Item {
    let (name, id) = (String::new(), Id::default());
    Item { id, number, count, weight: None, name, note: None, mark: None }
}

/// The type of `number + count` was that of `number`, and a row where `count` is NULL could not be read.
#[test]
fn what_is_computed_with_an_option_is_an_option() -> onggi::Result<()> {
    let mut connection = one(item(7, None))?;
    let sum: Option<i64> = Item::query().select(|item| item.number + item.count).one(&mut connection)?;
    let plain = Item::query().select(expr!(|item| 1 - item.count)).one(&mut connection)?;
    let rest: i64 = Item::query().select(|item| item.number % 4 + 1).one(&mut connection)?;
    assert_eq!((sum, plain, rest), (None, None, 4));
    Ok(())
}

#[test]
fn a_division_by_zero_is_null_and_an_option_where_that_was_asked() -> onggi::Result<()> {
    let mut connection = one(item(7, Some(0)))?;
    let quotient: Option<i64> =
        Item::query().select(|item| item.number / item.count.null_if(0)).one(&mut connection)?;
    assert_eq!(quotient, None);
    let error = Item::query().select(|item| item.number / 0).one(&mut connection).unwrap_err();
    assert!(error.is_value(), "{error}");
    Ok(())
}

#[test]
fn the_absolute_value_of_the_smallest_number_is_an_error() -> onggi::Result<()> {
    let mut connection = one(item(i64::MIN, None))?;
    let error = Item::query().select(|item| item.number.abs()).one(&mut connection).unwrap_err();
    assert!(error.to_string().contains("overflow"), "{error}");
    Ok(())
}
