use smallvec::SmallVec;

use super::{Shape, Tag};
use crate::Table;

/// A shape in the making. Most are short: these are written without a look at anything but their length.
pub(super) struct Numbers {
    short: [u32; 64],
    length: usize,
    /// What the short ones have no room for.
    rest: Vec<u32>,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers { short: [0; 64], length: 0, rest: Vec::new() }
    }
}

impl Numbers {
    #[inline]
    pub(super) fn into_shape(self) -> Shape {
        if self.rest.is_empty() {
            return Shape(SmallVec::from_buf_and_len(self.short, self.length));
        }
        let mut numbers = SmallVec::from_buf_and_len(self.short, self.length);
        numbers.extend_from_slice(&self.rest);
        Shape(numbers)
    }

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
