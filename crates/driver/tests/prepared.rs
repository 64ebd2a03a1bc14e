//! Statements are compiled and prepared once per shape and connection, and there may be more of them than are kept.

use onggi_driver::{Connection, Error, Pool, Result, Type, ValueRef};
use onggi_sql::{BinaryOperator, Delete, Expression, Select, Statement, Table, shape};

static COLUMNS: [onggi_sql::Column; 1] = [onggi_sql::Column::new("id", Type::BIGINT)];
static JARS: Table = Table::new("jars", &COLUMNS, &[0]);

fn open() -> Result<onggi_driver::Pooled> {
    let mut connection = Pool::open("sqlite::memory:")?.connect()?;
    connection.run("CREATE TABLE jars (id INTEGER PRIMARY KEY)")?;
    Ok(connection)
}

fn delete(condition: Expression) -> Statement {
    Statement::Delete(Delete { filter: Some(condition), ..Delete::new(&JARS) })
}

fn execute(
    connection: &mut Connection,
    statement: &Statement,
    build: impl FnOnce() -> Statement,
) -> Result<u64> {
    let (shape, values) = shape::of(statement);
    connection.with(&shape, build, |prepared| {
        prepared.execute::<Error>(|to| values.iter().try_for_each(|value| to.bind(value.as_ref())))
    })
}

#[test]
fn a_shape_is_built_once() -> Result<()> {
    let mut connection = open()?;
    connection.run("INSERT INTO jars VALUES (1), (2)")?;
    let key = |key: i64| {
        delete(Expression::binary(
            BinaryOperator::Equal,
            Expression::column(&JARS, 0),
            Expression::value(key),
        ))
    };
    assert_eq!(execute(&mut connection, &key(1), || key(1))?, 1);
    assert_eq!(execute(&mut connection, &key(2), || panic!("built a second time"))?, 1);
    Ok(())
}

#[test]
fn more_statements_than_are_kept_go_on() -> Result<()> {
    let mut connection = open()?;
    for number in 0..1_000 {
        let statement = delete(Expression::Literal(number));
        execute(&mut connection, &statement, || statement.clone())?;
    }
    Ok(())
}

#[test]
fn a_prepared_statement_sees_a_changed_table() -> Result<()> {
    let mut connection = open()?;
    let all = Statement::Select(Select::all(&JARS));
    for change in ["INSERT INTO jars VALUES (5)", "ALTER TABLE jars ADD COLUMN label TEXT"] {
        connection.run(change)?;
        let (shape, _) = shape::of(&all);
        let key = connection.with(
            &shape,
            || all.clone(),
            |prepared| match prepared.query::<Error>(|_| Ok(()))?.next_row()? {
                Some(row) => row.value(0, Type::BIGINT).map(ValueRef::to_owned),
                None => Err(Error::value("no row")),
            },
        )?;
        assert_eq!(key, onggi_driver::Value::Integer(5), "after {change}");
    }
    Ok(())
}
