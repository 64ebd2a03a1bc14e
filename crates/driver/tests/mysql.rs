//! MariaDB or MySQL through the driver, where a server is found.

#![cfg(feature = "mysql")]

use database::Database;
use onggi_driver::{Connection, Control, Error, Pool, Pooled, Result, Type, Value, ValueRef};

#[path = "server/database.rs"]
mod database;
mod server;

/// A connection to a database of its own.
fn connect() -> Result<Option<(Database, Pooled)>> {
    let Some(database) = Database::open() else { return Ok(None) };
    let connection = database.pool("pool_size=4").connect()?;
    Ok(Some((database, connection)))
}

/// The rows of a text, its parameters bound, as they are kept.
fn rows(connection: &mut Connection, text: &str, values: &[Value]) -> Result<Vec<Vec<Value>>> {
    connection.with_text(text, |prepared| {
        let width = prepared.columns().len();
        let mut rows =
            prepared.query::<Error>(|to| values.iter().try_for_each(|value| to.bind(value.as_ref())))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next_row()? {
            let cells = (0..width).map(|column| row.raw(column).map(ValueRef::to_owned));
            all.push(cells.collect::<Result<Vec<_>>>()?);
        }
        Ok(all)
    })
}

fn write(connection: &mut Connection, text: &str, values: &[Value]) -> Result<u64> {
    connection.with_text(text, |prepared| {
        prepared.execute::<Error>(|to| values.iter().try_for_each(|value| to.bind(value.as_ref())))
    })
}

/// What comes back from a column of a type that was given a value.
fn kept(connection: &mut Connection, column: &str, value: &Value, ty: Type) -> Result<Value> {
    connection.run("DROP TABLE IF EXISTS kept")?;
    connection.run(&format!("CREATE TABLE kept (value {column})"))?;
    write(connection, "INSERT INTO kept VALUES (?)", std::slice::from_ref(value))?;
    connection.with_text("SELECT value FROM kept WHERE value <=> ?", |prepared| {
        let mut rows = prepared.query::<Error>(|to| to.bind(value.as_ref()))?;
        let row =
            rows.next_row()?.ok_or_else(|| Error::value(format!("{value:?} is not found in {column}")))?;
        Ok(row.value(0, ty)?.to_owned())
    })
}

#[test]
fn values_go_there_and_come_back() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    let integer = |bits, signed| Type::Integer { bits, signed };
    for (column, ty, values) in [
        ("BOOLEAN", Type::Boolean, vec![Value::Boolean(true), Value::Boolean(false), Value::Null]),
        ("TINYINT", integer(8, true), vec![Value::Integer(-128), Value::Integer(127)]),
        ("SMALLINT UNSIGNED", integer(16, false), vec![Value::Integer(65_535)]),
        ("INT", integer(32, true), vec![Value::Integer(i32::MIN.into())]),
        ("INT UNSIGNED", integer(32, false), vec![Value::Integer(u32::MAX.into())]),
        ("BIGINT", Type::BIGINT, vec![Value::Integer(i64::MIN), Value::Integer(i64::MAX), Value::Null]),
        ("BIGINT UNSIGNED", integer(64, false), vec![Value::Unsigned(u64::MAX), Value::Integer(0)]),
        ("DECIMAL(39, 0)", integer(128, true), vec![Value::Integer(i64::MIN), Value::Unsigned(u64::MAX)]),
        ("FLOAT", Type::Real, vec![Value::Real(0.1_f32.into()), Value::Real(f32::MAX.into())]),
        (
            "DOUBLE",
            Type::Double,
            vec![
                Value::Real(0.1),
                Value::Real(f64::MAX),
                Value::Real(f64::MIN_POSITIVE),
                Value::Real(5e-324),
            ],
        ),
        (
            "LONGTEXT",
            Type::Text,
            vec![Value::Text("김치 '; -- \\ \" \0 \u{10ffff} ".into()), Value::Text(String::new())],
        ),
        (
            "LONGBLOB",
            Type::Blob,
            vec![Value::Blob((0..=255).collect()), Value::Blob(Vec::new()), Value::Null],
        ),
        ("VARBINARY(255)", Type::Blob, vec![Value::Blob(vec![0, 32, 0])]),
        #[cfg(feature = "uuid")]
        (
            "BINARY(16)",
            Type::Uuid,
            vec![Value::Uuid(uuid::Uuid::from_u128(7)), Value::Uuid(uuid::Uuid::max())],
        ),
        #[cfg(feature = "decimal")]
        (
            "DECIMAL(65, 30)",
            Type::Decimal,
            ["-79228162514264337593543950335", "0.1234567890123456789012345678", "1.50", "0"]
                .map(|text| Value::Decimal(text.parse().expect("a decimal")))
                .into(),
        ),
    ] {
        for value in values {
            assert_eq!(kept(&mut connection, column, &value, ty)?, value, "{column}");
        }
    }
    Ok(())
}

#[test]
fn texts_are_equal_where_their_bytes_are() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    connection
        .run("CREATE TABLE jars (label VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin)")
        .or_else(|_| {
            connection
                .run("CREATE TABLE jars (label VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin)")
        })?;
    for label in ["soy", "Soy", "soy ", "söy", "so\u{308}y"] {
        write(&mut connection, "INSERT INTO jars VALUES (?)", &[Value::Text(label.into())])?;
    }
    for label in ["soy", "Soy", "soy ", "söy", "so\u{308}y"] {
        let found =
            rows(&mut connection, "SELECT label FROM jars WHERE label = ?", &[Value::Text(label.into())])?;
        assert_eq!(found, [[Value::Text(label.into())]]);
    }
    assert_eq!(
        rows(&mut connection, "SELECT 'a' = 'a ', 'a\\b' = ?", &[Value::Text("a\\b".into())])?.len(),
        1
    );
    Ok(())
}

#[cfg(feature = "chrono")]
#[test]
fn times_are_kept_to_the_microsecond_and_finer_ones_are_refused() -> Result<()> {
    use chrono::{NaiveDate, NaiveTime};
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    for (year, month, day) in
        [(0, 1, 1), (1, 1, 1), (999, 12, 31), (1970, 1, 1), (2024, 2, 29), (9999, 12, 31)]
    {
        let day = NaiveDate::from_ymd_opt(year, month, day).expect("a day");
        for time in [NaiveTime::MIN, NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).expect("a time")] {
            let moment = day.and_time(time);
            for (column, ty, value) in [
                ("DATE", Type::Date, Value::Date(day)),
                ("TIME(6)", Type::Time, Value::Time(time)),
                ("DATETIME(6)", Type::DateTime, Value::DateTime(moment)),
                ("DATETIME(6)", Type::Timestamp, Value::Timestamp(moment.and_utc())),
            ] {
                assert_eq!(kept(&mut connection, column, &value, ty)?, value);
            }
        }
    }
    let finer = NaiveTime::from_hms_nano_opt(1, 2, 3, 4).expect("a time");
    let leap = NaiveTime::from_hms_micro_opt(23, 59, 59, 1_500_000).expect("a time");
    let (early, late) = (NaiveDate::from_ymd_opt(-1, 12, 31), NaiveDate::from_ymd_opt(10_000, 1, 1));
    for (value, words) in [
        (Value::Time(finer), "microseconds"),
        (Value::Time(leap), "leap second"),
        (Value::Date(early.expect("a day")), "years are 0 to 9999"),
        (Value::Date(late.expect("a day")), "years are 0 to 9999"),
    ] {
        let error = rows(&mut connection, "SELECT ?", &[value]).expect_err(words);
        assert!(error.is_value() && error.to_string().contains(words), "{error}");
    }
    // What has no counterpart as a time of day, and what the server keeps as moments.
    let span = connection.with_text("SELECT CAST('-01:00:00' AS TIME)", |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        rows.next_row()?.expect("a row").value(0, Type::Time).map(|_| ())
    });
    assert!(span.is_err_and(|error| error.is_value()));
    connection.run("CREATE TABLE seen (at TIMESTAMP(6) NULL)")?;
    let moment = NaiveDate::from_ymd_opt(2024, 2, 29).expect("a day").and_time(NaiveTime::MIN).and_utc();
    write(&mut connection, "INSERT INTO seen VALUES (?)", &[Value::Timestamp(moment)])?;
    assert_eq!(rows(&mut connection, "SELECT at FROM seen", &[])?, [[Value::Timestamp(moment)]]);
    Ok(())
}

#[test]
fn what_a_column_cannot_hold_is_refused() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    connection.run(
        "CREATE TABLE jars (small SMALLINT, label VARCHAR(3) CHARACTER SET utf8mb4, number DOUBLE, day DATE, big BIGINT)",
    )?;
    let mut refused = |column: &str, value: Value, words: &str| {
        let error = write(&mut connection, &format!("INSERT INTO jars ({column}) VALUES (?)"), &[value]);
        let error = error.expect_err(words);
        assert!(error.is_value() && error.to_string().contains(words), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    };
    refused("small", Value::Integer(32_768), "a number is out of range for its type: the column small");
    refused("label", Value::Text("s3cret".into()), "a value is too long for its column: the column label");
    refused(
        "label",
        Value::Blob(vec![0xff]),
        "cannot be kept in the text column label: give it a type for bytes",
    );
    refused("number", Value::Real(f64::NAN), "no infinities and no NaN");
    refused("number", Value::Real(f64::INFINITY), "no infinities and no NaN");
    refused("small", Value::Text("s3cret".into()), "is not of the type wanted: the column small");
    refused("day", Value::Text("s3cret".into()), "is not of the type wanted: the column day");
    refused("big", Value::Unsigned(u64::MAX), "a number is out of range for its type: the column big");
    assert_eq!(rows(&mut connection, "SELECT count(*) FROM jars", &[])?, [[Value::Integer(0)]]);
    Ok(())
}

#[test]
fn violated_constraints_are_named_and_values_are_not() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE boxes (id BIGINT PRIMARY KEY)")?;
    connection.run(
        "CREATE TABLE jars (id BIGINT PRIMARY KEY, label VARCHAR(20) NOT NULL, shelf INT, box BIGINT, \
         CONSTRAINT on_shelf CHECK (shelf > 0), UNIQUE label_shelf (label, shelf), \
         CONSTRAINT in_box FOREIGN KEY (box) REFERENCES boxes (id))",
    )?;
    let insert = "INSERT INTO jars VALUES (?, ?, ?, ?)";
    let mut jar = |id: i64, label: Option<&str>, shelf: i64, place: Option<i64>| {
        let label = label.map_or(Value::Null, Value::from);
        let place = place.map_or(Value::Null, Value::Integer);
        write(&mut connection, insert, &[Value::Integer(id), label, Value::Integer(shelf), place])
    };
    jar(1, Some("s3cret"), 1, None)?;
    let twice = jar(2, Some("s3cret"), 1, None).expect_err("twice");
    assert!(twice.is_unique_violation() && twice.constraint() == Some("label_shelf"), "{twice:?}");
    let columns = ["label".to_owned(), "shelf".to_owned()];
    assert_eq!((twice.table(), twice.columns()), (Some("jars"), &columns[..]));
    assert!(twice.to_string().starts_with("a row of jars with the same label, shelf exists"), "{twice}");
    let key = jar(1, Some("s3cret"), 2, None).expect_err("the same key");
    assert!(key.is_unique_violation() && key.constraint() == Some("PRIMARY"), "{key:?}");
    let null = jar(2, None, 1, None).expect_err("NULL");
    assert!(
        null.is_not_null_violation() && null.table() == Some("jars") && null.columns() == ["label"],
        "{null:?}"
    );
    let check = jar(2, Some("s3cret"), 0, None).expect_err("below the shelf");
    assert!(check.is_check_violation() && check.constraint() == Some("on_shelf"), "{check:?}");
    let reference = jar(2, Some("s3cret"), 2, Some(9)).expect_err("no box");
    assert!(
        reference.is_foreign_key_violation() && reference.constraint() == Some("in_box"),
        "{reference:?}"
    );
    for error in [twice, key, null, check, reference] {
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        assert_eq!(error.statement(), Some(insert));
        assert!(
            std::error::Error::source(&error).is_some_and(|source| source.to_string().starts_with("error "))
        );
    }
    connection.run("INSERT INTO boxes VALUES (1)")?;
    connection.run("UPDATE jars SET box = 1")?;
    assert!(connection.run("DELETE FROM boxes").expect_err("referred to").is_foreign_key_violation());
    let missing = connection.run("SELECT lid FROM jars").expect_err("no such column");
    assert!(missing.to_string().contains("lid"), "{missing}");
    assert!(connection.run("SELEC").is_err());
    Ok(())
}

#[test]
fn a_kept_statement_is_good_after_its_table_has_changed() -> Result<()> {
    let Some((database, mut connection)) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (id BIGINT)")?;
    connection.run("INSERT INTO jars VALUES (1)")?;
    let all = "SELECT * FROM jars";
    assert_eq!(rows(&mut connection, all, &[])?, [[Value::Integer(1)]]);
    connection.run("ALTER TABLE jars ADD COLUMN label VARCHAR(9) DEFAULT 'soy' FIRST")?;
    assert_eq!(rows(&mut connection, all, &[])?, [[Value::Text("soy".into()), Value::Integer(1)]]);
    // Who was told other columns must not read these.
    database.pool("").connect()?.run("ALTER TABLE jars ADD COLUMN shelf INT DEFAULT 7 FIRST")?;
    let error = rows(&mut connection, all, &[]).expect_err("other columns");
    assert!(error.is_serialization_failure() && error.to_string().contains("run it again"), "{error}");
    assert_eq!(rows(&mut connection, all, &[])?[0].len(), 3);
    Ok(())
}

#[test]
fn more_texts_than_are_kept_go_on_and_the_server_forgets_the_others() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    for number in 0..600_i64 {
        assert_eq!(rows(&mut connection, &format!("SELECT {number}"), &[])?, [[Value::Integer(number)]]);
    }
    let closed = rows(&mut connection, "SHOW SESSION STATUS LIKE 'Com_stmt_close'", &[])?;
    assert!(
        matches!(&closed[0][1], Value::Text(count) if count.parse::<u32>().is_ok_and(|count| count >= 512)),
        "{closed:?}"
    );
    Ok(())
}

#[test]
fn null_is_looked_up_anew_in_each_run_of_a_lent_statement() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (id INT NOT NULL, shelf INT)")?;
    connection.run("INSERT INTO jars VALUES (1, NULL), (2, 1), (3, 7)")?;
    let text = "SELECT COUNT(*) FROM jars WHERE shelf NOT IN (SELECT id FROM jars WHERE id > ?)";
    connection.with_text(text, |prepared| {
        for (least, expected) in [(0, 1), (100, 3), (0, 1)] {
            let mut rows = prepared.query::<Error>(|to| to.bind(ValueRef::Integer(least)))?;
            let count = rows.next_row()?.map(|row| row.value(0, Type::BIGINT).map(ValueRef::to_owned));
            assert_eq!(count.transpose()?, Some(Value::Integer(expected)), "of keys from {least}");
            assert!(rows.next_row()?.is_none());
        }
        Ok::<_, Error>(())
    })?;
    Ok(())
}

#[test]
fn texts_stay_prepared_where_transactions_begin_and_end() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    for _ in 0..5 {
        connection.control(Control::BeginRead)?;
        assert_eq!(rows(&mut connection, "SELECT 7", &[])?.len(), 1);
        connection.control(Control::Rollback)?;
    }
    let prepared = rows(&mut connection, "SHOW SESSION STATUS LIKE 'Com_stmt_prepare'", &[])?;
    assert!(matches!(&prepared[0][1], Value::Text(count) if count == "2"), "{prepared:?}");
    Ok(())
}

/// The client takes them for parameters of its own.
#[test]
fn names_behind_colons_are_not_parameters() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    let error = rows(&mut connection, "SELECT :name", &[]).expect_err("a name behind a colon");
    assert!(!error.is_lost() && error.to_string().contains("SQL syntax"), "{error}");
    assert_eq!(rows(&mut connection, "SELECT 'a:b', `c:d` FROM (SELECT 1 AS `c:d`) t", &[])?.len(), 1);
    assert!(!connection.is_lost());
    Ok(())
}

#[test]
fn statements_say_how_many_rows_they_wrote() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (id BIGINT PRIMARY KEY AUTO_INCREMENT, shelf INT)")?;
    let mut wrote = |text: &str| write(&mut connection, text, &[]);
    assert_eq!(wrote("INSERT INTO jars (shelf) VALUES (1), (2), (3)")?, 3);
    assert_eq!(wrote("UPDATE jars SET shelf = 1")?, 3, "those that were so are found as well");
    assert_eq!(wrote("update jars set shelf = 1 where id = 9")?, 0);
    let set = "ON DUPLICATE KEY UPDATE shelf = 7";
    assert_eq!(wrote(&format!("INSERT INTO jars VALUES (1, 1) {set}"))?, 1);
    assert_eq!(wrote(&format!("INSERT INTO jars VALUES (1, 1), (9, 1) {set}"))?, 1, "one is as it was");
    assert_eq!(wrote(&format!("INSERT INTO jars VALUES (2, 1), (10, 1) {set}"))?, 2);
    assert_eq!(wrote("INSERT IGNORE INTO jars VALUES (1, 1)")?, 0);
    assert_eq!(wrote("INSERT IGNORE INTO jars VALUES (1, 1), (11, 1)")?, 1);
    assert_eq!(wrote("REPLACE INTO jars VALUES (11, 2)")?, 1);
    assert_eq!(wrote("/* a program's */ UPDATE jars SET shelf = 2 WHERE id = 11")?, 1);
    assert_eq!(wrote("INSERT INTO jars (shelf) SELECT shelf FROM jars WHERE id < 3")?, 2);
    assert_eq!(wrote("DELETE FROM jars WHERE id < 3")?, 2);
    assert_eq!(wrote("ALTER TABLE jars ADD COLUMN label INT")?, 0);
    Ok(())
}

#[test]
fn generated_keys_are_given_back() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (id BIGINT PRIMARY KEY AUTO_INCREMENT, shelf INT)")?;
    let one = |connection: &mut Connection, text: &str| {
        connection.with_text(text, |prepared| prepared.insert::<Error>(|to| to.bind(ValueRef::Integer(5))))
    };
    assert_eq!(one(&mut connection, "INSERT INTO jars (shelf) VALUES (?)")?, 1);
    let three = |connection: &mut Connection, text: &str| {
        connection.with_text(text, |prepared| {
            prepared.insert_together::<Error>(3, |_, to| to.bind(ValueRef::Integer(5)))
        })
    };
    assert_eq!(three(&mut connection, "INSERT INTO jars (shelf) VALUES (?), (?), (?)")?, [2, 3, 4]);
    if connection.dialect().name == "MariaDB" {
        assert_eq!(one(&mut connection, "INSERT INTO jars (shelf) VALUES (?) RETURNING id")?, 5);
        let text = "INSERT INTO jars (shelf) VALUES (?), (?), (?) RETURNING id";
        assert_eq!(three(&mut connection, text)?, [6, 7, 8]);
    }
    Ok(())
}

#[test]
fn the_server_says_which_it_is() -> Result<()> {
    let Some((_database, connection)) = connect()? else { return Ok(()) };
    assert_eq!(connection.dialect().name == "MariaDB", connection.version().contains("MariaDB"));
    Ok(())
}

#[test]
fn the_server_tells_where_a_transaction_ends() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (id BIGINT PRIMARY KEY)")?;
    connection.control(Control::Begin)?;
    assert!(connection.in_transaction());
    connection.run("INSERT INTO jars VALUES (1)")?;
    assert!(connection.run("INSERT INTO jars VALUES (1)").expect_err("twice").is_unique_violation());
    // Only the statement is undone.
    connection.run("INSERT INTO jars VALUES (2)")?;
    connection.control(Control::Savepoint(0))?;
    connection.run("INSERT INTO jars VALUES (3)")?;
    connection.control(Control::RollbackTo(0))?;
    connection.control(Control::Commit)?;
    assert!(!connection.in_transaction());
    let ids = "SELECT id FROM jars ORDER BY id";
    assert_eq!(rows(&mut connection, ids, &[])?, [[Value::Integer(1)], [Value::Integer(2)]]);

    // Nobody asked for a commit where a table is created.
    connection.control(Control::Begin)?;
    connection.run("INSERT INTO jars VALUES (4)")?;
    for refused in [
        connection.run("CREATE TABLE boxes (id BIGINT)"),
        write(&mut connection, "TRUNCATE jars", &[]).map(drop),
    ] {
        let error = refused.expect_err("a commit that nobody asked for");
        assert!(error.to_string().contains("outside of transactions"), "{error}");
    }
    connection.run("CREATE TEMPORARY TABLE boxes (id BIGINT)")?;
    connection.control(Control::Rollback)?;
    assert_eq!(rows(&mut connection, ids, &[])?.len(), 2);

    // What a procedure does is heard as well, behind its rows too, and where it fails.
    connection.run("CREATE PROCEDURE commits() BEGIN SELECT 1; COMMIT; END")?;
    connection.run("CREATE PROCEDURE fails() BEGIN COMMIT; SIGNAL SQLSTATE '45000'; END")?;
    connection.run("CREATE PROCEDURE fails_late() BEGIN SELECT 1; SIGNAL SQLSTATE '45000'; END")?;
    connection.control(Control::Begin)?;
    assert_eq!(rows(&mut connection, "CALL commits()", &[])?.len(), 1);
    assert!(!connection.in_transaction());
    connection.control(Control::Begin)?;
    assert!(rows(&mut connection, "CALL fails_late()", &[]).is_err());
    assert_eq!(rows(&mut connection, "SELECT 1", &[])?.len(), 1, "the transaction goes on");
    assert!(rows(&mut connection, "CALL fails()", &[]).is_err());
    assert!(connection.run("INSERT INTO jars VALUES (5)").is_err(), "it would stand for itself");
    connection.control(Control::Rollback)?;
    for (text, open) in [("BEGIN; SELECT 1", true), ("SELECT 1; COMMIT; SELECT 2", false)] {
        connection.run(text)?;
        assert_eq!(connection.in_transaction(), open, "{text}");
    }

    for (text, open) in [
        ("/* quietly */ begin", true),
        ("COMMIT AND CHAIN", true),
        ("ROLLBACK", false),
        ("SET autocommit = 0", false),
        ("INSERT INTO jars VALUES (5)", true),
        ("ROLLBACK", false),
        ("SET autocommit = 1", false),
    ] {
        write(&mut connection, text, &[])?;
        assert_eq!(connection.in_transaction(), open, "{text}");
    }
    Ok(())
}

/// MySQL prepares not all that MariaDB does.
#[test]
fn what_the_server_does_not_prepare_is_run_as_a_text() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    write(&mut connection, "CREATE PROCEDURE one() SELECT 1", &[])?;
    for (text, open) in [("BEGIN", true), ("SAVEPOINT a", true), ("ROLLBACK TO a", true), ("COMMIT", false)] {
        write(&mut connection, text, &[])?;
        assert_eq!(connection.in_transaction(), open, "{text}");
    }
    write(&mut connection, "BEGIN", &[])?;
    let refused = write(&mut connection, "CREATE PROCEDURE two() SELECT 2", &[]).expect_err("a commit");
    assert!(refused.to_string().contains("outside of transactions"), "{refused}");
    connection.control(Control::Rollback)?;
    assert_eq!(rows(&mut connection, "CALL one()", &[])?.len(), 1);
    Ok(())
}

/// MySQL says of it that a statement was interrupted, as where nothing but that was asked.
#[test]
fn a_killed_connection_is_lost_and_a_killed_statement_is_cancelled() -> Result<()> {
    let Some((database, mut connection)) = connect()? else { return Ok(()) };
    for (word, is_lost) in [("QUERY", false), ("CONNECTION", true)] {
        connection.control(Control::Begin)?;
        let error = write(&mut connection, &format!("KILL {word} CONNECTION_ID()"), &[]).expect_err("killed");
        assert_eq!((error.is_lost(), error.is_cancelled()), (is_lost, !is_lost), "{error}");
        assert_eq!(connection.is_lost(), is_lost);
        if !is_lost {
            connection.control(Control::Rollback)?;
        }
    }
    drop(connection);
    let mut another = database.pool("").connect()?;
    assert_eq!(rows(&mut another, "SELECT 1", &[])?.len(), 1);
    Ok(())
}

/// MySQL keeps the texts in them with backslashes, and reads them by the mode of who comes first.
#[test]
fn checks_and_defaults_of_others_mean_what_they_meant() -> Result<()> {
    let Some((database, mut other)) = connect()? else { return Ok(()) };
    other.run("SET SESSION sql_mode = 'STRICT_ALL_TABLES'")?;
    other.run(r"CREATE TABLE jars (label VARCHAR(20) DEFAULT ('it\'s \\'), CHECK (label <> 'odd\\'))")?;
    other.run("FLUSH TABLES jars")?;
    let mut connection = database.pool("").connect()?;
    connection.run("INSERT INTO jars VALUES ()")?;
    let written = rows(&mut connection, "SELECT label FROM jars", &[])?;
    assert_eq!(written, [[Value::Text(r"it's \".into())]]);
    let odd = [Value::Text(r"odd\".into())];
    let error = write(&mut connection, "INSERT INTO jars VALUES (?)", &odd).expect_err("it is checked");
    assert!(error.is_check_violation(), "{error}");
    Ok(())
}

/// The columns of the table that is written would be taken for what is violated.
#[test]
fn what_a_trigger_violates_is_not_blamed_on_the_table_that_is_written() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    connection.run(
        "CREATE TABLE labels (id INT PRIMARY KEY, label VARCHAR(20) NOT NULL, UNIQUE KEY label (label))",
    )?;
    connection
        .run("CREATE TABLE jars (label VARCHAR(20) NOT NULL, kept VARCHAR(20), UNIQUE KEY label (label))")?;
    connection.run("CREATE TRIGGER keeps AFTER INSERT ON jars FOR EACH ROW INSERT INTO labels VALUES (length(NEW.label), NEW.kept)")?;
    connection.run("INSERT INTO jars VALUES ('kimchi', 'a')")?;
    let named = |error: Error| {
        let columns = error.columns().iter().map(|column| (*column).to_owned()).collect::<Vec<_>>();
        (error.table().map(str::to_owned), columns.join(", "))
    };
    let twice = connection.run("INSERT INTO jars VALUES ('oi', 'a')").expect_err("a label of the trigger's");
    assert!(twice.is_unique_violation(), "{twice}");
    let (table, columns) = named(twice);
    match table.as_deref() {
        // MySQL says which table it was.
        Some("labels") => assert_eq!(columns, "label"),
        table => assert_eq!((table, &*columns), (None, "")),
    }
    let null =
        connection.run("INSERT INTO jars VALUES ('kkakdugi', NULL)").expect_err("NULL of the trigger's");
    assert!(null.is_not_null_violation(), "{null}");
    assert_eq!(named(null), (None, String::new()));
    let twice = connection.run("INSERT INTO jars VALUES ('kimchi', 'b')").expect_err("one of its own");
    assert_eq!(named(twice), (Some("jars".to_owned()), "label".to_owned()));
    Ok(())
}

#[test]
fn names_with_dots_are_told_apart_where_a_constraint_is_violated() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE `a.b` (`c.d` INT, UNIQUE KEY `e.f` (`c.d`))")?;
    connection.run("INSERT INTO `a.b` VALUES (1)")?;
    let twice = connection.run("INSERT INTO `a.b` VALUES (1)").expect_err("the same");
    assert_eq!((twice.table(), twice.constraint()), (Some("a.b"), Some("e.f")), "{twice}");
    assert_eq!(twice.columns(), ["c.d"]);
    Ok(())
}

/// What came behind a deadlock would be committed by itself, statement by statement.
#[test]
fn behind_a_deadlock_only_a_rollback_is_taken() -> Result<()> {
    let Some((database, mut first)) = connect()? else { return Ok(()) };
    let mut second = database.pool("").connect()?;
    first.run("CREATE TABLE jars (id BIGINT PRIMARY KEY, shelf INT)")?;
    first.run("INSERT INTO jars VALUES (1, 0), (2, 0)")?;
    let update = |connection: &mut Connection, id: i64| {
        write(connection, "UPDATE jars SET shelf = shelf + 1 WHERE id = ?", &[Value::Integer(id)])
    };
    first.control(Control::BeginWrite)?;
    second.control(Control::BeginWrite)?;
    update(&mut first, 1)?;
    update(&mut second, 2)?;
    let (one, other) = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| update(&mut second, 1));
        let one = update(&mut first, 2);
        (one, waiting.join().expect("no panic"))
    });
    let (error, loser) = match (one, other) {
        (Err(error), Ok(_)) => (error, &mut first),
        (Ok(_), Err(error)) => (error, &mut second),
        other => panic!("one of both loses: {other:?}"),
    };
    assert!(error.is_serialization_failure(), "{error}");
    assert!(loser.in_transaction());
    let refused = update(loser, 1).expect_err("a statement behind a deadlock");
    assert!(refused.is_serialization_failure() && refused.to_string().contains("roll it back"), "{refused}");
    assert!(loser.run("INSERT INTO jars VALUES (3, 0)").is_err());
    let refused = loser.control(Control::Commit).expect_err("a commit behind a deadlock");
    assert!(refused.is_serialization_failure() && !loser.in_transaction(), "{refused}");
    update(loser, 3)?;
    Ok(())
}

#[test]
fn who_waits_too_long_for_a_lock_is_told() -> Result<()> {
    let Some((database, mut first)) = connect()? else { return Ok(()) };
    let mut second = database.pool("").connect()?;
    first.run("CREATE TABLE jars (id BIGINT PRIMARY KEY, shelf INT)")?;
    first.run("INSERT INTO jars VALUES (1, 0)")?;
    first.control(Control::BeginWrite)?;
    first.run("UPDATE jars SET shelf = 1")?;
    second.control(Control::BeginWrite)?;
    second.control(Control::Savepoint(0))?;
    let error = rows(&mut second, "SELECT id FROM jars FOR UPDATE NOWAIT", &[]).expect_err("a lock");
    assert!(error.is_busy(), "{error}");
    assert!(rows(&mut second, "SELECT 1", &[]).is_err());
    second.control(Control::RollbackTo(0))?;
    assert_eq!(rows(&mut second, "SELECT 1", &[])?.len(), 1);
    second.control(Control::Rollback)
}

#[test]
fn writes_are_refused_where_only_reads_are_allowed() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (id BIGINT)")?;
    connection.set_read_only(true)?;
    assert!(connection.run("INSERT INTO jars VALUES (1)").expect_err("a write").is_read_only());
    connection.set_read_only(false)?;
    connection.run("INSERT INTO jars VALUES (1)")
}

/// A client that keeps no rows reads on until they end.
#[test]
fn rows_that_nobody_reads_are_in_nobodys_way() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    let many = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 900) \
                SELECT a.n FROM n a CROSS JOIN n b WHERE b.n < 100";
    connection.with_text(many, |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        assert!(rows.next_row()?.is_some());
        Ok::<(), Error>(())
    })?;
    assert_eq!(rows(&mut connection, "SELECT 7", &[])?, [[Value::Integer(7)]]);
    assert!(connection.run(&format!("{many}; SELEC")).is_err(), "an error behind other results");
    connection.run(&format!("{many}; SELECT 1"))
}

#[test]
fn a_broken_connection_says_so() -> Result<()> {
    let Some((database, mut connection)) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (id BIGINT)")?;
    let own = rows(&mut connection, "SELECT connection_id()", &[])?.remove(0).remove(0);
    connection.control(Control::Begin)?;
    connection.run("INSERT INTO jars VALUES (1)")?;
    let Value::Integer(own) = own else { panic!("a connection has a number") };
    let mut other = database.pool("").connect()?;
    other.run(&format!("KILL {own}"))?;
    let error = connection.control(Control::Commit).expect_err("nobody is there");
    assert!(error.is_lost() || error.is_outcome_unknown(), "{error}");
    assert!(connection.is_lost() && !connection.in_transaction());
    assert!(connection.run("SELECT 1").expect_err("it stays lost").is_lost());
    assert_eq!(rows(&mut other, "SELECT count(*) FROM jars", &[])?, [[Value::Integer(0)]]);
    Ok(())
}

#[test]
fn a_statement_is_cancelled_from_another_thread() -> Result<()> {
    let Some((_database, mut connection)) = connect()? else { return Ok(()) };
    let handle = connection.cancel_handle();
    let slow = "SELECT count(*) FROM information_schema.columns WHERE sleep(60)";
    let error = std::thread::scope(|scope| {
        let slow = scope.spawn(|| rows(&mut connection, slow, &[]));
        while !slow.is_finished() {
            handle.cancel().expect("the server is there");
        }
        slow.join().expect("no panic").expect_err("it was cancelled")
    });
    assert!(error.is_cancelled(), "{error}");
    Ok(())
}

#[test]
fn a_statement_that_takes_too_long_is_stopped() -> Result<()> {
    let Some(database) = Database::open() else { return Ok(()) };
    let pool = database.pool("pool_size=1");
    let mut connection = pool.connect()?;
    let slow = "SELECT count(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c";
    connection.control(Control::Begin)?;
    connection.control(Control::StatementTimeout(5))?;
    let error = rows(&mut connection, slow, &[]).expect_err("it takes longer");
    assert!(error.is_timeout(), "{error}");
    connection.control(Control::Rollback)?;
    let variable = match connection.dialect().name {
        "MariaDB" => "SELECT CAST(@@max_statement_time * 1000 AS SIGNED)",
        _ => "SELECT CAST(@@max_execution_time AS SIGNED)",
    };
    assert_eq!(rows(&mut connection, variable, &[])?, [[Value::Integer(0)]], "the limit is lifted");
    // Also where the connection goes back without an end.
    connection.control(Control::Begin)?;
    connection.control(Control::StatementTimeout(5_000))?;
    drop(connection);
    let mut connection = pool.connect()?;
    assert_eq!(rows(&mut connection, variable, &[])?, [[Value::Integer(0)]], "the limit is lifted");
    Ok(())
}

#[test]
fn wrong_urls_are_refused_without_their_secrets() {
    for url in [
        "mysql://jane:s3cret@host:port/db",
        "mysql://jane:s3cret@127.0.0.1/db?secret=s3cret",
        "mysql://jane:s3cret@127.0.0.1/db?sslmode=prefer",
        "mariadb://jane:s3cret@127.0.0.1:1/db?connect_timeout=2",
        "mysql://jane:s3cret@localhost/db?socket=/nowhere/s.sock",
    ] {
        let error = Pool::open(url).expect_err(url);
        assert!(error.is_url() || error.is_open(), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
    let Some((url, _)) = server::mysql(Pool::open) else { return };
    let error = Pool::open(&server::with_database(&url, "onggi_is_not_there")).expect_err("no database");
    assert!(error.is_open() && error.to_string().contains("onggi_is_not_there"), "{error}");
}
