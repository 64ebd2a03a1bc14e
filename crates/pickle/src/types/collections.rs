//! Collections of the module `collections`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::Callable;
use super::builtins::named;
use crate::encode::serde::names;

named! {
    OrderedDict<M> ORDERED_DICT "A `collections.OrderedDict`, around any map; [`Pairs`] keeps the order.",
    Counter<M> COUNTER "A `collections.Counter`, around any map to numbers.",
}

/// A map that keeps its order: pairs as they come, whose keys are not compared.
///
/// On its own it is a `dict`.
///
/// # Examples
///
/// ```
/// use onggi_pickle::types::{OrderedDict, Pairs};
/// use onggi_pickle::{from_slice, to_vec};
///
/// let dict = OrderedDict(Pairs(vec![("z".to_owned(), 1), ("a".to_owned(), 2)]));
/// assert_eq!(from_slice::<OrderedDict<Pairs<String, i64>>>(&to_vec(&dict)?)?, dict);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pairs<K, V>(pub Vec<(K, V)>);

impl<K, V> Default for Pairs<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Serialize, V: Serialize> Serialize for Pairs<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

struct PairsVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for PairsVisitor<K, V> {
    type Value = Pairs<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Pairs<K, V>, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = access.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}

/// A `collections.defaultdict`, around any map.
///
/// In other formats it is a map of `factory` and `items`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DefaultDict<M> {
    /// What Python calls for a missing value, such as `builtins.list`.
    pub factory: Option<Callable>,
    /// The items.
    pub items: M,
}

/// A `collections.deque`, around any collection.
///
/// In other formats it is a map of `maxlen` and `items`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Deque<C> {
    /// How many items it may have, if that is bounded.
    pub maxlen: Option<u64>,
    /// The items.
    pub items: C,
}

/// The content of a struct of two fields under a reserved name.
macro_rules! parts {
    ($($type:ident $name:ident $parts:ident $field:ident: $option:ty,)*) => {$(
        #[derive(serde::Serialize, serde::Deserialize)]
        struct $parts<F, C> {
            $field: F,
            items: C,
        }

        impl<C: Serialize> Serialize for $type<C> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let parts = $parts { $field: &self.$field, items: &self.items };
                serializer.serialize_newtype_struct(names::$name, &parts)
            }
        }

        impl<'de, C: Deserialize<'de>> Deserialize<'de> for $type<C> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let parts: $parts<Option<$option>, C> =
                    super::builtins::content(names::$name, deserializer)?;
                Ok(Self { $field: parts.$field, items: parts.items })
            }
        }
    )*};
}

parts! {
    DefaultDict DEFAULT_DICT DefaultDictParts factory: Callable,
    Deque DEQUE DequeParts maxlen: u64,
}
