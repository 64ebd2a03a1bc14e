//! Building a graph: what the machine asks for, with Python's rules about who accepts what.

use std::borrow::Cow;
use std::collections::HashMap;
use std::vec::Drain;

use super::{Effect, Global, Graph, How, Node, NodeId, Object, builtins, keys, unhashable};
use crate::decode::Builder;
use crate::error::{Error, Result};
use crate::options::{Encoding, ReadOptions};

/// Nodes that every graph starts with, as they are single objects in Python.
const SINGLETONS: [Node<'static>; 4] =
    [Node::None, Node::Bool(true), Node::Bool(false), Node::Tuple(Vec::new())];

pub(super) struct GraphBuilder<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    effects: HashMap<NodeId, Vec<Effect>>,
    protocol: u8,
    strings: Encoding,
    limit: usize,
    buffers: u32,
    /// What constructors (`set(list)`, `bytes(str)`) may still copy. An honest pickle copies each byte of it once or
    /// twice: `bytearray(_codecs.encode(…))` looks at the text, then copies the bytes.
    copies: usize,
    expansion: usize,
    /// Whether a dict or set has two items or more, so that equal keys must be looked for.
    keyed: bool,
}

impl<'a> GraphBuilder<'a> {
    pub(super) fn new(input: usize, options: &ReadOptions) -> Self {
        let mut nodes = Vec::with_capacity(SINGLETONS.len() + (input / 4).clamp(4, 1 << 16));
        nodes.extend(SINGLETONS);
        let limit = options.limits.nodes.saturating_add(SINGLETONS.len());
        Self {
            nodes,
            effects: HashMap::new(),
            protocol: 0,
            strings: options.strings,
            limit,
            buffers: 0,
            copies: input.saturating_mul(4).saturating_add(options.limits.expansion),
            expansion: options.limits.expansion,
            keyed: false,
        }
    }

    pub(super) fn finish(mut self, root: NodeId, length: usize) -> Result<Graph<'a>> {
        if self.keyed {
            keys::unify(&mut self.nodes)?;
        }
        Ok(Graph { nodes: self.nodes, effects: self.effects, root, protocol: self.protocol, length })
    }

    #[inline]
    pub(super) fn push(&mut self, node: Node<'a>) -> Result<NodeId> {
        let id = NodeId::new(self.nodes.len()).filter(|_| self.nodes.len() < self.limit);
        let id = id.ok_or_else(|| Error::limit("nodes", self.limit - SINGLETONS.len()))?;
        self.nodes.push(node);
        Ok(id)
    }

    #[inline]
    pub(super) fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id.index()]
    }

    /// Spends some of what may be copied.
    pub(super) fn copy(&mut self, amount: usize) -> Result<()> {
        let rest = self.copies.checked_sub(amount);
        self.copies = rest.ok_or_else(|| Error::limit("expansion", self.expansion))?;
        Ok(())
    }

    /// Notes what happens to an inert node; everything else refuses.
    fn effect(&mut self, id: NodeId, effect: Effect, what: &str) -> Result<()> {
        let nothing = match &effect {
            Effect::Append(items) | Effect::AddItems(items) => items.is_empty(),
            Effect::SetItems(pairs) => pairs.is_empty(),
            Effect::State(_) => false,
        };
        if nothing {
            return Ok(()); // as CPython, which does not look at the object then
        }
        let node = self.node(id);
        let inert = matches!(
            node,
            Node::Global(_)
                | Node::Object(_)
                | Node::Persistent(_)
                | Node::Extension(_)
                | Node::Buffer { .. }
        );
        if !inert {
            return Err(Error::syntax(format!("{what} on a {}", node.kind())));
        }
        let effects = self.effects.entry(id).or_default();
        match (effects.last_mut(), effect) {
            (Some(Effect::Append(items)), Effect::Append(more)) => items.extend(more),
            (Some(Effect::SetItems(pairs)), Effect::SetItems(more)) => pairs.extend(more),
            (Some(Effect::AddItems(items)), Effect::AddItems(more)) => items.extend(more),
            (_, effect) => effects.push(effect),
        }
        Ok(())
    }

    /// Refuses what Python cannot hash. Tuples are looked into when the keys are compared.
    #[inline]
    pub(super) fn check_hashable(&self, id: NodeId) -> Result<()> {
        match self.node(id) {
            node @ (Node::List(_) | Node::Dict(_) | Node::Set(_) | Node::ByteArray(_)) => {
                Err(unhashable(node.kind()))
            }
            _ => Ok(()),
        }
    }

    fn check_all_hashable(&mut self, items: &[NodeId]) -> Result<()> {
        self.keyed = true;
        items.iter().try_for_each(|item| self.check_hashable(*item))
    }

    pub(super) fn frozenset_of(&mut self, items: Vec<NodeId>) -> Result<Node<'a>> {
        self.check_all_hashable(&items)?;
        Ok(Node::FrozenSet(items))
    }

    pub(super) fn set_of(&mut self, items: Vec<NodeId>) -> Result<Node<'a>> {
        self.check_all_hashable(&items)?;
        Ok(Node::Set(items))
    }

    fn tuple_argument(&self, arguments: NodeId, what: &str) -> Result<()> {
        match self.node(arguments) {
            Node::Tuple(_) => Ok(()),
            node => Err(Error::syntax(format!("{what} needs a tuple of arguments, not a {}", node.kind()))),
        }
    }

    /// Whether a node can stand for something callable: builtin values cannot.
    fn callable(&self, id: NodeId, what: &str) -> Result<()> {
        match self.node(id) {
            Node::Global(_) | Node::Object(_) | Node::Persistent(_) | Node::Extension(_) => Ok(()),
            node => Err(Error::syntax(format!("{what} of a {}, which is not callable", node.kind()))),
        }
    }

    fn name(&mut self, id: NodeId) -> Result<Cow<'a, str>> {
        let Node::Str(text) = self.node(id) else {
            return Err(Error::syntax("STACK_GLOBAL requires str"));
        };
        let text = text.clone();
        if let Cow::Owned(owned) = &text {
            self.copy(owned.len())?;
        }
        Ok(text)
    }
}

impl<'a> Builder<'a> for GraphBuilder<'a> {
    type Object = NodeId;

    fn protocol(&mut self, number: u8) {
        self.protocol = number;
    }

    #[inline]
    fn none(&mut self) -> Result<NodeId> {
        Ok(NodeId::NONE)
    }

    #[inline]
    fn boolean(&mut self, value: bool) -> Result<NodeId> {
        let index = if value { 1 } else { 2 };
        NodeId::new(index).ok_or_else(|| Error::limit("nodes", self.limit))
    }

    #[inline]
    fn int(&mut self, value: i64) -> Result<NodeId> {
        self.push(Node::Int(value))
    }

    fn long(&mut self, bytes: Cow<'a, [u8]>) -> Result<NodeId> {
        self.push(Node::BigInt(bytes))
    }

    #[inline]
    fn float(&mut self, value: f64) -> Result<NodeId> {
        self.push(Node::Float(value))
    }

    #[inline]
    fn str(&mut self, text: Cow<'a, str>) -> Result<NodeId> {
        self.push(Node::Str(text))
    }

    fn surrogates(&mut self, bytes: Cow<'a, [u8]>) -> Result<NodeId> {
        self.push(Node::Surrogates(bytes))
    }

    fn string(&mut self, bytes: Cow<'a, [u8]>) -> Result<NodeId> {
        let node = match self.strings {
            Encoding::Bytes => Node::Bytes(bytes),
            Encoding::Ascii if !bytes.is_ascii() => {
                return Err(Error::syntax("a Python 2 string is not ASCII: choose another Encoding"));
            }
            Encoding::Latin1 if !bytes.is_ascii() => {
                Node::Str(Cow::Owned(bytes.iter().copied().map(char::from).collect()))
            }
            _ => Node::Str(utf8(bytes)?),
        };
        self.push(node)
    }

    fn bytes(&mut self, bytes: Cow<'a, [u8]>) -> Result<NodeId> {
        self.push(Node::Bytes(bytes))
    }

    fn bytearray(&mut self, bytes: Cow<'a, [u8]>) -> Result<NodeId> {
        self.push(Node::ByteArray(bytes))
    }

    #[inline]
    fn list(&mut self, items: Drain<'_, NodeId>) -> Result<NodeId> {
        self.push(Node::List(items.collect()))
    }

    #[inline]
    fn tuple(&mut self, items: Drain<'_, NodeId>) -> Result<NodeId> {
        if items.len() == 0 {
            return NodeId::new(3).ok_or_else(|| Error::limit("nodes", self.limit));
        }
        self.push(Node::Tuple(items.collect()))
    }

    #[inline]
    fn dict(&mut self) -> Result<NodeId> {
        self.push(Node::Dict(Vec::new()))
    }

    fn set(&mut self) -> Result<NodeId> {
        self.push(Node::Set(Vec::new()))
    }

    fn frozenset(&mut self, items: Drain<'_, NodeId>) -> Result<NodeId> {
        let node = self.frozenset_of(items.collect())?;
        self.push(node)
    }

    #[inline]
    fn append(&mut self, list: &NodeId, items: Drain<'_, NodeId>) -> Result<()> {
        match &mut self.nodes[list.index()] {
            Node::List(present) => {
                present.extend(items);
                Ok(())
            }
            _ => self.effect(*list, Effect::Append(items.collect()), "APPEND"),
        }
    }

    #[inline]
    fn set_items(&mut self, dict: &NodeId, items: Drain<'_, NodeId>) -> Result<()> {
        let flat = items.as_slice();
        flat.iter().step_by(2).try_for_each(|key| self.check_hashable(*key))?;
        let pairs = flat.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        match &mut self.nodes[dict.index()] {
            Node::Dict(present) => {
                present.extend(pairs);
                self.keyed |= !present.is_empty();
                Ok(())
            }
            _ => self.effect(*dict, Effect::SetItems(pairs.collect()), "SETITEM"),
        }
    }

    fn add_items(&mut self, set: &NodeId, items: Drain<'_, NodeId>) -> Result<()> {
        self.check_all_hashable(items.as_slice())?;
        match &mut self.nodes[set.index()] {
            Node::Set(present) => {
                present.extend(items);
                Ok(())
            }
            _ => self.effect(*set, Effect::AddItems(items.collect()), "ADDITEMS"),
        }
    }

    fn global(&mut self, module: &'a str, name: &'a str) -> Result<NodeId> {
        self.push(Node::Global(Box::new(Global { module: Cow::Borrowed(module), name: Cow::Borrowed(name) })))
    }

    fn stack_global(&mut self, module: &NodeId, name: &NodeId) -> Result<NodeId> {
        let (module, name) = (self.name(*module)?, self.name(*name)?);
        self.push(Node::Global(Box::new(Global { module, name })))
    }

    fn call(&mut self, callable: NodeId, arguments: NodeId) -> Result<NodeId> {
        self.callable(callable, "REDUCE")?;
        self.tuple_argument(arguments, "REDUCE")?;
        if let Some(node) = builtins::constructed(self, callable, arguments)? {
            return self.push(node);
        }
        self.push(Node::Object(Box::new(Object { how: How::Call, callable, arguments, keywords: None })))
    }

    fn instance(&mut self, class: NodeId, arguments: Drain<'_, NodeId>) -> Result<NodeId> {
        self.callable(class, "INST or OBJ")?;
        let how = if arguments.len() == 0 { How::New } else { How::Call };
        let arguments = self.tuple(arguments)?;
        self.push(Node::Object(Box::new(Object { how, callable: class, arguments, keywords: None })))
    }

    fn new_object(&mut self, class: NodeId, arguments: NodeId, keywords: Option<NodeId>) -> Result<NodeId> {
        self.callable(class, "NEWOBJ")?;
        self.tuple_argument(arguments, "NEWOBJ")?;
        if let Some(node) =
            keywords.map(|keywords| self.node(keywords)).filter(|node| !matches!(node, Node::Dict(_)))
        {
            return Err(Error::syntax(format!("NEWOBJ_EX needs a dict of keywords, not a {}", node.kind())));
        }
        self.push(Node::Object(Box::new(Object { how: How::New, callable: class, arguments, keywords })))
    }

    fn build(&mut self, object: &NodeId, state: NodeId) -> Result<()> {
        let nothing = matches!(self.node(state), Node::None);
        match self.node(*object) {
            Node::Global(_)
            | Node::Object(_)
            | Node::Persistent(_)
            | Node::Extension(_)
            | Node::Buffer { .. } => self.effect(*object, Effect::State(state), "BUILD"),
            // A builtin has neither __setstate__ nor __dict__: only the state None, which does nothing, is accepted.
            _ if nothing => Ok(()),
            node => Err(Error::syntax(format!("BUILD on a {}, which has no state", node.kind()))),
        }
    }

    fn persistent(&mut self, id: NodeId) -> Result<NodeId> {
        self.push(Node::Persistent(id))
    }

    fn extension(&mut self, code: i32) -> Result<NodeId> {
        self.push(Node::Extension(code))
    }

    fn next_buffer(&mut self) -> Result<NodeId> {
        let index = self.buffers;
        self.buffers += 1;
        self.push(Node::Buffer { index, readonly: false })
    }

    fn readonly_buffer(&mut self, buffer: NodeId) -> Result<NodeId> {
        match self.node(buffer) {
            Node::Buffer { index, .. } => {
                let node = Node::Buffer { index: *index, readonly: true };
                self.push(node)
            }
            // Bytes are read-only already; of a bytearray or an inert object the same object stands for the view.
            Node::Bytes(_) | Node::ByteArray(_) | Node::Object(_) | Node::Persistent(_) => Ok(buffer),
            node => Err(Error::syntax(format!("a bytes-like object is required, not a {}", node.kind()))),
        }
    }
}

fn utf8(bytes: Cow<'_, [u8]>) -> Result<Cow<'_, str>> {
    let text = match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    };
    text.ok_or_else(|| Error::syntax("a Python 2 string is not UTF-8: choose another Encoding"))
}
