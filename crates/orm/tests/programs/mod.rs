//! The programs of the examples, for tests that run them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program of an example, which `cargo test` has built; `cargo run`, with the features of this program, where that
/// one is missing or too old.
pub fn command(example: &str) -> Command {
    let built = folder_of_examples().join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    if is_fresh(&built) {
        return Command::new(built);
    }
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--manifest-path"]);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).args(["--example", example]);
    command.args(["--no-default-features", "--features", &features()]);
    command
}

fn features() -> String {
    let all = [
        ("sqlite", cfg!(feature = "sqlite")),
        ("chrono", cfg!(feature = "chrono")),
        ("decimal", cfg!(feature = "decimal")),
        ("json", cfg!(feature = "json")),
        ("tokio", cfg!(feature = "tokio")),
        ("uuid", cfg!(feature = "uuid")),
    ];
    let chosen: Vec<&str> = all.iter().filter(|(_, on)| *on).map(|&(name, _)| name).collect();
    chosen.join(",")
}

/// Beside the folder of this program.
fn folder_of_examples() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(2).unwrap().join("examples")
}

/// Whether no source file of a program is newer than it: `program.d` lists them.
fn is_fresh(program: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    let Ok(listed) = fs::read_to_string(program.with_extension("d")) else { return false };
    let Some(built) = changed(program) else { return false };
    let sources = listed.split_once(": ").map_or("", |(_, sources)| sources);
    sources.split_whitespace().all(|source| changed(Path::new(source)).is_none_or(|changed| changed <= built))
}
