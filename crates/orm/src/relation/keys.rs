//! Keys of rows, each once, and their numbers.

use hashbrown::HashMap;
use onggi_driver::Capture;
use onggi_sql::Value;
use smallvec::SmallVec;

use crate::Result;
use crate::field::Attribute;

/// Different keys, in the order in which they came.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) values: Vec<Vec<Value>>,
    numbers: HashMap<Encoded, usize>,
}

/// A key as bytes that are equal for equal keys.
type Encoded = SmallVec<[u8; 16]>;

impl Keys {
    /// The number of a key, which is added where it is new.
    pub(crate) fn insert(&mut self, key: Vec<Value>) -> usize {
        let Keys { values, numbers } = self;
        *numbers.entry(encoded(&key)).or_insert_with(|| {
            values.push(key);
            values.len() - 1
        })
    }

    /// The number of a key.
    pub(crate) fn number(&self, key: &[Value]) -> Option<usize> {
        self.numbers.get(&encoded(key)).copied()
    }
}

/// The values of fields; none where one is NULL or has no value yet.
pub(crate) fn values<'a>(fields: impl Iterator<Item = &'a dyn Attribute>) -> Result<Option<Vec<Value>>> {
    let mut capture = Capture::default();
    for field in fields {
        if field.is_unset() || field.bind_or_refer(&mut capture)?.is_some() {
            return Ok(None);
        }
    }
    Ok((!capture.values.contains(&Value::Null)).then_some(capture.values))
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
