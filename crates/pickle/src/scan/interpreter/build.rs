//! What each instruction does to the abstract values.

use std::borrow::Cow;
use std::vec::Drain;

use super::state::is_special_key;
use super::{Foreign, Interpreter};
use crate::decode::Builder;
use crate::error::{Error, Result};
use crate::scan::Grade;
use crate::scan::value::{Span, Value};

/// How many instructions of a pickle are looked at. Each can put an object on the stack, so this bounds its memory.
const MOST_INSTRUCTIONS: usize = 3 << 23;

/// How many bytes the interpreter keeps beside the stack and the memo.
const MOST_MEMORY: usize = 1 << 28;

impl<'a> Builder<'a> for Interpreter<'a, '_> {
    type Object = Value;

    #[inline]
    fn at(&mut self, offset: usize) -> Result<()> {
        self.offset = offset;
        self.instructions += 1;
        let enough = self.instructions.is_multiple_of(1024)
            && (self.instructions > MOST_INSTRUCTIONS || self.weight() > MOST_MEMORY);
        if enough { Err(Error::limit("nodes", MOST_INSTRUCTIONS)) } else { Ok(()) }
    }

    fn malformed(&mut self, _error: Error) -> Result<Value> {
        Ok(Value::Anything)
    }

    fn foreign(&mut self, rest: &'a [u8]) -> usize {
        match self.foreign.take() {
            None => 0,
            Some(Foreign::Bytes { length, aligned }) => {
                let padding =
                    if aligned { rest.first().map_or(0, |count| 1 + usize::from(*count)) } else { 0 };
                padding.saturating_add(length).min(rest.len())
            }
            Some(Foreign::Pickle) => {
                let mut parser = crate::parse::Parser::new(rest);
                while let Some(Ok(_)) = parser.next() {}
                let length = parser.position().min(rest.len());
                self.look_into(Cow::Borrowed(&rest[..length]));
                length
            }
        }
    }

    fn protocol(&mut self, number: u8) {
        self.protocol = number;
    }

    #[inline]
    fn none(&mut self) -> Result<Value> {
        Ok(Value::Plain)
    }

    #[inline]
    fn boolean(&mut self, _value: bool) -> Result<Value> {
        Ok(Value::Plain)
    }

    #[inline]
    fn int(&mut self, value: i64) -> Result<Value> {
        Ok(i32::try_from(value).map_or(Value::Plain, Value::Int))
    }

    fn long(&mut self, _bytes: Cow<'a, [u8]>) -> Result<Value> {
        Ok(Value::Plain)
    }

    #[inline]
    fn float(&mut self, _value: f64) -> Result<Value> {
        Ok(Value::Plain)
    }

    fn str(&mut self, text: Cow<'a, str>) -> Result<Value> {
        match text {
            Cow::Borrowed(text) => self.borrowed_str(text),
            Cow::Owned(text) => Ok(self.own(Cow::Owned(text.into_bytes()))),
        }
    }

    #[inline]
    fn borrowed_str(&mut self, text: &'a str) -> Result<Value> {
        Ok(match Span::of(text.as_bytes(), self.input) {
            Some(span) => Value::Str(span),
            None => self.own(Cow::Borrowed(text.as_bytes())),
        })
    }

    fn surrogates(&mut self, bytes: Cow<'a, [u8]>) -> Result<Value> {
        Ok(self.own(bytes))
    }

    fn string(&mut self, bytes: Cow<'a, [u8]>) -> Result<Value> {
        match bytes {
            Cow::Borrowed(bytes) if let Ok(text) = std::str::from_utf8(bytes) => {
                self.str(Cow::Borrowed(text))
            }
            bytes => self.bytes(bytes),
        }
    }

    fn bytes(&mut self, bytes: Cow<'a, [u8]>) -> Result<Value> {
        Ok(match Span::of(&bytes, self.input) {
            Some(span) => Value::Bytes(span),
            None => self.own(bytes),
        })
    }

    fn bytearray(&mut self, bytes: Cow<'a, [u8]>) -> Result<Value> {
        self.bytes(bytes)
    }

    #[inline]
    fn list(&mut self, items: Drain<'_, Value>) -> Result<Value> {
        self.hide(items.as_slice());
        Ok(Value::Plain)
    }

    #[inline]
    fn tuple(&mut self, items: Drain<'_, Value>) -> Result<Value> {
        self.hide(items.as_slice());
        Ok(self.keep(items.as_slice()))
    }

    #[inline]
    fn dict(&mut self) -> Result<Value> {
        self.dicts = self.dicts.wrapping_add(1);
        Ok(Value::Dict(self.dicts))
    }

    fn set(&mut self) -> Result<Value> {
        Ok(Value::Plain)
    }

    fn frozenset(&mut self, items: Drain<'_, Value>) -> Result<Value> {
        self.list(items)
    }

    #[inline]
    fn append(&mut self, list: &Value, items: Drain<'_, Value>) -> Result<()> {
        self.hide(items.as_slice());
        if !matches!(list, Value::Plain) && items.len() > 0 {
            self.change(*list, "items", Grade::Unknown);
        }
        Ok(())
    }

    #[inline]
    fn set_items(&mut self, dict: &Value, items: Drain<'_, Value>) -> Result<()> {
        let pairs = items.as_slice();
        let Value::Dict(dict) = *dict else {
            self.hide(pairs);
            self.change(*dict, "items", Grade::Dangerous);
            return Ok(());
        };
        let mut special = false;
        for pair in pairs.chunks_exact(2) {
            if let Value::Global(_) | Value::Getter(_) = pair[1] {
                self.hide(&pair[1..]);
            }
            if let Value::Str(key) = pair[0] {
                special |= is_special_key(key.bytes(self.input));
            }
        }
        if special {
            self.note_special(dict, pairs);
        }
        Ok(())
    }

    fn add_items(&mut self, set: &Value, items: Drain<'_, Value>) -> Result<()> {
        self.append(set, items)
    }

    fn global(&mut self, module: &'a str, name: &'a str) -> Result<Value> {
        Ok(Value::Global(self.entry(Cow::Borrowed(module), Cow::Borrowed(name))))
    }

    fn stack_global(&mut self, module: &Value, name: &Value) -> Result<Value> {
        let (Some(module3), Some(name3)) = (self.name_text(*module), self.name_text(*name)) else {
            let (module, name) = (*module, *name);
            self.danger("what is named cannot be seen", |this| {
                format!("a global named by {} and {}", this.shown(module), this.shown(name))
            });
            return Ok(Value::Anything);
        };
        Ok(Value::Global(self.entry(module3, name3)))
    }

    #[inline]
    fn call(&mut self, callable: Value, arguments: Value) -> Result<Value> {
        if let Some(made) = self.ordinary_call(callable) {
            return Ok(made);
        }
        let arguments = self.arguments(arguments);
        Ok(self.judge_call(callable, &arguments))
    }

    fn instance(&mut self, class: Value, arguments: Drain<'_, Value>) -> Result<Value> {
        self.hide(arguments.as_slice());
        Ok(self.judge_call(class, arguments.as_slice()))
    }

    fn new_object(&mut self, class: Value, arguments: Value, keywords: Option<Value>) -> Result<Value> {
        if let Some(made) = self.ordinary_call(class) {
            return Ok(made);
        }
        let mut arguments = self.arguments(arguments);
        arguments.extend(keywords);
        Ok(self.judge_call(class, &arguments))
    }

    fn build(&mut self, object: &Value, state: Value) -> Result<()> {
        self.change(*object, "state", Grade::Dangerous);
        self.set_state(*object, state);
        Ok(())
    }

    fn persistent(&mut self, id: Value) -> Result<Value> {
        self.report(Grade::Unknown, "the program that loads it decides what this is", |this| {
            let words = match id {
                Value::Tuple { .. } => this.shown_all(&this.arguments(id)),
                id => this.shown(id),
            };
            ["persistent id ", &words].concat()
        });
        Ok(Value::Anything)
    }

    fn extension(&mut self, code: i32) -> Result<Value> {
        self.report(Grade::Unknown, "a name that only the program knows that loads it", |_| {
            format!("extension code {code}")
        });
        Ok(Value::Anything)
    }

    fn next_buffer(&mut self) -> Result<Value> {
        Ok(Value::Anything)
    }

    fn readonly_buffer(&mut self, buffer: Value) -> Result<Value> {
        Ok(buffer)
    }
}
