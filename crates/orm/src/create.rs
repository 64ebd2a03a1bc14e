//! Rows that are made where they are not there yet.

use crate::{Connection, Executor, Handle, Model, Query, Result, Session};

/// How often others can be faster before the violation is an error.
const ATTEMPTS: u32 = 3;

impl Connection {
    /// The object that a query finds, or else a new one, inserted; and whether it is new.
    ///
    /// When somebody else inserts the same in between, and a unique constraint says so, theirs is read.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct Tag { id: Id<Tag>, #[model(unique)] name: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Tag])?;
    /// # let mut connection = db.connect()?;
    /// let query = Tag::query().filter(|t| t.name.eq("rust"));
    /// let (tag, is_new) = connection.get_or_create(&query, || Tag { name: "rust".into(), ..Default::default() })?;
    /// assert!(is_new && tag.id.key().is_some());
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// More than one row that matches; a row that is there but out of the model's scope, which the query does not find and a
    /// unique constraint does; and those of [`insert`](Connection::insert).
    pub fn get_or_create<M: Model>(&mut self, query: &Query<M>, create: impl Fn() -> M) -> Result<(M, bool)> {
        retry(self, query, |this| {
            if let Some(found) = query.one_or_none(this)? {
                return Ok((found, false));
            }
            let mut object = create();
            this.transaction(|connection| connection.insert(&mut object))?;
            Ok((object, true))
        })
    }

    /// Changes and writes the object that a query finds, or else inserts a new one, changed too; and says whether it is
    /// new.
    ///
    /// # Errors
    ///
    /// Those of [`get_or_create`](Connection::get_or_create) and [`update`](Connection::update).
    pub fn update_or_create<M: Model>(
        &mut self,
        query: &Query<M>,
        create: impl Fn() -> M,
        change: impl Fn(&mut M),
    ) -> Result<(M, bool)> {
        retry(self, query, |this| {
            let found = query.one_or_none(this)?;
            let is_new = found.is_none();
            let mut object = found.unwrap_or_else(&create);
            change(&mut object);
            this.transaction(|connection| match is_new {
                true => connection.insert(&mut object),
                false => connection.update(&mut object),
            })?;
            Ok((object, is_new))
        })
    }
}

impl Session {
    /// The object that a query finds, or else a new one, flushed; and whether it is new.
    ///
    /// When somebody else inserts the same in between, and a unique constraint says so, theirs is read.
    ///
    /// # Errors
    ///
    /// More than one row that matches; a row that is there but out of the model's scope, which the query does not find and a
    /// unique constraint does; and those of [`flush`](Session::flush).
    pub fn get_or_create<M: Model>(
        &mut self,
        query: &Query<M>,
        create: impl Fn() -> M,
    ) -> Result<(Handle<M>, bool)> {
        retry(self, query, |this| {
            if let Some(found) = query.one_or_none(this)? {
                return Ok((found, false));
            }
            Ok((this.savepoint(|session| Ok(session.add(create())))?, true))
        })
    }

    /// Changes the object that a query finds, or else a new one, and flushes it; and says whether it is new.
    ///
    /// # Errors
    ///
    /// More than one row that matches; a row that is there but out of the model's scope, which the query does not find and a
    /// unique constraint does; and those of [`flush`](Session::flush).
    pub fn update_or_create<M: Model>(
        &mut self,
        query: &Query<M>,
        create: impl Fn() -> M,
        change: impl Fn(&mut M),
    ) -> Result<(Handle<M>, bool)> {
        let (handle, is_new) = self.get_or_create(query, || {
            let mut object = create();
            change(&mut object);
            object
        })?;
        if !is_new {
            change(&mut self[handle]);
            self.flush()?;
        }
        Ok((handle, is_new))
    }
}

/// Reads again what others wrote first. A row that is in the way and that the model's scope hides is found by no attempt.
fn retry<E: Executor, M: Model, T>(
    executor: &mut E,
    query: &Query<M>,
    attempt: impl Fn(&mut E) -> Result<T>,
) -> Result<T> {
    for _ in 1..ATTEMPTS {
        match attempt(executor) {
            Err(error) if error.is_unique_violation() => match query.past_scope() {
                Some(all) if all.exists(executor)? && !query.exists(executor)? => {
                    return Err(error.prefixed(format_args!(
                        "the row that the query asks for is there, but out of the scope of {}: ask with `unscoped`, and \
                         bring the row back or delete it",
                        M::table().name
                    )));
                }
                _ => {}
            },
            result => return result,
        }
    }
    attempt(executor)
}
