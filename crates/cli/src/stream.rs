//! The pickles of a file, one after another.

use onggi_pickle::{Error, Graph, Node, NodeId, ReadOptions, join};

use crate::failure::Failure;
use crate::input::{Input, Text};

/// How the pickles of a file are read.
pub(crate) struct Reading {
    pub(crate) options: ReadOptions,
    /// What strings of Python 2 are, if the command line says it.
    pub(crate) encoding: Option<Text>,
    /// Whether strings that are not ASCII are taken as Latin-1 when it does not.
    pub(crate) only_looks: bool,
    /// Whether the first pickle is enough.
    pub(crate) first_only: bool,
}

/// A pickle, and the bytes of the input that it takes.
pub(crate) struct Pickle<'g> {
    pub(crate) graph: &'g Graph<'g>,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether it was read without those before it.
    alone: bool,
}

impl Reading {
    /// Calls `each` for the pickles in their order. Pickles that a Pickler wrote one after another may share its memo:
    /// where one cannot be read alone, the rest is read with those before.
    pub(crate) fn each(
        &self,
        input: &Input,
        mut each: impl FnMut(Pickle<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (mut start, mut count) = (0, 0);
        loop {
            let read = self.read(&input.bytes[start..]).map_err(|error| error.after(start));
            let graph = match read {
                Err(error) if count > 0 && self.each_joined(input, count, &mut each)?.is_none() => {
                    return input.told(Err(error));
                }
                Err(_) if count > 0 => return Ok(()),
                read => input.told(read)?,
            };
            let end = start + graph.length();
            each(Pickle { graph: &graph, start, end, alone: true })?;
            (start, count) = (end, count + 1);
            if self.first_only || start >= input.bytes.len() {
                return Ok(());
            }
        }
    }

    /// A result of the library about a pickle of this input: an error says where in it, or at least which pickle.
    pub(crate) fn told_of<T>(
        &self,
        input: &Input,
        pickle: &Pickle<'_>,
        result: Result<T, Error>,
    ) -> Result<T, Failure> {
        let options = self.options.strings(self.encoding.unwrap_or(Text::Ascii).into());
        let located = |error: Error| match input.bytes.get(pickle.start..).filter(|_| pickle.alone) {
            Some(bytes) => error.located_in(bytes, &options).after(pickle.start),
            None => error,
        };
        input.told_of(pickle.start, result.map_err(located))
    }

    fn read<'a>(&self, bytes: &'a [u8]) -> Result<Graph<'a>, Error> {
        Text::read(self.encoding, self.only_looks, bytes, self.options)
    }

    /// The pickles from the one of this number on, which share a memo with those before; `None` when they do not.
    fn each_joined(
        &self,
        input: &Input,
        first: usize,
        each: &mut impl FnMut(Pickle<'_>) -> Result<(), Failure>,
    ) -> Result<Option<()>, Failure> {
        let Ok(joined) = join(&input.bytes) else { return Ok(None) };
        let Ok(mut graph) = self.read(&joined.pickle) else { return Ok(None) };
        let roots: Vec<NodeId> = match graph.node(graph.root()) {
            Node::Tuple(roots) if roots.len() == joined.starts.len() => roots.to_vec(),
            _ => return Ok(None),
        };
        let ends = joined.starts.iter().copied().skip(1).chain([input.bytes.len()]);
        for ((root, start), end) in roots.into_iter().zip(joined.starts.iter().copied()).zip(ends).skip(first)
        {
            graph.set_root(root);
            each(Pickle { graph: &graph, start, end, alone: false })?;
        }
        Ok(Some(()))
    }
}
