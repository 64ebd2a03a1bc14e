//! A pickle of builtins as a plain tree.

mod items;
mod serde;
mod shown;
mod walk;

pub use self::items::Items;
pub(crate) use self::serde::special;

use std::ops::Index;

use crate::bigint::BigInt;

/// Any builtin Python value, owned.
///
/// Equality is that of the trees: the same kinds, the same values, the same order, also in dicts and sets. Use
/// [`crate::Graph`] where sharing, cycles or objects of classes matter.
///
/// A value that was built by hand may be of any depth: it is compared, copied and dropped without recursion. Printing one
/// cuts it after 128 levels. Reading is bounded by [`crate::Limits::depth`], and writing is an error beyond 128 levels in a
/// pickle and 512 in other formats, as serde recurses.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Value, from_slice, to_vec};
///
/// let pickle = to_vec(&Value::Tuple(vec![Value::from("age"), Value::from(30)].into()))?;
/// let value: Value = from_slice(&pickle)?;
/// assert_eq!(value.items().and_then(|items| items[1].as_int()), Some(30));
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Default)]
#[non_exhaustive]
pub enum Value {
    /// `None`.
    #[default]
    None,
    /// A bool.
    Bool(bool),
    /// An int that fits.
    Int(i64),
    /// Any other int.
    BigInt(BigInt),
    /// A float.
    Float(f64),
    /// A complex number: real and imaginary part.
    Complex(f64, f64),
    /// A str.
    Str(String),
    /// A str with lone surrogates: UTF-8 in which they are encoded like other characters.
    Surrogates(Vec<u8>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A bytearray.
    ByteArray(Vec<u8>),
    /// A list.
    List(Items),
    /// A tuple.
    Tuple(Items),
    /// A dict.
    Dict(Dict),
    /// A set.
    Set(Items),
    /// A frozenset.
    FrozenSet(Items),
}

impl Value {
    /// The int, if it is one that fits.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The bool, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The float, if it is one.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The str, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes of bytes or a bytearray.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) | Self::ByteArray(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The dict, if it is one.
    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    /// The items of a list, tuple, set or frozenset.
    pub fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) | Self::FrozenSet(items) => Some(items),
            _ => None,
        }
    }

    /// The value under a string key, if this is a dict that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_dict()?.get(key)
    }

    /// Whether it is `None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl Index<&str> for Value {
    type Output = Self;

    /// # Panics
    ///
    /// When this is no dict, or has no such key; [`Value::get`] does not.
    fn index(&self, key: &str) -> &Self {
        match self.get(key) {
            Some(value) => value,
            None => panic!("no key {key:?}"),
        }
    }
}

macro_rules! from {
    ($($source:ty => $variant:ident,)*) => {$(
        impl From<$source> for Value {
            fn from(value: $source) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

from! {
    bool => Bool, i8 => Int, i16 => Int, i32 => Int, i64 => Int, u8 => Int, u16 => Int, u32 => Int,
    f32 => Float, f64 => Float, &str => Str, String => Str, Vec<Value> => List, Dict => Dict,
}

impl From<BigInt> for Value {
    fn from(value: BigInt) -> Self {
        i64::try_from(&value).map_or(Self::BigInt(value), Self::Int)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        BigInt::from(value).into()
    }
}

/// The pairs of a dict, in order.
///
/// Keys are not compared when it is built: Python keeps the first of equal keys and the last value.
#[derive(Clone, Default, PartialEq)]
pub struct Dict(Vec<(Value, Value)>);

impl Dict {
    /// The value under a string key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.iter().rev().find(|pair| pair.0.as_str() == Some(key)).map(|pair| &pair.1)
    }

    /// Adds a pair at the end.
    pub fn push(&mut self, key: impl Into<Value>, value: impl Into<Value>) {
        self.0.push((key.into(), value.into()));
    }

    /// The pairs, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, (Value, Value)> {
        self.0.iter()
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As that of [`Items`]: without recursion.
impl Drop for Dict {
    fn drop(&mut self) {
        items::release(self.0.iter_mut().flat_map(|(key, value)| [key, value]));
    }
}

impl<'d> IntoIterator for &'d Dict {
    type Item = &'d (Value, Value);
    type IntoIter = std::slice::Iter<'d, (Value, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Dict {
    type Item = (Value, Value);
    type IntoIter = std::vec::IntoIter<(Value, Value)>;

    fn into_iter(mut self) -> Self::IntoIter {
        std::mem::take(&mut self.0).into_iter()
    }
}

impl<K: Into<Value>, V: Into<Value>> FromIterator<(K, V)> for Dict {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}
