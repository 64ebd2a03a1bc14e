//! Pickles rewritten as pickles: smaller, or in another protocol.

use std::collections::{HashMap, HashSet};

use crate::encode::{FRAME_TARGET, Frames};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::opcode::Opcode;
use crate::options::ReadOptions;
use crate::parse::{Argument, Op, Parser};
use crate::protocol::Protocol;

/// Makes pickles smaller that load as the same objects: what is never fetched from the memo is no longer stored there,
/// and the frames are laid out anew.
///
/// The input may hold several pickles, one after another; so does the output then. What `pickletools.optimize` makes of
/// the first pickle is what this makes of it, but for one thing: a pickle that would become longer, as one of protocol 4
/// without frames, stays as it is.
///
/// # Errors
///
/// When some of the input is not a pickle, its last bytes included, with the offset.
///
/// # Examples
///
/// ```
/// // pickle.dumps(("a", "b"), 2), in which nothing comes twice
/// let pickle = b"\x80\x02X\x01\0\0\0aq\0X\x01\0\0\0bq\x01\x86q\x02.";
/// assert_eq!(onggi_pickle::optimize(pickle)?, b"\x80\x02X\x01\0\0\0aX\x01\0\0\0b\x86.");
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
pub fn optimize(input: &[u8]) -> Result<Vec<u8>> {
    each(input, optimized)
}

/// Writes pickles in another protocol, as objects that load as equal to theirs and share as they do.
///
/// The input may hold several pickles, one after another; so does the output then. Python 2 strings become what the
/// options make of them. Globals are renamed between Python 2 and 3 as CPython does it.
///
/// # Errors
///
/// When some of the input is not a pickle, its last bytes included, with the offset; when the protocol cannot hold an
/// object; when a limit is reached.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Protocol, ReadOptions, convert};
///
/// let protocol0 = b"(lp0\nI1\naI01\na."; // [1, True]
/// assert_eq!(convert(protocol0, &ReadOptions::default(), Protocol::V2)?, b"\x80\x02]q\0(K\x01\x88e.");
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
pub fn convert(input: &[u8], options: &ReadOptions, protocol: Protocol) -> Result<Vec<u8>> {
    each(input, |rest| {
        let graph = Graph::from_slice_with(rest, options)?;
        Ok((graph.to_vec(protocol)?, graph.length()))
    })
}

/// Rewrites all pickles of a stream; `rewrite` gives the new one and the length of the old one.
fn each(input: &[u8], rewrite: impl Fn(&[u8]) -> Result<(Vec<u8>, usize)>) -> Result<Vec<u8>> {
    let (mut output, mut start) = (Vec::new(), 0);
    loop {
        let (pickle, length) = rewrite(&input[start..]).map_err(|error| {
            let offset = error.offset().unwrap_or(0) + start;
            error.without_offset().at_offset(offset)
        })?;
        start += length;
        if output.is_empty() && start == input.len() {
            return Ok(pickle);
        }
        output.extend_from_slice(&pickle);
        if start == input.len() {
            return Ok(output);
        }
    }
}

fn optimized(input: &[u8]) -> Result<(Vec<u8>, usize)> {
    let summary = Summary::of(input)?;
    let pickle = rewritten(input, &summary)?;
    let old = &input[..summary.length];
    Ok((if pickle.len() > old.len() { old.to_vec() } else { pickle }, old.len()))
}

/// What must be known of a pickle before it is written again.
#[derive(Default)]
struct Summary {
    /// The memo entries that are fetched.
    used: HashSet<i64>,
    /// The highest protocol that it names or fetches with.
    protocol: u8,
    /// The length of the instruction that names the protocol, if that is the first.
    header: usize,
    length: usize,
}

impl Summary {
    fn of(input: &[u8]) -> Result<Self> {
        let (mut summary, mut parser) = (Self::default(), Parser::new(input));
        while let Some(op) = parser.next().transpose()? {
            match op.opcode {
                Opcode::Get | Opcode::BinGet | Opcode::LongBinGet => {
                    summary.used.insert(index(&op)?);
                    summary.protocol = summary.protocol.max(op.opcode.info().protocol);
                }
                Opcode::Proto => {
                    let named = u8::try_from(index(&op)?).unwrap_or(u8::MAX);
                    summary.protocol = summary.protocol.max(named);
                    if op.offset == 0 {
                        summary.header = parser.position();
                    }
                }
                _ => {}
            }
        }
        summary.length = parser.position();
        Ok(summary)
    }
}

fn rewritten(input: &[u8], summary: &Summary) -> Result<Vec<u8>> {
    let mut rewriter = Rewriter {
        summary,
        frames: Frames::new(&input[..summary.header], summary.protocol >= 4, 0, None),
        stored: Stored::default(),
        numbers: HashMap::new(),
        next: 0,
    };
    let mut parser = Parser::new(input);
    while let Some(op) = parser.next().transpose()? {
        match op.opcode {
            Opcode::Frame => {}
            Opcode::Proto if op.offset == 0 => {}
            Opcode::Put | Opcode::BinPut | Opcode::LongBinPut => rewriter.put(index(&op)?)?,
            Opcode::Memoize => rewriter.put(rewriter.stored.count())?,
            Opcode::Get | Opcode::BinGet | Opcode::LongBinGet => rewriter.get(&op)?,
            _ => rewriter.copy(&input[op.offset..parser.position()])?,
        }
    }
    rewriter.frames.finish()
}

struct Rewriter<'s> {
    summary: &'s Summary,
    frames: Frames<'static>,
    stored: Stored,
    /// New memo numbers by old ones.
    numbers: HashMap<i64, u32>,
    next: u32,
}

impl Rewriter<'_> {
    fn put(&mut self, index: i64) -> Result<()> {
        self.stored.insert(index);
        if !self.summary.used.contains(&index) {
            return Ok(());
        }
        self.frames.boundary()?;
        match self.summary.protocol {
            4.. => self.frames.write(&[Opcode::Memoize.byte()]),
            protocol => self.frames.put(self.next, protocol == 0),
        }
        self.numbers.insert(index, self.next);
        self.next = self.next.checked_add(1).ok_or_else(|| Error::limit("memo", usize::MAX))?;
        Ok(())
    }

    fn get(&mut self, op: &Op<'_>) -> Result<()> {
        let number = self.numbers.get(&index(op)?).copied();
        let number =
            number.ok_or_else(|| Error::syntax("memo entry that was never stored").at_offset(op.offset))?;
        self.frames.boundary()?;
        self.frames.get(number, self.summary.protocol == 0);
        Ok(())
    }

    fn copy(&mut self, instruction: &[u8]) -> Result<()> {
        self.frames.boundary()?;
        if instruction.len() > FRAME_TARGET {
            return self.frames.outside(&[], instruction);
        }
        self.frames.write(instruction);
        Ok(())
    }
}

/// The number that an instruction of the memo, or one that names the protocol, has as argument.
fn index(op: &Op<'_>) -> Result<i64> {
    match op.argument {
        Argument::Int(index) => Ok(index),
        _ => Err(Error::syntax("memo index out of range").at_offset(op.offset)),
    }
}

/// Which memo entries were stored: mostly those that follow each other from 0.
#[derive(Default)]
struct Stored {
    dense: i64,
    sparse: HashSet<i64>,
}

impl Stored {
    fn insert(&mut self, index: i64) {
        if index == self.dense {
            self.dense += 1;
            while self.sparse.remove(&self.dense) {
                self.dense += 1;
            }
        } else if !(0..self.dense).contains(&index) {
            self.sparse.insert(index);
        }
    }

    /// Where the unpickler stores next when it is not told where.
    fn count(&self) -> i64 {
        self.dense + i64::try_from(self.sparse.len()).unwrap_or(i64::MAX)
    }
}
