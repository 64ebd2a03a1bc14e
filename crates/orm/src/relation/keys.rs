//! Keys of rows, each once, and their numbers.

use std::cell::Cell;

use hashbrown::HashMap;
use onggi_driver::Bind;
use onggi_sql::{Value, ValueRef};
use smallvec::SmallVec;

use crate::Result;
use crate::field::Attribute;

/// A key, part by part; most have one.
pub(crate) type KeyValues = SmallVec<[Value; 1]>;

/// Different keys, in the order in which they came.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) values: Vec<Vec<Value>>,
    integers: HashMap<i64, usize>,
    others: HashMap<Encoded, usize>,
    /// The integer found last, which most rows have that come in the order of their keys.
    last: Cell<Option<(i64, usize)>>,
}

/// A key as bytes that are equal for equal keys.
type Encoded = SmallVec<[u8; 32]>;

impl Keys {
    /// The number of a key, which is added where it is new.
    pub(crate) fn insert(&mut self, key: KeyValues) -> usize {
        let Keys { values, integers, others, .. } = self;
        let next = values.len();
        let number = match *key {
            [Value::Integer(key)] => *integers.entry(key).or_insert(next),
            _ => *others.entry(encoded(&key)).or_insert(next),
        };
        if number == next {
            values.push(key.into_vec());
        }
        number
    }

    /// The number of a key of one integer.
    pub(crate) fn number_of_integer(&self, key: i64) -> Option<usize> {
        match self.last.get() {
            Some((last, number)) if last == key => Some(number),
            _ => {
                let number = self.integers.get(&key).copied()?;
                self.last.set(Some((key, number)));
                Some(number)
            }
        }
    }

    /// The number of the key that fields hold.
    pub(crate) fn number_of<'a>(
        &self,
        fields: impl ExactSizeIterator<Item = &'a dyn Attribute> + Clone,
    ) -> Result<Option<usize>> {
        let only = fields.clone().next().filter(|_| fields.len() == 1);
        match only.and_then(integer) {
            Some(key) => Ok(self.number_of_integer(key)),
            None => Ok(values(fields)?.and_then(|key| self.number(&key))),
        }
    }

    /// The number of a key.
    pub(crate) fn number(&self, key: &[Value]) -> Option<usize> {
        match key {
            [Value::Integer(key)] => self.number_of_integer(*key),
            _ => self.others.get(&encoded(key)).copied(),
        }
    }
}

/// The values of fields; none where one is NULL or has no value yet.
pub(crate) fn values<'a>(fields: impl Iterator<Item = &'a dyn Attribute>) -> Result<Option<KeyValues>> {
    let mut values = Captured(KeyValues::new());
    for field in fields {
        if field.is_unset() || field.bind_or_refer(&mut values)?.is_some() {
            return Ok(None);
        }
    }
    Ok((!values.0.contains(&Value::Null)).then_some(values.0))
}

/// The integer that a field holds, where it holds one: most keys, found without an owned value in between.
pub(crate) fn integer(field: &dyn Attribute) -> Option<i64> {
    let mut integer = Integer(None);
    match field.bind_or_refer(&mut integer) {
        Ok(None) => integer.0,
        Ok(Some(_)) | Err(_) => None,
    }
}

/// Keeps what is bound, where it is an integer.
struct Integer(Option<i64>);

impl Bind for Integer {
    fn bind(&mut self, value: ValueRef<'_>) -> onggi_driver::Result<()> {
        self.0 = match value {
            ValueRef::Integer(value) => Some(value),
            _ => None,
        };
        Ok(())
    }
}

/// Keeps what is bound.
struct Captured(KeyValues);

impl Bind for Captured {
    fn bind(&mut self, value: ValueRef<'_>) -> onggi_driver::Result<()> {
        self.0.push(value.to_owned());
        Ok(())
    }
}

fn encoded(key: &[Value]) -> Encoded {
    let mut bytes = Encoded::new();
    for value in key {
        match value {
            Value::Integer(value) => bytes.extend_from_slice(&value.to_le_bytes()),
            Value::Text(value) => part(&mut bytes, value.as_bytes()),
            Value::Blob(value) => part(&mut bytes, value),
            // Of other types, what shows them tells them apart.
            other => part(&mut bytes, format!("{other:?}").as_bytes()),
        }
    }
    bytes
}

/// A part, behind its length, so that no two keys run together.
fn part(bytes: &mut Encoded, part: &[u8]) {
    bytes.extend_from_slice(&part.len().to_le_bytes());
    bytes.extend_from_slice(part);
}
