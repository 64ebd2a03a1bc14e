//! Graph to bytes, in the order and with the memo numbers of CPython's pickler, without recursion.

use super::writer::Writer;
use super::{BATCH, compat};
use crate::error::{Error, Result};
use crate::graph::{Effect, Graph, How, Node, NodeId, Object};
use crate::opcode::Opcode;
use crate::protocol::Protocol;

/// Writes a graph.
pub(crate) fn encode(graph: &Graph<'_>, protocol: Protocol) -> Result<Vec<u8>> {
    let mut encoder = Encoder {
        graph,
        writer: Writer::new(protocol),
        memo: vec![None; graph.node_count()],
        tasks: vec![Task::Save(graph.root())],
        buffers: 0,
        steps: graph.length().saturating_add(64).saturating_mul(64),
    };
    while let Some(task) = encoder.tasks.pop() {
        encoder.run(task)?;
    }
    Ok(encoder.writer.finish())
}

/// What remains to be written, last first.
#[derive(Clone, Copy)]
enum Task<'g> {
    Save(NodeId),
    /// Items in batches, from a part on.
    Batches(Items<'g>, Batch, usize),
    /// The items of a tuple or frozenset, from one on.
    Plain(&'g [NodeId], usize),
    EndTuple(NodeId, usize),
    EndFrozenSet(NodeId),
    /// The end of `set([…])` and `frozenset([…])`, before protocol 4.
    EndSetCall(NodeId),
    EndObject(NodeId, &'g Object),
    Effects(NodeId, usize),
    EndInert(NodeId),
    Op(Opcode),
}

#[derive(Clone, Copy)]
enum Items<'g> {
    Nodes(&'g [NodeId]),
    Pairs(&'g [(NodeId, NodeId)]),
}

impl Items<'_> {
    fn count(self) -> usize {
        match self {
            Self::Nodes(items) => items.len(),
            Self::Pairs(pairs) => pairs.len(),
        }
    }

    fn width(self) -> usize {
        match self {
            Self::Nodes(_) => 1,
            Self::Pairs(_) => 2,
        }
    }

    fn part(self, part: usize) -> NodeId {
        match self {
            Self::Nodes(items) => items[part],
            Self::Pairs(pairs) if part.is_multiple_of(2) => pairs[part / 2].0,
            Self::Pairs(pairs) => pairs[part / 2].1,
        }
    }
}

/// How a container takes its items.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Batch {
    List,
    Dict,
    Set,
}

impl Batch {
    fn single(self) -> Option<Opcode> {
        match self {
            Self::List => Some(Opcode::Append),
            Self::Dict => Some(Opcode::SetItem),
            Self::Set => None,
        }
    }

    fn many(self) -> Opcode {
        match self {
            Self::List => Opcode::Appends,
            Self::Dict => Opcode::SetItems,
            Self::Set => Opcode::AddItems,
        }
    }
}

struct Encoder<'g, 'a> {
    graph: &'g Graph<'a>,
    writer: Writer,
    /// The memo number of each node that was written.
    memo: Vec<Option<u32>>,
    tasks: Vec<Task<'g>>,
    buffers: u32,
    /// What remains of the work: cycles through tuples are written more than once before they close.
    steps: usize,
}

impl<'g> Encoder<'g, '_> {
    fn run(&mut self, task: Task<'g>) -> Result<()> {
        match task {
            Task::Save(id) => self.save(id),
            Task::Batches(items, batch, part) => self.batches(items, batch, part),
            Task::Plain(items, next) => self.plain(items, next),
            Task::EndTuple(id, length) => self.end_tuple(id, length),
            Task::EndFrozenSet(id) => self.end(id, Opcode::FrozenSet, &[Opcode::PopMark]),
            Task::EndSetCall(id) => self.end_set_call(id),
            Task::EndObject(id, object) => self.end_object(id, object),
            Task::Effects(id, next) => self.effects(id, next),
            Task::EndInert(id) => self.end_inert(id),
            Task::Op(opcode) => {
                self.writer.op(opcode);
                Ok(())
            }
        }
    }

    fn remember(&mut self, id: NodeId, number: u32) {
        self.memo[id.index()] = Some(number);
    }

    fn memoize(&mut self, id: NodeId) -> Result<()> {
        let number = self.writer.memoize()?;
        self.remember(id, number);
        Ok(())
    }

    /// Writes a node, or what of it can be written before its parts.
    fn save(&mut self, id: NodeId) -> Result<()> {
        if !self.leaf(id)? {
            self.container(id)?;
        }
        Ok(())
    }

    /// Writes a node that has no parts, or was written before; says whether it did.
    #[inline]
    fn leaf(&mut self, id: NodeId) -> Result<bool> {
        self.steps =
            self.steps.checked_sub(1).ok_or_else(|| Error::data("a cycle that takes too long to write"))?;
        self.writer.boundary();
        let graph = self.graph;
        if let Some(number) = self.memo[id.index()] {
            self.writer.get(number);
            return Ok(true);
        }
        let number = match graph.node(id) {
            Node::None => return self.wrote(|writer| writer.op(Opcode::None)),
            Node::Bool(value) => return self.wrote(|writer| writer.bool(*value)),
            Node::Int(value) => return self.wrote(|writer| writer.int(*value)),
            Node::Float(value) => return self.wrote(|writer| writer.float(*value)),
            Node::BigInt(bytes) => return self.writer.long(bytes).map(|()| true),
            Node::Tuple(items) if items.is_empty() => {
                return self.wrote(|writer| writer.op(Opcode::EmptyTuple));
            }
            Node::Str(text) => self.writer.str(text.as_bytes())?,
            Node::Surrogates(bytes) => self.writer.str(bytes)?,
            Node::Bytes(bytes) => self.writer.bytes(bytes)?,
            Node::ByteArray(bytes) => self.writer.bytearray(bytes)?,
            Node::Complex(real, imaginary) => self.writer.complex(*real, *imaginary)?,
            _ => return Ok(false),
        };
        self.remember(id, number);
        Ok(true)
    }

    fn wrote(&mut self, write: impl FnOnce(&mut Writer)) -> Result<bool> {
        write(&mut self.writer);
        Ok(true)
    }

    fn container(&mut self, id: NodeId) -> Result<()> {
        let graph = self.graph;
        match graph.node(id) {
            Node::List(items) => self.start(id, Opcode::EmptyList, Items::Nodes(items), Batch::List),
            Node::Dict(pairs) => self.start(id, Opcode::EmptyDict, Items::Pairs(pairs), Batch::Dict),
            Node::Set(items) if self.writer.framing() => {
                self.start(id, Opcode::EmptySet, Items::Nodes(items), Batch::Set)
            }
            Node::Set(items) => self.set_call(id, "set", items),
            Node::FrozenSet(items) if !self.writer.framing() => self.set_call(id, "frozenset", items),
            Node::FrozenSet(items) => {
                self.writer.op(Opcode::Mark);
                self.tasks.extend([Task::EndFrozenSet(id), Task::Plain(items, 0)]);
                Ok(())
            }
            Node::Tuple(items) => {
                if items.len() > 3 {
                    self.writer.op(Opcode::Mark);
                }
                self.tasks.extend([Task::EndTuple(id, items.len()), Task::Plain(items, 0)]);
                Ok(())
            }
            Node::Object(object) => {
                self.tasks.push(Task::EndObject(id, object));
                self.tasks.extend(object.keywords.map(Task::Save));
                self.tasks.extend([Task::Save(object.arguments), Task::Save(object.callable)]);
                Ok(())
            }
            _ => self.inert(id),
        }
    }

    /// Nodes that are known outside the pickle.
    fn inert(&mut self, id: NodeId) -> Result<()> {
        let graph = self.graph;
        self.tasks.push(Task::EndInert(id));
        match graph.node(id) {
            Node::Global(global) => {
                let to = self.writer.protocol.number();
                let (module, name) = compat::renamed(global, graph.protocol(), to);
                self.writer.global(module, name)?;
            }
            Node::Extension(code) => self.writer.extension(*code),
            Node::Persistent(pid) => self.tasks.extend([Task::Op(Opcode::BinPersId), Task::Save(*pid)]),
            Node::Buffer { index, readonly } => self.buffer(*index, *readonly)?,
            node => return Err(Error::data(format!("a {} cannot be written", node.kind()))),
        }
        Ok(())
    }

    fn buffer(&mut self, index: u32, readonly: bool) -> Result<()> {
        if self.writer.protocol < Protocol::V5 {
            return Err(Error::data("out-of-band buffers need protocol 5"));
        }
        if index != self.buffers {
            return Err(Error::data("out-of-band buffers are not met in their order"));
        }
        self.buffers += 1;
        self.writer.op(Opcode::NextBuffer);
        if readonly {
            self.writer.op(Opcode::ReadonlyBuffer);
        }
        Ok(())
    }

    /// A buffer may be taken once only; the others need the memo when something happens to them.
    fn end_inert(&mut self, id: NodeId) -> Result<()> {
        let changed = !self.graph.effects(id).is_empty();
        if changed || matches!(self.graph.node(id), Node::Buffer { .. }) {
            self.memoize(id)?;
        }
        self.tasks.push(Task::Effects(id, 0));
        Ok(())
    }

    fn start(&mut self, id: NodeId, opcode: Opcode, items: Items<'g>, batch: Batch) -> Result<()> {
        self.writer.op(opcode);
        self.memoize(id)?;
        self.tasks.push(Task::Batches(items, batch, 0));
        Ok(())
    }

    fn set_call(&mut self, id: NodeId, name: &'static str, items: &'g [NodeId]) -> Result<()> {
        self.writer.builtin(name)?;
        self.writer.op(Opcode::EmptyList);
        self.writer.memoize()?;
        self.tasks.extend([Task::EndSetCall(id), Task::Batches(Items::Nodes(items), Batch::List, 0)]);
        Ok(())
    }

    fn end_set_call(&mut self, id: NodeId) -> Result<()> {
        self.writer.op(Opcode::Tuple1);
        self.writer.memoize()?;
        self.end(id, Opcode::Reduce, &[Opcode::Reduce, Opcode::Pop])
    }

    /// Finishes a node that could not be memoised before its parts. When a cycle wrote it meanwhile, what was prepared
    /// is dropped again.
    fn end(&mut self, id: NodeId, make: Opcode, undo: &[Opcode]) -> Result<()> {
        if let Some(number) = self.memo[id.index()] {
            undo.iter().for_each(|opcode| self.writer.op(*opcode));
            self.writer.get(number);
            return Ok(());
        }
        self.writer.op(make);
        self.memoize(id)
    }

    fn end_tuple(&mut self, id: NodeId, length: usize) -> Result<()> {
        const POPS: [Opcode; 3] = [Opcode::Pop; 3];
        match length {
            1 => self.end(id, Opcode::Tuple1, &POPS[..1]),
            2 => self.end(id, Opcode::Tuple2, &POPS[..2]),
            3 => self.end(id, Opcode::Tuple3, &POPS[..3]),
            _ => self.end(id, Opcode::Tuple, &[Opcode::PopMark]),
        }
    }

    fn end_object(&mut self, id: NodeId, object: &Object) -> Result<()> {
        let make = match (object.how, object.keywords) {
            (How::Call, _) => Opcode::Reduce,
            (How::New, None) => Opcode::NewObj,
            (How::New, Some(_)) if self.writer.framing() => Opcode::NewObjEx,
            _ => return Err(Error::data("instances made with keyword arguments need protocol 4")),
        };
        if self.memo[id.index()].is_none() {
            self.tasks.push(Task::Effects(id, 0));
        }
        self.end(id, make, &[make, Opcode::Pop])
    }

    fn effects(&mut self, id: NodeId, next: usize) -> Result<()> {
        let graph = self.graph;
        let Some(effect) = graph.effects(id).get(next) else { return Ok(()) };
        self.tasks.push(Task::Effects(id, next + 1));
        match effect {
            Effect::State(state) => self.tasks.extend([Task::Op(Opcode::Build), Task::Save(*state)]),
            Effect::Append(items) => self.tasks.push(Task::Batches(Items::Nodes(items), Batch::List, 0)),
            Effect::SetItems(pairs) => self.tasks.push(Task::Batches(Items::Pairs(pairs), Batch::Dict, 0)),
            Effect::AddItems(_) if !self.writer.framing() => {
                return Err(Error::data("items added to an object need protocol 4"));
            }
            Effect::AddItems(items) => self.tasks.push(Task::Batches(Items::Nodes(items), Batch::Set, 0)),
        }
        Ok(())
    }

    fn plain(&mut self, items: &'g [NodeId], mut next: usize) -> Result<()> {
        while let Some(item) = items.get(next) {
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::Plain(items, next));
                return self.container(*item);
            }
        }
        Ok(())
    }

    /// Items in batches of a thousand. Dicts and sets of whole batches end with an empty one, as CPython writes them.
    fn batches(&mut self, items: Items<'g>, batch: Batch, mut part: usize) -> Result<()> {
        let (count, width) = (items.count(), items.width());
        let single = batch.single().filter(|_| count == 1);
        loop {
            if part.is_multiple_of(width) {
                let item = part / width;
                if item > 0 && (item == count || item.is_multiple_of(BATCH)) {
                    self.writer.op(single.unwrap_or(batch.many()));
                }
                if item == count {
                    if item > 0 && item.is_multiple_of(BATCH) && batch != Batch::List {
                        self.writer.op(Opcode::Mark);
                        self.writer.op(batch.many());
                    }
                    return Ok(());
                }
                if single.is_none() && item.is_multiple_of(BATCH) {
                    self.writer.op(Opcode::Mark);
                }
            }
            let id = items.part(part);
            part += 1;
            if !self.leaf(id)? {
                self.tasks.push(Task::Batches(items, batch, part));
                return self.container(id);
            }
        }
    }
}
