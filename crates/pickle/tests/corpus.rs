//! Pickles that nobody here wrote, against what CPython says about them.

mod common;

use common::Python;
use common::corpus::{Input, inputs};
use common::sha256::sha256;
use onggi_pickle::dis::{self, Instructions, TextOptions};
use onggi_pickle::{Encoding, Error, Graph, Limits, Protocol, ReadOptions, json};
use serde_json::Value;

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
    for Input { name, bytes, line } in inputs() {
        if line.get("ops").is_none_or(|ops| ops.as_array().is_none_or(Vec::is_empty)) {
            continue; // described by what it costs, or not at all
        }
        compared += 1;
        if let Err(wrong) = check_listing(&line, &bytes) {
            bad.push(format!("{name}: {wrong:.500}"));
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
    let pickles = inputs();
    if pickles.is_empty() {
        return;
    }
    let Some(mut python) = Python::start(DIS) else { return };
    let (mut bad, mut compared, mut odd) = (Vec::new(), 0, 0);
    let sent = python.send_in_background(pickles.iter().map(|input| common::hex(&input.bytes)).collect());
    for (Input { name, bytes, .. }, printed) in pickles.iter().zip(python.lines()) {
        let mut out = Vec::new();
        let written = dis::write_text(bytes, &TextOptions::default(), &mut out);
        match serde_json::from_str::<Option<String>>(&printed).expect("JSON") {
            None if written.is_err() => odd += 1,
            None => bad.push(format!("{name}: pickletools raises")),
            Some(expected) if out.starts_with(expected.as_bytes()) => compared += 1,
            Some(_) => bad.push(format!("{name}: differs")),
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
];

const TOO_LONG: &str = "pickle.py takes a frame beyond the end of the input; the C unpickler, which the reader follows, does not";

#[test]
fn inert_values_are_those_of_cpython() {
    on_a_large_stack(|| {
        let mut found = Found::default();
        for input in inputs() {
            found.add_unless_excepted(&input.name, INERT_EXCEPTIONS, |found| compare_inert(&input, found));
        }
        found.report("inert values");
    });
}

fn compare_inert(Input { name, bytes, line }: &Input, found: &mut Found) {
    let expected = &line["inert"];
    if expected.is_null() {
        return;
    }
    let encoding = if expected["encoding"] == "latin1" { Encoding::Latin1 } else { Encoding::Ascii };
    let graph = Graph::from_slice_with(bytes, &ReadOptions::default().strings(encoding).inert(true));
    match (graph, expected["loads"] == true) {
        (Err(_), false) => found.ends += 1,
        (Err(error), true) => found.bad.push(format!("{name}: {error}")),
        (Ok(_), false) => found.bad.push(format!("{name}: read, but {}", expected["message"])),
        (Ok(graph), true) => match check_value(&canonical(&graph).expect("within limits"), expected) {
            Ok(true) => found.values += 1,
            Ok(false) => found.ends += 1,
            Err(error) => found.bad.push(format!("{name}: {error}")),
        },
    }
}

/// Whether there was a value to compare.
fn check_value(text: &str, expected: &Value) -> Result<bool, String> {
    if let Some(digest) = expected.get("value_sha256") {
        return if *digest == sha256(text.as_bytes()) { Ok(true) } else { Err("another digest".to_owned()) };
    }
    let Some(value) = expected.get("value") else { return Ok(false) };
    if common::json(text) == *value { Ok(true) } else { Err(format!("{text:.300} is not {value:.300}")) }
}

/// Values of the corpus nest deeply, and the tests' JSON is read recursively.
fn on_a_large_stack(test: fn()) {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(test);
    thread.expect("a thread").join().expect("no panic");
}

/// Cases that end otherwise than the lines say, which were made with CPython 3.11.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("quirks/INT '-0'", "an int, not a bool, in later releases (gh-135241)"),
    ("quirks/INT '+0'", "an int, not a bool, in later releases (gh-135241)"),
    ("quirks/INT '010'", "base 10 only in later releases (gh-126992)"),
    ("quirks/LONG '007L'", "base 10 only in later releases (gh-126992)"),
    ("quirks/GLOBAL bytearray py2", "with Encoding::Bytes a call that would fail stays an inert call"),
    ("quirks/GLOBAL _codecs.encode rot13", "a codec that makes no bytes stays an inert call"),
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
fn values_are_those_of_cpython() {
    on_a_large_stack(|| {
        let mut found = Found::default();
        for input in inputs() {
            found.add_unless_excepted(&input.name, EXCEPTIONS, |found| compare(&input, found));
        }
        found.report("values");
    });
}

/// What was compared, and what differs.
#[derive(Default)]
struct Found {
    values: usize,
    ends: usize,
    bad: Vec<String>,
}

impl Found {
    /// Adds what `compare` finds of a case. One that is excepted must differ.
    fn add_unless_excepted(&mut self, name: &str, exceptions: &[(&str, &str)], compare: impl Fn(&mut Self)) {
        let mut found = Self::default();
        compare(&mut found);
        if let Some((_, reason)) = exceptions.iter().find(|(excepted, _)| *excepted == name) {
            if found.bad.is_empty() {
                self.bad.push(format!("{name}: needs no exception: {reason}"));
            }
            return;
        }
        self.values += found.values;
        self.ends += found.ends;
        self.bad.append(&mut found.bad);
    }

    fn report(self, what: &str) {
        let Self { values, ends, bad } = self;
        println!("{values} {what} compared");
        println!("{ends} more end as CPython says");
        assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
    }
}

/// Protocol 0 writes `nan` without its sign, as CPython does.
const NAN: &str = "quirks/FLOAT '-nan'";

fn compare(Input { name, bytes, line }: &Input, found: &mut Found) {
    for (key, encoding) in [
        ("c_unpickler", Encoding::Ascii),
        ("c_unpickler_latin1", Encoding::Latin1),
        ("c_unpickler_bytes", Encoding::Bytes),
    ] {
        let Some(expected) = line.get(key) else { continue };
        let name = format!("{name} {key}");
        let graph = Graph::from_slice_with(bytes, &ReadOptions::default().strings(encoding));
        let read = graph.and_then(|graph| Ok((canonical(&graph)?, graph)));
        match (read, expected["loads"] == true) {
            (Err(_), false) => found.ends += 1,
            (Err(error), true) => found.bad.push(format!("{name}: {error}")),
            (Ok((text, _)), false) => {
                found
                    .bad
                    .push(format!("{name}: {text:.200}, but {} {}", expected["error"], expected["message"]));
            }
            (Ok((text, graph)), true) => match check_value(&text, expected) {
                Err(error) => found.bad.push(format!("{name}: {error}")),
                Ok(false) => found.ends += 1,
                Ok(true) => {
                    found.values += 1;
                    let protocols = Protocol::ALL.into_iter();
                    for protocol in
                        protocols.filter(|protocol| *protocol != Protocol::V0 || line["id"] != NAN)
                    {
                        if let Err(error) = check_again(&graph, &text, protocol) {
                            found.bad.push(format!("{name} written at {protocol:?}: {error}"));
                        }
                    }
                }
            },
        }
    }
}

fn canonical(graph: &Graph<'_>) -> Result<String, Error> {
    let mut text = Vec::new();
    json::write_canonical(graph, &Limits::default(), &mut text)?;
    Ok(String::from_utf8(text).expect("ASCII"))
}

/// That a value is the same when it was written and read.
fn check_again(graph: &Graph<'_>, text: &str, protocol: Protocol) -> Result<(), String> {
    let again = graph.to_vec(protocol).map_err(|error| error.to_string())?;
    let again = Graph::from_slice(&again).and_then(|graph| canonical(&graph));
    match again {
        Ok(again) if again == text => Ok(()),
        Ok(again) => Err(format!("{again:.300} is not {text:.300}")),
        Err(error) => Err(error.to_string()),
    }
}
