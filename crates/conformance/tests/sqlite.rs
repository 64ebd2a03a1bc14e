//! The suite on SQLite: in memory, and in files.

use std::fs;
use std::path::Path;

use onggi::{Error, Result};
use onggi_conformance::{Case, Harness};

mod memory {
    onggi_conformance::cases!(crate::in_memory);
}

mod file {
    onggi_conformance::cases!(crate::in_a_file);
}

fn in_memory(_: &str, case: Case) -> Result<()> {
    case(&Harness::open("sqlite::memory:")?)
}

fn in_a_file(_: &str, case: Case) -> Result<()> {
    let folder = tempfile::tempdir().map_err(Error::other)?;
    case(&Harness::open(&url(&folder.path().join("test.db")))?)
}

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// The list of cases is written by hand: this finds those that it lacks.
#[test]
fn every_case_is_listed() -> std::io::Result<()> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let list = fs::read_to_string(sources.join("list.rs"))?;
    let listed: Vec<&str> = list.split_whitespace().collect();
    let mut cases = 0;
    for entry in fs::read_dir(sources)? {
        for line in fs::read_to_string(entry?.path())?.lines() {
            let case = line.strip_prefix("pub fn ").and_then(|line| line.split_once('('));
            let Some((name, _)) = case.filter(|(_, rest)| rest.contains("harness: &Harness)")) else {
                continue;
            };
            cases += 1;
            assert!(listed.contains(&name), "{name} is not in list.rs");
        }
    }
    assert!(cases > 100, "only {cases} cases were found");
    Ok(())
}
