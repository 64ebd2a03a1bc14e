//! Something between a database and its server that cuts a connection at its first commit.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use super::server;

/// When the connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before the server hears of the commit.
    Before,
    /// Behind the commit, before its answer arrives.
    Behind,
}

pub struct Relay(String);

impl Relay {
    /// One before the server of a URL, if that has an address. It lasts as long as the test, and reads what is said: nothing is
    /// encrypted.
    pub fn before(url: &str, cut: Cut) -> Option<Relay> {
        let server = server::address(url)?;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            while let Ok((caller, _)) = listener.accept() {
                let server = TcpStream::connect(server).unwrap();
                thread::spawn(move || serve(caller, server, cut));
            }
        });
        let url = server::with_option(&server::through(url, "127.0.0.1", port), "sslmode=disable");
        Some(Relay(url))
    }

    pub fn url(&self) -> &str {
        &self.0
    }
}

fn serve(mut caller: TcpStream, mut server: TcpStream, cut: Cut) -> Option<()> {
    let (mut answers, mut back) = (server.try_clone().ok()?, caller.try_clone().ok()?);
    let answering = thread::spawn(move || std::io::copy(&mut answers, &mut back));
    let mut bytes = [0; 4096];
    loop {
        let length = caller.read(&mut bytes).ok().filter(|&length| length > 0);
        let Some(length) = length else {
            server.shutdown(Shutdown::Both).ok()?;
            break;
        };
        let commits = bytes[..length].windows(6).any(|word| word == b"COMMIT");
        if commits && cut == Cut::Behind {
            // The caller hears nothing any more, and the server does all that was asked.
            caller.shutdown(Shutdown::Both).ok()?;
            server.write_all(&bytes[..length]).ok()?;
            server.shutdown(Shutdown::Write).ok()?;
            break;
        }
        if commits {
            caller.shutdown(Shutdown::Both).ok()?;
            server.shutdown(Shutdown::Both).ok()?;
            break;
        }
        server.write_all(&bytes[..length]).ok()?;
    }
    answering.join().ok().map(drop)
}
