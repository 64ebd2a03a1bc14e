//! The text of every statement and clause.

mod common;

use common::{AGE, BALANCE, ID, NAME, ODD, SEATS, USERS, VERSION, compiled, text};
use onggi_sql::{
    AggregateFunction, BinaryOperator, Conflict, Delete, Direction, Expression, Function, Insert, Match,
    Nulls, Order, Select, Selected, Statement, Summary, Table, UnaryOperator, Update, Value, shape,
};

fn column(column: usize) -> Expression {
    Expression::column(&USERS, column)
}

fn equals(column: usize, value: i64) -> Expression {
    Expression::binary(BinaryOperator::Equal, self::column(column), Expression::value(value))
}

/// A select of ids that meet a condition: its text from `WHERE` on.
fn condition(condition: Expression) -> String {
    let select = Select { filter: Some(condition), ..Select::new(&USERS, vec![column(ID)]) };
    let text = text(&Statement::Select(select));
    text.strip_prefix(r#"SELECT "id" FROM "users" WHERE "#).map_or(text.clone(), str::to_owned)
}

fn select(change: impl FnOnce(&mut Select)) -> String {
    let mut select = Select::new(&USERS, vec![column(NAME)]);
    change(&mut select);
    text(&Statement::Select(select))
}

fn by(expression: Expression, direction: Direction, nulls: Nulls) -> Order {
    Order { expression, direction, nulls }
}

#[test]
fn select_clauses() {
    assert_eq!(select(|_| {}), r#"SELECT "name" FROM "users""#);
    assert_eq!(select(|s| s.distinct = true), r#"SELECT DISTINCT "name" FROM "users""#);
    assert_eq!(select(|s| s.and(equals(AGE, 1))), r#"SELECT "name" FROM "users" WHERE "age" = ?1"#);
    let both = |s: &mut Select| {
        s.and(equals(AGE, 1));
        s.and(equals(ID, 2));
    };
    assert_eq!(select(both), r#"SELECT "name" FROM "users" WHERE "age" = ?1 AND "id" = ?2"#);
    let limit = |s: &mut Select| s.limit = Some(Value::Integer(1));
    assert_eq!(select(limit), r#"SELECT "name" FROM "users" LIMIT ?1"#);
    let offset = |s: &mut Select| s.offset = Some(Value::Integer(1));
    assert_eq!(select(offset), r#"SELECT "name" FROM "users" LIMIT -1 OFFSET ?1"#);
}

#[test]
fn select_with_every_clause_numbers_parameters_as_they_are_written() {
    let everything = |s: &mut Select| {
        s.columns = Selected::Expressions(vec![Expression::binary(
            BinaryOperator::Add,
            column(AGE),
            Expression::value(1),
        )]);
        s.distinct = true;
        s.filter = Some(equals(AGE, 2));
        s.order = vec![by(
            Expression::binary(BinaryOperator::Multiply, column(AGE), Expression::value(3)),
            Direction::Descending,
            Nulls::Last,
        )];
        s.limit = Some(Value::Integer(4));
        s.offset = Some(Value::Integer(5));
    };
    assert_eq!(
        select(everything),
        r#"SELECT DISTINCT "age" + ?1 FROM "users" WHERE "age" = ?2 ORDER BY ("age" * ?3) DESC NULLS LAST LIMIT ?4 OFFSET ?5"#
    );
    let mut built = Select::all(&USERS);
    everything(&mut built);
    let (_, values) = shape::of_select(&built);
    assert_eq!(
        values.iter().map(|&value| value.clone()).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5].map(Value::from)
    );
}

#[test]
fn select_of_a_whole_table() {
    assert_eq!(
        text(&Statement::Select(Select::all(&USERS))),
        r#"SELECT "id", "name", "age", "balance", "version" FROM "users""#
    );
    assert_eq!(
        text(&Statement::Select(Select::by_key(&USERS))),
        r#"SELECT "id", "name", "age", "balance", "version" FROM "users" WHERE "id" = ?1"#
    );
    assert_eq!(
        text(&Statement::Select(Select::by_key(&SEATS))),
        r#"SELECT "row", "number", "taken" FROM "seats" WHERE "row" = ?1 AND "number" = ?2"#
    );
}

#[test]
fn orders() {
    for (direction, nulls, tail) in [
        (Direction::Ascending, Nulls::Default, ""),
        (Direction::Descending, Nulls::Default, " DESC"),
        (Direction::Ascending, Nulls::First, " NULLS FIRST"),
        (Direction::Descending, Nulls::First, " DESC NULLS FIRST"),
        (Direction::Ascending, Nulls::Last, " NULLS LAST"),
        (Direction::Descending, Nulls::Last, " DESC NULLS LAST"),
    ] {
        let sorted = |s: &mut Select| s.order = vec![by(column(AGE), direction, nulls)];
        assert_eq!(select(sorted), format!(r#"SELECT "name" FROM "users" ORDER BY "age"{tail}"#));
    }
    let several = |s: &mut Select| {
        s.order = [AGE, NAME].map(|key| by(column(key), Direction::Ascending, Nulls::Default)).into();
    };
    assert_eq!(select(several), r#"SELECT "name" FROM "users" ORDER BY "age", "name""#);
}

#[test]
fn summaries() {
    let of = |summary, change: fn(&mut Select)| {
        let mut select = Select::new(&USERS, vec![column(NAME)]);
        change(&mut select);
        select.summary = Some(summary);
        text(&Statement::Select(select))
    };
    let nothing: fn(&mut Select) = |s| s.columns = Selected::Nothing;
    assert_eq!(of(Summary::Count, nothing), r#"SELECT count(*) FROM "users""#);
    let table: fn(&mut Select) = |s| s.columns = Selected::Table;
    assert_eq!(of(Summary::Count, table), r#"SELECT count(*) FROM "users""#);
    let expressions: fn(&mut Select) = |_| {};
    assert_eq!(of(Summary::Count, expressions), r#"SELECT count(*) FROM (SELECT "name" FROM "users")"#);
    assert_eq!(of(Summary::Exists, nothing), r#"SELECT EXISTS (SELECT 1 FROM "users")"#);
    let limited: fn(&mut Select) = |s| {
        s.columns = Selected::Nothing;
        s.limit = Some(Value::Integer(3));
    };
    assert_eq!(of(Summary::Count, limited), r#"SELECT count(*) FROM (SELECT 1 FROM "users" LIMIT ?1)"#);
    let distinct: fn(&mut Select) = |s| s.distinct = true;
    assert_eq!(of(Summary::Count, distinct), r#"SELECT count(*) FROM (SELECT DISTINCT "name" FROM "users")"#);
    assert_eq!(of(Summary::Exists, distinct), r#"SELECT EXISTS (SELECT DISTINCT "name" FROM "users")"#);
}

#[test]
fn insert() {
    let insert = Insert::row(&USERS, vec![NAME, AGE]);
    let text_of = |insert: &Insert| text(&Statement::Insert(insert.clone()));
    assert_eq!(text_of(&insert), r#"INSERT INTO "users" ("name", "age") VALUES (?1, ?2)"#);
    let defaults = Insert { columns: vec![], ..insert.clone() };
    assert_eq!(text_of(&defaults), r#"INSERT INTO "users" DEFAULT VALUES"#);
    let returning = Insert { returning: vec![column(ID)], ..insert.clone() };
    assert_eq!(text_of(&returning), r#"INSERT INTO "users" ("name", "age") VALUES (?1, ?2) RETURNING "id""#);
}

#[test]
fn insert_with_conflict() {
    let upsert = |target: &[usize], update: &[usize]| {
        let conflict = match update {
            [] => Conflict::nothing(target.into()),
            _ => Conflict::update(&USERS, target.into(), update),
        };
        text(&Statement::Insert(Insert {
            conflict: Some(conflict),
            returning: vec![column(ID)],
            ..Insert::row(&USERS, vec![NAME, AGE])
        }))
    };
    let start = r#"INSERT INTO "users" ("name", "age") VALUES (?1, ?2) ON CONFLICT"#;
    assert_eq!(
        upsert(&[NAME], &[AGE]),
        format!(r#"{start} ("name") DO UPDATE SET "age" = excluded."age" RETURNING "id""#)
    );
    assert_eq!(
        upsert(&[NAME], &[AGE, VERSION]),
        format!(
            r#"{start} ("name") DO UPDATE SET "age" = excluded."age", "version" = "users"."version" + 1 RETURNING "id""#
        )
    );
    assert_eq!(upsert(&[NAME, AGE], &[]), format!(r#"{start} ("name", "age") DO NOTHING RETURNING "id""#));
    assert_eq!(
        upsert(&[ID], &[NAME, AGE]),
        format!(
            r#"{start} ("id") DO UPDATE SET "name" = excluded."name", "age" = excluded."age" RETURNING "id""#
        )
    );
}

#[test]
fn update() {
    let next = Expression::binary(BinaryOperator::Add, column(AGE), Expression::value(1));
    let update = |filter| {
        let assignments = vec![(AGE, next.clone()), (NAME, Expression::value("x"))];
        text(&Statement::Update(Update { filter, ..Update::new(&USERS, assignments) }))
    };
    assert_eq!(update(None), r#"UPDATE "users" SET "age" = "age" + ?1, "name" = ?2"#);
    assert_eq!(
        update(Some(equals(ID, 7))),
        r#"UPDATE "users" SET "age" = "age" + ?1, "name" = ?2 WHERE "id" = ?3"#
    );
}

#[test]
fn writes_by_key() {
    let update = |table, columns: &[usize], versioned| {
        text(&Statement::Update(Update::by_key(table, columns, versioned)))
    };
    let delete = |table, versioned| text(&Statement::Delete(Delete::by_key(table, versioned)));
    assert_eq!(
        update(&USERS, &[NAME, AGE], false),
        r#"UPDATE "users" SET "name" = ?1, "age" = ?2 WHERE "id" = ?3"#
    );
    assert_eq!(
        update(&USERS, &[NAME], true),
        r#"UPDATE "users" SET "name" = ?1, "version" = "version" + 1 WHERE "id" = ?2 AND "version" = ?3"#
    );
    assert_eq!(
        update(&SEATS, &[2], true),
        r#"UPDATE "seats" SET "taken" = ?1 WHERE "row" = ?2 AND "number" = ?3"#
    );
    assert_eq!(delete(&USERS, false), r#"DELETE FROM "users" WHERE "id" = ?1"#);
    assert_eq!(delete(&USERS, true), r#"DELETE FROM "users" WHERE "id" = ?1 AND "version" = ?2"#);
    assert_eq!(delete(&SEATS, true), r#"DELETE FROM "seats" WHERE "row" = ?1 AND "number" = ?2"#);
}

#[test]
fn delete() {
    let delete = |filter| text(&Statement::Delete(Delete { filter, ..Delete::new(&USERS) }));
    assert_eq!(delete(None), r#"DELETE FROM "users""#);
    assert_eq!(delete(Some(equals(AGE, 1))), r#"DELETE FROM "users" WHERE "age" = ?1"#);
}

#[test]
fn operators() {
    for (operator, symbol) in [
        (BinaryOperator::Equal, "="),
        (BinaryOperator::NotEqual, "<>"),
        (BinaryOperator::Less, "<"),
        (BinaryOperator::LessOrEqual, "<="),
        (BinaryOperator::Greater, ">"),
        (BinaryOperator::GreaterOrEqual, ">="),
        (BinaryOperator::Add, "+"),
        (BinaryOperator::Subtract, "-"),
        (BinaryOperator::Multiply, "*"),
        (BinaryOperator::Divide, "/"),
        (BinaryOperator::Remainder, "%"),
    ] {
        let operation = Expression::binary(operator, column(AGE), Expression::value(1));
        assert_eq!(condition(operation), format!(r#""age" {symbol} ?1"#));
    }
    let like = Expression::binary(BinaryOperator::Like, column(NAME), Expression::value("x%"));
    assert_eq!(condition(like), r#""name" LIKE ?1 ESCAPE '\'"#);
    for (operator, expected) in [
        (UnaryOperator::Not, r#"NOT "age""#),
        (UnaryOperator::Negative, r#"-"age""#),
        (UnaryOperator::IsNull, r#""age" IS NULL"#),
        (UnaryOperator::IsNotNull, r#""age" IS NOT NULL"#),
    ] {
        assert_eq!(condition(Expression::unary(operator, column(AGE))), expected);
    }
}

#[test]
fn operations_inside_operations_are_in_parentheses() {
    let sum = || Expression::binary(BinaryOperator::Add, column(AGE), Expression::value(1));
    let product = Expression::binary(
        BinaryOperator::Multiply,
        sum(),
        Expression::unary(UnaryOperator::Negative, sum()),
    );
    assert_eq!(condition(product), r#"("age" + ?1) * (-("age" + ?2))"#);
    let equal = Expression::binary(
        BinaryOperator::Equal,
        equals(AGE, 1),
        Expression::unary(UnaryOperator::IsNull, sum()),
    );
    assert_eq!(condition(equal), r#"("age" = ?1) = (("age" + ?2) IS NULL)"#);
    let negative = |number| Expression::unary(UnaryOperator::Negative, Expression::Literal(number));
    assert_eq!(condition(negative(-1)), "-(-1)");
    assert_eq!(condition(negative(1)), "-1");
    // The smallest number has no positive twin to put a minus sign before.
    assert_eq!(condition(Expression::Literal(i64::MIN)), "-9223372036854775808");
}

#[test]
fn conditions_join() {
    let [a, b, c] = [1, 2, 3].map(|value| equals(AGE, value));
    let not = |condition| Expression::unary(UnaryOperator::Not, condition);
    assert_eq!(
        condition(a.clone().and(b.clone()).and(c.clone())),
        r#""age" = ?1 AND "age" = ?2 AND "age" = ?3"#
    );
    assert_eq!(condition(a.clone().or(b.clone()).or(c.clone())), r#""age" = ?1 OR "age" = ?2 OR "age" = ?3"#);
    assert_eq!(
        condition(a.clone().and(b.clone().or(c.clone()))),
        r#""age" = ?1 AND ("age" = ?2 OR "age" = ?3)"#
    );
    assert_eq!(
        condition(a.clone().and(b.clone()).or(c.clone())),
        r#"("age" = ?1 AND "age" = ?2) OR "age" = ?3"#
    );
    assert_eq!(condition(not(a.clone().and(b.clone()))), r#"NOT ("age" = ?1 AND "age" = ?2)"#);
    assert_eq!(condition(not(a.clone()).and(not(b))), r#"NOT ("age" = ?1) AND NOT ("age" = ?2)"#);
    assert_eq!(condition(not(Expression::Or(vec![a]))), r#"NOT ("age" = ?1)"#);
}

#[test]
fn no_condition_at_all() {
    assert_eq!(condition(Expression::And(vec![])), "1 = 1");
    assert_eq!(condition(Expression::Or(vec![])), "1 = 0");
    let inside = Expression::And(vec![Expression::Or(vec![]), equals(AGE, 1)]);
    assert_eq!(condition(inside), r#"(1 = 0) AND "age" = ?1"#);
}

#[test]
fn a_list_is_one_parameter() {
    let list = |values: &[i64]| {
        let values = Value::List(values.iter().copied().map(Value::from).collect());
        condition(Expression::In(Box::new(column(AGE)), values))
    };
    assert_eq!(list(&[]), r#""age" IN rarray(?1)"#);
    assert_eq!(list(&[1, 2, 3]), r#""age" IN rarray(?1)"#);
    let sum = Expression::binary(BinaryOperator::Add, column(AGE), Expression::value(1));
    let of_sum = Expression::In(Box::new(sum), Value::List(vec![]));
    assert_eq!(condition(of_sum), r#"("age" + ?1) IN rarray(?2)"#);
}

#[test]
fn parts_of_texts() {
    let matches = |kind| condition(Expression::Match(kind, Box::new((column(NAME), Expression::value("x")))));
    assert_eq!(matches(Match::Contains), r#"instr("name", ?1) > 0"#);
    assert_eq!(matches(Match::StartsWith), r#"instr("name", ?1) = 1"#);
    assert_eq!(
        matches(Match::EndsWith),
        r#"substr(CAST("name" || '.' AS BLOB), -length(CAST(?1 || '.' AS BLOB))) = CAST(?1 || '.' AS BLOB)"#
    );
    let after = Expression::Match(Match::EndsWith, Box::new((column(NAME), Expression::value("x"))))
        .and(equals(AGE, 1));
    assert!(condition(after).ends_with(r#"= CAST(?1 || '.' AS BLOB) AND "age" = ?2"#));
}

#[test]
fn functions() {
    for (function, expected) in [
        (Function::Lower, r#"lower("age")"#),
        (Function::Upper, r#"upper("age")"#),
        (Function::Length, r#"length("age")"#),
    ] {
        assert_eq!(condition(Expression::Function(function, vec![column(AGE)])), expected);
    }
    let coalesce =
        Expression::Function(Function::Coalesce, vec![column(AGE), Expression::value(1), column(ID)]);
    assert_eq!(condition(coalesce), r#"coalesce("age", ?1, "id")"#);
}

/// Kept as text, they would compare as texts.
#[test]
fn decimals_compare_with_their_collation() {
    let decimal = || column(BALANCE);
    let compare = |operator| condition(Expression::binary(operator, decimal(), Expression::value("1.5")));
    assert_eq!(compare(BinaryOperator::Less), r#""balance" COLLATE onggi_decimal < ?1"#);
    assert_eq!(compare(BinaryOperator::Equal), r#""balance" COLLATE onggi_decimal = ?1"#);
    assert_eq!(
        condition(Expression::In(Box::new(decimal()), Value::List(vec![]))),
        r#""balance" COLLATE onggi_decimal IN rarray(?1)"#
    );
    assert_eq!(
        condition(Expression::aggregate(AggregateFunction::Max, decimal())),
        r#"max("balance" COLLATE onggi_decimal)"#
    );
    assert_eq!(
        select(|s| s.order = vec![by(decimal(), Direction::Descending, Nulls::Default)]),
        r#"SELECT "name" FROM "users" ORDER BY "balance" COLLATE onggi_decimal DESC"#
    );
}

#[test]
fn names_are_quoted() {
    let odd = |column| Expression::column(&ODD, column);
    let select = Select { filter: Some(odd(1)), ..Select::all(&ODD) };
    assert_eq!(
        text(&Statement::Select(select)),
        r#"SELECT "select", "a ""b"" 'c' `d` [e]; --" FROM "the ""odd"" one" WHERE "a ""b"" 'c' `d` [e]; --""#
    );
    assert_eq!(
        text(&Statement::Update(Update::by_key(&ODD, &[1], false))),
        r#"UPDATE "the ""odd"" one" SET "a ""b"" 'c' `d` [e]; --" = ?1 WHERE "select" = ?2"#
    );
}

#[test]
fn names_with_a_nul_are_refused() {
    static COLUMNS: [onggi_sql::Column; 1] = [onggi_sql::Column::new("a\0b", onggi_sql::Type::Text)];
    static COLUMN: Table = Table::new("fine", &COLUMNS, &[]);
    static TABLE: Table = Table::new("x\0y", &[], &[]);
    for (statement, name) in [
        (Statement::Select(Select::all(&COLUMN)), r"a\0b"),
        (Statement::Insert(Insert::row(&COLUMN, vec![0])), r"a\0b"),
        (Statement::Delete(Delete::new(&TABLE)), r"x\0y"),
        (Statement::Update(Update::by_key(&TABLE, &[], false)), r"x\0y"),
    ] {
        let error = compiled(&statement).expect_err("a name with a NUL");
        assert_eq!(
            error.to_string(),
            format!("the name {:?} has a NUL character in it", name.replace(r"\0", "\0"))
        );
        assert!(!error.is_unsupported());
    }
}

#[test]
fn the_end_of_a_text_is_any_expression() {
    let ends = Expression::Match(Match::EndsWith, Box::new((column(NAME), column(NAME))));
    let select = Select { filter: Some(ends), ..Select::all(&USERS) };
    let text = text(&Statement::Select(select));
    let condition = r#"substr(CAST("name" || '.' AS BLOB), -length(CAST("name" || '.' AS BLOB))) = CAST("name" || '.' AS BLOB)"#;
    assert!(text.ends_with(condition), "{text}");
}

#[test]
fn a_limit_can_be_written_into_the_text_and_stays_a_parameter() {
    let compiled = |change: &dyn Fn(&mut Select)| {
        let mut select = Select::new(&USERS, vec![column(NAME)]);
        change(&mut select);
        onggi_sql::compile::compile(&Statement::Select(select), &onggi_sql::dialect::POSTGRES)
            .expect("a text")
    };
    let limited = compiled(&|s| {
        s.and(equals(AGE, 1));
        s.limit = Some(Value::Integer(2));
        s.offset = Some(Value::Integer(3));
    });
    assert_eq!((limited.limit(), limited.parameters()), (Some(1), 3));
    assert_eq!(
        limited.limited(20).as_deref(),
        Some(r#"SELECT "name" FROM "users" WHERE "age" = $1::BIGINT LIMIT 20 OFFSET $3"#)
    );
    let unlimited = compiled(&|s| s.offset = Some(Value::Integer(3)));
    assert_eq!((unlimited.limit(), unlimited.limited(20)), (None, None));
}
