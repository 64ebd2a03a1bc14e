//! Paths into a pickle: where a part of it is.

mod find;
mod parse;

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::json::text::push_readable;

/// Where a part of a pickled value is, such as `$.orders[3].total`.
///
/// # Grammar
///
/// ```text
/// path   = "$" step*
/// step   = "." name | "[" index "]" | "[" quoted "]"
/// name   = one or more characters, none of them . [ ] " ' \, white space or a control character
/// index  = "-"? digits, of at most 64 bits
/// quoted = a string of JSON, such as "first name" or "\u00e9"
/// ```
///
/// A text of more than 64 steps or 4096 bytes is refused. `$.city` and `$["city"]` are the same path.
///
/// # What a step finds
///
/// | in | a name | an index |
/// | --- | --- | --- |
/// | `dict`, `OrderedDict`, `Counter`, `defaultdict` | the value of that str as key | the value of the key that equals it: `1`, `1.0`, `True` |
/// | `list`, `tuple`, `deque` | – | the item, from the end where it is negative |
/// | an object of another class | the value of that key, if the pickle sets items; else the attribute | likewise the item of that key; else the item of the list that it extends |
///
/// Everything else has no parts: neither sets, texts and bytes, nor values of the standard library such as dates, and not
/// arrays, whose numbers are no objects of the pickle. The arguments that an object is made of are not its parts either, as a
/// class can do with them what it likes: fields of named tuples are not found.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Graph, Node, ValuePath};
///
/// let pickle = onggi_pickle::to_vec(&[("orders", [[7], [8]])].into_iter().collect::<std::collections::BTreeMap<_, _>>())?;
/// let graph = Graph::from_slice(&pickle)?;
/// let found = graph.find(&"$.orders[-1][0]".parse()?)?;
/// assert_eq!(found.map(|id| graph.node(id)), Some(Node::Int(8)));
/// assert_eq!(graph.find(&ValuePath::root().name("city"))?, None);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ValuePath {
    steps: Vec<Step>,
}

/// One step of a [`ValuePath`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A key that is a str, or an attribute.
    Name(Box<str>),
    /// A place in a list, or a key that is a number.
    Index(i64),
}

/// How many steps a path has at most.
const STEPS: usize = 64;

/// How many bytes the text of a path has at most.
const BYTES: usize = 4096;

impl ValuePath {
    /// The path of the whole value, `$`.
    #[must_use]
    pub const fn root() -> Self {
        Self { steps: Vec::new() }
    }

    /// The path of what has this name there: any text, taken as it is.
    #[must_use]
    pub fn name(self, name: impl Into<Box<str>>) -> Self {
        self.step(Step::Name(name.into()))
    }

    /// The path of what is at this place there.
    #[must_use]
    pub fn index(self, index: i64) -> Self {
        self.step(Step::Index(index))
    }

    /// The path of a step further.
    #[must_use]
    pub fn step(mut self, step: impl Into<Step>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// Its steps, from the whole value inwards.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

impl From<&str> for Step {
    fn from(name: &str) -> Self {
        Self::Name(name.into())
    }
}

impl From<String> for Step {
    fn from(name: String) -> Self {
        Self::Name(name.into())
    }
}

impl From<i64> for Step {
    fn from(index: i64) -> Self {
        Self::Index(index)
    }
}

impl From<i32> for Step {
    fn from(index: i32) -> Self {
        Self::Index(index.into())
    }
}

/// The one text of a path: equal paths have equal texts, and a text reads as the path that it came from.
///
/// Names of ASCII letters, digits and underscores stand as they are, others in quotes: `$.city["first name"][3]`. There is
/// no control character in it.
impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::from("$");
        for step in &self.steps {
            match step {
                Step::Name(name) if is_plain(name) => {
                    text.push('.');
                    text.push_str(name);
                }
                Step::Name(name) => {
                    text.push('[');
                    push_readable(&mut text, name);
                    text.push(']');
                }
                Step::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        f.write_str(&text)
    }
}

/// Whether a name stands without quotes.
fn is_plain(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

impl FromStr for ValuePath {
    type Err = Error;

    /// # Errors
    ///
    /// When the text is no path ([`Error::is_data`]); the message shows what is not understood.
    fn from_str(text: &str) -> Result<Self> {
        parse::parse(text)
    }
}
