//! `collections`: dicts of other kinds, and deques.

use std::borrow::Cow;

use super::Known;
use super::call::{Call, Made};
use crate::error::{Error, Result};
use crate::graph::{Effect, Node, NodeId};

/// Pairs of a dict, borrowed from the graph where they stand there as they are.
type Pairs<'g> = Cow<'g, [(NodeId, NodeId)]>;

pub(super) fn ordered_dict<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    let initial = mapping(call, call.arguments)?;
    let Some(initial) = initial else { return Ok(None) };
    Ok(with_set(call, initial, Call::attributes)?.map(Known::OrderedDict))
}

/// `Counter(dict)`; an iterable to be counted is not what pickles hold.
pub(super) fn counter<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    if let ([argument], Made::Called) = (call.arguments, call.how)
        && !matches!(call.node(*argument), Node::Dict(_))
    {
        return Ok(None);
    }
    let Some(initial) = mapping(call, call.arguments)? else { return Ok(None) };
    Ok(with_set(call, initial, Call::attributes)?.map(Known::Counter))
}

pub(super) fn default_dict<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    let (factory, rest) = match call.arguments {
        [factory, rest @ ..] if call.how == Made::Called => (Some(*factory), rest),
        _ => (None, &[][..]),
    };
    let factory = match factory.map(|factory| (call.node(factory), factory)) {
        None | Some((Node::None, _)) => None,
        Some((node, factory)) if node.is_inert() => Some(factory),
        Some(_) => return Err(call.refused("the factory cannot be called")),
    };
    let Some(initial) = mapping(call, rest)? else { return Ok(None) };
    Ok(with_set(call, initial, Call::no_state)?.map(|pairs| Known::DefaultDict { factory, pairs }))
}

/// The argument of a dict's constructor, which `__new__` alone ignores.
fn mapping<'g>(call: &Call<'g>, arguments: &[NodeId]) -> Result<Option<Pairs<'g>>> {
    match (call.how, arguments) {
        (Made::Bare, _) => Err(call.refused("object.__new__ does not make it")),
        (Made::New, _) | (_, []) => Ok(Some(Cow::Borrowed(&[]))),
        (_, [argument]) => pairs(call, *argument),
        _ => Err(call.refused("too many arguments")),
    }
}

/// The pairs of a dict, or of a list of pairs as Python 2 writes an `OrderedDict`; `None` for other iterables.
pub(super) fn pairs<'g>(call: &Call<'g>, id: NodeId) -> Result<Option<Pairs<'g>>> {
    match call.node(id) {
        Node::Dict(pairs) => Ok(Some(Cow::Borrowed(pairs))),
        Node::List(items) | Node::Tuple(items) => {
            let mut pairs = Vec::with_capacity(items.len());
            for item in items {
                match call.node(*item) {
                    Node::List([key, value]) | Node::Tuple([key, value]) => pairs.push((*key, *value)),
                    Node::List(_) | Node::Tuple(_) => return Err(call.refused("an item is not a pair")),
                    _ => return Ok(None),
                }
            }
            Ok(Some(Cow::Owned(pairs)))
        }
        other if other.is_inert() => Ok(None),
        _ => Err(call.refused("the argument is not a dict")),
    }
}

/// Adds the pairs that were set afterwards, and keeps the first place and the last value of equal keys.
pub(super) fn with_set<'g>(
    call: &Call<'g>,
    initial: Pairs<'g>,
    other: impl Fn(&Call<'g>, &'g Effect) -> Result<()>,
) -> Result<Option<Pairs<'g>>> {
    let is_dict = matches!(initial, Cow::Borrowed(_)); // its keys are unique already
    let mut all = initial;
    let mut grown = !is_dict;
    for effect in call.effects() {
        match effect {
            Effect::SetItems(pairs) if all.is_empty() => (all, grown) = (Cow::Borrowed(&pairs[..]), true),
            Effect::SetItems(pairs) => {
                all.to_mut().extend_from_slice(pairs);
                grown = true;
            }
            other_effect => other(call, other_effect)?,
        }
    }
    if !grown {
        return Ok(Some(all));
    }
    for (key, _) in all.iter() {
        if matches!(call.node(*key), Node::List(_) | Node::Dict(_) | Node::Set(_) | Node::ByteArray(_)) {
            return Err(Error::syntax("a key that cannot be hashed"));
        }
    }
    Ok(Some(match call.graph.unique_pairs(&all)? {
        Some(unique) => Cow::Owned(unique),
        None => all,
    }))
}

/// The items of a list or tuple; `None` for other iterables.
pub(super) fn items<'g>(call: &Call<'g>, id: NodeId) -> Result<Option<&'g [NodeId]>> {
    match call.node(id) {
        Node::List(items) | Node::Tuple(items) => Ok(Some(items)),
        Node::None | Node::Bool(_) | Node::Int(_) | Node::BigInt(_) | Node::Float(_) | Node::Complex(..) => {
            Err(call.refused("the argument is not iterable"))
        }
        _ => Ok(None),
    }
}

/// Adds the items that were appended afterwards; `None` when something else was done that a list takes.
pub(super) fn with_appended<'g>(call: &Call<'g>, initial: &'g [NodeId]) -> Result<Option<Cow<'g, [NodeId]>>> {
    let mut all = Cow::Borrowed(initial);
    for effect in call.effects() {
        match effect {
            Effect::Append(items) if all.is_empty() => all = Cow::Borrowed(items),
            Effect::Append(items) => all.to_mut().extend_from_slice(items),
            Effect::SetItems(_) => return Ok(None),
            other => call.no_state(other)?,
        }
    }
    Ok(Some(all))
}

pub(super) fn deque<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    let (initial, bound) = match (call.how, call.arguments) {
        (Made::Bare, _) => return Err(call.refused("object.__new__ does not make it")),
        (Made::New, _) | (_, []) => (None, None),
        (_, [initial]) => (Some(*initial), None),
        (_, [initial, bound]) => (Some(*initial), Some(*bound)),
        _ => return Err(call.refused("too many arguments")),
    };
    let initial = match initial {
        None => Some(&[][..]),
        Some(initial) => items(call, initial)?,
    };
    let maxlen = match bound.map(|bound| (call.node(bound), bound)) {
        None | Some((Node::None, _)) => None,
        Some((_, bound)) => Some(call.within::<u64>(bound, 0, i64::MAX)?),
    };
    let Some(initial) = initial else { return Ok(None) };
    Ok(with_appended(call, initial)?.map(|items| Known::Deque { items: last(items, maxlen), maxlen }))
}

/// The last items, as many as there may be: a full deque drops its first.
fn last(items: Cow<'_, [NodeId]>, maxlen: Option<u64>) -> Cow<'_, [NodeId]> {
    let most = maxlen.and_then(|maxlen| usize::try_from(maxlen).ok()).unwrap_or(usize::MAX);
    let start = items.len().saturating_sub(most);
    match items {
        Cow::Borrowed(items) => Cow::Borrowed(&items[start..]),
        Cow::Owned(mut items) => {
            items.drain(..start);
            Cow::Owned(items)
        }
    }
}
