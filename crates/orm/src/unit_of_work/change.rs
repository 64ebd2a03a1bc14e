use super::{ColumnSet, Object};
use crate::{Bind, Error, Result, Table};

/// Everything that a flush is to write.
#[derive(Clone, Debug, Default)]
pub struct ChangeSet {
    /// The objects to write, each at most once.
    pub changes: Vec<Change>,
    /// References between them.
    pub edges: Vec<Edge>,
}

/// An object to write.
#[derive(Clone, Debug)]
pub struct Change {
    /// The object.
    pub object: Object,
    /// Its table.
    pub table: &'static Table,
    /// What happens to its row.
    pub kind: ChangeKind,
    /// The columns written: those that a new row gets values for, or those that changed. None for a deletion.
    pub columns: ColumnSet,
}

/// What happens to an object's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It is new.
    Insert,
    /// Some of its columns change.
    Update,
    /// It goes.
    Delete,
}

/// A foreign key of one object of the change set that refers to another: both are new, or both go.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The object that refers.
    pub from: Object,
    /// Position of the foreign key's column in its table.
    pub column: usize,
    /// The object referred to.
    pub to: Object,
}

/// The objects of a face, as the unit of work sees them.
pub trait Objects {
    /// Binds the value of a column; a reference to an object by its key, which that object has by then.
    ///
    /// # Errors
    ///
    /// A value that the column cannot hold.
    fn bind(&self, object: Object, column: usize, to: &mut dyn Bind) -> Result<()>;

    /// Binds the values of several columns, in this order.
    ///
    /// # Errors
    ///
    /// The first column that cannot hold its value, and why.
    fn bind_all(
        &self,
        object: Object,
        columns: &[usize],
        to: &mut dyn Bind,
    ) -> std::result::Result<(), (usize, Error)> {
        columns.iter().try_for_each(|&column| self.bind(object, column, to).map_err(|error| (column, error)))
    }

    /// Binds the primary key of the object's row, one part after another.
    ///
    /// # Errors
    ///
    /// A value that a column cannot hold.
    fn bind_key(&self, object: Object, to: &mut dyn Bind) -> Result<()>;

    /// Takes the key that the database generated; `None` takes it back, after a failure.
    fn set_key(&mut self, object: Object, key: Option<i64>);

    /// What to call the object in messages, as `users with id 7`.
    fn describe(&self, object: Object) -> String;
}
