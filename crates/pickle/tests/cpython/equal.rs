//! Equality of pickled values, against CPython's.

use crate::common::{Python, unhex};
use onggi_pickle::{Graph, Result};

fn equal(line: &str) -> Result<bool> {
    let (one, two) = line.split_once(' ').expect("two pickles");
    Graph::from_slice(&unhex(one))?.equals(&Graph::from_slice(&unhex(two))?)
}

#[test]
fn values_are_equal_when_cpython_finds_them_equal() {
    let Some(mut python) = Python::start(include_str!("equal.py")) else { return };
    let mut answers = String::new();
    python.ask("go\n", |line| {
        let equal = equal(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        answers.push_str(if equal { "True\n" } else { "False\n" });
    });
    let mut report = Vec::new();
    python.ask(&answers, |line| report.push(line.to_owned()));
    let count = report.pop().and_then(|count| count.parse::<usize>().ok()).expect("the number of cases");
    assert!(
        report.is_empty() && count > 20_000,
        "{} of {count} differ:\n{}",
        report.len(),
        report.join("\n")
    );
}
