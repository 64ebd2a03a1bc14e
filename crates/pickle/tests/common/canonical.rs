//! The canonical JSON of the corpus, from a graph of builtins and of objects that are only noted.

use std::collections::{HashMap, HashSet};

use onggi_pickle::{BigInt, Effect, Global, Graph, How, Known, Node, NodeId, Object};
use serde_json::{Value, json};

/// The root in canonical form; an error names what is beyond builtins.
pub fn canonical(graph: &Graph<'_>) -> Result<Value, String> {
    let mut writer = Writer { graph, shared: shared(graph), ids: HashMap::new(), depth: 0 };
    writer.write(graph.root(), true).map(sorted)
}

/// Sets have no order: theirs is that of their items' JSON here. Of a float the bits are compared, not the text.
pub fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(name, _)| name != "repr")
                .map(|(name, value)| {
                    let mut value = sorted(value);
                    if let (true, Value::Array(items)) = (name.ends_with("set"), &mut value) {
                        items.sort_by_key(ToString::to_string);
                    }
                    (name, value)
                })
                .collect(),
        ),
        other => other,
    }
}

/// Containers that are met more than once.
fn shared(graph: &Graph<'_>) -> HashSet<NodeId> {
    let (mut seen, mut shared, mut open) = (HashSet::new(), HashSet::new(), vec![graph.root()]);
    while let Some(id) = open.pop() {
        let node = graph.node(id);
        let tracked = match node {
            Node::List(_) | Node::Dict(_) | Node::Set(_) | Node::ByteArray(_) => true,
            Node::Object(object) => !is_slice(graph, object),
            Node::Tuple(items) | Node::FrozenSet(items) => !items.is_empty(),
            _ => false,
        };
        if tracked && !seen.insert(id) {
            shared.insert(id);
            continue;
        }
        match node {
            Node::List(items) | Node::Tuple(items) => open.extend(items),
            Node::Dict(pairs) => open.extend(pairs.iter().flat_map(|pair| [pair.0, pair.1])),
            Node::Object(object) if !is_slice(graph, object) => {
                open.extend(parts(graph, object.arguments));
                open.extend(object.keywords.into_iter().flat_map(|keywords| parts(graph, keywords)));
                open.push(object.callable);
            }
            Node::Persistent(id) => open.push(id),
            _ => {}
        }
        open.extend(graph.effects(id).iter().flat_map(|effect| match effect {
            Effect::State(state) => vec![*state],
            Effect::Append(items) | Effect::AddItems(items) => items.clone(),
            Effect::SetItems(pairs) => pairs.iter().flat_map(|pair| [pair.0, pair.1]).collect(),
            _ => Vec::new(),
        }));
    }
    shared
}

/// The items of a tuple, the values of a dict.
fn parts(graph: &Graph<'_>, id: NodeId) -> Vec<NodeId> {
    match graph.node(id) {
        Node::Tuple(items) => items.to_vec(),
        Node::Dict(pairs) => pairs.iter().map(|pair| pair.1).collect(),
        _ => Vec::new(),
    }
}

/// A range or slice: what it holds is not tracked.
fn is_slice(graph: &Graph<'_>, object: Object) -> bool {
    let names =
        |global: Global<'_>| matches!(global.name, "range" | "xrange" | "slice") && is_builtin(&global);
    matches!(graph.node(object.callable), Node::Global(global) if names(global))
}

/// Whether its calls make values, not objects that are only noted.
fn is_builtin(global: &Global<'_>) -> bool {
    match global.module {
        "builtins" | "__builtin__" => {
            const CALLED: [&str; 8] =
                ["set", "frozenset", "bytearray", "bytes", "complex", "range", "xrange", "slice"];
            CALLED.contains(&global.name)
        }
        module => module == "_codecs" && global.name == "encode",
    }
}

struct Writer<'g, 'a> {
    graph: &'g Graph<'a>,
    shared: HashSet<NodeId>,
    ids: HashMap<NodeId, usize>,
    depth: usize,
}

/// A cycle through a set, where nothing is tracked, would never end.
const DEPTH: usize = 5000;

impl Writer<'_, '_> {
    fn write(&mut self, id: NodeId, track: bool) -> Result<Value, String> {
        let node = self.graph.node(id);
        if let Some(value) = self.scalar(id, node)? {
            return Ok(value);
        }
        let mut number = None;
        if track && self.shared.contains(&id) {
            if let Some(number) = self.ids.get(&id) {
                return Ok(json!({ "ref": number }));
            }
            number = Some(self.ids.len());
            self.ids.insert(id, self.ids.len());
        }
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("too deep".to_owned());
        }
        let mut body = match node {
            Node::ByteArray(bytes) => json!({ "bytearray": super::hex(bytes) }),
            Node::List(items) => json!({ "list": self.all(items, true)? }),
            Node::Tuple(items) => json!({ "tuple": self.all(items, track)? }),
            Node::Set(items) => json!({ "set": self.all(items, false)? }),
            Node::FrozenSet(items) => json!({ "frozenset": self.all(items, false)? }),
            Node::Dict(pairs) => json!({ "dict": self.pairs(pairs)? }),
            Node::Object(object) => json!({ "object": self.noted(id, object)? }),
            other => return Err(format!("{other:?}")),
        };
        self.depth -= 1;
        if let (Some(number), Value::Object(fields)) = (number, &mut body) {
            fields.insert("id".to_owned(), json!(number));
        }
        Ok(body)
    }

    fn all(&mut self, items: &[NodeId], track: bool) -> Result<Vec<Value>, String> {
        items.iter().map(|item| self.write(*item, track)).collect()
    }

    fn scalar(&mut self, id: NodeId, node: Node<'_>) -> Result<Option<Value>, String> {
        Ok(Some(match node {
            Node::None => Value::Null,
            Node::Bool(value) => json!(value),
            Node::Int(value) if value.unsigned_abs() < 1 << 53 => json!(value),
            Node::Int(value) => json!({ "int": value.to_string() }),
            Node::BigInt(bytes) => json!({ "int": BigInt::from_le_bytes(bytes).to_string() }),
            Node::Float(value) => float(value),
            Node::Complex(real, imaginary) => json!({ "complex": [float(real), float(imaginary)] }),
            Node::Str(text) => json!(text),
            Node::Surrogates(bytes) => json!({ "str": super::hex(bytes) }),
            Node::Bytes(bytes) => json!({ "bytes": super::hex(bytes) }),
            Node::Global(global) => match global.name {
                "Ellipsis" | "NotImplemented" => json!({ "singleton": global.name }),
                _ => json!({ "global": python3(&global) }),
            },
            Node::Persistent(id) => json!({ "persid": self.write(id, true)? }),
            Node::Extension(code) => json!({ "global": ["copyreg extension", code.to_string()] }),
            Node::Buffer { index, readonly } => json!({ "buffer": index, "readonly": readonly }),
            Node::Object(object) => return self.builtin(id, object),
            _ => return Ok(None),
        }))
    }

    /// The builtin that a call makes; `None` when it is a call of something else.
    fn builtin(&mut self, id: NodeId, object: Object) -> Result<Option<Value>, String> {
        let Node::Global(global) = self.graph.node(object.callable) else { return Ok(None) };
        if !is_builtin(&global) {
            return Ok(None);
        }
        let int = |value: &BigInt| match value.to_string().parse::<i64>() {
            Ok(value) if value.unsigned_abs() < 1 << 53 => json!(value),
            _ => json!({ "int": value.to_string() }),
        };
        match self.graph.known(id).map_err(|error| format!("refused: {error}"))? {
            Some(Known::Range { start, stop, step }) => {
                Ok(Some(json!({ "range": [int(&start), int(&stop), int(&step)] })))
            }
            Some(Known::Slice { start, stop, step }) => {
                Ok(Some(json!({ "slice": self.all(&[start, stop, step], true)? })))
            }
            _ => Err(format!("an object of {}", global.name)),
        }
    }

    /// What an inert object notes.
    fn noted(&mut self, id: NodeId, object: Object) -> Result<Value, String> {
        let mut inner = serde_json::Map::new();
        match self.graph.node(object.callable) {
            Node::Global(global) => inner.insert("class".to_owned(), json!([global.module, global.name])),
            Node::Extension(code) => {
                inner.insert("class".to_owned(), json!(["copyreg extension", code.to_string()]))
            }
            _ => inner.insert("callee".to_owned(), self.write(object.callable, true)?),
        };
        inner.insert("how".to_owned(), json!(if object.how == How::Call { "call" } else { "new" }));
        let arguments = parts(self.graph, object.arguments);
        inner.insert("args".to_owned(), json!(self.all(&arguments, true)?));
        if let Some(Node::Dict(pairs @ [_, ..])) = object.keywords.map(|keywords| self.graph.node(keywords)) {
            inner.insert("kwargs".to_owned(), self.pairs(pairs)?);
        }
        for kind in ["listitems", "dictitems", "setitems", "state"] {
            let mut noted = Vec::new();
            for effect in self.graph.effects(id) {
                match (kind, effect) {
                    ("state", Effect::State(state)) => noted.push(self.write(*state, true)?),
                    ("listitems", Effect::Append(items)) | ("setitems", Effect::AddItems(items)) => {
                        noted.extend(self.all(items, true)?);
                    }
                    ("dictitems", Effect::SetItems(pairs)) => {
                        noted.extend(self.pairs(pairs)?.as_array().into_iter().flatten().cloned());
                    }
                    _ => {}
                }
            }
            if !noted.is_empty() {
                inner.insert(kind.to_owned(), json!(noted));
            }
        }
        Ok(Value::Object(inner))
    }

    fn pairs(&mut self, pairs: &[(NodeId, NodeId)]) -> Result<Value, String> {
        let mut out = Vec::new();
        for (key, value) in pairs {
            out.push(json!([self.write(*key, true)?, self.write(*value, true)?]));
        }
        Ok(json!(out))
    }
}

/// Module and name in Python 3.
fn python3<'g>(global: &Global<'g>) -> [&'g str; 2] {
    match (global.module, global.name) {
        ("__builtin__", "xrange") => ["builtins", "range"],
        ("__builtin__", name) if is_builtin(global) => ["builtins", name],
        names => names.into(),
    }
}

fn float(value: f64) -> Value {
    json!({ "float": super::hex(&value.to_be_bytes()) })
}
