//! Servers of MariaDB's that belong to one test, with settings of their own.

#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::fmt::Display;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

/// A server that ends with its test.
pub struct Server {
    process: Child,
    pub port: u16,
    _folder: TempDir,
}

impl Server {
    /// Starts one with more arguments, which are told the folder that it has, if MariaDB is installed.
    pub fn start(arguments: impl FnOnce(&Path) -> Vec<String>) -> Option<Server> {
        let program = ["/usr/sbin/mariadbd", "/usr/bin/mariadbd", "/usr/libexec/mariadbd"];
        let Some(program) = program.into_iter().find(|program| Path::new(program).exists()) else {
            eprintln!("skipped: no MariaDB is installed that could be started");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let installed = Command::new("mariadb-install-db")
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
            .arg(format!("--datadir={}", path("data")))
            .args(user())
            .output()
            .unwrap();
        assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stdout));
        // Nobody takes the port before the server does.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(program)
            .args(["--no-defaults", "--bind-address=127.0.0.1", "--innodb-buffer-pool-size=8M"])
            .args(user())
            .arg(format!("--port={port}"))
            .arg(format!("--datadir={}", path("data")))
            .arg(format!("--socket={}", path("socket")))
            .arg(format!("--pid-file={}", path("pid")))
            .args(arguments(folder.path()))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Server { process, port, _folder: folder })
    }

    /// What is opened there, once the server answers.
    pub fn opened<T, E: Display>(&self, open: impl Fn() -> Result<T, E>) -> T {
        let mut tries = 0;
        loop {
            match open() {
                Ok(opened) => return opened,
                Err(error) => assert!(tries < 600, "the server does not start: {error}"),
            }
            tries += 1;
            sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The server refuses to be root without being told so.
fn user() -> Option<&'static str> {
    std::fs::read_dir("/root").is_ok().then_some("--user=root")
}
