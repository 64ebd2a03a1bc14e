//! The pickle machine: a stack, marks and a memo, driven by the parser, building through a [`Builder`].
//!
//! Nothing here recurses, and nothing is executed: what a global, a call or a state means is the builder's to decide.
//! Every instruction pushes at most one object, so the stack, the marks and the memo are bounded by the input.

mod builder;
mod memo;

use std::borrow::Cow;
use std::vec::Drain;

pub use self::builder::Builder;
use self::memo::Memo;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::opcode::Opcode;
use crate::parse::{self, Argument, Frames, Parser};

/// Runs one pickle through a builder and returns the object on top at `STOP`, and how many bytes were read.
///
/// # Errors
///
/// When the bytes are not a pickle (with the offset), the builder refuses, or a limit is reached.
pub fn decode<'a, B: Builder<'a>>(
    input: &'a [u8],
    limits: &Limits,
    builder: &mut B,
) -> Result<(B::Object, usize)> {
    decode_with(input, limits, Frames::Binding, builder)
}

/// As [`decode`], with a choice of what frames mean.
pub(crate) fn decode_with<'a, B: Builder<'a>>(
    input: &'a [u8],
    limits: &Limits,
    frames: Frames,
    builder: &mut B,
) -> Result<(B::Object, usize)> {
    limits.check_bytes(input.len())?;
    let mut machine = Machine {
        parser: Parser::with_limits(input, limits).with_frames(frames),
        builder,
        stack: Vec::with_capacity(16),
        fence: 0,
        open: 0,
        outer: Vec::new(),
        memo: Memo::new(limits.memo),
    };
    match machine.run() {
        Ok(top) => Ok((top, machine.parser.position())),
        Err(error) => Err(error.at_offset(machine.parser.start())),
    }
}

struct Machine<'b, 'a, B: Builder<'a>> {
    parser: Parser<'a>,
    builder: &'b mut B,
    stack: Vec<B::Object>,
    /// The height of the stack at the last open mark, or 0: nothing below it can be taken.
    fence: usize,
    /// How many marks are open.
    open: usize,
    /// The fences of the marks that are open around the last one. Few pickles nest: then there is no such vector.
    outer: Vec<usize>,
    memo: Memo<B::Object>,
}

impl<'a, B: Builder<'a>> Machine<'_, 'a, B> {
    fn run(&mut self) -> Result<B::Object> {
        loop {
            let opcode = self.parser.opcode()?;
            self.builder.at(self.parser.start())?;
            match opcode {
                Opcode::Stop => return self.pop(),
                opcode => self.step(opcode)?,
            }
        }
    }

    /// One row per opcode.
    ///
    /// The most frequent arguments are read here, without the detour through [`Argument`].
    #[inline]
    fn step(&mut self, opcode: Opcode) -> Result<()> {
        match opcode {
            Opcode::ShortBinUnicode => self.parser.sized1().and_then(|bytes| self.text(bytes)),
            Opcode::BinUnicode => self.parser.sized4().and_then(|bytes| self.text(bytes)),
            Opcode::ShortBinBytes => self.parser.sized1().and_then(|bytes| self.bytes(bytes)),
            Opcode::BinBytes => self.parser.sized4().and_then(|bytes| self.bytes(bytes)),
            Opcode::BinInt1 => self.parser.uint1().and_then(|value| self.int(i64::from(value))),
            Opcode::BinInt2 => self.parser.uint2().and_then(|value| self.int(i64::from(value))),
            Opcode::BinInt => self.parser.int4().and_then(|value| self.int(i64::from(value))),
            Opcode::BinFloat => self.parser.float8().and_then(|value| self.float(value)),
            Opcode::BinGet => self.parser.uint1().and_then(|index| self.get(usize::from(index))),
            Opcode::BinPut => self.parser.uint1().and_then(|index| self.put(usize::from(index))),
            Opcode::None => self.made(B::none),
            Opcode::NewTrue => self.made(|builder| builder.boolean(true)),
            Opcode::NewFalse => self.made(|builder| builder.boolean(false)),
            Opcode::Mark => self.mark(),
            Opcode::Frame => self.parser.enter_frame().map(drop),
            Opcode::Proto => self.parser.uint1().and_then(|number| self.proto(number)),
            Opcode::EmptyDict => self.made(B::dict),
            Opcode::EmptySet => self.made(B::set),
            Opcode::EmptyList => self.collect(0, B::list),
            Opcode::EmptyTuple => self.collect(0, B::tuple),
            Opcode::Tuple1 => self.collect(1, B::tuple),
            Opcode::Tuple2 => self.collect(2, B::tuple),
            Opcode::Tuple3 => self.collect(3, B::tuple),
            Opcode::Tuple => self.collect_marked(B::tuple),
            Opcode::List => self.collect_marked(B::list),
            Opcode::FrozenSet => self.collect_marked(B::frozenset),
            Opcode::Dict => self.dict(),
            Opcode::Append => self.extend(1, B::append),
            Opcode::Appends => self.extend_marked(B::append),
            Opcode::SetItem => self.extend(2, B::set_items),
            Opcode::SetItems => self.extend_marked(Self::set_pairs),
            Opcode::AddItems => self.extend_marked(B::add_items),
            Opcode::Pop => self.drop_top(),
            Opcode::PopMark => self.pop_mark().map(|height| self.stack.truncate(height)),
            Opcode::Dup => self.top().map(|top| self.stack.push(top)),
            Opcode::Memoize => self.memoize(),
            Opcode::StackGlobal => {
                self.with_two(|builder, module, name| builder.stack_global(&module, &name))
            }
            Opcode::Reduce => self.with_two(B::call),
            Opcode::NewObj => self.new_object(),
            Opcode::NewObjEx => self.new_object_with_keywords(),
            Opcode::Build => self.build(),
            Opcode::Obj => self.obj(),
            Opcode::BinPersId => self.with_top(B::persistent),
            Opcode::NextBuffer => self.made(B::next_buffer),
            Opcode::ReadonlyBuffer => self.with_top(B::readonly_buffer),
            opcode => match self.parser.argument(opcode) {
                Ok(argument) => self.with_argument(opcode, argument),
                Err(error) if is_text_literal(opcode) && !error.is_truncated() => {
                    self.made(|builder| builder.malformed(error))
                }
                Err(error) => Err(error),
            },
        }
    }

    #[inline]
    fn int(&mut self, value: i64) -> Result<()> {
        self.made(|builder| builder.int(value))
    }

    #[inline]
    fn float(&mut self, value: f64) -> Result<()> {
        self.made(|builder| builder.float(value))
    }

    #[inline]
    fn bytes(&mut self, bytes: &'a [u8]) -> Result<()> {
        self.made(|builder| builder.bytes(Cow::Borrowed(bytes)))
    }

    #[inline]
    fn text(&mut self, bytes: &'a [u8]) -> Result<()> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.made(|builder| builder.borrowed_str(text)),
            Err(_) => self.literal(Opcode::BinUnicode, parse::unicode(bytes)?),
        }
    }

    fn with_argument(&mut self, opcode: Opcode, argument: Argument<'a>) -> Result<()> {
        match opcode {
            Opcode::Put | Opcode::LongBinPut => match argument {
                Argument::Int(index) if index < 0 => Err(Error::syntax("negative PUT argument")),
                argument => memo_index(&argument).and_then(|index| self.put(index)),
            },
            Opcode::Get | Opcode::LongBinGet => memo_index(&argument).and_then(|index| self.get(index)),
            Opcode::Inst => self.inst(argument),
            Opcode::Ext1 | Opcode::Ext2 | Opcode::Ext4 => self.extension(&argument),
            opcode => self.literal(opcode, argument),
        }
    }

    /// The opcodes whose argument is the object.
    fn literal(&mut self, opcode: Opcode, argument: Argument<'a>) -> Result<()> {
        let builder = &mut *self.builder;
        let object = match (opcode, argument) {
            (Opcode::PersId, Argument::Str(text)) => {
                let id = builder.str(text)?;
                builder.persistent(id)
            }
            (Opcode::ByteArray8, Argument::Bytes(bytes)) => builder.bytearray(bytes),
            (Opcode::String | Opcode::BinString | Opcode::ShortBinString, Argument::Bytes(bytes)) => {
                builder.string(bytes)
            }
            (_, Argument::Str(text)) => builder.str(text),
            (_, Argument::Int(value)) => builder.int(value),
            (_, Argument::Float(value)) => builder.float(value),
            (_, Argument::Bytes(bytes)) => builder.bytes(bytes),
            (_, Argument::Long(bytes)) => builder.long(bytes),
            (_, Argument::Bool(value)) => builder.boolean(value),
            (_, Argument::Surrogates(bytes)) => builder.surrogates(bytes),
            (_, Argument::Names(module, name)) => builder.global(module, name),
            (_, Argument::None | Argument::Length(_)) => Err(Error::syntax("an opcode without its argument")),
        }?;
        self.stack.push(object);
        Ok(())
    }

    fn proto(&mut self, number: u8) -> Result<()> {
        if number > 5 {
            return Err(Error::syntax("unsupported pickle protocol, newer than 5"));
        }
        self.builder.protocol(number);
        Ok(())
    }

    #[inline]
    fn made(&mut self, make: impl FnOnce(&mut B) -> Result<B::Object>) -> Result<()> {
        let object = make(self.builder)?;
        self.stack.push(object);
        Ok(())
    }

    #[inline]
    fn mark(&mut self) -> Result<()> {
        if self.open > 0 {
            self.outer.push(self.fence);
        }
        self.open += 1;
        self.fence = self.stack.len();
        Ok(())
    }

    #[inline]
    fn pop_mark(&mut self) -> Result<usize> {
        self.open = self.open.checked_sub(1).ok_or_else(|| Error::syntax("could not find MARK"))?;
        Ok(std::mem::replace(&mut self.fence, self.outer.pop().unwrap_or(0)))
    }

    #[inline]
    fn pop(&mut self) -> Result<B::Object> {
        if self.stack.len() <= self.fence {
            return Err(self.underflow());
        }
        self.stack.pop().ok_or_else(|| self.underflow())
    }

    fn top(&self) -> Result<B::Object> {
        let above = self.stack.get(self.fence..).and_then(|items| items.last());
        above.cloned().ok_or_else(|| self.underflow())
    }

    /// Where the top `count` items start.
    #[inline]
    fn height_below(&self, count: usize) -> Result<usize> {
        let height = self.stack.len().checked_sub(count).filter(|height| *height >= self.fence);
        height.ok_or_else(|| self.underflow())
    }

    #[cold]
    fn underflow(&self) -> Error {
        Error::syntax(if self.open == 0 { "stack underflow" } else { "unexpected MARK found" })
    }

    #[inline]
    fn collect(
        &mut self,
        count: usize,
        make: impl FnOnce(&mut B, Drain<'_, B::Object>) -> Result<B::Object>,
    ) -> Result<()> {
        let height = self.height_below(count)?;
        let object = make(self.builder, self.stack.drain(height..))?;
        self.stack.push(object);
        Ok(())
    }

    #[inline]
    fn collect_marked(
        &mut self,
        make: impl FnOnce(&mut B, Drain<'_, B::Object>) -> Result<B::Object>,
    ) -> Result<()> {
        let height = self.pop_mark()?;
        let object = make(self.builder, self.stack.drain(height..))?;
        self.stack.push(object);
        Ok(())
    }

    /// `DICT`: a dict of the pairs above the mark.
    fn dict(&mut self) -> Result<()> {
        let height = self.pop_mark()?;
        let dict = self.builder.dict()?;
        Self::set_pairs(self.builder, &dict, self.stack.drain(height..))?;
        self.stack.push(dict);
        Ok(())
    }

    #[inline]
    fn set_pairs(builder: &mut B, dict: &B::Object, items: Drain<'_, B::Object>) -> Result<()> {
        if items.len() % 2 != 0 {
            return Err(Error::syntax("odd number of items for a dict"));
        }
        builder.set_items(dict, items)
    }

    /// Gives the top `count` items to the object below them.
    #[inline]
    fn extend(
        &mut self,
        count: usize,
        add: impl FnOnce(&mut B, &B::Object, Drain<'_, B::Object>) -> Result<()>,
    ) -> Result<()> {
        let height = self.height_below(count + 1)?;
        let target = self.stack[height].clone();
        add(self.builder, &target, self.stack.drain(height + 1..))
    }

    /// Gives the items above the mark to the object below it.
    #[inline]
    fn extend_marked(
        &mut self,
        add: impl FnOnce(&mut B, &B::Object, Drain<'_, B::Object>) -> Result<()>,
    ) -> Result<()> {
        let height = self.pop_mark()?;
        if height <= self.fence {
            return Err(self.underflow());
        }
        let target = self.stack[height - 1].clone();
        add(self.builder, &target, self.stack.drain(height..))
    }

    /// `POP` drops the mark when it is on top, as it does in `pickle.py`.
    fn drop_top(&mut self) -> Result<()> {
        if self.open > 0 && self.fence == self.stack.len() {
            return self.pop_mark().map(drop);
        }
        self.pop().map(drop)
    }

    #[inline]
    fn memoize(&mut self) -> Result<()> {
        let top = self.top()?;
        self.memo.push(top)
    }

    #[inline]
    fn put(&mut self, index: usize) -> Result<()> {
        let top = self.top()?;
        self.memo.insert(index, top, self.parser.start())
    }

    #[inline]
    fn get(&mut self, index: usize) -> Result<()> {
        let object = self.memo.get(index).cloned();
        self.stack.push(object.ok_or_else(|| Error::syntax("memo entry that was never stored"))?);
        Ok(())
    }

    fn with_top(&mut self, make: impl FnOnce(&mut B, B::Object) -> Result<B::Object>) -> Result<()> {
        let top = self.pop()?;
        self.made(|builder| make(builder, top))
    }

    fn with_two(
        &mut self,
        make: impl FnOnce(&mut B, B::Object, B::Object) -> Result<B::Object>,
    ) -> Result<()> {
        let second = self.pop()?;
        let first = self.pop()?;
        self.made(|builder| make(builder, first, second))
    }

    fn new_object(&mut self) -> Result<()> {
        self.with_two(|builder, class, arguments| builder.new_object(class, arguments, None))
    }

    fn new_object_with_keywords(&mut self) -> Result<()> {
        let keywords = self.pop()?;
        self.with_two(|builder, class, arguments| builder.new_object(class, arguments, Some(keywords)))
    }

    fn build(&mut self) -> Result<()> {
        let state = self.pop()?;
        let object = self.top()?;
        self.builder.build(&object, state)?;
        match self.builder.foreign(self.parser.remaining()) {
            0 => {}
            count => self.parser.step_over(count),
        }
        Ok(())
    }

    fn inst(&mut self, argument: Argument<'a>) -> Result<()> {
        let Argument::Names(module, name) = argument else {
            return Err(Error::syntax("INST without a class"));
        };
        if !module.is_ascii() || !name.is_ascii() {
            return Err(Error::syntax("the class of INST is not ASCII"));
        }
        let class = self.builder.global(module, name)?;
        self.collect_marked(|builder, items| builder.instance(class, items))
    }

    fn obj(&mut self) -> Result<()> {
        let height = self.pop_mark()?;
        let class = self.stack.get(height).cloned().ok_or_else(|| Error::syntax("stack underflow"))?;
        let object = self.builder.instance(class, self.stack.drain(height + 1..))?;
        self.stack[height] = object;
        Ok(())
    }

    fn extension(&mut self, argument: &Argument<'a>) -> Result<()> {
        let code = match argument {
            Argument::Int(code) => i32::try_from(*code).ok().filter(|code| *code > 0),
            _ => None,
        };
        let code = code.ok_or_else(|| Error::syntax("EXT specifies code <= 0"))?;
        self.made(|builder| builder.extension(code))
    }
}

/// Whether the argument is an object in the form of a line, which was read even when it is malformed.
fn is_text_literal(opcode: Opcode) -> bool {
    matches!(
        opcode,
        Opcode::Int | Opcode::Long | Opcode::Float | Opcode::String | Opcode::Unicode | Opcode::PersId
    )
}

fn memo_index(argument: &Argument<'_>) -> Result<usize> {
    let index = match argument {
        Argument::Int(index) => usize::try_from(*index).ok(),
        _ => None,
    };
    index.ok_or_else(|| Error::syntax("memo index out of range"))
}
