//! Python programs, run by the machine's own interpreter.

use std::path::Path;
use std::process::{Command, Output};

/// Runs a program in a folder, and gives what it printed; `None`, after a line that says so, where there is no Python.
///
/// # Panics
///
/// When the program fails, with what it wrote to its error output.
pub fn run(folder: &Path, program: &str) -> Option<String> {
    let Ok(Output { status, stdout, stderr }) = start(folder, program) else { return skipped() };
    // A name that leads to no Python is none.
    if !status.success() && !start(folder, "").is_ok_and(|output| output.status.success()) {
        return skipped();
    }
    assert!(status.success(), "python3 failed: {}\nprogram:\n{program}", String::from_utf8_lossy(&stderr));
    // Windows writes `\r\n`.
    Some(String::from_utf8(stdout).expect("told to print UTF-8").replace("\r\n", "\n"))
}

fn start(folder: &Path, program: &str) -> std::io::Result<Output> {
    Command::new("python3").args(["-X", "utf8", "-c", program]).current_dir(folder).output()
}

fn skipped<T>() -> Option<T> {
    println!("skipped: no python3");
    None
}
