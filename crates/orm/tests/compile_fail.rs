//! What the compiler says about wrong models, and that it says nothing about good ones.

use std::fs;
use std::path::Path;

/// Longer messages are not read.
const MOST_LINES: usize = 20;

#[test]
fn wrong_models_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/compile_fail/pass/*.rs");
    cases.compile_fail("tests/compile_fail/*.rs");
}

#[test]
fn messages_are_short() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "stderr") {
            let lines = fs::read_to_string(&path)?.lines().count();
            assert!(lines <= MOST_LINES, "{} has {lines} lines", path.display());
        }
    }
    Ok(())
}
