//! PostgreSQL through the driver, where a server is found.

#![cfg(feature = "postgres")]

use onggi_driver::{Connection, Control, Error, Pool, Pooled, Result, Type, Value, ValueRef};

mod server;

/// A connection whose tables go with it.
fn connect() -> Result<Option<Pooled>> {
    let Some((_, pool)) = server::postgres(Pool::open) else { return Ok(None) };
    let mut connection = pool.connect()?;
    connection.run("SET search_path = pg_temp")?;
    Ok(Some(connection))
}

/// The rows of a text, its parameters bound, as they are kept.
fn rows(connection: &mut Connection, text: &str, values: &[Value]) -> Result<Vec<Vec<Value>>> {
    let types: Vec<_> = values.iter().map(Value::ty).collect();
    connection.with_typed_text(text, &types, |prepared| {
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

#[test]
fn values_go_there_and_come_back() -> Result<()> {
    let Some(mut connection) = connect()? else { return Ok(()) };
    for value in [
        Value::Null,
        Value::Boolean(true),
        Value::Integer(i64::MIN),
        Value::Integer(i64::MAX),
        Value::Real(0.1),
        Value::Real(f64::INFINITY),
        Value::Text("김치 '; --".into()),
        Value::Blob((0..=255).collect()),
        Value::Blob(Vec::new()),
        #[cfg(feature = "uuid")]
        Value::Uuid(uuid::Uuid::from_u128(7)),
        #[cfg(feature = "decimal")]
        Value::Decimal("-79228162514264337593543950335".parse().expect("a decimal")),
        #[cfg(feature = "decimal")]
        Value::Decimal("0.1234567890123456789012345600".parse().expect("a decimal")),
    ] {
        let back = rows(&mut connection, "SELECT $1", std::slice::from_ref(&value))?;
        assert_eq!(back, [[value]]);
    }
    Ok(())
}

#[cfg(feature = "chrono")]
#[test]
fn times_are_kept_to_the_microsecond_and_finer_ones_are_refused() -> Result<()> {
    use chrono::{NaiveDate, NaiveTime};
    let Some(mut connection) = connect()? else { return Ok(()) };
    let days = [(1, 1, 1), (1970, 1, 1), (1999, 12, 31), (2000, 1, 1), (9999, 12, 31), (20_000, 2, 29)];
    for (year, month, day) in days {
        let day = NaiveDate::from_ymd_opt(year, month, day).expect("a day");
        let time = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).expect("a time");
        let moment = day.and_time(time);
        for value in
            [Value::Date(day), Value::Time(time), Value::DateTime(moment), Value::Timestamp(moment.and_utc())]
        {
            assert_eq!(rows(&mut connection, "SELECT $1", std::slice::from_ref(&value))?, [[value]]);
        }
    }
    let finer = NaiveTime::from_hms_nano_opt(1, 2, 3, 4).expect("a time");
    let error = rows(&mut connection, "SELECT $1", &[Value::Time(finer)]).expect_err("nanoseconds");
    assert!(error.is_value() && error.to_string().contains("microseconds"), "{error}");
    let infinity = rows(&mut connection, "SELECT 'infinity'::timestamp", &[]).expect_err("infinity");
    assert!(infinity.is_value(), "{infinity}");
    Ok(())
}

#[test]
fn what_a_column_cannot_hold_is_refused_before_it_is_sent() -> Result<()> {
    let Some(mut connection) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (small smallint, single real, label text, big bigint)")?;
    let mut refused = |column: &str, value: Value, words: &str| -> Result<()> {
        let text = format!("INSERT INTO jars ({column}) VALUES ($1)");
        let error = connection
            .with_text(&text, |prepared| prepared.execute::<Error>(|to| to.bind(value.as_ref())))
            .expect_err(words);
        assert!(error.is_value() && error.to_string().contains(words), "{error}");
        Ok(())
    };
    refused("small", Value::Integer(32_768), "beyond what PostgreSQL's smallint holds")?;
    refused("single", Value::Real(0.1), "no exact form")?;
    refused("label", Value::Blob(vec![1]), "bytes cannot be kept in a text column")?;
    refused("label", Value::Text("a\0b".into()), "NUL")?;
    refused("big", Value::Unsigned(u64::MAX), "more than PostgreSQL's bigint holds")?;
    refused("big", Value::Text("7".into()), "a text cannot be bound where PostgreSQL wants a bigint")?;
    assert_eq!(rows(&mut connection, "SELECT count(*) FROM jars", &[])?, [[Value::Integer(0)]]);
    Ok(())
}

#[test]
fn violated_constraints_name_table_and_columns_and_no_values() -> Result<()> {
    let Some(mut connection) = connect()? else { return Ok(()) };
    connection.run(
        "CREATE TABLE jars (id bigint PRIMARY KEY, label text NOT NULL, shelf int CHECK (shelf > 0), UNIQUE (label, shelf))",
    )?;
    connection.run("INSERT INTO jars VALUES (1, 's3cret', 1)")?;
    let mut failed = |text: &str| connection.run(text).expect_err(text);
    let twice = failed("INSERT INTO jars VALUES (2, 's3cret', 1)");
    assert!(twice.is_unique_violation());
    assert_eq!(
        (twice.table(), twice.columns()),
        (Some("jars"), &["label".to_owned(), "shelf".to_owned()][..])
    );
    let null = failed("INSERT INTO jars VALUES (2, NULL, 1)");
    assert!(null.is_not_null_violation() && null.columns() == ["label"]);
    let check = failed("INSERT INTO jars VALUES (2, 'a', 0)");
    assert!(check.is_check_violation() && check.constraint() == Some("jars_shelf_check"));
    let text = failed("SELECT CAST(label AS int) FROM jars");
    let great = failed("SELECT CAST(label || '99999999999' AS int) FROM (VALUES ('')) AS texts (label)");
    assert!(
        !great.to_string().replace(great.statement().unwrap_or_default(), "").contains("99999"),
        "{great}"
    );
    let raised = failed("DO $$ BEGIN RAISE 's3cret'; END $$");
    for error in [twice, null, check, text, raised] {
        // The statement is shown; what the rows hold is not.
        let (statement, said) =
            (error.statement().unwrap_or_default().to_owned(), format!("{error} {error:?}"));
        assert!(!said.replace(&statement, "").contains("s3cret"), "{said}");
        assert!(
            std::error::Error::source(&error)
                .is_some_and(|source| source.to_string().starts_with("SQLSTATE"))
        );
    }
    Ok(())
}

#[test]
fn a_kept_statement_is_good_after_its_table_has_changed() -> Result<()> {
    let Some(mut connection) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (id bigint)")?;
    connection.run("INSERT INTO jars VALUES (1)")?;
    assert_eq!(rows(&mut connection, "SELECT * FROM jars", &[])?, [[Value::Integer(1)]]);
    connection.run("ALTER TABLE jars ADD COLUMN label text DEFAULT 'soy'")?;
    let back = connection.with_text("SELECT * FROM jars", |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        rows.next_row()?.map(|row| row.value(1, Type::Text).map(ValueRef::to_owned)).transpose()
    })?;
    assert_eq!(back, Some(Value::Text("soy".into())));
    Ok(())
}

#[test]
fn a_failed_transaction_is_not_committed_in_silence() -> Result<()> {
    let Some(mut connection) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (id bigint PRIMARY KEY)")?;
    connection.control(Control::Begin)?;
    connection.run("INSERT INTO jars VALUES (1)")?;
    connection.control(Control::Savepoint(0))?;
    assert!(connection.run("INSERT INTO jars VALUES (1)").expect_err("twice").is_unique_violation());
    assert!(connection.run("INSERT INTO jars VALUES (2)").is_err());
    connection.control(Control::RollbackTo(0))?;
    connection.control(Control::Release(0))?;
    connection.run("INSERT INTO jars VALUES (3)")?;
    connection.control(Control::Commit)?;
    let ids = "SELECT id FROM jars ORDER BY id";
    assert_eq!(rows(&mut connection, ids, &[])?, [[Value::Integer(1)], [Value::Integer(3)]]);

    connection.control(Control::Begin)?;
    connection.run("INSERT INTO jars VALUES (4)")?;
    assert!(connection.run("SELEC").is_err());
    assert!(connection.in_transaction());
    let error = connection.control(Control::Commit).expect_err("a commit of what failed");
    assert!(error.to_string().contains("rolled back"), "{error}");
    assert!(!connection.in_transaction());
    assert_eq!(rows(&mut connection, ids, &[])?.len(), 2);
    Ok(())
}

/// The client forgets the error of rows that nobody reads; the server does not.
#[test]
fn an_error_behind_the_rows_that_were_read_fails_the_transaction() -> Result<()> {
    let Some(mut connection) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (id bigint)")?;
    connection.run("INSERT INTO jars SELECT * FROM generate_series(0, 2000)")?;
    connection.control(Control::Begin)?;
    connection.run("INSERT INTO jars VALUES (-1)")?;
    connection.with_text("SELECT 1 / (2000 - id) FROM jars", |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        rows.next_row().map(|row| assert!(row.is_some()))
    })?;
    assert!(connection.control(Control::Commit).is_err());
    assert_eq!(rows(&mut connection, "SELECT count(*) FROM jars WHERE id < 0", &[])?, [[Value::Integer(0)]]);
    Ok(())
}

#[test]
fn a_table_that_changes_within_a_transaction_lets_it_run_again() -> Result<()> {
    let Some(mut connection) = connect()? else { return Ok(()) };
    connection.run("CREATE TABLE jars (id bigint)")?;
    let all = "SELECT * FROM jars";
    assert_eq!(rows(&mut connection, all, &[])?.len(), 0);
    connection.run("ALTER TABLE jars ADD COLUMN label text")?;
    connection.control(Control::Begin)?;
    let error = rows(&mut connection, all, &[]).expect_err("other columns");
    assert!(error.is_serialization_failure(), "{error}");
    connection.control(Control::Rollback)?;
    connection.control(Control::Begin)?;
    assert_eq!(rows(&mut connection, all, &[])?.len(), 0);
    connection.control(Control::Commit)
}

#[test]
fn somebody_elses_words_begin_and_end_transactions_too() -> Result<()> {
    let Some(mut connection) = connect()? else { return Ok(()) };
    let run = |connection: &mut Connection, text: &str| {
        connection.with_text(text, |prepared| prepared.execute::<Error>(|_| Ok(())))
    };
    run(&mut connection, "/* quietly */ BEGIN")?;
    assert!(connection.in_transaction());
    run(&mut connection, "COMMIT AND CHAIN")?;
    assert!(connection.in_transaction());
    assert!(run(&mut connection, "SELEC").is_err());
    let error = run(&mut connection, "COMMIT").expect_err("a commit of what failed");
    assert!(error.to_string().contains("roll it back"), "{error}");
    run(&mut connection, "ROLLBACK")?;
    assert!(!connection.in_transaction());
    Ok(())
}

#[test]
fn a_broken_connection_says_so() -> Result<()> {
    let (Some(mut connection), Some(mut other)) = (connect()?, connect()?) else { return Ok(()) };
    let own = rows(&mut connection, "SELECT pg_backend_pid()", &[])?.remove(0).remove(0);
    connection.control(Control::Begin)?;
    let Value::Integer(own) = own else { panic!("a process has a number") };
    rows(&mut other, &format!("SELECT pg_terminate_backend({own})"), &[])?;
    let error = connection.control(Control::Commit).expect_err("nobody is there");
    assert!(error.is_lost() || error.is_outcome_unknown(), "{error}");
    assert!(connection.is_lost() && !connection.in_transaction());
    Ok(())
}

/// Tokio panics where a thread of its own waits for another runtime, or drops one.
#[test]
fn connections_work_in_every_thread_of_an_asynchronous_program() -> Result<()> {
    let Some((url, _)) = server::postgres(Pool::open) else { return Ok(()) };
    let work = || {
        let url = url.clone();
        move || {
            let pool = Pool::open(&url).expect("a pool");
            let read = rows(&mut pool.connect().expect("a connection"), "SELECT 1 UNION ALL SELECT 2", &[]);
            assert_eq!(read.expect("rows").len(), 2);
        }
    };
    let runtimes = [
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime"),
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime"),
    ];
    for runtime in runtimes {
        runtime.block_on(async { work()() });
        let task = work();
        runtime.block_on(runtime.spawn(async move { task() })).expect("a task");
        runtime.block_on(runtime.spawn_blocking(work())).expect("blocking work");
    }
    Ok(())
}

#[test]
fn wrong_urls_are_refused_without_their_secrets() {
    for url in [
        "postgres://jane:s3cret@host:port/db",
        "postgres://jane:s3cret@127.0.0.1/db?secret=s3cret",
        "postgres://jane:s3cret@127.0.0.1/db?sslmode=s3cret",
        "postgres://jane:s3cret@127.0.0.1/db?sslmode=require",
        "postgres://jane:s3cret@127.0.0.1:1/db?connect_timeout=2",
    ] {
        let error = Pool::open(url).expect_err(url);
        assert!(error.is_url() || error.is_open(), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}
