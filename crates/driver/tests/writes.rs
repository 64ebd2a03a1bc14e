//! Statements that write, as SQLite takes them: rows of selects, conflicts, updates from joins, what is given back.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

mod jars;

use jars::{BOXES, JARS, equal, open, rows};
use onggi_driver::{Result, Value};
use onggi_sql::{
    BinaryOperator, Conflict, ConflictAction, Delete, Expression, Insert, Join, JoinKind, Rows, Select,
    SetOperator, Source, Statement, Update,
};

const JAR: Source = Source::of(&JARS);
const BOX: Source = Source::of(&BOXES);

fn jar(column: usize) -> Expression {
    Expression::column(JAR, column)
}

fn place(column: usize) -> Expression {
    Expression::column(BOX, column)
}

fn binary(operator: BinaryOperator, left: Expression, right: Expression) -> Expression {
    Expression::binary(operator, left, right)
}

fn integers(numbers: &[i64]) -> Vec<Value> {
    numbers.iter().copied().map(Value::Integer).collect()
}

#[test]
fn rows_are_inserted_and_given_back() -> Result<()> {
    let mut connection = open()?;
    let row = |label: &str, weight: i64| vec![Expression::value(label), Expression::value(weight)];
    let several = Insert {
        rows: Rows::Values(vec![row("bean", 1), row("leek", 2)]),
        returning: vec![jar(0), binary(BinaryOperator::Add, jar(3), Expression::value(5))],
        ..Insert::row(JAR, vec![1, 3])
    };
    let given = rows(&mut connection, &Statement::Insert(several))?;
    assert_eq!(given, [integers(&[4, 6]), integers(&[5, 7])]);
    let copies = Select {
        filter: Some(binary(BinaryOperator::Greater, jar(3), Expression::value(15))),
        ..Select::new(JAR, vec![jar(1), jar(3)])
    };
    let copied = |select| Insert {
        rows: Rows::Select(Box::new(select)),
        returning: vec![jar(0)],
        ..Insert::row(JAR, vec![1, 3])
    };
    let given = rows(&mut connection, &Statement::Insert(copied(copies.clone())))?;
    assert_eq!(given, [integers(&[6]), integers(&[7])]);
    // Where a conflict may follow, a select is written differently.
    let lone = Select { filter: None, ..copies.clone() };
    let both = Select { compound: vec![(SetOperator::UnionAll, copies.clone())], ..copies };
    for (select, count) in [(lone, 7), (both, 16)] {
        let insert = Insert { conflict: Some(Conflict::nothing(vec![])), ..copied(select) };
        assert_eq!(rows(&mut connection, &Statement::Insert(insert))?.len(), count);
    }
    Ok(())
}

#[test]
fn conflicts_are_solved() -> Result<()> {
    let mut connection = open()?;
    connection.run("CREATE UNIQUE INDEX in_box ON jars (label) WHERE box_id = 1")?;
    let row = |id: i64, weight: i64| {
        let values = [
            Expression::value(id),
            Expression::value("kimchi"),
            Expression::value(1),
            Expression::value(weight),
        ];
        Insert {
            rows: Rows::Values(vec![values.into()]),
            returning: vec![jar(0), jar(3)],
            ..Insert::row(JAR, vec![0, 1, 2, 3])
        }
    };
    let mut run = |id, weight, conflict| {
        let insert = Insert { conflict: Some(conflict), ..row(id, weight) };
        rows(&mut connection, &Statement::Insert(insert))
    };
    assert_eq!(run(1, 99, Conflict::nothing(vec![]))?, Vec::<Vec<Value>>::new());
    assert_eq!(run(1, 11, Conflict::update(JAR, vec![0], &[3]))?, [integers(&[1, 11])]);
    let heavier = |condition| Conflict {
        condition,
        action: ConflictAction::Update {
            assignments: vec![(3, binary(BinaryOperator::Add, jar(3), Expression::Excluded(JAR, 3)))],
            filter: Some(binary(BinaryOperator::Less, jar(3), Expression::Excluded(JAR, 3))),
        },
        ..Conflict::nothing(vec![0])
    };
    assert_eq!(run(1, 20, heavier(None))?, [integers(&[1, 31])]);
    assert_eq!(run(1, 20, heavier(None))?, Vec::<Vec<Value>>::new(), "lighter than what is there");
    let of_index = Some(equal(jar(2), Expression::Literal(1)));
    let partial = Conflict { target: vec![1], ..heavier(of_index) };
    assert_eq!(run(50, 40, partial)?, [integers(&[1, 71])]);
    Ok(())
}

#[test]
fn updates_read_other_tables() -> Result<()> {
    let mut connection = open()?;
    let other = Source { table: &JARS, id: 1 };
    let update = Update {
        from: Some(BOX.into()),
        joins: vec![Join {
            kind: JoinKind::Inner,
            source: other.into(),
            on: Some(binary(BinaryOperator::Greater, Expression::column(other, 0), Expression::value(2))),
            nested: 0,
        }],
        filter: Some(equal(jar(2), place(0))),
        returning: vec![jar(0), jar(3)],
        ..Update::new(JAR, vec![(3, binary(BinaryOperator::Add, jar(3), Expression::column(other, 3)))])
    };
    let given = rows(&mut connection, &Statement::Update(update))?;
    assert_eq!(given, [integers(&[1, 40]), integers(&[2, 50])]);
    let empty = Select { filter: Some(equal(jar(2), place(0))), ..Select::new(JAR, vec![jar(0)]) };
    let delete = Delete {
        filter: Some(Expression::unary(onggi_sql::UnaryOperator::Not, Expression::exists(empty))),
        returning: vec![place(0)],
        ..Delete::new(BOX)
    };
    assert_eq!(rows(&mut connection, &Statement::Delete(delete))?, [integers(&[2])]);
    Ok(())
}
