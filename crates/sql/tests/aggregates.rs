//! Aggregates, and selects whose rows are groups.

mod common;

use common::{AGE, BALANCE, ID, NAME, USERS, poor_text, text};
use onggi_sql::{
    Aggregate, AggregateFunction, BinaryOperator, Direction, Expression, Nulls, Order, Select, Selected,
    Statement, Summary, shape,
};

fn column(column: usize) -> Expression {
    Expression::column(&USERS, column)
}

fn greater(left: Expression, right: i64) -> Expression {
    Expression::binary(BinaryOperator::Greater, left, Expression::value(right))
}

fn by(expression: Expression) -> Order {
    Order { expression, direction: Direction::Descending, nulls: Nulls::Default }
}

fn of(aggregate: Aggregate) -> Statement {
    Statement::Select(Select::new(&USERS, vec![Expression::Aggregate(Box::new(aggregate))]))
}

/// What is selected of the users.
fn written(aggregate: Aggregate) -> String {
    let text = text(&of(aggregate));
    let short = text.strip_prefix("SELECT ").and_then(|text| text.strip_suffix(r#" FROM "users""#));
    short.map_or(text.clone(), str::to_owned)
}

fn one(function: AggregateFunction) -> Aggregate {
    Aggregate::new(function, vec![column(AGE)])
}

fn join() -> Aggregate {
    Aggregate::new(AggregateFunction::Join, vec![column(NAME), Expression::value("-")])
}

#[test]
fn every_aggregate() {
    for (function, expected) in [
        (AggregateFunction::Count, r#"count("age")"#),
        (AggregateFunction::Min, r#"min("age")"#),
        (AggregateFunction::Max, r#"max("age")"#),
        (AggregateFunction::Sum, r#"sum("age")"#),
        (AggregateFunction::Average, r#"avg("age")"#),
    ] {
        assert_eq!(written(one(function)), expected);
        let distinct = Aggregate { distinct: true, ..one(function) };
        assert_eq!(written(distinct), expected.replace('(', "(DISTINCT "));
    }
    assert_eq!(written(Aggregate::new(AggregateFunction::CountRows, vec![])), "count(*)");
    assert_eq!(written(join()), r#"group_concat("name", ?1)"#);
    let ordered = Aggregate { order: vec![by(column(AGE))], ..join() };
    assert_eq!(written(ordered), r#"group_concat("name", ?1 ORDER BY "age" DESC)"#);
}

#[test]
fn conditions_of_aggregates_have_the_first_parameters() {
    let filter = Some(greater(column(AGE), 1));
    let rows = Aggregate { filter: filter.clone(), ..Aggregate::new(AggregateFunction::CountRows, vec![]) };
    let joined = Aggregate { filter, order: vec![by(column(ID))], ..join() };
    assert_eq!(written(rows.clone()), r#"count(*) FILTER (WHERE "age" > ?1)"#);
    assert_eq!(
        written(joined.clone()),
        r#"group_concat("name", ?2 ORDER BY "id" DESC) FILTER (WHERE "age" > ?1)"#
    );
    assert_eq!(poor_text(&of(rows)), r#"SELECT count(CASE WHEN "age" > $1 THEN 1 END) FROM "users""#);
    let joined = of(joined);
    assert_eq!(
        poor_text(&joined),
        r#"SELECT string_agg(CASE WHEN "age" > $1 THEN "name" END, $2 ORDER BY "id" DESC) FROM "users""#
    );
    let values: Vec<_> = shape::of(&joined).1.into_iter().cloned().collect();
    assert_eq!(values, [1.into(), "-".into()]);
}

#[test]
fn aggregates_that_make_no_sense() {
    let lone = Aggregate::new(AggregateFunction::Sum, vec![]);
    assert_eq!(written(lone), "error: Sum takes 1 arguments, not 0");
    let rows = Aggregate { distinct: true, ..Aggregate::new(AggregateFunction::CountRows, vec![]) };
    assert_eq!(written(rows), "error: rows are counted whole: `distinct` is for the values of an argument");
    let joined = Aggregate { distinct: true, ..join() };
    assert_eq!(written(joined), "error: SQLite has no join of distinct texts with a separator");
}

fn grouped() -> Select {
    let mut select = Select::new(&USERS, vec![column(NAME), Expression::count_rows()]);
    select.and(greater(column(ID), 1));
    select.group_by = vec![column(NAME), column(BALANCE)];
    select.having = Some(greater(Expression::count_rows(), 2));
    select.order = vec![by(Expression::aggregate(AggregateFunction::Max, column(AGE)))];
    select
}

#[test]
fn groups() {
    let tail = r#"FROM "users" WHERE "id" > ?1 GROUP BY "name", "balance" COLLATE onggi_decimal HAVING count(*) > ?2"#;
    assert_eq!(
        text(&Statement::Select(grouped())),
        format!(r#"SELECT "name", count(*) {tail} ORDER BY max("age") DESC"#)
    );
    let counted =
        Select { columns: Selected::Nothing, summary: Some(Summary::Count), order: vec![], ..grouped() };
    assert_eq!(text(&Statement::Select(counted)), format!(r#"SELECT count(*) FROM (SELECT 1 {tail})"#));
}

#[test]
fn numbers_to_group_or_sort_by_are_no_positions() {
    let mut select = Select::new(&USERS, vec![column(NAME)]);
    select.group_by = vec![Expression::Literal(1)];
    select.order = vec![by(Expression::Literal(2))];
    assert_eq!(
        text(&Statement::Select(select)),
        r#"SELECT "name" FROM "users" GROUP BY (SELECT 1) ORDER BY (SELECT 2) DESC"#
    );
}
