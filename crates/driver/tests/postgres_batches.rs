//! Statements that are run for many rows on PostgreSQL, and what is said where it comes to no end.

#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::sync::atomic::{AtomicUsize, Ordering};

use fake::{done, message, refusal};
use onggi_driver::{Connection, Control, Error, Pool, Pooled, Result, Type, ValueRef};

mod fake;
mod server;

/// A connection whose tables go with it.
fn connect() -> Option<Pooled> {
    let (_, pool) = server::postgres(Pool::open)?;
    let mut connection = pool.connect().unwrap();
    connection.run("SET search_path = pg_temp").unwrap();
    Some(connection)
}

fn number(connection: &mut Connection, text: &str) -> i64 {
    let read = connection.with_text(text, |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        match rows.next_row()?.unwrap().value(0, Type::BIGINT)? {
            ValueRef::Integer(number) => Ok::<_, Error>(number),
            other => panic!("{other:?}"),
        }
    });
    read.unwrap()
}

/// What a statement says of each of so many rows, to which nothing is bound.
fn times(connection: &mut Connection, text: &str, rows: usize) -> Vec<Result<u64>> {
    let mut answers = Vec::new();
    let note = |_, answer| {
        answers.push(answer);
        Ok(())
    };
    let done =
        connection.with_text(text, |prepared| prepared.execute_all::<Error>(rows, |_, _| Ok(()), note));
    done.unwrap();
    answers
}

#[test]
fn a_statement_that_copies_is_no_part_of_a_batch_and_leaves_the_connection_fit() {
    let Some(mut connection) = connect() else { return };
    connection.run("CREATE TABLE jars (id bigint)").unwrap();
    connection.run("INSERT INTO jars VALUES (1)").unwrap();
    for (text, words) in [
        ("COPY jars FROM STDIN", "there is nothing to copy"),
        ("/* rows */ copy jars FROM STDIN", "there is nothing to copy"),
        ("COPY jars TO STDOUT", "rows are read by a query"),
    ] {
        for rows in 1..5 {
            let answers = times(&mut connection, text, rows);
            assert_eq!(answers.len(), rows);
            for answer in answers {
                let error = answer.unwrap_err();
                assert!(error.to_string().contains(words), "{text}, {rows} rows: {error}");
                assert!(!error.is_lost() && !error.is_cancelled() && !error.is_timeout(), "{error}");
            }
            assert_eq!(number(&mut connection, "SELECT count(*) FROM jars"), 1, "{text}, {rows} rows");

            connection.control(Control::Begin).unwrap();
            let answers = times(&mut connection, text, rows);
            let errors: Vec<Error> = answers.into_iter().map(Result::unwrap_err).collect();
            assert!(errors[0].to_string().contains(words), "{text}, {rows} rows: {}", errors[0]);
            assert!(errors[1..].iter().all(|error| error.to_string().contains("was not run")), "{errors:?}");
            connection.control(Control::Rollback).unwrap();
            assert_eq!(number(&mut connection, "SELECT 1"), 1, "{text}, {rows} rows");
        }
    }
}

#[test]
fn what_a_copy_gives_is_not_thrown_away_without_a_word() {
    let Some(mut connection) = connect() else { return };
    connection.run("CREATE TABLE jars (id bigint)").unwrap();
    connection.run("INSERT INTO jars SELECT * FROM generate_series(1, 10000)").unwrap();
    let copy = "COPY jars TO STDOUT";
    let errors = [
        connection.run(copy).unwrap_err(),
        connection.run("SELECT 1; COPY jars TO STDOUT; SELECT 2").unwrap_err(),
        connection.with_text(copy, |prepared| prepared.execute::<Error>(|_| Ok(()))).unwrap_err(),
        connection
            .with_text(copy, |prepared| {
                prepared.query::<Error>(|_| Ok(())).and_then(|mut rows| rows.next_row().map(|_| ()))
            })
            .unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().contains("rows are read by a query") && !error.is_lost(), "{error}");
    }
    assert_eq!(number(&mut connection, "SELECT count(*) FROM jars"), 10_000);
    // A failure in the midst of it is told as such.
    let broken = connection.run("COPY (SELECT 1 / (id - 9000) FROM jars) TO STDOUT").unwrap_err();
    assert!(broken.to_string().contains("division by zero"), "{broken}");
    connection.run("SELECT 1").unwrap();
}

#[test]
fn a_commit_among_many_is_told_as_one_alone_is() {
    let Some(mut connection) = connect() else { return };
    connection.run("CREATE TABLE jars (id bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)").unwrap();
    let commit = |connection: &mut Connection| {
        let answers = times(connection, "COMMIT", 2);
        answers.into_iter().next().unwrap().unwrap_err()
    };
    connection.control(Control::Begin).unwrap();
    connection.run("SELECT 1 / 0").unwrap_err();
    let error = commit(&mut connection);
    assert!(error.to_string().contains("roll it back"), "{error}");
    connection.control(Control::Rollback).unwrap();

    connection.control(Control::Begin).unwrap();
    connection.run("INSERT INTO jars VALUES (1), (1)").unwrap();
    let error = commit(&mut connection);
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(number(&mut connection, "SELECT count(*) FROM jars"), 0);
}

/// What a server says of a statement without parameters, when it is prepared, in a state of the transaction.
fn described(state: u8) -> Vec<u8> {
    [message(b'1', b""), message(b't', b"\0\0"), message(b'n', b""), message(b'Z', &[state])].concat()
}

/// What is said of three rows where the server ends the line behind the first.
fn cut_behind_the_first(in_transaction: bool) -> Vec<String> {
    let ends = AtomicUsize::new(0);
    let state = if in_transaction { b'T' } else { b'I' };
    let pool = fake::server(move |kind, text| match kind {
        b'Q' if text.starts_with("BEGIN") => done("BEGIN", b'T'),
        b'Q' => done("SET", b'I'),
        b'D' => described(state),
        // The first end is that of what was prepared.
        b'S' => match ends.fetch_add(1, Ordering::Relaxed) {
            0 => Vec::new(),
            1 if in_transaction => message(b'C', b"INSERT 0 1\0"),
            1 => done("INSERT 0 1", b'I'),
            _ => message(b'C', b"INSERT 0 1\0"),
        },
        _ => Vec::new(),
    });
    let mut connection = pool.connect().unwrap();
    if in_transaction {
        connection.control(Control::Begin).unwrap();
    }
    let answers = times(&mut connection, "INSERT INTO jars VALUES (1)", 3);
    assert!(connection.is_lost());
    for answer in times(&mut connection, "INSERT INTO jars VALUES (1)", 3) {
        let error = answer.unwrap_err();
        assert!(error.is_lost() && error.to_string().contains("was not sent"), "{error}");
    }
    let [Ok(1), second, third] = &answers[..] else { panic!("{answers:?}") };
    for answer in [second, third] {
        let told = if in_transaction { Error::is_lost } else { Error::is_outcome_unknown };
        assert!(answer.as_ref().is_err_and(told), "{answers:?}");
    }
    answers[1..].iter().map(|answer| answer.as_ref().unwrap_err().to_string()).collect()
}

#[test]
fn of_rows_behind_a_lost_connection_it_is_said_whether_something_stays() {
    for said in cut_behind_the_first(true) {
        assert!(said.contains("nothing of the transaction stays") && !said.contains("not run"), "{said}");
    }
    for said in cut_behind_the_first(false) {
        assert!(said.contains("whether it was done is not known"), "{said}");
    }
}

/// What is said of three rows outside of a transaction, of which the server has forgotten the statement before the second, and
/// again before so many others.
fn forgotten(times_more: usize) -> Vec<Result<u64>> {
    let executed = AtomicUsize::new(0);
    let pool = fake::server(move |kind, _| match kind {
        b'Q' => done("SET", b'I'),
        b'D' => described(b'I'),
        b'E' => match executed.fetch_add(1, Ordering::Relaxed) {
            number if (1..3 + times_more).contains(&number) => {
                [refusal("ERROR", "26000"), message(b'Z', b"I")].concat()
            }
            _ => done("INSERT 0 1", b'I'),
        },
        _ => Vec::new(),
    });
    let mut connection = pool.connect().unwrap();
    times(&mut connection, "INSERT INTO jars VALUES (1)", 3)
}

#[test]
fn rows_whose_statement_is_outdated_outside_of_a_transaction_are_run_by_one_that_is_not() {
    let answers = forgotten(0);
    assert!(matches!(&answers[..], [Ok(1), Ok(1), Ok(1)]), "{answers:?}");
    let answers = forgotten(2);
    let [Ok(1), Err(second), Err(third)] = &answers[..] else { panic!("{answers:?}") };
    for error in [second, third] {
        let said = error.to_string();
        assert!(said.contains("this statement was not run") && !said.contains("transaction"), "{said}");
    }

    let Some((_, pool)) = server::postgres(Pool::open) else { return };
    let mut connection = pool.connect().unwrap();
    let table = format!("jars_{}", std::process::id());
    connection.run(&format!("CREATE TABLE {table} (id bigserial, label text)")).unwrap();
    let insert = format!("INSERT INTO {table} (label) VALUES ('a') RETURNING id");
    let keys = |connection: &mut Connection| {
        let mut keys = Vec::new();
        let inserted = connection.with_text(&insert, |prepared| {
            prepared.insert_all::<Error>(3, |_, _| Ok(()), |_, key| key.map(|key| keys.push(key)))
        });
        inserted.map(|()| keys)
    };
    assert_eq!(keys(&mut connection).unwrap(), [1, 2, 3]);
    let alter =
        |ty: &str| pool.connect().unwrap().run(&format!("ALTER TABLE {table} ALTER id TYPE {ty}")).unwrap();
    alter("int");
    assert_eq!(keys(&mut connection).unwrap(), [4, 5, 6]);
    connection.control(Control::Begin).unwrap();
    // The transaction has not touched the table yet, so that it is not locked.
    alter("bigint");
    let error = keys(&mut connection).unwrap_err();
    assert!(
        error.is_serialization_failure() && error.to_string().contains("while the transaction was open"),
        "{error}"
    );
    connection.control(Control::Rollback).unwrap();
    assert_eq!(keys(&mut connection).unwrap().len(), 3);
    assert_eq!(number(&mut connection, &format!("SELECT count(*) FROM {table}")), 9);
    connection.run(&format!("DROP TABLE {table}")).unwrap();
}

/// A statement is sent with its text, so that it is run before its columns are known to have changed.
#[test]
fn behind_a_pooler_a_statement_that_was_run_is_not_said_to_be_run_again() {
    let Some((url, pool)) = server::postgres(Pool::open) else { return };
    let plain = Pool::open(&server::with_option(&url, "prepared_statements=off")).unwrap();
    let mut connection = plain.connect().unwrap();
    let table = format!("jars_off_{}", std::process::id());
    connection.run(&format!("CREATE TABLE {table} (id bigserial, label text)")).unwrap();
    let insert = format!("INSERT INTO {table} (label) VALUES ('a') RETURNING id");
    let key = |connection: &mut Connection| {
        connection.with_text(&insert, |prepared| prepared.insert::<Error>(|_| Ok(())))
    };
    assert_eq!(key(&mut connection).unwrap(), 1);
    pool.connect().unwrap().run(&format!("ALTER TABLE {table} ALTER id TYPE int")).unwrap();
    let error = key(&mut connection).unwrap_err();
    assert!(
        error.to_string().contains("the statement was run") && !error.is_serialization_failure(),
        "{error}"
    );
    assert_eq!(number(&mut connection, &format!("SELECT count(*) FROM {table}")), 2);
    assert_eq!(key(&mut connection).unwrap(), 3);
    connection.run(&format!("DROP TABLE {table}")).unwrap();
}

/// What was bound is in the form of the column as it was.
#[test]
fn a_statement_whose_parameters_have_become_others_is_run_when_it_is_bound_anew() {
    let Some((_, pool)) = server::postgres(Pool::open) else { return };
    let mut connection = pool.connect().unwrap();
    let table = format!("jars_bound_{}", std::process::id());
    connection.run(&format!("CREATE TABLE {table} (id bigint)")).unwrap();
    connection.run(&format!("INSERT INTO {table} VALUES (7)")).unwrap();
    let select = format!("SELECT id FROM {table} WHERE id = $1");
    let found = |connection: &mut Connection| {
        connection.with_text(&select, |prepared| {
            let mut rows = prepared.query::<Error>(|to| to.bind(ValueRef::Integer(7)))?;
            rows.next_row().map(|row| row.is_some())
        })
    };
    assert!(found(&mut connection).unwrap());
    pool.connect().unwrap().run(&format!("ALTER TABLE {table} ALTER id TYPE int")).unwrap();
    let error = found(&mut connection).unwrap_err();
    assert!(error.is_serialization_failure() && error.to_string().contains("run it again"), "{error}");
    assert!(found(&mut connection).unwrap());
    connection.run(&format!("DROP TABLE {table}")).unwrap();
}

#[test]
fn a_row_that_cannot_be_bound_is_nothing_to_wait_for() {
    let Some(mut connection) = connect() else { return };
    connection.run("CREATE TABLE jars (id bigint)").unwrap();
    for begins in [false, true] {
        if begins {
            connection.control(Control::Begin).unwrap();
        }
        for unbound in 0..3 {
            let mut answers = Vec::new();
            let done = connection.with_text("INSERT INTO jars VALUES ($1)", |prepared| {
                prepared.execute_all::<Error>(
                    3,
                    |row, to| match row == unbound {
                        true => to.bind(ValueRef::Text("none")),
                        false => to.bind(ValueRef::Integer(1)),
                    },
                    |_, answer| {
                        answers.push(answer.is_ok());
                        Ok(())
                    },
                )
            });
            done.unwrap();
            assert_eq!(answers, [unbound != 0, unbound != 1, unbound != 2]);
        }
    }
    assert_eq!(number(&mut connection, "SELECT count(*) FROM jars"), 12);
}

/// No server of PostgreSQL's answers so to what is asked here.
#[test]
fn a_copy_that_nothing_has_asked_for_ends_the_connection_with_words() {
    let ends = AtomicUsize::new(0);
    let pool = fake::server(move |kind, text| match kind {
        b'Q' if text.starts_with("BEGIN") => done("BEGIN", b'T'),
        b'Q' if text.starts_with("SELECT") => message(b'W', b"\0\0\0"),
        b'Q' => done("SET", b'I'),
        b'D' => described(b'T'),
        b'S' if ends.fetch_add(1, Ordering::Relaxed) == 1 => message(b'G', b"\0\0\0"),
        _ => Vec::new(),
    });
    let mut connection = pool.connect().unwrap();
    connection.control(Control::Begin).unwrap();
    let answers = times(&mut connection, "INSERT INTO jars VALUES (1)", 2);
    let first = answers[0].as_ref().unwrap_err().to_string();
    assert!(first.contains("something to copy in the midst of others"), "{first}");
    let second = answers[1].as_ref().unwrap_err().to_string();
    assert!(second.contains("nothing of the transaction stays") && connection.is_lost(), "{second}");
    drop(connection);
    let mut connection = pool.connect().unwrap();
    let error = connection.run("SELECT 1").unwrap_err();
    assert!(error.to_string().contains("replicates") && connection.is_lost(), "{error}");
}
