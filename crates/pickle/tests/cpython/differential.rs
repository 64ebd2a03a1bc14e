//! Random values from CPython and back to it, without a difference.

use crate::common::{Python, cases, hex, unhex};
use onggi_pickle::{Graph, Protocol};

const SCRIPT: &str = concat!(include_str!("values.py"), include_str!("random_values.py"));

const SEED: u64 = 1;

/// How many values are on their way at a time.
const BATCH: u64 = 500;

/// What is sent back for the pickles of one value: each of them read, and written at its own protocol and at another.
fn answer(line: &str, number: usize) -> String {
    let written = line.split(' ').enumerate().flat_map(|(protocol, data)| {
        let pickle = unhex(data);
        let graph = Graph::from_slice(&pickle).unwrap_or_else(|error| panic!("{error}: {data}"));
        let other = (protocol + number % 5 + 1) % Protocol::ALL.len();
        [protocol, other].map(|target| {
            let written = graph.to_vec(Protocol::ALL[target]);
            hex(&written.unwrap_or_else(|error| panic!("{error}: {data}")))
        })
    });
    written.collect::<Vec<_>>().join(" ")
}

#[test]
fn random_values_come_back_to_cpython_as_they_were() {
    let Some(mut python) = Python::start(SCRIPT) else { return };
    let (count, mut sent, mut bad) = (cases(2000), 0, Vec::new());
    while sent < count {
        let batch = BATCH.min(count - sent);
        let mut answers = String::new();
        let mut number = 0;
        python.ask(&format!("{SEED} {sent} {batch}\n"), |line| {
            answers.push_str(&answer(line, number));
            answers.push('\n');
            number += 1;
        });
        python.ask(&answers, |line| bad.push(line.to_owned()));
        sent += batch;
    }
    println!("seed {SEED}: {sent} values at six protocols each went through");
    let first = bad.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(bad.is_empty() && sent >= 1, "{} differ:\n{first}", bad.len());
}
