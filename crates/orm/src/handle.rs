use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// An object in a session: a small `Copy` key that [`Session`](crate::Session) is indexed with.
///
/// It belongs to the session that gave it out. Used with another session, or after its object has gone, it is
/// refused: `session[handle]` panics, [`try_get`](crate::Session::try_get) gives `None`.
pub struct Handle<M> {
    /// The stamp in the upper half, the slot in the lower: a single number is handed around in registers, also within a
    /// `Result`. Two of half its size are written to memory one by one, and a processor waits until it can read them as one.
    number: u64,
    model: PhantomData<fn() -> M>,
}

/// The half of a handle's number that is the slot.
const LOWER: u64 = u32::MAX as u64;

impl<M> Handle<M> {
    #[inline]
    pub(crate) fn new(slot: u32, stamp: u32) -> Handle<M> {
        Handle { number: u64::from(stamp) << 32 | u64::from(slot), model: PhantomData }
    }

    /// The place among a model's objects.
    #[inline]
    pub(crate) fn slot(self) -> u32 {
        (self.number & LOWER) as u32
    }

    /// Tells the slot's successive tenants, and sessions, apart.
    #[inline]
    pub(crate) fn stamp(self) -> u32 {
        // The upper half.
        (self.number >> 32) as u32
    }
}

impl<M: crate::Model> Handle<M> {
    /// The handle without its type.
    pub(crate) fn object(self) -> Object {
        Object { store: M::table().number(), slot: self.slot(), stamp: self.stamp() }
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
        self.number == other.number
    }
}

impl<M> Eq for Handle<M> {}

impl<M> Hash for Handle<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl<M> fmt::Debug for Handle<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({}#{:x})", self.slot(), self.stamp())
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
