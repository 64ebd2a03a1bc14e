//! Pickles that nobody here wrote, against what CPython says about them.

mod common;

use std::fs;

use common::canonical::{canonical, sorted};
use common::{corpus, json_lines, python};
use onggi_pickle::opcode::Opcode;
use onggi_pickle::parse::{Argument, Op, Parser};
use onggi_pickle::{Encoding, Graph, Protocol, ReadOptions};
use serde_json::Value;

/// Every description of `expected/files` with its pickle.
fn files() -> Vec<(Value, Vec<u8>)> {
    let Some(folder) = corpus() else { return Vec::new() };
    let mut descriptions: Vec<_> = fs::read_dir(folder.join("expected/files")).expect("readable").collect();
    descriptions.sort_by_key(|entry| entry.as_ref().map(|entry| entry.path()).ok());
    let lines = descriptions.into_iter().flat_map(|entry| json_lines(&entry.expect("readable").path()));
    lines
        .map(|line| {
            let path = folder.join("files").join(line["file"].as_str().expect("a name"));
            let bytes = fs::read(path).expect("readable");
            (line, bytes)
        })
        .collect()
}

/// Position, name and `repr` of the argument; or why the listing ends.
type Line = Result<(usize, &'static str, Option<String>), String>;

/// The listing of all pickles of a stream, `Err` where it stops.
fn listing(input: &[u8], most: usize) -> Vec<Line> {
    let (mut out, mut start) = (Vec::new(), 0);
    while start < input.len() && out.len() <= most {
        let mut parser = Parser::new(&input[start..]);
        for op in parser.by_ref() {
            match op {
                Ok(op) if is_not_ascii(&op) => {
                    out.push(Err("pickletools takes the text of STRING as ASCII only".to_owned()));
                    return out;
                }
                Ok(op) => out.push(Ok((start + op.offset, op.opcode.name(), python::repr(&op)))),
                Err(error) => {
                    out.push(Err(error.to_string()));
                    return out;
                }
            }
        }
        start += parser.position();
    }
    out
}

fn is_not_ascii(op: &Op<'_>) -> bool {
    op.opcode == Opcode::String && matches!(&op.argument, Argument::Bytes(bytes) if !bytes.is_ascii())
}

fn matches(op: &Line, expected: &Value) -> bool {
    let Ok((position, name, argument)) = op else { return expected.get("error").is_some() };
    let Value::Array(expected) = expected else { return false };
    let same_argument = match (argument, expected.get(2)) {
        (None, None) => true,
        (Some(argument), Some(Value::String(text))) => argument == text,
        (Some(argument), Some(cut)) => {
            let head: String = argument.chars().take(80).collect();
            cut["arg_head"] == head && cut["arg_len"] == argument.chars().count()
        }
        _ => false,
    };
    expected[0] == *position && expected[1] == *name && same_argument
}

#[test]
fn listings_are_those_of_pickletools() {
    let files = files();
    let mut bad = Vec::new();
    for (line, bytes) in &files {
        let expected = line["ops"].as_array().expect("a list");
        let cut = line.get("ops_cut").is_some();
        let found = listing(bytes, if cut { expected.len() } else { usize::MAX });
        let wrong = found.iter().zip(expected).find(|(op, expected)| !matches(op, expected));
        if wrong.is_some() || !cut && found.len() != expected.len() {
            bad.push(format!("{}: {wrong:?} {} {}", line["file"], found.len(), expected.len()));
        }
    }
    println!("{} listings compared", files.len());
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn builtin_values_are_those_of_cpython() {
    let on_a_large_stack = std::thread::Builder::new().stack_size(64 << 20).spawn(|| {
        let (mut bad, mut compared) = (Vec::new(), 0);
        for (line, bytes) in files() {
            if line["tier"] == "builtin" {
                compare(&line, &bytes, &mut compared, &mut bad);
            }
        }
        println!("{compared} builtin values compared");
        assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
    });
    on_a_large_stack.expect("a thread").join().expect("no panic");
}

/// Cases that end otherwise than the lines say, which were made with CPython 3.11.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("quirks/INT '-0'", "an int, not a bool, in later releases (gh-135241)"),
    ("quirks/INT '+0'", "an int, not a bool, in later releases (gh-135241)"),
    ("quirks/INT '010'", "base 10 only in later releases (gh-126992)"),
    ("quirks/LONG '007L'", "base 10 only in later releases (gh-126992)"),
    ("quirks/APPEND bytearray", "a bytearray takes no items here; CPython never writes that"),
    ("quirks/GLOBAL bytearray py2", "with Encoding::Bytes a call that would fail stays an inert call"),
    ("quirks/GLOBAL _codecs.encode rot13", "a codec that makes no bytes stays an inert call"),
    ("cpython/AbstractUnpickleTests.test_bad_newobj/2", "int.__new__ stays an inert call"),
    ("cpython/AbstractUnpickleTests.test_bad_newobj_ex/3", "int.__new__ stays an inert call"),
    (
        "cpython/AbstractUnpickleTests.test_negative_32b_binput/0",
        "the memo is sparse, as in later releases (gh-115952)",
    ),
    (
        "ogorek-fuzz/1c9a359ace8d9c2868ab1398cf125b32b87e88f7",
        "the memo is sparse, as in later releases (gh-115952)",
    ),
    (
        "ogorek-fuzz/8f88c9245aee57cec438ea1f7188135a4b817759",
        "the memo is sparse, as in later releases (gh-115952)",
    ),
    (
        "ogorek-fuzz/test-7ff95ee3007331c95a03b62cede3e5656986d4ff.pickle",
        "the memo is sparse, as in later releases (gh-115952)",
    ),
    ("fuzz-11/mutated-316", "_codecs.encode of a tuple would fail, and stays an inert call"),
    (
        "ogorek-fuzz/test-1cfff850689920f8371174c25fafe4369993fb89.pickle",
        "with Encoding::Bytes a call that would fail stays an inert call",
    ),
    (
        "ogorek-fuzz/test-ea1a10f7a396076abd5e803aad7217ff8fd1d9bf.pickle",
        "with Encoding::Bytes a call that would fail stays an inert call",
    ),
];

#[test]
fn cases_end_as_their_lines_say() {
    let Some(folder) = corpus() else { return };
    let (mut bad, mut compared) = (Vec::new(), 0);
    for name in ["quirks.jsonl", "cpython.jsonl", "fuzz.jsonl", "ogorek_fuzz.jsonl"] {
        for line in json_lines(&folder.join("cases").join(name)) {
            let excepted = EXCEPTIONS.iter().any(|(id, _)| line["id"] == *id);
            if let (Some(text), false) = (line["hex"].as_str(), excepted) {
                compare(&line, &common::unhex(text), &mut compared, &mut bad);
            }
        }
    }
    println!("{compared} cases compared");
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
}

fn compare(line: &Value, bytes: &[u8], compared: &mut usize, bad: &mut Vec<String>) {
    let encodings = [
        ("c_unpickler", Encoding::Ascii),
        ("c_unpickler_latin1", Encoding::Latin1),
        ("c_unpickler_bytes", Encoding::Bytes),
    ];
    for (key, encoding) in encodings {
        let Some(expected) = line.get(key) else { continue };
        let graph = Graph::from_slice_with(bytes, &ReadOptions::default().strings(encoding));
        let name = line.get("file").or(line.get("id"));
        *compared += 1;
        match (graph, expected["loads"] == true, expected.get("value")) {
            (Err(_), false, _) | (Ok(_), true, None) => {}
            (Err(error), true, _) => bad.push(format!("{name:?} {key}: {error}")),
            (Ok(_), false, _) => bad.push(format!("{name:?} {key}: read, but {}", expected["error"])),
            (Ok(graph), true, Some(value)) => {
                let expected = sorted(value.clone());
                check(&graph, &expected, &format!("{name:?} {key}"), bad);
                for protocol in Protocol::ALL {
                    let Ok(again) = graph.to_vec(protocol) else {
                        bad.push(format!("{name:?} cannot be written at {protocol:?}"));
                        continue;
                    };
                    let again = Graph::from_slice(&again).expect("readable");
                    check(&again, &expected, &format!("{name:?} {key} written at {protocol:?}"), bad);
                }
            }
        }
    }
}

fn check(graph: &Graph<'_>, expected: &Value, what: &str, bad: &mut Vec<String>) {
    match canonical(graph) {
        Ok(value) if value == *expected => {}
        Ok(value) => bad.push(format!("{what}: {value:.300} is not {expected:.300}")),
        Err(error) => bad.push(format!("{what}: {error:.300}")),
    }
}
