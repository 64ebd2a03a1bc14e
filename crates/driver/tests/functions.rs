//! Functions of the program's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use onggi_driver::{Connection, Error, Function, Pool, Pooled, Result, Value, ValueRef};

fn connect(function: Function) -> Result<Pooled> {
    Pool::open_with("sqlite::memory:", [function])?.connect()
}

/// The first value of a statement.
fn value(connection: &mut Connection, text: &str) -> Result<Value> {
    connection.with_text(text, |prepared| {
        let mut rows = prepared.query(|_| Ok::<(), Error>(()))?;
        let row = rows.next_row()?.expect("a row");
        Ok(row.raw(0)?.to_owned())
    })
}

#[test]
fn arguments_and_results_are_values_of_each_kind() -> Result<()> {
    let mut connection = connect(Function::new("same", 1, |arguments| Ok(arguments[0].to_owned())))?;
    for (text, expected) in [
        ("NULL", Value::Null),
        ("-7", Value::Integer(-7)),
        ("2.5", Value::Real(2.5)),
        ("'héllo'", Value::from("héllo")),
        ("x'00ff'", Value::Blob(vec![0, 255])),
    ] {
        assert_eq!(value(&mut connection, &format!("SELECT same({text})"))?, expected);
    }
    let mut connection = connect(Function::new("yes", 0, |_| Ok(Value::Boolean(true))))?;
    assert_eq!(value(&mut connection, "SELECT yes()")?, Value::Integer(1));
    Ok(())
}

#[test]
fn errors_name_the_function() -> Result<()> {
    let mut connection = connect(Function::new("refuse", 1, |_| Err(Error::value("never"))))?;
    let error = value(&mut connection, "SELECT refuse(1)").unwrap_err();
    assert!(error.to_string().contains("refuse: never"), "{error}");
    let error = value(&mut connection, "SELECT refuse(CAST(x'ff' AS TEXT))").unwrap_err();
    assert!(error.to_string().contains("refuse: the text is not UTF-8"), "{error}");
    let mut connection = connect(Function::new("nan", 0, |_| Ok(Value::Real(f64::NAN))))?;
    let error = value(&mut connection, "SELECT nan()").unwrap_err();
    assert!(error.to_string().contains("nan: NaN"), "{error}");
    Ok(())
}

#[test]
fn a_panic_of_a_function_is_an_error_of_the_statement() -> Result<()> {
    let mut connection = connect(Function::new("fall", 0, |_| panic!("fallen")))?;
    assert!(value(&mut connection, "SELECT fall()").is_err());
    assert_eq!(value(&mut connection, "SELECT 1")?, Value::Integer(1));
    Ok(())
}

#[test]
fn every_connection_of_a_pool_knows_it_and_indexes_keep_what_it_gives() -> Result<()> {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let length = Function::new("length_of", 1, move |arguments| {
        counted.fetch_add(1, Ordering::Relaxed);
        match arguments {
            [ValueRef::Text(text)] => Ok(Value::Integer(text.len().try_into().unwrap_or(0))),
            _ => Ok(Value::Null),
        }
    });
    let pool = Pool::open_with("sqlite::memory:", [length])?;
    let mut first = pool.connect()?;
    first.run("CREATE TABLE jars (label TEXT)")?;
    first.run("CREATE INDEX by_length ON jars (length_of(label))")?;
    first.run("CREATE VIEW lengths AS SELECT length_of(label) AS length FROM jars")?;
    first.run("INSERT INTO jars VALUES ('kimchi'), ('doenjang')")?;
    let indexed = calls.swap(0, Ordering::Relaxed);
    let mut second = pool.connect()?;
    let label = value(&mut second, "SELECT label FROM jars WHERE length_of(label) = 8")?;
    assert_eq!(label, Value::from("doenjang"));
    assert_eq!((indexed, calls.load(Ordering::Relaxed)), (2, 0));
    assert_eq!(value(&mut second, "SELECT max(length) FROM lengths")?, Value::Integer(8));
    Ok(())
}
