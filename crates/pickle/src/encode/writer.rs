//! Values that need several opcodes: globals, and what older protocols have only as calls of constructors.
//!
//! The calls, their memo entries included, are those of CPython's `save_bytes`, `save_bytearray` and `save_reduce`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use super::compat;
use super::names::Names;
use super::output::Output;
use crate::error::Result;
use crate::opcode::Opcode;
use crate::protocol::Protocol;

/// An [`Output`] that also remembers the globals and names it wrote.
pub(super) struct Writer {
    output: Output,
    globals: HashMap<(String, String), u32>,
    names: Names,
}

impl Writer {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self { output: Output::new(protocol), globals: HashMap::new(), names: Names::default() }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.output.finish()
    }

    /// A string that is likely to come again: written once, then fetched from the memo.
    #[inline]
    pub(super) fn name(&mut self, name: Cow<'static, str>) -> Result<u32> {
        if let Some(number) = self.names.find(&name) {
            self.output.get(number);
            return Ok(number);
        }
        self.output.text(name.as_bytes())?;
        let number = self.output.memoize()?;
        self.names.insert(name, number);
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
        let key = (module.to_owned(), name.to_owned());
        if let Some(number) = self.globals.get(&key) {
            self.output.get(*number);
            return Ok(*number);
        }
        if self.framing() {
            self.name(Cow::Owned(module.to_owned()))?;
            self.name(Cow::Owned(name.to_owned()))?;
            self.output.op(Opcode::StackGlobal);
        } else {
            self.output.global_lines(module, name)?;
        }
        let number = self.output.memoize()?;
        self.globals.insert(key, number);
        Ok(number)
    }

    pub(super) fn builtin(&mut self, name: &'static str) -> Result<()> {
        let global = compat::builtin(name);
        let (module, name) = compat::renamed(global, 3, self.protocol.number());
        self.global(module, name).map(drop)
    }

    /// Makes a call of the callable and the arguments on the stack and memoises the result.
    pub(super) fn call(&mut self, arguments: Opcode) -> Result<u32> {
        self.output.op(arguments);
        if arguments != Opcode::EmptyTuple {
            self.output.memoize()?;
        }
        self.output.op(Opcode::Reduce);
        self.output.memoize()
    }

    /// Bytes, memoised.
    pub(super) fn bytes(&mut self, data: &[u8]) -> Result<u32> {
        if self.protocol >= Protocol::V3 {
            self.output.bytes(data)?;
            return self.output.memoize();
        }
        if data.is_empty() {
            self.builtin("bytes")?;
            return self.call(Opcode::EmptyTuple);
        }
        self.builtin("encode")?;
        let text: String = data.iter().copied().map(char::from).collect();
        self.str(text.as_bytes())?;
        self.name(Cow::Borrowed("latin1"))?;
        self.call(Opcode::Tuple2)
    }

    /// A bytearray, memoised.
    pub(super) fn bytearray(&mut self, data: &[u8]) -> Result<u32> {
        if self.protocol >= Protocol::V5 {
            self.output.bytearray(data);
            return self.output.memoize();
        }
        self.builtin("bytearray")?;
        if data.is_empty() {
            return self.call(Opcode::EmptyTuple);
        }
        self.bytes(data)?;
        self.call(Opcode::Tuple1)
    }

    /// A complex number, memoised.
    pub(super) fn complex(&mut self, real: f64, imaginary: f64) -> Result<u32> {
        self.builtin("complex")?;
        self.output.float(real);
        self.output.float(imaginary);
        self.call(Opcode::Tuple2)
    }
}

impl Deref for Writer {
    type Target = Output;

    fn deref(&self) -> &Output {
        &self.output
    }
}

impl DerefMut for Writer {
    fn deref_mut(&mut self) -> &mut Output {
        &mut self.output
    }
}
