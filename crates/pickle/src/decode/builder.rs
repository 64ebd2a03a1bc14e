//! What the pickle machine asks of those who build objects.

use std::borrow::Cow;
use std::vec::Drain;

use crate::error::{Error, Result};

/// What the machine builds: the nodes of a graph, or the objects of some interpreter.
///
/// `Object` is cloned by `DUP` and by the memo, so cloning must share, not copy.
/// Methods that are given items drain them from the stack.
pub trait Builder<'a> {
    /// A reference to a built object.
    type Object: Clone;

    /// The pickle names its protocol.
    fn protocol(&mut self, number: u8);
    /// `None`.
    fn none(&mut self) -> Result<Self::Object>;
    /// A bool.
    fn boolean(&mut self, value: bool) -> Result<Self::Object>;
    /// An integer that fits.
    fn int(&mut self, value: i64) -> Result<Self::Object>;
    /// An integer beyond `i64`: two's complement, little-endian, trimmed.
    fn long(&mut self, bytes: Cow<'a, [u8]>) -> Result<Self::Object>;
    /// A float.
    fn float(&mut self, value: f64) -> Result<Self::Object>;
    /// A string.
    fn str(&mut self, text: Cow<'a, str>) -> Result<Self::Object>;
    /// A string that stands in the input as it is; by default as any other.
    ///
    /// # Errors
    ///
    /// When the builder refuses it.
    #[inline]
    fn borrowed_str(&mut self, text: &'a str) -> Result<Self::Object> {
        self.str(Cow::Borrowed(text))
    }
    /// A string with lone surrogates, encoded as UTF-8 would.
    fn surrogates(&mut self, bytes: Cow<'a, [u8]>) -> Result<Self::Object>;
    /// A Python 2 string.
    fn string(&mut self, bytes: Cow<'a, [u8]>) -> Result<Self::Object>;
    /// Bytes.
    fn bytes(&mut self, bytes: Cow<'a, [u8]>) -> Result<Self::Object>;
    /// A bytearray.
    fn bytearray(&mut self, bytes: Cow<'a, [u8]>) -> Result<Self::Object>;
    /// A list of the items.
    fn list(&mut self, items: Drain<'_, Self::Object>) -> Result<Self::Object>;
    /// A tuple of the items.
    fn tuple(&mut self, items: Drain<'_, Self::Object>) -> Result<Self::Object>;
    /// An empty dict.
    fn dict(&mut self) -> Result<Self::Object>;
    /// An empty set.
    fn set(&mut self) -> Result<Self::Object>;
    /// A frozenset of the items.
    fn frozenset(&mut self, items: Drain<'_, Self::Object>) -> Result<Self::Object>;
    /// Appends to a list, or to an object that acts like one.
    fn append(&mut self, list: &Self::Object, items: Drain<'_, Self::Object>) -> Result<()>;
    /// Sets keys (even places) to values (odd places).
    fn set_items(&mut self, dict: &Self::Object, items: Drain<'_, Self::Object>) -> Result<()>;
    /// Adds to a set.
    fn add_items(&mut self, set: &Self::Object, items: Drain<'_, Self::Object>) -> Result<()>;
    /// Names a global.
    fn global(&mut self, module: &'a str, name: &'a str) -> Result<Self::Object>;
    /// Names a global by two objects, which must be strings.
    fn stack_global(&mut self, module: &Self::Object, name: &Self::Object) -> Result<Self::Object>;
    /// `callable(*arguments)`.
    fn call(&mut self, callable: Self::Object, arguments: Self::Object) -> Result<Self::Object>;
    /// `class(*arguments)` of the opcodes `INST` and `OBJ`, which make old-style instances when there are no arguments.
    fn instance(&mut self, class: Self::Object, arguments: Drain<'_, Self::Object>) -> Result<Self::Object>;
    /// `class.__new__(class, *arguments, **keywords)`.
    fn new_object(
        &mut self,
        class: Self::Object,
        arguments: Self::Object,
        keywords: Option<Self::Object>,
    ) -> Result<Self::Object>;
    /// Gives an object its state.
    fn build(&mut self, object: &Self::Object, state: Self::Object) -> Result<()>;
    /// An object known outside the pickle by an id.
    fn persistent(&mut self, id: Self::Object) -> Result<Self::Object>;
    /// An object of the extension registry; the code is positive.
    fn extension(&mut self, code: i32) -> Result<Self::Object>;
    /// The next out-of-band buffer.
    fn next_buffer(&mut self) -> Result<Self::Object>;
    /// A read-only view of a buffer.
    fn readonly_buffer(&mut self, buffer: Self::Object) -> Result<Self::Object>;

    /// The next instruction starts at this byte. For builders that tell places; nothing by default.
    ///
    /// # Errors
    ///
    /// When the builder has seen enough; by default never.
    #[inline]
    fn at(&mut self, offset: usize) -> Result<()> {
        let _ = offset;
        Ok(())
    }

    /// The text of a literal is malformed. Another release of Python may read it, so a builder may go on with an object of
    /// its own; by default it does not.
    ///
    /// # Errors
    ///
    /// By default the given one.
    fn malformed(&mut self, error: Error) -> Result<Self::Object> {
        Err(error)
    }

    /// How many bytes after a `BUILD` are no instructions: joblib puts arrays there. By default none.
    #[inline]
    fn foreign(&mut self, rest: &'a [u8]) -> usize {
        let _ = rest;
        0
    }
}
