use onggi_sql::Source;

use crate::executor::{Keep, Plain};
use crate::expression::{Maybe, Must};
use crate::reader::Reader;
use crate::relation::{Along, Fetch};
use crate::selection::{Selection, object};
use crate::{Executor, Model, Result};

/// What a query reads: a model, or a tuple of models that are joined, `Option`s where a row may be missing.
///
/// `Query<(User, Option<Post>)>` is a query of users, with posts where there are some.
pub trait Tables {
    /// What closures see of them.
    type Columns: Copy;

    /// What a row becomes that holds all of them.
    type Item<K: Keep>;

    /// What tells selections of them from others.
    #[doc(hidden)]
    type Row;

    /// They, as another query sees them that reads this one's rows.
    #[doc(hidden)]
    type Outputs: Copy + Selection<Row = Self::Row, Item<Plain> = Self::Item<Plain>>;

    /// They, as columns of the rows of a number.
    #[doc(hidden)]
    fn outputs(source: u64, next: &mut usize) -> Self::Outputs;

    /// What closures see of these occurrences.
    #[doc(hidden)]
    fn columns(sources: &[Source]) -> Self::Columns;

    /// Reads their part of a row.
    #[doc(hidden)]
    fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<Self::Item<K>>;

    /// Reads what the rest of the row holds for the relations of the only table.
    #[doc(hidden)]
    fn along<K: Keep>(
        _item: &mut Self::Item<K>,
        _along: &[Along],
        _reader: &mut Reader<'_>,
        _keep: &mut K,
    ) -> Result<()> {
        Ok(())
    }

    /// Before the first row.
    #[doc(hidden)]
    fn begin<K: Keep>(keep: &mut K, distinct: bool);

    /// Loads relations of what a query has brought.
    #[doc(hidden)]
    fn fetch<E: Executor>(
        executor: &mut E,
        items: &mut [Self::Item<E::Keep>],
        fetches: &[Fetch],
    ) -> Result<()>;
}

#[diagnostic::do_not_recommend]
impl<M: Model> Tables for M {
    type Columns = M::Columns<Must>;
    type Item<K: Keep> = K::Entity<M>;
    type Row = (M, Must);
    type Outputs = M::Columns<Must>;

    fn outputs(source: u64, next: &mut usize) -> M::Columns<Must> {
        object::<M, _>(source, next)
    }

    #[inline]
    fn columns(sources: &[Source]) -> M::Columns<Must> {
        M::columns(sources[0])
    }

    #[inline]
    fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<K::Entity<M>> {
        keep.entity(reader)
    }

    #[inline]
    fn along<K: Keep>(
        item: &mut K::Entity<M>,
        along: &[Along],
        reader: &mut Reader<'_>,
        keep: &mut K,
    ) -> Result<()> {
        if along.is_empty() { Ok(()) } else { keep.along(item, along, reader) }
    }

    fn begin<K: Keep>(keep: &mut K, distinct: bool) {
        keep.begin::<M>(distinct);
    }

    fn fetch<E: Executor>(
        executor: &mut E,
        items: &mut [<E::Keep as Keep>::Entity<M>],
        fetches: &[Fetch],
    ) -> Result<()> {
        if fetches.is_empty() { Ok(()) } else { executor.fetch::<M>(items, fetches) }
    }
}

/// Tables of which [`update`](crate::Query::update) and [`delete`](crate::Query::delete) write rows: a model, or a tuple of
/// joined ones whose first is a model.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` cannot be written",
    note = "an update or delete writes rows of the first table of its query, which must be there in each row: a model"
)]
pub trait Written: Tables {
    /// The model whose rows are written.
    type Model: Model;
}

#[diagnostic::do_not_recommend]
impl<M: Model> Written for M {
    type Model = M;
}

/// One of several joined tables: a model, or an `Option` of one whose row may be missing.
pub trait Joined {
    /// What closures see of it.
    type Columns: Copy + Selection;

    /// The same, whose row may be missing.
    type Optional: Joined;

    /// What closures see of an occurrence.
    #[doc(hidden)]
    fn columns(source: Source) -> Self::Columns;
}

#[diagnostic::do_not_recommend]
impl<M: Model> Joined for M {
    type Columns = M::Columns<Must>;
    type Optional = Option<M>;

    fn columns(source: Source) -> M::Columns<Must> {
        M::columns(source)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> Joined for Option<M> {
    type Columns = M::Columns<Maybe>;
    type Optional = Option<M>;

    fn columns(source: Source) -> M::Columns<Maybe> {
        M::columns(source)
    }
}

/// Tables of a tuple: each as it would be selected.
macro_rules! tables {
    ($($part:ident $position:tt),+) => {
        #[diagnostic::do_not_recommend]
        impl<$($part: Joined),+> Tables for ($($part,)+) {
            type Columns = ($($part::Columns,)+);
            type Item<K: Keep> = ($(<$part::Columns as Selection>::Item<K>,)+);
            type Row = <Self::Columns as Selection>::Row;
            type Outputs = <Self::Columns as Selection>::Outputs;

            fn outputs(source: u64, next: &mut usize) -> Self::Outputs {
                <Self::Columns as Selection>::outputs(source, next)
            }

            fn columns(sources: &[Source]) -> Self::Columns {
                ($($part::columns(sources[$position]),)+)
            }

            fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<Self::Item<K>> {
                <Self::Columns as Selection>::read(reader, keep)
            }

            fn begin<K: Keep>(keep: &mut K, distinct: bool) {
                <Self::Columns as Selection>::begin(keep, distinct);
            }

            fn fetch<By: Executor>(_: &mut By, _: &mut [Self::Item<By::Keep>], _: &[Fetch]) -> Result<()> {
                Ok(())
            }
        }
    };
}

tables!(A 0, B 1);
tables!(A 0, B 1, C 2);
tables!(A 0, B 1, C 2, D 3);
tables!(A 0, B 1, C 2, D 3, E 4);
tables!(A 0, B 1, C 2, D 3, E 4, F 5);

macro_rules! written {
    ($($part:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<M: Model, $($part: Joined),+> Written for (M, $($part),+) {
            type Model = M;
        }
    };
}

written!(A);
written!(A B);
written!(A B C);
written!(A B C D);
written!(A B C D E);
