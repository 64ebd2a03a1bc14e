//! Types of PostgreSQL's that are made of others.

#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use fake::{done, message};
use onggi_driver::{Connection, Error, Pool, Result, Value};

mod fake;
mod server;

/// The first number of the types that only a database has.
const OWN: u32 = 16_384;

/// The only value of a text, as it comes.
fn value(connection: &mut Connection, text: &str) -> Result<Value> {
    connection.with_text(text, |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        rows.next_row()?.unwrap().raw(0).map(|value| value.to_owned())
    })
}

/// The description of the only column of a statement, of a type.
fn column(ty: u32) -> Vec<u8> {
    let numbers = [&b"\0\x01x\0\0\0\0\0\0\0"[..], &ty.to_be_bytes(), b"\xff\xff\xff\xff\xff\xff\0\0"];
    let described = [message(b'1', b""), message(b't', b"\0\0"), message(b'T', &numbers.concat())];
    [described.concat(), message(b'Z', b"I")].concat()
}

/// A row of texts.
fn row(texts: [&str; 5]) -> Vec<u8> {
    let cell = |text: &str| [&u32::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat();
    message(b'D', &[b"\0\x05".to_vec(), texts.map(cell).concat()].concat())
}

/// The letter of a type's kind, what it is a domain of, and what it is an array of.
type MadeOf = fn(u32) -> (&'static str, u32, u32);

/// A server whose types are what a function says.
fn types(made_of: MadeOf) -> Pool {
    fake::server(move |kind, text| match kind {
        b'D' => column(OWN),
        b'Q' if text.contains("pg_type") => {
            let digits = text.trim_end_matches('\0').rsplit(|letter: char| !letter.is_ascii_digit()).next();
            let (letter, base, element) = made_of(digits.unwrap().parse().unwrap());
            let made = row(["t", "public", letter, &base.to_string(), &element.to_string()]);
            [made, done("SELECT 1", b'I')].concat()
        }
        b'Q' => done("SET", b'I'),
        _ => Vec::new(),
    })
}

#[test]
fn a_type_that_is_made_of_itself_is_refused() {
    // An array and a domain of themselves, an array of arrays of themselves, and one that never ends.
    let nonsense: [MadeOf; 4] = [
        |ty| ("b", 0, ty),
        |ty| ("d", ty, 0),
        |ty| ("b", 0, if ty == OWN { OWN + 1 } else { OWN }),
        |ty| ("d", ty + 1, 0),
    ];
    for made_of in nonsense {
        let mut connection = types(made_of).connect().unwrap();
        let error = value(&mut connection, "SELECT x").unwrap_err();
        assert!(error.to_string().contains("made of too many others"), "{error}");
    }
}

#[test]
fn domains_and_arrays_of_them_are_seen_through_and_composites_are_not() {
    let Some((_, pool)) = server::postgres(Pool::open) else { return };
    let mut connection = pool.connect().unwrap();
    connection.run("SET search_path = pg_temp").unwrap();
    connection.run("CREATE DOMAIN level_0 AS text").unwrap();
    for level in 1..30 {
        connection.run(&format!("CREATE DOMAIN level_{level} AS level_{}", level - 1)).unwrap();
    }
    assert_eq!(value(&mut connection, "SELECT 'a'::level_29").unwrap(), Value::Text("a".to_owned()));
    // The server lets no composite have an array of itself; one of others is not looked into.
    connection.run("CREATE TABLE jars (label text, own int)").unwrap();
    let itself = connection.run("ALTER TABLE jars ADD COLUMN inside jars[]").unwrap_err();
    assert!(itself.to_string().contains("made a member of itself"), "{itself}");
    connection.run("CREATE TYPE shelf AS (jars jars[], label level_29)").unwrap();
    let read = value(&mut connection, "SELECT row(ARRAY[row('a', 1)::jars], 'b')::shelf");
    assert!(read.is_err_and(|error| !error.is_lost()));
    assert_eq!(value(&mut connection, "SELECT 1").unwrap(), Value::Integer(1));
}
