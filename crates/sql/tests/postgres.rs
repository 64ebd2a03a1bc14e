//! Statements as PostgreSQL gets them, where they differ from SQLite's.

mod common;

use common::{AGE, BALANCE, ID, NAME, SEATS, USERS};
use onggi_sql::dialect::POSTGRES;
use onggi_sql::{
    Action, BinaryOperator, Column, Conversion, Direction, Expression, Function, Insert, Join, JoinKind,
    Match, Nulls, Order, Reference, Rows, Select, Source, Statement, Summary, Table, Type, Update, Value,
    Window, WindowFunction, Windowed, compile, schema,
};

fn text(statement: &Statement) -> String {
    match compile::compile(statement, &POSTGRES) {
        Ok(compiled) => compiled.text().to_owned(),
        Err(error) => format!("error: {error}"),
    }
}

/// What is selected of the users.
fn selected(expression: Expression) -> String {
    let text = text(&Statement::Select(Select::new(&USERS, vec![expression])));
    let short = text.strip_prefix("SELECT ").and_then(|text| text.strip_suffix(r#" FROM "users""#));
    short.map_or(text.clone(), str::to_owned)
}

fn column(column: usize) -> Expression {
    Expression::column(&USERS, column)
}

fn binary(operator: BinaryOperator, left: Expression, right: Expression) -> Expression {
    Expression::binary(operator, left, right)
}

fn ordered(select: Select, expression: Expression, direction: Direction) -> String {
    let order = vec![Order { expression, direction, nulls: Nulls::Default }];
    let text = text(&Statement::Select(Select { order, ..select }));
    text.split_once(" ORDER BY ").map_or(text.clone(), |(_, order)| order.to_owned())
}

#[test]
fn values_say_their_types() {
    let sum = binary(BinaryOperator::Add, Expression::value(1), Expression::value(2));
    assert_eq!(selected(sum), "$1::BIGINT + $2::BIGINT");
    assert_eq!(selected(Expression::value("x")), "$1::TEXT");
    assert_eq!(selected(Expression::Value(Value::Null)), "$1");
    let update = Update::new(&USERS, vec![(NAME, Expression::value("x")), (AGE, Expression::value(1))]);
    assert_eq!(text(&Statement::Update(update)), r#"UPDATE "users" SET "name" = $1, "age" = $2"#);
}

#[test]
fn a_list_is_an_array_of_its_widest_number() {
    let is_in = |values| selected(Expression::In(Box::new(column(AGE)), Value::List(values)));
    assert_eq!(is_in(vec![Value::Integer(1)]), r#""age" = ANY ($1::BIGINT[])"#);
    assert_eq!(is_in(vec![]), r#""age" = ANY ($1)"#);
    let wide = r#""age" = ANY ($1::NUMERIC(20, 0)[])"#;
    assert_eq!(is_in(vec![Value::Integer(1), Value::Unsigned(u64::MAX)]), wide);
    assert_eq!(is_in(vec![Value::Unsigned(u64::MAX), Value::Integer(1)]), wide);
}

#[test]
fn null_comes_first_where_there_may_be_any() {
    use Direction::{Ascending, Descending};
    let users = || Select::all(&USERS);
    assert_eq!(ordered(users(), column(NAME), Ascending), r#""name""#);
    assert_eq!(ordered(users(), column(BALANCE), Ascending), r#""balance" NULLS FIRST"#);
    assert_eq!(ordered(users(), column(BALANCE), Descending), r#""balance" DESC NULLS LAST"#);
    // An index serves the first table's key as long as no row lacks the table.
    let joined = |kind| {
        let join = Join { kind, source: (&SEATS).into(), on: Some(Expression::And(Vec::new())), nested: 0 };
        Select { joins: vec![join], ..users() }
    };
    let seat = || Expression::column(&SEATS, 0);
    assert_eq!(ordered(joined(JoinKind::Inner), column(ID), Ascending), r#""users"."id""#);
    assert_eq!(ordered(joined(JoinKind::Left), column(ID), Ascending), r#""users"."id""#);
    assert_eq!(ordered(joined(JoinKind::Left), seat(), Ascending), r#""seats"."row" NULLS FIRST"#);
    assert_eq!(ordered(joined(JoinKind::Right), column(ID), Ascending), r#""users"."id" NULLS FIRST"#);
    assert_eq!(ordered(joined(JoinKind::Right), seat(), Ascending), r#""seats"."row""#);
    assert_eq!(ordered(joined(JoinKind::Full), seat(), Ascending), r#""seats"."row" NULLS FIRST"#);
}

#[test]
fn functions_and_operators_mean_what_they_mean_elsewhere() {
    let divided = |left| selected(binary(BinaryOperator::Divide, left, Expression::value(2)));
    assert_eq!(divided(column(AGE)), r#""age" / NULLIF($1::BIGINT, 0)"#);
    let wide = Expression::Value(Value::Unsigned(u64::MAX));
    assert_eq!(divided(wide), "div($1::NUMERIC(20, 0), NULLIF($2::BIGINT, 0))");
    let ends = Expression::Match(Match::EndsWith, Box::new((column(NAME), Expression::value("x"))));
    assert_eq!(selected(ends), r#"right("name", length($1::TEXT)) = $1::TEXT"#);
    assert_eq!(
        selected(Expression::Function(Function::Lower, vec![column(NAME)])),
        r#"lower(("name") COLLATE "C")"#
    );
    let whole = Conversion { from: Type::Double, to: Type::BIGINT };
    assert_eq!(selected(Expression::Cast(Box::new(column(AGE)), whole)), r#"CAST(trunc("age") AS BIGINT)"#);
    let tile = Window {
        function: Windowed::Function(WindowFunction::Tile, vec![Expression::value(4)]),
        partition: Vec::new(),
        order: Vec::new(),
        frame: None,
    };
    assert_eq!(selected(Expression::Window(Box::new(tile))), "ntile(CAST($1::BIGINT AS INTEGER)) OVER ()");
    let counted = Select { summary: Some(Summary::Count), distinct: true, ..Select::all(&SEATS) };
    assert!(text(&Statement::Select(counted)).ends_with(") AS counted"));
}

#[test]
fn many_rows_are_arrays() {
    let returning = vec![column(ID)];
    let rows = Insert { rows: Rows::Arrays, returning, ..Insert::row(&USERS, vec![NAME, AGE]) };
    assert_eq!(
        text(&Statement::Insert(rows)),
        concat!(
            r#"INSERT INTO "users" ("name", "age") SELECT "name", "age" FROM unnest($1::TEXT[], $2::INTEGER[]) "#,
            r#"WITH ORDINALITY AS new ("name", "age", onggi_place) ORDER BY onggi_place RETURNING "id""#
        )
    );
}

#[test]
fn many_changes_are_arrays() {
    let update = Update::by_keys(&USERS, &[NAME, AGE], true, 2);
    assert!(text(&Statement::Update(update)).starts_with("error: PostgreSQL has no "));
}

static NEST_COLUMNS: [Column; 2] = [
    Column::new("id", Type::BIGINT).generated(),
    Column::new("bird", Type::BIGINT).with_reference(Some(Reference::to(|| &BIRDS))),
];
static NESTS: Table = Table::new("nests", &NEST_COLUMNS, &[0]);
static BIRD_COLUMNS: [Column; 2] = [
    Column::new("it's \"odd\"", Type::BIGINT).generated(),
    Column::new("nest", Type::BIGINT)
        .with_nullable(true)
        .with_reference(Some(Reference::to(|| &NESTS).with_actions(Action::SetNull, Action::NoAction))),
];
static BIRDS: Table = Table::new("birds", &BIRD_COLUMNS, &[0]);

#[test]
fn a_circle_of_tables_is_closed_at_the_end_and_dropped_together() {
    let sorted = schema::sorted(&[&NESTS, &BIRDS]);
    let created = schema::create_all(&sorted, &POSTGRES).expect("statements");
    assert_eq!(created.len(), 3, "{created:#?}");
    assert!(created[0].contains(r#""id" BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"#));
    assert!(!created[0].contains("REFERENCES") && created[1].contains("REFERENCES"));
    assert!(
        created[2].starts_with("DO $onggi$ BEGIN IF NOT EXISTS (SELECT FROM pg_constraint"),
        "{}",
        created[2]
    );
    let dropped = schema::drop_all(&sorted, &POSTGRES).expect("statements");
    assert_eq!(dropped, [r#"DROP TABLE IF EXISTS "birds", "nests""#]);
}

#[test]
fn names_are_quoted_wherever_they_stand() {
    let follow = schema::follow_keys(&BIRDS, &POSTGRES).expect("names").expect("a generated key");
    assert!(follow.contains(r#"pg_get_serial_sequence('"birds"', 'it''s "odd"')"#), "{follow}");
    assert!(follow.contains(r#"max("it's ""odd""") AS greatest_key FROM "birds""#), "{follow}");
    assert_eq!(schema::follow_keys(&SEATS, &POSTGRES).expect("names"), None);
    static LONG: Table =
        Table::new("a_name_that_is_longer_than_the_sixty_three_bytes_that_are_kept_of_it", &[], &[]);
    let error = text(&Statement::Select(Select::all(Source::from(&LONG))));
    assert!(error.starts_with("error: PostgreSQL has no names as long as"), "{error}");
}
