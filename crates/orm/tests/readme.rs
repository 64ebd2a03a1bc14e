//! The README's programs compile, and its tour runs.

#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::fs;
use std::path::Path;

const README: &str = include_str!("../../../README.md");

#[test]
fn the_programs_of_the_readme_compile_and_the_tour_runs() {
    let blocks = rust_blocks(README);
    let (quickstart, tour) = blocks.split_first().unwrap();
    assert!(quickstart.contains("fn main()") && tour.len() > 5);

    let program = format!(
        "#[allow(dead_code)]\nmod quickstart {{\n{quickstart}}}\n\nfn main() -> onggi::Result<()> {{\n{}Ok(())\n}}\n",
        tour.concat()
    );
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme.rs");
    fs::write(&file, program).unwrap();
    trybuild::TestCases::new().pass(file);
}

/// What stands between ```` ```rust ```` and ```` ``` ````.
fn rust_blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while lines.by_ref().any(|line| line == "```rust") {
        blocks
            .push(lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect());
    }
    blocks
}
