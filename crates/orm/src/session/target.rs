//! The model on the other side of a relation, as code that knows its table alone.

use onggi_driver as driver;
use onggi_sql::Source;

use super::Arena;
use crate::executor::Keep;
use crate::expression::Condition;
use crate::handle::Object;
use crate::reader::Reader;
use crate::relation::along::read;
use crate::relation::fill::{Owners, fill};
use crate::relation::{Along, Fetch, RelationField};
use crate::{Model, Result, Table};

/// What a session does with objects of a model that it knows no type of.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub(crate) table: fn() -> &'static Table,
    /// The condition of its default scope.
    pub(crate) scope: Option<fn(Source) -> Condition>,
    /// Keeps the object of the row that the reader stands at.
    pub(crate) keep: fn(&mut Arena, &mut Reader<'_>) -> Result<Object>,
    /// Before the first row; `distinct` where no row comes twice.
    pub(crate) begin: fn(&mut Arena, bool),
    /// Reads the object of a plain struct's relation, which is in the row of the struct.
    pub(crate) read_along: fn(&Along, &mut dyn RelationField, &mut Reader<'_>) -> Result<()>,
    /// Fills relations of plain structs.
    pub(crate) fill: fn(&Fetch, &mut dyn Owners, &mut driver::Connection) -> Result<()>,
}

/// The model as a target.
pub const fn target<M: Model>() -> Target {
    Target {
        table: M::table,
        scope: if M::SCOPE.is_some() { Some(scope::<M>) } else { None },
        keep: |arena, reader| Ok(arena.entity::<M>(reader)?.object()),
        begin: |arena, distinct| arena.begin::<M>(distinct),
        read_along: read::<M>,
        fill: fill::<M>,
    }
}

/// The condition of a scope for an occurrence of its model's table.
fn scope<M: Model>(source: Source) -> Condition {
    M::SCOPE.map_or_else(Condition::always, |scope| scope(M::columns(source)))
}
