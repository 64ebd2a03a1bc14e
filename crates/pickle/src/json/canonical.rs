//! The canonical form: nothing is lost, and equal values have equal texts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io::Write;

use super::text::{push_hex, push_string};
use crate::bigint::BigInt;
use crate::error::{Error, Result};
use crate::graph::{Effect, Global, Graph, How, Node, NodeId, Object};
use crate::limits::Limits;
use crate::repr;
use crate::shape::{Done, Shape};

/// Writes a graph as canonical JSON, in one line without its end: no blanks, names sorted, ASCII only.
///
/// # Errors
///
/// When an object of the standard library is one that CPython would refuse; when objects inside of sets, where nothing is
/// written as a reference, stand for more than [`Limits::expansion`] allows; and when the writer fails.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Graph, Limits, json};
///
/// let graph = Graph::from_slice(b"\x80\x04]\x94(K\x01h\x00e.")?; // a list of 1 and itself
/// let mut text = Vec::new();
/// json::write_canonical(&graph, &Limits::default(), &mut text)?;
/// assert_eq!(text, br#"{"id":0,"list":[1,{"ref":0}]}"#);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
pub fn write_canonical(graph: &Graph<'_>, limits: &Limits, out: impl Write) -> Result<()> {
    let mut writer = Writer {
        graph,
        shared: shared(graph)?,
        ids: HashMap::new(),
        tasks: vec![Task::Node(graph.root(), true)],
        text: String::new(),
        open: Vec::new(),
        budget: Budget::new(graph, limits),
        out,
    };
    while let Some(task) = writer.tasks.pop() {
        writer.run(task)?;
        if writer.text.len() >= CHUNK && writer.open.is_empty() {
            writer.flush()?;
        }
    }
    writer.flush()
}

/// How much text is collected before it is written.
const CHUNK: usize = 1 << 16;

/// Whether each node is met more than once, as canonical JSON counts it: not inside of sets, slices and arrays.
fn shared(graph: &Graph<'_>) -> Result<Vec<bool>> {
    let mut met = vec![0_u8; graph.node_count()];
    let mut open = vec![graph.root()];
    while let Some(id) = open.pop() {
        let times = &mut met[id.index()];
        *times += 1;
        if *times > 2 {
            *times = 2; // what is inside was met twice already
            continue;
        }
        let shape = Shape::of(graph, id)?;
        if *times == 2 && shape.has_identity(graph, id) {
            continue;
        }
        match shape {
            Shape::List(items) | Shape::Tuple(items) => open.extend(items.iter()),
            Shape::Dict(pairs) => open.extend(flat(&pairs)),
            Shape::Persistent(id) => open.push(id),
            Shape::Object(Object { callable, arguments, keywords, .. }) => {
                open.push(callable);
                open.extend(items(graph, arguments));
                open.extend(
                    keywords.map_or(&[][..], |keywords| pairs(graph, keywords)).iter().map(|pair| pair.1),
                );
                open.extend(parts(&Done::of(graph, id)));
            }
            Shape::Name => open.extend(parts(&Done::of(graph, id))),
            _ => {}
        }
    }
    Ok(met.into_iter().map(|times| times == 2).collect())
}

fn flat(pairs: &[(NodeId, NodeId)]) -> impl Iterator<Item = NodeId> + '_ {
    pairs.iter().flat_map(|pair| [pair.0, pair.1])
}

fn parts<'d>(done: &'d Done<'_>) -> impl Iterator<Item = NodeId> + 'd {
    let items = done.appended.iter().chain(done.added.iter()).chain(&done.states).copied();
    items.chain(flat(&done.set))
}

fn items<'g>(graph: &'g Graph<'_>, tuple: NodeId) -> &'g [NodeId] {
    match graph.node(tuple) {
        Node::Tuple(items) => items,
        _ => &[],
    }
}

fn pairs<'g>(graph: &'g Graph<'_>, dict: NodeId) -> &'g [(NodeId, NodeId)] {
    match graph.node(dict) {
        Node::Dict(pairs) => pairs,
        _ => &[],
    }
}

/// The names that classes of builtins have in Python 3.
fn in_python3(global: Global<'_>) -> Global<'_> {
    let Global { module, name } = global;
    match (module, name) {
        ("__builtin__", "long") => Global { module: "builtins", name: "int" },
        ("__builtin__", "unicode") => Global { module: "builtins", name: "str" },
        ("__builtin__", "xrange") => Global { module: "builtins", name: "range" },
        ("__builtin__", name) => Global { module: "builtins", name },
        ("copy_reg", name) => Global { module: "copyreg", name },
        _ => global,
    }
}

/// What is still to be written, innermost last.
enum Task<'g> {
    /// A node; whether it may have a number.
    Node(NodeId, bool),
    Text(Cow<'static, str>),
    Items {
        items: Cow<'g, [NodeId]>,
        next: usize,
        track: bool,
        /// Whether the places of the items are noted, for sorting.
        sorted: bool,
    },
    Pairs {
        pairs: Cow<'g, [(NodeId, NodeId)]>,
        next: usize,
        /// Whether the keys are names of keywords.
        names: bool,
    },
    /// Notes the place of a part that may have to move.
    Part,
    /// Sorts the parts that were noted since the last opening.
    Sort,
}

struct Writer<'g, 'a, W> {
    graph: &'g Graph<'a>,
    shared: Vec<bool>,
    ids: HashMap<NodeId, usize>,
    tasks: Vec<Task<'g>>,
    text: String,
    /// For each open part of the text whose order is not known yet, where its parts start.
    open: Vec<Vec<usize>>,
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
            Task::Node(id, track) => self.node(id, track)?,
            Task::Text(text) => self.text.push_str(&text),
            Task::Items { items, next, track, sorted } => {
                let Some(&item) = items.get(next) else { return Ok(()) };
                self.separate(next);
                if sorted {
                    self.part();
                }
                self.tasks.push(Task::Items { items, next: next + 1, track, sorted });
                self.tasks.push(Task::Node(item, track));
            }
            Task::Pairs { pairs, next, names } => {
                let Some(&(key, value)) = pairs.get(next) else { return Ok(()) };
                self.separate(next);
                self.text.push('[');
                self.tasks.push(Task::Pairs { pairs, next: next + 1, names });
                self.then(&["]"]);
                self.tasks.push(Task::Node(value, true));
                self.then(&[","]);
                self.tasks.push(Task::Node(key, !names));
            }
            Task::Part => self.part(),
            Task::Sort => self.sort()?,
        }
        Ok(())
    }

    fn separate(&mut self, next: usize) {
        if next > 0 {
            self.text.push(',');
        }
    }

    fn part(&mut self) {
        let place = self.text.len();
        if let Some(parts) = self.open.last_mut() {
            parts.push(place);
        }
    }

    /// Pushes texts that come one after another.
    fn then(&mut self, texts: &[&'static str]) {
        self.tasks.extend(texts.iter().rev().map(|text| Task::Text(Cow::Borrowed(text))));
    }

    fn node(&mut self, id: NodeId, track: bool) -> Result<()> {
        let shape = Shape::of(self.graph, id)?;
        self.budget.spend(&self.graph.node(id))?;
        let mut number = None;
        if track && self.shared[id.index()] && shape.has_identity(self.graph, id) {
            let next = self.ids.len();
            if let Some(number) = self.ids.get(&id) {
                push(&mut self.text, format_args!("{{\"ref\":{number}}}"));
                return Ok(());
            }
            self.ids.insert(id, next);
            number = Some(next);
        }
        match shape {
            Shape::Scalar(node) => push_scalar(&mut self.text, &node),
            Shape::ByteArray(bytes) => {
                self.open("bytearray", "", number, "");
                push_hex(&mut self.text, bytes);
            }
            Shape::List(items) => self.items("list", number, items, true),
            Shape::Tuple(items) => self.items("tuple", number, items, track),
            Shape::Set(items) => self.set("set", number, items),
            Shape::FrozenSet(items) => self.set("frozenset", number, items),
            Shape::Dict(pairs) => self.pairs("dict", number, pairs),
            Shape::Name if !self.graph.effects(id).is_empty() => {
                self.object(id, number, None);
            }
            Shape::Name => {
                self.text.push_str("{\"global\":");
                self.name(id);
                self.text.push('}');
            }
            Shape::Persistent(id) => {
                self.text.push_str("{\"persid\":");
                self.then(&["}"]);
                self.tasks.push(Task::Node(id, true));
            }
            Shape::Buffer { index, readonly } => {
                push(&mut self.text, format_args!("{{\"buffer\":{index},\"readonly\":{readonly}}}"));
            }
            Shape::Object(object) => self.object(id, number, Some(object)),
        }
        Ok(())
    }

    /// Opens `{"name":`, with the number before or after what follows, and what closes it.
    fn open(&mut self, name: &str, bracket: &str, number: Option<usize>, close: &'static str) {
        let id = number.map(|number| format!("\"id\":{number}"));
        self.text.push('{');
        let mut end = close.to_owned();
        match id {
            Some(id) if name > "id" => push(&mut self.text, format_args!("{id},")),
            Some(id) => push(&mut end, format_args!(",{id}")),
            None => {}
        }
        end.push('}');
        push(&mut self.text, format_args!("\"{name}\":{bracket}"));
        self.tasks.push(Task::Text(Cow::Owned(end)));
    }

    fn items(&mut self, name: &str, number: Option<usize>, items: Cow<'g, [NodeId]>, track: bool) {
        self.open(name, "[", number, "]");
        self.tasks.push(Task::Items { items, next: 0, track, sorted: false });
    }

    fn set(&mut self, name: &str, number: Option<usize>, items: &'g [NodeId]) {
        self.open(name, "[", number, "]");
        let sorted = items.len() > 1;
        if sorted {
            self.open.push(Vec::with_capacity(items.len()));
            self.tasks.push(Task::Sort);
        }
        self.tasks.push(Task::Items { items: Cow::Borrowed(items), next: 0, track: false, sorted });
    }

    fn pairs(&mut self, name: &str, number: Option<usize>, pairs: Cow<'g, [(NodeId, NodeId)]>) {
        self.open(name, "[", number, "]");
        self.tasks.push(Task::Pairs { pairs, next: 0, names: false });
    }

    /// `["module","name"]`.
    fn name(&mut self, id: NodeId) {
        let code;
        let Global { module, name } = match self.graph.node(id) {
            Node::Global(global) if self.graph.is_inert() => global,
            Node::Global(global) => in_python3(global),
            Node::Extension(number) => {
                code = number.to_string();
                Global { module: "copyreg extension", name: &code }
            }
            _ => return,
        };
        self.text.push('[');
        push_string(&mut self.text, module);
        self.text.push(',');
        push_string(&mut self.text, name);
        self.text.push(']');
    }

    /// Whether an object is a global that nothing was done to: its name is all there is.
    fn is_name(&self, id: NodeId) -> bool {
        matches!(self.graph.node(id), Node::Global(_) | Node::Extension(_))
            && self.graph.effects(id).is_empty()
    }

    /// An object that was not made, or a global that was changed (`None`).
    fn object(&mut self, id: NodeId, number: Option<usize>, object: Option<Object>) {
        let done = Done::of(self.graph, id);
        let mut fields = Vec::new();
        match object {
            Some(Object { how, callable, arguments, keywords }) => {
                if self.is_name(callable) {
                    fields.push(("class", Part::Text(self.name_text(callable))));
                } else {
                    fields.push(("callee", Part::Node(callable)));
                }
                let how = if how == How::Call { "\"call\"" } else { "\"new\"" };
                fields.push(("how", Part::Text(how.to_owned())));
                fields.push(("args", Part::Items(Cow::Borrowed(items(self.graph, arguments)))));
                let keywords = keywords.map_or(&[][..], |keywords| pairs(self.graph, keywords));
                if !keywords.is_empty() {
                    fields.push(("kwargs", Part::Keywords(keywords)));
                }
            }
            None => fields.push(("changed_global", Part::Text(self.name_text(id)))),
        }
        if !done.appended.is_empty() {
            fields.push(("listitems", Part::Items(done.appended)));
        }
        if !done.set.is_empty() {
            fields.push(("dictitems", Part::Pairs(done.set)));
        }
        if !done.added.is_empty() {
            fields.push(("setitems", Part::Items(done.added)));
        }
        if !done.states.is_empty() {
            fields.push(("state", Part::Items(Cow::Owned(done.states))));
        }
        self.open("object", "{", number, "}");
        self.fields(fields);
    }

    fn name_text(&mut self, id: NodeId) -> String {
        let start = self.text.len();
        self.name(id);
        self.text.split_off(start)
    }

    /// Fields come in the order in which what is in them is numbered. That is mostly the order of their names too, as
    /// texts may move; where it is not, they are sorted once they are written.
    fn fields(&mut self, mut fields: Vec<(&'static str, Part<'g>)>) {
        let numbered = fields.iter().filter(|(_, part)| !matches!(part, Part::Text(_)));
        let in_order = numbered.is_sorted_by_key(|(name, _)| name);
        if in_order {
            fields.sort_by_key(|(name, _)| *name);
        } else {
            self.open.push(Vec::with_capacity(fields.len()));
            self.tasks.push(Task::Sort);
        }
        for (place, (name, part)) in fields.into_iter().enumerate().rev() {
            match part {
                Part::Text(text) => self.tasks.push(Task::Text(Cow::Owned(text))),
                Part::Node(id) => self.tasks.push(Task::Node(id, true)),
                Part::Items(items) => {
                    self.then(&["]"]);
                    self.tasks.push(Task::Items { items, next: 0, track: true, sorted: false });
                    self.then(&["["]);
                }
                Part::Pairs(pairs) => {
                    self.then(&["]"]);
                    self.tasks.push(Task::Pairs { pairs, next: 0, names: false });
                    self.then(&["["]);
                }
                Part::Keywords(pairs) => {
                    self.then(&["]"]);
                    self.tasks.push(Task::Pairs { pairs: Cow::Borrowed(pairs), next: 0, names: true });
                    self.then(&["["]);
                }
            }
            self.tasks.push(Task::Text(Cow::Owned(format!("\"{name}\":"))));
            if !in_order {
                self.tasks.push(Task::Part);
            }
            self.then(if place == 0 { &[] } else { &[","] });
        }
    }

    /// Sorts what was noted since the last opening: parts that are one character apart.
    fn sort(&mut self) -> Result<()> {
        let starts = self.open.pop().unwrap_or_default();
        let Some(&first) = starts.first() else { return Ok(()) };
        let ends = starts.iter().skip(1).map(|start| start - 1).chain([self.text.len()]);
        let mut parts: Vec<&str> =
            starts.iter().zip(ends).map(|(start, end)| &self.text[*start..end]).collect();
        if parts.is_sorted() {
            return Ok(());
        }
        self.budget.spend_moved(self.text.len() - first)?;
        parts.sort_unstable();
        let sorted = parts.join(",");
        self.text.truncate(first);
        self.text.push_str(&sorted);
        Ok(())
    }
}

/// What a field of an object holds.
enum Part<'g> {
    /// Something without numbers.
    Text(String),
    Node(NodeId),
    Items(Cow<'g, [NodeId]>),
    Pairs(Cow<'g, [(NodeId, NodeId)]>),
    Keywords(&'g [(NodeId, NodeId)]),
}

/// What may still be written, in units of an object or a thousand bytes: each node once for each that refers to it, and
/// beyond that what the limit says. Only inside of sets, or where long texts come again and again, is it more.
struct Budget {
    left: usize,
    limit: usize,
}

impl Budget {
    const UNIT: usize = 1024;

    fn new(graph: &Graph<'_>, limits: &Limits) -> Self {
        let once = graph.ids().map(|id| {
            let node = graph.node(id);
            let own = match node {
                Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items) => {
                    items.len()
                }
                Node::Dict(pairs) => 2 * pairs.len(),
                Node::Object(_) => 3,
                _ => 0,
            };
            let effects = graph.effects(id).iter().map(|effect| match effect {
                Effect::State(_) => 1,
                Effect::Append(items) | Effect::AddItems(items) => items.len(),
                Effect::SetItems(pairs) => 2 * pairs.len(),
            });
            Self::cost(&node) + own + effects.sum::<usize>()
        });
        Self { left: once.sum::<usize>().saturating_add(limits.expansion), limit: limits.expansion }
    }

    fn cost(node: &Node<'_>) -> usize {
        1 + node.byte_length() / Self::UNIT
    }

    fn spend(&mut self, node: &Node<'_>) -> Result<()> {
        self.take(Self::cost(node))
    }

    /// Text that is moved while it is sorted, which happens once for each set around it.
    fn spend_moved(&mut self, bytes: usize) -> Result<()> {
        self.take(bytes / 64)
    }

    fn take(&mut self, units: usize) -> Result<()> {
        self.left = self.left.checked_sub(units).ok_or_else(|| Error::limit("expansion", self.limit))?;
        Ok(())
    }
}

fn push_scalar(out: &mut String, node: &Node<'_>) {
    match *node {
        Node::Bool(value) => push(out, format_args!("{value}")),
        Node::Int(value) if value.unsigned_abs() < 1 << 53 => push(out, format_args!("{value}")),
        Node::Int(value) => push(out, format_args!("{{\"int\":\"{value}\"}}")),
        Node::BigInt(bytes) => push(out, format_args!("{{\"int\":\"{}\"}}", BigInt::from_le_bytes(bytes))),
        Node::Float(value) => push_float(out, value),
        Node::Complex(real, imaginary) => {
            out.push_str("{\"complex\":[");
            push_float(out, real);
            out.push(',');
            push_float(out, imaginary);
            out.push_str("]}");
        }
        Node::Str(text) => push_string(out, text),
        Node::Surrogates(bytes) => push_bytes(out, "str", bytes),
        Node::Bytes(bytes) => push_bytes(out, "bytes", bytes),
        _ => out.push_str("null"),
    }
}

fn push_float(out: &mut String, value: f64) {
    let bits = value.to_bits();
    push(out, format_args!("{{\"float\":\"{bits:016x}\",\"repr\":\"{}\"}}", repr::float(value)));
}

fn push_bytes(out: &mut String, name: &str, bytes: &[u8]) {
    push(out, format_args!("{{\"{name}\":"));
    push_hex(out, bytes);
    out.push('}');
}

/// Writing to a string cannot fail.
fn push(out: &mut String, text: fmt::Arguments<'_>) {
    out.write_fmt(text).unwrap_or_default();
}
