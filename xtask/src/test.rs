//! `cargo xtask test`: everything that can be tested, with plain `cargo test`.

use crate::{Result, cargo, root, succeed, target};
use std::process::Command;

/// Runs every part, also after one has failed, and says which did.
///
/// # Errors
///
/// When a part fails.
pub(crate) fn run() -> Result<()> {
    let parts = [
        (
            "unit and integration tests, examples built",
            workspace(&["--lib", "--bins", "--tests", "--examples"]),
        ),
        ("examples in the documentation", workspace(&["--doc"])),
        ("the benchmark's harness", harness()),
    ];
    let count = parts.len();
    let mut failed = Vec::new();
    for (number, (name, mut command)) in (1..).zip(parts) {
        println!("\n== {number} of {count}: {name} ==\n");
        if let Err(error) = succeed(&mut command) {
            eprintln!("{error}");
            failed.push(name);
        }
    }
    if failed.is_empty() {
        println!("\n== everything passed ==");
        return Ok(());
    }
    Err(format!("failed: {}", failed.join("; ")).into())
}

fn workspace(targets: &[&str]) -> Command {
    let mut command = cargo(&root());
    command.args(["test", "--workspace", "--all-features", "--no-fail-fast"]).args(targets);
    command
}

/// The harness is a package of its own, outside the workspace.
fn harness() -> Command {
    let mut command = cargo(&root().join("benches/common"));
    command.arg("test").env("CARGO_TARGET_DIR", target().join("bench-common"));
    command
}
