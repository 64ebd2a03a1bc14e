//! A server that speaks MariaDB's protocol as a test wants it.

#![allow(dead_code, reason = "each test program takes what it needs")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use onggi_driver::{Pool, Result};

pub const QUERY: u8 = 0x03;
pub const PREPARE: u8 = 0x16;
pub const EXECUTE: u8 = 0x17;

/// The length of what a packet holds at most.
pub const MOST: usize = 0xff_ffff;

/// What MariaDB says that it can, without encryption, and what only it can besides.
pub const CAN: u32 = 0x81ff_f7fe;
const CAN_BESIDES: u32 = 0x1d;
pub const ENCRYPTS: u32 = 1 << 11;

/// A packet, with its number.
pub fn packet(number: u8, content: &[u8]) -> Vec<u8> {
    let [a, b, c, _] = u32::try_from(content.len()).unwrap().to_le_bytes();
    [&[a, b, c, number], content].concat()
}

/// Packets, with numbers from that on.
pub fn packets(first: u8, contents: &[Vec<u8>]) -> Vec<u8> {
    let numbered = contents.iter().scan(first, |number, content| {
        let packet = packet(*number, content);
        *number = number.wrapping_add(1);
        Some(packet)
    });
    numbered.collect::<Vec<_>>().concat()
}

/// The packets of an answer.
pub fn answer(contents: &[Vec<u8>]) -> Vec<u8> {
    packets(1, contents)
}

/// Bytes of fewer than 251, behind their number.
pub fn bytes(content: &[u8]) -> Vec<u8> {
    assert!(content.len() < 251);
    [&[u8::try_from(content.len()).unwrap()], content].concat()
}

/// What is said of a server at first, in a packet.
pub fn greeting(can: u32, plugin: &str) -> Vec<u8> {
    let [a, b, c, d] = can.to_le_bytes();
    let mut content = b"\x0a5.5.5-10.11.9-MariaDB\0\x07\0\0\0abcdefgh\0".to_vec();
    content.extend([a, b, 45, 2, 0, c, d, 21]);
    content.extend([0; 6]);
    content.extend(CAN_BESIDES.to_le_bytes());
    content.extend(b"ijklmnopqrst\0");
    content.extend(plugin.as_bytes());
    content.push(0);
    packet(0, &content)
}

/// A statement was done. In the state stands what follows and what has changed.
pub fn done(written: u8, state: u16) -> Vec<u8> {
    let [a, b] = state.to_le_bytes();
    vec![0, written, 0, a, b, 0, 0]
}

/// In the state: more results follow, something of the session has changed.
pub const MORE: u16 = 8;
pub const CHANGED: u16 = 1 << 14;

/// A statement was done, and a transaction is open behind it, or none.
pub fn done_in(is_open: bool) -> Vec<u8> {
    let state: &[u8] = if is_open { b"T_______" } else { b"________" };
    let change = [&[5][..], &bytes(&bytes(state))].concat();
    [done(0, CHANGED), vec![0], bytes(&change)].concat()
}

/// The end of rows.
pub fn end(state: u16) -> Vec<u8> {
    let mut end = done(0, state);
    end[0] = 0xfe;
    end
}

pub fn refusal(code: u16, state: &str, message: &str) -> Vec<u8> {
    [&[0xff], &code.to_le_bytes()[..], b"#", state.as_bytes(), message.as_bytes()].concat()
}

/// A column of a type, with the character set of texts.
pub fn column(name: &str, kind: u8) -> Vec<u8> {
    let mut column = b"\x03def\0\0\0".to_vec();
    column.extend(bytes(name.as_bytes()));
    column.extend(b"\0\x0c\x2d\0\0\0\0\0");
    column.extend([kind, 0, 0, 0, 0, 0]);
    column
}

pub const BIGINT: u8 = 8;
pub const TEXT: u8 = 0xfd;

/// A statement is prepared: that is its number, and so many columns and parameters it has. Their descriptions follow.
pub fn prepared(columns: u16, parameters: u16) -> Vec<u8> {
    [&[0, 1, 0, 0, 0], &columns.to_le_bytes()[..], &parameters.to_le_bytes(), &[0, 0, 0]].concat()
}

/// A prepared statement that gives a number, or has that as a parameter too.
pub fn number_prepared(parameters: u16) -> Vec<u8> {
    let described = (0..parameters).map(|_| column("?", BIGINT)).chain([column("number", BIGINT)]);
    answer(&[vec![prepared(1, parameters)], described.collect()].concat())
}

/// A row of one number.
pub fn number(number: i64) -> Vec<u8> {
    [&[0, 0][..], &number.to_le_bytes()].concat()
}

/// The result of a prepared statement that gives numbers.
pub fn numbers(numbers: &[i64]) -> Vec<u8> {
    let rows = numbers.iter().map(|value| number(*value));
    let head = [vec![1, 1], column("number", BIGINT)];
    answer(&head.into_iter().chain(rows).chain([end(0)]).collect::<Vec<_>>())
}

/// The result of a text that gives a row of texts.
pub fn texts(cells: &[&str]) -> Vec<u8> {
    let columns = cells.iter().map(|_| column("text", TEXT));
    let row = cells.iter().map(|cell| bytes(cell.as_bytes())).collect::<Vec<_>>().concat();
    let head = vec![u8::try_from(cells.len()).unwrap(), 1];
    answer(&[head].into_iter().chain(columns).chain([row, end(0)]).collect::<Vec<_>>())
}

/// What a server does where it is asked for something.
pub enum Does {
    /// As servers do: it says of which version it is, and does whatever it is told.
    AsUsual,
    Says(Vec<u8>),
    SaysAndHangsUp(Vec<u8>),
}

/// What hears of commands, by their kind and content.
pub type Answers<'a> = dyn Fn(u8, &str) -> Does + Send + Sync + 'a;

/// A server that speaks with each caller as it likes; with its port.
pub fn listen(speak: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let speak = Arc::new(speak);
    thread::spawn(move || {
        for caller in listener.incoming() {
            let speak = speak.clone();
            thread::spawn(move || speak(caller.unwrap()));
        }
    });
    port
}

/// What is opened at a port, by somebody with a password.
pub fn open(port: u16, options: &str) -> Result<Pool> {
    Pool::open(&format!("mysql://jane:s3cret@127.0.0.1:{port}/jars?{options}"))
}

/// A server that lets everybody in, and answers each command as it likes.
pub fn server(answer: impl Fn(u8, &str) -> Does + Send + Sync + 'static) -> Pool {
    let port = listen(move |mut caller| serve(&mut caller, &answer));
    open(port, "sslmode=disable").unwrap()
}

/// The next packet of a caller; none where it has hung up.
pub fn heard(caller: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = [0; 4];
    caller.read_exact(&mut head).ok()?;
    let [a, b, c, _] = head;
    let mut content = vec![0; u32::from_le_bytes([a, b, c, 0]).try_into().unwrap()];
    caller.read_exact(&mut content).ok()?;
    Some(content)
}

/// Lets a caller in.
pub fn let_in(caller: &mut TcpStream) -> Option<()> {
    caller.write_all(&greeting(CAN, "mysql_native_password")).ok()?;
    heard(caller)?;
    caller.write_all(&packet(2, &done(0, 0))).ok()
}

/// Answers a caller until one of both hangs up.
pub fn serve(caller: &mut TcpStream, answers: &Answers<'_>) {
    if let_in(caller).is_none() {
        return;
    }
    while let Some(content) = heard(caller) {
        let Some((&kind, content)) = content.split_first() else { return };
        let content = String::from_utf8_lossy(content);
        let said = match answers(kind, &content) {
            Does::AsUsual => usual(kind, &content),
            Does::Says(said) => said,
            Does::SaysAndHangsUp(said) => {
                drop(caller.write_all(&said));
                return;
            }
        };
        if caller.write_all(&said).is_err() {
            return;
        }
    }
}

/// What a server says to a command.
fn usual(kind: u8, content: &str) -> Vec<u8> {
    match (kind, content) {
        (QUERY, text) if text.starts_with("SELECT VERSION()") => texts(&["10.11.9-MariaDB", "1", "16777216"]),
        (QUERY, "BEGIN" | "START TRANSACTION") => answer(&[done_in(true)]),
        (QUERY, "COMMIT" | "ROLLBACK") => answer(&[done_in(false)]),
        (QUERY, "SELECT @@in_transaction") => texts(&["0"]),
        (QUERY, "SHOW WARNINGS") => answer(&[vec![1, 1], column("Level", TEXT), end(0)]),
        (PREPARE, _) => number_prepared(0),
        (EXECUTE, _) => numbers(&[7]),
        // The server says nothing where it forgets a statement.
        (0x19, _) => Vec::new(),
        _ => answer(&[done(0, 0)]),
    }
}
