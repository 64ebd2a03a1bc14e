//! Statements that stay prepared on MariaDB or MySQL while what they read becomes other, and sessions that end meanwhile.

#![cfg(feature = "mysql")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use database::Database;
use onggi_driver::{Connection, Control, Error, Pooled, Result, Type, Value, ValueRef};

#[path = "server/database.rs"]
mod database;
mod server;

/// Two connections to a database of its own.
fn connect() -> Option<(Database, Pooled, Pooled)> {
    let database = Database::open()?;
    let [one, another] = [0, 1].map(|_| database.pool("pool_size=4").connect().unwrap());
    Some((database, one, another))
}

/// The names of the columns of a text's rows, and the rows.
fn read(connection: &mut Connection, text: &str) -> Result<(Vec<String>, Vec<Vec<Value>>)> {
    connection.with_text(text, |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        let (names, mut all) = (rows.columns(), Vec::new());
        while let Some(row) = rows.next_row()? {
            let cells = (0..names.len()).map(|column| row.raw(column).map(ValueRef::to_owned));
            all.push(cells.collect::<Result<Vec<_>>>()?);
        }
        Ok((names, all))
    })
}

/// The same, once more where the server says that a table has changed.
fn read_again(connection: &mut Connection, text: &str) -> (Vec<String>, Vec<Vec<Value>>) {
    match read(connection, text) {
        Err(error) if error.is_serialization_failure() => read(connection, text).unwrap(),
        read => read.unwrap(),
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

#[test]
fn what_has_become_of_a_table_is_read_as_it_is() {
    let Some((_database, mut one, mut another)) = connect() else { return };
    let (all, some) = ("SELECT * FROM jars ORDER BY 1", "SELECT label, shelf FROM jars");
    for changes_itself in [true, false] {
        for in_transaction in [false, true] {
            one.run("DROP TABLE IF EXISTS jars").unwrap();
            one.run("CREATE TABLE jars (label INT, shelf INT)").unwrap();
            one.run("INSERT INTO jars VALUES (1, 7), (NULL, 8)").unwrap();
            let columns = |names: [&str; 2]| names.map(str::to_owned).to_vec();
            let (seven, eight) = (Value::Integer(7), Value::Integer(8));
            for (change, names, first, of_all) in [
                ("SET @nothing = 1", ["label", "shelf"], Value::Integer(1), true),
                ("ALTER TABLE jars MODIFY label BIGINT", ["label", "shelf"], Value::Integer(1), true),
                (
                    "ALTER TABLE jars MODIFY label BIGINT UNSIGNED",
                    ["label", "shelf"],
                    Value::Integer(1),
                    true,
                ),
                ("ALTER TABLE jars MODIFY label VARCHAR(20)", ["label", "shelf"], text("1"), true),
                (
                    "ALTER TABLE jars MODIFY label VARBINARY(20)",
                    ["label", "shelf"],
                    Value::Blob(b"1".into()),
                    true,
                ),
                ("ALTER TABLE jars MODIFY label DOUBLE", ["label", "shelf"], Value::Real(1.0), true),
                (
                    "ALTER TABLE jars CHANGE label sticker TINYINT",
                    ["sticker", "shelf"],
                    Value::Integer(1),
                    false,
                ),
                (
                    "ALTER TABLE jars CHANGE sticker label TINYINT",
                    ["label", "shelf"],
                    Value::Integer(1),
                    true,
                ),
                ("ALTER TABLE jars ADD COLUMN lid INT FIRST", ["", ""], Value::Integer(1), true),
                ("ALTER TABLE jars DROP COLUMN lid", ["label", "shelf"], Value::Integer(1), true),
                (
                    "ALTER TABLE jars DROP COLUMN label, ADD COLUMN label INT DEFAULT 1 FIRST",
                    ["label", "shelf"],
                    Value::Integer(1),
                    true,
                ),
            ] {
                let connection = if changes_itself { &mut one } else { &mut another };
                connection.run(change).unwrap();
                for _ in 0..3 {
                    if in_transaction {
                        one.control(Control::BeginRead).unwrap();
                    }
                    // The statement that failed has undone nothing.
                    let (found, rows) = read_again(&mut one, all);
                    if names[0].is_empty() {
                        assert_eq!((found.len(), rows[0].len()), (3, 3), "{change}");
                    } else {
                        assert_eq!(found, columns(names), "{change}");
                        let row = rows.iter().find(|row| row[1] == seven).unwrap();
                        assert_eq!(row[0], first, "{change}");
                        assert!(rows.iter().any(|row| row[1] == eight), "{change}");
                    }
                    if of_all {
                        let (_, rows) = read_again(&mut one, some);
                        assert!(rows.contains(&vec![first.clone(), seven.clone()]), "{change}: {rows:?}");
                    } else {
                        assert!(read(&mut one, some).unwrap_err().to_string().contains("label"), "{change}");
                    }
                    if in_transaction {
                        one.control(Control::Rollback).unwrap();
                    }
                }
            }
        }
    }
}

/// The server tells columns only where they are other than those that it told last.
#[test]
fn results_of_a_procedure_are_read_by_their_own_columns() {
    let Some((_database, mut one, _)) = connect() else { return };
    one.run("CREATE TABLE choice (which INT)").unwrap();
    one.run("INSERT INTO choice VALUES (0)").unwrap();
    one.run(
        "CREATE PROCEDURE some_results() BEGIN DECLARE wanted INT; SELECT which INTO wanted FROM choice; \
         IF wanted IN (0, 2) THEN SELECT CAST(7 AS SIGNED) AS a; END IF; \
         IF wanted IN (0, 1) THEN SELECT 'seven' AS a; END IF; \
         IF wanted = 3 THEN SELECT 1 AS a, 2 AS b, 3 AS c; SELECT CAST(7 AS SIGNED) AS a; END IF; \
         IF wanted = 4 THEN SELECT 'seven' AS a; SIGNAL SQLSTATE '45000'; END IF; END",
    )
    .unwrap();
    let (number, words) = (vec![vec![Value::Integer(7)]], vec![vec![text("seven")]]);
    let three = vec![[1, 2, 3].map(Value::Integer).to_vec()];
    for wanted in [0, 1, 0, 2, 1, 1, 0, 3, 2, 3, 3, 4, 1, 4, 2, 0, 1] {
        one.run(&format!("UPDATE choice SET which = {wanted}")).unwrap();
        // A text that is run lets those that are kept be prepared again.
        for _ in 0..2 {
            let found = read(&mut one, "CALL some_results()");
            match wanted {
                0 | 2 => assert_eq!(found.unwrap().1, number, "{wanted}"),
                1 => assert_eq!(found.unwrap().1, words, "{wanted}"),
                3 => assert_eq!(found.unwrap().1, three, "{wanted}"),
                _ => assert!(!found.unwrap_err().is_lost(), "{wanted}"),
            }
            assert!(!one.is_lost());
        }
    }
    // Without being prepared again.
    for wanted in [0, 1, 0, 2, 1, 1, 0, 3, 2, 3, 3, 4, 1, 4, 2, 0, 1, 1, 3, 1] {
        let written = one.with_text("UPDATE choice SET which = ?", |prepared| {
            prepared.execute::<Error>(|to| to.bind(ValueRef::Integer(wanted)))
        });
        written.unwrap();
        let found = read(&mut one, "CALL some_results()");
        match wanted {
            0 | 2 => assert_eq!(found.unwrap().1, number, "{wanted}"),
            1 => assert_eq!(found.unwrap().1, words, "{wanted}"),
            3 => assert_eq!(found.unwrap().1, three, "{wanted}"),
            _ => assert!(!found.unwrap_err().is_lost(), "{wanted}"),
        }
        let executed = one.with_text("CALL some_results()", |call| call.execute::<Error>(|_| Ok(())));
        assert_eq!(executed.is_err(), wanted == 4, "{wanted}");
        assert!(!one.is_lost());
    }
}

#[test]
fn parameters_of_procedures_go_there_and_come_back() {
    let Some((_database, mut one, _)) = connect() else { return };
    one.run("CREATE PROCEDURE doubled(IN a INT, INOUT b INT, OUT c VARCHAR(20)) BEGIN SET b = b + a; SET c = 'out'; SELECT a; END")
        .unwrap();
    one.run("SET @b = 1").unwrap();
    for run in 1..=3 {
        assert_eq!(read(&mut one, "CALL doubled(5, @b, @c)").unwrap().1, [[Value::Integer(5)]]);
        let (_, rows) = read(&mut one, "SELECT CAST(@b AS SIGNED), @c").unwrap();
        assert_eq!(rows, [[Value::Integer(1 + 5 * run), text("out")]]);
    }
    // Those that stand for placeholders come as another result, which nobody has asked for.
    for _ in 0..3 {
        let called = one.with_text("CALL doubled(?, ?, ?)", |call| {
            let bound = |to: &mut dyn onggi_driver::Bind| {
                to.bind(ValueRef::Integer(5))?;
                to.bind(ValueRef::Integer(6))?;
                to.bind(ValueRef::Null)
            };
            let mut rows = call.query::<Error>(bound)?;
            let first = rows.next_row()?.unwrap().value(0, Type::BIGINT)?.to_owned();
            assert!(rows.next_row()?.is_none());
            Ok::<_, Error>(first)
        });
        assert_eq!(called.unwrap(), Value::Integer(5));
        assert_eq!(read(&mut one, "SELECT 7").unwrap().1, [[Value::Integer(7)]]);
    }
}

const MANY: &str = "SELECT a.n + b.n AS number FROM tens a, tens b, tens c, tens d, tens e, tens f";

fn tens(connection: &mut Connection) {
    connection.run("CREATE TABLE tens (n INT)").unwrap();
    connection.run("INSERT INTO tens VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)").unwrap();
}

/// The server's number of a connection.
fn number_of(connection: &mut Connection) -> i64 {
    match read(connection, "SELECT CAST(CONNECTION_ID() AS SIGNED)").unwrap().1[0][..] {
        [Value::Integer(number)] => number,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_statement_or_connection_that_is_killed_while_rows_come_fails_and_no_row_is_taken_for_another() {
    let Some((_database, mut one, mut another)) = connect() else { return };
    tens(&mut one);
    for (word, in_transaction) in [("QUERY", false), ("QUERY", true), ("CONNECTION", true)] {
        if in_transaction {
            one.control(Control::BeginRead).unwrap();
        }
        let number = number_of(&mut one);
        let read = one.with_text(MANY, |prepared| {
            let mut rows = prepared.query::<Error>(|_| Ok(()))?;
            rows.next_row()?.unwrap();
            another.run(&format!("KILL {word} {number}"))?;
            while rows.next_row()?.is_some() {}
            Ok::<_, Error>(())
        });
        let error = read.unwrap_err();
        match word {
            "QUERY" => {
                assert!(error.is_cancelled() && !one.is_lost(), "{error}");
                assert_eq!(self::read(&mut one, "SELECT 7").unwrap().1, [[Value::Integer(7)]]);
                if in_transaction {
                    one.control(Control::Rollback).unwrap();
                }
            }
            _ => {
                assert!(error.is_lost() || error.is_cancelled(), "{error}");
                assert!(self::read(&mut one, "SELECT 7").unwrap_err().is_lost());
                assert!(one.is_lost());
            }
        }
    }
}

/// Nothing that writes is sent to who has said goodbye.
#[test]
fn a_connection_that_was_idle_for_too_long_is_lost_and_nothing_is_unknown() {
    let Some((_database, mut one, mut another)) = connect() else { return };
    one.run("CREATE TABLE jars (id BIGINT)").unwrap();
    one.run("INSERT INTO jars VALUES (1)").unwrap();
    drop(one);
    for what in ["write", "run", "commit", "read"] {
        let Some((_other, mut one, _)) = connect() else { return };
        one.run("SET SESSION wait_timeout = 1").unwrap();
        one.run("CREATE TABLE jars (id BIGINT)").unwrap();
        let number = number_of(&mut one);
        if what == "commit" {
            one.control(Control::Begin).unwrap();
        }
        let here = format!("SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = {number}");
        while !read(&mut another, &here).unwrap().1.is_empty() {}
        let error = match what {
            "write" => one
                .with_text("INSERT INTO jars VALUES (2)", |text| text.execute::<Error>(|_| Ok(())))
                .map(drop),
            "run" => one.run("INSERT INTO jars VALUES (2)"),
            "commit" => one.control(Control::Commit),
            _ => read(&mut one, "SELECT 7").map(drop),
        };
        let error = error.unwrap_err();
        assert!(error.is_lost() && one.is_lost(), "{what}: {error}");
    }
}

#[test]
fn many_threads_share_few_connections() {
    let Some(database) = Database::open() else { return };
    let pool = database.pool("pool_size=4&pool_timeout=120s");
    pool.connect()
        .unwrap()
        .run("CREATE TABLE jars (id BIGINT PRIMARY KEY AUTO_INCREMENT, owner BIGINT, label TEXT)")
        .unwrap();
    std::thread::scope(|scope| {
        for owner in 0..16_i64 {
            let pool = &pool;
            scope.spawn(move || {
                for turn in 0..50_i64 {
                    let mut connection = pool.connect().unwrap();
                    let label =
                        format!("{owner} {turn} {}", "x".repeat(usize::try_from(turn * owner * 50).unwrap()));
                    let key =
                        connection.with_text("INSERT INTO jars (owner, label) VALUES (?, ?)", |insert| {
                            insert.insert::<Error>(|to| {
                                to.bind(ValueRef::Integer(owner))?;
                                to.bind(ValueRef::Text(&label))
                            })
                        });
                    let key = key.unwrap();
                    let found =
                        connection.with_text("SELECT owner, label FROM jars WHERE id = ?", |select| {
                            let mut rows = select.query::<Error>(|to| to.bind(ValueRef::Integer(key)))?;
                            let row = rows.next_row()?.unwrap();
                            Ok::<_, Error>([row.raw(0)?.to_owned(), row.raw(1)?.to_owned()])
                        });
                    assert_eq!(found.unwrap(), [Value::Integer(owner), Value::Text(label)]);
                }
            });
        }
    });
    let counted = read(&mut pool.connect().unwrap(), "SELECT count(*) FROM jars").unwrap().1;
    assert_eq!(counted, [[Value::Integer(800)]]);
}
