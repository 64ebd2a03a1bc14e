//! Values bound and read: what SQLite stores for each, what comes back, and what is refused.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use onggi_driver::{Bind, Connection, Error, Pool, Pooled, Result, Type, Value, ValueRef};

fn open() -> Pooled {
    Pool::open("sqlite::memory:").unwrap().connect().unwrap()
}

/// The first column of the first row, read as a type.
fn read(connection: &mut Connection, statement: &str, values: &[ValueRef<'_>], ty: Type) -> Result<Value> {
    connection.with_text(statement, |prepared| {
        let mut rows = prepared.query::<Error>(|to| values.iter().try_for_each(|&value| to.bind(value)))?;
        let row = rows.next_row()?.unwrap();
        Ok(row.value(0, ty)?.to_owned())
    })
}

/// What a value is stored as, and what it is when it is read as its type.
fn there_and_back(value: ValueRef<'_>, ty: Type) -> Result<(Value, Value)> {
    let mut connection = open();
    let class = read(&mut connection, "SELECT typeof(?1)", &[value], Type::Text)?;
    Ok((class, read(&mut connection, "SELECT ?1", &[value], ty)?))
}

const SMALL: Type = Type::Integer { bits: 16, signed: true };

#[test]
fn values_come_back_as_they_were() -> Result<()> {
    let text = "김치 \u{1f952} 'quoted' \0 end";
    for (value, ty, class) in [
        (ValueRef::Null, Type::Text, "null"),
        (ValueRef::Null, Type::BIGINT, "null"),
        (ValueRef::Boolean(true), Type::Boolean, "integer"),
        (ValueRef::Boolean(false), Type::Boolean, "integer"),
        (ValueRef::Integer(i64::MIN), Type::BIGINT, "integer"),
        (ValueRef::Integer(i64::MAX), Type::BIGINT, "integer"),
        (ValueRef::Integer(-7), SMALL, "integer"),
        (ValueRef::Real(0.1), Type::Double, "real"),
        (ValueRef::Real(-0.0), Type::Double, "real"),
        (ValueRef::Real(f64::MAX), Type::Double, "real"),
        (ValueRef::Real(f64::INFINITY), Type::Double, "real"),
        (ValueRef::Real(5e-324), Type::Double, "real"),
        (ValueRef::Real(0.5), Type::Real, "real"),
        (ValueRef::Text(""), Type::Text, "text"),
        (ValueRef::Text(text), Type::Text, "text"),
        (ValueRef::Text("[1]"), Type::Json, "text"),
        (ValueRef::Blob(&[]), Type::Blob, "blob"),
        (ValueRef::Blob(&[0, 255, 10]), Type::Blob, "blob"),
    ] {
        let (stored, back) = there_and_back(value, ty)?;
        assert_eq!((stored, back), (Value::from(class), value.to_owned()), "{value:?} as {ty:?}");
    }
    Ok(())
}

#[test]
fn numbers_that_sqlite_keeps_differently_are_read_where_nothing_is_lost() -> Result<()> {
    let mut connection = open();
    assert_eq!(read(&mut connection, "SELECT 3", &[], Type::Double)?, Value::Real(3.0));
    assert_eq!(
        read(&mut connection, "SELECT -9007199254740992", &[], Type::Double)?,
        Value::Real(-9007199254740992.0)
    );
    assert!(read(&mut connection, "SELECT 9007199254740993", &[], Type::Double).is_err());
    Ok(())
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let mut connection = open();
    for (value, words) in [
        (ValueRef::Unsigned(u64::MAX), "18446744073709551615 is more than SQLite's integers hold"),
        (ValueRef::Real(f64::NAN), "NaN cannot be stored"),
    ] {
        let error = read(&mut connection, "SELECT ?1", &[value], Type::BIGINT).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn what_is_not_of_the_type_is_told_with_what_it_is() {
    let mut connection = open();
    for (stored, ty, message) in [
        ("2", Type::Boolean, "expected a boolean (0 or 1), found the integer 2"),
        ("'yes'", Type::Boolean, "expected a boolean (0 or 1), found text"),
        ("1.5", Type::BIGINT, "expected an integer, found the real number 1.5"),
        ("'7'", Type::BIGINT, "expected an integer, found text"),
        ("x'00ff'", Type::BIGINT, "expected an integer, found a blob of 2 bytes"),
        ("7", Type::Text, "expected text, found the integer 7"),
        ("7", Type::Blob, "expected a blob, found the integer 7"),
        ("'x'", Type::Double, "expected a real number, found text"),
        ("CAST(x'66ff' AS TEXT)", Type::Text, "the text is not UTF-8 from byte 1 on"),
    ] {
        let error = read(&mut connection, &format!("SELECT {stored}"), &[], ty).unwrap_err();
        assert_eq!(error.to_string(), message, "{stored} as {ty:?}");
    }
}

#[test]
fn a_row_gives_what_is_stored_whatever_its_type_and_no_column_more() -> Result<()> {
    let mut connection = open();
    let text = "SELECT 1 AS one, 2.5, 'three' AS \"a column\", x'04', NULL";
    connection.with_text(text, |prepared| {
        assert_eq!(prepared.columns(), ["one", "2.5", "a column", "x'04'", "NULL"]);
        assert_eq!(prepared.parameters(), 0);
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        let row = rows.next_row()?.unwrap();
        let values: Vec<Value> = (0..5).map(|column| row.raw(column).unwrap().to_owned()).collect();
        let expected =
            [Value::Integer(1), Value::Real(2.5), Value::from("three"), Value::Blob(vec![4]), Value::Null];
        assert_eq!(values, expected);
        assert!(row.raw(5).is_err());
        assert!(row.value(5, Type::BIGINT).is_err());
        assert!(rows.next_row()?.is_none());
        Ok::<(), Error>(())
    })
}

#[test]
fn a_list_is_one_parameter_however_long() -> Result<()> {
    let mut connection = open();
    connection.run("CREATE TABLE jars (id INTEGER PRIMARY KEY, label TEXT)")?;
    connection.run("INSERT INTO jars VALUES (1, 'a'), (2, 'b'), (3, NULL)")?;
    for (values, statement, expected) in [
        (vec![], "SELECT count(*) FROM jars WHERE id IN rarray(?1)", 0),
        (
            vec![Value::Integer(1), Value::Integer(3), Value::Integer(9)],
            "SELECT count(*) FROM jars WHERE id IN rarray(?1)",
            2,
        ),
        (
            vec![Value::from("a"), Value::from("b"), Value::Null],
            "SELECT count(*) FROM jars WHERE label IN rarray(?1)",
            2,
        ),
        ((0..5000).map(Value::Integer).collect(), "SELECT count(*) FROM jars WHERE id IN rarray(?1)", 3),
    ] {
        let found = read(&mut connection, statement, &[ValueRef::List(&values)], Type::BIGINT)?;
        assert_eq!(found, Value::Integer(expected), "{} values", values.len());
    }
    Ok(())
}

#[test]
fn an_insert_gives_its_key_and_an_update_the_number_of_its_rows() -> Result<()> {
    let mut connection = open();
    connection.run("CREATE TABLE jars (id INTEGER PRIMARY KEY, label TEXT)")?;
    let insert = |to: &mut dyn Bind| to.bind(ValueRef::Text("kimchi"));
    let keys = connection.with_text("INSERT INTO jars (label) VALUES (?1)", |prepared| {
        assert_eq!(prepared.parameters(), 1);
        Ok::<_, Error>([prepared.insert(insert)?, prepared.insert(insert)?, prepared.insert(insert)?])
    })?;
    assert_eq!(keys, [1, 2, 3]);
    let changed = connection
        .with_text("UPDATE jars SET label = ?1 WHERE id > 1", |prepared| prepared.execute::<Error>(insert))?;
    assert_eq!(changed, 2);
    assert_eq!(
        connection
            .with_text("DELETE FROM jars WHERE id > 9", |prepared| prepared.execute::<Error>(|_| Ok(())))?,
        0
    );
    Ok(())
}

#[test]
fn parameters_are_bound_anew_for_each_run() -> Result<()> {
    let mut connection = open();
    let read = connection.with_text("SELECT ?1, ?2", |prepared| {
        let mut found = Vec::new();
        for number in 0..3 {
            let mut rows = prepared.query::<Error>(|to| {
                to.bind(ValueRef::Integer(number))?;
                to.bind(ValueRef::Text("x"))
            })?;
            let row = rows.next_row()?.unwrap();
            found.push((row.raw(0)?.to_owned(), row.raw(1)?.to_owned()));
        }
        Ok::<_, Error>(found)
    })?;
    assert_eq!(read, [0, 1, 2].map(|number| (Value::Integer(number), Value::from("x"))));
    Ok(())
}

#[cfg(all(feature = "chrono", feature = "decimal", feature = "uuid"))]
mod typed {
    use super::*;

    fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }

    #[test]
    fn dates_uuids_and_decimals_are_text_that_comes_back() -> Result<()> {
        for (value, ty, text) in [
            (ValueRef::Date(parsed("2024-01-31")), Type::Date, "2024-01-31"),
            (ValueRef::Date(parsed("0000-01-01")), Type::Date, "0000-01-01"),
            (ValueRef::Time(parsed("12:34:56")), Type::Time, "12:34:56"),
            (ValueRef::Time(parsed("12:34:56.000001")), Type::Time, "12:34:56.000001"),
            (ValueRef::DateTime(parsed("2024-01-31T12:34:56")), Type::DateTime, "2024-01-31 12:34:56"),
            (ValueRef::DateTime(parsed("2024-01-31T12:34:56.5")), Type::DateTime, "2024-01-31 12:34:56.500"),
            (
                ValueRef::Timestamp(parsed("2024-01-31T12:34:56Z")),
                Type::Timestamp,
                "2024-01-31 12:34:56+00:00",
            ),
            (
                ValueRef::Uuid(parsed("67E55044-10B1-426F-9247-BB680E5FE0C8")),
                Type::Uuid,
                "67e55044-10b1-426f-9247-bb680e5fe0c8",
            ),
            (ValueRef::Decimal(parsed("-0.10")), Type::Decimal, "-0.10"),
            (ValueRef::Decimal(rust_decimal::Decimal::MAX), Type::Decimal, "79228162514264337593543950335"),
        ] {
            let mut connection = open();
            assert_eq!(read(&mut connection, "SELECT ?1", &[value], Type::Text)?, Value::from(text));
            assert_eq!(read(&mut connection, "SELECT ?1", &[value], ty)?, value.to_owned());
        }
        Ok(())
    }

    #[test]
    fn years_that_do_not_sort_as_text_are_refused() {
        let mut connection = open();
        for date in ["-0001-12-31", "+10000-01-01"] {
            let date = ValueRef::Date(parsed(date));
            let error = read(&mut connection, "SELECT ?1", &[date], Type::Date).unwrap_err();
            assert!(error.to_string().contains("years are 0 to 9999"), "{error}");
        }
    }

    #[test]
    fn text_that_is_none_of_them_is_quoted_with_what_it_should_be() {
        let mut connection = open();
        for (text, ty, expected) in [
            ("2024-02-30", Type::Date, "a date like 2024-01-31"),
            ("noon", Type::Time, "a time like 12:34:56"),
            ("2024-01-31", Type::DateTime, "a date and time like 2024-01-31 12:34:56"),
            ("today", Type::Timestamp, "a moment like 2024-01-31 12:34:56+00:00"),
            ("67e55044", Type::Uuid, "a UUID"),
            ("1,5", Type::Decimal, "a decimal number of at most 28 digits"),
        ] {
            let error = read(&mut connection, "SELECT ?1", &[ValueRef::Text(text)], ty).unwrap_err();
            assert_eq!(error.to_string(), format!("expected {expected}, found the text {text:?}"));
        }
    }
}
