//! `cargo xtask test`: everything that can be tested, with plain `cargo test`.

use crate::{Result, cargo, root, succeed, target};
use std::net::TcpStream;
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
    servers();
    let count = parts.len();
    let mut failed = Vec::new();
    for (number, (name, mut command)) in (1..).zip(parts) {
        println!("\n== {number} of {count}: {name} ==\n");
        if let Err(error) = succeed(&mut command) {
            eprintln!("{error}");
            failed.push(name);
        }
    }
    println!();
    servers();
    if failed.is_empty() {
        println!("\n== everything passed ==");
        return Ok(());
    }
    Err(format!("failed: {}", failed.join("; ")).into())
}

/// Says of each server that tests want whether they have it.
fn servers() {
    println!("PostgreSQL: {}", server("ONGGI_TEST_POSTGRES_URL", "127.0.0.1:5432"));
    println!("MariaDB or MySQL: {}", server("ONGGI_TEST_MYSQL_URL", "127.0.0.1:3306"));
    let second = std::env::var_os("ONGGI_TEST_MYSQL8_URL").map_or("skipped, as it is not set", |_| "tested");
    println!("the suite on a second one, at ONGGI_TEST_MYSQL8_URL: {second}");
}

fn server(variable: &str, local: &str) -> String {
    if std::env::var_os(variable).is_some() {
        return format!("tested, on the server of {variable}");
    }
    match TcpStream::connect(local) {
        Ok(_) => "tested, on the local server, if the user root may enter its database test".to_owned(),
        Err(_) => format!("skipped, as no local server answers and {variable} is not set"),
    }
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
