use std::fmt;

use super::belongs_to::can_move_in;
use super::{Relation, RelationField};
use crate::handle::{Handle, Object};
use crate::session::Arena;
use crate::{Model, Result};

/// What a field holds of the objects on its other side.
#[derive(Clone, Debug)]
enum Members<M> {
    NotLoaded,
    /// Objects that are to move into a session.
    New(Vec<M>),
    /// Objects of a session that are to be related.
    Handles(Vec<Handle<M>>),
    Loaded(Vec<M>),
}

impl<M: Model> Members<M> {
    fn objects(&self) -> Option<&[M]> {
        match self {
            Members::New(objects) | Members::Loaded(objects) => Some(objects),
            Members::NotLoaded | Members::Handles(_) => None,
        }
    }

    fn into_objects(self) -> Option<Vec<M>> {
        match self {
            Members::New(objects) | Members::Loaded(objects) => Some(objects),
            Members::NotLoaded | Members::Handles(_) => None,
        }
    }

    fn holds_handles(&self) -> bool {
        matches!(self, Members::Handles(_))
    }

    fn holds_objects(&self) -> bool {
        matches!(self, Members::New(_) | Members::Handles(_) | Members::Loaded(_))
    }

    fn is_assigned(&self) -> bool {
        match self {
            Members::New(objects) => !objects.is_empty(),
            Members::Handles(handles) => !handles.is_empty(),
            Members::Loaded(_) | Members::NotLoaded => false,
        }
    }

    /// Finds what cannot move into a session.
    fn check(&self, relation: &'static Relation, arena: &Arena) -> Result<()> {
        match self {
            Members::New(objects) => objects.iter().try_for_each(|object| can_move_in(object, relation)),
            Members::Handles(handles) => {
                handles.iter().try_for_each(|handle| arena.can_be_member(handle.object(), relation))
            }
            Members::Loaded(_) | Members::NotLoaded => Ok(()),
        }
    }

    /// Moves the members into a session and gives their handles.
    fn adopt(&mut self, arena: &mut Arena) -> Vec<Handle<M>> {
        match std::mem::replace(self, Members::NotLoaded) {
            Members::New(objects) => objects.into_iter().map(|object| arena.adopt_object(object)).collect(),
            Members::Handles(handles) => handles,
            // What was read with its object is in the database already.
            Members::Loaded(_) | Members::NotLoaded => Vec::new(),
        }
    }
}

/// Equal are the same objects, read or new.
impl<M: PartialEq> PartialEq for Members<M> {
    fn eq(&self, other: &Members<M>) -> bool {
        use Members::{Handles, Loaded, New, NotLoaded};
        match (self, other) {
            (New(objects) | Loaded(objects), New(others) | Loaded(others)) => objects == others,
            (Handles(handles), Handles(others)) => handles == others,
            (NotLoaded, NotLoaded) => true,
            _ => false,
        }
    }
}

/// A relation field whose members are [`Members`].
macro_rules! members {
    ($name:ident) => {
        impl<M: Model> RelationField for $name<M> {
            fn holds_objects(&self) -> bool {
                self.0.holds_objects()
            }

            fn is_assigned(&self) -> bool {
                self.0.is_assigned()
            }

            fn replaces(&self) -> bool {
                matches!(self.0, Members::New(_) | Members::Handles(_))
            }

            fn check(&self, relation: &'static Relation, arena: &Arena) -> Result<()> {
                self.0.check(relation, arena)
            }

            fn adopt(&mut self, arena: &mut Arena) -> Vec<Object> {
                self.0.adopt(arena).into_iter().map(Handle::object).collect()
            }
        }

        impl<M: Model> $name<M> {
            pub(super) fn holds_handles(&self) -> bool {
                self.0.holds_handles()
            }
        }

        impl<M: Model> Default for $name<M> {
            fn default() -> $name<M> {
                $name(Members::NotLoaded)
            }
        }

        impl<M: Clone> Clone for $name<M> {
            fn clone(&self) -> $name<M> {
                $name(self.0.clone())
            }
        }

        impl<M: PartialEq> PartialEq for $name<M> {
            fn eq(&self, other: &$name<M>) -> bool {
                self.0 == other.0
            }
        }

        impl<M: fmt::Debug> fmt::Debug for $name<M> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match &self.0 {
                    Members::NotLoaded => f.write_str(concat!(stringify!($name), "(not loaded)")),
                    Members::New(objects) | Members::Loaded(objects) => {
                        f.debug_list().entries(objects).finish()
                    }
                    Members::Handles(handles) => f.debug_list().entries(handles).finish(),
                }
            }
        }
    };
}

/// The objects of another model that refer to this one: `posts: HasMany<Post>` where a post has `user:
/// BelongsTo<User>`, or another field that `#[model(inverse(...))]` names. It has no column.
///
/// A new object takes new ones or handles along: `posts: vec![Post { .. }].into()`. In a session the field stays
/// empty: [`Session::load`](crate::Session::load) gives the objects. In a plain struct that a query with
/// [`with`](crate::Query::with) read, it holds them; they are written one by one, not with their owner.
///
/// With serde it is a sequence of the objects, and `null` where they are not loaded:
///
/// ```
/// # use onggi::{BelongsTo, Database, HasMany, Id, Model};
/// # use serde::{Deserialize, Serialize};
/// #[derive(Clone, Default, Model, Serialize, Deserialize)]
/// struct User {
///     id: Id<User>,
///     #[serde(default)]
///     posts: HasMany<Post>,
/// }
///
/// #[derive(Clone, Default, Model, Serialize, Deserialize)]
/// struct Post {
///     id: Id<Post>,
///     title: String,
///     #[serde(default)]
///     user: BelongsTo<User>,
/// }
///
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User, Post])?;
/// let new: User = serde_json::from_str(r#"{"posts": [{"title": "First"}]}"#)?;
/// let mut session = db.session()?;
/// session.add(new);
/// session.commit()?;
///
/// let loaded = User::query().with(|user| user.posts()).one(&mut db.connect()?)?;
/// let json = serde_json::to_string(&loaded)?;
/// assert_eq!(json, r#"{"id":1,"posts":[{"id":1,"title":"First","user":1}]}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct HasMany<M>(Members<M>);

/// The object of another model that refers to this one, of which there is at most one; as [`HasMany`] else.
pub struct HasOne<M>(Members<M>);

/// Objects of another model that rows of a table between relate to this one.
///
/// That table is named after this model's and the field (`post_tags`), or as `#[model(link = "...")]` says; the other
/// model can have the other end, with `#[model(inverse(tags))]`. Where the table has more columns, it is a model, and
/// `#[model(through(Tagging))]` names it; its rows are written as objects of that model.
///
/// Assigned to an object that has a row, `session[post].tags = vec![rust, sql].into()`, it is all that the relation is to
/// have: the next flush reads what is linked, and writes the links that are new and deletes the others.
pub struct ManyToMany<M>(Members<M>);

members!(HasMany);
members!(HasOne);
members!(ManyToMany);

/// What collections have in common.
macro_rules! many {
    ($name:ident) => {
        impl<M: Model> $name<M> {
            /// The objects, where they are held here: new, or read by a query with [`with`](crate::Query::with).
            pub fn loaded(&self) -> Option<&[M]> {
                self.0.objects()
            }

            /// The objects, taken out, where they are held here.
            pub fn into_loaded(self) -> Option<Vec<M>> {
                self.0.into_objects()
            }

            pub(crate) fn fill(&mut self, objects: Vec<M>) {
                self.0 = Members::Loaded(objects);
            }
        }

        impl<M: Model> From<Vec<M>> for $name<M> {
            fn from(objects: Vec<M>) -> $name<M> {
                $name(Members::New(objects))
            }
        }

        impl<M: Model, const LENGTH: usize> From<[M; LENGTH]> for $name<M> {
            fn from(objects: [M; LENGTH]) -> $name<M> {
                $name(Members::New(objects.into()))
            }
        }

        impl<M: Model> From<Vec<Handle<M>>> for $name<M> {
            fn from(handles: Vec<Handle<M>>) -> $name<M> {
                $name(Members::Handles(handles))
            }
        }

        impl<M: Model> FromIterator<M> for $name<M> {
            fn from_iter<I: IntoIterator<Item = M>>(objects: I) -> $name<M> {
                $name(Members::New(objects.into_iter().collect()))
            }
        }
    };
}

many!(HasMany);
many!(ManyToMany);

impl<M: Model> HasOne<M> {
    /// The object, where the field holds what there is, and there is one: new, or read by a query with
    /// [`with`](crate::Query::with).
    pub fn object(&self) -> Option<&M> {
        self.0.objects()?.first()
    }

    /// Whether the field holds what there is.
    pub fn is_loaded(&self) -> bool {
        self.0.objects().is_some()
    }

    pub(crate) fn fill(&mut self, object: Option<M>) {
        self.0 = Members::Loaded(object.into_iter().collect());
    }
}

impl<M: Model> From<M> for HasOne<M> {
    fn from(object: M) -> HasOne<M> {
        HasOne(Members::New(vec![object]))
    }
}

impl<M: Model> From<Handle<M>> for HasOne<M> {
    fn from(handle: Handle<M>) -> HasOne<M> {
        HasOne(Members::Handles(vec![handle]))
    }
}
