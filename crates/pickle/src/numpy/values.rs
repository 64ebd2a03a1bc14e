//! Items as Rust values.

use super::dtype::{CHARACTER, Kind};
use super::element::{Number, private::Sealed};
use super::{Array, ByteOrder, Element, element};
use crate::error::{Error, Result, Segment};

impl Array<'_> {
    /// All items, in the order of `array.flat`.
    ///
    /// # Errors
    ///
    /// When an item is not exactly one of the type, with its place in the path.
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        if let Some(items) = self.as_slice() {
            return Ok(items.to_vec());
        }
        if T::is(self.dtype.kind(), self.dtype.item_size())
            && self.is_contiguous()
            && let Some(data) = self.data()
        {
            return element::read_all(data, self.dtype.byte_order()).ok_or_else(|| self.unlike::<T>(0));
        }
        self.values()?.collect()
    }

    /// All items as they lie in memory, without a copy; `None` when they cannot be lent so.
    ///
    /// They can when the dtype is the very type in this machine's byte order, the items are in the order of `array.flat`,
    /// and the bytes are aligned. In a pickle they are where chance puts them; in an out-of-band buffer mostly aligned.
    pub fn as_slice<T: Element>(&self) -> Option<&[T]> {
        let native = self.dtype.item_size() == 1 || self.dtype.byte_order() == ByteOrder::NATIVE;
        let same = native && T::is(self.dtype.kind(), self.dtype.item_size()) && self.is_contiguous();
        T::cast(self.data().filter(|_| same)?)
    }

    /// The items one by one, in the order of `array.flat`; nothing is allocated.
    ///
    /// # Errors
    ///
    /// When the array holds objects. Each item is an error when it is not exactly one of the type.
    pub fn values<T: Element>(&self) -> Result<impl ExactSizeIterator<Item = Result<T>>> {
        let items = self.items().ok_or_else(|| self.is_of("a number"))?;
        Ok(items.enumerate().map(|(place, item)| self.read(item).ok_or_else(|| self.unlike::<T>(place))))
    }

    /// The only item of a scalar, or of an array that has one: Python's `array.item()`.
    ///
    /// # Errors
    ///
    /// When there is not one item, or it is not exactly one of the type.
    pub fn value<T: Element>(&self) -> Result<T> {
        match self.values()?.next() {
            Some(value) if self.len() == 1 => value,
            _ => Err(Error::data(format!("a numpy array of {} items, not of one", self.len()))),
        }
    }

    /// The texts of an array of kind [`Kind::Str`], without the zeros that fill them up.
    ///
    /// # Errors
    ///
    /// When the array is of another kind, or a text has a surrogate or another number that is no character.
    pub fn to_strings(&self) -> Result<Vec<String>> {
        let items = self.items().filter(|_| self.dtype.kind() == Kind::Str);
        let items = items.ok_or_else(|| self.is_of("a str"))?.enumerate();
        items.map(|(place, item)| self.text(item).ok_or_else(|| self.unlike_text(place))).collect()
    }

    /// The byte strings of an array of kind [`Kind::Bytes`], without the zeros that fill them up.
    ///
    /// # Errors
    ///
    /// When the array is of another kind.
    pub fn to_byte_strings(&self) -> Result<Vec<&[u8]>> {
        let items = self.items().filter(|_| self.dtype.kind() == Kind::Bytes);
        Ok(items.ok_or_else(|| self.is_of("bytes"))?.map(unpadded).collect())
    }

    /// An item as text.
    pub(crate) fn text(&self, item: &[u8]) -> Option<String> {
        let characters = item.chunks(CHARACTER).map(|bytes| u32::read(bytes, self.dtype.byte_order()));
        let text: Option<String> = characters.map(|code| char::from_u32(code?)).collect();
        text.map(|text| text.trim_end_matches('\0').to_owned())
    }

    /// An item as a number of any kind.
    #[inline]
    pub(crate) fn number(&self, item: &[u8]) -> Option<Number> {
        Number::read(self.dtype.kind(), self.dtype.byte_order(), item)
    }

    #[inline]
    pub(crate) fn read<T: Element>(&self, item: &[u8]) -> Option<T> {
        if T::is(self.dtype.kind(), self.dtype.item_size()) {
            return T::read(item, self.dtype.byte_order());
        }
        T::exact(self.number(item)?)
    }

    #[cold]
    fn unlike<T: Element>(&self, place: usize) -> Error {
        let error = Error::data(format!("an item of {} is no {}", self.dtype, T::NAME));
        self.at(place, error)
    }

    #[cold]
    fn unlike_text(&self, place: usize) -> Error {
        self.at(place, Error::data("a text in a numpy array has a number that is no character"))
    }

    /// The place of an item in nested lists: `$[1][0]`.
    pub(crate) fn at(&self, mut place: usize, mut error: Error) -> Error {
        for length in self.shape.iter().rev() {
            error = error.inside(Segment::Index(place.checked_rem(*length).unwrap_or(0)));
            place = place.checked_div(*length).unwrap_or(0);
        }
        error
    }

    #[cold]
    fn is_of(&self, expected: &str) -> Error {
        Error::data(format!("a numpy array of {}, where {expected} was expected", self.dtype))
    }
}

/// The bytes without the zeros that fill them up.
pub(crate) fn unpadded(item: &[u8]) -> &[u8] {
    let length = item.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &item[..length]
}
