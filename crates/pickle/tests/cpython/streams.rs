//! Random streams of opcodes, against what CPython's C unpickler makes of them.

use std::collections::BTreeMap;

use crate::common::{Python, cases, unhex};
use onggi_pickle::opcode::Opcode;
use onggi_pickle::parse::Parser;
use onggi_pickle::{Effect, Error, Graph, Limits, Node, NodeId, json};
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

    /// What is different here, if anything.
    fn difference(&self) -> Option<Difference<'_>> {
        let graph = Graph::from_slice(&self.bytes);
        let value = graph.as_ref().ok().map(canonical);
        let text = match (&self.cpython, &graph, value) {
            (Outcome::Refused(_), Err(_), _) | (Outcome::Read, Ok(_), _) => return None,
            (Outcome::Refused(_), _, Some(Err(error))) if error.is_syntax() => return None,
            (Outcome::Value(expected), _, Some(Ok(value))) if value == *expected => return None,
            (Outcome::Value(expected), Ok(_), value) => format!("{value:?} is not {expected}"),
            (_, Err(error), _) => format!("refused: {error}"),
            (Outcome::Refused(error), Ok(graph), _) => format!("read, but {error}: {graph:?}"),
        };
        Some(Difference { case: self, text, graph: graph.ok() })
    }
}

/// A case that differs.
struct Difference<'c> {
    case: &'c Case,
    /// What is different.
    text: String,
    graph: Option<Graph<'c>>,
}

impl Difference<'_> {
    fn report(&self) -> String {
        let text = String::from_utf8_lossy(&self.case.bytes);
        format!("{}\n  {text:?}\n  {:.600}\n", crate::common::hex(&self.case.bytes), self.text)
    }

    /// Whether CPython refuses it with an error that says this.
    fn error(&self, part: &str) -> bool {
        self.case.error(part)
    }

    /// Whether the description of the difference has this.
    fn says(&self, part: &str) -> bool {
        self.text.contains(part)
    }

    /// Whether such a node is there. CPython raises at once, also where nothing refers to the object later.
    fn any_node(&self, is: impl Fn(&Graph<'_>, NodeId) -> bool) -> bool {
        self.graph.as_ref().is_some_and(|graph| graph.ids().any(|id| is(graph, id)))
    }

    /// Whether CPython refuses a state because such an inert object, which has no `__setstate__`, takes dicts only.
    fn state_is_no_dict(&self, is: impl Fn(&Graph<'_>, NodeId) -> bool) -> bool {
        let refused = |graph: &Graph<'_>, effect: &Effect| match effect {
            Effect::State(state) => !is_default_state(graph, *state),
            _ => false,
        };
        self.error("state is not a dictionary")
            && self.any_node(|graph, id| {
                is(graph, id) && graph.effects(id).iter().any(|effect| refused(graph, effect))
            })
    }

    /// Whether CPython refuses an int that does not fit, as a call that stays inert has one.
    fn int_overflows(&self) -> bool {
        let is_large = |graph: &Graph<'_>, id: &NodeId| matches!(graph.node(*id), Node::BigInt(_));
        self.error("OverflowError")
            && self.any_node(|graph, id| match graph.node(id) {
                Node::Object(object) if is_builtin(graph, object.callable) => {
                    let Node::Tuple(arguments) = graph.node(object.arguments) else { return false };
                    arguments.iter().any(|argument| is_large(graph, argument))
                }
                _ => false,
            })
    }
}

/// Whether an object without `__setstate__` takes a state: `None`, a dict, or a pair of one of them and a dict.
fn is_default_state(graph: &Graph<'_>, state: NodeId) -> bool {
    let is_dict_or_none = |id: NodeId| matches!(graph.node(id), Node::None | Node::Dict(_));
    match graph.node(state) {
        Node::Tuple([state, slots]) => is_dict_or_none(*state) && matches!(graph.node(*slots), Node::Dict(_)),
        _ => is_dict_or_none(state),
    }
}

/// Whether it is a global of Python that is really called, not a stub.
fn is_builtin(graph: &Graph<'_>, id: NodeId) -> bool {
    match graph.node(id) {
        Node::Global(global) => matches!(global.module, "builtins" | "__builtin__" | "_codecs"),
        _ => false,
    }
}

/// Whether it is such a global, or what calling it would make.
fn is_of_builtin(graph: &Graph<'_>, id: NodeId) -> bool {
    match graph.node(id) {
        Node::Object(object) => is_builtin(graph, object.callable),
        _ => is_builtin(graph, id),
    }
}

/// Whether it is an object that the pickle only refers to.
fn is_from_outside(graph: &Graph<'_>, id: NodeId) -> bool {
    matches!(graph.node(id), Node::Persistent(_) | Node::Buffer { .. })
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
type Exception = (&'static str, fn(&Difference<'_>) -> bool);

const EXCEPTIONS: &[Exception] = &[
    (
        "integers are read in base 10 (gh-126992) and only 00 and 01 are bools (gh-135241), as in later releases",
        |found| found.case.texts(&[Opcode::Int, Opcode::Long]).any(|text| !is_plain(text)),
    ),
    ("an argument that crosses the end of its frame is refused, as in later releases", |found| {
        found.says("crosses the end of its frame")
    }),
    ("memo indexes are sparse (gh-115952), as in later releases", |found| found.error("MemoryError")),
    ("slices can be hashed, as in later releases", |found| {
        found.error("TypeError: unhashable type: 'slice'")
    }),
    ("an inert object may be whatever it is used as", |found| {
        let stubs = [
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
        stubs.iter().any(|stub| found.error(stub))
            || found.says("callee")
            || found.state_is_no_dict(is_from_outside)
    }),
    ("a buffer may be read-only, or have any length", |found| found.says("Buffer {")),
    ("what is done to a class is kept, though it may do nothing", |found| found.says("changed_global")),
    ("a call of a builtin that would fail, and what is done to what it makes, stay as they are", |found| {
        let builtin = ["\"builtins\"", "\"__builtin__\"", "\"_codecs\"", "has no state"];
        let errors = ["TypeError", "ValueError", "AttributeError", "Encode", "unknown encoding"];
        builtin.iter().any(|module| found.says(module))
            && (errors.iter().any(|error| found.error(error)) || found.says("has no state"))
    }),
    ("a call of a builtin with an int that does not fit stays as it is", |found| found.int_overflows()),
    ("what a call of a builtin makes may have any state", |found| found.state_is_no_dict(is_of_builtin)),
    ("text is encoded as ASCII, Latin-1 and UTF-8 alone", |found| {
        found.says("\"encode\"") && found.says("is not {")
    }),
    ("any extension code is known by its number", |found| {
        found.error("ValueError: unregistered extension code")
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
        match EXCEPTIONS.iter().find(|(_, holds)| holds(&difference)) {
            Some((reason, _)) => *excepted.entry(reason).or_insert(0) += 1,
            None => bad.push(difference.report()),
        }
    });
    println!("seed {SEED}: {seen} streams compared, {read} of them values");
    println!("{excepted:#?}");
    let first = bad.iter().take(100).cloned().collect::<String>();
    assert!(bad.is_empty() && seen == count, "{} of {seen} differ:\n{first}", bad.len());
}
