//! Jars in boxes, to run statements on.

#![allow(dead_code, reason = "each test uses some of it")]

use onggi_driver::{Connection, Error, Pool, Pooled, Result, Value};
use onggi_sql::{BinaryOperator, Column, Expression, Select, Statement, Table, Type, shape};

static JAR_COLUMNS: [Column; 4] = [
    Column::new("id", Type::BIGINT).generated(),
    Column::new("label", Type::Text),
    Column::new("box_id", Type::BIGINT).with_nullable(true),
    Column::new("weight", Type::BIGINT),
];
/// Id, label, box or none, weight.
pub static JARS: Table = Table::new("jars", &JAR_COLUMNS, &[0]);

static BOX_COLUMNS: [Column; 2] =
    [Column::new("id", Type::BIGINT).generated(), Column::new("place", Type::Text)];
/// Id, place.
pub static BOXES: Table = Table::new("boxes", &BOX_COLUMNS, &[0]);

/// Three jars, two of them in the first of two boxes.
pub fn open() -> Result<Pooled> {
    let mut connection = Pool::open("sqlite::memory:")?.connect()?;
    for statement in [
        "CREATE TABLE boxes (id INTEGER PRIMARY KEY, place TEXT NOT NULL)",
        "CREATE TABLE jars (id INTEGER PRIMARY KEY, label TEXT NOT NULL, box_id INTEGER, weight INTEGER NOT NULL)",
        "INSERT INTO boxes VALUES (1, 'cellar'), (2, 'roof')",
        "INSERT INTO jars VALUES (1, 'kimchi', 1, 10), (2, 'radish', 1, 20), (3, 'garlic', NULL, 30)",
    ] {
        connection.run(statement)?;
    }
    Ok(connection)
}

pub fn equal(left: Expression, right: Expression) -> Expression {
    Expression::binary(BinaryOperator::Equal, left, right)
}

/// All rows of a statement, as the database has them.
pub fn rows(connection: &mut Connection, statement: &Statement) -> Result<Vec<Vec<Value>>> {
    let (shape, values) = shape::of(statement);
    connection.with(
        &shape,
        || statement.clone(),
        |prepared| {
            let columns = prepared.columns().len();
            let mut rows =
                prepared.query::<Error>(|to| values.iter().try_for_each(|value| to.bind(value.as_ref())))?;
            let mut all = Vec::new();
            while let Some(row) = rows.next_row()? {
                let row = (0..columns).map(|column| Ok(row.raw(column)?.to_owned()));
                all.push(row.collect::<Result<_>>()?);
            }
            Ok(all)
        },
    )
}

/// The first value of a select's first row.
pub fn one(connection: &mut Connection, select: Select, ty: Type) -> Result<Value> {
    let statement = Statement::Select(select);
    let (shape, values) = shape::of(&statement);
    connection.with(
        &shape,
        || statement.clone(),
        |prepared| {
            let mut rows =
                prepared.query::<Error>(|to| values.iter().try_for_each(|value| to.bind(value.as_ref())))?;
            match rows.next_row()? {
                Some(row) => Ok(row.value(0, ty)?.to_owned()),
                None => Ok(Value::Null),
            }
        },
    )
}

/// The rows of a select whose columns are all whole numbers.
pub fn integers<const N: usize>(
    connection: &mut Connection,
    select: Select,
) -> Result<Vec<[Option<i64>; N]>> {
    let statement = Statement::Select(select);
    let (shape, values) = shape::of(&statement);
    connection.with(
        &shape,
        || statement.clone(),
        |prepared| {
            let mut rows =
                prepared.query::<Error>(|to| values.iter().try_for_each(|value| to.bind(value.as_ref())))?;
            let mut all = Vec::new();
            while let Some(row) = rows.next_row()? {
                let mut numbers = [None; N];
                for (column, number) in numbers.iter_mut().enumerate() {
                    *number = match row.value(column, Type::BIGINT)?.to_owned() {
                        Value::Integer(value) => Some(value),
                        _ => None,
                    };
                }
                all.push(numbers);
            }
            Ok(all)
        },
    )
}
