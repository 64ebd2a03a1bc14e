//! Names for what is selected.

use std::borrow::Cow;

use super::{Expression, Part, Tree};
use crate::Result;
use crate::executor::Keep;
use crate::field::Field;
use crate::reader::Reader;
use crate::row_map::MapFields;
use crate::selection::{Columns, Selection};

/// What is selected under a name: what [`label`](Expression::label) gives.
#[derive(Clone, Debug)]
pub struct Labelled<S> {
    selection: S,
    name: Cow<'static, str>,
}

impl<T: Field, N: Into<Tree>> Expression<T, N> {
    /// Gives it a name among what is selected, for [`maps`](crate::Query::maps). Columns have their own.
    pub fn label(self, name: impl Into<Cow<'static, str>>) -> Labelled<Expression<T, N>> {
        Labelled { selection: self, name: name.into() }
    }
}

impl Part {
    /// Gives it a name among what is selected, for [`maps`](crate::Query::maps).
    pub fn label(self, name: impl Into<Cow<'static, str>>) -> Labelled<Part> {
        Labelled { selection: self, name: name.into() }
    }
}

impl<S: Selection> Selection for Labelled<S> {
    type Item<K: Keep> = S::Item<K>;
    type Row = S::Row;
    type Outputs = S::Outputs;
    type Optional = S::Optional;
    const PICKLED: bool = S::PICKLED;

    fn outputs(source: u64, next: &mut usize) -> S::Outputs {
        S::outputs(source, next)
    }

    fn optional(source: u64, next: &mut usize) -> S::Optional {
        S::optional(source, next)
    }

    fn columns(&self, to: &mut Columns) {
        self.selection.columns(to);
    }

    fn fields(&self, to: &mut MapFields) {
        to.named(&self.name, |to| self.selection.fields(to));
    }

    fn read<K: Keep>(reader: &mut Reader<'_>, keep: &mut K) -> Result<S::Item<K>> {
        S::read(reader, keep)
    }
}
