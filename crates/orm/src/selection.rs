//! What a query gives for each row: objects, values, or tuples of them.

use std::marker::PhantomData;

use onggi_sql as sql;

use crate::executor::Keep;
use crate::expression::{Expression, Tree};
use crate::field::Field;
use crate::reader::Reader;
use crate::{Model, Result};

/// What a query gives for each row.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be selected",
    note = "a query selects columns, expressions, and tuples of up to eight of them"
)]
pub trait Selection {
    /// What a row becomes.
    type Item<K: Keep>;

    /// Adds its expressions to those that the statement selects.
    #[doc(hidden)]
    fn columns(&self, to: &mut Columns);

    /// Reads its part of a row.
    #[doc(hidden)]
    fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<Self::Item<K>>;

    /// Before the first row.
    #[doc(hidden)]
    fn begin<K: Keep>(_keep: &mut K, _distinct: bool) {}

    /// After the last row.
    #[doc(hidden)]
    fn finish<K: Keep>(_keep: &mut K) {}
}

/// The expressions that a statement selects.
#[derive(Debug, Default)]
pub struct Columns {
    pub(crate) expressions: Vec<sql::Expression>,
    pub(crate) error: Option<Box<str>>,
}

/// Whole objects of a model.
pub struct Entity<M>(PhantomData<fn() -> M>);

impl<M: Model> Selection for Entity<M> {
    type Item<K: Keep> = K::Entity<M>;

    fn columns(&self, to: &mut Columns) {
        to.expressions
            .extend((0..M::table().columns.len()).map(|column| sql::Expression::column(M::table(), column)));
    }

    #[inline]
    fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<K::Entity<M>> {
        keep.entity(reader)
    }

    fn begin<K: Keep>(keep: &mut K, distinct: bool) {
        keep.begin::<M>(distinct);
    }

    fn finish<K: Keep>(keep: &mut K) {
        keep.finish::<M>();
    }
}

impl<M> Entity<M> {
    pub(crate) fn new() -> Entity<M> {
        Entity(PhantomData)
    }
}

impl<M> Clone for Entity<M> {
    fn clone(&self) -> Entity<M> {
        *self
    }
}

impl<M> Copy for Entity<M> {}

impl<M> std::fmt::Debug for Entity<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entity")
    }
}

impl<T: Field, N: Into<Tree> + Clone> Selection for Expression<T, N> {
    type Item<K: Keep> = T;

    fn columns(&self, to: &mut Columns) {
        let (expression, error) = self.clone().into_tree().into_parts();
        to.expressions.push(expression);
        to.error = to.error.take().or(error);
    }

    #[inline]
    fn read<K: Keep>(reader: &mut Reader<'_>, _keep: &mut K) -> Result<T> {
        reader.next()
    }
}

macro_rules! tuple {
    ($($part:ident $position:tt),+) => {
        impl<$($part: Selection),+> Selection for ($($part,)+) {
            type Item<K: Keep> = ($($part::Item<K>,)+);

            fn columns(&self, to: &mut Columns) {
                $(self.$position.columns(to);)+
            }

            fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<Self::Item<K>> {
                Ok(($($part::read(reader, keep)?,)+))
            }

            fn begin<K: Keep>(keep: &mut K, _distinct: bool) {
                $($part::begin(keep, false);)+
            }

            fn finish<K: Keep>(keep: &mut K) {
                $($part::finish(keep);)+
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
