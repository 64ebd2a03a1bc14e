use std::any::Any;

use super::Relation;
use crate::Result;
use crate::handle::Object;
use crate::session::Arena;

/// A field that relates its model to another, whatever the models.
pub trait RelationField: Any {
    /// Whether it holds objects that are to move into the session that its own object is in.
    fn holds_objects(&self) -> bool;

    /// Whether it holds what no column of its own does: for a relation without one, something that is still to be
    /// written.
    #[doc(hidden)]
    fn is_assigned(&self) -> bool;

    /// Whether it holds all that the relation is to have.
    #[doc(hidden)]
    fn replaces(&self) -> bool {
        false
    }

    /// Forgets what its columns hold by now.
    #[doc(hidden)]
    fn settle(&mut self) {}

    /// Finds what cannot move in, before anything does.
    ///
    /// # Errors
    ///
    /// Objects that have rows already, and handles of objects that are not in the session.
    #[doc(hidden)]
    fn check(&self, relation: &'static Relation, arena: &Arena) -> Result<()>;

    /// Moves the objects that it holds into the session, and gives those that are then to be connected with its own.
    /// They have been checked.
    #[doc(hidden)]
    fn adopt(&mut self, arena: &mut Arena) -> Vec<Object>;
}
