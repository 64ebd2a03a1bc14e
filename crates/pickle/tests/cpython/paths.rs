//! Paths into pickles, against CPython's own lookups.

use crate::common::{Python, hex, json, unhex};
use onggi_pickle::{Graph, Protocol, ValuePath};

fn answer(line: &str) -> String {
    let (data, path) = line.split_once(' ').expect("a pickle and a path");
    let path: ValuePath =
        json(path).as_str().expect("text").parse().unwrap_or_else(|error| panic!("{error}: {path}"));
    let pickle = unhex(data);
    let mut graph = Graph::from_slice(&pickle).expect("a pickle");
    match graph.find(&path).expect("objects that can be made") {
        None => "-".to_owned(),
        Some(found) => {
            graph.set_root(found);
            hex(&graph.to_vec(Protocol::V4).expect("written"))
        }
    }
}

#[test]
fn paths_find_what_cpython_finds() {
    let Some(mut python) = Python::start(include_str!("paths.py")) else { return };
    let mut answers = String::new();
    python.ask("go\n", |line| answers.push_str(&(answer(line) + "\n")));
    let mut report = Vec::new();
    python.ask(&answers, |line| report.push(line.to_owned()));
    let count = report.pop().and_then(|count| count.parse::<usize>().ok()).expect("the number of cases");
    assert!(report.is_empty() && count > 5000, "{} of {count} differ:\n{}", report.len(), report.join("\n"));
}
