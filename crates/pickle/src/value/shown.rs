//! Values in words, as `{:?}` has them: levels beyond the limit of readers are cut, as `fmt` recurses.

use std::fmt::{Debug, Formatter, Result};

use super::{Dict, Items, Value};
use crate::limits::DEPTH;

impl Debug for Value {
    /// Names of variants and what they hold, with `…` for what lies deeper than 128 levels.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        Shown(self, 0).fmt(f)
    }
}

impl Debug for Items {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        Shown(self, 0).fmt(f)
    }
}

impl Debug for Dict {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        Shown(self, 0).fmt(f)
    }
}

/// A part, and in how many containers it lies.
struct Shown<'v, P>(&'v P, usize);

impl Debug for Shown<'_, Value> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self(value, depth) = *self;
        if depth > DEPTH {
            return f.write_str("…");
        }
        match value {
            Value::None => f.write_str("None"),
            Value::Bool(value) => f.debug_tuple("Bool").field(value).finish(),
            Value::Int(value) => f.debug_tuple("Int").field(value).finish(),
            Value::BigInt(value) => f.debug_tuple("BigInt").field(value).finish(),
            Value::Float(value) => f.debug_tuple("Float").field(value).finish(),
            Value::Complex(real, imaginary) => f.debug_tuple("Complex").field(real).field(imaginary).finish(),
            Value::Str(text) => f.debug_tuple("Str").field(text).finish(),
            Value::Surrogates(bytes) => f.debug_tuple("Surrogates").field(bytes).finish(),
            Value::Bytes(bytes) => f.debug_tuple("Bytes").field(bytes).finish(),
            Value::ByteArray(bytes) => f.debug_tuple("ByteArray").field(bytes).finish(),
            Value::List(items) => f.debug_tuple("List").field(&Shown(items, depth)).finish(),
            Value::Tuple(items) => f.debug_tuple("Tuple").field(&Shown(items, depth)).finish(),
            Value::Set(items) => f.debug_tuple("Set").field(&Shown(items, depth)).finish(),
            Value::FrozenSet(items) => f.debug_tuple("FrozenSet").field(&Shown(items, depth)).finish(),
            Value::Dict(dict) => f.debug_tuple("Dict").field(&Shown(dict, depth)).finish(),
        }
    }
}

impl Debug for Shown<'_, Items> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_list().entries(self.0.iter().map(|item| Shown(item, self.1 + 1))).finish()
    }
}

impl Debug for Shown<'_, Dict> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let part = |part| Shown(part, self.1 + 1);
        f.debug_map().entries(self.0.iter().map(|(key, value)| (part(key), part(value)))).finish()
    }
}
