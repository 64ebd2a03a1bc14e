//! The rules of a graph that takes notes only: those of CPython's `pickle.py` whose every global is a notepad.

use std::collections::HashMap;

use super::build::GraphBuilder;
use super::store::{Effects, Slot, Text};
use super::{Node, NodeId};
use crate::error::{Error, Result};

/// The globals that were named: each is one object.
#[derive(Default)]
pub(super) struct Inert {
    globals: HashMap<Box<str>, HashMap<Box<str>, NodeId>>,
    extensions: HashMap<i32, NodeId>,
}

impl GraphBuilder<'_> {
    /// Whether what is done to a node is noted. Persistent ids and buffers have no room for notes.
    pub(super) fn takes_notes(&self, id: NodeId) -> bool {
        matches!(self.node(id), Node::Global(_) | Node::Object(_) | Node::Extension(_))
    }

    pub(super) fn inert_global(&mut self, module: Text, name: Text) -> Result<NodeId> {
        let (module_text, name_text) = (self.store.text(module), self.store.text(name));
        let known = self.inert.as_ref().and_then(|inert| inert.globals.get(module_text)?.get(name_text));
        if let Some(id) = known {
            return Ok(*id);
        }
        let (module_text, name_text) = (Box::from(module_text), Box::from(name_text));
        // The same long text may be a part of many names.
        self.copy(str::len(&module_text).saturating_add(str::len(&name_text)))?;
        let id = self.push(Slot::Global(module, name, Effects::default()))?;
        if let Some(inert) = &mut self.inert {
            inert.globals.entry(module_text).or_default().insert(name_text, id);
        }
        Ok(id)
    }

    pub(super) fn inert_extension(&mut self, code: i32) -> Result<NodeId> {
        let known = self.inert.as_ref().and_then(|inert| inert.extensions.get(&code));
        if let Some(id) = known {
            return Ok(*id);
        }
        let id = self.push(Slot::Extension(code, Effects::default()))?;
        if let Some(inert) = &mut self.inert {
            inert.extensions.insert(code, id);
        }
        Ok(id)
    }

    /// `BUILD` of what takes no notes: an empty state is fine, and a persistent id has attributes, which nobody sees.
    pub(super) fn inert_build(&self, object: NodeId, state: NodeId) -> Result<()> {
        let has_attributes = matches!(self.node(object), Node::Persistent(_) | Node::Buffer { .. });
        let accepted = |state: Node<'_>| is_false(&state) || has_attributes && matches!(state, Node::Dict(_));
        let accepted = match self.node(state) {
            Node::Tuple([state, slots]) => accepted(self.node(*state)) && accepted(self.node(*slots)),
            state => accepted(state),
        };
        if accepted {
            return Ok(());
        }
        Err(Error::syntax(format!("BUILD on a {}, which has no state", self.node(object).kind())))
    }

    /// A buffer is made read-only where it is; of anything else nothing is noted.
    pub(super) fn inert_readonly(&mut self, buffer: NodeId) -> NodeId {
        if let Slot::Buffer(_, readonly, _) = &mut self.store.slots[buffer.index()] {
            *readonly = true;
        }
        buffer
    }
}

/// Whether Python takes a value for false.
fn is_false(node: &Node<'_>) -> bool {
    match node {
        Node::None | Node::Bool(false) | Node::Int(0) => true,
        Node::BigInt(bytes) | Node::Bytes(bytes) | Node::ByteArray(bytes) | Node::Surrogates(bytes) => {
            bytes.is_empty()
        }
        Node::Str(text) => text.is_empty(),
        Node::Float(value) => *value == 0.0,
        Node::Complex(real, imaginary) => *real == 0.0 && *imaginary == 0.0,
        Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items) => {
            items.is_empty()
        }
        Node::Dict(pairs) => pairs.is_empty(),
        _ => false,
    }
}
