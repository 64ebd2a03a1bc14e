//! Aggregates, and selects whose rows are groups.

mod common;

use common::{AGE, BALANCE, ID, NAME, USERS, poor_text, text};
use onggi_sql::{
    Aggregate, AggregateFunction, BinaryOperator, Direction, Expression, Nulls, Order, Select, Selected,
    Statement, Summary, Value, shape,
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

/// PostgreSQL takes `"age" / $1` and `"age" / $2` for two expressions, of which only one is grouped by.
#[test]
fn what_rows_are_grouped_by_has_its_parameters_once() {
    let decade = |years| Expression::binary(BinaryOperator::Divide, column(AGE), Expression::value(years));
    let grouped = |selected: i64, sorted: i64| Select {
        group_by: vec![decade(10)],
        having: Some(greater(decade(10), 1)),
        filter: Some(greater(column(ID), 10)),
        order: vec![by(decade(sorted))],
        limit: Some(10.into()),
        ..Select::new(&USERS, vec![decade(selected), greater(decade(10), 2)])
    };
    let statement = Statement::Select(grouped(10, 10));
    assert_eq!(
        text(&statement),
        concat!(
            r#"SELECT "age" / ?1, ("age" / ?1) > ?2 FROM "users" WHERE "id" > ?3 GROUP BY ("age" / ?1) "#,
            r#"HAVING ("age" / ?1) > ?4 ORDER BY ("age" / ?1) DESC LIMIT ?5"#
        )
    );
    let values = |select: Select| -> Vec<Value> {
        let statement = Statement::Select(select);
        shape::of(&statement).1.into_iter().cloned().collect()
    };
    assert_eq!(values(grouped(10, 10)), [10, 2, 10, 1, 10].map(Value::from));
    assert_eq!(values(grouped(9, 10)), [9, 10, 2, 10, 1, 10].map(Value::from));
    let shapes = [grouped(10, 10), grouped(9, 10), grouped(10, 9), grouped(9, 9)].map(Statement::Select);
    for (place, one) in shapes.iter().enumerate() {
        for other in &shapes[place + 1..] {
            assert_eq!(shape::of(one).0 == shape::of(other).0, text(one) == text(other));
        }
    }
    // What is bound when the statement runs is not known to be the same.
    let bound = Expression::binary(BinaryOperator::Divide, column(AGE), Expression::Parameter);
    let select = Select { group_by: vec![bound.clone()], ..Select::new(&USERS, vec![bound]) };
    assert_eq!(text(&Statement::Select(select)), r#"SELECT "age" / ?1 FROM "users" GROUP BY ("age" / ?2)"#);
}

#[test]
fn distinct_rows_are_sorted_by_what_is_selected_of_them() {
    let twice = || Expression::binary(BinaryOperator::Multiply, column(AGE), Expression::value(2));
    let select = Select { order: vec![by(twice())], ..Select::new(&USERS, vec![twice()]) };
    let distinct = Select { distinct: true, ..select.clone() };
    let words = r#" "age" * ?1 FROM "users" ORDER BY ("age" * "#;
    assert_eq!(text(&Statement::Select(distinct)), format!("SELECT DISTINCT{words}?1) DESC"));
    assert_eq!(text(&Statement::Select(select)), format!("SELECT{words}?2) DESC"));
}

/// A select inside another sees the parameters of what both name.
#[test]
fn a_select_inside_shares_parameters_with_the_group_around_it() {
    let decade = || Expression::binary(BinaryOperator::Divide, column(AGE), Expression::value(10));
    let mut inner = Select::all(onggi_sql::Source { table: &USERS, id: 1 });
    inner.columns = Selected::Nothing;
    inner.filter = Some(greater(decade(), 3));
    let select = Select {
        group_by: vec![decade()],
        having: Some(Expression::exists(inner)),
        ..Select::new(&USERS, vec![decade()])
    };
    assert_eq!(
        text(&Statement::Select(select)),
        concat!(
            r#"SELECT "users"."age" / ?1 FROM "users" GROUP BY ("users"."age" / ?1) HAVING EXISTS "#,
            r#"(SELECT 1 FROM "users" AS "users_2" WHERE ("users"."age" / ?1) > ?2)"#
        )
    );
}
