//! The canonical form: nothing is lost, and equal values have equal texts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;

use super::budget::Budget;
use super::sharing::{items, pairs, shared};
use super::text::{push_hex, push_string};
use super::value::{push, push_item, push_known, push_scalar};
use crate::error::{Error, Result};
use crate::graph::{Graph, How, Node, NodeId, Object};
use crate::limits::Limits;
use crate::objects::{Array, Known, renamed};
use crate::shape::{Done, Mapping, Shape};

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
        shared: shared(graph, false, |id| Shape::canonical(graph, id))?,
        ids: HashMap::new(),
        tasks: vec![Task::Node(graph.root(), true)],
        text: String::new(),
        sorted: Vec::new(),
        budget: Budget::new(graph, limits),
        out,
    };
    while let Some(task) = writer.tasks.pop() {
        writer.run(task)?;
        writer.flush_if_long()?;
    }
    writer.flush()
}

/// How much text is collected before it is written.
const CHUNK: usize = 1 << 16;

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
    sorted: Vec<Vec<usize>>,
    budget: Budget,
    out: W,
}

impl<'g, W: Write> Writer<'g, '_, W> {
    fn flush(&mut self) -> Result<()> {
        self.out.write_all(self.text.as_bytes()).map_err(Error::io)?;
        self.text.clear();
        Ok(())
    }

    fn flush_if_long(&mut self) -> Result<()> {
        if self.text.len() < CHUNK || !self.sorted.is_empty() {
            return Ok(());
        }
        self.flush()
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
                self.then("]");
                self.tasks.push(Task::Node(value, true));
                self.then(",");
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
        if let Some(parts) = self.sorted.last_mut() {
            parts.push(place);
        }
    }

    fn then(&mut self, text: &'static str) {
        self.tasks.push(Task::Text(Cow::Borrowed(text)));
    }

    fn node(&mut self, id: NodeId, track: bool) -> Result<()> {
        self.budget.spend_node()?;
        if let Some(number) = self.ids.get(&id).filter(|_| track) {
            push(&mut self.text, format_args!("{{\"ref\":{number}}}"));
            return Ok(());
        }
        let shape = Shape::canonical(self.graph, id)?;
        let mut number = None;
        if track && self.shared[id.index()] && shape.has_identity(self.graph, id) {
            let next = self.ids.len();
            self.ids.insert(id, next);
            number = Some(next);
        }
        let start = self.text.len();
        match shape {
            Shape::Scalar(node) => push_scalar(&mut self.text, &node),
            Shape::ByteArray(bytes) => {
                self.open("bytearray", number);
                self.close("bytearray", number, "}");
                push_hex(&mut self.text, bytes);
            }
            Shape::List(items) => self.items("list", number, items, true),
            Shape::Tuple(items) => self.items("tuple", number, items, track),
            Shape::Set(items) => self.set("set", number, items),
            Shape::FrozenSet(items) => self.set("frozenset", number, items),
            Shape::Dict(mapping, pairs) => self.mapping(mapping, number, pairs),
            Shape::Deque(items, maxlen) => self.deque(items, number, maxlen),
            Shape::Array(array) => self.array(&array, number)?,
            Shape::Value(Known::Slice { start, stop, step }) => {
                self.items("slice", None, Cow::Owned(vec![start, stop, step]), true);
            }
            Shape::Value(known) => push_known(&mut self.text, self.graph, &known)?,
            Shape::Name if !self.graph.effects(id).is_empty() => self.object(id, number, None)?,
            Shape::Name => {
                self.text.push_str("{\"global\":");
                self.name(id);
                self.text.push('}');
            }
            Shape::Persistent(id) => {
                self.text.push_str("{\"persid\":");
                self.then("}");
                self.tasks.push(Task::Node(id, true));
            }
            Shape::Buffer { index, readonly } => {
                push(&mut self.text, format_args!("{{\"buffer\":{index},\"readonly\":{readonly}}}"));
            }
            Shape::Object(object) => self.object(id, number, Some(object))?,
        }
        self.budget.spend_text(self.text.len().saturating_sub(start))
    }

    /// Opens `{"name":`, with the number before it where the names are in that order.
    fn open(&mut self, name: &str, number: Option<usize>) {
        self.text.push('{');
        if let Some(number) = number.filter(|_| name > "id") {
            push(&mut self.text, format_args!("\"id\":{number},"));
        }
        push(&mut self.text, format_args!("\"{name}\":"));
    }

    /// What comes after the items: the number where it was not before them, then `rest`, which closes all.
    fn close(&mut self, name: &str, number: Option<usize>, rest: &str) {
        let number = number.filter(|_| name < "id").map(|number| format!(",\"id\":{number}"));
        self.tasks.push(Task::Text(Cow::Owned(format!("{}{rest}", number.unwrap_or_default()))));
    }

    fn items(&mut self, name: &str, number: Option<usize>, items: Cow<'g, [NodeId]>, track: bool) {
        self.open(name, number);
        self.close(name, number, "}");
        self.list(items, track);
    }

    /// `[…]`.
    fn list(&mut self, items: Cow<'g, [NodeId]>, track: bool) {
        self.then("]");
        self.tasks.push(Task::Items { items, next: 0, track, sorted: false });
        self.then("[");
    }

    /// `[[…,…],…]`.
    fn table(&mut self, pairs: Cow<'g, [(NodeId, NodeId)]>, names: bool) {
        self.then("]");
        self.tasks.push(Task::Pairs { pairs, next: 0, names });
        self.then("[");
    }

    fn set(&mut self, name: &str, number: Option<usize>, items: &'g [NodeId]) {
        self.open(name, number);
        self.close(name, number, "}");
        self.then("]");
        let sorted = items.len() > 1;
        if sorted {
            self.sorted.push(Vec::with_capacity(items.len()));
            self.tasks.push(Task::Sort);
        }
        self.tasks.push(Task::Items { items: Cow::Borrowed(items), next: 0, track: false, sorted });
        self.text.push('[');
    }

    fn mapping(&mut self, mapping: Mapping, number: Option<usize>, pairs: Cow<'g, [(NodeId, NodeId)]>) {
        self.open(mapping.name(), number);
        self.close(mapping.name(), number, "}");
        if let Mapping::Default(factory) = mapping {
            self.tasks.push(Task::Node(factory.unwrap_or(NodeId::NONE), true));
            self.then(",\"factory\":");
        }
        self.table(pairs, false);
    }

    fn deque(&mut self, items: Cow<'g, [NodeId]>, number: Option<usize>, maxlen: Option<u64>) {
        let maxlen = maxlen.map_or("null".to_owned(), |maxlen| maxlen.to_string());
        self.open("deque", number);
        self.close("deque", number, &format!(",\"maxlen\":{maxlen}}}"));
        self.list(items, true);
    }

    fn array(&mut self, array: &Array<'_>, number: Option<usize>) -> Result<()> {
        self.open("array", number);
        push_string(&mut self.text, array.typecode().encode_utf8(&mut [0; 4]));
        if let Some(number) = number {
            push(&mut self.text, format_args!(",\"id\":{number}"));
        }
        self.text.push_str(",\"items\":[");
        for (place, item) in array.items().enumerate() {
            self.separate(place);
            push_item(&mut self.text, item);
            self.flush_if_long()?;
        }
        self.text.push_str("]}");
        Ok(())
    }

    /// `["module","name"]`.
    fn name(&mut self, id: NodeId) {
        let code;
        let (module, name) = match self.graph.node(id) {
            Node::Global(global) if self.graph.is_inert() => (global.module, global.name),
            Node::Global(global) => renamed(global.module, global.name),
            Node::Extension(number) => {
                code = number.to_string();
                ("copyreg extension", &*code)
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
    fn object(&mut self, id: NodeId, number: Option<usize>, object: Option<Object>) -> Result<()> {
        let done = Done::of(self.graph, id);
        let mut fields = Vec::new();
        match object {
            Some(Object { how, callable, arguments, keywords }) => {
                if self.is_name(callable) {
                    fields.push(("class", Part::Text(self.name_text(callable)?)));
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
            None => fields.push(("changed_global", Part::Text(self.name_text(id)?))),
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
        self.open("object", number);
        self.text.push('{');
        self.then("}}");
        self.fields(fields);
        Ok(())
    }

    fn name_text(&mut self, id: NodeId) -> Result<String> {
        let start = self.text.len();
        self.name(id);
        let text = self.text.split_off(start);
        self.budget.spend_text(text.len())?;
        Ok(text)
    }

    /// Fields come in the order in which what is in them is numbered. That is mostly the order of their names too, as
    /// texts may move; where it is not, they are sorted once they are written.
    fn fields(&mut self, mut fields: Vec<(&'static str, Part<'g>)>) {
        let numbered = fields.iter().filter(|(_, part)| !matches!(part, Part::Text(_)));
        let in_order = numbered.is_sorted_by_key(|(name, _)| name);
        if in_order {
            fields.sort_by_key(|(name, _)| *name);
        } else {
            self.sorted.push(Vec::with_capacity(fields.len()));
            self.tasks.push(Task::Sort);
        }
        for (place, (name, part)) in fields.into_iter().enumerate().rev() {
            match part {
                Part::Text(text) => self.tasks.push(Task::Text(Cow::Owned(text))),
                Part::Node(id) => self.tasks.push(Task::Node(id, true)),
                Part::Items(items) => self.list(items, true),
                Part::Pairs(pairs) => self.table(pairs, false),
                Part::Keywords(pairs) => self.table(Cow::Borrowed(pairs), true),
            }
            self.tasks.push(Task::Text(Cow::Owned(format!("\"{name}\":"))));
            if !in_order {
                self.tasks.push(Task::Part);
            }
            self.then(if place == 0 { "" } else { "," });
        }
    }

    /// Sorts what was noted since the last opening: parts that are one character apart.
    fn sort(&mut self) -> Result<()> {
        let starts = self.sorted.pop().unwrap_or_default();
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
