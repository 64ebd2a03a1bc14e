//! What each instruction does to the abstract values.

use std::borrow::Cow;
use std::vec::Drain;

use super::state::is_special_key;
use super::{Foreign, Interpreter};
use crate::decode::Builder;
use crate::error::{Error, Result};
use crate::scan::Grade;
use crate::scan::value::{Packed, Span, Value, index};

/// How many instructions of a pickle are looked at. Each can put an object on the stack, so this bounds its memory.
const MOST_INSTRUCTIONS: usize = 3 << 23;

/// How many bytes the interpreter keeps beside the stack and the memo.
const MOST_MEMORY: usize = 1 << 28;

/// After how many instructions it is asked whether they are too many.
pub(super) const UNCHECKED: u32 = 1024;

impl Interpreter<'_, '_> {
    /// Refuses more than is looked at.
    #[cold]
    fn check(&mut self) -> Result<()> {
        self.rounds += 1;
        self.unchecked = UNCHECKED;
        let enough = self.rounds > MOST_INSTRUCTIONS / index(UNCHECKED) || self.weight() > MOST_MEMORY;
        if enough { Err(Error::limit("nodes", MOST_INSTRUCTIONS)) } else { Ok(()) }
    }
}

impl<'a> Builder<'a> for Interpreter<'a, '_> {
    type Object = Packed;

    #[inline]
    fn at(&mut self, offset: usize) -> Result<()> {
        self.offset = offset;
        self.unchecked -= 1;
        if self.unchecked == 0 { self.check() } else { Ok(()) }
    }

    fn malformed(&mut self, _error: Error) -> Result<Packed> {
        Ok(Value::Anything.into())
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
    fn none(&mut self) -> Result<Packed> {
        Ok(Value::Plain.into())
    }

    #[inline]
    fn boolean(&mut self, _value: bool) -> Result<Packed> {
        Ok(Value::Plain.into())
    }

    #[inline]
    fn int(&mut self, value: i64) -> Result<Packed> {
        Ok(i32::try_from(value).map_or(Value::Plain, Value::Int).into())
    }

    fn long(&mut self, _bytes: Cow<'a, [u8]>) -> Result<Packed> {
        Ok(Value::Plain.into())
    }

    #[inline]
    fn float(&mut self, _value: f64) -> Result<Packed> {
        Ok(Value::Plain.into())
    }

    fn str(&mut self, text: Cow<'a, str>) -> Result<Packed> {
        match text {
            Cow::Borrowed(text) => self.borrowed_str(text),
            Cow::Owned(text) => Ok(self.own(Cow::Owned(text.into_bytes())).into()),
        }
    }

    #[inline]
    fn borrowed_str(&mut self, text: &'a str) -> Result<Packed> {
        let Some(span) = Span::of(text.as_bytes(), self.input) else {
            return Ok(self.own(Cow::Borrowed(text.as_bytes())).into());
        };
        self.recent[usize::from(self.second)] = text;
        self.second = !self.second;
        Ok(Value::Str(span).into())
    }

    fn surrogates(&mut self, bytes: Cow<'a, [u8]>) -> Result<Packed> {
        Ok(self.own(bytes).into())
    }

    fn string(&mut self, bytes: Cow<'a, [u8]>) -> Result<Packed> {
        match bytes {
            Cow::Borrowed(bytes) if let Ok(text) = std::str::from_utf8(bytes) => {
                self.str(Cow::Borrowed(text))
            }
            bytes => self.bytes(bytes),
        }
    }

    fn bytes(&mut self, bytes: Cow<'a, [u8]>) -> Result<Packed> {
        let span = Span::of(&bytes, self.input);
        Ok(span.map_or_else(|| self.own(bytes), Value::Bytes).into())
    }

    fn bytearray(&mut self, bytes: Cow<'a, [u8]>) -> Result<Packed> {
        self.bytes(bytes)
    }

    #[inline]
    fn list(&mut self, items: Drain<'_, Packed>) -> Result<Packed> {
        self.hide(items.as_slice());
        Ok(Value::Plain.into())
    }

    #[inline]
    fn tuple(&mut self, items: Drain<'_, Packed>) -> Result<Packed> {
        self.hide(items.as_slice());
        Ok(self.keep(items.as_slice()).into())
    }

    #[inline]
    fn dict(&mut self) -> Result<Packed> {
        self.dicts = self.dicts.wrapping_add(1);
        Ok(Value::Dict(self.dicts).into())
    }

    fn set(&mut self) -> Result<Packed> {
        Ok(Value::Plain.into())
    }

    fn frozenset(&mut self, items: Drain<'_, Packed>) -> Result<Packed> {
        self.list(items)
    }

    #[inline]
    fn append(&mut self, list: &Packed, items: Drain<'_, Packed>) -> Result<()> {
        self.hide(items.as_slice());
        if let list @ Value::Global(_) = list.value()
            && items.len() > 0
        {
            self.change(list, "items", Grade::Unknown);
        }
        Ok(())
    }

    #[inline]
    fn set_items(&mut self, dict: &Packed, items: Drain<'_, Packed>) -> Result<()> {
        let pairs = items.as_slice();
        let dict = match dict.value() {
            Value::Dict(dict) => dict,
            other => {
                self.hide(pairs);
                self.change(other, "items", Grade::Dangerous);
                return Ok(());
            }
        };
        let mut special = false;
        for pair in pairs.chunks_exact(2) {
            if pair[1].is_function() {
                self.hide(&pair[1..]);
            }
            if let Value::Str(key) = pair[0].value() {
                special |= is_special_key(key.bytes(self.input));
            }
        }
        if special {
            self.note_special(dict, pairs);
        }
        Ok(())
    }

    fn add_items(&mut self, set: &Packed, items: Drain<'_, Packed>) -> Result<()> {
        self.append(set, items)
    }

    fn global(&mut self, module: &'a str, name: &'a str) -> Result<Packed> {
        Ok(Value::Global(self.entry(Cow::Borrowed(module), Cow::Borrowed(name))).into())
    }

    fn stack_global(&mut self, module: &Packed, name: &Packed) -> Result<Packed> {
        let (module, name) = (module.value(), name.value());
        let (Some(module3), Some(name3)) = (self.name_text(module), self.name_text(name)) else {
            self.danger("what is named cannot be seen", |this| {
                format!("a global named by {} and {}", this.shown(module), this.shown(name))
            });
            return Ok(Value::Anything.into());
        };
        Ok(Value::Global(self.entry(module3, name3)).into())
    }

    #[inline]
    fn call(&mut self, callable: Packed, arguments: Packed) -> Result<Packed> {
        let callable = callable.value();
        if let Some(made) = self.ordinary_call(callable) {
            return Ok(made.into());
        }
        let arguments = self.arguments(arguments.value());
        Ok(self.judge_call(callable, &arguments).into())
    }

    fn instance(&mut self, class: Packed, arguments: Drain<'_, Packed>) -> Result<Packed> {
        self.hide(arguments.as_slice());
        let arguments: Vec<Value> = arguments.as_slice().iter().map(|argument| argument.value()).collect();
        Ok(self.judge_call(class.value(), &arguments).into())
    }

    fn new_object(&mut self, class: Packed, arguments: Packed, keywords: Option<Packed>) -> Result<Packed> {
        let class = class.value();
        if let Some(made) = self.ordinary_call(class) {
            return Ok(made.into());
        }
        let mut arguments = self.arguments(arguments.value());
        arguments.extend(keywords.map(Packed::value));
        Ok(self.judge_call(class, &arguments).into())
    }

    fn build(&mut self, object: &Packed, state: Packed) -> Result<()> {
        let object = object.value();
        self.change(object, "state", Grade::Dangerous);
        self.set_state(object, state.value());
        Ok(())
    }

    fn persistent(&mut self, id: Packed) -> Result<Packed> {
        self.report(Grade::Unknown, "the program that loads it decides what this is", |this| {
            let words = match id.value() {
                Value::Tuple { .. } => this.shown_all(&this.arguments(id.value())),
                id => this.shown(id),
            };
            ["persistent id ", &words].concat()
        });
        Ok(Value::Anything.into())
    }

    fn extension(&mut self, code: i32) -> Result<Packed> {
        self.report(Grade::Unknown, "a name that only the program knows that loads it", |_| {
            format!("extension code {code}")
        });
        Ok(Value::Anything.into())
    }

    fn next_buffer(&mut self) -> Result<Packed> {
        Ok(Value::Anything.into())
    }

    fn readonly_buffer(&mut self, buffer: Packed) -> Result<Packed> {
        Ok(buffer)
    }
}
