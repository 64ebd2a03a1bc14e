//! What comes from columns of MariaDB's and MySQL's types, to the ends of what they hold.

#![cfg(all(feature = "mysql", feature = "chrono", feature = "decimal", feature = "uuid"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use chrono::{DateTime, NaiveDate, NaiveTime};
use database::Database;
use onggi_driver::{Connection, Error, Pooled, Result, Type, Value, ValueRef};

#[path = "server/database.rs"]
mod database;
mod server;

/// A connection to a database of its own, which keeps whatever dates it is given.
fn connect() -> Option<(Database, Pooled)> {
    let database = Database::open()?;
    let mut connection = database.pool("").connect().unwrap();
    connection.run("SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ALLOW_INVALID_DATES'").unwrap();
    connection.run("SET SESSION time_zone = '+00:00'").unwrap();
    Some((database, connection))
}

/// What comes from a column of a type that has a value of SQL, as it is kept and as it is wanted.
fn read(connection: &mut Connection, column: &str, value: &str, ty: Type) -> (Result<Value>, Result<Value>) {
    connection.run("DROP TABLE IF EXISTS jars").unwrap();
    connection
        .run(&format!("CREATE TABLE jars (before_it TINYINT, it {column}, behind_it TINYINT)"))
        .unwrap();
    connection.run(&format!("INSERT INTO jars VALUES (7, {value}, 8)")).unwrap();
    let read = connection.with_text("SELECT * FROM jars", |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        let row = rows.next_row()?.unwrap();
        assert_eq!([row.raw(0)?, row.raw(2)?], [7, 8].map(ValueRef::Integer), "{column}");
        let read = (row.raw(1).map(ValueRef::to_owned), row.value(1, ty).map(ValueRef::to_owned));
        assert!(rows.next_row()?.is_none());
        Ok::<_, Error>(read)
    });
    read.unwrap()
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn blob(value: &[u8]) -> Value {
    Value::Blob(value.into())
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[test]
fn values_of_all_types_come_here_to_their_ends() {
    let Some((_database, mut connection)) = connect() else { return };
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap();
    let late = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap();
    let decimal = |text: &str| Value::Decimal(text.parse().unwrap());
    for (column, value, ty, wanted) in [
        ("TINYINT", "-128", Type::BIGINT, Value::Integer(-128)),
        ("TINYINT UNSIGNED", "255", Type::BIGINT, Value::Integer(255)),
        ("SMALLINT", "-32768", Type::BIGINT, Value::Integer(-32768)),
        ("SMALLINT UNSIGNED ZEROFILL", "7", Type::BIGINT, Value::Integer(7)),
        ("MEDIUMINT", "-8388608", Type::BIGINT, Value::Integer(-8_388_608)),
        ("MEDIUMINT", "8388607", Type::BIGINT, Value::Integer(8_388_607)),
        ("MEDIUMINT UNSIGNED", "16777215", Type::BIGINT, Value::Integer(16_777_215)),
        ("INT UNSIGNED", "4294967295", Type::BIGINT, Value::Integer(4_294_967_295)),
        ("BIGINT UNSIGNED", "9223372036854775807", Type::BIGINT, Value::Integer(i64::MAX)),
        ("BIGINT UNSIGNED", "9223372036854775808", Type::BIGINT, Value::Unsigned(1 << 63)),
        ("BIGINT UNSIGNED", "18446744073709551615", Type::BIGINT, Value::Unsigned(u64::MAX)),
        ("YEAR", "2155", Type::BIGINT, Value::Integer(2155)),
        ("YEAR", "'0000'", Type::BIGINT, Value::Integer(0)),
        ("FLOAT", "0.1", Type::Real, Value::Real(0.1_f32.into())),
        ("FLOAT", "-3.4e38", Type::Real, Value::Real((-3.4e38_f32).into())),
        ("DOUBLE", "1.7976931348623157e308", Type::Double, Value::Real(f64::MAX)),
        ("DOUBLE", "-0.0e0", Type::Double, Value::Real(0.0)),
        ("DECIMAL(65, 30)", "-0.000000000000000000000000000", Type::Decimal, decimal("0")),
        ("DECIMAL(65, 30)", "123456789.0123456789", Type::Decimal, decimal("123456789.0123456789")),
        ("DECIMAL(5, 5)", "-0.00001", Type::Decimal, decimal("-0.00001")),
        ("DECIMAL(10, 0)", "100", Type::Decimal, decimal("100")),
        ("BIT(1)", "1", Type::Blob, blob(&[1])),
        ("BIT(9)", "b'100000010'", Type::Blob, blob(&[1, 2])),
        ("BIT(64)", "b'1'", Type::Blob, blob(&[0, 0, 0, 0, 0, 0, 0, 1])),
        ("CHAR(3)", "'a'", Type::Text, text("a")),
        ("CHAR(0)", "''", Type::Text, text("")),
        ("VARCHAR(9) CHARACTER SET latin1", "'söy'", Type::Text, text("söy")),
        ("VARCHAR(9) CHARACTER SET utf16", "'김치'", Type::Text, text("김치")),
        ("TINYTEXT", "REPEAT('x', 251)", Type::Text, text(&"x".repeat(251))),
        ("TEXT", "REPEAT('x', 65535)", Type::Text, text(&"x".repeat(65_535))),
        ("MEDIUMTEXT", "REPEAT('x', 65536)", Type::Text, text(&"x".repeat(65_536))),
        ("BINARY(3)", "'a'", Type::Blob, blob(b"a\0\0")),
        ("TINYBLOB", "X'00FF'", Type::Blob, blob(&[0, 255])),
        ("ENUM('sweet', 'söur')", "'söur'", Type::Text, text("söur")),
        ("ENUM('sweet', '')", "''", Type::Text, text("")),
        ("SET('sweet', 'sour', 'hot')", "'hot,sweet'", Type::Text, text("sweet,hot")),
        ("SET('sweet')", "''", Type::Text, text("")),
        ("DATE", "'0001-01-01'", Type::Date, Value::Date(day(1, 1, 1))),
        ("DATE", "'9999-12-31'", Type::Date, Value::Date(day(9999, 12, 31))),
        ("DATETIME", "'2024-02-29'", Type::DateTime, Value::DateTime(day(2024, 2, 29).into())),
        ("DATETIME", "'2024-02-29 12:00'", Type::DateTime, Value::DateTime(day(2024, 2, 29).and_time(noon))),
        (
            "DATETIME(6)",
            "'9999-12-31 23:59:59.999999'",
            Type::DateTime,
            Value::DateTime(day(9999, 12, 31).and_time(late)),
        ),
        (
            "TIMESTAMP NULL",
            "'1970-01-01 00:00:01'",
            Type::Timestamp,
            Value::Timestamp(DateTime::from_timestamp(1, 0).unwrap()),
        ),
        ("TIME", "'00:00:00'", Type::Time, Value::Time(NaiveTime::MIN)),
        ("TIME", "'12:00'", Type::Time, Value::Time(noon)),
        ("TIME(6)", "'23:59:59.999999'", Type::Time, Value::Time(late)),
    ] {
        let (kept, wanted_so) = read(&mut connection, column, value, ty);
        assert_eq!(wanted_so.unwrap(), wanted, "{column} {value}");
        assert_eq!(kept.unwrap(), wanted, "{column} {value}");
        let (kept, wanted_so) = read(&mut connection, column, "NULL", ty);
        assert_eq!([kept.unwrap(), wanted_so.unwrap()], [Value::Null, Value::Null], "{column}");
    }
}

#[test]
fn what_is_not_of_the_type_wanted_is_told_as_what_it_is() {
    let Some((_database, mut connection)) = connect() else { return };
    let no_day = "a date that is none";
    let no_time = "a span of time that is no time of day";
    for (column, value, ty, words) in [
        ("DATE", "'0000-00-00'", Type::Date, no_day),
        ("DATE", "'2024-00-00'", Type::Date, no_day),
        ("DATE", "'2024-02-00'", Type::Date, no_day),
        ("DATE", "'2024-02-31'", Type::Date, no_day),
        ("DATETIME", "'0000-00-00 00:00:00'", Type::DateTime, no_day),
        ("DATETIME(6)", "'2024-00-01 00:00:00.5'", Type::DateTime, no_day),
        ("TIMESTAMP NULL", "'0000-00-00 00:00:00'", Type::Timestamp, no_day),
        ("TIME", "'24:00:00'", Type::Time, no_time),
        ("TIME", "'838:59:59'", Type::Time, no_time),
        ("TIME(6)", "'-00:00:00.000001'", Type::Time, no_time),
        ("DECIMAL(65, 30)", "99999999999999999999999999999999999.5", Type::Decimal, "found the number 999"),
        ("POINT", "POINT(1, 2)", Type::Blob, "a GEOMETRY"),
        ("DATE", "'2024-02-29'", Type::BIGINT, "a DATE"),
        ("TIME", "'12:00:00'", Type::BIGINT, "a TIME"),
        ("DATETIME", "'0000-00-00 00:00:00'", Type::Text, no_day),
    ] {
        let (_, wanted) = read(&mut connection, column, value, ty);
        let error = wanted.unwrap_err();
        assert!(error.is_value() && error.to_string().contains(words), "{column} {value}: {error}");
    }
}
