//! What the pickles hold, as Rust types, and how they lie in files.

use serde::{Deserialize, Serialize};

use crate::Result;

#[derive(Serialize, Deserialize)]
pub(crate) struct Person {
    id: i64,
    name: String,
    age: i64,
    city: String,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Profile {
    age: i64,
    city: String,
}

/// A tree whose leaves are lists, as Python's value has no names for them.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Tree {
    Branch { name: String, children: Vec<Tree>, bounds: (i64, f64), more: Box<Tree> },
    Leaf(f64, String, i64, (), bool),
}

/// What a value must add up to, whichever format it came from. Floats are left out: JSON may read them a little otherwise.
pub(crate) trait Sum {
    fn sum(&self) -> i64;
}

impl Sum for Vec<Person> {
    fn sum(&self) -> i64 {
        self.iter().map(|person| person.id + person.age + length(&person.name) + length(&person.city)).sum()
    }
}

impl Sum for Profile {
    fn sum(&self) -> i64 {
        self.age + length(&self.city)
    }
}

impl Sum for Vec<f64> {
    fn sum(&self) -> i64 {
        i64::try_from(self.len()).unwrap_or(0)
    }
}

impl Sum for Tree {
    fn sum(&self) -> i64 {
        match self {
            Self::Leaf(_, text, number, (), flag) => length(text) + number + i64::from(*flag),
            Self::Branch { name, children, bounds, more } => {
                length(name) + bounds.0 + more.sum() + children.iter().map(Self::sum).sum::<i64>()
            }
        }
    }
}

fn length(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(0)
}

/// Splits a file of texts that lie behind their lengths in four bytes.
pub(crate) fn pieces(mut file: &[u8]) -> Result<Vec<&[u8]>> {
    let mut found = Vec::new();
    while let Some((length, rest)) = file.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length))?;
        let (piece, rest) = rest.split_at_checked(length).ok_or("a piece is cut short")?;
        found.push(piece);
        file = rest;
    }
    Ok(found)
}
