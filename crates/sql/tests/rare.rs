//! What few databases have: `DISTINCT ON`, locks of rows, and explanations.

mod common;

use common::{AGE, NAME, SEATS, USERS, poor_text, text};
use onggi_sql::{
    Expression, Join, JoinKind, Lock, LockStrength, LockWait, Select, SetOperator, Source, Statement,
    Summary, Value,
};

fn names() -> Select {
    Select::new(&USERS, vec![Expression::column(&USERS, NAME)])
}

fn both(select: &Select) -> [String; 2] {
    let statement = Statement::Select(select.clone());
    [text(&statement), poor_text(&statement)]
}

#[test]
fn distinct_on() {
    let on = vec![Expression::column(&USERS, AGE), Expression::value(1)];
    let select = Select { distinct_on: on, ..names() };
    let [sqlite, poor] = both(&select);
    assert_eq!(sqlite, "error: SQLite has no DISTINCT ON");
    assert_eq!(poor, r#"SELECT DISTINCT ON ("age", $1) "name" FROM "users""#);
    let counted = Select { summary: Some(Summary::Count), ..select.clone() };
    assert_eq!(both(&counted)[1], format!("SELECT count(*) FROM ({poor}) AS counted"));
    let twice = Select { distinct: true, ..select };
    assert_eq!(both(&twice)[1], "error: rows are distinct as a whole or in some expressions, not both");
}

fn locked(lock: Lock) -> Select {
    Select { lock: Some(Box::new(lock)), limit: Some(Value::Integer(1)), ..names() }
}

#[test]
fn locks() {
    let lock = |strength, wait| Lock { strength, of: vec![], wait };
    for (strength, wait, words) in [
        (LockStrength::Update, LockWait::Wait, "FOR UPDATE"),
        (LockStrength::NoKeyUpdate, LockWait::Fail, "FOR NO KEY UPDATE NOWAIT"),
        (LockStrength::Share, LockWait::Skip, "FOR SHARE SKIP LOCKED"),
        (LockStrength::KeyShare, LockWait::Wait, "FOR KEY SHARE"),
    ] {
        let [sqlite, poor] = both(&locked(lock(strength, wait)));
        let strength = words.trim_end_matches(" NOWAIT").trim_end_matches(" SKIP LOCKED");
        assert_eq!(sqlite, format!("error: SQLite has no lock of rows ({strength})"));
        assert_eq!(poor, format!(r#"SELECT "name" FROM "users" LIMIT $1 {words}"#));
    }
    let mut compound = locked(lock(LockStrength::Update, LockWait::Wait));
    compound.compound = vec![(SetOperator::Union, names())];
    assert_eq!(both(&compound)[1], "error: the rows of a compound select are not locked");
}

#[test]
fn locks_of_some_sources() {
    let (one, two) = (Source { table: &USERS, id: 1 }, Source { table: &USERS, id: 2 });
    let join = Join { kind: JoinKind::Cross, source: two.into(), on: None, nested: 0 };
    let lock = |of| Some(Box::new(Lock { strength: LockStrength::Update, of, wait: LockWait::Wait }));
    let select = Select {
        joins: vec![join],
        lock: lock(vec![two, one]),
        ..Select::new(one, vec![Expression::column(one, NAME)])
    };
    assert_eq!(
        both(&select)[1],
        r#"SELECT "users"."name" FROM "users" CROSS JOIN "users" AS "users_2" FOR UPDATE OF "users_2", "users""#
    );
    let stranger = Select { lock: lock(vec![Source::of(&SEATS)]), ..select };
    assert!(both(&stranger)[1].starts_with(r#"error: a column of the table "seats""#));
}

#[test]
fn explanations() {
    let explain = |statement| Statement::Explain(Box::new(statement));
    let statement = explain(Statement::Select(names()));
    assert_eq!(text(&statement), r#"EXPLAIN QUERY PLAN SELECT "name" FROM "users""#);
    assert_eq!(poor_text(&statement), "error: Poor has no explanation of a statement");
    assert_eq!(text(&explain(statement)), "error: an explanation is not explained");
}
