//! Inputs that were made to hurt: they end, in bounded time and memory, as a value or an error.

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use crate::common::{Random, corpus, json_lines, unhex};
use onggi_pickle::{
    Graph, Limits, Node, Protocol, Value, dis, from_slice, from_slice_with, json, optimize, scan, to_vec,
};
use serde::de::IgnoredAny;

/// Everything that can be done with bytes from elsewhere; says whether they are a pickle.
fn endure(input: &[u8]) -> bool {
    let _ = (from_slice::<Value>(input), from_slice::<IgnoredAny>(input));
    let _ = from_slice::<HashMap<String, Vec<Option<u8>>>>(input);
    let _ = (scan(input), optimize(input), dis::write_json_lines(input, std::io::sink()));
    let _ = dis::write_text(input, &dis::TextOptions::default(), std::io::sink());
    let Ok(graph) = Graph::from_slice(input) else { return false };
    let _ = json::write_canonical(&graph, &Limits::default(), std::io::sink());
    let _ = format!("{graph:?}").len();
    for protocol in Protocol::ALL {
        if let Ok(pickle) = graph.to_vec(protocol) {
            Graph::from_slice(&pickle).unwrap_or_else(|error| panic!("{error}: {input:.200?}"));
        }
    }
    true
}

#[test]
fn random_opcodes_end() {
    const OPCODES: &[u8] = b"().0]}NI1\nK\x07ea12tu\x85\x86\x87\x94h\x00q\x00sRcos\npath\nbQ\x81\x8f\x90\x91d\x88lo\x97\x98\x92\x93\x8c\x01a";
    let mut random = Random(7);
    for _ in 0..20_000 {
        let length = random.below(40);
        let mut input: Vec<u8> = (0..length)
            .map(|_| OPCODES[usize::try_from(random.below(OPCODES.len() as u64)).expect("an index")])
            .collect();
        input.push(b'.');
        endure(&input);
    }
}

#[test]
fn a_million_levels_are_read_written_and_dropped() {
    // Unoptimised code takes its time; the depth is far beyond any stack either way.
    let levels = if cfg!(debug_assertions) { 200_000 } else { 1_000_000 };
    for (open, close) in
        [(&b"]"[..], &b"a"[..]), (b"(", b"t"), (b"", b"\x85"), (b"}N", b"s"), (b"(", b"\x91")]
    {
        let input = [open.repeat(levels), b"N".to_vec(), close.repeat(levels), b".".to_vec()].concat();
        let graph = Graph::from_slice(&input).unwrap_or_else(|error| panic!("{error}: {open:?}"));
        let pickle = graph.to_vec(Protocol::V4).expect("writable");
        assert_eq!(Graph::from_slice(&pickle).expect("readable").node_count(), graph.node_count());
        assert!(from_slice::<Value>(&input).is_err_and(|error| error.is_limit()));
    }
}

#[test]
fn a_raised_limit_of_depth_does_not_reach_the_end_of_the_stack() {
    let pickle = |levels: usize| [b"]".repeat(levels), b"a".repeat(levels - 1), b".".to_vec()].concat();
    let limits = Limits::default().depth(usize::MAX);
    assert!(from_slice_with::<Value>(&pickle(512), limits).is_ok());
    for levels in [513, 1_000_000] {
        assert!(from_slice_with::<Value>(&pickle(levels), limits).is_err_and(|error| error.is_limit()));
    }
}

#[test]
fn a_graph_of_any_depth_is_printed() {
    let pickle = [b"]".repeat(100_000), b"a".repeat(99_999), b".".to_vec()].concat();
    let graph = Graph::from_slice(&pickle).expect("readable");
    assert!(format!("{graph:?}").len() > 100_000);
    assert_eq!(graph.clone().node_count(), graph.node_count());
}

#[test]
fn shared_objects_cannot_multiply_without_bound() {
    let input = [b"]".to_vec(), b"2\x86".repeat(100), b".".to_vec()].concat();
    assert!(from_slice::<Value>(&input).is_err_and(|error| error.is_limit()));
    let long =
        [b"(X\x00\x00\x10\x00".to_vec(), vec![b'a'; 1 << 20], b"2".repeat(100_000), b"t.".to_vec()].concat();
    assert!(from_slice::<Value>(&long).is_err_and(|error| error.is_limit()));
}

#[test]
fn the_deepest_value_fits_a_small_stack() {
    let work = || {
        let mut value = Value::None;
        for _ in 0..128 {
            value = Value::Dict([("inner", value)].into_iter().collect());
        }
        let pickle = to_vec(&value).expect("128 levels can be written");
        assert!(from_slice::<Value>(&pickle).expect("readable") == value);
        let limits = Limits::default().depth(127);
        assert!(from_slice_with::<Value>(&pickle, limits).is_err_and(|error| error.is_limit()));
        assert!(to_vec(&vec![value]).is_err_and(|error| error.is_data()));
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).expect("a thread").join().expect("no panic");
}

#[test]
fn the_names_of_old_instances_are_ascii_as_in_cpython() {
    assert!(Graph::from_slice("(imod\né\n.".as_bytes()).is_err_and(|error| error.is_syntax()));
    Graph::from_slice("cmod\né\n.".as_bytes()).expect("a global may have any name");
}

#[test]
fn a_buffer_that_is_written_twice_is_the_same_buffer_or_an_error() {
    // A persistent id that is a buffer, twice: such ids are never memoised.
    let graph = Graph::from_slice(b"\x97Q2\x86.").expect("readable");
    let again = graph.to_vec(Protocol::V5).expect("writable");
    let again = Graph::from_slice(&again).expect("readable");
    let Node::Tuple(pair) = again.node(again.root()) else { panic!("not a tuple") };
    for id in pair {
        let Node::Persistent(id) = again.node(*id) else { panic!("not a persistent id") };
        assert_eq!(again.node(id), Node::Buffer { index: 0, readonly: false });
    }
    // A tuple of a buffer and a list that contains the tuple.
    let graph = Graph::from_slice(b"]\x940\x97h\x00\x86\x94h\x00h\x01a0.").expect("readable");
    if let Ok(again) = graph.to_vec(Protocol::V5) {
        let again = Graph::from_slice(&again).expect("readable");
        let Node::Tuple(pair) = again.node(again.root()) else { panic!("not a tuple") };
        assert_eq!(again.node(pair[0]), Node::Buffer { index: 0, readonly: false });
    }
}

#[test]
fn a_value_that_contains_itself_is_an_error_that_says_so() {
    let error = from_slice::<Value>(b"\x80\x02]q\x00h\x00a.").unwrap_err();
    assert!(error.to_string().contains("contains itself"), "{error}");
}

#[test]
fn the_corpus_of_hostile_inputs_ends() {
    let Some(folder) = corpus() else { return };
    let (mut worst, mut count) = (Duration::ZERO, 0);
    for name in
        ["dos.jsonl", "fuzz.jsonl", "quirks.jsonl", "cpython.jsonl", "malicious.jsonl", "ogorek_fuzz.jsonl"]
    {
        for case in json_lines(&folder.join("cases").join(name)) {
            let Some(input) = bytes(&folder, &case) else { continue };
            let start = Instant::now();
            let read = endure(&input);
            match case["cpython"]["c_unpickler"]["outcome"].as_str() {
                Some("loads" | "Refused") => assert!(read, "{} is a pickle", case["id"]),
                Some("UnpicklingError" | "ValueError") => assert!(!read, "{} is no pickle", case["id"]),
                _ => {} // too much for CPython, or not a case of these
            }
            worst = worst.max(start.elapsed());
            count += 1;
        }
    }
    println!("{count} inputs ended, the slowest after {worst:?}");
}

/// The bytes of a case; those that lie compressed are skipped where there is nothing to expand them.
fn bytes(folder: &std::path::Path, case: &serde_json::Value) -> Option<Vec<u8>> {
    let Some(file) = case.get("file") else { return case["hex"].as_str().map(unhex) };
    let file = folder.join("cases").join(file.as_str()?);
    let script = "import sys, zlib; sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read()))";
    let input = fs::File::open(file).ok()?;
    let output = std::process::Command::new("python3").args(["-c", script]).stdin(input).output().ok()?;
    Some(output.stdout)
}
