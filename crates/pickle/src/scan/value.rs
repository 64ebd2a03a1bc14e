//! The objects of the abstract interpreter: what a scanner must know about a value, and no more.

use std::num::NonZeroU64;

/// An object of the pickle. Small and copied: containers are not kept, as nothing can be called from within one without
/// a name that is judged where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    /// A number, `None`, a bool, a list or a set: nothing that is a name or is called.
    Plain,
    /// A number that may be a length.
    Int(i32),
    Str(Span),
    Bytes(Span),
    /// A text or bytes that do not stand in the input as they are, by number.
    Owned(u32),
    /// `_codecs.encode(text, 'latin1')`: the bytes of older protocols.
    Encoded(Span),
    /// The same of a text that does not stand in the input as it is.
    EncodedOwned(u32),
    /// A dict, by number.
    Dict(u32),
    /// A tuple: where its first items are kept, and how many it has.
    Tuple {
        start: u32,
        length: u32,
    },
    /// A global, or an attribute of one: its entry.
    Global(u32),
    /// What a call of an entry gave.
    Made(u32),
    /// `numpy.dtype(…)`, with the bytes an item takes, or 0 for Python objects.
    Dtype(u32),
    /// What an `attrgetter` or `methodcaller` was made with, by number.
    Getter(u32),
    /// A persistent id, an extension, a buffer: it may be anything.
    Anything,
}

/// A value in one word, as the stack and the memo hold it: what is copied from one to the other is read as it was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed(NonZeroU64);

/// What a length may have of the word, beside four bits for the kind and 32 for a place or number.
const LENGTH: u32 = (1 << 28) - 1;

impl From<Value> for Packed {
    #[inline]
    fn from(value: Value) -> Self {
        let (kind, number, length) = match value {
            Value::Plain => (1, 0, 0),
            Value::Int(number) => (2, number.cast_unsigned(), 0),
            Value::Str(span) => (3, span.start, span.length),
            Value::Bytes(span) => (4, span.start, span.length),
            Value::Owned(owned) => (5, owned, 0),
            Value::Encoded(span) => (6, span.start, span.length),
            Value::EncodedOwned(owned) => (7, owned, 0),
            Value::Dict(dict) => (8, dict, 0),
            Value::Tuple { start, length } => (9, start, length.min(LENGTH)),
            Value::Global(entry) => (GLOBAL, entry, 0),
            Value::Made(entry) => (11, entry, 0),
            Value::Dtype(size) => (12, size, 0),
            Value::Getter(getter) => (GETTER, getter, 0),
            Value::Anything => (14, 0, 0),
        };
        let word = u64::from(number) << 32 | u64::from(length) << 4 | kind;
        Self(NonZeroU64::new(word).unwrap_or(NonZeroU64::MIN)) // no kind is 0
    }
}

/// The kinds that are asked for before a value is unpacked.
const GLOBAL: u64 = 10;
const GETTER: u64 = 13;

impl Packed {
    /// Whether it is a global or a getter: what may be judged by its arguments.
    #[inline]
    pub(super) fn is_function(self) -> bool {
        matches!(self.0.get() & 15, GLOBAL | GETTER)
    }

    #[inline]
    pub(super) fn value(self) -> Value {
        let word = self.0.get();
        let part = |word: u64| u32::try_from(word).unwrap_or(u32::MAX);
        let (number, length) = (part(word >> 32), part(word >> 4 & u64::from(LENGTH)));
        let span = Span { start: number, length };
        match word & 15 {
            1 => Value::Plain,
            2 => Value::Int(number.cast_signed()),
            3 => Value::Str(span),
            4 => Value::Bytes(span),
            5 => Value::Owned(number),
            6 => Value::Encoded(span),
            7 => Value::EncodedOwned(number),
            8 => Value::Dict(number),
            9 => Value::Tuple { start: number, length },
            GLOBAL => Value::Global(number),
            11 => Value::Made(number),
            12 => Value::Dtype(number),
            GETTER => Value::Getter(number),
            _ => Value::Anything,
        }
    }
}

/// Bytes of the input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) length: u32,
}

impl Span {
    /// Where `part` stands in `input`, if it does, is not beyond 4 GiB and is shorter than 256 MiB.
    #[inline]
    pub(super) fn of(part: &[u8], input: &[u8]) -> Option<Self> {
        let start = part.as_ptr().addr().checked_sub(input.as_ptr().addr())?;
        if start.checked_add(part.len())? > input.len() {
            return None;
        }
        let length = u32::try_from(part.len()).ok().filter(|length| *length <= LENGTH)?;
        Some(Self { start: u32::try_from(start).ok()?, length })
    }

    pub(super) fn bytes(self, input: &[u8]) -> &[u8] {
        let start = index(self.start);
        input.get(start..start.saturating_add(index(self.length))).unwrap_or_default()
    }
}

#[inline]
pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_of_a_word_as_they_went_in() {
        let span = Span { start: u32::MAX, length: LENGTH };
        for value in [
            Value::Plain,
            Value::Int(0),
            Value::Int(i32::MIN),
            Value::Str(span),
            Value::Bytes(span),
            Value::Owned(u32::MAX),
            Value::Encoded(span),
            Value::EncodedOwned(0),
            Value::Dict(u32::MAX),
            Value::Tuple { start: 0, length: LENGTH },
            Value::Global(1),
            Value::Made(u32::MAX),
            Value::Dtype(8),
            Value::Getter(2),
            Value::Anything,
        ] {
            assert_eq!(Packed::from(value).value(), value);
            let is_function = matches!(value, Value::Global(_) | Value::Getter(_));
            assert_eq!(Packed::from(value).is_function(), is_function);
        }
        let long = Packed::from(Value::Tuple { start: 7, length: u32::MAX }).value();
        assert_eq!(long, Value::Tuple { start: 7, length: LENGTH });
    }
}
