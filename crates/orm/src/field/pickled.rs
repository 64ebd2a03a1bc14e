use std::ops::{Deref, DerefMut};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Field, unexpected};
use crate::{Bind, Error, Result, Type, ValueRef};

/// A column that holds a value as a Python pickle, which Python's `pickle.loads` reads and nothing here executes.
///
/// It derefs to the value. The pickle is decoded when its row is read, so that a value is there or an error names
/// table, column and key; it is encoded again only when the value differs from what was loaded. A struct becomes a
/// `dict`, a `Vec` a `list`, and so on, as [`onggi_pickle`](crate::pickle) says; fields that the struct does not
/// have are ignored when read, so a type that must keep all of a pickle is [`Pickled<pickle::Value>`](Pickled).
///
/// `Option<Pickled<T>>` is a column that can be NULL; `Pickled<Option<T>>` holds a pickled `None`.
///
/// ```
/// use onggi::{Id, Model, Pickled};
///
/// #[derive(Clone, Default, Model)]
/// struct Note { id: Id<Note>, tags: Pickled<Vec<String>> }
///
/// let mut note = Note { tags: Pickled(vec!["sour".into()]), ..Default::default() };
/// note.tags.push("spicy".into());
/// assert_eq!(note.tags.len(), 2);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pickled<T>(pub T);

impl<T> Deref for Pickled<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Pickled<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Serialize + DeserializeOwned + Clone + PartialEq + 'static> Field for Pickled<T> {
    type Base = Self;
    const TYPE: Type = Type::Blob;
    const EQUALITY: Option<&'static onggi_sql::Declared> = Some(&crate::pickle_functions::EQUALS);

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        let bytes = onggi_pickle::to_vec(&self.0)
            .map_err(|error| Error::value_from(format!("the value cannot be pickled: {error}"), error))?;
        Ok(to.bind(ValueRef::Blob(&bytes))?)
    }

    fn read(value: ValueRef<'_>) -> Result<Self> {
        let bytes = match value {
            ValueRef::Blob(bytes) => bytes,
            // The oldest protocol is ASCII, and some programs keep it as text.
            ValueRef::Text(text) => text.as_bytes(),
            other => return unexpected("a pickle", other),
        };
        onggi_pickle::from_slice(bytes)
            .map(Pickled)
            .map_err(|error| Error::value_from(format!("the pickle cannot be read: {error}"), error))
    }
}
