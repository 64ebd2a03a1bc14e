//! The project's own chores: `cargo xtask test`, `cargo xtask bench`.

mod bench;
mod test;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const HELP: &str = "\
Usage: cargo xtask <task>

Tasks:
  test                      Run the whole test suite
  bench [options]           Measure onggi against raw rusqlite and Diesel, and
                            write the result into benches/README.md
  help                      Print this text

Options of bench:
  --rounds <n>              How many times each program runs (default 7)
  --postgres <url>          Measure on a server instead, in an empty database,
                            against the raw driver, Diesel and SeaORM
  --mysql <url>             The same on MariaDB or MySQL
  --memory                  Measure memory instead of speed
  --compile                 Measure compile time instead of speed
  --pickle                  Measure pickles against CPython, serde-pickle and
                            serde_json instead
  --print-only              Leave benches/README.md alone
";

/// The result of a task; the error is printed as it is.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Task {
    Help,
    Test,
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let task = match parse(&arguments) {
        Ok(task) => task,
        Err(message) => {
            eprintln!("error: {message}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> std::result::Result<Task, String> {
    let Some((task, options)) = arguments.split_first() else {
        return Err("which task?".to_owned());
    };
    match (task.as_str(), options) {
        ("help" | "--help" | "-h", _) => Ok(Task::Help),
        ("bench", options) => bench::Options::parse(options).map(Task::Bench),
        ("test", []) => Ok(Task::Test),
        ("test", _) => Err("test takes no options; for a part of it use cargo test itself".to_owned()),
        (unknown, _) => Err(format!("no task is called {unknown:?}")),
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Help => print!("{HELP}"),
        Task::Test => test::run()?,
        Task::Bench(options) => bench::run(&options)?,
    }
    Ok(())
}

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// The folder that builds go to: `CARGO_TARGET_DIR` or `target`.
fn target() -> PathBuf {
    let chosen = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    // Absolute, because the builds start in other folders.
    chosen.and_then(|folder| std::path::absolute(folder).ok()).unwrap_or_else(|| root().join("target"))
}

/// The cargo that runs this program, to be started in `folder`.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    command
}

/// Runs `command` to its end.
///
/// # Errors
///
/// When it cannot be started, or says that it failed.
fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| format!("cannot start {command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed: {status}").into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(line: &str) -> std::result::Result<Task, String> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn tasks_and_their_options_are_understood() {
        assert_eq!(task("test"), Ok(Task::Test));
        assert_eq!(task("--help"), Ok(Task::Help));
        assert_eq!(task("bench"), Ok(Task::Bench(bench::Options::default())));
        assert!(matches!(task("bench --rounds 3"), Ok(Task::Bench(options)) if options.rounds == 3));
    }

    #[test]
    fn what_is_not_understood_is_an_error_that_says_so() {
        assert_eq!(task(""), Err("which task?".to_owned()));
        assert_eq!(task("tset"), Err("no task is called \"tset\"".to_owned()));
        assert!(task("test --all").is_err());
        assert!(task("bench --rounds 0").is_err());
        assert!(task("bench --memory --compile").is_err());
        assert!(task("bench --postgres").is_err());
        assert!(task("bench --mysql mysql://root@127.0.0.1/empty --rounds 2").is_ok());
        assert!(task("bench --pickle --rounds 2").is_ok());
    }
}
