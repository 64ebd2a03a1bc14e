//! Random streams of opcodes, against what CPython's C unpickler makes of them.

use std::collections::BTreeMap;

use crate::common::{Python, cases, unhex};
use onggi_pickle::opcode::Opcode;
use onggi_pickle::parse::Parser;
use onggi_pickle::{Error, Graph, Limits, json};
use serde_json::Value;

const STREAMS: &str = include_str!("streams.py");

const SEED: u64 = 1;

/// What CPython makes of a stream.
enum Outcome {
    Value(Value),
    /// Read, but the value has no canonical form.
    Read,
    Refused(String),
}

struct Case {
    bytes: Vec<u8>,
    cpython: Outcome,
}

impl Case {
    fn parse(line: &str) -> Self {
        let (bytes, outcome) = line.split_once('\t').expect("two fields");
        let cpython = match outcome.strip_prefix('!') {
            Some(error) => Outcome::Refused(error.to_owned()),
            None if outcome == "?" => Outcome::Read,
            None => Outcome::Value(sorted(crate::common::json(outcome))),
        };
        Self { bytes: unhex(bytes), cpython }
    }

    /// Whether CPython refuses it with an error that says this.
    fn error(&self, part: &str) -> bool {
        matches!(&self.cpython, Outcome::Refused(error) if error.contains(part))
    }

    /// The lines that are arguments of such opcodes.
    fn texts(&self, opcodes: &'static [Opcode]) -> impl Iterator<Item = &[u8]> {
        let mut parser = Parser::new(&self.bytes);
        let starts = std::iter::from_fn(move || {
            let start = parser.position();
            parser.next().map(|_| start)
        });
        let of = move |start: &usize| {
            self.bytes.get(*start).is_some_and(|byte| opcodes.iter().any(|opcode| opcode.byte() == *byte))
        };
        starts
            .filter(of)
            .map(|start| self.bytes[start + 1..].split(|byte| *byte == b'\n').next().unwrap_or_default())
    }

    fn report(&self, difference: &str) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        format!("{}\n  {text:?}\n  {difference:.600}\n", crate::common::hex(&self.bytes))
    }

    /// What is different here, if anything.
    fn difference(&self) -> Option<String> {
        let graph = Graph::from_slice(&self.bytes);
        let value = graph.as_ref().ok().map(canonical);
        match (&self.cpython, graph, value) {
            (Outcome::Refused(_), Err(_), _) | (Outcome::Read, Ok(_), _) => None,
            (Outcome::Refused(_), _, Some(Err(error))) if error.is_data() => None,
            (Outcome::Value(expected), _, Some(Ok(value))) if value == *expected => None,
            (Outcome::Value(expected), Ok(_), value) => Some(format!("{value:?} is not {expected}")),
            (_, Err(error), _) => Some(format!("refused: {error}")),
            (Outcome::Refused(error), Ok(graph), _) => Some(format!("read, but {error}: {graph:?}")),
        }
    }
}

/// The value in canonical JSON. An object of the standard library that CPython refuses to make is an error.
fn canonical(graph: &Graph<'_>) -> Result<Value, Error> {
    let mut text = Vec::new();
    json::write_canonical(graph, &Limits::default(), &mut text)?;
    Ok(sorted(crate::common::json(&String::from_utf8_lossy(&text))))
}

/// Sets have no order: theirs is that of their items' JSON here. Of a float the bits are compared, not the text.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(name, _)| name != "repr").map(|(name, value)| {
                let mut value = sorted(value);
                if let (true, Value::Array(items)) = (name.ends_with("set"), &mut value) {
                    items.sort_by_key(ToString::to_string);
                }
                (name, value)
            });
            Value::Object(fields.collect())
        }
        other => other,
    }
}

/// Why a case may differ from CPython 3.11, and whether it is for that.
type Exception = (&'static str, fn(&Case, &str) -> bool);

const EXCEPTIONS: &[Exception] = &[
    (
        "integers are read in base 10 (gh-126992) and only 00 and 01 are bools (gh-135241), as in later releases",
        |case, _| case.texts(&[Opcode::Int, Opcode::Long]).any(|text| !is_plain(text)),
    ),
    ("an argument that crosses the end of its frame is refused, as in later releases", |_, difference| {
        difference.contains("crosses the end of its frame")
    }),
    ("memo indexes are sparse (gh-115952), as in later releases", |case, _| case.error("MemoryError")),
    ("slices can be hashed, as in later releases", |case, _| {
        case.error("TypeError: unhashable type: 'slice'")
    }),
    ("an inert object may be whatever it is used as", |case, difference| {
        let stubs = [
            "state is not a dictionary",
            "Stub.",
            "'Pid'",
            "'Noted'",
            "'Class'",
            "'Buffer'",
            "not Noted",
            "not Pid",
            "'type' object",
            "type object '",
        ];
        stubs.iter().any(|stub| case.error(stub)) || difference.contains("callee")
    }),
    ("a buffer may be read-only, or have any length", |_, difference| difference.contains("Buffer {")),
    ("what is done to a class is kept, though it may do nothing", |_, difference| {
        difference.contains("changed_global")
    }),
    (
        "a call of a builtin that would fail, and what is done to what it makes, stay as they are",
        |case, difference| {
            let builtin = ["\"builtins\"", "\"__builtin__\"", "\"_codecs\"", "has no state"];
            let errors = [
                "TypeError",
                "ValueError",
                "AttributeError",
                "OverflowError",
                "Encode",
                "unknown encoding",
                "state is not a dictionary",
            ];
            builtin.iter().any(|module| difference.contains(module))
                && (errors.iter().any(|error| case.error(error)) || difference.contains("has no state"))
        },
    ),
    ("text is encoded as ASCII, Latin-1 and UTF-8 alone", |_, difference| {
        difference.contains("\"encode\"") && difference.contains("is not {")
    }),
    ("any extension code is known by its number", |case, _| {
        case.error("ValueError: unregistered extension code")
    }),
];

/// A text that all releases take for the same integer.
fn is_plain(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let digits = digits.strip_suffix(b"L").unwrap_or(digits);
    digits.iter().all(u8::is_ascii_digit) && (!digits.starts_with(b"0") || text == b"0")
}

#[test]
fn random_streams_are_what_cpython_says() {
    let Some(mut python) = Python::start(STREAMS) else { return };
    let count = cases(4000);
    let (mut seen, mut read, mut bad, mut excepted) = (0, 0, Vec::new(), BTreeMap::new());
    python.ask(&format!("{SEED} 0 {count}\n"), |line| {
        let case = Case::parse(line);
        seen += 1;
        read += u64::from(!matches!(case.cpython, Outcome::Refused(_)));
        let Some(difference) = case.difference() else { return };
        match EXCEPTIONS.iter().find(|(_, holds)| holds(&case, &difference)) {
            Some((reason, _)) => *excepted.entry(reason).or_insert(0) += 1,
            None => bad.push(case.report(&difference)),
        }
    });
    println!("seed {SEED}: {seen} streams compared, {read} of them values");
    println!("{excepted:#?}");
    let first = bad.iter().take(100).cloned().collect::<String>();
    assert!(bad.is_empty() && seen == count, "{} of {seen} differ:\n{first}", bad.len());
}
