//! Python's equality of dict keys and set items: `1 == 1.0 == True`, tuples by their items, the rest by identity.
//!
//! Keys are compared once, after the pickle is read: nothing is ever removed, so the first position and the last value
//! are the same as if they had been compared one by one. Equal keys get equal class numbers, which are interned from the
//! inside out, so a tuple that doubles itself a hundred times costs a hundred steps, and the hash is seeded, so keys
//! cannot be made to collide.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::store::{Slot, Store};
use super::{Graph, Node, NodeId, unhashable};
use crate::bigint;
use crate::error::Result;

/// Up to this length a key is compared or hashed each time it is met; beyond, once per node, whoever refers to it.
const SHORT: usize = 64;

/// Whether the keys of these pairs, laid flat, are a few short strings that differ: nearly every dict.
#[inline]
pub(super) fn are_few_distinct(store: &Store<'_>, flat: &[NodeId]) -> bool {
    let mut seen = [""; FEW];
    flat.len() <= 2 * FEW
        && flat.chunks_exact(2).enumerate().all(|(count, pair)| match short_text(store, pair[0]) {
            Some(text) if !seen[..count].contains(&text) => {
                seen[count] = text;
                true
            }
            _ => false,
        })
}

/// Up to how many keys are compared each with each.
const FEW: usize = 8;

#[inline]
fn short_text<'g>(store: &'g Store<'_>, id: NodeId) -> Option<&'g str> {
    match store.slots[id.index()] {
        Slot::Str(text) => Some(store.text(text)).filter(|text| text.len() <= SHORT),
        _ => None,
    }
}

/// Makes the keys of dicts and the items of sets unique.
pub(super) fn unify(store: &mut Store<'_>, mut keyed: Vec<NodeId>) -> Result<()> {
    keyed.sort_unstable();
    keyed.dedup();
    for (id, unique) in find(store, &keyed)? {
        match (&mut store.slots[id.index()], unique) {
            (Slot::Dict(span), Unique::Pairs(pairs)) => store.pairs.shorten(span, &pairs),
            (Slot::Set(span) | Slot::FrozenSet(span), Unique::Items(items)) => {
                store.items.shorten(span, &items);
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a dict or set holds, each key once.
enum Unique {
    Pairs(Vec<(NodeId, NodeId)>),
    Items(Vec<NodeId>),
}

impl Graph<'_> {
    /// The first place and the last value of equal keys; `None` when all differ.
    pub(crate) fn unique_pairs(&self, pairs: &[(NodeId, NodeId)]) -> Result<Option<Vec<(NodeId, NodeId)>>> {
        let store = &self.store;
        if (Distinct { store, last: &[], seen: HashSet::new() }).keys(pairs.iter().map(|pair| pair.0)) {
            return Ok(None);
        }
        Classes { store, interned: HashMap::new(), known: HashMap::new() }.unique_pairs(pairs)
    }
}

/// The dicts and sets that have equal keys, as they should be.
fn find(store: &Store<'_>, keyed: &[NodeId]) -> Result<Vec<(NodeId, Unique)>> {
    let mut classes = Classes { store, interned: HashMap::new(), known: HashMap::new() };
    let mut distinct = Distinct { store, last: &[], seen: HashSet::new() };
    let mut changed = Vec::new();
    for id in keyed {
        let unique = match store.slots[id.index()] {
            Slot::Dict(span) => {
                let pairs = store.pairs.get(span);
                if distinct.pairs(pairs) { None } else { classes.unique_pairs(pairs)?.map(Unique::Pairs) }
            }
            Slot::Set(span) | Slot::FrozenSet(span) => {
                let items = store.items.get(span);
                let distinct = distinct.keys(items.iter().copied());
                if distinct { None } else { classes.unique_items(items)?.map(Unique::Items) }
            }
            _ => None,
        };
        changed.extend(unique.map(|unique| (*id, unique)));
    }
    Ok(changed)
}

/// Finds out whether all keys are short strings and differ, without any bookkeeping.
struct Distinct<'g, 'a> {
    store: &'g Store<'a>,
    /// A dict whose keys do: records that share their names have the same nodes as keys.
    last: &'g [(NodeId, NodeId)],
    seen: HashSet<&'g str>,
}

impl<'g> Distinct<'g, '_> {
    fn pairs(&mut self, pairs: &'g [(NodeId, NodeId)]) -> bool {
        let same = pairs.len() == self.last.len()
            && pairs.iter().zip(self.last).all(|(one, other)| one.0 == other.0);
        if same {
            return true;
        }
        let distinct = self.keys(pairs.iter().map(|pair| pair.0));
        if distinct {
            self.last = pairs;
        }
        distinct
    }

    fn keys(&mut self, mut keys: impl Iterator<Item = NodeId>) -> bool {
        self.seen.clear();
        keys.all(|id| short_text(self.store, id).is_some_and(|text| self.seen.insert(text)))
    }
}

/// What makes keys equal.
#[derive(PartialEq, Eq, Hash)]
enum Shape<'g> {
    Int(i64),
    BigInt(Vec<u8>),
    /// A float that is no integer, by its bits.
    Float(u64),
    Complex(u64, u64),
    Str(&'g str),
    Surrogates(&'g [u8]),
    Bytes(&'g [u8]),
    Tuple(Box<[u32]>),
    /// Classes in order, each once.
    FrozenSet(Box<[u32]>),
    Global(&'g str, &'g str),
    Extension(i32),
    /// Equal to itself only: `None`, NaN, inert objects.
    Identity(NodeId),
}

struct Classes<'g, 'a> {
    store: &'g Store<'a>,
    interned: HashMap<Shape<'g>, u32>,
    /// Classes of tuples, frozensets and long texts.
    known: HashMap<NodeId, u32>,
}

impl<'g> Classes<'g, '_> {
    fn unique_pairs(&mut self, pairs: &[(NodeId, NodeId)]) -> Result<Option<Vec<(NodeId, NodeId)>>> {
        if let [(key, _)] = pairs {
            return self.hashable(*key).map(|()| None);
        }
        let mut places: HashMap<u32, usize> = HashMap::with_capacity(pairs.len());
        let mut unique: Vec<(NodeId, NodeId)> = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            match places.entry(self.class(*key)?) {
                Entry::Occupied(place) => unique[*place.get()].1 = *value,
                Entry::Vacant(place) => {
                    place.insert(unique.len());
                    unique.push((*key, *value));
                }
            }
        }
        Ok((unique.len() < pairs.len()).then_some(unique))
    }

    fn unique_items(&mut self, items: &[NodeId]) -> Result<Option<Vec<NodeId>>> {
        if let [item] = items {
            return self.hashable(*item).map(|()| None);
        }
        let mut seen = HashSet::with_capacity(items.len());
        let mut unique = Vec::with_capacity(items.len());
        for item in items {
            if seen.insert(self.class(*item)?) {
                unique.push(*item);
            }
        }
        Ok((unique.len() < items.len()).then_some(unique))
    }

    /// Checks a key that has nothing to be compared with. Only a tuple can hide something: the rest was checked when
    /// the key was given, and a frozenset's items are its own affair.
    fn hashable(&mut self, key: NodeId) -> Result<()> {
        match self.store.node(key) {
            Node::Tuple(_) => self.class(key).map(drop),
            _ => Ok(()),
        }
    }

    /// The class of a key: equal classes are equal keys.
    fn class(&mut self, key: NodeId) -> Result<u32> {
        if let Some(class) = self.simple(key)? {
            return Ok(class);
        }
        let mut open = vec![key];
        while let Some(&id) = open.last() {
            if self.known.contains_key(&id) {
                open.pop();
                continue;
            }
            let (Node::Tuple(items) | Node::FrozenSet(items)) = self.store.node(id) else {
                open.pop();
                continue;
            };
            let waiting = open.len();
            let mut parts = Vec::with_capacity(items.len());
            for item in items {
                match self.simple(*item)? {
                    Some(class) => parts.push(class),
                    None => open.push(*item),
                }
            }
            if open.len() == waiting {
                open.pop();
                let class = self.compound(id, parts);
                self.known.insert(id, class);
            }
        }
        Ok(self.known.get(&key).copied().unwrap_or(u32::MAX)) // known: the loop ends with it
    }

    fn compound(&mut self, id: NodeId, mut parts: Vec<u32>) -> u32 {
        if matches!(self.store.node(id), Node::Tuple(_)) {
            return self.intern(Shape::Tuple(parts.into()));
        }
        parts.sort_unstable();
        parts.dedup();
        self.intern(Shape::FrozenSet(parts.into()))
    }

    /// The class of anything but a tuple or frozenset that was not met before.
    fn simple(&mut self, id: NodeId) -> Result<Option<u32>> {
        let node = self.store.node(id);
        let long = node.byte_length() > SHORT;
        if long && let Some(class) = self.known.get(&id) {
            return Ok(Some(*class));
        }
        let shape = match node {
            Node::Tuple(_) | Node::FrozenSet(_) => return Ok(self.known.get(&id).copied()),
            node @ (Node::List(_) | Node::Dict(_) | Node::Set(_) | Node::ByteArray(_)) => {
                return Err(unhashable(node.kind()));
            }
            Node::Bool(value) => Shape::Int(i64::from(value)),
            Node::Int(value) => Shape::Int(value),
            Node::BigInt(bytes) => Shape::BigInt(bytes.to_vec()),
            Node::Float(value) => float(value, id),
            Node::Complex(real, 0.0) => float(real, id),
            Node::Complex(real, imaginary) if real.is_nan() || imaginary.is_nan() => Shape::Identity(id),
            Node::Complex(real, imaginary) => Shape::Complex((real + 0.0).to_bits(), imaginary.to_bits()),
            Node::Str(text) => Shape::Str(text),
            Node::Surrogates(bytes) => Shape::Surrogates(bytes),
            Node::Bytes(bytes) => Shape::Bytes(bytes),
            Node::Global(global) => Shape::Global(global.module, global.name),
            Node::Extension(code) => Shape::Extension(code),
            Node::None | Node::Object(_) | Node::Persistent(_) | Node::Buffer { .. } => Shape::Identity(id),
        };
        let class = self.intern(shape);
        if long {
            self.known.insert(id, class);
        }
        Ok(Some(class))
    }

    fn intern(&mut self, shape: Shape<'g>) -> u32 {
        let next = u32::try_from(self.interned.len()).unwrap_or(u32::MAX); // fewer shapes than nodes, which are u32
        *self.interned.entry(shape).or_insert(next)
    }
}

/// A float is equal to the integer of the same value.
fn float<'g>(value: f64, id: NodeId) -> Shape<'g> {
    if value.is_nan() {
        return Shape::Identity(id);
    }
    if value.fract() != 0.0 || value.is_infinite() {
        return Shape::Float(value.to_bits());
    }
    let bytes = integer_bytes(value);
    bigint::small(&bytes).map_or(Shape::BigInt(bytes), Shape::Int)
}

/// Two's complement of a float without fraction.
fn integer_bytes(value: f64) -> Vec<u8> {
    const MANTISSA: u32 = 52;
    let bits = value.to_bits();
    let exponent = (bits >> MANTISSA) & 0x7ff;
    let mantissa = (bits & ((1 << MANTISSA) - 1)) | (u64::from(exponent != 0) << MANTISSA);
    let shift = exponent.saturating_sub(1075);
    // Below 2⁵³ the fraction bits are zero: they are shifted out.
    let whole = u128::from(mantissa >> 1075_u64.saturating_sub(exponent).min(63)) << (shift % 8);
    let zeros = usize::try_from(shift / 8).unwrap_or(0); // at most 121
    let mut bytes = vec![0; zeros];
    bytes.extend_from_slice(&whole.to_le_bytes());
    if value < 0.0 {
        bigint::negate(&mut bytes);
    }
    bytes.truncate(bigint::trim(&bytes).len());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_become_the_integers_they_equal() {
        for (float, integer) in
            [(0.0, 0), (-0.0, 0), (1.0, 1), (-3.0, -3), (9_007_199_254_740_992.0, 1_i128 << 53)]
        {
            assert_eq!(integer_bytes(float), bigint::BigInt::from(integer).as_le_bytes(), "{float}");
        }
        let big = bigint::BigInt::from(-(1_i128 << 100));
        assert_eq!(integer_bytes(-(2.0_f64.powi(100))), big.as_le_bytes());
    }

    #[test]
    fn the_first_position_and_the_last_value_win() -> Result<()> {
        // {1: 'a', 'k': 'b', 1.0: 'c', True: 'd'}
        let pickle = b"}(K\x01U\x01aU\x01kU\x01bG\x3f\xf0\0\0\0\0\0\0U\x01c\x88U\x01du.";
        let graph = Graph::from_slice(pickle)?;
        let Node::Dict(pairs) = graph.node(graph.root()) else { panic!("not a dict") };
        let text: Vec<_> = pairs.iter().map(|(key, value)| (graph.node(*key), graph.node(*value))).collect();
        assert_eq!(text[0], (Node::Int(1), Node::Str("d")));
        assert_eq!(text.len(), 2);
        Ok(())
    }

    #[test]
    fn a_key_that_doubles_itself_takes_linear_time() -> Result<()> {
        let mut pickle = b"}K\x01".to_vec();
        pickle.extend(b"2\x86".repeat(5000));
        pickle.extend(b"K\x02s.");
        Graph::from_slice(&pickle).map(drop)
    }

    #[test]
    fn a_list_inside_a_tuple_is_not_a_key() {
        assert!(Graph::from_slice(b"}]\x85K\x01s.").is_err_and(|error| error.is_syntax()));
    }
}
