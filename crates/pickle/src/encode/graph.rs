//! Graph to bytes, in the order and with the memo numbers of CPython's pickler, without recursion.

use std::collections::{HashMap, HashSet};

use super::writer::Writer;
use super::{BATCH, compat};
use crate::error::{Error, Result};
use crate::graph::{Effect, Global, Graph, How, Node, NodeId, Object};
use crate::opcode::Opcode;
use crate::protocol::Protocol;

/// Writes a graph.
pub(crate) fn encode(graph: &Graph<'_>, protocol: Protocol) -> Result<Vec<u8>> {
    let mut encoder = Encoder {
        graph,
        writer: Writer::new(protocol),
        memo: vec![None; graph.node_count()],
        longs: HashSet::new(),
        long_globals: HashMap::new(),
        tasks: vec![Task::Save(graph.root())],
        buffers: 0,
        steps: graph.length().saturating_add(64).saturating_mul(64),
    };
    while let Some(task) = encoder.tasks.pop() {
        encoder.run(task)?;
    }
    Ok(encoder.writer.finish())
}

/// Integers of more bytes are fetched from the memo from the third time on. CPython memoises none, but reads them.
const SHARED_INTEGER: usize = 32;

/// Globals of longer names are known by where the names stand, so that thousands of them are not hashed again and again.
const LONG_GLOBAL: usize = 128;

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
    EndObject(NodeId, Object),
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
    /// The integers above [`SHARED_INTEGER`] that were written once.
    longs: HashSet<NodeId>,
    /// The memo numbers of globals above [`LONG_GLOBAL`], by the address and length of module and name.
    long_globals: HashMap<[usize; 4], u32>,
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
            Node::Bool(value) => return self.wrote(|writer| writer.bool(value)),
            Node::Int(value) => return self.wrote(|writer| writer.int(value)),
            Node::Float(value) => return self.wrote(|writer| writer.float(value)),
            Node::BigInt(bytes) => return self.long(id, bytes).map(|()| true),
            Node::Tuple([]) => {
                return self.wrote(|writer| writer.op(Opcode::EmptyTuple));
            }
            Node::Str(text) => self.writer.str(text.as_bytes())?,
            Node::Surrogates(bytes) => self.writer.str(bytes)?,
            Node::Bytes(bytes) => self.writer.bytes(bytes)?,
            Node::ByteArray(bytes) => self.writer.bytearray(bytes)?,
            Node::Complex(real, imaginary) => self.writer.complex(real, imaginary)?,
            _ => return Ok(false),
        };
        self.remember(id, number);
        Ok(true)
    }

    fn wrote(&mut self, write: impl FnOnce(&mut Writer)) -> Result<bool> {
        write(&mut self.writer);
        Ok(true)
    }

    /// An integer, memoised when it is written a second time and is long.
    fn long(&mut self, id: NodeId, bytes: &[u8]) -> Result<()> {
        self.writer.long(bytes)?;
        if bytes.len() > SHARED_INTEGER && !self.longs.insert(id) {
            self.memoize(id)?;
        }
        Ok(())
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
            Node::Global(global) => self.global(id, global)?,
            Node::Extension(code) => self.writer.extension(code),
            Node::Persistent(pid) => self.tasks.extend([Task::Op(Opcode::BinPersId), Task::Save(pid)]),
            Node::Buffer { index, readonly } => self.buffer(index, readonly)?,
            node => return Err(Error::data(format!("a {} cannot be written", node.kind()))),
        }
        Ok(())
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
            _ => {
                let to = self.writer.protocol.number();
                let (module, name) = compat::renamed(global, self.graph.protocol(), to);
                self.writer.global(module, name)?
            }
        };
        if is_long {
            self.long_globals.insert(place, number);
        }
        self.remember(id, number);
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

    fn end_object(&mut self, id: NodeId, object: Object) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn sized(opcode: u8, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![opcode];
        bytes.extend(u32::try_from(data.len()).unwrap_or(0).to_le_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn a_shared_integer_is_not_written_again_and_again() -> Result<()> {
        let long = sized(Opcode::Long4.byte(), &[0x7f; 100_000]);
        let pickle =
            [b"(".to_vec(), long, b"\x94".to_vec(), b"h\x00".repeat(10_000), b"t.".to_vec()].concat();
        let graph = Graph::from_slice(&pickle)?;
        for protocol in Protocol::ALL {
            let output = graph.to_vec(protocol)?;
            assert!(output.len() < 300_000, "{protocol:?}: {}", output.len());
            let again = Graph::from_slice(&output)?;
            let Node::Tuple(items) = again.node(again.root()) else { return Err(Error::data("no tuple")) };
            let long = |id: &NodeId| matches!(again.node(*id), Node::BigInt(bytes) if bytes.len() == 100_000);
            assert!(items.len() == 10_001 && items.iter().all(long));
        }
        Ok(())
    }

    #[test]
    fn a_global_of_a_long_name_is_written_once() -> Result<()> {
        let name = vec![b'a'; 200_000];
        let line = [b"(c", &name[..], b"\nb\n\x94", &b"h\x00".repeat(50_000), b"t."].concat();
        let strings = [
            b"(",
            &sized(b'X', &name)[..],
            b"\x94X\x01\0\0\0b\x94",
            &b"h\x00h\x01\x93".repeat(50_000),
            b"t.",
        ];
        for pickle in [line, strings.concat()] {
            let graph = Graph::from_slice(&pickle)?;
            let start = Instant::now();
            for protocol in Protocol::ALL {
                assert!(graph.to_vec(protocol)?.len() < 1_000_000);
            }
            assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        }
        Ok(())
    }

    #[test]
    fn a_global_that_is_changed_keeps_its_effects() -> Result<()> {
        let graph = Graph::from_slice(b"(ca\nb\n\x94Nbh\x00K\x01bh\x00t.")?;
        let output = graph.to_vec(Protocol::V2)?;
        let again = Graph::from_slice(&output)?;
        let Node::Tuple(items) = again.node(again.root()) else { return Err(Error::data("no tuple")) };
        assert_eq!((items[0], again.effects(items[0]).len()), (items[2], 2));
        Ok(())
    }
}
