//! The example `axum`, served and asked over HTTP by many clients at once.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

#[path = "programs/mod.rs"]
mod programs;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::thread;

/// The service, stopped when dropped.
struct Service {
    process: Child,
    address: String,
}

impl Service {
    fn start(url: &str) -> Service {
        let mut command = programs::command("axum");
        command.args(["--", url, "127.0.0.1:0"].iter().skip(usize::from(!is_cargo(&command))));
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").expect(&line).to_owned();
        Service { process, address }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}",
            self.address,
        );
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// The status and the body of an answer.
    fn answer(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut answer = String::new();
        self.ask(method, path, body).read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").expect(&answer);
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_cargo(command: &std::process::Command) -> bool {
    command.get_args().next().is_some()
}

const JOHN: &str = r#"{"name":"John Doe","email":"john@example.com","data":{"age":30,"city":"New York"}}"#;

#[test]
fn many_clients_at_once_lose_no_visit_and_those_who_hang_up_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let service =
        Service::start(&format!("sqlite://{}?pool_size=4", folder.path().join("users.db").display()));

    let created = service.answer("POST", "/users", JOHN);
    let john = r#"{"id":1,"name":"John Doe","email":"john@example.com","data":{"age":30,"city":"New York"},"visits":0}"#;
    assert_eq!(created, (201, john.to_owned()));
    assert_eq!(service.answer("POST", "/users", JOHN).0, 409);
    assert_eq!(service.answer("GET", "/users/nobody@example.com", "").0, 404);
    assert_eq!(service.answer("GET", "/users/john@example.com", ""), (200, john.to_owned()));

    const CLIENTS: usize = 16;
    const VISITS: usize = 20;
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                for _ in 0..VISITS {
                    // One that does not wait for its answer.
                    drop(service.ask("GET", "/users/john@example.com", ""));
                    assert_eq!(service.answer("POST", "/users/john@example.com/visits", "").0, 200);
                }
            });
        }
    });
    let visits = format!("\"visits\":{}}}", CLIENTS * VISITS);
    let (status, body) = service.answer("GET", "/users/john@example.com", "");
    assert_eq!(status, 200);
    assert!(body.ends_with(&visits), "{body}");
}
