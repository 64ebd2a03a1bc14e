//! Pickles that nobody here wrote, against what CPython says about them.

mod common;

use std::fs;
use std::path::Path;

use common::canonical::{canonical, sorted};
use common::sha256::sha256;
use common::{Python, corpus, json_lines};
use onggi_pickle::dis::{self, Instructions, TextOptions};
use onggi_pickle::{Encoding, Graph, Protocol, ReadOptions};
use serde_json::Value;

/// Every description of `expected/files` with its pickle.
fn files() -> Vec<(Value, Vec<u8>)> {
    let Some(folder) = corpus() else { return Vec::new() };
    described(&folder.join("expected/files"))
        .into_iter()
        .map(|line| {
            let path = folder.join("files").join(line["file"].as_str().expect("a name"));
            let bytes = fs::read(path).expect("readable");
            (line, bytes)
        })
        .collect()
}

/// Every pickle that a cell of the databases holds, with its line.
fn cells() -> Vec<(Value, Vec<u8>)> {
    let Some(folder) = corpus() else { return Vec::new() };
    with_bytes(described(&folder.join("expected/db")))
}

/// Every case that holds its bytes.
fn cases() -> Vec<(Value, Vec<u8>)> {
    let Some(folder) = corpus() else { return Vec::new() };
    with_bytes(described(&folder.join("cases")))
}

fn with_bytes(lines: Vec<Value>) -> Vec<(Value, Vec<u8>)> {
    let bytes = |line: &Value| line["hex"].as_str().map(common::unhex);
    lines.into_iter().filter_map(|line| bytes(&line).map(|bytes| (line, bytes))).collect()
}

/// The lines of all descriptions in a folder.
fn described(folder: &Path) -> Vec<Value> {
    let entries = fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|name| name == "jsonl")).collect();
    files.sort();
    files.iter().flat_map(|file| json_lines(file)).collect()
}

/// What a line calls its pickle.
fn name(line: &Value) -> String {
    let named = line.get("file").or(line.get("id")).map(Value::to_string);
    named.unwrap_or_else(|| format!("{} {} {}", line["table"], line["key"], line["column"]))
}

/// Whether a listing is the described one: its digest, the instructions themselves, and how it ends.
fn check_listing(line: &Value, bytes: &[u8]) -> Result<(), String> {
    let (mut text, mut found, mut error) = (String::new(), Vec::new(), None);
    for instruction in Instructions::new(bytes) {
        match instruction {
            Ok(op) => {
                let argument = op.argument().map(|argument| argument.to_string());
                let blank = if argument.is_some() { " " } else { "" };
                let shown = argument.as_deref().unwrap_or_default();
                text.push_str(&format!("{} {}{blank}{shown}\n", op.offset, op.opcode.name()));
                found.push((op.offset, op.opcode.name(), argument));
            }
            Err(reason) => error = Some(reason.to_string()),
        }
    }
    let expected = line["ops"].as_array().expect("a list");
    if let Some(wrong) = expected.iter().zip(&found).find(|(expected, op)| !matches(op, expected)) {
        return Err(format!("{wrong:?}"));
    }
    if line["op_count"] != found.len() || line["ops_sha256"] != sha256(text.as_bytes()) {
        return Err(format!("{} instructions of {}, {error:?}", found.len(), line["op_count"]));
    }
    match (line.get("genops_error"), error) {
        (None, None) | (Some(_), Some(_)) => Ok(()),
        (expected, found) => Err(format!("ends with {found:?}, not {expected:?}")),
    }
}

fn matches((offset, name, argument): &(usize, &str, Option<String>), expected: &Value) -> bool {
    let Value::Array(expected) = expected else { return false };
    let same_argument = match (argument, expected.get(2)) {
        (None, None) => true,
        (Some(argument), Some(Value::String(text))) => argument == text,
        (Some(argument), Some(cut)) => {
            cut["arg_len"] == argument.chars().count() && cut["arg_sha256"] == sha256(argument.as_bytes())
        }
        _ => false,
    };
    expected[0] == *offset && expected[1] == *name && same_argument
}

#[test]
fn listings_are_those_of_pickletools() {
    let (mut bad, mut compared) = (Vec::new(), 0);
    for (line, bytes) in files().into_iter().chain(cells()).chain(cases()) {
        if line.get("ops").is_none_or(|ops| ops.as_array().is_none_or(Vec::is_empty)) {
            continue; // described by what it costs, or not at all
        }
        compared += 1;
        if let Err(wrong) = check_listing(&line, &bytes) {
            bad.push(format!("{}: {wrong:.500}", name(&line)));
        }
    }
    println!("{compared} listings compared");
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
}

/// What `pickletools.dis` prints of the first pickle, or `null` when it raises.
const DIS: &str = r#"
import io, json, pickletools, sys
if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)
for line in sys.stdin:
    out = io.StringIO()
    try:
        pickletools.dis(io.BytesIO(bytes.fromhex(line)), out)
        print(json.dumps(out.getvalue()), flush=True)
    except Exception:
        print("null", flush=True)
"#;

#[test]
fn listings_for_people_are_those_of_pickletools() {
    let pickles: Vec<_> = files().into_iter().chain(cells()).chain(cases()).collect();
    if pickles.is_empty() {
        return;
    }
    let Some(mut python) = Python::start(DIS) else { return };
    let (mut bad, mut compared, mut odd) = (Vec::new(), 0, 0);
    let sent = python.send_in_background(pickles.iter().map(|(_, bytes)| common::hex(bytes)).collect());
    for ((line, bytes), printed) in pickles.iter().zip(python.lines()) {
        let mut out = Vec::new();
        let written = dis::write_text(bytes, &TextOptions::default(), &mut out);
        match serde_json::from_str::<Option<String>>(&printed).expect("JSON") {
            None if written.is_err() => odd += 1,
            None => bad.push(format!("{}: pickletools raises", name(line))),
            Some(expected) if out.starts_with(expected.as_bytes()) => compared += 1,
            Some(_) => bad.push(format!("{}: differs", name(line))),
        }
    }
    sent.join().expect("sent");
    assert_eq!(compared + odd + bad.len(), pickles.len());
    println!("{compared} listings for people compared, {odd} that pickletools stops at");
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

/// Protocol 0 writes `nan` without its sign, as CPython does.
const NAN: &str = "quirks/FLOAT '-nan'";

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
                    if protocol == Protocol::V0 && line["id"] == NAN {
                        continue;
                    }
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
