use std::fmt;
use std::hash::{Hash, Hasher};

use crate::field::{Field, unexpected};
use crate::handle::{Handle, Object};
use crate::{Bind, Error, Model, Result, Table, Type, ValueRef};

/// A key that the database generates: a model's own, or a reference to another's.
///
/// A model whose own key is not set yet is new; its insert sets it. In other models an `Id` is a foreign key, and
/// before the object it refers to has a key it can be that object's handle: flush writes objects in the right order
/// and puts the key in its place.
///
/// ```
/// # use onggi::{Id, Model};
/// # #[derive(Clone, Default, Model)] struct User { id: Id<User> }
/// assert!(Id::<User>::default().key().is_none());
/// assert_eq!(Id::<User>::from(7).key(), Some(7));
/// ```
pub struct Id<M>(State<M>);

enum State<M> {
    Unset,
    Key(i64),
    Pending(Handle<M>),
}

impl<M> Id<M> {
    /// The key, once it is known.
    pub fn key(&self) -> Option<i64> {
        match self.0 {
            State::Key(key) => Some(key),
            State::Unset | State::Pending(_) => None,
        }
    }

    /// The object referred to, while it has no key yet.
    pub fn pending(&self) -> Option<Handle<M>> {
        match self.0 {
            State::Pending(handle) => Some(handle),
            State::Unset | State::Key(_) => None,
        }
    }

    /// Whether it neither is a key nor refers to an object.
    pub fn is_unset(&self) -> bool {
        matches!(self.0, State::Unset)
    }

    fn parts(&self) -> (u8, i64, u32) {
        match self.0 {
            State::Unset => (0, 0, 0),
            State::Key(key) => (1, key, 0),
            State::Pending(handle) => (2, handle.slot().into(), handle.stamp()),
        }
    }
}

impl<M: Model> Field for Id<M> {
    type Base = Self;
    const TYPE: Type = Type::BIGINT;
    const REFERENCE: Option<fn() -> &'static Table> = Some(M::table);

    #[inline]
    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        match self.0 {
            State::Key(key) => Ok(to.bind(ValueRef::Integer(key))?),
            State::Unset => Err(Error::value(
                "the key is not set: insert the object whose key it is first, and take the key from that",
            )),
            State::Pending(_) => Err(Error::value(
                "it refers to an object by a handle, whose key its session knows: flush that, and take the key from the object, \
                 as in `session[handle].id`",
            )),
        }
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::Integer(key) => Ok(Id::from(key)),
            other => unexpected("a key", other),
        }
    }

    fn referred(&self) -> Option<Object> {
        self.pending().map(Handle::object)
    }

    fn referring(object: Object) -> Option<Self> {
        Some(Id(State::Pending(Handle::new(object.slot, object.stamp))))
    }

    fn is_unset(&self) -> bool {
        Id::is_unset(self)
    }

    fn unset(&mut self) {
        self.0 = State::Unset;
    }
}

impl<M> From<i64> for Id<M> {
    fn from(key: i64) -> Id<M> {
        Id(State::Key(key))
    }
}

impl<M> From<Handle<M>> for Id<M> {
    fn from(handle: Handle<M>) -> Id<M> {
        Id(State::Pending(handle))
    }
}

impl<M> From<Handle<M>> for Option<Id<M>> {
    fn from(handle: Handle<M>) -> Option<Id<M>> {
        Some(handle.into())
    }
}

impl<M> Default for Id<M> {
    fn default() -> Id<M> {
        Id(State::Unset)
    }
}

impl<M> Clone for Id<M> {
    fn clone(&self) -> Id<M> {
        *self
    }
}

impl<M> Copy for Id<M> {}

impl<M> Clone for State<M> {
    fn clone(&self) -> State<M> {
        *self
    }
}

impl<M> Copy for State<M> {}

impl<M> PartialEq for Id<M> {
    #[inline]
    fn eq(&self, other: &Id<M>) -> bool {
        match (self.0, other.0) {
            (State::Key(key), State::Key(other)) => key == other,
            _ => self.parts() == other.parts(),
        }
    }
}

impl<M> Eq for Id<M> {}

impl<M> Hash for Id<M> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            State::Key(key) => key.hash(state),
            State::Unset | State::Pending(_) => self.parts().hash(state),
        }
    }
}

impl<M> fmt::Debug for Id<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            State::Unset => f.write_str("Id(unset)"),
            State::Key(key) => write!(f, "Id({key})"),
            State::Pending(handle) => write!(f, "Id({handle:?})"),
        }
    }
}

/// The key as a number; `unset` or `pending` where there is none.
impl<M> fmt::Display for Id<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            State::Unset => f.write_str("unset"),
            State::Key(key) => fmt::Display::fmt(&key, f),
            State::Pending(_) => f.write_str("pending"),
        }
    }
}
