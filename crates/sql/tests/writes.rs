//! Inserts of many rows, what is done in a conflict, updates from other tables, and what is given back.

mod common;

use common::{AGE, BALANCE, ID, NAME, SEATS, USERS, VERSION, poor_text, text};
use onggi_sql::{
    BinaryOperator, Conflict, ConflictAction, Delete, Expression, Insert, Join, JoinKind, Rows, Select,
    SetOperator, Source, Statement, Update, Value, shape,
};

const USER: Source = Source::of(&USERS);

fn column(column: usize) -> Expression {
    Expression::column(USER, column)
}

fn excluded(column: usize) -> Expression {
    Expression::Excluded(USER, column)
}

fn value(value: i64) -> Expression {
    Expression::value(value)
}

fn less(left: Expression, right: Expression) -> Expression {
    Expression::binary(BinaryOperator::Less, left, right)
}

fn inserted(insert: Insert) -> String {
    text(&Statement::Insert(insert))
}

fn updated(update: Update) -> String {
    text(&Statement::Update(update))
}

fn insert(rows: Rows) -> Insert {
    Insert { rows, ..Insert::row(USER, vec![NAME, AGE]) }
}

fn names() -> Select {
    Select::new(&SEATS, vec![Expression::value("x"), Expression::column(&SEATS, 0)])
}

const START: &str = r#"INSERT INTO "users" ("name", "age")"#;

#[test]
fn several_rows() {
    let sum = Expression::binary(BinaryOperator::Add, value(1), value(2));
    let rows = Rows::Values(vec![vec![Expression::value("a"), sum], vec![Expression::value("b"), value(3)]]);
    assert_eq!(inserted(insert(rows)), format!("{START} VALUES (?1, ?2 + ?3), (?4, ?5)"));
    for wrong in [vec![], vec![vec![value(1)]], vec![vec![value(1), value(2)], vec![]]] {
        assert!(
            inserted(insert(Rows::Values(wrong))).starts_with("error: the rows of an insert have a value")
        );
    }
    let nowhere = Insert { rows: Rows::Values(vec![vec![]]), ..Insert::row(USER, vec![]) };
    assert_eq!(inserted(nowhere), "error: an insert of given rows names no columns");
    let of_itself = insert(Rows::Values(vec![vec![column(NAME), value(1)]]));
    assert!(inserted(of_itself).starts_with(r#"error: a column of the table "users" is used where"#));
}

#[test]
fn rows_of_a_select() {
    let select = |select: Select| insert(Rows::Select(Box::new(select)));
    let rows = r#"SELECT ?1, "seats"."row" FROM "seats""#;
    assert_eq!(inserted(select(names())), format!("{START} {rows}"));
    let own = Select::new(USER, vec![column(NAME), column(AGE)]);
    assert_eq!(
        inserted(select(own)),
        format!(r#"{START} SELECT "users"."name", "users"."age" FROM "users""#)
    );
    // The conflict's ON would be a join's.
    let conflict = Some(Conflict::nothing(vec![NAME]));
    let solved = Insert { conflict: conflict.clone(), ..select(names()) };
    assert_eq!(inserted(solved), format!(r#"{START} {rows} WHERE 1 = 1 ON CONFLICT ("name") DO NOTHING"#));
    let compound = Select { compound: vec![(SetOperator::Union, names())], ..names() };
    let solved = Insert { conflict, ..select(compound) };
    let named = r#"SELECT ?1 AS "c1", "seats"."row" AS "c2" FROM "seats""#;
    let second = r#"SELECT ?2, "seats"."row" FROM "seats""#;
    assert_eq!(
        inserted(solved),
        format!(
            r#"{START} SELECT "derived".* FROM ({named} UNION {second}) AS "derived" WHERE 1 = 1 ON CONFLICT ("name") DO NOTHING"#
        )
    );
}

#[test]
fn conflicts() {
    let on = |conflict| inserted(Insert { conflict: Some(conflict), ..insert(Rows::Bound) });
    let start = format!("{START} VALUES (?1, ?2) ON CONFLICT");
    assert_eq!(on(Conflict::nothing(vec![])), format!("{start} DO NOTHING"));
    assert_eq!(
        on(Conflict::update(USER, vec![NAME], &[AGE, VERSION])),
        format!(
            r#"{start} ("name") DO UPDATE SET "age" = excluded."age", "version" = "users"."version" + 1"#
        )
    );
    let older = Expression::binary(BinaryOperator::Add, column(AGE), excluded(AGE));
    let action = ConflictAction::Update {
        assignments: vec![(AGE, older), (NAME, value(8))],
        filter: Some(less(column(BALANCE), excluded(BALANCE))),
    };
    let condition = Some(less(column(AGE), Expression::Literal(5)));
    assert_eq!(
        on(Conflict { condition, action: action.clone(), ..Conflict::nothing(vec![NAME]) }),
        format!(
            r#"{start} ("name") WHERE "age" < 5 DO UPDATE SET "age" = "users"."age" + excluded."age", "name" = ?3 WHERE "users"."balance" COLLATE onggi_decimal < excluded."balance" COLLATE onggi_decimal"#
        )
    );
    assert!(
        on(Conflict { action, ..Conflict::nothing(vec![]) })
            .starts_with("error: a conflict names the columns")
    );
    let nothing = ConflictAction::Update { assignments: vec![], filter: None };
    assert_eq!(
        on(Conflict { action: nothing, ..Conflict::nothing(vec![NAME]) }),
        r#"error: an update of "users" sets nothing"#
    );
    let outside =
        Update { filter: Some(less(excluded(AGE), value(1))), ..Update::new(USER, vec![(AGE, value(1))]) };
    assert_eq!(updated(outside), "error: a column of the new row is used where no conflict is solved");
    let poor = Insert { conflict: Some(Conflict::nothing(vec![])), ..insert(Rows::Bound) };
    assert_eq!(poor_text(&Statement::Insert(poor)), "error: Poor has no ON CONFLICT");
}

#[test]
fn columns_are_qualified_in_conflicts_alone() {
    let statement = Insert {
        conflict: Some(Conflict::update(USER, vec![NAME], &[VERSION])),
        returning: vec![column(ID), Expression::binary(BinaryOperator::Add, column(AGE), value(7))],
        ..insert(Rows::Bound)
    };
    assert_eq!(
        inserted(statement),
        format!(
            r#"{START} VALUES (?1, ?2) ON CONFLICT ("name") DO UPDATE SET "version" = "users"."version" + 1 RETURNING "id", "age" + ?3"#
        )
    );
}

#[test]
fn what_is_given_back() {
    let returning = || vec![column(ID), column(NAME)];
    let update = Update { returning: returning(), ..Update::new(USER, vec![(AGE, value(1))]) };
    assert_eq!(updated(update.clone()), r#"UPDATE "users" SET "age" = ?1 RETURNING "id", "name""#);
    assert_eq!(poor_text(&Statement::Update(update)), "error: Poor has no RETURNING");
    let delete = Delete { returning: returning(), ..Delete::new(USER) };
    assert_eq!(text(&Statement::Delete(delete)), r#"DELETE FROM "users" RETURNING "id", "name""#);
}

#[test]
fn updates_from_other_tables() {
    let seats = Source::of(&SEATS);
    let other = Source { table: &USERS, id: 1 };
    let on = Some(less(Expression::column(other, ID), value(2)));
    let update = Update {
        from: Some(seats.into()),
        joins: vec![Join { kind: JoinKind::Left, source: other.into(), on, nested: 0 }],
        filter: Some(less(column(ID), value(3))),
        returning: vec![column(ID)],
        ..Update::new(
            USER,
            vec![(AGE, Expression::binary(BinaryOperator::Add, Expression::column(seats, 1), value(1)))],
        )
    };
    assert_eq!(
        updated(update.clone()),
        r#"UPDATE "users" SET "age" = "seats"."number" + ?1 FROM "seats" LEFT JOIN "users" AS "users_2" ON "users_2"."id" < ?2 WHERE "users"."id" < ?3 RETURNING "users"."id""#
    );
    let values: Vec<_> = shape::of_update(&update).1.into_iter().cloned().collect();
    assert_eq!(values, [1, 2, 3].map(Value::from));
    assert_eq!(poor_text(&Statement::Update(update.clone())), "error: Poor has no update from other tables");
    let rootless = Update { from: None, ..update };
    assert_eq!(
        updated(rootless),
        r#"error: a column of the table "seats" is used where the statement does not read the table"#
    );
    let rootless = Update {
        joins: vec![Join { kind: JoinKind::Cross, source: other.into(), on: None, nested: 0 }],
        ..Update::new(USER, vec![(AGE, value(1))])
    };
    assert_eq!(updated(rootless), "error: an update joins tables to none that it reads");
    assert_eq!(updated(Update::new(USER, vec![])), r#"error: an update of "users" sets nothing"#);
}
