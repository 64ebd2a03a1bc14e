//! Statements of every kind, as SQLite takes them: what they mean, beside what they look like.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

mod jars;

use jars::{BOXES, JARS, equal, integers, open};
use onggi_driver::Result;
use onggi_sql::{
    Aggregate, AggregateFunction, BinaryOperator, Bound, Cte, Direction, Exclude, Expression, Frame,
    FrameUnit, Join, JoinKind, Nulls, Order, Relation, Select, Selected, SetOperator, Source, Statement,
    Value, Window, WindowFunction, Windowed,
};

const JAR: Source = Source::of(&JARS);
const BOX: Source = Source::of(&BOXES);

fn jar(column: usize) -> Expression {
    Expression::column(JAR, column)
}

/// The jars of a box, as part of a statement that reads boxes.
fn in_box(columns: Vec<Expression>) -> Select {
    Select { filter: Some(equal(jar(2), Expression::column(BOX, 0))), ..Select::new(JAR, columns) }
}

#[test]
fn joins_keep_the_rows_that_they_say() -> Result<()> {
    let mut connection = open()?;
    // Jars 1 and 2 are in box 1, jar 3 in none; box 2 is empty.
    let mut rows = |kind, on: bool| {
        let on = on.then(|| equal(jar(2), Expression::column(BOX, 0)));
        let joins = vec![Join { kind, source: BOX.into(), on, nested: 0 }];
        let select = Select { joins, ..Select::new(JAR, vec![jar(0), Expression::column(BOX, 0)]) };
        integers(&mut connection, select).map(|mut rows| {
            rows.sort();
            rows
        })
    };
    let inner = [[Some(1), Some(1)], [Some(2), Some(1)]];
    assert_eq!(rows(JoinKind::Inner, true)?, inner);
    assert_eq!(rows(JoinKind::Left, true)?, [&inner[..], &[[Some(3), None]]].concat());
    assert_eq!(rows(JoinKind::Right, true)?, [&[[None, Some(2)]], &inner[..]].concat());
    assert_eq!(rows(JoinKind::Full, true)?, [&[[None, Some(2)]], &inner[..], &[[Some(3), None]]].concat());
    assert_eq!(rows(JoinKind::Cross, false)?.len(), 6);
    assert_eq!(rows(JoinKind::Inner, false)?.len(), 6);
    Ok(())
}

#[test]
fn sub_selects_see_the_row_around_them() -> Result<()> {
    let mut connection = open()?;
    let full = Select {
        filter: Some(Expression::exists(Select { columns: Selected::Nothing, ..in_box(vec![]) })),
        ..Select::new(BOX, vec![Expression::column(BOX, 0)])
    };
    assert_eq!(integers(&mut connection, full)?, [[Some(1)]]);
    let count = Expression::scalar(in_box(vec![Expression::count_rows()]));
    let counted = Select::new(BOX, vec![Expression::column(BOX, 0), count]);
    assert_eq!(integers(&mut connection, counted)?, [[Some(1), Some(2)], [Some(2), Some(0)]]);
    let boxed = Select {
        filter: Some(Expression::in_select(jar(2), Select::new(BOX, vec![Expression::column(BOX, 0)]))),
        ..Select::new(JAR, vec![jar(0)])
    };
    assert_eq!(integers(&mut connection, boxed)?, [[Some(1)], [Some(2)]]);
    Ok(())
}

#[test]
fn a_table_in_itself() -> Result<()> {
    let mut connection = open()?;
    let other = Source { table: &JARS, id: 1 };
    let heavier = Expression::binary(BinaryOperator::Greater, Expression::column(other, 3), jar(3));
    let heaviest = Select {
        filter: Some(Expression::unary(
            onggi_sql::UnaryOperator::Not,
            Expression::exists(Select { filter: Some(heavier), ..Select::new(other, vec![jar(0)]) }),
        )),
        ..Select::new(JAR, vec![jar(0)])
    };
    assert_eq!(integers(&mut connection, heaviest)?, [[Some(3)]]);
    Ok(())
}

#[test]
fn groups_and_aggregates() -> Result<()> {
    let mut connection = open()?;
    let heavy = |weight| Expression::binary(BinaryOperator::Greater, jar(3), Expression::value(weight));
    let sum = |filter| {
        let sum = Aggregate { filter, ..Aggregate::new(AggregateFunction::Sum, vec![jar(3)]) };
        Expression::Aggregate(Box::new(sum))
    };
    let mut select = Select::new(JAR, vec![jar(2), sum(None), sum(Some(heavy(10)))]);
    select.group_by = vec![jar(2)];
    select.order = vec![Order { expression: jar(2), direction: Direction::Ascending, nulls: Nulls::Last }];
    let groups = [[Some(1), Some(30), Some(20)], [None, Some(30), Some(30)]];
    assert_eq!(integers(&mut connection, select.clone())?, groups);
    select.having =
        Some(Expression::binary(BinaryOperator::Greater, Expression::count_rows(), Expression::value(1)));
    assert_eq!(integers(&mut connection, select)?, groups[..1]);
    let backwards = Order { expression: jar(0), direction: Direction::Descending, nulls: Nulls::Default };
    let join = Aggregate {
        filter: Some(heavy(10)),
        order: vec![backwards],
        ..Aggregate::new(AggregateFunction::Join, vec![jar(0), Expression::value("00")])
    };
    let joined = Select::new(
        JAR,
        vec![Expression::binary(
            BinaryOperator::Add,
            Expression::Aggregate(Box::new(join)),
            Expression::Literal(0),
        )],
    );
    assert_eq!(integers(&mut connection, joined)?, [[Some(3002)]]);
    Ok(())
}

#[test]
fn windows_see_the_rows_around() -> Result<()> {
    let mut connection = open()?;
    let order = |direction| vec![Order { expression: jar(0), direction, nulls: Nulls::Default }];
    let number = Window {
        order: order(Direction::Descending),
        ..Window::new(Windowed::Function(WindowFunction::RowNumber, vec![]))
    };
    let before = Window {
        order: order(Direction::Ascending),
        ..Window::new(Windowed::Function(
            WindowFunction::Lag,
            vec![jar(3), Expression::value(1), Expression::value(7)],
        ))
    };
    let frame = |unit, exclude| Window {
        order: order(Direction::Ascending),
        frame: Some(Frame {
            unit,
            start: Bound::Preceding(Expression::value(1)),
            end: Bound::Following(Expression::value(1)),
            exclude,
        }),
        ..Window::new(Windowed::Aggregate(Aggregate::new(AggregateFunction::Sum, vec![jar(3)])))
    };
    let windows = [
        number,
        before,
        frame(FrameUnit::Rows, None),
        frame(FrameUnit::Groups, Some(Exclude::CurrentRow)),
        frame(FrameUnit::Range, Some(Exclude::Ties)),
    ];
    let windows = windows.map(|window| Expression::Window(Box::new(window)));
    let mut select = Select::new(JAR, [&[jar(0)], &windows[..]].concat());
    select.order = order(Direction::Ascending);
    let rows = [[1, 3, 7, 30, 20, 30], [2, 2, 10, 60, 40, 60], [3, 1, 20, 50, 20, 50]];
    assert_eq!(integers(&mut connection, select)?, rows.map(|row| row.map(Some)));
    Ok(())
}

fn output(source: u64, column: usize) -> Expression {
    Expression::Output { source, column, decimal: false }
}

fn last_first(column: usize) -> Vec<Order> {
    let expression = Expression::Position { column, decimal: false };
    vec![Order { expression, direction: Direction::Descending, nulls: Nulls::Default }]
}

#[test]
fn sets_of_rows() -> Result<()> {
    let mut connection = open()?;
    let boxes = || Select::new(BOX, vec![Expression::column(BOX, 0)]);
    let mut rows = |operators: &[SetOperator]| {
        let parts = operators.iter().map(|&operator| (operator, boxes()));
        let select = Select {
            compound: parts.collect(),
            order: last_first(0),
            limit: Some(Value::Integer(4)),
            ..Select::new(JAR, vec![jar(0)])
        };
        let rows = integers::<1>(&mut connection, select)?;
        Ok::<_, onggi_driver::Error>(rows.into_iter().flatten().flatten().collect::<Vec<_>>())
    };
    assert_eq!(rows(&[SetOperator::Union])?, [3, 2, 1]);
    assert_eq!(rows(&[SetOperator::UnionAll])?, [3, 2, 2, 1]);
    assert_eq!(rows(&[SetOperator::Intersect])?, [2, 1]);
    assert_eq!(rows(&[SetOperator::Except])?, [3]);
    assert_eq!(rows(&[SetOperator::Except, SetOperator::Union])?, [3, 2, 1]);
    let limited = Select { order: last_first(0), limit: Some(Value::Integer(1)), ..boxes() };
    let nested = Select { compound: vec![(SetOperator::Except, limited)], ..Select::new(JAR, vec![jar(0)]) };
    assert_eq!(integers(&mut connection, nested)?, [[Some(1)], [Some(3)]]);
    Ok(())
}

#[test]
fn selects_are_read_from() -> Result<()> {
    let mut connection = open()?;
    let mut weights = Select::new(JAR, vec![jar(2), Expression::aggregate(AggregateFunction::Sum, jar(3))]);
    weights.group_by = vec![jar(2)];
    let on = Some(equal(output(5, 0), Expression::column(BOX, 0)));
    let derived = Join {
        kind: JoinKind::Left,
        source: Relation::Select(Box::new(weights.clone()), 5),
        on: on.clone(),
        nested: 0,
    };
    let columns = vec![Expression::column(BOX, 0), output(5, 1)];
    let select = Select { joins: vec![derived], order: last_first(0), ..Select::new(BOX, columns.clone()) };
    assert_eq!(integers(&mut connection, select)?, [[Some(2), None], [Some(1), Some(30)]]);
    // Under the name of a table that is read as well.
    let with = vec![Cte { materialized: Some(true), ..Cte::new(1, "boxes", weights.clone()) }];
    let joins = vec![Join { kind: JoinKind::Inner, source: Relation::Cte { cte: 1, id: 5 }, on, nested: 0 }];
    let select = Select { with, joins, ..Select::new(BOX, columns) };
    assert_eq!(integers(&mut connection, select)?, [[Some(1), Some(30)]]);
    let whole = Select::all(Relation::Select(Box::new(weights), 0));
    let around = Select { order: last_first(1), ..Select::all(Relation::Select(Box::new(whole), 0)) };
    let mut rows = integers::<2>(&mut connection, around)?;
    rows.sort();
    assert_eq!(rows, [[None, Some(30)], [Some(1), Some(30)]]);
    Ok(())
}

#[test]
fn a_select_that_reads_itself() -> Result<()> {
    let mut connection = open()?;
    let next = Expression::binary(BinaryOperator::Add, output(2, 0), Expression::value(1));
    let step = Select {
        filter: Some(Expression::binary(BinaryOperator::Less, output(2, 0), Expression::value(4))),
        ..Select::new(Relation::Cte { cte: 1, id: 2 }, vec![next])
    };
    let first =
        Select { filter: Some(equal(jar(0), Expression::value(1))), ..Select::new(JAR, vec![jar(0)]) };
    let query = Select { compound: vec![(SetOperator::UnionAll, step)], ..first };
    let counting = Cte { recursive: true, ..Cte::new(1, "counting", query) };
    let select =
        Select { with: vec![counting], ..Select::new(Relation::Cte { cte: 1, id: 0 }, vec![output(0, 0)]) };
    assert_eq!(integers(&mut connection, select)?, [1, 2, 3, 4].map(|number| [Some(number)]));
    Ok(())
}

#[test]
fn plans_are_told() -> Result<()> {
    let mut connection = open()?;
    let select =
        Select { filter: Some(equal(jar(0), Expression::value(1))), ..Select::new(JAR, vec![jar(1)]) };
    let explained = Statement::Explain(Box::new(Statement::Select(select)));
    let rows = jars::rows(&mut connection, &explained)?;
    assert!(format!("{rows:?}").contains("SEARCH jars USING INTEGER PRIMARY KEY"), "{rows:?}");
    Ok(())
}
