//! Values that need several opcodes: globals, and what older protocols have only as calls of constructors.
//!
//! The calls, their memo entries included, are those of CPython's `save_bytes`, `save_bytearray` and `save_reduce`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use super::compat;
use super::frames::Sink;
use super::names::Names;
use super::output::Output;
use crate::error::Result;
use crate::opcode::Opcode;
use crate::protocol::Protocol;

/// How long the keys of dicts are at most that are shared, in bytes, and how many are remembered for it.
const SHARED_KEY: usize = 64;
const SHARED_KEYS: usize = 4096;

/// How many classes a global is looked for in, one inside of the other.
const NESTED: usize = 16;

/// An [`Output`] that also remembers the globals and names it wrote.
pub(super) struct Writer<'w> {
    output: Output<'w>,
    globals: HashMap<(String, String), u32>,
    names: Names,
    /// The memo numbers of the bytes that are single objects in CPython: of none, and of one each.
    single_bytes: HashMap<Option<u8>, u32>,
}

impl<'w> Writer<'w> {
    /// With room for about so many bytes as are expected.
    pub(super) fn new(protocol: Protocol, expected: usize, sink: Option<Sink<'w>>) -> Self {
        Self {
            output: Output::new(protocol, expected, sink),
            globals: HashMap::new(),
            names: Names::default(),
            single_bytes: HashMap::new(),
        }
    }

    pub(super) fn finish(self) -> Result<Vec<u8>> {
        self.output.finish()
    }

    /// A string that is likely to come again: written once, then fetched from the memo.
    #[inline]
    pub(super) fn name(&mut self, name: Cow<'static, str>) -> Result<u32> {
        self.output.boundary()?;
        if let Some(number) = self.names.find(&name) {
            self.output.get(number);
            return Ok(number);
        }
        self.output.text(name.as_bytes())?;
        let number = self.output.memoize()?;
        self.names.insert(name, number);
        Ok(number)
    }

    /// A key of a dict. Short ones are shared with other dicts, as they are in Python, where nearly all come from literals,
    /// from attributes or from a parser that shares them.
    #[inline]
    pub(super) fn key(&mut self, text: &str) -> Result<u32> {
        if text.len() > SHARED_KEY {
            return self.str(text.as_bytes());
        }
        if let Some(number) = self.names.find(text) {
            self.output.get(number);
            return Ok(number);
        }
        self.output.text(text.as_bytes())?;
        let number = self.output.memoize()?;
        if self.names.count() < SHARED_KEYS {
            self.names.insert(Cow::Owned(text.to_owned()), number);
        }
        Ok(number)
    }

    /// A string, memoised. Those of at most one Latin-1 character are single objects in CPython, so they are shared.
    #[inline]
    pub(super) fn str(&mut self, utf8: &[u8]) -> Result<u32> {
        match utf8 {
            [] | [_] | [0xc2 | 0xc3, _] => self.single(utf8),
            _ => {
                self.output.text(utf8)?;
                self.output.memoize()
            }
        }
    }

    fn single(&mut self, utf8: &[u8]) -> Result<u32> {
        let text = String::from_utf8_lossy(utf8); // valid: one character or none
        match self.names.find(&text) {
            Some(number) => {
                self.output.get(number);
                Ok(number)
            }
            None => self.name(Cow::Owned(text.into_owned())),
        }
    }

    /// A global, under the name that the pickle's protocol asks for; its memo number.
    pub(super) fn global(&mut self, module: &str, name: &str) -> Result<u32> {
        if let Some(number) = self.known_global(module, name) {
            return Ok(number);
        }
        if self.framing() {
            self.name(Cow::Owned(module.to_owned()))?;
            self.name(Cow::Owned(name.to_owned()))?;
        }
        self.end_global(module, name)
    }

    /// Fetches a global that was written before.
    pub(super) fn known_global(&mut self, module: &str, name: &str) -> Option<u32> {
        let number = *self.globals.get(&(module.to_owned(), name.to_owned()))?;
        self.output.get(number);
        Some(number)
    }

    /// A global, memoised; from protocol 4 its names are on the stack.
    pub(super) fn end_global(&mut self, module: &str, name: &str) -> Result<u32> {
        if self.framing() {
            self.output.op(Opcode::StackGlobal);
        } else {
            self.output.global_lines(module, name)?;
        }
        let number = self.output.memoize()?;
        self.globals.insert((module.to_owned(), name.to_owned()), number);
        Ok(number)
    }

    /// A global inside of classes, before protocol 4: `getattr(getattr(module.A, 'B'), 'C')`; its memo number.
    pub(super) fn nested_global(&mut self, module: &str, name: &str) -> Result<u32> {
        let ends: Vec<usize> = name.match_indices('.').map(|(dot, _)| dot).chain([name.len()]).collect();
        let known = |end: &usize| self.globals.contains_key(&(module.to_owned(), name[..*end].to_owned()));
        // Deeper ones are not looked for: each look costs as much as the name is long.
        let start = if ends.len() <= NESTED { ends.iter().rposition(known).unwrap_or(0) } else { 0 };
        for _ in &ends[start + 1..] {
            self.start_call("getattr", 2)?;
        }
        self.output.boundary()?;
        let mut number = self.global(module, &name[..ends[start]])?;
        for pair in ends[start..].windows(2) {
            self.output.boundary()?;
            self.str(&name.as_bytes()[pair[0] + 1..pair[1]])?;
            number = self.end_call(2)?;
            self.globals.insert((module.to_owned(), name[..pair[1]].to_owned()), number);
        }
        Ok(number)
    }

    pub(super) fn builtin(&mut self, name: &'static str) -> Result<()> {
        self.output.boundary()?;
        let global = compat::builtin(name);
        let (module, name) = compat::renamed(global, 3, self.protocol.number());
        self.global(module, name).map(drop)
    }

    /// A builtin that is to be called; its arguments come next.
    pub(super) fn start_call(&mut self, builtin: &'static str, arguments: usize) -> Result<()> {
        self.builtin(builtin)?;
        self.output.boundary()?;
        if arguments > 0 {
            self.output.start_tuple(arguments);
        }
        Ok(())
    }

    /// Calls what [`Self::start_call`] wrote with the arguments on the stack and memoises the result.
    pub(super) fn end_call(&mut self, arguments: usize) -> Result<u32> {
        self.end_tuple(arguments)?;
        self.output.op(Opcode::Reduce);
        self.output.memoize()
    }

    /// The tuple of `length` items on the stack, memoised.
    pub(super) fn end_tuple(&mut self, length: usize) -> Result<()> {
        if length == 0 {
            self.output.empty(Opcode::EmptyTuple);
            return Ok(());
        }
        let tuple = self.output.tuple_opcode(length);
        self.output.op(tuple);
        self.output.memoize().map(drop)
    }

    /// Bytes, memoised.
    pub(super) fn bytes(&mut self, data: &[u8]) -> Result<u32> {
        if self.protocol >= Protocol::V3 {
            self.output.bytes(data)?;
            return self.output.memoize();
        }
        if data.is_empty() {
            self.start_call("bytes", 0)?;
            return self.end_call(0);
        }
        self.start_call("encode", 2)?;
        let text: String = data.iter().copied().map(char::from).collect();
        self.output.boundary()?;
        self.str(text.as_bytes())?;
        self.name(Cow::Borrowed("latin1"))?;
        self.end_call(2)
    }

    /// Bytes of which CPython has a single object if there are fewer than two.
    pub(super) fn shared_bytes(&mut self, data: &[u8]) -> Result<u32> {
        if data.len() > 1 {
            return self.bytes(data);
        }
        let single = data.first().copied();
        if let Some(number) = self.single_bytes.get(&single) {
            self.output.get(*number);
            return Ok(*number);
        }
        let number = self.bytes(data)?;
        self.single_bytes.insert(single, number);
        Ok(number)
    }

    /// A bytearray, memoised.
    pub(super) fn bytearray(&mut self, data: &[u8]) -> Result<u32> {
        if self.protocol >= Protocol::V5 {
            self.output.bytearray(data)?;
            return self.output.memoize();
        }
        let arguments = usize::from(!data.is_empty());
        self.start_call("bytearray", arguments)?;
        if arguments > 0 {
            self.output.boundary()?;
            self.bytes(data)?;
        }
        self.end_call(arguments)
    }

    /// A complex number, memoised.
    pub(super) fn complex(&mut self, real: f64, imaginary: f64) -> Result<u32> {
        self.start_call("complex", 2)?;
        self.output.boundary()?;
        self.output.float(real);
        self.output.boundary()?;
        self.output.float(imaginary);
        self.end_call(2)
    }
}

impl<'w> Deref for Writer<'w> {
    type Target = Output<'w>;

    fn deref(&self) -> &Output<'w> {
        &self.output
    }
}

impl<'w> DerefMut for Writer<'w> {
    fn deref_mut(&mut self) -> &mut Output<'w> {
        &mut self.output
    }
}
