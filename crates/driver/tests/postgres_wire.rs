//! PostgreSQL's protocol: who calls, what goes over the line and in which order.

#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use fake::{done, message, refusal, server};
use onggi_driver::{Connection, Control, Error, Pool, Pooled, Result, Type, Value, ValueRef};
use onggi_sql::{Select, Statement, Table, shape};

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

/// What a statement says of each number that it is run for, all sent together.
fn all(connection: &mut Connection, text: &str, numbers: &[i64]) -> Vec<Result<u64>> {
    let mut answers = Vec::new();
    let done = connection.with_text(text, |prepared| {
        prepared.execute_all::<Error>(
            numbers.len(),
            |row, to| to.bind(ValueRef::Integer(numbers[row])),
            |_, answer| {
                answers.push(answer);
                Ok(())
            },
        )
    });
    done.unwrap();
    answers
}

#[test]
fn statements_sent_together_stop_at_a_failure_in_a_transaction_and_are_alone_outside_of_one() {
    let Some(mut connection) = connect() else { return };
    connection.run("CREATE TABLE jars (id bigint PRIMARY KEY)").unwrap();
    let insert = "INSERT INTO jars VALUES ($1)";
    let answers = all(&mut connection, insert, &[1, 2, 1, 3]);
    assert!(matches!(&answers[..], [Ok(1), Ok(1), Err(twice), Ok(1)] if twice.is_unique_violation()));
    assert_eq!(number(&mut connection, "SELECT count(*) FROM jars"), 3);

    connection.control(Control::Begin).unwrap();
    let answers = all(&mut connection, insert, &[4, 5, 4, 6]);
    assert!(
        matches!(&answers[..], [Ok(1), Ok(1), Err(twice), Err(behind)]
            if twice.is_unique_violation() && behind.to_string().contains("was not run")),
        "{answers:?}"
    );
    assert!(connection.control(Control::Commit).is_err());
    assert_eq!(number(&mut connection, "SELECT count(*) FROM jars"), 3);
}

/// A client that only writes until all is written would wait for a server that waits for it to read.
#[test]
fn both_ends_say_more_at_once_than_the_line_holds() {
    let Some(mut connection) = connect() else { return };
    connection.run("CREATE TABLE jars (id bigint, label text)").unwrap();
    connection
        .run(
            "CREATE FUNCTION pg_temp.shout() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE NOTICE '%', repeat('x', 30000000); RETURN NEW; END $$",
        )
        .unwrap();
    connection
        .run("CREATE TRIGGER shouts BEFORE INSERT ON jars FOR EACH ROW EXECUTE FUNCTION pg_temp.shout()")
        .unwrap();
    // The first is run while the second is still sent.
    let labels = ["y".to_owned(), "y".repeat(30_000_000)];
    connection.control(Control::Begin).unwrap();
    let inserted = connection.with_text("INSERT INTO jars VALUES ($1, $2)", |prepared| {
        prepared.execute_all::<Error>(
            2,
            |row, to| {
                to.bind(ValueRef::Integer(i64::try_from(row).unwrap()))?;
                to.bind(ValueRef::Text(&labels[row]))
            },
            |_, answer| answer.map(drop),
        )
    });
    inserted.unwrap();
    connection.control(Control::Commit).unwrap();
    assert_eq!(number(&mut connection, "SELECT sum(length(label)) FROM jars"), 30_000_001);
}

#[test]
fn a_statement_that_wants_something_to_copy_fails_and_leaves_the_connection_fit() {
    let Some(mut connection) = connect() else { return };
    connection.run("CREATE TABLE jars (id bigint)").unwrap();
    let copy = "COPY jars FROM STDIN";
    let error = connection.run(copy).unwrap_err();
    assert!(error.to_string().contains("nothing to copy") && !error.is_timeout(), "{error}");
    assert_eq!(number(&mut connection, "SELECT 1"), 1);
    let executed = connection.with_text(copy, |prepared| prepared.execute::<Error>(|_| Ok(())));
    assert!(executed.unwrap_err().to_string().contains("nothing to copy"));
    assert_eq!(number(&mut connection, "SELECT 2"), 2);
    let read = connection.with_text(copy, |prepared| {
        prepared.query::<Error>(|_| Ok(())).and_then(|mut rows| rows.next_row().map(|_| ()))
    });
    assert!(read.unwrap_err().to_string().contains("nothing to copy"));
    connection.run("COPY jars TO STDOUT").unwrap_err();
    assert_eq!(number(&mut connection, "SELECT 3"), 3);
}

#[test]
fn the_server_forgets_statements_that_are_not_kept() {
    let Some(mut connection) = connect() else { return };
    for value in 0..600 {
        assert_eq!(number(&mut connection, &format!("SELECT {value}")), value);
    }
    let kept = number(&mut connection, "SELECT count(*) FROM pg_prepared_statements");
    assert!(kept <= 257, "{kept}");
}

static COLUMNS: [onggi_sql::Column; 1] = [onggi_sql::Column::new("id", Type::BIGINT)];
static JARS: Table = Table::new("jars", &COLUMNS, &[0]);

/// How many rows a select has that is limited to so many.
fn limited(connection: &mut Connection, rows: i64) -> usize {
    let select = Statement::Select(Select { limit: Some(Value::Integer(rows)), ..Select::all(&JARS) });
    let (shape, values) = shape::of(&select);
    let read = connection.with(
        &shape,
        || select.clone(),
        |prepared| {
            let bound =
                |to: &mut dyn onggi_driver::Bind| values.iter().try_for_each(|value| to.bind(value.as_ref()));
            let (mut rows, mut count) = (prepared.query::<Error>(bound)?, 0);
            while let Some(row) = rows.next_row()? {
                row.value(0, Type::BIGINT)?;
                count += 1;
            }
            Ok::<_, Error>(count)
        },
    );
    read.unwrap()
}

/// With a limit that the server does not know it would plan pages anew each time.
#[test]
fn the_server_knows_limits_that_come_again() {
    let Some(mut connection) = connect() else { return };
    connection.run("CREATE TABLE jars (id bigint)").unwrap();
    connection.run("INSERT INTO jars SELECT * FROM generate_series(1, 100)").unwrap();
    let known = "SELECT count(*) FROM pg_prepared_statements WHERE statement ~ 'LIMIT [0-9]'";
    for rows in [20, 30, 40] {
        assert_eq!(limited(&mut connection, rows), usize::try_from(rows).unwrap());
    }
    assert_eq!(number(&mut connection, known), 0, "each came once");
    for rows in 1..=10 {
        for _ in 0..3 {
            assert_eq!(limited(&mut connection, rows), usize::try_from(rows).unwrap());
        }
    }
    assert_eq!(number(&mut connection, known), 4, "there are not any number of them");
    connection.run("ALTER TABLE jars ADD COLUMN label text").unwrap();
    assert_eq!(limited(&mut connection, 1), 1);
    connection.run("ALTER TABLE jars ALTER id TYPE int").unwrap();
    for rows in [1, 1, 1, 7] {
        assert_eq!(limited(&mut connection, rows), usize::try_from(rows).unwrap());
    }
    assert_eq!(number(&mut connection, known), 1, "those of the table before are forgotten");
}

/// The statement with the limit in it would be younger than what is known of its columns.
#[test]
fn a_limit_that_comes_again_after_its_table_has_changed_is_read_as_the_table_is() {
    let Some(mut connection) = connect() else { return };
    connection.run("CREATE TABLE jars (id bigint)").unwrap();
    connection.run("INSERT INTO jars VALUES (1), (2)").unwrap();
    assert_eq!(limited(&mut connection, 1), 1);
    connection.run("ALTER TABLE jars ALTER id TYPE int").unwrap();
    for _ in 0..3 {
        assert_eq!(limited(&mut connection, 1), 1);
    }
}

/// A query for the only row says beside the statement that two are enough to know that there are several.
#[test]
fn the_server_stops_behind_the_rows_that_are_wanted() {
    let Some(mut connection) = connect() else { return };
    connection.run("CREATE SEQUENCE drawn").unwrap();
    let read = connection.with_text("SELECT nextval('drawn') FROM generate_series(1, 100)", |prepared| {
        let (mut rows, mut count) = (prepared.query_for::<Error>(Some(2), |_| Ok(()))?, 0);
        while rows.next_row()?.is_some() {
            count += 1;
        }
        Ok::<_, Error>(count)
    });
    assert_eq!(read.unwrap(), 2);
    assert_eq!(number(&mut connection, "SELECT last_value FROM drawn"), 2);
}

#[test]
fn one_server_after_another_is_called() {
    let Some((url, _)) = server::postgres(Pool::open) else { return };
    let Some(address) = server::address(&url) else { return };
    let (closed, port) = (TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap(), address.port());
    let url = server::through(&url, &format!("127.0.0.1:{},{}", closed.port(), address.ip()), port);
    let pool = Pool::open(&url).unwrap();
    assert_eq!(number(&mut pool.connect().unwrap(), "SELECT 1"), 1);
    let writes = Pool::open(&server::with_option(&url, "target_session_attrs=read-write"));
    assert_eq!(number(&mut writes.unwrap().connect().unwrap(), "SELECT 1"), 1);
    let reads = Pool::open(&server::with_option(&url, "target_session_attrs=read-only")).unwrap_err();
    assert!(reads.is_open() && reads.to_string().contains("target_session_attrs"), "{reads}");
    let unbound = Pool::open(&server::with_option(&url, "channel_binding=require&sslmode=disable"));
    let unbound = unbound.unwrap_err();
    assert!(unbound.is_open() && unbound.to_string().contains("channel_binding"), "{unbound}");
}

/// A server that says one thing after another, whatever it hears.
fn parrot(says: &'static [&'static [u8]]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut caller, _) = listener.accept().unwrap();
        for said in says {
            // More than it asks for does not come at once.
            assert!(caller.read(&mut [0; 1000]).unwrap() > 0);
            caller.write_all(said).unwrap();
        }
        // It stays until the other is gone.
        drop(caller.read(&mut [0; 1000]));
    });
    port
}

#[test]
fn a_connection_on_which_nonsense_comes_is_not_used_again() {
    let port = parrot(&[
        b"R\0\0\0\x08\0\0\0\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x01Z\0\0\0\x05I",
        b"C\0\0\0\x08SET\0Z\0\0\0\x05I",
        b"Z\0\0\0\x01I",
    ]);
    let pool = Pool::open(&format!("postgres://jane@127.0.0.1:{port}/jars?sslmode=disable")).unwrap();
    let mut connection = pool.connect().unwrap();
    assert!(!connection.is_lost());
    let error = connection.run("SELECT 1").unwrap_err();
    assert!(error.to_string().contains("do not understand each other"), "{error}");
    assert!(connection.is_lost());
}

/// How a commit is said.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Said {
    Outright,
    Prepared,
    /// As a text, which may say more.
    Run(&'static str),
}

/// What a commit comes to that is answered so, and whether the connection is of no more use.
fn commit(answer: &[u8], said: Said) -> (Error, bool) {
    let answer = answer.to_vec();
    let pool = server(move |kind, text| match (kind, said) {
        (b'Q', Said::Run(all)) if text.starts_with(all) => answer.clone(),
        (b'Q', Said::Outright) if text.starts_with("COMMIT") => answer.clone(),
        (b'E', _) => answer.clone(),
        (b'Q', _) => done("BEGIN", b'T'),
        // Of a statement that is prepared.
        (b'D', _) => {
            [message(b'1', b""), message(b't', b"\0\0"), message(b'n', b""), message(b'Z', b"T")].concat()
        }
        _ => Vec::new(),
    });
    let mut connection = pool.connect().unwrap();
    connection.control(Control::Begin).unwrap();
    assert!(connection.in_transaction());
    let committed = match said {
        Said::Outright => connection.control(Control::Commit),
        Said::Run(all) => connection.run(all),
        Said::Prepared => connection.with_text("COMMIT", |text| text.execute::<Error>(|_| Ok(()))).map(drop),
    };
    (committed.unwrap_err(), connection.is_lost())
}

#[test]
fn of_a_commit_whose_answer_does_not_come_to_its_end_nobody_knows_whether_it_was_done() {
    let answers = [
        refusal("PANIC", "58030"),
        refusal("PANIC", "53100"),
        refusal("FATAL", "XX000"),
        refusal("FATAL", "57P01"),
        message(b'C', b"COMMIT\0"),
        [message(b'N', b"S"), done("COMMIT", b'I')].concat(),
        b"Z\0\0\0\x03".to_vec(),
        [message(b'C', b"COMMIT\0"), message(b'Z', b"?")].concat(),
    ];
    let ways = [
        Said::Outright,
        Said::Prepared,
        Said::Run("COMMIT"),
        Said::Run("/* mine */ end"),
        Said::Run("COMMIT AND CHAIN"),
        Said::Run("BEGIN; UPDATE jars SET a = 1; COMMIT"),
    ];
    for (answer, said) in answers.iter().flat_map(|answer| ways.map(|said| (answer, said))) {
        let (error, is_lost) = commit(answer, said);
        let shown = String::from_utf8_lossy(answer);
        assert!(error.is_outcome_unknown() && is_lost, "{shown}, {said:?}: {error}");
    }
    let (error, is_lost) = commit(&answers[4], Said::Run("ROLLBACK"));
    assert!(error.is_lost() && is_lost, "{error}");
}

#[test]
fn a_commit_that_is_refused_or_answered_with_a_rollback_was_not_done() {
    for said in [Said::Outright, Said::Prepared] {
        let refused = [refusal("ERROR", "40001"), message(b'Z', b"I")].concat();
        let (error, is_lost) = commit(&refused, said);
        assert!(error.is_serialization_failure() && !is_lost, "{error}");
        let (error, is_lost) = commit(&done("ROLLBACK", b'I'), said);
        assert!(error.to_string().contains("it is rolled back") && !is_lost, "{error}");
    }
}

#[test]
fn what_the_server_says_of_the_transaction_counts() {
    let Some(mut connection) = connect() else { return };
    for (text, open) in
        [("BEGIN", true), ("SAVEPOINT a", true), ("ROLLBACK", false), ("/* mine */ BEGIN", true)]
    {
        connection.run(text).unwrap();
        assert_eq!(connection.in_transaction(), open, "{text}");
    }
    connection.run("nonsense").unwrap_err();
    assert!(connection.control(Control::Commit).is_err());
    assert!(!connection.in_transaction());
}

/// What becomes of three rows that are inserted outside of a transaction, if all is answered so.
fn three(connection: &mut Connection, label: &str) -> Vec<Result<u64>> {
    let mut answers = Vec::new();
    let inserted = connection.with_text("INSERT INTO jars VALUES ($1)", |prepared| {
        prepared.execute_all::<Error>(
            3,
            |_, to| to.bind(ValueRef::Text(label)),
            |_, answer| {
                answers.push(answer);
                Ok(())
            },
        )
    });
    inserted.unwrap();
    answers
}

/// What the server says of a statement with a text, when it is prepared.
fn described() -> Vec<u8> {
    let types = message(b't', &[0, 1, 0, 0, 0, 25]);
    [message(b'1', b""), types, message(b'n', b""), message(b'Z', b"I")].concat()
}

#[test]
fn behind_a_row_that_is_none_no_answer_is_taken_for_another_ones() {
    let executed = std::sync::atomic::AtomicUsize::new(0);
    let pool = server(move |kind, _| match kind {
        b'Q' => done("SET", b'I'),
        b'D' => described(),
        b'E' => match executed.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            1 => [message(b'D', b"\0\x09\0"), done("INSERT 0 1", b'I')].concat(),
            2 => [refusal("ERROR", "23505"), message(b'Z', b"I")].concat(),
            _ => done("INSERT 0 1", b'I'),
        },
        _ => Vec::new(),
    });
    let mut connection = pool.connect().unwrap();
    let answers = three(&mut connection, "a");
    assert!(
        matches!(&answers[..], [Ok(1), Err(broken), Err(unknown)]
            if broken.to_string().contains("do not understand") && unknown.is_outcome_unknown()),
        "{answers:?}"
    );
    assert!(connection.is_lost());
}

#[test]
fn a_listener_that_hears_nonsense_hears_no_more() {
    let pool = server(|kind, text| match kind {
        // What is heard unasked stands behind the answer.
        b'Q' if text.starts_with("LISTEN") => [done("LISTEN", b'I'), b"A\0\0\0\x01".to_vec()].concat(),
        b'Q' => done("SET", b'I'),
        _ => Vec::new(),
    });
    let mut listener = pool.listen(&["births"]).unwrap();
    for _ in 0..2 {
        let error = listener.next(std::time::Duration::from_secs(10)).unwrap_err();
        assert!(error.is_lost(), "{error}");
    }
}

/// A server that says so much as soon as a transaction has begun, and hangs up; with what hears when it has.
fn hangs_up_behind(notices: usize) -> (Pool, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (said, has_said) = mpsc::channel();
    thread::spawn(move || {
        let (mut caller, _) = listener.accept().unwrap();
        fake::serve(&mut caller, &|kind, text| match kind {
            b'Q' if text.starts_with("BEGIN") => {
                let notice = message(b'N', format!("SNOTICE\0M{}\0\0", "x".repeat(1000)).as_bytes());
                [done("BEGIN", b'T'), notice.repeat(notices), refusal("FATAL", "57P01")].concat()
            }
            b'Q' => done("SET", b'I'),
            _ => Vec::new(),
        });
        // The last answer has been sent; what comes next is not read.
        drop(caller);
        said.send(()).unwrap();
    });
    let url = format!("postgres://jane@127.0.0.1:{port}/jars?sslmode=disable");
    (Pool::open(&url).unwrap(), has_said)
}

#[test]
fn behind_many_notices_it_is_seen_that_the_server_has_hung_up() {
    for text in [None, Some("COMMIT"), Some("UPDATE jars SET a = 1; COMMIT")] {
        let (pool, has_said) = hangs_up_behind(100);
        let mut connection = pool.connect().unwrap();
        connection.control(Control::Begin).unwrap();
        has_said.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
        let (ended, said) = match text {
            None => (connection.control(Control::Commit), "lost before the commit"),
            Some(text) => (connection.run(text), "lost before this statement was sent"),
        };
        let error = ended.unwrap_err();
        assert!(error.is_lost() && error.to_string().contains(said), "{text:?}: {error}");
    }
}
