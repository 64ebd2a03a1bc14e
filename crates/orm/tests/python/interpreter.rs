//! Python programs run by the machine's own interpreter.

use std::path::Path;
use std::process::Command;

/// Runs a program in a folder, and gives what it printed; `None`, after a line that says so, where there is no Python.
///
/// # Panics
///
/// When the program fails, with what it wrote to its error output.
pub fn run(folder: &Path, program: &str) -> Option<String> {
    let output = Command::new("python3").arg("-c").arg(program).current_dir(folder).output();
    let output = match output {
        Ok(output) => output,
        Err(_) => {
            println!("skipped: no python3");
            return None;
        }
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "python3 failed: {errors}\nprogram:\n{program}");
    Some(String::from_utf8(output.stdout).expect("Python prints UTF-8"))
}
