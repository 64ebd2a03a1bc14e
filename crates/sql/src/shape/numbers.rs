use std::fmt;
use std::hash::{Hash, Hasher};

use super::Tag;
use crate::Table;

/// Everything that decides a statement's text, as a flat list of numbers.
///
/// A face with statements of its own kind can make such lists itself, with [`Shape::own`], which differ from those
/// of all statements.
#[derive(Clone)]
pub struct Shape {
    /// Most shapes are short: these numbers are written without a look at anything but their length.
    short: [u32; SHORT],
    length: usize,
    /// What the short ones have no room for.
    rest: Vec<u32>,
}

const SHORT: usize = 48;

impl Shape {
    /// The smallest first number of a list that was not made from a [`Statement`](crate::Statement).
    const OWN: u32 = 1 << 16;

    /// A face's own list. Lists that differ in `first`, or in what follows, are different shapes.
    pub fn own(first: u32, rest: impl IntoIterator<Item = u32>) -> Shape {
        let mut shape = Shape::default();
        shape.number(Shape::OWN + first);
        rest.into_iter().for_each(|number| shape.number(number));
        shape
    }

    fn short(&self) -> &[u32] {
        &self.short[..self.length]
    }

    /// Nothing is not compared with nothing: a list that was never allocated points to no memory, and where a C library reads
    /// no bytes from there with a masked instruction, the processor takes 0.1 µs for it.
    #[inline]
    fn rest_equals(&self, other: &Shape) -> bool {
        match (self.rest.is_empty(), other.rest.is_empty()) {
            (true, true) => true,
            (false, false) => self.rest == other.rest,
            _ => false,
        }
    }
}

impl Default for Shape {
    #[inline]
    fn default() -> Shape {
        Shape { short: [0; SHORT], length: 0, rest: Vec::new() }
    }
}

impl PartialEq for Shape {
    fn eq(&self, other: &Shape) -> bool {
        self.short() == other.short() && self.rest_equals(other)
    }
}

impl Eq for Shape {}

impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.short().hash(state);
        if !self.rest.is_empty() {
            self.rest.hash(state);
        }
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.short()).entries(&self.rest).finish()
    }
}

/// A shape in the making.
impl Shape {
    #[inline]
    pub(super) fn number(&mut self, number: u32) {
        match self.short.get_mut(self.length) {
            Some(place) => {
                *place = number;
                self.length += 1;
            }
            None => self.rest.push(number),
        }
    }

    #[inline(always)]
    pub(super) fn numbers<const N: usize>(&mut self, numbers: [u32; N]) {
        match self.short[self.length..].first_chunk_mut() {
            Some(place) => {
                *place = numbers;
                self.length += N;
            }
            None => numbers.into_iter().for_each(|number| self.number(number)),
        }
    }

    #[inline]
    pub(super) fn push(&mut self, tag: Tag) {
        self.number(tag as u32);
    }

    #[inline]
    pub(super) fn count(&mut self, count: usize) {
        self.number(number(count));
    }

    #[inline]
    pub(super) fn table(&mut self, table: &Table) {
        self.number(table.number());
    }

    /// A text by its bytes, four in a number.
    pub(super) fn text(&mut self, text: &str) {
        self.count(text.len());
        for bytes in text.as_bytes().chunks(4) {
            self.number(bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)));
        }
    }

    pub(super) fn columns(&mut self, columns: &[usize]) {
        self.count(columns.len());
        for &column in columns {
            self.count(column);
        }
    }
}

/// A statement of four billion parts does not fit into memory.
#[inline]
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
