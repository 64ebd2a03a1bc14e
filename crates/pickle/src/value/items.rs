//! What containers of [`Value`]s hold. Dropping is theirs, so that a value's own parts can be moved out of a `match`.

use std::ops::{Deref, DerefMut};

use super::Value;

/// The items of a list, tuple, set or frozenset: a `Vec` of values, of which a million may lie in each other.
///
/// # Examples
///
/// ```
/// use onggi_pickle::Value;
///
/// let value = Value::List(vec![Value::from("a"), Value::from(2)].into());
/// let Value::List(mut items) = value else { unreachable!() };
/// items.push(Value::None);
/// assert_eq!(items.len(), 3);
/// assert_eq!(items.into_iter().filter_map(|item| item.as_int()).sum::<i64>(), 2);
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Items(Vec<Value>);

impl Items {
    /// No items, and room for some.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }
}

/// Containers among the items are emptied first, so dropping them recurses no further. Flat items are only looked at.
impl Drop for Items {
    fn drop(&mut self) {
        release(self.0.iter_mut());
    }
}

/// Drops the containers among values: what they contain is moved to a list of what is still to do.
pub(super) fn release<'v>(values: impl Iterator<Item = &'v mut Value>) {
    let mut open = Vec::new();
    for value in values.filter(|value| value.has_parts()) {
        open.push(std::mem::take(value));
        while let Some(mut value) = open.pop() {
            match &mut value {
                Value::List(items) | Value::Tuple(items) | Value::Set(items) | Value::FrozenSet(items) => {
                    open.extend(items.iter_mut().filter(|item| item.has_parts()).map(std::mem::take));
                }
                Value::Dict(dict) => {
                    let parts = dict.0.iter_mut().flat_map(|(key, value)| [key, value]);
                    open.extend(parts.filter(|part| part.has_parts()).map(std::mem::take));
                }
                _ => {}
            }
        }
    }
}

impl Deref for Items {
    type Target = Vec<Value>;

    fn deref(&self) -> &Vec<Value> {
        &self.0
    }
}

impl DerefMut for Items {
    fn deref_mut(&mut self) -> &mut Vec<Value> {
        &mut self.0
    }
}

impl From<Vec<Value>> for Items {
    fn from(items: Vec<Value>) -> Self {
        Self(items)
    }
}

impl From<Items> for Vec<Value> {
    fn from(mut items: Items) -> Self {
        std::mem::take(&mut items.0)
    }
}

impl<V: Into<Value>> FromIterator<V> for Items {
    fn from_iter<I: IntoIterator<Item = V>>(items: I) -> Self {
        Self(items.into_iter().map(Into::into).collect())
    }
}

impl IntoIterator for Items {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        Vec::from(self).into_iter()
    }
}

impl<'v> IntoIterator for &'v Items {
    type Item = &'v Value;
    type IntoIter = std::slice::Iter<'v, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
