//! MariaDB's and MySQL's protocol, spoken with servers that break it.

#![cfg(feature = "mysql")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fake_mysql::{
    BIGINT, CAN, CHANGED, Does, ENCRYPTS, EXECUTE, MORE, MOST, PREPARE, QUERY, TEXT, answer, bytes, column,
    done, done_in, end, greeting, heard, listen, number, number_prepared, numbers, open, packet, packets,
    prepared, refusal, server,
};
use onggi_driver::{Connection, Control, Error, Pool, Result, Type, Value, ValueRef};

mod fake_mysql;

/// The numbers that a text gives, prepared.
fn read(connection: &mut Connection, text: &str) -> Result<Vec<Value>> {
    connection.with_text(text, |prepared| {
        let (mut rows, mut found) = (prepared.query::<Error>(|_| Ok(()))?, Vec::new());
        while let Some(row) = rows.next_row()? {
            found.push(row.value(0, Type::BIGINT)?.to_owned());
        }
        Ok(found)
    })
}

fn write(connection: &mut Connection, text: &str) -> Result<u64> {
    connection.with_text(text, |prepared| prepared.execute::<Error>(|_| Ok(())))
}

const SEVEN: [Value; 1] = [Value::Integer(7)];

/// A server that says something at once, and hears whatever comes.
fn says(said: Vec<u8>) -> u16 {
    listen(move |mut caller| {
        drop(caller.write_all(&said));
        while caller.read(&mut [0; 1000]).is_ok_and(|read| read > 0) {}
    })
}

/// Why somebody is not let in to whom a server says something at once.
fn unopened(said: Vec<u8>) -> Error {
    let error = open(says(said), "sslmode=disable").unwrap_err();
    assert!(error.is_open(), "{error}");
    error
}

#[test]
fn greetings_that_are_none_are_refused_at_once() {
    for said in
        [&b"SSH-2.0-OpenSSH_9.2p1\r\n"[..], b"220 mail.example.com ESMTP\r\n", b"HTTP/1.1 400 Bad\r\n"]
    {
        let error = unopened(said.to_vec());
        assert!(error.to_string().contains("another service may listen there"), "{error}");
    }
    for said in [packet(0, b"\x09old\0"), packet(0, b"\x0bnew\0")] {
        let error = unopened(said);
        assert!(error.to_string().contains("another service may listen there"), "{error}");
    }
    // As it was before version 4.1.
    let old = unopened(greeting(CAN & !(1 << 9), "mysql_native_password"));
    assert!(old.to_string().contains("the server is too old"), "{old}");
    for said in [packet(0, b""), packet(0, b"\x0a"), packet(3, b"\x0a8.0.0\0"), packet(0, b"\0\0\0\0\0\0\0")]
    {
        unopened(said);
    }
}

#[test]
fn a_greeting_that_is_cut_off_anywhere_is_refused() {
    let whole = greeting(CAN, "mysql_native_password");
    for length in 4..whole.len() - b"mysql_native_password\0".len() {
        unopened(packet(0, &whole[4..length]));
    }
    for length in 0..whole.len() {
        let port = listen({
            let said = whole[..length].to_vec();
            move |mut caller| caller.write_all(&said).unwrap()
        });
        let error = open(port, "sslmode=disable").unwrap_err();
        assert!(error.is_open(), "{length}: {error}");
    }
}

#[test]
fn a_greeting_without_an_end_is_not_waited_for_longer_than_is_allowed() {
    for said in [vec![0xff, 0xff], packet(0, &[10; 1000])[..100].to_vec(), b"\xff\xff\xff\0\x0a".to_vec()] {
        let error = open(says(said), "sslmode=disable&connect_timeout=1").unwrap_err();
        assert!(error.is_open() && error.to_string().contains("did not answer within 1s"), "{error}");
    }
}

/// Who is not known yet would otherwise fill the memory.
#[test]
fn a_greeting_of_many_packets_is_not_taken() {
    let port = listen(|mut caller| {
        let content = [b"\x0a10.11\0", &vec![b'x'; MOST - 7][..]].concat();
        let mut number = 0_u8;
        // It goes on until the caller has had enough.
        while caller.write_all(&packet(number, &content)).is_ok() {
            number = number.wrapping_add(1);
        }
    });
    let error = open(port, "sslmode=disable&connect_timeout=60").unwrap_err();
    assert!(error.is_open() && !error.to_string().contains("did not answer"), "{error}");
}

#[test]
fn a_refusal_in_place_of_the_greeting_is_told() {
    let without_state = [&[0xff, 0x10, 0x04][..], b"Too many connections"].concat();
    for said in [without_state, refusal(1040, "08004", "Too many connections")] {
        let error = unopened(packet(0, &said));
        assert!(error.to_string().contains("Too many connections"), "{error}");
    }
    let blocked = unopened(packet(0, &refusal(1130, "HY000", "Host 'x' is not allowed to connect")));
    assert!(blocked.to_string().contains("not allowed to connect"), "{blocked}");
    for broken in [&[0xff][..], &[0xff, 1], &[0xff, 0x10, 4], &[0xff, 0x10, 4, b'#', b'0']] {
        unopened(packet(0, broken));
    }
}

/// What somebody hears behind the answer to a greeting, packet by packet, and what comes of it.
fn proving(says: &[Vec<u8>]) -> Result<Pool> {
    proving_with("mysql_native_password", says)
}

fn proving_with(plugin: &'static str, says: &[Vec<u8>]) -> Result<Pool> {
    let says = says.to_vec();
    let port = listen(move |mut caller| {
        caller.write_all(&greeting(CAN, plugin)).unwrap();
        let mut number = 2;
        for said in &says {
            if heard(&mut caller).is_none() || caller.write_all(&packet(number, said)).is_err() {
                return;
            }
            number += 2;
        }
        while heard(&mut caller).is_some() {}
    });
    open(port, "sslmode=disable")
}

fn switch(plugin: &str, thrown: &[u8]) -> Vec<u8> {
    [&[0xfe], plugin.as_bytes(), &[0], thrown, &[0]].concat()
}

#[test]
fn proofs_that_would_give_the_password_away_or_are_not_known_are_refused() {
    for plugin in
        ["mysql_clear_password", "mysql_old_password", "dialog", "sha256_password", "", "auth_gssapi"]
    {
        let error = proving(&[switch(plugin, b"12345678901234567890")]).unwrap_err();
        assert!(error.is_open() && error.to_string().contains("not known here"), "{plugin}: {error}");
    }
    // As servers wanted the oldest proof.
    let error = proving(&[vec![0xfe]]).unwrap_err();
    assert!(error.is_open() && error.to_string().contains("not known here"), "{error}");
    // Whatever has been thrown.
    for plugin in ["mysql_native_password", "caching_sha2_password", "client_ed25519"] {
        for thrown in [0, 1, 19, 21, 32, 1000] {
            let refused = refusal(1045, "28000", "Access denied");
            let error = proving(&[switch(plugin, &vec![b'x'; thrown]), refused]).unwrap_err();
            assert!(error.is_open(), "{plugin}: {error}");
        }
    }
    // A server that asks for proofs without an end gets no more of them.
    let error = proving(&vec![switch("mysql_native_password", b"12345678901234567890"); 100]).unwrap_err();
    assert!(error.is_open() && error.to_string().contains("no proof of who is there"), "{error}");
}

#[test]
fn what_is_no_step_of_a_proof_is_refused() {
    for said in [vec![], vec![1], vec![1, 3], vec![1, 4], vec![1, 5], vec![2], b"\x03def".to_vec()] {
        let error = proving(std::slice::from_ref(&said)).unwrap_err();
        assert!(error.is_open(), "{said:?}: {error}");
    }
    for said in [vec![1], vec![1, 5], vec![1, 3, 3], b"\x01-----BEGIN PUBLIC KEY-----".to_vec()] {
        let error = proving_with("caching_sha2_password", &[said]).unwrap_err();
        assert!(error.is_open() && error.to_string().contains("no proof"), "{error}");
    }
}

#[test]
fn a_public_key_that_is_none_is_not_encrypted_with() {
    let keys: [&[u8]; 5] = [
        b"",
        b"\x01",
        b"\x01-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        b"\x01\xff\xfe garbage",
        b"\x00\0\0\x02\0\0\0",
    ];
    for key in keys {
        let error = proving_with("caching_sha2_password", &[vec![1, 4], key.to_vec()]).unwrap_err();
        assert!(error.is_open() && error.to_string().contains("key"), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
    let error =
        proving_with("caching_sha2_password", &[vec![1, 4], refusal(1045, "28000", "no")]).unwrap_err();
    assert!(error.is_open(), "{error}");
}

#[test]
fn what_stands_in_plain_behind_the_greeting_of_a_server_that_encrypts_is_not_taken() {
    let said = [greeting(CAN | ENCRYPTS, "mysql_native_password"), packet(2, &done(0, 0))].concat();
    for mode in ["require", "prefer"] {
        let opened = open(says(said.clone()), &format!("sslmode={mode}&connect_timeout=10"));
        #[cfg(feature = "tls")]
        {
            let error = opened.unwrap_err();
            assert!(error.to_string().contains("goes on in plain"), "{error}");
        }
        #[cfg(not(feature = "tls"))]
        assert!(opened.is_err());
    }
}

/// What becomes of a statement whose answer is this, behind which nothing else comes.
fn answered(text: &str, said: &[u8]) -> Error {
    let said = said.to_vec();
    let pool = server(move |kind, _| match kind {
        PREPARE => Does::Says(answer(&[prepared(2, 0), column("a", BIGINT), column("b", TEXT)])),
        EXECUTE => Does::Says(said.clone()),
        _ => Does::AsUsual,
    });
    let mut connection = pool.connect().unwrap();
    let error = match text.starts_with("SELECT") {
        true => read(&mut connection, text).map(drop).unwrap_err(),
        false => write(&mut connection, text).map(drop).unwrap_err(),
    };
    assert!(connection.is_lost(), "{error}");
    error
}

#[test]
fn an_answer_that_is_not_understood_ends_the_connection() {
    let one = column("a", BIGINT);
    let changed = |changes: &[u8]| answer(&[[done(0, CHANGED), vec![0], changes.to_vec()].concat()]);
    for (said, shown) in [
        (packet(0, &done(0, 0)), "a packet with the number of another"),
        (packet(2, &done(0, 0)), "a packet with the number of another"),
        (packet(1, b""), "an empty packet"),
        (answer(&[vec![0xfb, b'x']]), "a file that is asked for"),
        (answer(&[vec![0xfd, 0, 0, 1, 1]]), "65,536 columns"),
        (answer(&[vec![0xfe, 255, 255, 255, 255, 255, 255, 255, 255, 1]]), "any number of columns"),
        (answer(&[vec![0xfc, 1]]), "half a number of columns"),
        (answer(&[vec![1, 1], b"".to_vec()]), "an empty column"),
        (answer(&[vec![1, 1], one[..10].to_vec()]), "half a column"),
        (answer(&[vec![1, 0]]), "fewer columns than were told, as they were"),
        (answer(&[vec![1, 1], vec![0xff]]), "half a refusal in place of a column"),
        (answer(&[vec![0, 0]]), "half an end"),
        (changed(b"\x09\x05\x03\x02T"), "changes that end too early"),
        (changed(b"\x03\x05\x01\x02"), "a change that ends too early"),
        (changed(b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff"), "more changes than there can be"),
    ] {
        let read = answered("SELECT a FROM jars", &said);
        assert!(read.is_lost(), "{shown}: {read}");
        let wrote = answered("UPDATE jars SET a = 1", &said);
        assert!(wrote.is_outcome_unknown(), "{shown}: {wrote}");
    }
}

#[test]
fn a_row_that_is_not_understood_ends_the_connection() {
    let row = |content: &[u8]| {
        answer(&[vec![2, 1], column("a", BIGINT), column("b", TEXT), content.to_vec(), end(0)])
    };
    for (said, shown) in [
        (row(b""), "an empty row"),
        (row(b"\0"), "a row of a byte"),
        (row(b"\0\0"), "a row without values"),
        (row(b"\0\0\x01\0\0\0\0\0\0"), "a row that ends in a number"),
        (row(b"\0\0\x01\0\0\0\0\0\0\0\x05abc"), "a text that goes on behind its row"),
        (row(b"\0\0\x01\0\0\0\0\0\0\0\xfe\xff\xff\xff\xff\xff\xff\xff\xff"), "a text longer than all memory"),
        (row(b"\0\0\x01\0\0\0\0\0\0\0\x03abcd"), "a row that is longer than its columns"),
        (row(b"\x06abcdef\x01b"), "a row of texts"),
    ] {
        let read = answered("SELECT a FROM jars", &said);
        assert!(read.is_lost(), "{shown}: {read}");
    }
}

#[test]
fn what_no_program_can_have_told_is_not_taken_for_an_answer_to_preparing() {
    for said in [
        answer(&[vec![0]]),
        answer(&[vec![1, 1]]),
        answer(&[vec![]]),
        answer(&[vec![0xff]]),
        answer(&[prepared(1, 0), b"".to_vec()]),
        answer(&[prepared(2, 0), column("a", BIGINT)]),
        answer(&[prepared(0, 3), column("a", BIGINT)]),
    ] {
        let pool = server(move |kind, _| match kind {
            PREPARE => Does::SaysAndHangsUp(said.clone()),
            _ => Does::AsUsual,
        });
        let mut connection = pool.connect().unwrap();
        // It was not run.
        let error = write(&mut connection, "UPDATE jars SET a = 1").unwrap_err();
        assert!(error.is_lost() && connection.is_lost(), "{error}");
    }
}

/// A server that refuses does so wherever it is in its answer.
#[test]
fn a_refusal_anywhere_in_an_answer_is_that_of_the_statement_and_leaves_the_connection_fit() {
    let no = || refusal(1317, "70100", "Query execution was interrupted");
    let (one, two) = (column("a", BIGINT), column("b", BIGINT));
    let executed = [
        answer(&[no()]),
        answer(&[vec![2, 1], no()]),
        answer(&[vec![2, 1], one.clone(), no()]),
        answer(&[vec![2, 1], one.clone(), two.clone(), no()]),
        answer(&[vec![1, 1], one.clone(), number(1), number(2), no()]),
        answer(&[vec![1, 1], one.clone(), number(1), end(MORE), no()]),
        answer(&[vec![1, 1], one.clone(), number(1), end(MORE), vec![1, 1], no()]),
        answer(&[vec![1, 1], one.clone(), end(MORE), vec![1, 1], one.clone(), number(1), no()]),
        answer(&[done(0, MORE), no()]),
    ];
    let prepared = [
        answer(&[no()]),
        answer(&[prepared(1, 2), no()]),
        answer(&[prepared(1, 2), one.clone(), no()]),
        answer(&[prepared(1, 2), one.clone(), two.clone(), no()]),
        answer(&[prepared(2, 0), one.clone(), no()]),
    ];
    let cases = executed.map(|said| (EXECUTE, said)).into_iter().chain(prepared.map(|said| (PREPARE, said)));
    for (place, (command, said)) in cases.enumerate() {
        let shown = format!("{place}: {}", said.escape_ascii());
        let said = Mutex::new(Some(said));
        let pool = server(move |kind, _| match kind == command {
            true => said.lock().unwrap().take().map_or(Does::AsUsual, Does::Says),
            false => Does::AsUsual,
        });
        let mut connection = pool.connect().unwrap();
        let error = read(&mut connection, "CALL jars()").unwrap_err();
        assert!(error.is_cancelled() && !connection.is_lost(), "{shown}: {error}");
        assert_eq!(read(&mut connection, "SELECT 7").unwrap(), SEVEN, "{shown}");
    }
}

#[test]
fn rows_of_very_many_columns_are_read() {
    const COLUMNS: u16 = 65_535;
    let described = || (0..COLUMNS).map(|_| column("a", BIGINT)).collect::<Vec<_>>();
    let pool = server(move |kind, _| match kind {
        PREPARE => Does::Says(answer(&[vec![prepared(COLUMNS, 0)], described()].concat())),
        EXECUTE => {
            let mut row = vec![0; 1 + (usize::from(COLUMNS) + 9) / 8];
            for number in 0..i64::from(COLUMNS) {
                row.extend(number.to_le_bytes());
            }
            let nulls = [&[0][..], &vec![0xff; (usize::from(COLUMNS) + 9) / 8]].concat();
            let [a, b] = COLUMNS.to_le_bytes();
            Does::Says(answer(&[vec![vec![0xfc, a, b, 1]], described(), vec![row, nulls, end(0)]].concat()))
        }
        _ => Does::AsUsual,
    });
    let mut connection = pool.connect().unwrap();
    let cells = connection.with_text("SELECT * FROM wide", |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        let row = rows.next_row()?.unwrap();
        let last = usize::from(COLUMNS) - 1;
        let cells = [0, 6, last].map(|place| row.value(place, Type::BIGINT).map(ValueRef::to_owned));
        assert!(row.value(last + 1, Type::BIGINT).is_err());
        let nulls = rows.next_row()?.unwrap();
        assert_eq!(nulls.value(last, Type::BIGINT)?, ValueRef::Null);
        assert!(rows.next_row()?.is_none());
        cells.into_iter().collect::<Result<Vec<_>>>()
    });
    assert_eq!(cells.unwrap(), [0, 6, 65_534].map(Value::Integer));
}

/// What a server can say to each command of a unit of work, whole.
fn conversation() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("run", answer(&[done(1, 0)])),
        ("prepare", number_prepared(0)),
        ("read", numbers(&[7, 8, 9])),
        ("write", answer(&[done(1, 0)])),
        ("commit", answer(&[done_in(false)])),
    ]
}

#[test]
fn a_line_that_breaks_within_an_answer_is_lost_and_what_it_wrote_unknown() {
    for (step, whole) in conversation() {
        for length in 0..whole.len() {
            let (step, said) = (step, whole[..length].to_vec());
            let pool = server(move |kind, text| {
                let is_asked = match step {
                    "run" => kind == QUERY && text.starts_with("UPDATE"),
                    "commit" => kind == QUERY && text == "COMMIT",
                    "prepare" => kind == PREPARE,
                    _ => kind == EXECUTE,
                };
                if is_asked { Does::SaysAndHangsUp(said.clone()) } else { Does::AsUsual }
            });
            let mut connection = pool.connect().unwrap();
            let mut is_unknown = true;
            let error = match step {
                "run" => connection.run("UPDATE jars SET a = 1").unwrap_err(),
                "write" => write(&mut connection, "UPDATE jars SET a = 1").unwrap_err(),
                "commit" => {
                    connection.control(Control::Begin).unwrap();
                    connection.control(Control::Commit).unwrap_err()
                }
                _ => {
                    is_unknown = false;
                    read(&mut connection, "SELECT 7").unwrap_err()
                }
            };
            assert_eq!(
                (error.is_lost(), error.is_outcome_unknown()),
                (!is_unknown, is_unknown),
                "{step} {length}: {error}"
            );
            assert!(connection.is_lost(), "{step} {length}");
        }
    }
}

/// The rollback of what was not committed is none's business.
#[test]
fn within_a_transaction_a_statement_whose_answer_does_not_come_is_lost() {
    for text in ["UPDATE jars SET a = 1", "SELECT 7"] {
        let pool = server(|kind, text| match (kind, text) {
            (EXECUTE, _) => Does::SaysAndHangsUp(Vec::new()),
            (QUERY, text) if text.starts_with("UPDATE") => Does::SaysAndHangsUp(Vec::new()),
            _ => Does::AsUsual,
        });
        for prepared in [false, true] {
            let mut connection = pool.connect().unwrap();
            connection.control(Control::Begin).unwrap();
            let error = match prepared {
                true => write(&mut connection, text).map(drop),
                false => connection.run("UPDATE jars SET a = 1"),
            };
            let error = error.unwrap_err();
            assert!(error.is_lost(), "{error}");
            // Nothing is sent any more.
            let error = connection.control(Control::Commit).unwrap_err();
            assert!(error.is_lost() && error.to_string().contains("nothing was committed"), "{error}");
        }
    }
}

#[test]
fn a_commit_that_is_run_as_a_text_and_whose_answer_does_not_come_is_unknown() {
    for prepared in [false, true] {
        let pool = server(move |kind, text| match (kind, text) {
            (QUERY, "COMMIT") | (EXECUTE, _) => Does::SaysAndHangsUp(Vec::new()),
            _ => Does::AsUsual,
        });
        let mut connection = pool.connect().unwrap();
        connection.control(Control::Begin).unwrap();
        let error = match prepared {
            true => write(&mut connection, "COMMIT").map(drop),
            false => connection.run("COMMIT"),
        };
        let error = error.unwrap_err();
        assert!(error.is_outcome_unknown(), "prepared: {prepared}: {error}");
    }
}

/// A server that takes leave as soon as a transaction has begun, or a first statement was run; with what hears when it has.
fn takes_leave(farewell: Vec<u8>, behind: &'static str) -> (Pool, mpsc::Receiver<()>) {
    let (said, has_said) = mpsc::channel();
    let said = Arc::new(Mutex::new(said));
    let port = listen(move |mut caller: TcpStream| {
        let farewell = farewell.clone();
        fake_mysql::serve(&mut caller, &move |kind, text| match kind {
            QUERY if text.starts_with(behind) => {
                Does::SaysAndHangsUp([answer(&[done_in(behind == "START")]), farewell.clone()].concat())
            }
            _ => Does::AsUsual,
        });
        // What comes next is not read.
        drop(caller);
        said.lock().unwrap().send(()).unwrap();
    });
    (open(port, "sslmode=disable").unwrap(), has_said)
}

#[test]
fn who_has_taken_leave_before_is_sent_nothing_that_would_be_unknown() {
    let farewells = [
        Vec::new(),
        packet(0, &refusal(4031, "HY000", "The client was disconnected by the server because of inactivity")),
        packet(0, &refusal(1053, "08S01", "Server shutdown in progress")),
        packet(2, &refusal(1927, "70100", "Connection was killed")),
        packet(2, &refusal(1159, "08S01", "Got timeout reading communication packets")),
        packet(0, &refusal(9999, "HY000", "I do not like you any more")),
        packet(0, &done(0, 0)),
        b"\xff\xff".to_vec(),
    ];
    for farewell in farewells {
        let shown = farewell.escape_ascii().to_string();
        let (pool, has_said) = takes_leave(farewell.clone(), "START");
        let mut connection = pool.connect().unwrap();
        connection.control(Control::Begin).unwrap();
        has_said.recv_timeout(Duration::from_secs(60)).unwrap();
        let error = connection.control(Control::Commit).unwrap_err();
        assert!(error.is_lost() && connection.is_lost(), "{shown}: {error}");

        for prepared in [false, true] {
            let (pool, has_said) = takes_leave(farewell.clone(), "SET @shelf");
            let mut connection = pool.connect().unwrap();
            if prepared {
                connection.with_text("DELETE FROM jars", |_| Ok::<_, Error>(())).unwrap();
            }
            connection.run("SET @shelf = 1").unwrap();
            has_said.recv_timeout(Duration::from_secs(60)).unwrap();
            let error = match prepared {
                true => write(&mut connection, "DELETE FROM jars").map(drop),
                false => connection.run("DELETE FROM jars"),
            };
            let error = error.unwrap_err();
            assert!(error.is_lost() && connection.is_lost(), "{shown}, prepared: {prepared}: {error}");
        }
    }
}

/// The text of a server's last words.
#[test]
fn what_a_server_says_as_it_ends_a_connection_is_told() {
    let pool = server(|kind, _| match kind {
        EXECUTE => Does::SaysAndHangsUp(packet(0, &refusal(1053, "08S01", "Server shutdown in progress"))),
        _ => Does::AsUsual,
    });
    let mut connection = pool.connect().unwrap();
    let error = read(&mut connection, "SELECT 7").unwrap_err();
    assert!(error.is_lost() && error.to_string().contains("shutdown"), "{error}");
}

/// The keys of an insert are counted from the first, however large the server says that is.
#[test]
fn keys_that_cannot_be_counted_are_refused() {
    for first in [i64::MAX.unsigned_abs(), i64::MAX.unsigned_abs() - 1, u64::MAX, 1 << 63] {
        let pool = server(move |kind, _| match kind {
            PREPARE => Does::Says(answer(&[prepared(0, 0)])),
            EXECUTE => {
                let said = [&[0, 3, 0xfe][..], &first.to_le_bytes(), &[0, 0, 0, 0]].concat();
                Does::Says(answer(&[said]))
            }
            _ => Does::AsUsual,
        });
        let mut connection = pool.connect().unwrap();
        let keys = connection.with_text("INSERT INTO jars VALUES (), (), ()", |prepared| {
            prepared.insert_together::<Error>(3, |_, _| Ok(()))
        });
        keys.unwrap_err();
    }
}

#[test]
fn rows_that_nobody_asked_for_any_more_are_not_taken_for_the_next_answer() {
    let executed = Mutex::new(0);
    let pool = server(move |kind, _| match kind {
        EXECUTE => {
            let mut executed = executed.lock().unwrap();
            *executed += 1;
            Does::Says(match *executed {
                1 => answer(&[vec![1, 1], column("a", BIGINT), number(1), number(2), end(MORE), done(0, 0)]),
                _ => numbers(&[7]),
            })
        }
        _ => Does::AsUsual,
    });
    let mut connection = pool.connect().unwrap();
    let first = connection.with_text("CALL jars()", |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        rows.next_row()?.unwrap().value(0, Type::BIGINT).map(ValueRef::to_owned)
    });
    assert_eq!(first.unwrap(), Value::Integer(1));
    assert_eq!(read(&mut connection, "SELECT 7").unwrap(), SEVEN);
}

/// Numbers that look like chance, the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }

    /// The same with some bytes changed, left out or added.
    fn broken(&mut self, mut said: Vec<u8>) -> Vec<u8> {
        for _ in 0..=self.below(4) {
            let place = self.below(said.len().max(1)).min(said.len());
            let byte = [0, 1, 2, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff][self.below(9)];
            match self.below(5) {
                0 => said.insert(place, byte),
                1 if place < said.len() => drop(said.remove(place)),
                2 => said.truncate(place),
                _ if place < said.len() => {
                    said[place] = if self.below(2) == 0 { byte } else { said[place] ^ 1 << self.below(8) }
                }
                _ => said.push(byte),
            }
        }
        said
    }

    /// One of several answers that a server may give, most of them broken, in packets whose heads are mostly right.
    fn answer(&mut self) -> Vec<u8> {
        let (one, two) = (column("a", BIGINT), column("b", TEXT));
        let row = [&b"\0\0\x07\0\0\0\0\0\0\0\x03"[..], b"abc"].concat();
        let contents = match self.below(8) {
            0 => vec![done(1, 0)],
            1 => vec![done_in(true)],
            2 => vec![refusal(1062, "23000", "Duplicate entry 's3cret' for key 'jars.label'")],
            3 => vec![vec![2, 1], one, two, row.clone(), row, end(0)],
            4 => vec![vec![2, 1], one, two, row, end(MORE), done(0, MORE), done_in(false)],
            5 => vec![vec![1, 0], number(7), end(0)],
            6 => vec![prepared(1, 1), one, two],
            _ => vec![vec![1, 1], two, bytes(b"abc"), refusal(1317, "70100", "Interrupted")],
        };
        let broken = self.below(contents.len());
        let contents = contents.into_iter().enumerate().map(|(place, content)| match place == broken {
            true => self.broken(content),
            false => content,
        });
        let said = packets(1, &contents.collect::<Vec<_>>());
        if self.below(8) == 0 { self.broken(said) } else { said }
    }
}

#[test]
fn no_answer_makes_the_client_panic() {
    for seed in 1..=1_000 {
        let chance = Mutex::new(Chance(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed)));
        let port = listen(move |mut caller| {
            fake_mysql::serve(&mut caller, &|kind, text| {
                let mut chance = chance.lock().unwrap();
                let is_setup =
                    kind == QUERY && (text.starts_with("SET") || text.starts_with("SELECT VERSION"));
                // It hangs up behind what is broken: nobody is to wait for more.
                match (is_setup, kind) {
                    (true, _) => Does::AsUsual,
                    (_, 0x19) => Does::AsUsual,
                    _ if chance.below(3) == 0 => Does::AsUsual,
                    _ => Does::SaysAndHangsUp(chance.answer()),
                }
            });
        });
        let mut connection = open(port, "sslmode=disable").unwrap().connect().unwrap();
        drop(read(&mut connection, "SELECT 7"));
        drop(connection.control(Control::Begin));
        drop(write(&mut connection, "UPDATE jars SET a = 1"));
        drop(read(&mut connection, "CALL jars()"));
        drop(connection.run("INSERT INTO jars VALUES (1); SELECT 2"));
        drop(connection.control(Control::Commit));
    }
}

#[test]
fn no_greeting_makes_the_client_panic() {
    for seed in 1..=1_000 {
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let plugin = ["mysql_native_password", "caching_sha2_password", "client_ed25519"][chance.below(3)];
        let greeting = packet(0, &chance.broken(greeting(CAN, plugin).split_off(4)));
        let next = match chance.below(4) {
            0 => switch(plugin, b"12345678901234567890123456789012"),
            1 => vec![1, 4],
            2 => refusal(1045, "28000", "Access denied"),
            _ => done(0, 0),
        };
        let next = packet(2, &chance.broken(next));
        let port = listen(move |mut caller| {
            // It hangs up whatever it has heard.
            drop(caller.write_all(&greeting));
            if heard(&mut caller).is_some() {
                drop(caller.write_all(&next));
                drop(caller.shutdown(std::net::Shutdown::Write));
                while heard(&mut caller).is_some() {}
            }
        });
        drop(open(port, "sslmode=disable&connect_timeout=1"));
    }
}
