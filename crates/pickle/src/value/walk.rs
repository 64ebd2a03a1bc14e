//! Copies and comparisons of values of any depth: what is still to do lies in a `Vec`, not on the stack.

use std::slice::Iter;

use super::{Dict, Items, Value};

/// What a container holds, in order: items, or keys and values in turn.
enum Parts<'v> {
    Items(Iter<'v, Value>),
    /// The pairs, and the value of the key that was given last.
    Pairs(Iter<'v, (Value, Value)>, Option<&'v Value>),
}

impl<'v> Iterator for Parts<'v> {
    type Item = &'v Value;

    fn next(&mut self) -> Option<&'v Value> {
        match self {
            Self::Items(items) => items.next(),
            Self::Pairs(pairs, value) => value.take().or_else(|| {
                let (key, second) = pairs.next()?;
                *value = Some(second);
                Some(key)
            }),
        }
    }
}

impl Value {
    /// Whether it is a container that is not empty.
    pub(super) fn has_parts(&self) -> bool {
        match self {
            Self::Dict(dict) => !dict.is_empty(),
            other => other.items().is_some_and(|items| !items.is_empty()),
        }
    }

    fn parts(&self) -> Parts<'_> {
        match self {
            Self::Dict(dict) => Parts::Pairs(dict.iter(), None),
            other => Parts::Items(other.items().unwrap_or_default().iter()),
        }
    }

    /// Whether two values are equal but for what they contain.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::BigInt(left), Self::BigInt(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => left == right,
            (Self::Complex(left, i), Self::Complex(right, j)) => (left, i) == (right, j),
            (Self::Str(left), Self::Str(right)) => left == right,
            (Self::Surrogates(left), Self::Surrogates(right))
            | (Self::Bytes(left), Self::Bytes(right))
            | (Self::ByteArray(left), Self::ByteArray(right)) => left == right,
            (Self::List(left), Self::List(right))
            | (Self::Tuple(left), Self::Tuple(right))
            | (Self::Set(left), Self::Set(right))
            | (Self::FrozenSet(left), Self::FrozenSet(right)) => left.len() == right.len(),
            (Self::Dict(left), Self::Dict(right)) => left.len() == right.len(),
            _ => false,
        }
    }

    /// A copy of what contains nothing; of a container one that is empty and has room.
    fn bare_copy(&self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Bool(value) => Self::Bool(*value),
            Self::Int(value) => Self::Int(*value),
            Self::BigInt(value) => Self::BigInt(value.clone()),
            Self::Float(value) => Self::Float(*value),
            Self::Complex(real, imaginary) => Self::Complex(*real, *imaginary),
            Self::Str(text) => Self::Str(text.clone()),
            Self::Surrogates(bytes) => Self::Surrogates(bytes.clone()),
            Self::Bytes(bytes) => Self::Bytes(bytes.clone()),
            Self::ByteArray(bytes) => Self::ByteArray(bytes.clone()),
            Self::List(items) => Self::List(Items::with_capacity(items.len())),
            Self::Tuple(items) => Self::Tuple(Items::with_capacity(items.len())),
            Self::Set(items) => Self::Set(Items::with_capacity(items.len())),
            Self::FrozenSet(items) => Self::FrozenSet(Items::with_capacity(items.len())),
            Self::Dict(dict) => Self::Dict(Dict(Vec::with_capacity(dict.len()))),
        }
    }
}

/// Equality of the trees: see [`Value`].
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        let mut open: Vec<(Parts<'_>, Parts<'_>)> = Vec::new();
        let (mut left, mut right) = (self, other);
        loop {
            if !left.is_like(right) {
                return false;
            }
            if left.has_parts() {
                open.push((left.parts(), right.parts()));
            }
            (left, right) = loop {
                let Some((lefts, rights)) = open.last_mut() else { return true };
                match lefts.next().zip(rights.next()) {
                    Some(pair) => break pair,
                    None => open.pop(),
                };
            };
        }
    }
}

/// A container that is being copied.
struct Copying<'v> {
    parts: Parts<'v>,
    made: Value,
}

impl Copying<'_> {
    /// Adds the copy of the part that was taken last.
    fn add(&mut self, copy: Value) {
        match (&mut self.made, &self.parts) {
            (Value::Dict(dict), Parts::Pairs(_, Some(_))) => dict.0.push((copy, Value::None)),
            (Value::Dict(dict), _) => {
                if let Some(pair) = dict.0.last_mut() {
                    pair.1 = copy;
                }
            }
            (
                Value::List(items) | Value::Tuple(items) | Value::Set(items) | Value::FrozenSet(items),
                Parts::Items(_),
            ) => items.push(copy),
            _ => {}
        }
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        let mut open: Vec<Copying<'_>> = Vec::new();
        let mut source = self;
        loop {
            let mut copy = source.bare_copy();
            if source.has_parts() {
                open.push(Copying { parts: source.parts(), made: copy });
            } else {
                let Some(outer) = open.last_mut() else { return copy };
                outer.add(copy);
            }
            source = loop {
                let Some(Copying { parts, made }) = open.last_mut() else { return Self::None };
                if let Some(part) = parts.next() {
                    break part;
                }
                copy = std::mem::take(made);
                open.pop();
                match open.last_mut() {
                    Some(outer) => outer.add(copy),
                    None => return copy,
                }
            };
        }
    }
}
