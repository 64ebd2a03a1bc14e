//! Pickles that nobody here wrote, against what CPython says about them.

mod common;

use std::fs;
use std::path::Path;

use common::canonical::{canonical, sorted};
use common::sha256::sha256;
use common::{Python, corpus, json_lines};
use onggi_pickle::dis::{self, Instructions, TextOptions};
use onggi_pickle::{Encoding, Graph, Limits, Protocol, ReadOptions, json};
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
    let named = line.get("file").or(line.get("id")).and_then(Value::as_str);
    named
        .map(str::to_owned)
        .unwrap_or_else(|| format!("{} {} {}", line["table"], line["key"], line["column"]))
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

/// Where the notes differ from those of the lines, or their ends do.
/// The lines were made with `pickle.py` of CPython 3.11.
const INERT_EXCEPTIONS: &[(&str, &str)] = &[
    ("fuzz-11/mutated-226", TOO_LONG),
    ("fuzz-11/mutated-229", TOO_LONG),
    ("fuzz-11/mutated-291", TOO_LONG),
    ("fuzz-11/mutated-332", TOO_LONG),
    ("fuzz-11/mutated-370", TOO_LONG),
    ("ogorek-fuzz/29e8fb2cb60ca096c5944e7f8255d853cf031d8b-2", TOO_LONG),
    ("ogorek-fuzz/31292260bc77eee29ff244e25993cdff0f371499-7", TOO_LONG),
    ("ogorek-fuzz/650f3fc30817c18833e23c56d8bc9e41d8858a70-10", TOO_LONG),
    ("ogorek-fuzz/b3c2c74168b15db955bbd036572722ec3f153d28-1", TOO_LONG),
    ("ogorek-fuzz/f58c7841ba0e36e2934eda5a3217f5ecbe0c3ed8", TOO_LONG),
    ("quirks/FRAME too long", TOO_LONG),
    ("quirks/INT '010'", "base 10 only in later releases (gh-126992)"),
    ("quirks/LONG '007L'", "base 10 only in later releases (gh-126992)"),
    ("quirks/FLOAT '1_0.5'", "the C unpickler, which the reader follows, takes no underscores"),
    ("quirks/FLOAT ' 1.5'", "the C unpickler, which the reader follows, takes no blanks"),
    ("quirks/FLOAT '1.5 '", "the C unpickler, which the reader follows, takes no blanks"),
    ("quirks/APPENDS empty to None", "the C unpickler, which the reader follows, does nothing then"),
    ("quirks/APPEND bytearray", "a bytearray takes no items here; CPython never writes that"),
];

const TOO_LONG: &str = "pickle.py takes a frame beyond the end of the input; the C unpickler, which the reader follows, does not";

#[test]
fn inert_values_are_those_of_cpython() {
    on_a_large_stack(|| {
        let (mut bad, mut values, mut ends) = (Vec::new(), 0, 0);
        for (line, bytes) in files().into_iter().chain(cells()).chain(cases()) {
            let (expected, name) = (&line["inert"], name(&line));
            if expected.is_null() || INERT_EXCEPTIONS.iter().any(|(excepted, _)| *excepted == name) {
                continue;
            }
            let encoding = if expected["encoding"] == "latin1" { Encoding::Latin1 } else { Encoding::Ascii };
            let graph = Graph::from_slice_with(&bytes, &ReadOptions::default().strings(encoding).inert(true));
            match (graph, expected["loads"] == true) {
                (Err(_), false) => ends += 1,
                (Err(error), true) => bad.push(format!("{name}: {error}")),
                (Ok(_), false) => bad.push(format!("{name}: read, but {}", expected["message"])),
                (Ok(graph), true) => match check_value(&graph, expected) {
                    Ok(true) => values += 1,
                    Ok(false) => ends += 1,
                    Err(error) => bad.push(format!("{name}: {error}")),
                },
            }
        }
        println!("{values} inert values compared");
        println!("{ends} more end as CPython says");
        assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
    });
}

/// Whether there was a value to compare.
fn check_value(graph: &Graph<'_>, expected: &Value) -> Result<bool, String> {
    let mut text = Vec::new();
    json::write_canonical(graph, &Limits::default(), &mut text).map_err(|error| error.to_string())?;
    if let Some(digest) = expected.get("value_sha256") {
        return if *digest == sha256(&text) { Ok(true) } else { Err("another digest".to_owned()) };
    }
    let Some(value) = expected.get("value") else { return Ok(false) };
    let text = String::from_utf8(text).expect("ASCII");
    if common::json(&text) == *value { Ok(true) } else { Err(format!("{text:.300} is not {value:.300}")) }
}

/// Values of the corpus nest deeply, and the tests' JSON is read recursively.
fn on_a_large_stack(test: fn()) {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(test);
    thread.expect("a thread").join().expect("no panic");
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
