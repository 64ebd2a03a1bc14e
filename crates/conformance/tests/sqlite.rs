//! The suite on SQLite: in memory, and in files.

use std::fs;
use std::path::Path;

use onggi::{Error, Result};
use onggi_conformance::{Case, Harness, Otherwise, arrays};

mod memory {
    onggi_conformance::cases!(crate::in_memory);
}

mod file {
    onggi_conformance::cases!(crate::in_a_file);
}

/// Cases that SQLite decides otherwise: what each of them fails with, and why.
const OTHERWISE: Otherwise = Otherwise(&[
    ("arrays::", "SQLite has no arrays, and ", "it is an error that says so"),
    ("arrays_queries::", "SQLite has no arrays, and ", "it is an error that says so"),
]);

fn in_memory(name: &str, case: Case) -> Result<()> {
    OTHERWISE.check(name, || case(&Harness::open("sqlite::memory:")?))
}

fn in_a_file(name: &str, case: Case) -> Result<()> {
    let folder = tempfile::tempdir().map_err(Error::other)?;
    OTHERWISE.check(name, || case(&Harness::open(&url(&folder.path().join("test.db")))?))
}

#[test]
fn arrays_are_refused_where_they_are_bound_read_and_searched() -> Result<()> {
    let [written, read, searched, equal] = arrays::refused(&Harness::open("sqlite::memory:")?)?;
    for said in [&written, &read, &searched, &equal] {
        assert!(said.contains("SQLite has no arrays: keep the values as JSON (`Json<Vec<T>>`)"), "{said}");
    }
    assert!(written.contains("sheet.cells") && read.contains("sheet.cells"), "{written}, {read}");
    Ok(())
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
