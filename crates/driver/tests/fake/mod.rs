//! A server that speaks PostgreSQL's protocol as a test wants it.

#![allow(dead_code, reason = "each test program takes what it needs")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use onggi_driver::Pool;

pub fn number_of(caller: &mut TcpStream) -> usize {
    let mut length = [0; 4];
    caller.read_exact(&mut length).unwrap();
    u32::from_be_bytes(length).try_into().unwrap()
}

pub const READY: &[u8] = b"Z\0\0\0\x05";

/// A message of a server's.
pub fn message(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 4).unwrap();
    [&[kind], &length.to_be_bytes()[..], content].concat()
}

pub fn done(tag: &str, state: u8) -> Vec<u8> {
    [message(b'C', format!("{tag}\0").as_bytes()), message(b'Z', &[state])].concat()
}

pub fn refusal(severity: &str, code: &str) -> Vec<u8> {
    message(b'E', format!("S{severity}\0C{code}\0Mno\0\0").as_bytes())
}

/// A server that lets everybody in, answers each message as it likes, and hangs up behind what is not the end of an answer, or is
/// fatal.
pub fn server(answer: impl Fn(u8, &str) -> Vec<u8> + Send + Sync + 'static) -> Pool {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for caller in listener.incoming() {
            let answer = answer.clone();
            thread::spawn(move || serve(&mut caller.unwrap(), &*answer));
        }
    });
    Pool::open(&format!("postgres://jane@127.0.0.1:{port}/jars?sslmode=disable")).unwrap()
}

fn hangs_up_behind(said: &[u8]) -> bool {
    let has = |part: &[u8]| said.windows(part.len()).any(|found| found == part);
    !said.is_empty() && (!has(READY) || has(b"SFATAL"))
}

/// Answers a caller until one of both hangs up.
pub fn serve(caller: &mut TcpStream, answer: &impl Fn(u8, &str) -> Vec<u8>) {
    let length = number_of(caller);
    caller.read_exact(&mut vec![0; length - 4]).unwrap();
    let welcome = [message(b'R', &[0; 4]), message(b'K', &[1; 8]), message(b'Z', b"I")];
    caller.write_all(&welcome.concat()).unwrap();
    let mut kind = [0];
    while caller.read_exact(&mut kind).is_ok() {
        let mut content = vec![0; number_of(caller) - 4];
        caller.read_exact(&mut content).unwrap();
        let said = answer(kind[0], &String::from_utf8_lossy(&content));
        if caller.write_all(&said).is_err() || hangs_up_behind(&said) {
            return;
        }
    }
}
