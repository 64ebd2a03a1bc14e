//! Calls of builtin classes that are not values already.

use std::borrow::Cow;

use super::Known;
use super::call::{Call, Made};
use super::collections::{items, pairs, with_appended, with_set};
use crate::bigint::{BigInt, DIGITS};
use crate::error::Result;
use crate::graph::{Node, NodeId};

/// Refuses what no builtin value does: attributes, items, and being made by `object.__new__`.
fn value(call: &Call<'_>) -> Result<()> {
    made(call)?;
    call.is_immutable()
}

fn made(call: &Call<'_>) -> Result<()> {
    match call.how {
        Made::Bare => Err(call.refused("object.__new__ does not make it")),
        _ => Ok(()),
    }
}

pub(super) fn object<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    call.is_immutable()?;
    match call.arguments {
        [] => Ok(Some(Known::PlainObject)),
        _ => Err(call.refused("takes no arguments")),
    }
}

pub(super) fn int<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    value(call)?;
    let value = match call.arguments {
        [] => BigInt::from(0_i64),
        [value] => match call.node(*value) {
            Node::Int(_) | Node::Bool(_) | Node::BigInt(_) => call.integer(*value)?,
            Node::Str(text) if text.len() <= DIGITS => {
                text.parse().map_err(|_| call.refused("a text that is no number"))?
            }
            Node::Str(_) => return Err(call.refused("a text of too many digits")),
            Node::Float(_) | Node::Bytes(_) | Node::ByteArray(_) => return Ok(None),
            other if other.is_inert() => return Ok(None),
            _ => return Err(call.refused("an argument that is no number")),
        },
        [_, _] => return Ok(None), // in another base
        _ => return Err(call.refused("too many arguments")),
    };
    Ok(Some(Known::Int(value)))
}

pub(super) fn float<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    value(call)?;
    let value = match call.arguments {
        [] => 0.0,
        [value] => match call.node(*value) {
            Node::Float(value) => value,
            Node::Int(value) => value as f64, // to the nearest, as in Python
            Node::Bool(value) => f64::from(u8::from(value)),
            Node::Str(text) if text.contains('_') => return Ok(None),
            Node::Str(text) => text.trim().parse().map_err(|_| call.refused("a text that is no number"))?,
            Node::BigInt(_) | Node::Bytes(_) | Node::ByteArray(_) => return Ok(None),
            other if other.is_inert() => return Ok(None),
            _ => return Err(call.refused("an argument that is no number")),
        },
        _ => return Err(call.refused("too many arguments")),
    };
    Ok(Some(Known::Float(value)))
}

pub(super) fn bool<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    value(call)?;
    let truth = match call.arguments {
        [] => false,
        [value] => match call.node(*value) {
            Node::None => false,
            Node::Bool(value) => value,
            Node::Int(value) => value != 0,
            Node::BigInt(bytes) => !bytes.is_empty(),
            Node::Float(value) => value != 0.0,
            Node::Str(text) => !text.is_empty(),
            Node::Bytes(bytes) | Node::ByteArray(bytes) => !bytes.is_empty(),
            Node::Complex(real, imaginary) => real != 0.0 || imaginary != 0.0,
            Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items) => {
                !items.is_empty()
            }
            Node::Dict(pairs) => !pairs.is_empty(),
            _ => return Ok(None),
        },
        _ => return Err(call.refused("too many arguments")),
    };
    Ok(Some(Known::Bool(truth)))
}

pub(super) fn str<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    value(call)?;
    match call.arguments {
        [] => Ok(Some(Known::Str(""))),
        [text] => match call.node(*text) {
            Node::Str(text) => Ok(Some(Known::Str(text))),
            _ => Ok(None),
        },
        // The bytes, their encoding, and how errors are handled.
        [bytes, ..] if call.arguments.len() <= 3 && matches!(call.node(*bytes), Node::Bytes(_)) => Ok(None),
        _ => Err(call.refused("arguments of the wrong types")),
    }
}

pub(super) fn list<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    made(call)?;
    let initial = match call.arguments {
        [list] if call.how == Made::Called => items(call, *list)?,
        [_, _, ..] if call.how == Made::Called => return Err(call.refused("too many arguments")),
        _ => Some(&[][..]), // `__new__` alone ignores what it is given
    };
    let Some(items) = initial else { return Ok(None) };
    Ok(with_appended(call, items)?.map(Known::List))
}

pub(super) fn tuple<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    value(call)?;
    match call.arguments {
        [] => Ok(Some(Known::Tuple(&[]))),
        [list] => Ok(items(call, *list)?.map(Known::Tuple)),
        _ => Err(call.refused("too many arguments")),
    }
}

pub(super) fn dict<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    made(call)?;
    let initial = match call.arguments {
        [mapping] if call.how == Made::Called => pairs(call, *mapping)?,
        [] => Some(Cow::Borrowed(&[][..])),
        _ if call.how == Made::New => Some(Cow::Borrowed(&[][..])),
        _ => return Err(call.refused("too many arguments")),
    };
    let Some(initial) = initial else { return Ok(None) };
    Ok(with_set(call, initial, Call::no_state)?.map(Known::Dict))
}

pub(super) fn range<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    value(call)?;
    let number = |id: &NodeId| call.integer(*id);
    let (zero, one) = (BigInt::from(0_i64), BigInt::from(1_i64));
    let (start, stop, step) = match call.arguments {
        [stop] => (zero, number(stop)?, one),
        [start, stop] => (number(start)?, number(stop)?, one),
        [start, stop, step] => (number(start)?, number(stop)?, number(step)?),
        _ => return Err(call.refused("a wrong number of arguments")),
    };
    if step.as_le_bytes().is_empty() {
        return Err(call.refused("the step is 0"));
    }
    Ok(Some(Known::Range { start, stop, step }))
}

pub(super) fn slice<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    value(call)?;
    let none = NodeId::NONE;
    let (start, stop, step) = match call.arguments {
        [stop] => (none, *stop, none),
        [start, stop] => (*start, *stop, none),
        [start, stop, step] => (*start, *stop, *step),
        _ => return Err(call.refused("a wrong number of arguments")),
    };
    Ok(Some(Known::Slice { start, stop, step }))
}
