//! Structs of rows that may be missing.

use std::marker::PhantomData;

use crate::Result;
use crate::executor::Keep;
use crate::expression::{Expression, OutputNode};
use crate::field::Field;
use crate::reader::Reader;
use crate::row_map::MapFields;
use crate::selection::{Columns, Selection};

/// A struct by `#[derive(FromRow)]` among the rows of another query, whose row may be missing: an `Option` of the struct,
/// none where all of its columns are NULL.
pub struct MaybeRow<S> {
    source: u64,
    start: usize,
    row: PhantomData<fn() -> S>,
}

impl<S: Selection> MaybeRow<S> {
    /// The row that begins at a column of the rows of a number.
    #[doc(hidden)]
    pub fn new(source: u64, next: &mut usize) -> MaybeRow<S> {
        let start = *next;
        S::outputs(source, next);
        MaybeRow { source, start, row: PhantomData }
    }

    /// A column of the row, an `Option` as the row may be missing: `|(user, total)| total.get(|total| total.people)`.
    pub fn get<T: Field>(
        self,
        column: impl FnOnce(S::Outputs) -> Expression<T, OutputNode>,
    ) -> Expression<Option<T::Base>, OutputNode> {
        column(S::outputs(self.source, &mut self.start.clone())).optional()
    }
}

impl<S: Selection> Selection for MaybeRow<S> {
    type Item<K: Keep> = Option<S::Item<K>>;
    type Row = Option<S::Row>;
    type Outputs = MaybeRow<S>;
    type Optional = MaybeRow<S>;
    const PICKLED: bool = S::PICKLED;

    fn outputs(source: u64, next: &mut usize) -> MaybeRow<S> {
        MaybeRow::new(source, next)
    }

    fn optional(source: u64, next: &mut usize) -> MaybeRow<S> {
        MaybeRow::new(source, next)
    }

    fn columns(&self, to: &mut Columns) {
        S::outputs(self.source, &mut self.start.clone()).columns(to);
    }

    fn fields(&self, to: &mut MapFields) {
        S::outputs(self.source, &mut self.start.clone()).fields(to);
    }

    fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<Option<S::Item<K>>> {
        let mut width = 0;
        S::outputs(0, &mut width);
        match reader.is_null(width)? {
            true => Ok(None),
            false => S::read(reader, keep).map(Some),
        }
    }
}

impl<S> Clone for MaybeRow<S> {
    fn clone(&self) -> MaybeRow<S> {
        *self
    }
}

impl<S> Copy for MaybeRow<S> {}

impl<S> std::fmt::Debug for MaybeRow<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MaybeRow")
    }
}
