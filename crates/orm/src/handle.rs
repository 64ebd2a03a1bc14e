use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// An object in a session: a small `Copy` key that [`Session`](crate::Session) is indexed with.
///
/// It belongs to the session that gave it out. Used with another session, or after its object has gone, it is
/// refused: `session[handle]` panics, [`try_get`](crate::Session::try_get) gives `None`.
pub struct Handle<M> {
    pub(crate) slot: u32,
    pub(crate) stamp: u32,
    model: PhantomData<fn() -> M>,
}

impl<M> Handle<M> {
    pub(crate) fn new(slot: u32, stamp: u32) -> Handle<M> {
        Handle { slot, stamp, model: PhantomData }
    }
}

impl<M: crate::Model> Handle<M> {
    /// The handle without its type.
    pub(crate) fn object(self) -> Object {
        Object { store: M::table().number(), slot: self.slot, stamp: self.stamp }
    }
}

impl<M> Clone for Handle<M> {
    fn clone(&self) -> Handle<M> {
        *self
    }
}

impl<M> Copy for Handle<M> {}

impl<M> PartialEq for Handle<M> {
    fn eq(&self, other: &Handle<M>) -> bool {
        (self.slot, self.stamp) == (other.slot, other.stamp)
    }
}

impl<M> Eq for Handle<M> {}

impl<M> Hash for Handle<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.slot, self.stamp).hash(state);
    }
}

impl<M> fmt::Debug for Handle<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({}#{:x})", self.slot, self.stamp)
    }
}

/// A handle without its type: the object's store and slot in whatever holds the objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// The store; in a session, the number of the model's table.
    pub store: u32,
    /// The slot in it.
    pub slot: u32,
    /// Tells the slot's successive tenants, and sessions, apart.
    pub stamp: u32,
}
