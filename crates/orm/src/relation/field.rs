use std::any::Any;

use super::Relation;
use super::keys::KeyValues;
use crate::handle::Object;
use crate::session::Arena;
use crate::{Result, Value};

/// What a reference holds, whatever the model.
#[derive(Debug)]
pub enum Reference {
    /// Nothing.
    Unset,
    /// The key that columns hold, as they were read.
    Held(KeyValues),
    /// A key that was set.
    Key(KeyValues),
    /// An object of the session.
    Object(Object),
}

impl PartialEq for Reference {
    fn eq(&self, other: &Reference) -> bool {
        match (self.target(), other.target()) {
            (Err(object), Err(other)) => object == other,
            (Ok(key), Ok(other)) => key == other,
            _ => false,
        }
    }
}

impl Reference {
    /// Its key, none for nothing, or its object.
    fn target(&self) -> std::result::Result<Option<&[Value]>, Object> {
        match self {
            Reference::Unset => Ok(None),
            Reference::Held(key) | Reference::Key(key) => Ok(Some(key)),
            Reference::Object(object) => Err(*object),
        }
    }
}

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

    /// What it refers to.
    #[doc(hidden)]
    fn reference(&self) -> Reference {
        Reference::Unset
    }

    /// Takes the key that its columns hold, where these are fields of their own.
    #[doc(hidden)]
    fn hold(&mut self, _key: Option<KeyValues>) {}

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
