use std::ops::{Deref, DerefMut};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Field, unexpected};
use crate::{Bind, Error, Result, Type, ValueRef};

/// A column that holds a value as a JSON document.
///
/// It derefs to the value, and a change inside the value is noticed by comparing values. Needs the feature `json`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Serialize + DeserializeOwned + Clone + PartialEq + 'static> Field for Json<T> {
    type Base = Self;
    const TYPE: Type = Type::Json;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        let text = serde_json::to_string(&self.0)
            .map_err(|error| Error::value_from(format!("the value has no JSON: {error}"), error))?;
        Ok(to.bind(ValueRef::Text(&text))?)
    }

    fn read(value: ValueRef<'_>) -> Result<Self> {
        let ValueRef::Text(text) = value else { return unexpected("JSON", value) };
        serde_json::from_str(text).map(Json).map_err(|error| {
            Error::value_from(format!("the JSON is not what the field holds: {error}"), error)
        })
    }
}
