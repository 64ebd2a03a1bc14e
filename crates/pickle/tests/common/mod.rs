//! What several tests share: talking to CPython, hexadecimal, a small random generator.

#![allow(dead_code, reason = "each test crate uses its own part")]

pub mod corpus;
pub mod sha256;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::{JoinHandle, spawn};

/// A running Python script that is spoken to line by line.
pub struct Python {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Python {
    /// Starts a script; prints a line and returns `None` where there is no Python.
    pub fn start(script: &str) -> Option<Self> {
        Self::start_with("python3", script)
    }

    /// Starts a script with the Python of a path.
    pub fn start_with(python: &str, script: &str) -> Option<Self> {
        let child =
            Command::new(python).args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut child) = child else {
            println!("skipped: there is no python3 on this machine");
            return None;
        };
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Some(Self { child, input, output })
    }

    /// Sends all lines and closes the input.
    pub fn send(&mut self, lines: &[String]) {
        let mut input = self.input.take().expect("sent once");
        input.write_all((lines.join("\n") + "\n").as_bytes()).expect("Python reads");
    }

    /// Sends all lines and closes the input, while answers are read.
    pub fn send_in_background(&mut self, lines: Vec<String>) -> JoinHandle<()> {
        let mut input = self.input.take().expect("sent once");
        spawn(move || lines.iter().for_each(|line| writeln!(input, "{line}").expect("Python reads")))
    }

    /// Lines up to an empty one or the end.
    pub fn lines(&mut self) -> Vec<String> {
        let lines = (&mut self.output).lines().map(|line| line.expect("UTF-8"));
        lines.take_while(|line| !line.is_empty()).collect()
    }

    /// Sends a line and gives each line of the answer up to an empty one to `take`.
    pub fn ask(&mut self, line: &str, mut take: impl FnMut(&str)) {
        let input = self.input.as_mut().expect("open");
        input.write_all(line.as_bytes()).and_then(|()| input.flush()).expect("Python reads");
        let mut line = String::new();
        loop {
            line.clear();
            self.output.read_line(&mut line).expect("UTF-8");
            match line.trim_end() {
                "" => return,
                line => take(line),
            }
        }
    }

    /// What the script printed to the end, which must be `ok`.
    pub fn finish(mut self) {
        let report = self.lines();
        assert!(self.child.wait().is_ok_and(|status| status.success()), "{report:#?}");
        assert_eq!(report, ["ok"]);
    }
}

/// How many cases a random test runs: those of the variable `ONGGI_PICKLE_CASES` where it is set.
pub fn cases(default: u64) -> u64 {
    std::env::var("ONGGI_PICKLE_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(default)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().map(|digit| u8::try_from(digit.to_digit(16).expect("hex")).expect("digit")).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// The folder of pickles from elsewhere, when the machine has it; prints a line otherwise.
pub fn corpus() -> Option<std::path::PathBuf> {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/pickles"));
    if folder.is_dir() {
        return Some(folder.to_owned());
    }
    println!("skipped: there is no folder ../shared/pickles beside the workspace");
    None
}

/// The lines of a JSON file.
pub fn json_lines(file: &std::path::Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(file).expect("readable");
    text.lines().map(json).collect()
}

/// Reads JSON of any depth: values of the corpus nest hundreds of levels.
pub fn json(line: &str) -> serde_json::Value {
    let mut deserializer = serde_json::Deserializer::from_str(line);
    deserializer.disable_recursion_limit();
    serde::Deserialize::deserialize(&mut deserializer).expect("JSON")
}

/// Marsaglia's xorshift64*: the same numbers in every run.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// The nodes that a node refers to, its effects included.
pub fn children(graph: &onggi_pickle::Graph<'_>, id: onggi_pickle::NodeId) -> Vec<onggi_pickle::NodeId> {
    use onggi_pickle::{Effect, Node};
    let pairs = |pairs: &[(_, _)]| pairs.iter().flat_map(|pair| [pair.0, pair.1]).collect::<Vec<_>>();
    let mut children = match graph.node(id) {
        Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items) => items.to_vec(),
        Node::Dict(items) => pairs(items),
        Node::Object(object) => {
            [object.callable, object.arguments].into_iter().chain(object.keywords).collect()
        }
        Node::Persistent(id) => vec![id],
        _ => Vec::new(),
    };
    for effect in graph.effects(id) {
        match effect {
            Effect::State(state) => children.push(*state),
            Effect::Append(items) | Effect::AddItems(items) => children.extend(items),
            Effect::SetItems(items) => children.extend(pairs(items)),
            _ => {}
        }
    }
    children
}

/// Python's `float.hex`, of the numbers that the tests have.
pub fn float_hex(value: f64) -> serde_json::Value {
    if !value.is_finite() {
        return serde_json::json!(value.to_string().to_lowercase());
    }
    let bits = value.to_bits();
    let exponent = i64::try_from((bits >> 52) & 0x7ff).expect("11 bits") - 1023;
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value == 0.0 {
        return serde_json::json!(format!("{sign}0x0.0p+0"));
    }
    serde_json::json!(format!("{sign}0x1.{:013x}p{exponent:+}", bits & ((1 << 52) - 1)))
}
