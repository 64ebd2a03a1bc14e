//! Pickles for eyes: Python's notation, indented, with long parts cut and shared ones marked.
//!
//! | shown | is |
//! | --- | --- |
//! | `&1 […]`, later `*1` | an object that is met again, or contains itself |
//! | `app.models.Profile(age=30)` | an instance that was not made, with its attributes |
//! | `f(1).extend([2])` | a call that was not made, and what is done to the result |
//! | `'text'… 5000 characters`, `… 900 more`, `…` | what was cut: a text, a collection, what nests too deeply |

mod doc;
mod layout;
mod names;
mod value;

use std::io::Write;

use self::layout::Printer;
use crate::error::Result;
use crate::graph::Graph;

/// How [`write()`] shows a graph.
///
/// # Examples
///
/// ```
/// use onggi_pickle::show::ShowOptions;
///
/// let options = ShowOptions::default().width(80).items(10).color(true);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShowOptions {
    width: usize,
    items: usize,
    text: usize,
    depth: usize,
    color: bool,
}

impl Default for ShowOptions {
    fn default() -> Self {
        Self { width: 100, items: 100, text: 200, depth: 40, color: false }
    }
}

impl ShowOptions {
    /// How many characters a line may have before it is broken up. Default 100.
    #[must_use]
    pub const fn width(mut self, characters: usize) -> Self {
        self.width = characters;
        self
    }

    /// How many items of a collection are shown. Default 100.
    #[must_use]
    pub const fn items(mut self, count: usize) -> Self {
        self.items = count;
        self
    }

    /// How many characters of a text, bytes or digits of a value are shown. Default 200.
    #[must_use]
    pub const fn text(mut self, characters: usize) -> Self {
        self.text = characters;
        self
    }

    /// How many levels are shown. Default 40.
    #[must_use]
    pub const fn depth(mut self, levels: usize) -> Self {
        self.depth = levels;
        self
    }

    /// Whether kinds of values have the colours of a terminal. Default false.
    #[must_use]
    pub const fn color(mut self, color: bool) -> Self {
        self.color = color;
        self
    }
}

/// Shows a graph, with a newline at the end.
///
/// An object of the standard library that CPython would refuse to make is shown as the call that it is.
///
/// # Errors
///
/// When the writer fails.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Graph, show};
///
/// // A class without arguments, with {'age': 30} as its state.
/// let graph = Graph::from_slice(b"\x80\x02capp.models\nProfile\n)\x81}X\x03\0\0\0ageK\x1esb.")?;
/// let mut text = Vec::new();
/// show::write(&graph, &show::ShowOptions::default(), &mut text)?;
/// assert_eq!(text, b"app.models.Profile(age=30)\n");
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
pub fn write(graph: &Graph<'_>, options: &ShowOptions, out: impl Write) -> Result<()> {
    Printer::new(graph, options, out).print()
}
