//! Ordinary JSON, for programs that know nothing of Python; what it cannot hold is told.

mod losses;
mod object;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::Write;

pub use self::losses::{Loss, Losses};

use self::losses::Kind;
use self::object::{Field, Part};
use super::budget::Budget;
use super::sharing::shared;
use super::text::{push_base64, push_readable};
use super::value::push;
use crate::bigint::BigInt;
use crate::error::{Error, Result};
use crate::graph::{Graph, Node, NodeId};
use crate::limits::Limits;
use crate::objects::{ArrayItem, Known};
use crate::repr;
use crate::shape::{Mapping, Shape};

/// Writes a graph as ordinary JSON, in one line without its end, and tells what was lost.
///
/// | Python | JSON |
/// | --- | --- |
/// | `None`, bool, int, str, list | the same; ints of any size |
/// | float | a number; `"NaN"`, `"Infinity"`, `"-Infinity"` |
/// | dict whose keys are str, int, float, bool or `None` and differ as texts | an object |
/// | any other dict | a list of `[key, value]` |
/// | tuple, set, frozenset, deque, array, complex, range, slice | a list |
/// | bytes, bytearray | base64 |
/// | datetime, date, time | ISO 8601 |
/// | timedelta | a number of seconds |
/// | Decimal, Fraction, UUID, paths, IP addresses, time zones | their text |
/// | a class or function | `"module.name"` |
/// | an object of a class | `{"__class__": "module.name", …}` with its attributes, and `__args__`, `__kwargs__`, `__items__`, `__dictitems__`, `__setitems__`, `__state__` where there are any |
/// | what an object contains that is the object itself | `{"__cycle__": "$.path"}` |
/// | a persistent id, a buffer, an extension code | `{"__persistent_id__": …}`, `{"__buffer__": number}`, `{"__extension__": number}` |
///
/// # Errors
///
/// As [`super::write_canonical`]; what is shared is written each time, which counts against [`Limits::expansion`].
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Graph, Limits, json};
///
/// let graph = Graph::from_slice(b"}(K\x01(K\x02K\x03tV\xe9\nNu.")?; // {1: (2, 3), 'é': None}
/// let mut text = Vec::new();
/// let losses = json::write_plain(&graph, &Limits::default(), &mut text)?;
/// assert_eq!(String::from_utf8_lossy(&text), r#"{"1":[2,3],"é":null}"#);
/// let told: Vec<_> = losses.iter().map(ToString::to_string).collect();
/// assert_eq!(told, ["1 key is a text now, at $", "1 tuple is a list now, at $[1]"]);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
pub fn write_plain(graph: &Graph<'_>, limits: &Limits, out: impl Write) -> Result<Losses> {
    let mut writer = Writer {
        graph,
        shared: shared(graph, true, |id| Shape::of(graph, id))?,
        written: HashSet::new(),
        around: HashMap::new(),
        path: Vec::new(),
        tasks: vec![Task::Node(graph.root())],
        text: String::new(),
        losses: Losses::default(),
        budget: Budget::new(graph, limits),
        out,
    };
    while let Some(task) = writer.tasks.pop() {
        writer.run(task)?;
        if writer.text.len() >= CHUNK {
            writer.flush()?;
        }
    }
    writer.flush()?;
    Ok(writer.losses)
}

/// How much text is collected before it is written.
const CHUNK: usize = 1 << 16;

/// A step of the path to what is being written.
#[derive(Clone, Copy)]
enum Step {
    Index(usize),
    Key(NodeId),
    Name(&'static str),
}

enum Task<'g> {
    Node(NodeId),
    Text(Cow<'static, str>),
    Items(Cow<'g, [NodeId]>, usize),
    /// The fields of an object.
    Fields(Cow<'g, [(NodeId, NodeId)]>, usize),
    /// A list of `[key, value]`.
    Table(Cow<'g, [(NodeId, NodeId)]>, usize),
    Enter(Step),
    Leave,
    /// The end of a node that may contain itself.
    Out(NodeId),
}

struct Writer<'g, 'a, W> {
    graph: &'g Graph<'a>,
    shared: Vec<bool>,
    /// What is shared and was written.
    written: HashSet<NodeId>,
    /// What contains what is being written, and how long its path is.
    around: HashMap<NodeId, usize>,
    path: Vec<Step>,
    tasks: Vec<Task<'g>>,
    text: String,
    losses: Losses,
    budget: Budget,
    out: W,
}

impl<'g, W: Write> Writer<'g, '_, W> {
    fn flush(&mut self) -> Result<()> {
        self.out.write_all(self.text.as_bytes()).map_err(Error::io)?;
        self.text.clear();
        Ok(())
    }

    fn run(&mut self, task: Task<'g>) -> Result<()> {
        match task {
            Task::Node(id) => self.node(id)?,
            Task::Text(text) => self.text.push_str(&text),
            Task::Items(items, next) => {
                if let Some(&item) = items.get(next) {
                    self.separate(next);
                    self.tasks.push(Task::Items(items, next + 1));
                    self.inside(Step::Index(next), item);
                }
            }
            Task::Fields(pairs, next) => {
                if let Some(&(key, value)) = pairs.get(next) {
                    self.separate(next);
                    let name = key_text(&self.graph.node(key)).unwrap_or_default();
                    push_readable(&mut self.text, &name);
                    self.text.push(':');
                    self.tasks.push(Task::Fields(pairs, next + 1));
                    self.inside(Step::Key(key), value);
                }
            }
            Task::Table(pairs, next) => {
                if let Some(&(key, value)) = pairs.get(next) {
                    self.separate(next);
                    self.text.push('[');
                    self.tasks.push(Task::Table(pairs, next + 1));
                    self.then("]");
                    self.inside(Step::Index(next), value);
                    self.then(",");
                    self.inside(Step::Index(next), key);
                }
            }
            Task::Enter(step) => self.path.push(step),
            Task::Leave => drop(self.path.pop()),
            Task::Out(id) => drop(self.around.remove(&id)),
        }
        Ok(())
    }

    fn separate(&mut self, next: usize) {
        if next > 0 {
            self.text.push(',');
        }
    }

    fn then(&mut self, text: &'static str) {
        self.tasks.push(Task::Text(text.into()));
    }

    fn inside(&mut self, step: Step, id: NodeId) {
        self.tasks.extend([Task::Leave, Task::Node(id), Task::Enter(step)]);
    }

    fn lose(&mut self, kind: Kind) {
        let (graph, path) = (self.graph, &self.path);
        self.losses.add(kind, || path_text(graph, path));
    }

    fn node(&mut self, id: NodeId) -> Result<()> {
        self.budget.spend_node()?;
        let shape = Shape::of(self.graph, id)?;
        if shape.has_identity(self.graph, id) {
            if let Some(&length) = self.around.get(&id) {
                self.lose(Kind::Cycle);
                self.text.push_str("{\"__cycle__\":");
                push_readable(&mut self.text, &path_text(self.graph, &self.path[..length]));
                self.text.push('}');
                return Ok(());
            }
            if self.shared[id.index()] && !self.written.insert(id) {
                self.lose(Kind::Shared);
            }
            self.around.insert(id, self.path.len());
            self.tasks.push(Task::Out(id));
        }
        let start = self.text.len();
        self.shape(id, shape)?;
        self.budget.spend_text(self.text.len() - start)
    }

    fn shape(&mut self, id: NodeId, shape: Shape<'g>) -> Result<()> {
        match shape {
            Shape::Scalar(node) => self.scalar(&node),
            Shape::ByteArray(bytes) => self.bytes(bytes),
            Shape::List(items) => self.list(items, None),
            Shape::Tuple(items) => self.list(items, Some(Kind::Tuple)),
            Shape::Set(items) | Shape::FrozenSet(items) => self.list(items.into(), Some(Kind::Set)),
            Shape::Deque(items, _) => self.list(items, Some(Kind::Deque)),
            Shape::Dict(mapping, pairs) => {
                if !matches!(mapping, Mapping::Dict | Mapping::Ordered) {
                    self.lose(Kind::Mapping);
                }
                self.dict(pairs);
            }
            Shape::Array(array) => {
                self.lose(Kind::Array);
                self.text.push('[');
                for (place, item) in array.items().enumerate() {
                    self.separate(place);
                    self.item(item);
                    if self.text.len() >= CHUNK {
                        self.flush()?;
                    }
                }
                self.text.push(']');
            }
            Shape::Value(known) => self.known(&known)?,
            Shape::Name if self.graph.effects(id).is_empty() => match self.graph.node(id) {
                Node::Extension(code) => {
                    self.lose(Kind::External);
                    push(&mut self.text, format_args!("{{\"__extension__\":{code}}}"));
                }
                _ => {
                    self.lose(Kind::Global);
                    push_readable(&mut self.text, &object::name(self.graph, id));
                }
            },
            Shape::Persistent(part) => {
                self.lose(Kind::External);
                self.text.push_str("{\"__persistent_id__\":");
                self.then("}");
                self.inside(Step::Name("__persistent_id__"), part);
            }
            Shape::Buffer { index, .. } => {
                self.lose(Kind::External);
                push(&mut self.text, format_args!("{{\"__buffer__\":{index}}}"));
            }
            Shape::Name | Shape::Object(_) => {
                self.lose(Kind::Object);
                self.fields(object::fields(self.graph, id));
            }
        }
        Ok(())
    }

    fn fields(&mut self, fields: Vec<Field<'g>>) {
        self.text.push('{');
        self.then("}");
        for (place, Field { name, step, part }) in fields.into_iter().enumerate().rev() {
            self.tasks.push(Task::Leave);
            match part {
                Part::Text(text) => self.tasks.push(Task::Text(text.into())),
                Part::Node(id) => self.tasks.push(Task::Node(id)),
                Part::Items(items) => {
                    self.then("]");
                    self.tasks.push(Task::Items(items, 0));
                    self.then("[");
                }
                Part::Pairs(pairs) => {
                    let named = are_fields(self.graph, &pairs).is_some();
                    self.then(if named { "}" } else { "]" });
                    self.tasks.push(if named { Task::Fields(pairs, 0) } else { Task::Table(pairs, 0) });
                    self.then(if named { "{" } else { "[" });
                }
            }
            self.tasks.push(Task::Enter(step));
            let mut opening = String::from(if place == 0 { "" } else { "," });
            push_readable(&mut opening, &name);
            opening.push(':');
            self.tasks.push(Task::Text(opening.into()));
        }
    }

    fn list(&mut self, items: Cow<'g, [NodeId]>, kind: Option<Kind>) {
        if let Some(kind) = kind {
            self.lose(kind);
        }
        self.text.push('[');
        self.then("]");
        self.tasks.push(Task::Items(items, 0));
    }

    fn dict(&mut self, pairs: Cow<'g, [(NodeId, NodeId)]>) {
        match are_fields(self.graph, &pairs) {
            Some(changed) => {
                (0..changed).for_each(|_| self.lose(Kind::Key));
                self.text.push('{');
                self.then("}");
                self.tasks.push(Task::Fields(pairs, 0));
            }
            None => {
                self.lose(Kind::Table);
                self.text.push('[');
                self.then("]");
                self.tasks.push(Task::Table(pairs, 0));
            }
        }
    }

    fn scalar(&mut self, node: &Node<'_>) {
        match *node {
            Node::Bool(value) => push(&mut self.text, format_args!("{value}")),
            Node::Int(value) => push(&mut self.text, format_args!("{value}")),
            Node::BigInt(bytes) => push(&mut self.text, format_args!("{}", BigInt::from_le_bytes(bytes))),
            Node::Float(value) => self.float(value),
            Node::Complex(real, imaginary) => {
                self.lose(Kind::Complex);
                self.text.push('[');
                self.float(real);
                self.text.push(',');
                self.float(imaginary);
                self.text.push(']');
            }
            Node::Str(text) => push_readable(&mut self.text, text),
            Node::Surrogates(bytes) => {
                self.lose(Kind::Surrogates);
                push_readable(&mut self.text, &replaced(bytes));
            }
            Node::Bytes(bytes) => self.bytes(bytes),
            _ => self.text.push_str("null"),
        }
    }

    fn float(&mut self, value: f64) {
        if value.is_finite() {
            push(&mut self.text, format_args!("{}", repr::float(value)));
            return;
        }
        self.lose(Kind::Float);
        let text = if value.is_nan() { "NaN" } else { "Infinity" };
        let sign = if value < 0.0 { "-" } else { "" };
        push(&mut self.text, format_args!("\"{sign}{text}\""));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.lose(Kind::Bytes);
        push_base64(&mut self.text, bytes);
    }

    fn item(&mut self, item: ArrayItem) {
        match item {
            ArrayItem::Int(value) => push(&mut self.text, format_args!("{value}")),
            ArrayItem::Float(value) => self.float(value),
            ArrayItem::Char(point) => {
                let character = char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
                push_readable(&mut self.text, character.encode_utf8(&mut [0; 4]));
            }
        }
    }

    fn known(&mut self, known: &Known<'g>) -> Result<()> {
        match known {
            Known::Int(value) => push(&mut self.text, format_args!("{value}")),
            Known::Range { start, stop, step } => {
                self.lose(Kind::Range);
                push(&mut self.text, format_args!("[{start},{stop},{step}]"));
            }
            Known::Slice { start, stop, step } => {
                self.list(vec![*start, *stop, *step].into(), Some(Kind::Range));
            }
            Known::TimeDelta(span) => {
                self.lose(Kind::TimeDelta);
                let total = span.total_microseconds();
                let (sign, total) = (if total < 0 { "-" } else { "" }, total.unsigned_abs());
                push(&mut self.text, format_args!("{sign}{}", total / 1_000_000));
                if total % 1_000_000 != 0 {
                    let digits = format!("{:06}", total % 1_000_000);
                    push(&mut self.text, format_args!(".{}", digits.trim_end_matches('0')));
                }
            }
            known => {
                self.lose(Kind::Text);
                push_readable(&mut self.text, &known_text(self.graph, known)?);
            }
        }
        Ok(())
    }
}

/// The text of a value of the standard library.
fn known_text(graph: &Graph<'_>, known: &Known<'_>) -> Result<String> {
    let offset = |zone: &Option<NodeId>| -> Result<String> {
        let Some(zone) = zone else { return Ok(String::new()) };
        let offset = graph.zone(*zone)?.and_then(|zone| zone.offset());
        Ok(offset.map_or_else(String::new, crate::types::TimeDelta::as_offset))
    };
    Ok(match known {
        Known::Ellipsis => "Ellipsis".to_owned(),
        Known::NotImplemented => "NotImplemented".to_owned(),
        Known::Date(date) => date.to_string(),
        Known::Time { clock, zone } => format!("{clock}{}", offset(zone)?),
        Known::DateTime { date, clock, zone } => format!("{date}T{clock}{}", offset(zone)?),
        Known::Zone(zone) => zone.name().unwrap_or_else(|| {
            let offset = zone.offset().unwrap_or_default();
            format!("UTC{}", offset.as_offset())
        }),
        Known::Decimal(decimal) => decimal.to_string(),
        Known::Fraction(fraction) => fraction.to_string(),
        Known::Uuid(uuid, _) => uuid.to_string(),
        Known::SafeUuid(safe) => safe.name().to_owned(),
        Known::Path(path) => path.to_string(),
        Known::IpAddress(address) => address.to_string(),
        Known::IpNetwork(network) => network.to_string(),
        Known::IpInterface(interface) => interface.to_string(),
        _ => String::new(), // shapes of their own
    })
}

/// Whether the keys of a dict can be names of fields, and how many are texts only then.
fn are_fields(graph: &Graph<'_>, pairs: &[(NodeId, NodeId)]) -> Option<usize> {
    let other = pairs.iter().filter(|(key, _)| !matches!(graph.node(*key), Node::Str(_))).count();
    if other == 0 {
        return Some(0);
    }
    let mut names = HashSet::with_capacity(pairs.len());
    let distinct =
        pairs.iter().all(|(key, _)| key_text(&graph.node(*key)).is_some_and(|name| names.insert(name)));
    distinct.then_some(other)
}

/// The text that Python's `json` makes of a key.
fn key_text<'g>(key: &Node<'g>) -> Option<Cow<'g, str>> {
    Some(match *key {
        Node::Str(text) => Cow::Borrowed(text),
        Node::None => Cow::Borrowed("null"),
        Node::Bool(true) => Cow::Borrowed("true"),
        Node::Bool(false) => Cow::Borrowed("false"),
        Node::Int(value) => Cow::Owned(value.to_string()),
        Node::Float(value) => Cow::Owned(repr::float(value).to_string()),
        _ => return None,
    })
}

/// How many steps a path shows of each end.
const PATH_END: usize = 16;

fn path_text(graph: &Graph<'_>, path: &[Step]) -> String {
    let mut text = String::from("$");
    for (place, step) in path.iter().enumerate() {
        if path.len() > 2 * PATH_END && (PATH_END..path.len() - PATH_END).contains(&place) {
            if place == PATH_END {
                text.push('…');
            }
            continue;
        }
        match step {
            Step::Index(index) => push(&mut text, format_args!("[{index}]")),
            Step::Name(name) => push(&mut text, format_args!(".{name}")),
            Step::Key(key) => match graph.node(*key) {
                Node::Str(name) => push(&mut text, format_args!(".{}", crate::error::shown(name))),
                key => push(&mut text, format_args!("[{}]", key_text(&key).unwrap_or_default())),
            },
        }
    }
    text
}

/// The text with a replacement character for each lone surrogate.
fn replaced(bytes: &[u8]) -> String {
    let points = repr::CodePoints(bytes);
    points.map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
