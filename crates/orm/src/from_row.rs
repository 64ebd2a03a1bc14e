//! What rows of raw SQL become.

use onggi_sql::Column;

use crate::executor::{Keep, Plain};
use crate::field::Field;
use crate::reader::Reader;
use crate::row_map::{Names, RowMap, names};
use crate::session::Arena;
use crate::{Error, Handle, Model, Result, Value};

/// A row of [`sql`](crate::sql): a column, a tuple of up to twelve, a struct whose fields have the names of the columns, by
/// `#[derive(FromRow)]`, or a [`RowMap`]; on a connection a model, on a session a [`Handle`] of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a row",
    note = "a row is a column, a tuple of up to twelve, a struct with `#[derive(FromRow)]`, or a `RowMap`",
    note = "on a connection it can be a model, on a session a `Handle` of one"
)]
pub trait FromRow<K: Keep = Plain>: Sized {
    /// What is known of a result before its first row.
    #[doc(hidden)]
    type Places;

    /// Where its columns are among those of a result.
    ///
    /// # Errors
    ///
    /// A result of other columns.
    #[doc(hidden)]
    fn places(columns: &[String]) -> Result<Self::Places>;

    /// Reads it.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'_>, places: &Self::Places, keep: &mut K) -> Result<Self>;

    /// Before the first row.
    #[doc(hidden)]
    fn begin(_keep: &mut K) {}
}

/// Whether there are so many columns, whatever their names.
fn in_order(columns: &[String], width: usize) -> Result<()> {
    match columns.len() == width {
        true => Ok(()),
        false => Err(Error::usage(format!("rows of {} columns, read as {width}", columns.len()))),
    }
}

/// The places of columns by their names: each must be there once, and no other.
pub fn by_name(columns: &[String], names: &[&str]) -> Result<Vec<usize>> {
    if let Some(other) = columns.iter().find(|column| !names.contains(&column.as_str())) {
        return Err(Error::usage(format!(
            "the column `{other}` is no field: fields are {}",
            names.join(", ")
        )));
    }
    names.iter().map(|name| place(columns, name)).collect()
}

/// The place of the column of a name, which must be there once.
fn place(columns: &[String], name: &str) -> Result<usize> {
    let mut found = columns.iter().enumerate().filter(|(_, column)| *column == name);
    match (found.next(), found.next()) {
        (Some((place, _)), None) => Ok(place),
        (Some(_), Some(_)) => {
            Err(Error::usage(format!("two columns are called `{name}`: rename one with AS")))
        }
        (None, _) => Err(Error::usage(format!(
            "no column is called `{name}`, as the field is: there are {}",
            columns.join(", ")
        ))),
    }
}

/// The places of a model's columns by their names. Columns that are no fields can be missing, and deferred ones.
pub fn of_model<M: Model>(columns: &[String]) -> Result<Vec<usize>> {
    let optional = |column: &Column| column.deferred || column.projection.is_some();
    let all = M::table().columns.iter();
    all.map(|column| match optional(column) && columns.iter().all(|name| name != column.name) {
        true => Ok(Reader::NOWHERE),
        false => place(columns, column.name),
    })
    .collect()
}

/// The object of a row whose columns are in these places.
pub fn object<M: Model, K: Keep>(
    reader: &Reader<'_>,
    places: &[usize],
    keep: &mut K,
) -> Result<K::Entity<M>> {
    keep.entity(&mut reader.placed(places))
}

/// How a model's objects are read from rows of raw SQL: the derive says so of each, as a blanket implementation would overlap
/// that of fields.
#[doc(hidden)]
#[macro_export]
macro_rules! __from_row {
    ($model:ty) => {
        #[automatically_derived]
        impl $crate::FromRow for $model {
            type Places = ::std::vec::Vec<usize>;

            fn places(columns: &[::std::string::String]) -> $crate::Result<Self::Places> {
                $crate::__private::of_model::<$model>(columns)
            }

            fn read(
                reader: &mut $crate::__private::Reader<'_>,
                places: &Self::Places,
                keep: &mut $crate::Plain,
            ) -> $crate::Result<$model> {
                $crate::__private::object::<$model, $crate::Plain>(reader, places, keep)
            }
        }
    };
}

/// On a session objects are tracked.
impl<M: Model> FromRow<Arena> for Handle<M> {
    type Places = Vec<usize>;

    fn places(columns: &[String]) -> Result<Vec<usize>> {
        of_model::<M>(columns)
    }

    fn read(reader: &mut Reader<'_>, places: &Vec<usize>, keep: &mut Arena) -> Result<Handle<M>> {
        object::<M, Arena>(reader, places, keep)
    }

    fn begin(keep: &mut Arena) {
        keep.begin::<M>(false);
    }
}

/// Values are as the database keeps them.
impl<K: Keep> FromRow<K> for RowMap {
    type Places = Names;

    fn places(columns: &[String]) -> Result<Names> {
        names(columns.iter().map(|name| Some(&**name)))
    }

    fn read(reader: &mut Reader<'_>, names: &Names, _keep: &mut K) -> Result<RowMap> {
        let values = names.iter().map(|_| reader.next_raw()).collect::<Result<Vec<Value>>>()?;
        Ok(RowMap::new(names, values))
    }
}

#[diagnostic::do_not_recommend]
impl<K: Keep, T: Field> FromRow<K> for T {
    type Places = ();

    fn places(columns: &[String]) -> Result<()> {
        in_order(columns, 1)
    }

    #[inline]
    fn read(reader: &mut Reader<'_>, _places: &(), _keep: &mut K) -> Result<T> {
        reader.next()
    }
}

macro_rules! tuple {
    ($width:literal: $($part:ident)+) => {
        impl<Kept: Keep, $($part: Field),+> FromRow<Kept> for ($($part,)+) {
            type Places = ();

            fn places(columns: &[String]) -> Result<()> {
                in_order(columns, $width)
            }

            fn read(reader: &mut Reader<'_>, _places: &(), _keep: &mut Kept) -> Result<Self> {
                Ok(($(reader.next::<$part>()?,)+))
            }
        }
    };
}
tuple!(1: A);
tuple!(2: A B);
tuple!(3: A B C);
tuple!(4: A B C D);
tuple!(5: A B C D E);
tuple!(6: A B C D E F);
tuple!(7: A B C D E F G);
tuple!(8: A B C D E F G H);
tuple!(9: A B C D E F G H I);
tuple!(10: A B C D E F G H I J);
tuple!(11: A B C D E F G H I J K);
tuple!(12: A B C D E F G H I J K L);
