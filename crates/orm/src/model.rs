//! What a model is to the engine: a table, and thin functions between its struct and the columns.

use std::hash::{Hash, Hasher};

use onggi_sql::Source;

use crate::column_set::ColumnSet;
use crate::conflict::OnConflict;
use crate::expression::{Condition, Must, Nullability};
use crate::field::{Attribute, Field};
use crate::query::Query;
use crate::reader::Reader;
use crate::relation::{Reference, Relation, RelationField};
use crate::selection::{EntityColumns, Selection};
use crate::{Bind, Result, Table, Value};

/// A struct that is mapped to a table; made by `#[derive(Model)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "put `#[derive(Clone, Model)]` on the struct"
)]
pub trait Model: Clone + Send + Sized + 'static {
    /// What queries see in closures: one column for each field, and a method for each relation.
    type Columns<N: Nullability>: EntityColumns<Model = Self, Nullability = N>;

    /// The primary key: its field's type, or a tuple of several.
    type Key: Key;

    /// The table.
    fn table() -> &'static Table;

    /// How it is related to other models.
    #[doc(hidden)]
    const RELATIONS: &'static [Relation] = &[];

    /// The condition that its default scope puts on an occurrence of its table.
    #[doc(hidden)]
    const SCOPE: Option<fn(Self::Columns<Must>) -> Condition> = None;

    /// The columns of an occurrence of its table in a query.
    #[doc(hidden)]
    fn columns<N: Nullability>(source: Source) -> Self::Columns<N>;

    /// The field of a relation.
    #[doc(hidden)]
    fn relation_mut(&mut self, relation: usize) -> &mut dyn RelationField {
        crate::__private::no_column(relation)
    }

    /// What a relation over fields refers to.
    #[doc(hidden)]
    fn reference(&self, relation: usize) -> Reference {
        crate::__private::no_column(relation)
    }

    /// Whether relations hold objects that are to move into the session.
    #[doc(hidden)]
    fn holds_objects(&self) -> bool {
        false
    }

    /// Starts a query of this model's rows: of those in its scope, where `#[model(scope(...))]` gives it one.
    #[inline]
    fn query() -> Query<Self> {
        Query::scoped()
    }

    /// Starts a query of all rows of this model, whatever its scope.
    ///
    /// ```
    /// # use onggi::{Condition, Database, Id, Model};
    /// #[derive(Clone, Default, Model)]
    /// #[model(scope(alive))]
    /// struct Post {
    ///     id: Id<Post>,
    ///     title: String,
    ///     deleted: bool,
    /// }
    ///
    /// fn alive(post: PostColumns) -> Condition {
    ///     post.deleted.eq(false)
    /// }
    ///
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Post])?;
    /// # let mut connection = db.connect()?;
    /// connection.insert(&mut Post { title: "Old".into(), deleted: true, ..Default::default() })?;
    /// assert_eq!(Post::query().count(&mut connection)?, 0);
    /// Post::unscoped().filter(|p| p.title.eq("Old")).update(&mut connection, |p| p.deleted.set(false))?;
    /// assert_eq!(Post::query().count(&mut connection)?, 1);
    /// # Ok::<(), onggi::Error>(())
    /// ```
    fn unscoped() -> Query<Self> {
        Query::new()
    }

    /// What an insert does where a row has the same values in these columns, of a unique constraint: see [`OnConflict`].
    fn on_conflict<S: Selection>(unique: impl FnOnce(Self::Columns<Must>) -> S) -> OnConflict<Self> {
        OnConflict::of(unique)
    }

    /// The object's primary key.
    ///
    /// # Panics
    ///
    /// Where a [`BelongsTo`](crate::BelongsTo) in the key is not set, or refers to an object that has no key yet.
    fn key(&self) -> Self::Key;

    /// The object's primary key, unless a reference in it has none yet.
    #[doc(hidden)]
    fn known_key(&self) -> Option<Self::Key> {
        Some(self.key())
    }

    /// Whether the object has this key.
    #[doc(hidden)]
    fn has_key(&self, key: &Self::Key) -> bool;

    /// Feeds the key to a hasher, as [`Self::Key`] would.
    #[doc(hidden)]
    fn hash_key<H: Hasher>(&self, state: &mut H);

    /// The key of the row that the reader stands at.
    #[doc(hidden)]
    fn read_key(reader: &Reader<'_>) -> Result<Self::Key>;

    /// The object of the row that the reader stands at.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'_>) -> Result<Self>;

    /// The field of a column.
    #[doc(hidden)]
    fn attribute(&self, column: usize) -> &dyn Attribute;

    /// The field of a column.
    #[doc(hidden)]
    fn attribute_mut(&mut self, column: usize) -> &mut dyn Attribute;

    /// The columns in which two objects differ.
    #[doc(hidden)]
    fn changed(&self, original: &Self) -> ColumnSet;
}

/// A primary key: a field, or a tuple of fields for a composite key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a primary key",
    note = "a key is a column type with `Eq` and `Hash`, or a tuple of up to four of them"
)]
pub trait Key: Clone + Eq + Hash + 'static {
    /// Binds its parts in the order of the primary key's columns.
    ///
    /// # Errors
    ///
    /// A value that a column cannot hold.
    fn bind(&self, to: &mut dyn Bind) -> Result<()>;

    /// The key of its parts.
    ///
    /// # Errors
    ///
    /// A part that is not of its type.
    #[doc(hidden)]
    fn of_values(values: &[Value]) -> Result<Self>;
}

/// A part of a key.
fn part<T: Field>(values: &[Value], position: usize) -> Result<T> {
    let value =
        values.get(position).ok_or_else(|| crate::Error::value("a key with fewer parts than its model's"))?;
    T::read(value.as_ref())
}

#[diagnostic::do_not_recommend]
impl<T: Field + Eq + Hash> Key for T {
    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Field::bind(self, to)
    }

    fn of_values(values: &[Value]) -> Result<T> {
        part(values, 0)
    }
}

#[diagnostic::do_not_recommend]
impl<A: Field + Eq + Hash, B: Field + Eq + Hash> Key for (A, B) {
    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        self.0.bind(to)?;
        self.1.bind(to)
    }

    fn of_values(values: &[Value]) -> Result<(A, B)> {
        Ok((part(values, 0)?, part(values, 1)?))
    }
}

#[diagnostic::do_not_recommend]
impl<A: Field + Eq + Hash, B: Field + Eq + Hash, C: Field + Eq + Hash> Key for (A, B, C) {
    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        self.0.bind(to)?;
        self.1.bind(to)?;
        self.2.bind(to)
    }

    fn of_values(values: &[Value]) -> Result<(A, B, C)> {
        Ok((part(values, 0)?, part(values, 1)?, part(values, 2)?))
    }
}

#[diagnostic::do_not_recommend]
impl<A, B, C, D> Key for (A, B, C, D)
where
    A: Field + Eq + Hash,
    B: Field + Eq + Hash,
    C: Field + Eq + Hash,
    D: Field + Eq + Hash,
{
    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        self.0.bind(to)?;
        self.1.bind(to)?;
        self.2.bind(to)?;
        self.3.bind(to)
    }

    fn of_values(values: &[Value]) -> Result<(A, B, C, D)> {
        Ok((part(values, 0)?, part(values, 1)?, part(values, 2)?, part(values, 3)?))
    }
}

/// The tables of models, for [`create_tables`](crate::Database::create_tables) and
/// [`drop_tables`](crate::Database::drop_tables).
///
/// ```
/// # use onggi::{Id, Model};
/// # #[derive(Clone, Model)] struct User { id: Id<User> }
/// # #[derive(Clone, Model)] struct Post { id: Id<Post> }
/// assert_eq!(onggi::models![User, Post].len(), 2);
/// ```
#[macro_export]
macro_rules! models {
    ($($model:ty),* $(,)?) => {
        [$(<$model as $crate::Model>::table()),*]
    };
}
