//! Statements with several sources: joins, sub-selects, and the names that tell sources apart.

mod common;

use common::{AGE, ID, NAME, SEATS, USERS, compiled, text};
use onggi_sql::{
    BinaryOperator, Column, Delete, Expression, Join, JoinKind, Relation, Select, Selected, Source,
    Statement, Table, Type, Update, shape,
};

static POST_COLUMNS: [Column; 2] =
    [Column::new("id", Type::BIGINT).generated(), Column::new("author_id", Type::BIGINT)];
static POSTS: Table = Table::new("posts", &POST_COLUMNS, &[0]);
const AUTHOR: usize = 1;

fn source(table: &'static Table, id: u64) -> Source {
    Source { table, id }
}

fn equal(left: Expression, right: Expression) -> Expression {
    Expression::binary(BinaryOperator::Equal, left, right)
}

fn join(kind: JoinKind, source: Source, on: Option<Expression>) -> Join {
    Join { kind, source: source.into(), on, nested: 0 }
}

fn text_of(select: Select) -> String {
    text(&Statement::Select(select))
}

fn error_of(select: Select) -> String {
    let error = compiled(&Statement::Select(select)).expect_err("an error");
    assert!(!error.is_unsupported());
    error.to_string()
}

/// Posts of the user at hand: `on` says under which number the user is known.
fn posts_of(user: Source, id: u64) -> Select {
    let posts = source(&POSTS, id);
    let on = equal(Expression::column(posts, AUTHOR), Expression::column(user, ID));
    Select { filter: Some(on), columns: Selected::Nothing, ..Select::all(posts) }
}

/// The parameters of what is nested come before those of the condition.
#[test]
fn what_is_joined_is_joined_to_others_first() {
    let (users, posts, writers) = (source(&USERS, 7), source(&POSTS, 3), source(&USERS, 9));
    let older = |of: Source, age: i64| {
        Expression::binary(BinaryOperator::Greater, Expression::column(of, AGE), Expression::value(age))
    };
    let outer = Join { nested: 1, ..join(JoinKind::Left, posts, Some(older(users, 1))) };
    let joins = vec![
        outer,
        join(JoinKind::Inner, writers, Some(older(writers, 2))),
        join(JoinKind::Cross, source(&POSTS, 4), None),
    ];
    let select =
        Statement::Select(Select { joins, ..Select::new(users, vec![Expression::column(writers, NAME)]) });
    assert_eq!(
        text(&select),
        r#"SELECT "users_2"."name" FROM "users" LEFT JOIN ("posts" JOIN "users" AS "users_2" ON "users_2"."age" > ?1) ON "users"."age" > ?2 CROSS JOIN "posts" AS "posts_2""#
    );
    let (_, values) = shape::of(&select);
    assert_eq!(
        values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>(),
        ["Integer(2)", "Integer(1)"]
    );
}

#[test]
fn joins() {
    let (users, posts) = (source(&USERS, 7), source(&POSTS, 3));
    let on = || Some(equal(Expression::column(posts, AUTHOR), Expression::column(users, ID)));
    let joined = |kind, on| {
        let columns = vec![Expression::column(users, NAME), Expression::column(posts, ID)];
        text_of(Select { joins: vec![join(kind, posts, on)], ..Select::new(users, columns) })
    };
    let start = r#"SELECT "users"."name", "posts"."id" FROM "users""#;
    for (kind, words) in [
        (JoinKind::Inner, "JOIN"),
        (JoinKind::Left, "LEFT JOIN"),
        (JoinKind::Right, "RIGHT JOIN"),
        (JoinKind::Full, "FULL JOIN"),
    ] {
        assert_eq!(
            joined(kind, on()),
            format!(r#"{start} {words} "posts" ON "posts"."author_id" = "users"."id""#)
        );
        assert_eq!(joined(kind, None), format!(r#"{start} {words} "posts" ON 1 = 1"#));
    }
    assert_eq!(joined(JoinKind::Cross, None), format!(r#"{start} CROSS JOIN "posts""#));
    assert_eq!(joined(JoinKind::Cross, on()), "error: a cross join has no condition");
}

#[test]
fn a_table_joined_to_itself_gets_another_name() {
    let [one, two, three] = [9, 4, 6].map(|id| source(&USERS, id));
    let select = Select {
        joins: vec![join(JoinKind::Cross, two, None), join(JoinKind::Cross, three, None)],
        ..Select::new(one, [one, two, three].map(|user| Expression::column(user, NAME)).into())
    };
    assert_eq!(
        text_of(select),
        r#"SELECT "users"."name", "users_2"."name", "users_3"."name" FROM "users" CROSS JOIN "users" AS "users_2" CROSS JOIN "users" AS "users_3""#
    );
}

#[test]
fn names_of_tables_that_look_like_numbered_ones() {
    static REAL: Table = Table::new("USERS_2", &POST_COLUMNS, &[0]);
    let (one, two, real) = (source(&USERS, 0), source(&USERS, 1), source(&REAL, 0));
    let select = |joined: [Source; 2]| {
        let columns = vec![Expression::column(real, ID), Expression::column(two, ID)];
        let joins = joined.map(|source| join(JoinKind::Cross, source, None)).into();
        text_of(Select { joins, ..Select::new(one, columns) })
    };
    assert_eq!(
        select([real, two]),
        r#"SELECT "USERS_2"."id", "users_3"."id" FROM "users" CROSS JOIN "USERS_2" CROSS JOIN "users" AS "users_3""#
    );
    assert_eq!(
        select([two, real]),
        r#"SELECT "USERS_2_2"."id", "users_2"."id" FROM "users" CROSS JOIN "users" AS "users_2" CROSS JOIN "USERS_2" AS "USERS_2_2""#
    );
}

#[test]
fn a_whole_table_among_others() {
    let (seats, posts) = (Source::of(&SEATS), Source::of(&POSTS));
    let select = Select { joins: vec![join(JoinKind::Cross, posts, None)], ..Select::all(seats) };
    assert_eq!(
        text_of(select),
        r#"SELECT "seats"."row", "seats"."number", "seats"."taken" FROM "seats" CROSS JOIN "posts""#
    );
}

#[test]
fn sub_selects() {
    let users = Source::of(&USERS);
    let posts = source(&POSTS, 5);
    let filtered = |filter| {
        let select =
            Select { filter: Some(filter), ..Select::new(users, vec![Expression::column(users, NAME)]) };
        text_of(select)
    };
    let start = r#"SELECT "users"."name" FROM "users" WHERE"#;
    assert_eq!(
        filtered(Expression::exists(posts_of(users, 5))),
        format!(r#"{start} EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id")"#)
    );
    let authors = Select::new(posts, vec![Expression::column(posts, AUTHOR)]);
    assert_eq!(
        filtered(Expression::in_select(Expression::column(users, ID), authors)),
        format!(r#"{start} "users"."id" IN (SELECT "posts"."author_id" FROM "posts")"#)
    );
    let count =
        Select { columns: Selected::Expressions(vec![Expression::count_rows()]), ..posts_of(users, 5) };
    assert_eq!(
        filtered(equal(Expression::scalar(count), Expression::value(3))),
        format!(r#"{start} (SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id") = ?1"#)
    );
}

#[test]
fn a_select_nested_in_itself_means_the_inner_one() {
    let users = Source::of(&USERS);
    let older = Select {
        filter: Some(Expression::binary(
            BinaryOperator::Greater,
            Expression::column(users, AGE),
            Expression::value(5),
        )),
        columns: Selected::Nothing,
        ..Select::all(users)
    };
    let select = Select {
        filter: Some(
            Expression::exists(older).and(equal(Expression::column(users, AGE), Expression::value(1))),
        ),
        ..Select::new(users, vec![Expression::column(users, ID)])
    };
    assert_eq!(
        text_of(select),
        r#"SELECT "users"."id" FROM "users" WHERE EXISTS (SELECT 1 FROM "users" AS "users_2" WHERE "users_2"."age" > ?1) AND "users"."age" = ?2"#
    );
}

#[test]
fn sub_selects_side_by_side_use_the_same_names() {
    let users = Source::of(&USERS);
    let both = Expression::exists(posts_of(users, 1)).and(Expression::exists(posts_of(users, 2)));
    let select = Select { filter: Some(both), ..Select::new(users, vec![Expression::column(users, ID)]) };
    let exists = r#"EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id")"#;
    assert_eq!(text_of(select), format!(r#"SELECT "users"."id" FROM "users" WHERE {exists} AND {exists}"#));
}

#[test]
fn exact_decimals_of_sub_selects() {
    let (users, others) = (source(&USERS, 0), source(&USERS, 1));
    let balance = |source| Expression::column(source, common::BALANCE);
    let balances = || Select::new(others, vec![balance(others)]);
    let filtered =
        |filter| text_of(Select { filter: Some(filter), columns: Selected::Nothing, ..Select::all(users) });
    let inner = r#"(SELECT "users_2"."balance" FROM "users" AS "users_2")"#;
    assert_eq!(
        filtered(Expression::in_select(balance(users), balances())),
        format!(r#"SELECT 1 FROM "users" WHERE "users"."balance" COLLATE onggi_decimal IN {inner}"#)
    );
    assert_eq!(
        filtered(equal(Expression::value(1), Expression::scalar(balances()))),
        format!(r#"SELECT 1 FROM "users" WHERE CAST(?1 AS TEXT) = {inner} COLLATE onggi_decimal"#)
    );
}

#[test]
fn sub_selects_in_writes() {
    let users = source(&USERS, 2);
    let update = Update {
        filter: Some(Expression::exists(posts_of(users, 1))),
        ..Update::new(users, vec![(AGE, Expression::scalar(Select { ..posts_of(users, 0) }))])
    };
    let posts = r#"(SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id")"#;
    assert_eq!(
        text(&Statement::Update(update)),
        format!(r#"UPDATE "users" SET "age" = {posts} WHERE EXISTS {posts}"#)
    );
    let delete = Delete { filter: Some(Expression::exists(posts_of(users, 1))), ..Delete::new(users) };
    assert_eq!(text(&Statement::Delete(delete)), format!(r#"DELETE FROM "users" WHERE EXISTS {posts}"#));
}

#[test]
fn sources_that_are_not_there_or_twice() {
    let users = Source::of(&USERS);
    let stranger = Select::new(users, vec![Expression::column(source(&USERS, 1), ID)]);
    assert_eq!(
        error_of(stranger),
        r#"a column of the table "users" is used where the statement does not read the table"#
    );
    let inner = Select {
        filter: Some(Expression::exists(posts_of(users, 1))),
        ..Select::new(users, vec![Expression::column(source(&POSTS, 1), ID)])
    };
    assert!(error_of(inner).contains("does not read the table"), "inner sources are not seen outside");
    let twice = Select { joins: vec![join(JoinKind::Cross, users, None)], ..Select::all(users) };
    assert_eq!(error_of(twice), r#""users" is twice in a select under one number"#);
}

#[test]
fn numbers_of_sources_are_not_in_shapes() {
    let select = |user: u64, post: u64| {
        let users = source(&USERS, user);
        Select { filter: Some(Expression::exists(posts_of(users, post))), ..Select::all(users) }
    };
    let shape_of = |user, post| shape::of_select(&select(user, post)).0;
    assert_eq!(shape_of(0, 1), shape_of(70, 3));
    assert_eq!(shape_of(0, 0), shape_of(3, 3));
    let outer =
        Select { filter: Some(Expression::exists(Select::all(source(&USERS, 1)))), ..Select::all(&USERS) };
    assert_ne!(shape_of(0, 1), shape::of_select(&outer).0);
    assert!(matches!(outer.source, Relation::Table(_)));
}
