//! What a model is to the engine: a table, and thin functions between its struct and the columns.

use std::hash::{Hash, Hasher};

use crate::column_set::ColumnSet;
use crate::field::{Attribute, Field};
use crate::query::Query;
use crate::reader::Reader;
use crate::{Bind, Result, Table};

/// A struct that is mapped to a table; made by `#[derive(Model)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "put `#[derive(Clone, Model)]` on the struct"
)]
pub trait Model: Clone + Send + Sized + 'static {
    /// What queries see in closures: one column for each field.
    type Columns: Copy + 'static;

    /// The primary key: its field's type, or a tuple of several.
    type Key: Key;

    /// The table.
    fn table() -> &'static Table;

    /// The columns.
    fn columns() -> Self::Columns;

    /// Starts a query of this model.
    fn query() -> Query<Self> {
        Query::new()
    }

    /// The object's primary key.
    fn key(&self) -> Self::Key;

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
}

#[diagnostic::do_not_recommend]
impl<T: Field + Eq + Hash> Key for T {
    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Field::bind(self, to)
    }
}

#[diagnostic::do_not_recommend]
impl<A: Field + Eq + Hash, B: Field + Eq + Hash> Key for (A, B) {
    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        self.0.bind(to)?;
        self.1.bind(to)
    }
}

#[diagnostic::do_not_recommend]
impl<A: Field + Eq + Hash, B: Field + Eq + Hash, C: Field + Eq + Hash> Key for (A, B, C) {
    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        self.0.bind(to)?;
        self.1.bind(to)?;
        self.2.bind(to)
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
