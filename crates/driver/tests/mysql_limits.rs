//! What goes over the line to MariaDB or MySQL at the borders of packets, columns and parameters.

#![cfg(feature = "mysql")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use database::Database;
use onggi_driver::{Connection, Error, Pool, Pooled, Result, Type, Value, ValueRef};

#[path = "server/database.rs"]
mod database;
mod mariadb;
mod server;

/// What a packet holds at most.
const MOST: usize = 0xff_ffff;

/// A connection to a database of its own.
fn connect() -> Option<(Database, Pooled)> {
    let database = Database::open()?;
    let connection = database.pool("pool_size=4").connect().unwrap();
    Some((database, connection))
}

/// The only row of a text.
fn row(connection: &mut Connection, text: &str, values: &[Value]) -> Result<Vec<Value>> {
    connection.with_text(text, |prepared| {
        let width = prepared.columns().len();
        let bound =
            |to: &mut dyn onggi_driver::Bind| values.iter().try_for_each(|value| to.bind(value.as_ref()));
        let mut rows = prepared.query::<Error>(bound)?;
        let row = rows.next_row()?.unwrap();
        let row =
            (0..width).map(|column| row.raw(column).map(ValueRef::to_owned)).collect::<Result<Vec<_>>>()?;
        assert!(rows.next_row()?.is_none());
        Ok(row)
    })
}

fn number(connection: &mut Connection, text: &str, values: &[Value]) -> Result<i64> {
    match row(connection, text, values)?[..] {
        [Value::Integer(number)] => Ok(number),
        ref other => panic!("{other:?}"),
    }
}

fn length(connection: &mut Connection, value: &Value) -> Result<i64> {
    number(connection, "SELECT CAST(LENGTH(?) AS SIGNED)", std::slice::from_ref(value))
}

fn packet(connection: &mut Connection) -> usize {
    usize::try_from(number(connection, "SELECT CAST(@@max_allowed_packet AS SIGNED)", &[]).unwrap()).unwrap()
}

/// Values around a length go there, or are refused before they are sent.
fn goes_or_is_refused(connection: &mut Connection, lengths: impl IntoIterator<Item = usize>) {
    let packet = packet(connection);
    for length in lengths {
        for value in [Value::Text("x".repeat(length)), Value::Blob(vec![b'x'; length])] {
            match self::length(connection, &value) {
                Ok(arrived) => assert_eq!(usize::try_from(arrived), Ok(length)),
                Err(error) => assert!(error.is_value() && length > packet, "{length} of {packet}: {error}"),
            }
            assert!(!connection.is_lost());
        }
    }
}

#[test]
fn values_at_the_borders_of_packets_go_there() {
    let Some((_database, mut connection)) = connect() else { return };
    // In front of the value there are 17 or 20 bytes of the request.
    goes_or_is_refused(&mut connection, [MOST - 64, MOST - 20, MOST - 19, MOST - 17, MOST - 16, MOST]);
    let packet = packet(&mut connection);
    let before = [77, 76, 64, 19, 18, 17, 16, 8, 1, 0].map(|before| packet - before);
    goes_or_is_refused(&mut connection, before.into_iter().chain([packet + 1]));
}

#[test]
fn rows_at_the_borders_of_packets_come_here() {
    let Some((_database, mut connection)) = connect() else { return };
    // In front of the first value there are 2 bytes, and 4 in front of each that is of that length.
    for length in MOST - 8..=MOST {
        for columns in 1..=2 {
            let text = vec![format!("REPEAT('x', {length})"); columns].join(", ");
            let found = row(&mut connection, &format!("SELECT {text}, 7"), &[]).unwrap();
            assert_eq!(found.len(), columns + 1);
            assert_eq!(found[columns], Value::Integer(7));
            for value in &found[..columns] {
                assert!(matches!(value, Value::Text(text) if text.len() == length), "{length}");
            }
        }
    }
    // To the last byte of the second packet and of the third.
    for whole in [2 * MOST, 3 * MOST] {
        for length in whole - 2..=whole + 2 {
            let columns = whole / MOST;
            let rest = length - 2 - (columns - 1) * (4 + 16_000_000) - 4;
            if rest > MOST {
                continue;
            }
            let text = format!("{}REPEAT('y', {rest})", "REPEAT('x', 16000000), ".repeat(columns - 1));
            let found = row(&mut connection, &format!("SELECT {text}"), &[]).unwrap();
            assert!(matches!(&found[columns - 1], Value::Text(text) if text.len() == rest), "{length}");
        }
    }
}

/// Together they are more than the server takes at once, and go one by one.
#[test]
fn many_large_values_go_there_together() {
    let Some((_database, mut connection)) = connect() else { return };
    connection.run("CREATE TABLE jars (a LONGTEXT, b LONGBLOB, c LONGTEXT, d BIGINT, e LONGBLOB)").unwrap();
    let values = [
        Value::Text("ä".repeat(5_000_000)),
        Value::Blob(Vec::new()),
        Value::Null,
        Value::Integer(7),
        Value::Blob(vec![0xff; 10_000_000]),
    ];
    for _ in 0..2 {
        let written = connection.with_text("INSERT INTO jars VALUES (?, ?, ?, ?, ?)", |prepared| {
            prepared.execute::<Error>(|to| values.iter().try_for_each(|value| to.bind(value.as_ref())))
        });
        assert_eq!(written.unwrap(), 1);
    }
    assert_eq!(row(&mut connection, "SELECT DISTINCT * FROM jars", &[]).unwrap(), values);
    // What was sent by itself is not taken for a value of the next run.
    assert_eq!(length(&mut connection, &Value::Text("x".repeat(MOST + 1 - 64))).unwrap(), 16_777_152);
    assert_eq!(length(&mut connection, &Value::Text("abc".into())).unwrap(), 3);
}

#[test]
fn a_server_that_takes_little_at_once_gets_what_it_takes() {
    let Some(server) = mariadb::Server::start(|_| vec!["--max-allowed-packet=1M".to_owned()]) else { return };
    let url = format!("mysql://root@127.0.0.1:{}/mysql", server.port);
    let mut connection = server.opened(|| Pool::open(&url)).connect().unwrap();
    const PACKET: usize = 1 << 20;
    goes_or_is_refused(&mut connection, PACKET - 70..PACKET + 4);
    // Together they would be more than goes at once, if not each by itself.
    for length in [PACKET - 64, PACKET - 16, PACKET - 8, PACKET - 7, PACKET - 1, PACKET] {
        let values = vec![Value::Blob(vec![b'x'; length]); 20];
        let all = vec!["LENGTH(?)"; 20].join(" + ");
        let sum = number(&mut connection, &format!("SELECT CAST({all} AS SIGNED)"), &values).unwrap();
        assert_eq!(usize::try_from(sum), Ok(20 * length));
    }
    // And the text of the statement itself.
    for length in PACKET - 4..PACKET + 2 {
        let text = format!("SELECT 7 /*{}*/", "x".repeat(length - 13));
        for prepared in [false, true] {
            let ran = match prepared {
                true => number(&mut connection, &text, &[]).map(drop),
                false => connection.run(&text),
            };
            let is_refused = ran.is_err_and(|error| error.is_value());
            assert_eq!((is_refused, connection.is_lost()), (length >= PACKET - 1, false), "{length}");
        }
    }
}

#[test]
fn null_is_found_wherever_it_is() {
    let Some((_database, mut connection)) = connect() else { return };
    for width in 1..=40 {
        let marks = vec!["CAST(? AS SIGNED)"; width].join(", ");
        let text = format!("SELECT {marks}");
        for null in 0..=width {
            let values: Vec<Value> = (0..i64::try_from(width).unwrap())
                .map(
                    |place| {
                        if usize::try_from(place) == Ok(null) { Value::Null } else { Value::Integer(place) }
                    },
                )
                .collect();
            assert_eq!(row(&mut connection, &text, &values).unwrap(), values);
            // All others.
            let others: Vec<Value> = values
                .iter()
                .map(|value| match value {
                    Value::Null => Value::Integer(-1),
                    _ => Value::Null,
                })
                .collect();
            assert_eq!(row(&mut connection, &text, &others).unwrap(), others);
        }
    }
}

#[test]
fn very_many_parameters_are_bound() {
    let Some((_database, mut connection)) = connect() else { return };
    for count in [1_000, 65_535] {
        let values: Vec<Value> = (0..count)
            .map(|place| match place % 7 {
                0 | 6 => Value::Null,
                1 => Value::Text(format!("text {place}")),
                _ => Value::Integer(i64::try_from(place).unwrap()),
            })
            .collect();
        let marks = vec!["?"; count - 1].join(", ");
        let text = format!("SELECT CAST(ELT(?, {marks}) AS CHAR)");
        for place in [1, 5, 6, 7, 8, 9, 14, 500, count - 2] {
            let bound = [&[Value::Integer(i64::try_from(place).unwrap())], &values[1..]].concat();
            let wanted = match &values[place] {
                Value::Integer(number) => Value::Text(number.to_string()),
                other => other.clone(),
            };
            assert_eq!(row(&mut connection, &text, &bound).unwrap(), [wanted], "{place} of {count}");
        }
    }
    let more = format!("SELECT ELT({})", vec!["?"; 65_536].join(", "));
    let error = row(&mut connection, &more, &[]).unwrap_err();
    assert!(!error.is_lost() && !connection.is_lost(), "{error}");
}

#[test]
fn rows_of_many_columns_come_here() {
    let Some((_database, mut connection)) = connect() else { return };
    for count in [1_000_i64, 4_096] {
        let columns: Vec<String> = (0..count)
            .map(|place| match place % 5 {
                0 => "NULL".to_owned(),
                1 => format!("'text {place}'"),
                _ => place.to_string(),
            })
            .collect();
        let found = row(&mut connection, &format!("SELECT {}", columns.join(", ")), &[]).unwrap();
        for (place, value) in (0..count).zip(&found) {
            let wanted = match place % 5 {
                0 => Value::Null,
                1 => Value::Text(format!("text {place}")),
                _ => Value::Integer(place),
            };
            assert_eq!(*value, wanted, "{place} of {count}");
        }
        assert_eq!(i64::try_from(found.len()), Ok(count));
    }
}

#[test]
fn a_result_that_is_left_in_its_middle_is_left_behind() {
    let Some((_database, mut connection)) = connect() else { return };
    let many = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000000) \
                SELECT n FROM numbers";
    connection
        .run("SET SESSION cte_max_recursion_depth = 2000000")
        .or_else(|_| connection.run("SET SESSION max_recursive_iterations = 2000000"))
        .unwrap();
    for taken in [0, 1, 500_000] {
        let read = connection.with_text(many, |prepared| {
            let mut rows = prepared.query::<Error>(|_| Ok(()))?;
            for number in 1..=taken {
                assert_eq!(rows.next_row()?.unwrap().value(0, Type::BIGINT)?, ValueRef::Integer(number));
            }
            Ok::<_, Error>(())
        });
        read.unwrap();
        assert_eq!(number(&mut connection, "SELECT 7", &[]).unwrap(), 7);
    }
}
