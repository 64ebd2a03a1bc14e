use std::any::Any;

use super::Relation;
use crate::Result;
use crate::handle::Object;
use crate::session::Arena;

/// A field that relates its model to another, whatever the models.
pub trait RelationField: Any {
    /// Whether it holds objects that are to move into the session that its own object is in.
    fn holds_objects(&self) -> bool;

    /// Moves the objects that it holds into the session, and gives those that are then to be connected with its own.
    ///
    /// # Errors
    ///
    /// Objects that have rows already.
    #[doc(hidden)]
    fn adopt(&mut self, relation: &'static Relation, arena: &mut Arena) -> Result<Vec<Object>>;
}
