//! Objects that a pickle knows by an id only.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::encode::serde::names;

/// An object outside the pickle, by its persistent id: what `Pickler.persistent_id` gave, and `Unpickler.persistent_load`
/// would be asked for.
///
/// The id is any value, mostly a string, a number or a tuple of them. In other formats than pickles it stands there by
/// itself. The oldest protocol holds ids of one line of ASCII text only.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{PersistentId, from_slice, to_vec};
///
/// let pickle = to_vec(&vec![PersistentId(("storage", 7))])?;
/// assert_eq!(from_slice::<Vec<PersistentId<(String, u64)>>>(&pickle)?, [PersistentId(("storage".to_owned(), 7))]);
/// assert!(from_slice::<Vec<(String, u64)>>(&pickle).is_err()); // it is not the object itself
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersistentId<T>(pub T);

impl<T: Serialize> Serialize for PersistentId<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(names::PERSISTENT, &self.0)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for PersistentId<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(names::PERSISTENT, IdVisitor(PhantomData))
    }
}

struct IdVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for IdVisitor<T> {
    type Value = PersistentId<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a persistent id")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::deserialize(deserializer).map(PersistentId)
    }
}
