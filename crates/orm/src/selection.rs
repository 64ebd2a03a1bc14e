//! What a query gives for each row: objects, values, or tuples of them.

use std::marker::PhantomData;

use onggi_sql::{self as sql, Source};

use crate::executor::{Keep, Plain};
use crate::expression::{Expression, Maybe, Nullability, OutputNode, Parts, Paths, Tree, need};
use crate::field::Field;
use crate::query::Tables;
use crate::reader::Reader;
use crate::relation::{Along, Fetch};
use crate::row_map::MapFields;
use crate::{Error, Executor, Model, Result};

/// What a query gives for each row.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be selected",
    note = "a query selects columns, expressions, tuples of up to twelve of them, and structs by `#[derive(FromRow)]`"
)]
pub trait Selection {
    /// What a row becomes.
    type Item<K: Keep>;

    /// What tells selections apart whose rows do not belong together.
    #[doc(hidden)]
    type Row;

    /// Whether a pickle is in it that is no part of a whole object, which its key tells from others.
    #[doc(hidden)]
    const PICKLED: bool = false;

    /// It, as another query sees it that reads this one's rows.
    #[doc(hidden)]
    type Outputs: Copy + Selection<Row = Self::Row, Item<Plain> = Self::Item<Plain>>;

    /// It, as columns of the rows of a number, from a column on.
    #[doc(hidden)]
    fn outputs(source: u64, next: &mut usize) -> Self::Outputs;

    /// The same, where the row may be missing, as behind a left join.
    #[doc(hidden)]
    type Optional: Copy + Selection;

    /// It, where the row may be missing, as columns of the rows of a number, from a column on.
    #[doc(hidden)]
    fn optional(source: u64, next: &mut usize) -> Self::Optional;

    /// Adds its expressions to those that the statement selects.
    #[doc(hidden)]
    fn columns(&self, to: &mut Columns);

    /// Adds what maps have of it: a name and a type for each of its expressions.
    #[doc(hidden)]
    fn fields(&self, to: &mut MapFields);

    /// Reads its part of a row.
    #[doc(hidden)]
    fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<Self::Item<K>>;

    /// Reads what the rest of the row holds for the relations of what was read.
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
    fn begin<K: Keep>(_keep: &mut K, _distinct: bool) {}

    /// Loads relations of what a query has brought.
    #[doc(hidden)]
    fn fetch<E: Executor>(
        _executor: &mut E,
        _items: &mut [Self::Item<E::Keep>],
        _fetches: &[Fetch],
    ) -> Result<()> {
        Ok(())
    }
}

/// The expressions that a statement selects.
#[derive(Debug, Default)]
pub struct Columns {
    pub(crate) expressions: Vec<sql::Expression>,
    pub(crate) error: Option<Box<str>>,
    pub(crate) paths: Paths,
    pub(crate) depth: u16,
}

impl Columns {
    /// Of a selection.
    pub(crate) fn of(selection: &impl Selection) -> Columns {
        let mut columns = Columns::default();
        selection.columns(&mut columns);
        columns
    }

    /// The expressions of a selection, each with all that it brings along.
    pub(crate) fn trees(selection: &impl Selection) -> Vec<Tree> {
        let Columns { expressions, error, paths, depth } = Columns::of(selection);
        let tree = |expression| Tree::around(expression, error.clone(), paths.clone(), depth);
        expressions.into_iter().map(tree).collect()
    }

    pub(crate) fn push(&mut self, tree: Tree) {
        let Parts { expression, error, paths, depth } = tree.into_parts();
        self.expressions.push(expression);
        self.depth = self.depth.max(depth);
        self.error = self.error.take().or(error);
        paths.into_iter().for_each(|path| need(&mut self.paths, path));
    }
}

/// What closures of queries see of a model; made by `#[derive(Model)]`.
///
/// Selected, it is the whole object: `select(|post| (post, post.author()))`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no relation to one",
    note = "a join is told a relation to one, as in `|post| post.author()`; those to many are loaded by `with`"
)]
pub trait EntityColumns: Copy + 'static {
    /// The model.
    type Model;

    /// Whether its row may be missing.
    type Nullability: Nullability;

    /// The occurrence of its table.
    #[doc(hidden)]
    fn source(self) -> Source;
}

#[diagnostic::do_not_recommend]
impl<C: EntityColumns<Model: Model>> Selection for C {
    type Item<K: Keep> = <C::Nullability as Nullability>::One<K::Entity<C::Model>>;
    type Row = (C::Model, C::Nullability);
    type Outputs = <C::Model as Model>::Columns<C::Nullability>;
    type Optional = <C::Model as Model>::Columns<Maybe>;

    fn outputs(source: u64, next: &mut usize) -> Self::Outputs {
        object::<C::Model, _>(source, next)
    }

    fn optional(source: u64, next: &mut usize) -> Self::Optional {
        object::<C::Model, _>(source, next)
    }

    fn columns(&self, to: &mut Columns) {
        let source = self.source();
        need(&mut to.paths, source);
        to.expressions.extend(crate::source::columns(source));
    }

    fn fields(&self, to: &mut MapFields) {
        to.table(C::Model::table());
    }

    fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<Self::Item<K>> {
        entity::<C::Model, C::Nullability, K>(reader, keep)
    }

    fn begin<K: Keep>(keep: &mut K, distinct: bool) {
        keep.begin::<C::Model>(distinct);
    }
}

/// The object that the reader stands at, which may be missing.
fn entity<M: Model, N: Nullability, K: Keep>(
    reader: &mut Reader<'_>,
    keep: &mut K,
) -> Result<N::One<K::Entity<M>>> {
    let table = M::table();
    let found = match reader.is_missing(table)? {
        true => None,
        false => Some(keep.entity::<M>(reader)?),
    };
    N::one(found, || Error::not_found(format!("a row of {} that must be there is missing", table.name)))
}

/// The columns of an object among the rows of another query.
pub(crate) fn object<M: Model, N: Nullability>(rows: u64, next: &mut usize) -> M::Columns<N> {
    let start = *next;
    *next += M::table().columns.len();
    M::columns(crate::source::among(M::table(), rows, start, N::MAYBE))
}

/// Whole objects of a model, or of several that are joined.
pub struct Entity<F>(PhantomData<fn() -> F>);

impl<F: Tables> Selection for Entity<F> {
    type Item<K: Keep> = F::Item<K>;
    type Row = F::Row;
    type Outputs = F::Outputs;
    type Optional = <F::Outputs as Selection>::Optional;
    const PICKLED: bool = F::Outputs::PICKLED;

    fn outputs(source: u64, next: &mut usize) -> F::Outputs {
        F::outputs(source, next)
    }

    fn optional(source: u64, next: &mut usize) -> Self::Optional {
        F::Outputs::optional(source, next)
    }

    fn columns(&self, _to: &mut Columns) {}

    fn fields(&self, to: &mut MapFields) {
        F::outputs(0, &mut 0).fields(to);
    }

    #[inline]
    fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<F::Item<K>> {
        F::read(reader, keep)
    }

    #[inline]
    fn along<K: Keep>(
        item: &mut F::Item<K>,
        along: &[Along],
        reader: &mut Reader<'_>,
        keep: &mut K,
    ) -> Result<()> {
        F::along(item, along, reader, keep)
    }

    fn begin<K: Keep>(keep: &mut K, distinct: bool) {
        F::begin(keep, distinct);
    }

    fn fetch<E: Executor>(executor: &mut E, items: &mut [F::Item<E::Keep>], fetches: &[Fetch]) -> Result<()> {
        F::fetch(executor, items, fetches)
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
    type Row = T;
    type Outputs = Expression<T, OutputNode>;
    type Optional = Expression<Option<T::Base>, OutputNode>;
    const PICKLED: bool = T::Base::EQUALITY.is_some();

    fn outputs(source: u64, next: &mut usize) -> Self::Outputs {
        *next += 1;
        Expression::output(source, *next - 1)
    }

    fn optional(source: u64, next: &mut usize) -> Self::Optional {
        *next += 1;
        Expression::output(source, *next - 1)
    }

    fn columns(&self, to: &mut Columns) {
        to.push(self.clone().into_tree());
    }

    fn fields(&self, to: &mut MapFields) {
        let name = match self.clone().into_tree().into_parts().expression {
            sql::Expression::Column(source, column) => Some(source.table.columns[column].name.into()),
            _ => None,
        };
        to.push(name, Some(T::TYPE));
    }

    #[inline]
    fn read<K: Keep>(reader: &mut Reader<'_>, _keep: &mut K) -> Result<T> {
        reader.next()
    }
}

macro_rules! tuple {
    ($($part:ident $position:tt),+) => {
        impl<$($part: Selection),+> Selection for ($($part,)+) {
            type Item<Kept: Keep> = ($($part::Item<Kept>,)+);
            type Row = ($($part::Row,)+);
            type Outputs = ($($part::Outputs,)+);
            type Optional = ($($part::Optional,)+);
            const PICKLED: bool = $($part::PICKLED)||+;

            fn outputs(source: u64, next: &mut usize) -> Self::Outputs {
                ($($part::outputs(source, next),)+)
            }

            fn optional(source: u64, next: &mut usize) -> Self::Optional {
                ($($part::optional(source, next),)+)
            }

            fn columns(&self, to: &mut Columns) {
                $(self.$position.columns(to);)+
            }

            fn fields(&self, to: &mut MapFields) {
                $(self.$position.fields(to);)+
            }

            fn read<Kept: Keep>(reader: &mut Reader<'_>, keep: &mut Kept) -> Result<Self::Item<Kept>> {
                Ok(($($part::read(reader, keep)?,)+))
            }

            fn begin<Kept: Keep>(keep: &mut Kept, _distinct: bool) {
                $($part::begin(keep, false);)+
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
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);

/// What can be selected for a field of type `T` of a struct with `#[derive(FromRow)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is selected for a field of type `{T}`",
    label = "not a `{T}`",
    note = "the field and what is selected for it have one type: `Option` where it can be NULL"
)]
pub trait SelectionOf<T>: Selection<Item<Plain> = T> {}

#[diagnostic::do_not_recommend]
impl<T, S: Selection<Item<Plain> = T>> SelectionOf<T> for S {}
