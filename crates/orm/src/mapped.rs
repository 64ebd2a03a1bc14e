use crate::Result;
use crate::field::{Attribute, Field};
use crate::reader::Reader;

/// What a derived model needs of a field's type: [`Field`], whose methods are called through this trait alone.
///
/// The compiler says once only what it would say again with the same words at the same place. A type that is no
/// column is missing this one trait wherever the derive uses it, so each wrong field is one short error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a column",
    label = "not a column type",
    note = "columns hold integers, floats, `bool`, `String`, `Vec<u8>`, `Id` of a model, `Pickled`, `Option` of these, \
            enums with `#[derive(Field)]`, types of optional features (`chrono`, `uuid`, `decimal`, `json`), your own types \
            with `impl Field`, and where the database has arrays a `Vec` of types with `Element`: no ids, pickles or arrays; your \
            own with `impl Element`; a field that is no column is marked `#[model(skip)]`; a relation to a \
            key of several columns names its own, `#[model(columns(a, b))]`"
)]
pub trait Mapped: Sized {
    /// Its column, without a name.
    const COLUMN: onggi_sql::Column;

    /// Whether it is a pickle, which is not compared as its bytes are.
    const PICKLED: bool;

    /// Reads the next column.
    fn next(reader: &mut Reader<'_>) -> Result<Self>;

    /// Reads a column by its position.
    fn at(reader: &Reader<'_>, position: usize) -> Result<Self>;

    /// It, whatever its type.
    fn attribute(&self) -> &dyn Attribute;

    /// It, whatever its type.
    fn attribute_mut(&mut self) -> &mut dyn Attribute;

    /// Whether it is not the same as another.
    fn differs(&self, other: &Self) -> bool;
}

#[diagnostic::do_not_recommend]
impl<T: Field> Mapped for T {
    const COLUMN: onggi_sql::Column = {
        let reference = match T::REFERENCE {
            Some(table) => Some(onggi_sql::Reference::to(table)),
            None => None,
        };
        onggi_sql::Column::new("", T::TYPE)
            .with_nullable(T::NULLABLE)
            .with_reference(reference)
            .with_deferred(T::DEFERRED)
    };

    const PICKLED: bool = T::Base::EQUALITY.is_some();

    #[inline]
    fn next(reader: &mut Reader<'_>) -> Result<T> {
        reader.next()
    }

    #[inline]
    fn at(reader: &Reader<'_>, position: usize) -> Result<T> {
        reader.at(position)
    }

    #[inline]
    fn attribute(&self) -> &dyn Attribute {
        self
    }

    #[inline]
    fn attribute_mut(&mut self) -> &mut dyn Attribute {
        self
    }

    #[inline]
    fn differs(&self, other: &T) -> bool {
        Field::differs(self, other)
    }
}
