//! Graph to bytes, in the order and with the memo numbers of CPython's pickler, without recursion.

mod again;
mod inert;
mod items;
mod memo;
mod shared;

use std::collections::{HashMap, HashSet};

use self::again::Again;
use self::inert::Buffers;
use self::items::{Batch, Items, Kind};
use self::memo::Memo;
use self::shared::SharedNames;
use super::BATCH;
use super::frames::Sink;
use super::writer::Writer;
use crate::error::{Error, Result};
use crate::graph::{Graph, Node, NodeId, Object};
use crate::opcode::Opcode;
use crate::protocol::Protocol;

/// Writes a graph, into the sink if there is one.
pub(crate) fn encode(graph: &Graph<'_>, protocol: Protocol, sink: Option<Sink<'_>>) -> Result<Vec<u8>> {
    let mut encoder = Encoder {
        graph,
        writer: Writer::new(protocol, graph.length(), sink),
        memo: Memo::new(graph.node_count()),
        longs: HashSet::new(),
        long_globals: HashMap::new(),
        names: SharedNames::default(),
        tasks: vec![Task::Save(graph.root())],
        buffers: Buffers::default(),
        again: Again::default(),
        steps: graph.length().saturating_add(64).saturating_mul(64),
    };
    while let Some(task) = encoder.tasks.pop() {
        encoder.run(task)?;
    }
    encoder.writer.finish()
}

/// Integers of more bytes are fetched from the memo from the third time on. CPython memoises none, but reads them.
const SHARED_INTEGER: usize = 32;

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
    /// The end of the arguments of a call, which are no node: so many.
    EndArguments(usize),
    /// Keyword arguments where there are none.
    NoKeywords,
    EndObject(NodeId, Object),
    Effects(NodeId, usize),
    EndInert(NodeId),
    Op(Opcode),
}

struct Encoder<'g, 'a, 'w> {
    graph: &'g Graph<'a>,
    writer: Writer<'w>,
    /// The memo number of each node that was written.
    memo: Memo,
    /// The integers above [`SHARED_INTEGER`] that were written once.
    longs: HashSet<NodeId>,
    /// The memo numbers of globals of long names, by the address and length of module and name.
    long_globals: HashMap<[usize; 4], u32>,
    names: SharedNames,
    tasks: Vec<Task<'g>>,
    buffers: Buffers,
    again: Again,
    /// What remains of the work: cycles through tuples are written more than once before they close.
    steps: usize,
}

impl<'g> Encoder<'g, '_, '_> {
    fn run(&mut self, task: Task<'g>) -> Result<()> {
        match task {
            Task::Save(id) => self.save(id),
            Task::Batches(items, batch, part) => self.batches(items, batch, part),
            Task::Plain(items, next) => self.plain(items, next),
            Task::EndTuple(id, length) => self.end_tuple(id, length),
            Task::EndFrozenSet(id) => self.end_frozenset(id),
            Task::EndSetCall(id) => self.end_set_call(id),
            Task::EndArguments(length) => self.writer.end_tuple(length),
            Task::NoKeywords => {
                self.writer.empty(Opcode::EmptyDict);
                Ok(())
            }
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
        self.memo.set(id, number);
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
    ///
    /// First what is never memoised, without a look at the memo: mostly that is most of a pickle.
    #[inline]
    fn leaf(&mut self, id: NodeId) -> Result<bool> {
        self.spend(1)?;
        self.writer.boundary()?;
        let node = self.graph.node(id);
        match node {
            Node::None => self.writer.op(Opcode::None),
            Node::Bool(value) => self.writer.bool(value),
            Node::Int(value) => self.writer.int(value),
            Node::Float(value) => self.writer.float(value),
            Node::Tuple([]) => self.writer.empty(Opcode::EmptyTuple),
            _ => return self.memoised_leaf(id, node),
        }
        Ok(true)
    }

    #[inline]
    fn memoised_leaf(&mut self, id: NodeId, node: Node<'_>) -> Result<bool> {
        if let Some(number) = self.memo.get(id) {
            self.writer.get(number);
            return Ok(true);
        }
        let number = match node {
            Node::Str(text) => self.str(text)?,
            Node::BigInt(bytes) => return self.long(id, bytes).map(|()| true),
            Node::Surrogates(bytes) => self.writer.str(bytes)?,
            Node::Bytes(bytes) => self.bytes(bytes)?,
            Node::ByteArray(bytes) => self.writer.bytearray(bytes)?,
            Node::Complex(real, imaginary) => self.writer.complex(real, imaginary)?,
            _ => return Ok(false),
        };
        self.remember(id, number);
        Ok(true)
    }

    /// A string, which may have been written as part of the name of a global.
    #[inline]
    fn str(&mut self, text: &str) -> Result<u32> {
        if let Some(number) = self.names.get(text) {
            self.writer.get(number);
            return Ok(number);
        }
        let number = self.writer.str(text.as_bytes())?;
        self.names.insert(text, number);
        Ok(number)
    }

    /// Bytes. CPython makes a single object of all that are empty; of one byte, when it reads a call of `encode`.
    fn bytes(&mut self, bytes: &[u8]) -> Result<u32> {
        if bytes.is_empty() || self.graph.protocol() < 3 {
            return self.writer.shared_bytes(bytes);
        }
        self.writer.bytes(bytes)
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
            Node::List(items) => self.start(id, Opcode::EmptyList, Items::Nodes(items), Kind::List),
            Node::Dict(pairs) => self.start(id, Opcode::EmptyDict, Items::Pairs(pairs), Kind::Dict),
            Node::Set(items) if self.writer.framing() => {
                self.start(id, Opcode::EmptySet, Items::Nodes(items), Kind::Set)
            }
            Node::Set(items) => self.set_call(id, "set", items),
            Node::FrozenSet(items) if !self.writer.framing() => self.set_call(id, "frozenset", items),
            Node::FrozenSet(items) => {
                self.writer.op(Opcode::Mark);
                self.tasks.extend([Task::EndFrozenSet(id), Task::Plain(items, 0)]);
                Ok(())
            }
            Node::Tuple(items) => {
                self.writer.start_tuple(items.len());
                self.tasks.extend([Task::EndTuple(id, items.len()), Task::Plain(items, 0)]);
                Ok(())
            }
            Node::Object(object) => self.object(id, object),
            _ => self.inert(id),
        }
    }

    fn start(&mut self, id: NodeId, opcode: Opcode, items: Items<'g>, kind: Kind) -> Result<()> {
        match opcode {
            Opcode::EmptySet => self.writer.op(opcode),
            _ => self.writer.empty(opcode),
        }
        self.memoize(id)?;
        self.tasks.push(Task::Batches(items, Batch::of_container(kind), 0));
        Ok(())
    }

    fn set_call(&mut self, id: NodeId, name: &'static str, items: &'g [NodeId]) -> Result<()> {
        self.writer.start_call(name, 1)?;
        self.writer.boundary()?;
        self.writer.empty(Opcode::EmptyList);
        self.writer.memoize()?;
        let batches = Task::Batches(Items::Nodes(items), Batch::of_container(Kind::List), 0);
        self.tasks.extend([Task::EndSetCall(id), batches]);
        Ok(())
    }

    fn end_set_call(&mut self, id: NodeId) -> Result<()> {
        self.writer.end_tuple(1)?;
        self.end_made(id, Opcode::Reduce)
    }

    /// Makes an object of the items on the stack, as they could not wait for it. When a cycle through one of them wrote
    /// it meanwhile, it is dropped again and fetched from the memo.
    fn end_made(&mut self, id: NodeId, make: Opcode) -> Result<()> {
        self.writer.op(make);
        let Some(number) = self.memo.get(id) else { return self.memoize(id) };
        self.writer.op(Opcode::Pop);
        self.writer.get(number);
        Ok(())
    }

    /// A tuple or frozenset that a cycle through its own items wrote meanwhile: its items are dropped.
    fn end_tuple(&mut self, id: NodeId, length: usize) -> Result<()> {
        let opcode = self.writer.tuple_opcode(length);
        let Some(number) = self.memo.get(id) else {
            self.writer.op(opcode);
            return self.memoize(id);
        };
        if opcode == Opcode::Tuple {
            self.writer.pop_mark(length);
        } else {
            (0..length).for_each(|_| self.writer.op(Opcode::Pop));
        }
        self.writer.get(number);
        Ok(())
    }

    fn end_frozenset(&mut self, id: NodeId) -> Result<()> {
        let Some(number) = self.memo.get(id) else {
            self.writer.op(Opcode::FrozenSet);
            return self.memoize(id);
        };
        self.writer.op(Opcode::PopMark);
        self.writer.get(number);
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

    /// Writes the floats that come first, up to the end of the frame; gives how many.
    fn floats(&mut self, nodes: &[NodeId]) -> Result<usize> {
        let graph = self.graph;
        self.writer.boundary()?;
        let count = self.writer.floats(nodes.iter().map_while(|id| graph.float(*id)));
        self.spend(count)?;
        Ok(count)
    }

    /// Spends steps, of which cycles must not need too many.
    #[inline]
    fn spend(&mut self, steps: usize) -> Result<()> {
        let rest = self.steps.checked_sub(steps);
        self.steps = rest.ok_or_else(|| Error::data("a cycle that takes too long to write"))?;
        Ok(())
    }

    fn batches(&mut self, items: Items<'g>, batch: Batch, mut part: usize) -> Result<()> {
        let (count, width, is_text) = (items.count(), items.width(), self.writer.is_text());
        loop {
            if part.is_multiple_of(width) {
                let item = part / width;
                if let Some(opcode) = batch.close(item, count, is_text) {
                    self.writer.op(opcode);
                }
                if item == count {
                    if batch.ends_empty(count) && !is_text {
                        self.writer.op(Opcode::Mark);
                        self.writer.op(batch.kind.many());
                    }
                    return Ok(());
                }
                if batch.opens(item, count) && !is_text {
                    self.writer.op(Opcode::Mark);
                }
            }
            let id = items.part(part);
            if let (Some(_), Items::Nodes(nodes), false) = (self.graph.float(id), items, is_text) {
                let end = count.min(part - part % BATCH + BATCH);
                part += self.floats(&nodes[part..end])?;
                continue;
            }
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
    use crate::{Value, to_vec_with};

    fn sized(opcode: u8, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![opcode];
        bytes.extend(u32::try_from(data.len()).unwrap_or(0).to_le_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn runs_of_floats_are_written_as_one_by_one() -> Result<()> {
        for (length, other) in [1, 2, 15, 16, 17, 999, 1000, 1001, 20_000]
            .into_iter()
            .flat_map(|length| [(length, 7), (length, usize::MAX)])
        {
            let items = (1..=length).map(|place| match place % other {
                0 => Value::Int(7),
                _ => Value::Float(1.0 / f64::from(u32::try_from(place).unwrap_or(1))),
            });
            let list = Value::List(items.collect());
            for protocol in Protocol::ALL {
                let expected = to_vec_with(&list, protocol)?;
                let graph = Graph::from_slice(&expected)?;
                let mut pieces = Vec::new();
                graph.to_writer(&mut pieces, protocol)?;
                assert!(graph.to_vec(protocol)? == expected, "{length} {protocol:?}");
                assert!(pieces == expected, "{length} {protocol:?} in pieces");
            }
        }
        Ok(())
    }

    #[test]
    fn a_shared_integer_is_not_written_again_and_again() -> Result<()> {
        let long = sized(Opcode::Long4.byte(), &[0x7f; 100_000]);
        let pickle =
            [b"(".to_vec(), long, b"\x94".to_vec(), b"h\x00".repeat(10_000), b"t.".to_vec()].concat();
        let graph = Graph::from_slice(&pickle)?;
        assert!(graph.to_vec(Protocol::V1).is_err_and(|error| error.is_data()));
        for protocol in [Protocol::V2, Protocol::V3, Protocol::V4, Protocol::V5] {
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
