//! The text of expressions: rows, cases, conversions, functions, raw SQL.

mod common;

use common::{AGE, BALANCE, ID, NAME, USERS, poor_text, text};
use onggi_sql::{
    AggregateFunction, BinaryOperator, Case, Conversion, Declared, Expression, Function, JsonStep, Raw,
    Select, Statement, Type, UnaryOperator, Value, json_path,
};

fn column(column: usize) -> Expression {
    Expression::column(&USERS, column)
}

fn value(value: i64) -> Expression {
    Expression::value(value)
}

fn cast(expression: Expression, from: Type, to: Type) -> Expression {
    Expression::Cast(Box::new(expression), Conversion { from, to })
}

fn select(expression: Expression) -> Statement {
    Statement::Select(Select::new(&USERS, vec![expression]))
}

/// What is selected of the users.
fn written(expression: Expression) -> String {
    let text = text(&select(expression));
    let short = text.strip_prefix("SELECT ").and_then(|text| text.strip_suffix(r#" FROM "users""#));
    short.map_or(text.clone(), str::to_owned)
}

fn not(expression: Expression) -> Expression {
    Expression::unary(UnaryOperator::Not, expression)
}

#[test]
fn equality_in_which_null_equals_null() {
    let of = |operator| Expression::binary(operator, column(AGE), value(1));
    assert_eq!(written(of(BinaryOperator::Same)), r#""age" IS ?1"#);
    assert_eq!(written(of(BinaryOperator::Different)), r#""age" IS NOT ?1"#);
    assert_eq!(poor_text(&select(of(BinaryOperator::Same))), r#"SELECT "age" <=> $1 FROM "users""#);
    assert_eq!(
        poor_text(&select(of(BinaryOperator::Different))),
        r#"SELECT NOT ("age" <=> $1) FROM "users""#
    );
    let balance = Expression::binary(BinaryOperator::Same, column(BALANCE), value(1));
    assert_eq!(written(balance), r#""balance" COLLATE onggi_decimal IS CAST(?1 AS TEXT)"#);
}

#[test]
fn not_in() {
    let list = Expression::In(Box::new(column(AGE)), Value::List(vec![]));
    assert_eq!(written(not(list)), r#""age" NOT IN rarray(?1)"#);
    let ages = Select::new(&USERS, vec![column(AGE)]);
    assert_eq!(
        written(not(Expression::in_select(column(ID), ages))),
        r#""users"."id" NOT IN (SELECT "users_2"."age" FROM "users" AS "users_2")"#
    );
}

#[test]
fn rows() {
    let row = || Expression::Row(vec![column(AGE), column(BALANCE)]);
    let last = Expression::Row(vec![value(1), value(2)]);
    assert_eq!(
        written(Expression::binary(BinaryOperator::Greater, row(), last)),
        r#"("age", "balance" COLLATE onggi_decimal) > (?1, ?2)"#
    );
    let list = Expression::In(Box::new(row()), Value::List(vec![]));
    assert_eq!(written(list), "error: SQLite has no list of rows to look a row up in");
    assert_eq!(written(Expression::Row(vec![])), "error: a row of no expressions is compared");
    let seats = Select::new(
        &common::SEATS,
        vec![0, 1].into_iter().map(|at| Expression::column(&common::SEATS, at)).collect(),
    );
    let inside = Expression::in_select(Expression::Row(vec![column(ID), column(AGE)]), seats);
    assert_eq!(
        written(inside),
        r#"("users"."id", "users"."age") IN (SELECT "seats"."row", "seats"."number" FROM "seats")"#
    );
}

#[test]
fn cases() {
    let adult = Expression::binary(BinaryOperator::GreaterOrEqual, column(AGE), value(18));
    let case = |otherwise| {
        let branches = vec![(adult.clone(), Expression::value("adult")), (not(column(ID)), column(NAME))];
        Expression::Case(Box::new(Case { branches, otherwise }))
    };
    let start = r#"CASE WHEN "age" >= ?1 THEN ?2 WHEN NOT "id" THEN "name""#;
    assert_eq!(written(case(None)), format!("{start} END"));
    assert_eq!(written(case(Some(value(3)))), format!("{start} ELSE ?3 END"));
    let nothing = Expression::Case(Box::new(Case { branches: vec![], otherwise: None }));
    assert_eq!(written(nothing), "error: a CASE has no branches");
}

#[test]
fn exact_decimals_stay_such_inside() {
    let less = |left| Expression::binary(BinaryOperator::Less, left, value(1));
    let case = Case { branches: vec![(value(1), value(2))], otherwise: Some(column(BALANCE)) };
    for decimal in [
        Expression::Case(Box::new(case)),
        cast(column(NAME), Type::Text, Type::Decimal),
        Expression::Function(Function::Coalesce, vec![column(BALANCE), value(1)]),
        Expression::Function(Function::Greatest, vec![value(1), column(BALANCE)]),
        Expression::Function(Function::NullIf, vec![column(BALANCE), value(1)]),
    ] {
        let text = written(less(decimal));
        assert!(text.contains(" COLLATE onggi_decimal < CAST(?"), "{text}");
    }
    let least = Expression::Function(Function::Least, vec![value(1), column(BALANCE)]);
    assert_eq!(written(least), r#"min(CAST(?1 AS TEXT), "balance" COLLATE onggi_decimal)"#);
}

#[test]
fn exact_decimals_are_computed_with_by_functions() {
    let sum = Expression::binary(BinaryOperator::Add, column(BALANCE), column(AGE));
    assert_eq!(written(sum.clone()), r#"onggi_decimal_add("balance", "age")"#);
    let product = Expression::binary(BinaryOperator::Multiply, value(2), sum);
    let negative = Expression::unary(UnaryOperator::Negative, product);
    assert_eq!(
        written(negative.clone()),
        r#"onggi_decimal_subtract(0, onggi_decimal_multiply(?1, onggi_decimal_add("balance", "age")))"#
    );
    let rounded = Expression::Function(Function::Round, vec![negative]);
    let less = Expression::binary(BinaryOperator::Less, rounded, column(AGE));
    let text = written(less);
    assert!(text.starts_with("onggi_decimal_round(onggi_decimal_subtract("), "{text}");
    assert!(text.ends_with(r#", 0) COLLATE onggi_decimal < CAST("age" AS TEXT)"#), "{text}");
    let total = Expression::aggregate(AggregateFunction::Sum, column(BALANCE));
    assert_eq!(written(total), r#"onggi_decimal_sum("balance" COLLATE onggi_decimal)"#);
}

#[test]
fn conversions() {
    let of_age = |ty| written(cast(column(AGE), Type::BIGINT, ty));
    assert_eq!(of_age(Type::BIGINT), r#"CAST("age" AS INTEGER)"#);
    assert_eq!(of_age(Type::Boolean), r#"(CAST("age" AS REAL) <> 0)"#);
    assert_eq!(of_age(Type::Date), r#"date("age")"#);
    assert_eq!(
        poor_text(&select(cast(column(AGE), Type::BIGINT, Type::Date))),
        "error: Poor has no conversion to Date"
    );
}

#[test]
fn functions() {
    let call =
        |function, arguments: &[Expression]| written(Expression::Function(function, arguments.to_vec()));
    let sum = Expression::binary(BinaryOperator::Add, column(AGE), value(1));
    assert_eq!(call(Function::Trim, &[column(NAME)]), r#"trim("name")"#);
    assert_eq!(call(Function::Concat, &[column(NAME), sum.clone()]), r#"("name" || ("age" + ?1))"#);
    assert_eq!(call(Function::Concat, std::slice::from_ref(&sum)), r#"("age" + ?1)"#);
    assert_eq!(call(Function::Greatest, &[column(AGE)]), r#"("age")"#);
    assert_eq!(call(Function::Coalesce, &[column(AGE)]), r#"("age")"#);
    assert_eq!(
        call(Function::Right, &[column(NAME), sum.clone()]),
        r#"substr("name", -("age" + ?1), "age" + ?1)"#
    );
    assert_eq!(call(Function::CurrentDate, &[]), "date('now')");
    assert_eq!(
        call(Function::Replace, std::slice::from_ref(&sum)),
        "error: Replace does not take 1 arguments"
    );
    assert_eq!(call(Function::Coalesce, &[]), "error: Coalesce does not take 0 arguments");
    assert_eq!(
        poor_text(&select(Expression::Function(Function::Year, vec![column(AGE)]))),
        "error: Poor has no form of the function Year"
    );
}

#[test]
fn arguments_that_are_written_twice_cannot_make_a_text_endless() {
    let mut nested = value(1);
    for _ in 0..60 {
        nested = Expression::Function(Function::Right, vec![column(NAME), nested]);
    }
    assert_eq!(written(nested), "error: an argument that is written twice is too long");
}

#[test]
fn declared_functions_and_raw_sql() {
    static ODD: Declared = Declared { name: "a \"b\"", program: false };
    let call = Expression::Call(&ODD, vec![column(NAME), value(1)]);
    assert_eq!(written(call), r#""a ""b"""("name", ?1)"#);
    let sum = Expression::binary(BinaryOperator::Add, column(AGE), value(1));
    let raw = Expression::Raw(Box::new(Raw::new(["iif(", " > ", ", 1, 2)"], vec![sum, value(5)])));
    assert_eq!(written(raw.clone()), r#"iif(("age" + ?1) > ?2, 1, 2)"#);
    assert_eq!(written(not(raw)), r#"NOT (iif(("age" + ?1) > ?2, 1, 2))"#);
    let holes = Expression::Raw(Box::new(Raw::new(["x"], vec![value(1)])));
    assert!(written(holes).starts_with("error: raw SQL is pieces"));
}

#[test]
fn texts_that_stand_in_the_statement_are_quoted() {
    static GET: Declared = Declared { name: "pickle_get", program: true };
    let get =
        |path: &'static str| Expression::Call(&GET, vec![column(NAME), Expression::LiteralText(path.into())]);
    assert_eq!(written(get("$.city")), r#""pickle_get"("name", '$.city')"#);
    assert_eq!(written(get("$[\"it's\"]")), r#""pickle_get"("name", '$["it''s"]')"#);
    assert!(written(get("a\0b")).starts_with("error: a text with a NUL"));
    let concatenated =
        Expression::binary(BinaryOperator::Equal, Expression::LiteralText("?1".into()), value(1));
    assert_eq!(written(concatenated), "'?1' = ?1");
}

#[test]
fn paths_into_json() {
    let path = json_path([JsonStep::Key("a.b"), JsonStep::Index(3), JsonStep::Key("q\"\\\n")]);
    assert_eq!(path, r#"$."a.b"[3]."q\"\\\n""#);
    assert_eq!(json_path([]), "$");
}
