//! Arrays, which are columns on PostgreSQL.

use super::{Field, unexpected};
use crate::expression::captured;
use crate::{Array, Bind, ElementType, Error, Result, Type, ValueRef};

/// A type whose values can be the elements of an array: of a `Vec` that is a column, on PostgreSQL.
///
/// It is one for all types of columns but these: `u8`, as `Vec<u8>` is a column of bytes; another `Vec`; ids and pickles. An
/// `Option` of it is one, whose `None` is NULL. Enums with `#[derive(Field)]` have it; a type of your own with `impl Field` gets
/// it by an empty `impl`:
///
/// ```
/// use onggi::{Bind, Element, Error, Field, Id, Model, Result, Type, ValueRef};
///
/// #[derive(Clone, Debug, PartialEq)]
/// struct Degrees(f64);
///
/// impl Field for Degrees {
///     type Base = Degrees;
///     const TYPE: Type = Type::Double;
///
///     fn bind(&self, to: &mut dyn Bind) -> Result<()> {
///         self.0.bind(to)
///     }
///
///     fn read(value: ValueRef<'_>) -> Result<Degrees> {
///         f64::read(value).map(Degrees)
///     }
/// }
///
/// impl Element for Degrees {}
///
/// #[derive(Clone, Default, Model)]
/// struct Day {
///     id: Id<Day>,
///     by_hour: Vec<Option<Degrees>>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an element of an array",
    label = "not an element type",
    note = "arrays hold `bool`, integers but `u8`, floats, `String`, `Vec<u8>`, `Option` of these, enums with \
            `#[derive(Field)]`, types of optional features (`chrono`, `uuid`, `decimal`, `json`), and your own types with \
            `impl Field` and `impl Element`"
)]
pub trait Element: Field {}

macro_rules! elements {
    ($($element:ty),+) => {
        $(impl Element for $element {})+
    };
}

elements!(bool, i8, i16, i32, i64, i128, isize, u16, u32, u64, u128, usize, f32, f64, String, Vec<u8>);
#[cfg(feature = "chrono")]
elements!(chrono::NaiveDate, chrono::NaiveTime, chrono::NaiveDateTime, chrono::DateTime<chrono::Utc>);
#[cfg(feature = "uuid")]
elements!(uuid::Uuid);
#[cfg(feature = "decimal")]
elements!(rust_decimal::Decimal);

#[cfg(feature = "json")]
impl<T> Element for super::Json<T> where super::Json<T>: Field {}

/// NULL among the elements.
impl<T: Element> Element for Option<T> {}

/// An array of one dimension, on PostgreSQL. Elsewhere, `Json<Vec<T>>` holds the same.
impl<T: Element> Field for Vec<T> {
    type Base = Self;
    const TYPE: Type = T::TYPE.array();

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::Array(&array(self)?))?)
    }

    fn read(value: ValueRef<'_>) -> Result<Self> {
        let ValueRef::Array(array) = value else { return unexpected("an array", value) };
        let values = (1..).zip(&array.values);
        values.map(|(place, value)| T::read(value.as_ref()).map_err(|error| at(place, error))).collect()
    }
}

/// The array of these values.
pub(crate) fn array<'v, T: Field>(values: impl IntoIterator<Item = &'v T>) -> Result<Array> {
    let values = (1..).zip(values).map(|(place, value)| captured(value).map_err(|error| at(place, error)));
    Ok(Array { element: ElementType::of(T::TYPE), values: values.collect::<Result<_>>()? })
}

/// The error of an element, counted from one as in SQL.
#[cold]
fn at(place: usize, error: Error) -> Error {
    error.prefixed(format_args!("element {place}"))
}
