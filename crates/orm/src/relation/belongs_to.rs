use std::fmt;

use super::field::Reference;
use super::keys::{self, KeyValues};
use super::{Relation, RelationField};
use crate::field::Field;
use crate::handle::{Handle, Object};
use crate::model::Key as _;
use crate::reader::shown;
use crate::session::Arena;
use crate::{Bind, Error, Model, Result, Table, Type, Value, ValueRef, by_key};

/// A reference to an object of another model, whose key is in a column of its own: `author: BelongsTo<User>` is the
/// column `author_id`, and `Option<BelongsTo<User>>` one that can be NULL.
///
/// With serde it is the object, where it holds one, or else the key: what is loaded along is nested in JSON. A handle is
/// refused there: flush the session and detach the object first.
///
/// It can be the primary key, as of rows of which there is at most one for each of the others', or a part of that; the key is
/// then the other's:
///
/// ```
/// # use onggi::{BelongsTo, Id, Model};
/// # #[derive(Clone, Default, Model)] struct User { id: Id<User> }
/// # #[derive(Clone, Default, Model)] struct Team { #[model(primary_key)] name: String }
/// #[derive(Clone, Default, Model)]
/// #[model(primary_key(user, team))]
/// struct Member {
///     user: BelongsTo<User>,
///     team: BelongsTo<Team>,
///     role: String,
/// }
///
/// # let db = onggi::Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User, Team, Member])?;
/// let mut session = db.session()?;
/// let user = session.add(User::default());
/// let team = Team { name: "red".into() };
/// let member = session.add(Member { user: user.into(), team: team.into(), role: "lead".into() });
/// session.commit()?;
/// assert_eq!(session.get::<Member>((session[user].id, "red".to_owned()))?, Some(member));
/// # Ok::<(), onggi::Error>(())
/// ```
///
/// With `#[model(columns(...))]` its columns are fields of their own, several where the other's key is of several, and other relations
/// or the primary key may share them. In a session the reference and its columns can be set alike:
///
/// - An object, a handle or another's reference is written to all columns, at the next flush.
/// - `None`, where it is an `Option`, sets those to NULL that can be and that no other relation has, as the team's number here and not
///   the tenant. Where there is none, that is an error.
/// - Columns that were set by hand count as they are; the reference follows with the flush.
/// - It is an error to set both so that they disagree, to set two relations to rows that differ in a column which they share, and to
///   change such a column for one of them alone. Of a new object, fields that hold 0, an empty text or NULL count as not set.
///
/// Of plain structs, without a session, the columns count.
///
/// ```
/// # use onggi::{BelongsTo, Id, Model};
/// #[derive(Clone, Default, Model)]
/// #[model(primary_key(tenant, number))]
/// struct Team { tenant: i64, number: i64 }
///
/// #[derive(Clone, Default, Model)]
/// struct Task {
///     id: Id<Task>,
///     tenant: i64,
///     team_number: Option<i64>,
///     #[model(columns(tenant, team_number))]
///     team: Option<BelongsTo<Team>>,
/// }
///
/// # let db = onggi::Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![Team, Task])?;
/// # let mut session = db.session()?;
/// let team = session.add(Team { tenant: 1, number: 7 });
/// let task = session.add(Task { team: team.into(), ..Default::default() });
/// session.commit()?;
/// session[task].team = None;
/// session.commit()?;
/// assert_eq!((session[task].tenant, session[task].team_number), (1, None));
/// # Ok::<(), onggi::Error>(())
/// ```
///
/// It is made from a handle, a new object or a key. In a session it is a handle or a key, which
/// [`Session::load`](crate::Session::load) follows; in a plain struct that a query with
/// [`with`](crate::Query::with) read, it holds the object itself.
///
/// ```
/// use onggi::{BelongsTo, Id, Model};
///
/// #[derive(Clone, Default, Model)]
/// struct User { id: Id<User>, name: String }
///
/// #[derive(Clone, Default, Model)]
/// struct Post { id: Id<Post>, title: String, author: BelongsTo<User> }
///
/// # let db = onggi::Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User, Post])?;
/// let mut session = db.session()?;
/// let john = session.add(User { name: "John".into(), ..Default::default() });
/// session.add(Post { title: "First".into(), author: john.into(), ..Default::default() });
/// let jane = User { name: "Jane".into(), ..Default::default() };
/// let post = session.add(Post { title: "Second".into(), author: jane.into(), ..Default::default() });
/// session.commit()?;
///
/// let author = session.load(post, |p| p.author())?;
/// assert_eq!(session[author].name, "Jane");
/// # Ok::<(), onggi::Error>(())
/// ```
pub struct BelongsTo<M>(State<M>);

#[derive(Clone)]
enum State<M> {
    Unset,
    /// The value of the only column of the other's key, which has been read as such.
    Key(Value),
    /// The key that columns hold which are fields of their own.
    Held(Box<[Value]>),
    Pending(Handle<M>),
    Object(Box<M>),
    /// An object that a query read along.
    Loaded(Box<M>),
}

impl<M: Model> BelongsTo<M> {
    /// The key of the object referred to, once it is known.
    pub fn key(&self) -> Option<M::Key> {
        match &self.0 {
            State::Key(key) => M::Key::of_values(std::slice::from_ref(key)).ok(),
            State::Held(key) => M::Key::of_values(key).ok(),
            State::Object(object) | State::Loaded(object) if !is_new(&**object) => Some(object.key()),
            State::Unset | State::Pending(_) | State::Object(_) | State::Loaded(_) => None,
        }
    }

    /// The object referred to, where it is held here: new, or read by a query with
    /// [`with`](crate::Query::with).
    pub fn object(&self) -> Option<&M> {
        match &self.0 {
            State::Object(object) | State::Loaded(object) => Some(object),
            State::Unset | State::Key(_) | State::Held(_) | State::Pending(_) => None,
        }
    }

    /// The object referred to, taken out, where it is held here.
    pub fn into_object(self) -> Option<M> {
        match self.0 {
            State::Object(object) | State::Loaded(object) => Some(*object),
            State::Unset | State::Key(_) | State::Held(_) | State::Pending(_) => None,
        }
    }

    /// The object referred to, while a session has given it no key yet.
    pub fn pending(&self) -> Option<Handle<M>> {
        match self.0 {
            State::Pending(handle) => Some(handle),
            State::Unset | State::Key(_) | State::Held(_) | State::Object(_) | State::Loaded(_) => None,
        }
    }

    /// Lends the object that a query read along, until it is filled again.
    pub(crate) fn take(&mut self) -> Option<M> {
        match std::mem::replace(&mut self.0, State::Unset) {
            State::Loaded(object) => Some(*object),
            other => {
                self.0 = other;
                None
            }
        }
    }

    /// Takes the object that its key refers to.
    pub(crate) fn fill(&mut self, object: M) {
        self.0 = State::Loaded(Box::new(object));
    }
}

/// Refuses an object that has a row: only new ones move into a session with those that hold them.
pub(super) fn can_move_in<M: Model>(object: &M, relation: &Relation) -> Result<()> {
    if M::table().generated().is_none() || is_new(object) {
        return Ok(());
    }
    Err(Error::usage(format!(
        "{} holds {}, an object that has a row already: attach it to the session, and put its handle there",
        relation.name,
        by_key::described_object(object),
    )))
}

/// Whether the object's key is one that the database has still to make, or refers to an object that has none.
pub(super) fn is_new<M: Model>(object: &M) -> bool {
    match M::table().generated() {
        Some(column) => object.attribute(column).is_unset(),
        None => object.known_key().is_none(),
    }
}

/// The parts of an object's key, where it has one.
fn key_of<M: Model>(object: &M) -> Option<KeyValues> {
    keys::values(M::table().primary_key.iter().map(|&column| object.attribute(column))).ok()?
}

impl<M: Model> Field for BelongsTo<M>
where
    M::Key: Field,
{
    type Base = Self;
    const TYPE: Type = <M::Key as Field>::TYPE;
    const REFERENCE: Option<fn() -> &'static Table> = Some(M::table);

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        match &self.0 {
            State::Key(key) => Ok(to.bind(key.as_ref())?),
            State::Held(key) => Ok(key.iter().try_for_each(|part| to.bind(part.as_ref()))?),
            State::Object(object) | State::Loaded(object) if !is_new(&**object) => {
                Field::bind(&object.key(), to)
            }
            State::Object(_) | State::Loaded(_) => Err(Error::value(format!(
                "it holds a new row of {}, which has no key yet: insert that first, or add this object to a session, which \
                 writes both",
                M::table().name
            ))),
            State::Unset => Err(Error::value(format!(
                "the reference to a row of {} is not set: set it to a key (`BelongsTo::to_key`), an object, or a handle",
                M::table().name
            ))),
            State::Pending(_) => Err(Error::value(
                "it refers to an object by a handle, whose key its session knows: flush that, and take the key from the object, \
                 as in `session[handle].id`",
            )),
        }
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<Self> {
        // A key is what the other model reads as one.
        <M::Key as Field>::read(value)?;
        Ok(BelongsTo(State::Key(value.to_owned())))
    }

    fn referred(&self) -> Option<Object> {
        self.pending().map(Handle::object)
    }

    fn referring(object: Object) -> Option<Self> {
        Some(BelongsTo(State::Pending(Handle::new(object.slot, object.stamp))))
    }

    fn is_unset(&self) -> bool {
        matches!(self.0, State::Unset)
    }

    fn unset(&mut self) {
        self.0 = State::Unset;
    }
}

impl<M: Model> RelationField for BelongsTo<M> {
    fn holds_objects(&self) -> bool {
        matches!(self.0, State::Object(_))
    }

    fn is_assigned(&self) -> bool {
        matches!(self.0, State::Object(_) | State::Pending(_) | State::Key(_))
    }

    fn reference(&self) -> Reference {
        match &self.0 {
            State::Unset => Reference::Unset,
            State::Key(key) => Reference::Key(KeyValues::from_iter([key.clone()])),
            State::Held(key) => Reference::Held(key.iter().cloned().collect()),
            State::Pending(handle) => Reference::Object(handle.object()),
            State::Object(object) | State::Loaded(object) => match key_of(&**object) {
                Some(key) => Reference::Held(key),
                None => Reference::Unset,
            },
        }
    }

    fn hold(&mut self, key: Option<KeyValues>) {
        self.0 = key.map_or(State::Unset, |key| State::Held(key.into_vec().into_boxed_slice()));
    }

    fn check(&self, relation: &'static Relation, arena: &Arena) -> Result<()> {
        match &self.0 {
            State::Object(object) => can_move_in(&**object, relation),
            State::Pending(handle) if relation.is_separate() => {
                arena.can_be_member(handle.object(), relation)
            }
            State::Unset | State::Key(_) | State::Held(_) | State::Pending(_) | State::Loaded(_) => Ok(()),
        }
    }

    fn adopt(&mut self, arena: &mut Arena) -> Vec<Object> {
        self.0 = match std::mem::replace(&mut self.0, State::Unset) {
            State::Object(object) => State::Pending(arena.adopt_object(*object)),
            other => other,
        };
        self.pending().map(Handle::object).into_iter().collect()
    }
}

impl<M: Model> RelationField for Option<BelongsTo<M>> {
    fn holds_objects(&self) -> bool {
        self.as_ref().is_some_and(RelationField::holds_objects)
    }

    fn is_assigned(&self) -> bool {
        self.as_ref().is_some_and(RelationField::is_assigned)
    }

    fn reference(&self) -> Reference {
        self.as_ref().map_or(Reference::Unset, RelationField::reference)
    }

    fn hold(&mut self, key: Option<KeyValues>) {
        *self = key.map(|key| {
            let mut held = BelongsTo::default();
            held.hold(Some(key));
            held
        });
    }

    fn check(&self, relation: &'static Relation, arena: &Arena) -> Result<()> {
        self.as_ref().map_or(Ok(()), |held| held.check(relation, arena))
    }

    fn adopt(&mut self, arena: &mut Arena) -> Vec<Object> {
        self.as_mut().map_or_else(Vec::new, |held| held.adopt(arena))
    }
}

impl<M> From<Handle<M>> for BelongsTo<M> {
    fn from(handle: Handle<M>) -> BelongsTo<M> {
        BelongsTo(State::Pending(handle))
    }
}

impl<M> From<Handle<M>> for Option<BelongsTo<M>> {
    fn from(handle: Handle<M>) -> Option<BelongsTo<M>> {
        Some(handle.into())
    }
}

impl<M: Model> From<M> for BelongsTo<M> {
    fn from(object: M) -> BelongsTo<M> {
        BelongsTo(State::Object(Box::new(object)))
    }
}

impl<M: Model> BelongsTo<M>
where
    M::Key: Field,
{
    /// A reference to the row of a key.
    ///
    /// # Errors
    ///
    /// A key that its column cannot hold, or that is not set.
    pub fn to_key(key: impl Into<M::Key>) -> Result<BelongsTo<M>> {
        crate::expression::captured(&key.into()).map(|key| BelongsTo(State::Key(key)))
    }
}

impl<M> Default for BelongsTo<M> {
    fn default() -> BelongsTo<M> {
        BelongsTo(State::Unset)
    }
}

impl<M: Clone> Clone for BelongsTo<M> {
    fn clone(&self) -> BelongsTo<M> {
        BelongsTo(self.0.clone())
    }
}

/// Equal are references to the same row: by their keys where they have some, else by their handles. New objects are
/// equal to nothing.
impl<M: Model> PartialEq for BelongsTo<M> {
    fn eq(&self, other: &BelongsTo<M>) -> bool {
        match (&self.0, &other.0) {
            (State::Unset, State::Unset) => true,
            (State::Pending(handle), State::Pending(other)) => handle == other,
            (State::Key(key), State::Key(other)) => key == other,
            (State::Held(key), State::Held(other)) => key == other,
            _ => self.key().is_some_and(|key| other.key() == Some(key)),
        }
    }
}

impl<M: Model> Eq for BelongsTo<M> {}

impl<M: fmt::Debug> fmt::Debug for BelongsTo<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            State::Unset => f.write_str("BelongsTo(unset)"),
            State::Key(key) => write!(f, "BelongsTo({})", shown(key.as_ref())),
            State::Held(key) => {
                let parts: Vec<String> = key.iter().map(|part| shown(part.as_ref()).to_string()).collect();
                write!(f, "BelongsTo({})", parts.join(", "))
            }
            State::Pending(handle) => write!(f, "BelongsTo({handle:?})"),
            State::Object(object) | State::Loaded(object) => {
                f.debug_tuple("BelongsTo").field(object).finish()
            }
        }
    }
}
