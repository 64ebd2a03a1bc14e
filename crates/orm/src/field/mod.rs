//! What a column can hold: [`Field`], implemented for the usual types and open for the user's own.

mod array;
mod deferred;
mod integer;
#[cfg(feature = "json")]
mod json;
mod pickled;
mod scalar;
#[cfg(any(feature = "chrono", feature = "uuid", feature = "decimal"))]
mod typed;

pub use array::Element;
pub(crate) use array::array;
pub use deferred::Deferred;
#[cfg(feature = "json")]
pub use json::Json;
pub use pickled::Pickled;

use crate::handle::Object;
use crate::{Bind, Error, Result, Table, Type, ValueRef};

/// A type that a column can hold.
///
/// Implement it for a type of your own to use it as a field: say which [`Type`] its column has, and how a value is
/// bound and read.
///
/// ```
/// use onggi::{Bind, Error, Field, Result, Type, ValueRef};
///
/// #[derive(Clone, Debug, PartialEq)]
/// struct Color(u8, u8, u8);
///
/// impl Field for Color {
///     type Base = Color;
///     const TYPE: Type = Type::Text;
///
///     fn bind(&self, to: &mut dyn Bind) -> Result<()> {
///         let text = format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2);
///         Ok(to.bind(ValueRef::Text(&text))?)
///     }
///
///     fn read(value: ValueRef<'_>) -> Result<Color> {
///         let ValueRef::Text(text) = value else { return Err(Error::value("expected a color like #00ff7f")) };
///         let part = |at: usize| {
///             let digits = text.get(at..at + 2).ok_or_else(|| Error::value("expected a color like #00ff7f"))?;
///             u8::from_str_radix(digits, 16).map_err(Error::other)
///         };
///         Ok(Color(part(1)?, part(3)?, part(5)?))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a column",
    label = "not a column type",
    note = "columns hold integers, floats, `bool`, `String`, `Vec<u8>`, `Option`, `Id`, `Pickled`, enums with \
            `#[derive(Field)]`, types of optional features (`chrono`, `uuid`, `decimal`, `json`), your own types with \
            `impl Field`, and where the database has arrays a `Vec` of types with `Element`: no ids, pickles or arrays; your \
            own with `impl Element`; a field that is no column is marked `#[model(skip)]`; a relation to a \
            key of several columns names its own, `#[model(columns(a, b))]`"
)]
pub trait Field: Clone + PartialEq + Sized + 'static {
    /// The type without `Option`: `Self` for all types but `Option`.
    type Base: Field;

    /// The type of the column.
    const TYPE: Type;

    /// Whether NULL is one of its values: for `Option` alone.
    const NULLABLE: bool = false;

    /// The table whose key it is, for foreign keys.
    #[doc(hidden)]
    const REFERENCE: Option<fn() -> &'static Table> = None;

    /// The function that says whether two of its values are equal, where `=` does not.
    #[doc(hidden)]
    const EQUALITY: Option<&'static onggi_sql::Declared> = None;

    /// Whether queries leave it out.
    #[doc(hidden)]
    const DEFERRED: bool = false;

    /// Binds it to a parameter: calls `to.bind` once.
    ///
    /// # Errors
    ///
    /// A value that the column cannot hold.
    fn bind(&self, to: &mut dyn Bind) -> Result<()>;

    /// Reads it from a value of [`TYPE`](Field::TYPE), or from NULL.
    ///
    /// # Errors
    ///
    /// A value that the type cannot hold: [`Error::value`] says what was expected and found. The caller adds table,
    /// column and key.
    fn read(value: ValueRef<'_>) -> Result<Self>;

    /// Reads it from what its column has, where that is not left out.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Field::read).
    #[doc(hidden)]
    fn read_present(value: ValueRef<'_>) -> Result<Self> {
        Self::read(value)
    }

    /// The object that it refers to by handle.
    #[doc(hidden)]
    fn referred(&self) -> Option<Object> {
        None
    }

    /// A reference to an object by handle, if it is a reference.
    #[doc(hidden)]
    fn referring(_object: Object) -> Option<Self> {
        None
    }

    /// Whether the database is to generate it.
    #[doc(hidden)]
    fn is_unset(&self) -> bool {
        false
    }

    /// Takes a generated key back.
    #[doc(hidden)]
    fn unset(&mut self) {}

    /// Whether it was left out when its row was read.
    #[doc(hidden)]
    fn is_deferred(&self) -> bool {
        false
    }

    /// Whether it is to be written where the row has `other`.
    #[doc(hidden)]
    fn differs(&self, other: &Self) -> bool {
        self != other
    }
}

/// A field of whatever type: what a session does with the columns of a model.
pub trait Attribute {
    /// Binds it to a parameter.
    ///
    /// # Errors
    ///
    /// A value that the column cannot hold.
    fn bind(&self, to: &mut dyn Bind) -> Result<()>;

    /// Binds it to a parameter, unless it refers to an object by handle: then gives that.
    ///
    /// # Errors
    ///
    /// A value that the column cannot hold.
    fn bind_or_refer(&self, to: &mut dyn Bind) -> Result<Option<Object>>;

    /// Sets it.
    ///
    /// # Errors
    ///
    /// A value that the field cannot hold.
    fn assign(&mut self, value: ValueRef<'_>) -> Result<()>;

    /// The object that it refers to by handle.
    fn referred(&self) -> Option<Object>;

    /// Lets it refer to an object by handle, if it is a reference.
    fn refer(&mut self, object: Object) -> bool;

    /// Whether the database is to generate it.
    fn is_unset(&self) -> bool;

    /// Takes a generated key back.
    fn unset(&mut self);

    /// Whether it was left out when its row was read.
    fn is_deferred(&self) -> bool;
}

impl<T: Field> Attribute for T {
    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Field::bind(self, to)
    }

    fn bind_or_refer(&self, to: &mut dyn Bind) -> Result<Option<Object>> {
        match Field::referred(self) {
            None => Field::bind(self, to).map(|()| None),
            referred => Ok(referred),
        }
    }

    fn assign(&mut self, value: ValueRef<'_>) -> Result<()> {
        *self = T::read_present(value)?;
        Ok(())
    }

    fn referred(&self) -> Option<Object> {
        Field::referred(self)
    }

    fn refer(&mut self, object: Object) -> bool {
        match T::referring(object) {
            Some(reference) => *self = reference,
            None => return false,
        }
        true
    }

    fn is_unset(&self) -> bool {
        Field::is_unset(self)
    }

    fn unset(&mut self) {
        Field::unset(self);
    }

    fn is_deferred(&self) -> bool {
        Field::is_deferred(self)
    }
}

/// `None` is NULL.
impl<T: Field> Field for Option<T> {
    type Base = T;
    const TYPE: Type = T::TYPE;
    const NULLABLE: bool = {
        assert!(!T::NULLABLE, "an Option in an Option cannot be a column: SQL has one NULL only");
        true
    };
    const REFERENCE: Option<fn() -> &'static Table> = T::REFERENCE;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        match self {
            Some(value) => value.bind(to),
            None => Ok(to.bind(ValueRef::Null)?),
        }
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }

    fn referred(&self) -> Option<Object> {
        self.as_ref().and_then(Field::referred)
    }

    fn referring(object: Object) -> Option<Self> {
        T::referring(object).map(Some)
    }
}

/// The error for a value that is not of the expected kind.
#[cold]
pub(crate) fn unexpected<T>(expected: &str, value: ValueRef<'_>) -> Result<T> {
    Err(Error::value(format!("expected {expected}, found {}", value.kind())))
}
