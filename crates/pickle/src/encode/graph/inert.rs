//! What a graph knows only by name, call or number: globals, objects with their effects, persistent ids, buffers.

use std::borrow::Cow;
use std::collections::HashMap;

use super::items::{Batch, Items, Kind};
use super::{Encoder, Task};
use crate::encode::compat;
use crate::error::{Error, Result};
use crate::graph::{Effect, Global, How, Node, NodeId, Object};
use crate::opcode::Opcode;
use crate::protocol::Protocol;

/// Globals of longer names are known by where the names stand, so that thousands of them are not hashed again and again.
const LONG_GLOBAL: usize = 128;

/// More arguments are not written again for each instance.
const MANY_ARGUMENTS: usize = 64;

impl<'g> Encoder<'g, '_, '_> {
    /// Nodes that are known outside the pickle.
    pub(super) fn inert(&mut self, id: NodeId) -> Result<()> {
        let graph = self.graph;
        self.tasks.push(Task::EndInert(id));
        match graph.node(id) {
            Node::Global(global) => self.global(id, global),
            Node::Extension(code) => self.writer.extension(code),
            Node::Persistent(pid) => self.persistent(pid),
            Node::Buffer { index, readonly } => self.buffer(index, readonly),
            node => Err(Error::data(format!("a {} cannot be written", node.kind()))),
        }
    }

    fn global(&mut self, id: NodeId, global: Global<'_>) -> Result<()> {
        let is_long = global.module.len() + global.name.len() > LONG_GLOBAL;
        let place = [global.module, global.name].map(|part| (part.as_ptr().addr(), part.len()));
        let place = [place[0].0, place[0].1, place[1].0, place[1].1];
        let number = match self.long_globals.get(&place) {
            Some(number) if is_long => {
                self.writer.get(*number);
                *number
            }
            _ => self.named(global)?,
        };
        if is_long {
            self.long_globals.insert(place, number);
        }
        self.remember(id, number);
        Ok(())
    }

    /// A global under its name in the protocol that is written. Before protocol 4 a dotted name is no way into a class.
    fn named(&mut self, global: Global<'_>) -> Result<u32> {
        let (from, to) = (self.graph.protocol(), self.writer.protocol.number());
        let (module, name) = compat::renamed(global, from, to);
        match name.split_once('.') {
            Some(_) if from >= 4 && to < 4 => self.writer.nested_global(module, name),
            _ if !self.writer.framing() => self.writer.global(module, name),
            _ => self.stack_global(module, name),
        }
    }

    /// A global named by two strings, which may have been written as strings of their own.
    fn stack_global(&mut self, module: &str, name: &str) -> Result<u32> {
        if let Some(number) = self.writer.known_global(module, name) {
            return Ok(number);
        }
        self.names.fill(self.graph, &self.memo);
        for text in [module, name] {
            match self.names.get(text) {
                Some(number) => {
                    self.writer.boundary()?;
                    self.writer.get(number);
                }
                None => {
                    let number = self.writer.name(Cow::Owned(text.to_owned()))?;
                    self.names.insert(text, number);
                }
            }
        }
        self.writer.end_global(module, name)
    }

    fn persistent(&mut self, pid: NodeId) -> Result<()> {
        if !self.writer.is_text() {
            self.tasks.extend([Task::Op(Opcode::BinPersId), Task::Save(pid)]);
            return Ok(());
        }
        match self.graph.node(pid) {
            Node::Str(text) => self.writer.persistent_line(text),
            node => Err(Error::data(format!("a persistent id of type {} needs protocol 1", node.kind()))),
        }
    }

    /// The nodes of [`Self::inert`] need the memo only when something happens to them, or when they are met again and are
    /// not the same each time that they are asked for. CPython memoises no persistent object and no buffer.
    pub(super) fn end_inert(&mut self, id: NodeId) -> Result<()> {
        let is_persistent = matches!(self.graph.node(id), Node::Persistent(_));
        if let (true, Some(number)) = (is_persistent, self.memo.get(id)) {
            self.writer.op(Opcode::Pop); // its own id holds it, and wrote it meanwhile
            self.writer.get(number);
            return Ok(());
        }
        let is_own = is_persistent || matches!(self.graph.node(id), Node::Buffer { .. });
        if !self.graph.effects(id).is_empty() || is_own && self.again.is_met_again(self.graph, id) {
            self.memoize(id)?;
        }
        self.tasks.push(Task::Effects(id, 0));
        Ok(())
    }

    /// A call or an instantiation, up to its arguments.
    pub(super) fn object(&mut self, id: NodeId, object: Object) -> Result<()> {
        self.tasks.push(Task::EndObject(id, object));
        match self.form(object) {
            Form::Opcode(Opcode::Obj) => {
                self.writer.op(Opcode::Mark);
                self.tasks.push(Task::Save(object.callable));
            }
            Form::Opcode(Opcode::Inst) => self.writer.op(Opcode::Mark),
            Form::Opcode(_) => {
                self.tasks.extend(object.keywords.map(Task::Save));
                self.tasks.extend([Task::Save(object.arguments), Task::Save(object.callable)]);
            }
            Form::NewObj(arguments) => {
                let count = arguments.len() + 1;
                self.writer.start_call("__newobj__", count)?;
                self.tasks.extend([Task::EndArguments(count), Task::Plain(arguments, 0)]);
                self.tasks.push(Task::Save(object.callable));
            }
            Form::NewObjEx(keywords) => {
                self.writer.start_call("__newobj_ex__", 3)?;
                self.tasks.extend([Task::EndArguments(3), keywords.map_or(Task::NoKeywords, Task::Save)]);
                self.tasks.extend([Task::Save(object.arguments), Task::Save(object.callable)]);
            }
        }
        Ok(())
    }

    /// How an object is made in the protocol that is written.
    fn form(&self, object: Object) -> Form<'g> {
        let (graph, protocol) = (self.graph, self.writer.protocol);
        match (object.how, object.keywords) {
            (How::Call, _) => Form::Opcode(Opcode::Reduce),
            (How::New, Some(_)) if protocol >= Protocol::V4 => Form::Opcode(Opcode::NewObjEx),
            (How::New, keywords @ Some(_)) => Form::NewObjEx(keywords),
            (How::New, None) if protocol >= Protocol::V2 => Form::Opcode(Opcode::NewObj),
            (How::New, None) => match graph.node(object.arguments) {
                Node::Tuple(arguments) if arguments.len() > MANY_ARGUMENTS => Form::NewObjEx(None),
                Node::Tuple(arguments) if !arguments.is_empty() || graph.protocol() >= 2 => {
                    Form::NewObj(arguments)
                }
                _ if protocol == Protocol::V1 => Form::Opcode(Opcode::Obj),
                _ => match graph.node(object.callable) {
                    Node::Global(global)
                        if global.module.len() + global.name.len() <= LONG_GLOBAL
                            // The lines of INST are ASCII, those of GLOBAL are UTF-8.
                            && global.module.is_ascii()
                            && global.name.is_ascii()
                            && graph.effects(object.callable).is_empty() =>
                    {
                        Form::Opcode(Opcode::Inst)
                    }
                    _ => Form::NewObj(&[]),
                },
            },
        }
    }

    pub(super) fn end_object(&mut self, id: NodeId, object: Object) -> Result<()> {
        if self.memo.get(id).is_none() {
            self.tasks.push(Task::Effects(id, 0));
        }
        let graph = self.graph;
        match (self.form(object), graph.node(object.callable)) {
            (Form::Opcode(Opcode::Inst), Node::Global(global)) => {
                let (module, name) = compat::renamed(global, graph.protocol(), 0);
                self.writer.instance_lines(module, name)?;
                self.memoize(id)
            }
            (Form::Opcode(opcode), _) => self.end_made(id, opcode),
            (Form::NewObj(_) | Form::NewObjEx(_), _) => self.end_made(id, Opcode::Reduce),
        }
    }

    pub(super) fn effects(&mut self, id: NodeId, next: usize) -> Result<()> {
        let graph = self.graph;
        let Some(effect) = graph.effects(id).get(next) else { return Ok(()) };
        self.tasks.push(Task::Effects(id, next + 1));
        let (items, kind) = match effect {
            Effect::State(state) => {
                self.tasks.extend([Task::Op(Opcode::Build), Task::Save(*state)]);
                return Ok(());
            }
            Effect::Append(items) => (Items::Nodes(items), Kind::List),
            Effect::SetItems(pairs) => (Items::Pairs(pairs), Kind::Dict),
            Effect::AddItems(_) if !self.writer.framing() => {
                return Err(Error::data("items added to an object need protocol 4"));
            }
            Effect::AddItems(items) => (Items::Nodes(items), Kind::Set),
        };
        self.tasks.push(Task::Batches(items, Batch::of_object(kind), 0));
        Ok(())
    }

    /// An out-of-band buffer. Those before it that were not met yet are taken first, as they come in their order.
    fn buffer(&mut self, index: u32, readonly: bool) -> Result<()> {
        if self.writer.protocol < Protocol::V5 {
            return Err(Error::data("an out-of-band buffer needs protocol 5"));
        }
        while self.buffers.next < index {
            self.next_buffer(true)?;
            self.writer.op(Opcode::Pop);
        }
        match self.buffers.taken.get(&index) {
            Some(number) => self.writer.get(*number),
            None if index < self.buffers.next => {
                return Err(Error::data("an out-of-band buffer in a tuple that contains itself"));
            }
            None => {
                let has_views = self.again.has_views(self.graph, index);
                self.next_buffer(has_views)?;
            }
        }
        if readonly {
            self.writer.op(Opcode::ReadonlyBuffer);
        }
        Ok(())
    }

    /// Takes the next buffer, and memoises it if others will ask for it.
    fn next_buffer(&mut self, memoize: bool) -> Result<()> {
        self.writer.op(Opcode::NextBuffer);
        if memoize {
            let number = self.writer.memoize()?;
            self.buffers.taken.insert(self.buffers.next, number);
        }
        self.buffers.next += 1;
        Ok(())
    }
}

/// What makes an object.
enum Form<'g> {
    /// An opcode of its own.
    Opcode(Opcode),
    /// `copyreg.__newobj__(class, *arguments)`: before protocol 2, but for instances without arguments that were read
    /// from such a protocol.
    NewObj(&'g [NodeId]),
    /// `copyreg.__newobj_ex__(class, arguments, keywords)`: before protocol 4; and for very many arguments, which may be
    /// shared with other instances.
    NewObjEx(Option<NodeId>),
}

/// The out-of-band buffers.
#[derive(Default)]
pub(super) struct Buffers {
    /// The one that the next opcode takes.
    next: u32,
    /// Memo numbers of those that are asked for again.
    taken: HashMap<u32, u32>,
}
