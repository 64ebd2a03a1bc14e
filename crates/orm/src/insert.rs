//! Inserts of many objects in one statement.

use onggi_driver::Capture;
use onggi_sql::{self as sql, Rows, Source, Statement};

use crate::executor::sealed::Split;
use crate::expression::Must;
use crate::handle::Object;
use crate::plain::nothing_is_left_out;
use crate::projection::bind_column;
use crate::query::{returned, run_kept, write};
use crate::selection::Selection;
use crate::session::Arena;
use crate::unit_of_work::follow_keys;
use crate::{Connection, Error, Executor, Keep, Model, OnConflict, Result, Session, source};

impl Connection {
    /// Inserts objects in one statement, or does what is said where rows are there already; says how many rows were
    /// written. Keys are not set in the objects. The database's limit of parameters applies: on SQLite 32,766 values.
    ///
    /// # Errors
    ///
    /// Columns that no unique constraint is on, other violated constraints, and values that a column cannot hold.
    pub fn insert_or<M: Model>(&mut self, objects: &[M], conflict: &OnConflict<M>) -> Result<u64> {
        insert_or(self, objects, conflict, unknown)
    }

    /// As [`insert_or`](Connection::insert_or), and gives back a selection of each row that was written.
    ///
    /// # Errors
    ///
    /// Those of [`insert_or`](Connection::insert_or).
    pub fn insert_or_returning<M: Model, S: Selection>(
        &mut self,
        objects: &[M],
        conflict: &OnConflict<M>,
        selection: impl FnOnce(M::Columns<Must>) -> S,
    ) -> Result<Vec<S::Item<crate::Plain>>> {
        returning(self, objects, Some(conflict), selection, unknown)
    }

    /// Inserts objects in one statement and gives back a selection of each row: keys, and what else the database computes.
    /// They are not set in the objects. Its limit of parameters applies: on SQLite 32,766 values.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// let new = ["Ann", "Bob"].map(|name| User { name: name.into(), ..Default::default() });
    /// let keys: Vec<Id<User>> = connection.insert_returning(&new, |u| u.id)?;
    /// let written: Vec<User> = connection.insert_returning(&new, |u| u)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Violated constraints, and values that a column cannot hold.
    pub fn insert_returning<M: Model, S: Selection>(
        &mut self,
        objects: &[M],
        selection: impl FnOnce(M::Columns<Must>) -> S,
    ) -> Result<Vec<S::Item<crate::Plain>>> {
        returning(self, objects, None, selection, unknown)
    }
}

/// Writing many rows past the unit of work, for which the session flushes first.
impl Session {
    /// Inserts objects in one statement, or does what is said where rows are there already; says how many rows were
    /// written. The objects do not become the session's: it reads those that it has again, when it next meets them.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct Page { id: Id<Page>, #[model(unique)] path: String, visits: i64 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Page])?;
    /// # let mut session = db.session()?;
    /// let count = Page::on_conflict(|p| p.path)
    ///     .update(|old, new| old.visits.set(old.visits + new.visits))
    ///     .filter(|old, _| old.visits.lt(1_000));
    /// let visits = ["/", "/a"].map(|path| Page { path: path.into(), visits: 1, ..Default::default() });
    /// session.insert_or(&visits, &count)?;
    /// session.commit()?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Connection::insert_or`], and references to objects that the session has no row of.
    pub fn insert_or<M: Model>(&mut self, objects: &[M], conflict: &OnConflict<M>) -> Result<u64> {
        insert_or(self, objects, conflict, Arena::bind_known)
    }

    /// As [`insert_or`](Session::insert_or), and gives back a selection of each row that was written: whole objects as
    /// handles of the session.
    ///
    /// # Errors
    ///
    /// Those of [`insert_or`](Session::insert_or).
    pub fn insert_or_returning<M: Model, S: Selection>(
        &mut self,
        objects: &[M],
        conflict: &OnConflict<M>,
        selection: impl FnOnce(M::Columns<Must>) -> S,
    ) -> Result<Vec<S::Item<Arena>>> {
        returning(self, objects, Some(conflict), selection, Arena::bind_known)
    }

    /// Inserts objects in one statement and gives back a selection of each row: whole objects as handles of the session.
    ///
    /// ```
    /// # use onggi::{Database, Handle, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut session = db.session()?;
    /// let new = ["Ann", "Bob"].map(|name| User { name: name.into(), ..Default::default() });
    /// let users: Vec<Handle<User>> = session.insert_returning(&new, |u| u)?;
    /// session[users[0]].name = "Anna".into();
    /// session.commit()?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Connection::insert_returning`], and references to objects that the session has no row of.
    pub fn insert_returning<M: Model, S: Selection>(
        &mut self,
        objects: &[M],
        selection: impl FnOnce(M::Columns<Must>) -> S,
    ) -> Result<Vec<S::Item<Arena>>> {
        returning(self, objects, None, selection, Arena::bind_known)
    }
}

/// Binds the key of an object that a field refers to by its handle, and says whether it is known.
type BindKey<K> = fn(&K, Object, &mut Capture) -> Result<bool>;

/// Without a session there is none to ask for its key.
fn unknown<K: Keep>(_keep: &K, _object: Object, _to: &mut Capture) -> Result<bool> {
    Ok(false)
}

fn insert_or<E: Split, M: Model>(
    executor: &mut E,
    objects: &[M],
    conflict: &OnConflict<M>,
    bind_key: BindKey<E::Keep>,
) -> Result<u64> {
    executor.before_write()?;
    let insert = insert(executor.split().1, objects, conflict.source(), Some(conflict), bind_key)?;
    let Some(insert) = insert else { return Ok(0) };
    let by_hand = has_keys_by_hand(&insert);
    let written = write(&Statement::Insert(insert), M::table().number(), executor)?;
    if by_hand {
        follow_keys(M::table(), executor.split().0).inspect_err(|_| executor.after_error())?;
    }
    Ok(written)
}

fn returning<E: Executor, M: Model, S: Selection>(
    executor: &mut E,
    objects: &[M],
    conflict: Option<&OnConflict<M>>,
    selection: impl FnOnce(M::Columns<Must>) -> S,
    bind_key: BindKey<E::Keep>,
) -> Result<Vec<S::Item<E::Keep>>> {
    executor.before_write()?;
    let source = conflict.map_or_else(|| source::root(M::table()), OnConflict::source);
    let insert = insert(executor.split().1, objects, source, conflict, bind_key)?;
    let Some(mut insert) = insert else { return Ok(Vec::new()) };
    insert.returning = returned(&selection(M::columns(source)))?;
    let by_hand = has_keys_by_hand(&insert);
    let rows = run_kept::<S, E>(&Statement::Insert(insert), M::table().number(), executor)?;
    if by_hand {
        follow_keys(M::table(), executor.split().0).inspect_err(|_| executor.after_error())?;
    }
    Ok(rows)
}

fn has_keys_by_hand(insert: &sql::Insert) -> bool {
    insert.source.table.generated().is_some_and(|key| insert.columns.contains(&key))
}

/// One statement for all of some objects, whose keys are all given or all made by the database.
fn insert<K: Keep, M: Model>(
    keep: &K,
    objects: &[M],
    source: Source,
    conflict: Option<&OnConflict<M>>,
    bind_key: BindKey<K>,
) -> Result<Option<sql::Insert>> {
    let Some(first) = objects.first() else { return Ok(None) };
    let table = M::table();
    let generated = table.generated().filter(|&column| first.attribute(column).is_unset());
    let columns: Vec<usize> = (0..table.columns.len()).filter(|&column| Some(column) != generated).collect();
    let mut rows = Vec::with_capacity(objects.len());
    for object in objects {
        if table.generated().is_some_and(|key| object.attribute(key).is_unset() != generated.is_some()) {
            return Err(Error::usage("some objects have a key and others none: insert them apart"));
        }
        if object.holds_objects() {
            nothing_is_left_out(&mut object.clone())?;
        }
        let mut capture = Capture::default();
        for &column in &columns {
            if let Some(referred) = bind_column(object, column, &mut capture)?
                && !bind_key(keep, referred, &mut capture)?
            {
                return Err(Error::usage(format!(
                    "{} refers to an object of a session that has no row there: flush that session first, and give its key",
                    table.columns[column].name
                )));
            }
        }
        rows.push(capture.values.into_iter().map(sql::Expression::Value).collect());
    }
    let conflict = conflict.map(OnConflict::to_sql).transpose()?;
    Ok(Some(sql::Insert { rows: Rows::Values(rows), conflict, ..sql::Insert::row(source, columns) }))
}
