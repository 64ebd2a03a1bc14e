//! Selects made of selects: sets, derived tables, common table expressions.

mod common;

use common::{AGE, BALANCE, ID, NAME, SEATS, USERS, poor_text, text};
use onggi_sql::{
    BinaryOperator, Cte, Direction, Expression, Join, JoinKind, Nulls, Order, Relation, Select, Selected,
    SetOperator, Source, Statement, Summary, Table, Value, shape,
};

fn users(id: u64, column: usize) -> Select {
    let source = Source { table: &USERS, id };
    Select::new(source, vec![Expression::column(source, column)])
}

fn output(source: u64, column: usize) -> Expression {
    Expression::Output { source, column, decimal: false }
}

fn text_of(select: &Select) -> String {
    text(&Statement::Select(select.clone()))
}

fn poor_text_of(select: &Select) -> String {
    poor_text(&Statement::Select(select.clone()))
}

fn compound(parts: Vec<(SetOperator, Select)>) -> Select {
    Select { compound: parts, ..users(0, NAME) }
}

const FIRST: &str = r#"SELECT "users"."name" FROM "users""#;

#[test]
fn set_operators() {
    for (operator, word) in [
        (SetOperator::Union, "UNION"),
        (SetOperator::UnionAll, "UNION ALL"),
        (SetOperator::Intersect, "INTERSECT"),
        (SetOperator::Except, "EXCEPT"),
    ] {
        let select = compound(vec![(operator, users(1, NAME))]);
        assert_eq!(text_of(&select), format!("{FIRST} {word} {FIRST}"));
        assert_eq!(poor_text_of(&select), format!("{FIRST} {word} {FIRST}"));
    }
}

#[test]
fn sets_are_joined_from_left_to_right() {
    use SetOperator::{Except, Intersect, Union};
    let mixed =
        compound(vec![(Union, users(1, NAME)), (Intersect, users(2, NAME)), (Except, users(3, NAME))]);
    assert_eq!(text_of(&mixed), format!("{FIRST} UNION {FIRST} INTERSECT {FIRST} EXCEPT {FIRST}"));
    assert_eq!(poor_text_of(&mixed), format!("({FIRST} UNION {FIRST}) INTERSECT {FIRST} EXCEPT {FIRST}"));
    let nested = compound(vec![(Union, compound(vec![(Except, users(2, NAME))]))]);
    assert_eq!(text_of(&nested), format!("{FIRST} UNION SELECT * FROM ({FIRST} EXCEPT {FIRST})"));
    assert_eq!(poor_text_of(&nested), format!("{FIRST} UNION ({FIRST} EXCEPT {FIRST})"));
}

#[test]
fn order_and_limit_of_the_whole() {
    let mut select = compound(vec![(SetOperator::UnionAll, users(1, NAME))]);
    let by = |column, decimal| Order {
        expression: Expression::Position { column, decimal },
        direction: Direction::Descending,
        nulls: Nulls::Default,
    };
    select.order = vec![by(0, false), by(1, true)];
    select.limit = Some(Value::Integer(5));
    assert_eq!(
        text_of(&select),
        format!("{FIRST} UNION ALL {FIRST} ORDER BY 1 DESC, 2 COLLATE onggi_decimal DESC LIMIT ?1")
    );
    select.compound[0].1.limit = Some(Value::Integer(6));
    assert!(
        text_of(&select)
            .contains(r#"UNION ALL SELECT * FROM (SELECT "users"."name" FROM "users" LIMIT ?1) ORDER"#)
    );
    let counted = Select {
        summary: Some(Summary::Count),
        order: vec![],
        limit: None,
        ..compound(vec![(SetOperator::Union, users(1, NAME))])
    };
    assert_eq!(text_of(&counted), format!("SELECT count(*) FROM ({FIRST} UNION {FIRST})"));
    let inside = Select::new(&USERS, vec![Expression::Position { column: 0, decimal: false }]);
    assert!(text_of(&inside).starts_with("error: a position is what a select is sorted"));
}

#[test]
fn derived_tables() {
    let mut inner = users(4, NAME);
    inner.columns = Selected::Expressions(
        [NAME, BALANCE].map(|column| Expression::column(Source { table: &USERS, id: 4 }, column)).into(),
    );
    inner.filter = Some(Expression::binary(
        BinaryOperator::Less,
        Expression::column(Source { table: &USERS, id: 4 }, AGE),
        Expression::value(2),
    ));
    let mut select = Select::new(
        Relation::Select(Box::new(inner), 9),
        vec![Expression::value(1), output(9, 0), Expression::Output { source: 9, column: 1, decimal: true }],
    );
    select.filter = Some(Expression::binary(
        BinaryOperator::Less,
        Expression::Output { source: 9, column: 1, decimal: true },
        Expression::value(3),
    ));
    assert_eq!(
        text_of(&select),
        r#"SELECT ?1, "derived"."c1", "derived"."c2" FROM (SELECT "users"."name" AS "c1", "users"."balance" AS "c2" FROM "users" WHERE "users"."age" < ?2) AS "derived" WHERE "derived"."c2" COLLATE onggi_decimal < CAST(?3 AS TEXT)"#
    );
    let values: Vec<_> = shape::of_select(&select).1.into_iter().cloned().collect();
    assert_eq!(values, [1, 2, 3].map(Value::from));
    let whole = Select::all(Relation::Select(Box::new(Select::all(&SEATS)), 0));
    assert_eq!(
        text_of(&whole),
        r#"SELECT "derived".* FROM (SELECT "seats"."row" AS "c1", "seats"."number" AS "c2", "seats"."taken" AS "c3" FROM "seats") AS "derived""#
    );
    let counted = Select { summary: Some(Summary::Count), ..Select::all(&SEATS) };
    let around = Select::new(Relation::Select(Box::new(counted), 0), vec![output(0, 0)]);
    assert_eq!(
        text_of(&around),
        r#"SELECT "derived"."c1" FROM (SELECT count(*) AS "c1" FROM "seats") AS "derived""#
    );
    assert!(
        text_of(&Select::new(&USERS, vec![output(1, 0)]))
            .starts_with("error: a column of a select is used where")
    );
}

#[test]
fn derived_tables_do_not_see_what_they_are_joined_to() {
    let seats = Source::of(&SEATS);
    let inner = Select { filter: Some(Expression::column(seats, 2)), ..users(0, NAME) };
    let joined =
        Join { kind: JoinKind::Cross, source: Relation::Select(Box::new(inner), 0), on: None, nested: 0 };
    let select = Select { joins: vec![joined], ..Select::new(seats, vec![output(0, 0)]) };
    assert_eq!(
        text_of(&select),
        r#"error: a column of the table "seats" is used where the statement does not read the table"#
    );
}

fn with_tree(tree: Cte) -> Select {
    let reading = Relation::Cte { cte: tree.id, id: 30 };
    Select { with: vec![tree], ..Select::new(reading, vec![output(30, 0)]) }
}

#[test]
fn common_table_expressions() {
    let tree = || Cte::new(7, "tree", users(0, NAME));
    let inner = r#"(SELECT "users"."name" AS "c1" FROM "users")"#;
    let tail = r#"SELECT "tree"."c1" FROM "tree""#;
    assert_eq!(text_of(&with_tree(tree())), format!(r#"WITH "tree" AS {inner} {tail}"#));
    let kept = with_tree(Cte { materialized: Some(true), ..tree() });
    assert_eq!(text_of(&kept), format!(r#"WITH "tree" AS MATERIALIZED {inner} {tail}"#));
    assert_eq!(poor_text_of(&kept), "error: Poor has no choice of what is kept of a common table expression");
    let not_kept = with_tree(Cte { materialized: Some(false), ..tree() });
    assert_eq!(text_of(&not_kept), format!(r#"WITH "tree" AS NOT MATERIALIZED {inner} {tail}"#));
    let mut twice = with_tree(tree());
    twice.joins =
        vec![Join { kind: JoinKind::Cross, source: Relation::Cte { cte: 7, id: 31 }, on: None, nested: 0 }];
    twice.columns = Selected::Expressions(vec![output(31, 0)]);
    assert_eq!(
        text_of(&twice),
        format!(r#"WITH "tree" AS {inner} SELECT "tree_2"."c1" FROM "tree" CROSS JOIN "tree" AS "tree_2""#)
    );
    let lost = Select::new(Relation::Cte { cte: 8, id: 30 }, vec![output(30, 0)]);
    assert!(text_of(&lost).starts_with("error: a common table expression is read where"));
}

#[test]
fn recursive_ones_read_themselves() {
    let step = Select::new(
        Relation::Cte { cte: 7, id: 1 },
        vec![Expression::binary(BinaryOperator::Add, output(1, 0), Expression::value(1))],
    );
    let query = Select { compound: vec![(SetOperator::UnionAll, step)], ..users(0, AGE) };
    let tree = Cte { recursive: true, ..Cte::new(7, "tree", query) };
    assert_eq!(
        text_of(&with_tree(tree.clone())),
        r#"WITH RECURSIVE "tree" AS (SELECT "users"."age" AS "c1" FROM "users" UNION ALL SELECT "tree"."c1" + ?1 FROM "tree") SELECT "tree"."c1" FROM "tree""#
    );
    let by_mistake = Cte { recursive: false, ..tree };
    assert!(text_of(&with_tree(by_mistake)).starts_with("error: a common table expression is read where"));
}

#[test]
fn names_of_common_table_expressions_hide_no_table() {
    static TREE: Table = Table::new("Tree", USERS.columns, &[ID]);
    let mut select = with_tree(Cte::new(7, "tree", users(0, NAME)));
    let tree = Expression::exists(Select { columns: Selected::Nothing, ..Select::all(&TREE) });
    select.filter = Some(tree);
    assert_eq!(
        text_of(&select),
        r#"WITH "tree_2" AS (SELECT "users"."name" AS "c1" FROM "users") SELECT "tree_2"."c1" FROM "tree_2" WHERE EXISTS (SELECT 1 FROM "Tree")"#
    );
}
