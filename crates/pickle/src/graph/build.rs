//! Building a graph: what the machine asks for, with Python's rules about who accepts what.

use std::borrow::Cow;
use std::vec::Drain;

use super::inert::Inert;
use super::pool::{Span, wide};
use super::store::{Effects, Slot, Store};
use super::{Effect, Graph, How, Node, NodeId, Object, builtins, keys, unhashable};
use crate::decode::Builder;
use crate::error::{Error, Result};
use crate::options::{Encoding, ReadOptions};

/// How many nodes every graph starts with: `None`, `True`, `False`, `()`, as they are single objects in Python.
pub(super) const SINGLETONS: usize = 4;

pub(super) struct GraphBuilder<'a> {
    pub(super) store: Store<'a>,
    protocol: u8,
    strings: Encoding,
    limit: usize,
    buffers: u32,
    /// What constructors (`set(list)`, `bytes(str)`) may still copy. An honest pickle copies each byte of it once or
    /// twice: `bytearray(_codecs.encode(…))` looks at the text, then copies the bytes.
    copies: usize,
    expansion: usize,
    /// The dicts and sets whose keys must still be compared, some more than once.
    keyed: Vec<NodeId>,
    /// Pairs whose keys were found to differ.
    distinct: Span,
    /// Present when no call is to be understood.
    pub(super) inert: Option<Box<Inert>>,
}

impl<'a> GraphBuilder<'a> {
    #[inline]
    pub(super) fn new(input: usize, options: &ReadOptions) -> Self {
        let inert = options.inert.then(Box::default);
        let mut slots = Vec::with_capacity(SINGLETONS + (input / 4).clamp(4, 1 << 16));
        slots.extend([Slot::None, Slot::Bool(true), Slot::Bool(false), Slot::Tuple(Span::default())]);
        Self {
            store: Store::new(slots),
            protocol: 0,
            strings: options.strings,
            limit: options.limits.nodes.saturating_add(SINGLETONS),
            buffers: 0,
            copies: input.saturating_mul(4).saturating_add(options.limits.expansion),
            expansion: options.limits.expansion,
            keyed: Vec::new(),
            distinct: Span::default(),
            inert,
        }
    }

    /// Makes the keys of dicts and the items of sets unique, once all is there.
    pub(super) fn compare_keys(&mut self) -> Result<()> {
        if self.keyed.is_empty() {
            return Ok(());
        }
        keys::unify(&mut self.store, std::mem::take(&mut self.keyed))
    }

    #[inline]
    pub(super) fn finish(self, root: NodeId, length: usize) -> Graph<'a> {
        Graph {
            store: self.store,
            root,
            protocol: self.protocol,
            length,
            inert: self.inert.is_some(),
            buffer_count: wide(self.buffers),
            buffers: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn push(&mut self, slot: Slot) -> Result<NodeId> {
        let count = self.store.slots.len();
        let id = NodeId::new(count).filter(|_| count < self.limit).ok_or_else(|| self.too_many())?;
        self.store.slots.push(slot);
        Ok(id)
    }

    #[cold]
    fn too_many(&self) -> Error {
        Error::limit("nodes", self.limit - SINGLETONS)
    }

    #[inline]
    pub(super) fn node(&self, id: NodeId) -> Node<'_> {
        self.store.node(id)
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
        let refused = self.inert.is_some() && !self.takes_notes(id);
        let Some(effects) = self.store.effects_mut(id)?.filter(|_| !refused) else {
            return Err(Error::syntax(format!("{what} on a {}", self.node(id).kind())));
        };
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
        match self.store.slots[id.index()] {
            Slot::List(_) | Slot::Dict(_) | Slot::Set(_) | Slot::ByteArray(_) => {
                Err(unhashable(self.node(id).kind()))
            }
            _ => Ok(()),
        }
    }

    fn check_all_hashable(&self, items: &[NodeId]) -> Result<()> {
        items.iter().try_for_each(|item| self.check_hashable(*item))
    }

    /// Notes that the keys of the next node, which is about to be pushed, must be compared.
    fn key_next(&mut self) {
        self.keyed.extend(NodeId::new(self.store.slots.len()));
    }

    /// The slot of a frozenset that is pushed next.
    pub(super) fn frozenset_of(&mut self, items: &[NodeId]) -> Result<Slot> {
        self.check_all_hashable(items)?;
        self.key_next();
        self.store.items.add(items.iter().copied()).map(Slot::FrozenSet)
    }

    /// The slot of a set that is pushed next.
    pub(super) fn set_of(&mut self, items: &[NodeId]) -> Result<Slot> {
        self.check_all_hashable(items)?;
        self.key_next();
        self.store.items.add(items.iter().copied()).map(Slot::Set)
    }

    /// Adds pairs to a dict. The keys of most dicts come at once, and are compared at once.
    #[inline]
    fn add_pairs(&mut self, dict: NodeId, span: Span, flat: &[NodeId]) -> Result<()> {
        let pairs = flat.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        let same = {
            let distinct = self.store.pairs.get(self.distinct);
            distinct.len() == pairs.len()
                && pairs.clone().zip(distinct).all(|(pair, other)| pair.0 == other.0)
        };
        let known = span.len() == 0 && (same || keys::are_few_distinct(&self.store, flat));
        if !known {
            pairs.clone().try_for_each(|pair| self.check_hashable(pair.0))?;
            self.keyed.push(dict);
        }
        let mut span = span;
        self.store.pairs.extend(&mut span, pairs)?;
        self.store.slots[dict.index()] = Slot::Dict(span);
        if known {
            self.distinct = span;
        }
        Ok(())
    }

    #[inline]
    fn tuple_argument(&self, arguments: NodeId, what: &str) -> Result<()> {
        match self.store.slots[arguments.index()] {
            Slot::Tuple(_) => Ok(()),
            _ => Err(self.no_tuple(arguments, what)),
        }
    }

    /// Whether a node can stand for something callable: builtin values cannot.
    #[inline]
    fn callable(&self, id: NodeId, what: &str) -> Result<()> {
        match self.store.slots[id.index()] {
            Slot::Global(..) | Slot::Call(..) | Slot::New(..) | Slot::NewWithKeywords(..) => Ok(()),
            Slot::Extension(..) => Ok(()),
            Slot::Persistent(..) if self.inert.is_none() => Ok(()),
            _ => Err(self.not_callable(id, what)),
        }
    }

    #[cold]
    fn no_tuple(&self, id: NodeId, what: &str) -> Error {
        Error::syntax(format!("{what} needs a tuple of arguments, not a {}", self.node(id).kind()))
    }

    #[cold]
    fn not_callable(&self, id: NodeId, what: &str) -> Error {
        Error::syntax(format!("{what} of a {}, which is not callable", self.node(id).kind()))
    }

    fn object(&mut self, object: Object) -> Result<NodeId> {
        let slot = self.store.add_object(object)?;
        self.push(slot)
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
        NodeId::new(index).ok_or_else(|| self.too_many())
    }

    #[inline]
    fn int(&mut self, value: i64) -> Result<NodeId> {
        self.push(Slot::Int(value))
    }

    fn long(&mut self, bytes: Cow<'a, [u8]>) -> Result<NodeId> {
        let blob = self.store.add_blob(bytes)?;
        self.push(Slot::BigInt(blob))
    }

    #[inline]
    fn float(&mut self, value: f64) -> Result<NodeId> {
        self.push(Slot::Float(value))
    }

    fn str(&mut self, text: Cow<'a, str>) -> Result<NodeId> {
        match text {
            Cow::Borrowed(text) => self.borrowed_str(text),
            Cow::Owned(text) => {
                let text = self.store.add_own_text(text)?;
                self.push(Slot::Str(text))
            }
        }
    }

    fn borrowed_str(&mut self, text: &'a str) -> Result<NodeId> {
        let text = self.store.add_text(text)?;
        self.push(Slot::Str(text))
    }

    fn surrogates(&mut self, bytes: Cow<'a, [u8]>) -> Result<NodeId> {
        let blob = self.store.add_blob(bytes)?;
        self.push(Slot::Surrogates(blob))
    }

    fn string(&mut self, bytes: Cow<'a, [u8]>) -> Result<NodeId> {
        match self.strings {
            Encoding::Bytes => self.bytes(bytes),
            Encoding::Ascii if !bytes.is_ascii() => {
                Err(Error::syntax("a Python 2 string is not ASCII: choose another Encoding"))
            }
            Encoding::Latin1 if !bytes.is_ascii() => {
                self.str(Cow::Owned(bytes.iter().copied().map(char::from).collect()))
            }
            _ => self.str(utf8(bytes)?),
        }
    }

    fn bytes(&mut self, bytes: Cow<'a, [u8]>) -> Result<NodeId> {
        let blob = self.store.add_blob(bytes)?;
        self.push(Slot::Bytes(blob))
    }

    fn bytearray(&mut self, bytes: Cow<'a, [u8]>) -> Result<NodeId> {
        let blob = self.store.add_blob(bytes)?;
        self.push(Slot::ByteArray(blob))
    }

    #[inline]
    fn list(&mut self, items: Drain<'_, NodeId>) -> Result<NodeId> {
        let span = self.store.items.add(items)?;
        self.push(Slot::List(span))
    }

    #[inline]
    fn tuple(&mut self, items: Drain<'_, NodeId>) -> Result<NodeId> {
        if items.len() == 0 {
            return NodeId::new(3).ok_or_else(|| self.too_many());
        }
        let span = self.store.items.add(items)?;
        self.push(Slot::Tuple(span))
    }

    #[inline]
    fn dict(&mut self) -> Result<NodeId> {
        self.push(Slot::Dict(Span::default()))
    }

    fn set(&mut self) -> Result<NodeId> {
        self.push(Slot::Set(Span::default()))
    }

    fn frozenset(&mut self, items: Drain<'_, NodeId>) -> Result<NodeId> {
        let slot = self.frozenset_of(items.as_slice())?;
        self.push(slot)
    }

    #[inline]
    fn append(&mut self, list: &NodeId, items: Drain<'_, NodeId>) -> Result<()> {
        match &mut self.store.slots[list.index()] {
            Slot::List(span) => self.store.items.extend(span, items),
            Slot::ByteArray(_) => self.append_bytes(*list, items.as_slice()),
            _ => self.effect(*list, Effect::Append(items.collect()), "APPEND"),
        }
    }

    #[inline]
    fn set_items(&mut self, dict: &NodeId, items: Drain<'_, NodeId>) -> Result<()> {
        let flat = items.as_slice();
        if let Slot::Dict(span) = self.store.slots[dict.index()] {
            return self.add_pairs(*dict, span, flat);
        }
        if self.set_places(*dict, flat)? {
            return Ok(());
        }
        let pairs = flat.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        if self.inert.is_none() && self.has_keys(*dict) {
            pairs.clone().try_for_each(|pair| self.check_hashable(pair.0))?;
        }
        self.effect(*dict, Effect::SetItems(pairs.collect()), "SETITEM")
    }

    fn add_items(&mut self, set: &NodeId, items: Drain<'_, NodeId>) -> Result<()> {
        let Slot::Set(mut span) = self.store.slots[set.index()] else {
            return self.effect(*set, Effect::AddItems(items.collect()), "ADDITEMS");
        };
        self.check_all_hashable(items.as_slice())?;
        self.keyed.push(*set);
        self.store.items.extend(&mut span, items)?;
        self.store.slots[set.index()] = Slot::Set(span);
        Ok(())
    }

    fn global(&mut self, module: &'a str, name: &'a str) -> Result<NodeId> {
        if self.inert.is_some() {
            let (module, name) = (self.store.add_text(module)?, self.store.add_text(name)?);
            return self.inert_global(module, name);
        }
        let module = self.store.add_text(module)?;
        let name = self.store.add_text(name)?;
        self.push(Slot::Global(module, name, Effects::default()))
    }

    fn stack_global(&mut self, module: &NodeId, name: &NodeId) -> Result<NodeId> {
        match (self.store.slots[module.index()], self.store.slots[name.index()]) {
            (Slot::Str(module), Slot::Str(name)) if self.inert.is_some() => self.inert_global(module, name),
            (Slot::Str(module), Slot::Str(name)) => self.push(Slot::Global(module, name, Effects::default())),
            _ => Err(Error::syntax("STACK_GLOBAL requires str")),
        }
    }

    fn call(&mut self, callable: NodeId, arguments: NodeId) -> Result<NodeId> {
        self.callable(callable, "REDUCE")?;
        self.tuple_argument(arguments, "REDUCE")?;
        if let Some(slot) = builtins::constructed(self, callable, arguments)? {
            return self.push(slot);
        }
        self.object(Object { how: How::Call, callable, arguments, keywords: None })
    }

    fn instance(&mut self, class: NodeId, arguments: Drain<'_, NodeId>) -> Result<NodeId> {
        self.callable(class, "INST or OBJ")?;
        let how = if arguments.len() == 0 { How::New } else { How::Call };
        let arguments = self.tuple(arguments)?;
        if let Some(slot) = builtins::constructed(self, class, arguments)? {
            return self.push(slot);
        }
        self.object(Object { how, callable: class, arguments, keywords: None })
    }

    fn new_object(&mut self, class: NodeId, arguments: NodeId, keywords: Option<NodeId>) -> Result<NodeId> {
        self.callable(class, "NEWOBJ")?;
        self.tuple_argument(arguments, "NEWOBJ")?;
        if let Some(node) =
            keywords.map(|keywords| self.node(keywords)).filter(|node| !matches!(node, Node::Dict(_)))
        {
            return Err(Error::syntax(format!("NEWOBJ_EX needs a dict of keywords, not a {}", node.kind())));
        }
        if let (Node::Tuple([]), None) = (self.node(arguments), keywords)
            && let Some(slot) = builtins::constructed(self, class, arguments)?
        {
            return self.push(slot);
        }
        self.object(Object { how: How::New, callable: class, arguments, keywords })
    }

    fn build(&mut self, object: &NodeId, state: NodeId) -> Result<()> {
        if self.inert.is_some() && !self.takes_notes(*object) {
            return self.inert_build(*object, state);
        }
        match self.node(*object) {
            node if node.is_inert() => self.effect(*object, Effect::State(state), "BUILD"),
            // A builtin has neither __setstate__ nor __dict__.
            _ if self.is_no_state(state) => Ok(()),
            node => Err(Error::syntax(format!("BUILD on a {}, which has no state", node.kind()))),
        }
    }

    fn persistent(&mut self, id: NodeId) -> Result<NodeId> {
        self.push(Slot::Persistent(id, Effects::default()))
    }

    fn extension(&mut self, code: i32) -> Result<NodeId> {
        if self.inert.is_some() {
            return self.inert_extension(code);
        }
        self.push(Slot::Extension(code, Effects::default()))
    }

    fn next_buffer(&mut self) -> Result<NodeId> {
        let index = self.buffers;
        self.buffers += 1;
        self.push(Slot::Buffer(index, false, Effects::default()))
    }

    fn readonly_buffer(&mut self, buffer: NodeId) -> Result<NodeId> {
        if self.inert.is_some() {
            return Ok(self.inert_readonly(buffer));
        }
        match self.node(buffer) {
            Node::Buffer { index, .. } => self.push(Slot::Buffer(index, true, Effects::default())),
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
