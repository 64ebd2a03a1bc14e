//! Running the program.

#![allow(dead_code, reason = "each test crate uses its own part")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run of the program left behind.
#[derive(Debug)]
pub struct Run {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs `onggi pickle` with these arguments and this standard input.
pub fn onggi(arguments: &[&str], input: &[u8]) -> Run {
    onggi_in(Path::new("."), arguments, input)
}

/// The same in a folder.
pub fn onggi_in(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_onggi"))
        .arg("pickle")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (mut stdin, input) = (child.stdin.take().expect("piped"), input.to_vec());
    // The program may end without having read everything.
    let sent = std::thread::spawn(move || stdin.write_all(&input).is_ok());
    let output = child.wait_with_output().expect("the program ends");
    sent.join().expect("no panic");
    Run {
        status: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

impl Run {
    /// That it went well and said nothing on standard error.
    #[track_caller]
    pub fn succeeds(&self) {
        assert_eq!((self.status, self.err.as_str()), (Some(0), ""), "{self:?}");
    }

    /// That it failed with status 2 and one line on standard error.
    #[track_caller]
    pub fn fails_with_one_line(&self) {
        assert_eq!((self.status, self.err.lines().count()), (Some(2), 1), "{self:?}");
        assert!(self.err.starts_with("onggi: ") && self.err.ends_with('\n'), "{self:?}");
    }
}
