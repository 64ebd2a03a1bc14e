//! Keys, relations and deferred columns as serde sees them: a loaded object is nested in its owner.
//!
//! | | is written as | is read from |
//! |---|---|---|
//! | `Id` | its number, `null` while it has none | the same; what is missing is not set |
//! | `BelongsTo` | the object, where it is held, else the key | an object or a key |
//! | `HasMany`, `ManyToMany` | a sequence, `null` where it is not loaded | the same; what is missing is not loaded |
//! | `HasOne` | the object, `null` where there is none or it is not loaded | the same |
//! | `Deferred` | the value, `null` where it was not read | the same |
//!
//! What is read is as a query would have read it, but for new objects: those whose key the database has still to make, and in
//! collections those whose keys are given, which nothing tells from others.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, IntoDeserializer, MapAccess, Unexpected, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};

use super::belongs_to::is_new;
use super::{BelongsTo, HasMany, HasOne, ManyToMany};
use crate::field::Field;
use crate::{Deferred, Id, Model};

impl<M: Model> Serialize for Id<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.key(), self.pending()) {
            (Some(key), _) => serializer.serialize_i64(key),
            (None, Some(_)) => Err(S::Error::custom(tracked::<M>("a key"))),
            (None, None) => serializer.serialize_none(),
        }
    }
}

impl<'de, M> Deserialize<'de> for Id<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id<M>, D::Error> {
        // Also of what is missing.
        deserializer.deserialize_option(Key(PhantomData))
    }
}

/// The number of a key, or none.
struct Key<M>(PhantomData<fn() -> M>);

impl<'de, M> Visitor<'de> for Key<M> {
    type Value = Id<M>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer key")
    }

    fn visit_none<E: de::Error>(self) -> Result<Id<M>, E> {
        Ok(Id::default())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Id<M>, E> {
        Ok(Id::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Id<M>, D::Error> {
        i64::deserialize(deserializer).map(Id::from)
    }

    fn visit_i64<E: de::Error>(self, key: i64) -> Result<Id<M>, E> {
        Ok(key.into())
    }

    fn visit_u64<E: de::Error>(self, key: u64) -> Result<Id<M>, E> {
        let out_of_range = |_| E::invalid_value(Unexpected::Unsigned(key), &self);
        i64::try_from(key).map(Id::from).map_err(out_of_range)
    }
}

impl<M: Model<Key: Serialize> + Serialize> Serialize for BelongsTo<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.object(), self.key(), self.pending()) {
            (Some(object), ..) => object.serialize(serializer),
            (None, Some(key), _) => key.serialize(serializer),
            (None, None, Some(_)) => Err(S::Error::custom(tracked::<M>("a reference"))),
            (None, None, None) => serializer.serialize_none(),
        }
    }
}

impl<'de, M: Model<Key: Field + Deserialize<'de>> + Deserialize<'de>> Deserialize<'de> for BelongsTo<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<BelongsTo<M>, D::Error> {
        deserializer.deserialize_any(Reference(PhantomData))
    }
}

/// An object, or a key.
struct Reference<M>(PhantomData<fn() -> M>);

impl<'de, M: Model<Key: Field + Deserialize<'de>>> Reference<M> {
    fn key<E: de::Error>(value: impl IntoDeserializer<'de, E>) -> Result<BelongsTo<M>, E> {
        let key = M::Key::deserialize(value.into_deserializer())?;
        BelongsTo::to_key(key).map_err(E::custom)
    }
}

impl<'de, M: Model<Key: Field + Deserialize<'de>> + Deserialize<'de>> Visitor<'de> for Reference<M> {
    type Value = BelongsTo<M>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object of {} or its key", M::table().name)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<BelongsTo<M>, A::Error> {
        let object = M::deserialize(MapAccessDeserializer::new(map))?;
        if is_new(&object) {
            return Ok(object.into());
        }
        let mut reference = BelongsTo::default();
        reference.fill(object);
        Ok(reference)
    }

    fn visit_unit<E: de::Error>(self) -> Result<BelongsTo<M>, E> {
        Ok(BelongsTo::default())
    }

    fn visit_none<E: de::Error>(self) -> Result<BelongsTo<M>, E> {
        Ok(BelongsTo::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<BelongsTo<M>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, key: bool) -> Result<BelongsTo<M>, E> {
        Self::key(key)
    }

    fn visit_i64<E: de::Error>(self, key: i64) -> Result<BelongsTo<M>, E> {
        Self::key(key)
    }

    fn visit_u64<E: de::Error>(self, key: u64) -> Result<BelongsTo<M>, E> {
        Self::key(key)
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<BelongsTo<M>, E> {
        Self::key(key.to_owned())
    }
}

/// Collections.
macro_rules! many {
    ($name:ident) => {
        impl<M: Model + Serialize> Serialize for $name<M> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.loaded() {
                    Some(objects) => serializer.collect_seq(objects),
                    None if self.holds_handles() => Err(S::Error::custom(tracked::<M>("a collection"))),
                    None => serializer.serialize_none(),
                }
            }
        }

        impl<'de, M: Model + Deserialize<'de>> Deserialize<'de> for $name<M> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name<M>, D::Error> {
                let Some(objects) = Option::<Vec<M>>::deserialize(deserializer)? else {
                    return Ok($name::default());
                };
                if objects.iter().any(moves_in) {
                    return Ok(objects.into());
                }
                let mut loaded = $name::default();
                loaded.fill(objects);
                Ok(loaded)
            }
        }
    };
}

many!(HasMany);
many!(ManyToMany);

impl<M: Model + Serialize> Serialize for HasOne<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.object() {
            Some(object) => object.serialize(serializer),
            None if self.holds_handles() => Err(S::Error::custom(tracked::<M>("a relation"))),
            None => serializer.serialize_none(),
        }
    }
}

impl<'de, M: Model + Deserialize<'de>> Deserialize<'de> for HasOne<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<HasOne<M>, D::Error> {
        let mut one = HasOne::default();
        match Option::<M>::deserialize(deserializer)? {
            None => {}
            Some(object) if moves_in(&object) => one = object.into(),
            Some(object) => one.fill(Some(object)),
        }
        Ok(one)
    }
}

impl<T: Serialize> Serialize for Deferred<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Deferred<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Deferred<T>, D::Error> {
        Option::<T>::deserialize(deserializer).map(Deferred::of)
    }
}

/// Whether an object of a collection is to be written: rather too many than that one is lost.
fn moves_in<M: Model>(object: &M) -> bool {
    M::table().generated().is_none() || is_new(object)
}

#[cold]
fn tracked<M: Model>(what: &str) -> String {
    format!(
        "{what} of {} is a handle of a session, which means nothing outside: flush the session and detach the object first",
        M::table().name
    )
}
