//! The canonical JSON of the corpus, from a graph of builtins.

use std::collections::{HashMap, HashSet};

use onggi_pickle::{BigInt, Global, Graph, Node, NodeId};
use serde_json::{Value, json};

/// The root in canonical form; an error names what is beyond builtins.
pub fn canonical(graph: &Graph<'_>) -> Result<Value, String> {
    let mut writer = Writer { graph, shared: shared(graph), ids: HashMap::new() };
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
            _ => {}
        }
    }
    shared
}

struct Writer<'g, 'a> {
    graph: &'g Graph<'a>,
    shared: HashSet<NodeId>,
    ids: HashMap<NodeId, usize>,
}

impl Writer<'_, '_> {
    fn write(&mut self, id: NodeId, track: bool) -> Result<Value, String> {
        let node = self.graph.node(id);
        if let Some(value) = self.scalar(node)? {
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
        let mut body = match node {
            Node::ByteArray(bytes) => json!({ "bytearray": super::hex(bytes) }),
            Node::List(items) => json!({ "list": self.all(items, true)? }),
            Node::Tuple(items) => json!({ "tuple": self.all(items, track)? }),
            Node::Set(items) => json!({ "set": self.all(items, false)? }),
            Node::FrozenSet(items) => json!({ "frozenset": self.all(items, false)? }),
            Node::Dict(pairs) => {
                let mut out = Vec::new();
                for (key, value) in pairs {
                    out.push(json!([self.write(*key, true)?, self.write(*value, true)?]));
                }
                json!({ "dict": out })
            }
            other => return Err(format!("{other:?}")),
        };
        if let (Some(number), Value::Object(fields)) = (number, &mut body) {
            fields.insert("id".to_owned(), json!(number));
        }
        Ok(body)
    }

    fn all(&mut self, items: &[NodeId], track: bool) -> Result<Vec<Value>, String> {
        items.iter().map(|item| self.write(*item, track)).collect()
    }

    fn scalar(&mut self, node: Node<'_>) -> Result<Option<Value>, String> {
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
                name => json!({ "global": [python3(&global), name] }),
            },
            Node::Object(object) => return self.object(object.callable, object.arguments).map(Some),
            _ => return Ok(None),
        }))
    }

    fn object(&mut self, callable: NodeId, arguments: NodeId) -> Result<Value, String> {
        let (Node::Global(global), Node::Tuple(arguments)) =
            (self.graph.node(callable), self.graph.node(arguments))
        else {
            return Err("an object of no global".to_owned());
        };
        let arguments = self.all(arguments, true)?;
        match global.name {
            "range" | "xrange" => Ok(json!({ "range": arguments })),
            "slice" => Ok(json!({ "slice": arguments })),
            name => Err(format!("an object of {name}")),
        }
    }
}

fn python3<'g>(global: &Global<'g>) -> &'g str {
    if global.module == "__builtin__" { "builtins" } else { global.module }
}

fn float(value: f64) -> Value {
    json!({ "float": super::hex(&value.to_be_bytes()) })
}
