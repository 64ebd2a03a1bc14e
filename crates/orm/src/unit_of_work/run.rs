//! Steps to statements.

use onggi_driver::{Connection, Prepared};
use onggi_sql::dialect::Returning;
use onggi_sql::shape::Shape;
use onggi_sql::{Delete, Dialect, Expression, Insert, Rows, Statement, Table, Update, schema};

use super::exact::Written;
use super::together::Together;
use super::{ChangeKind, Object, Objects, Plan, Step};
use crate::{Bind, Error, Result, Type, ValueRef};

/// Executes a plan.
///
/// It is up to the caller to have a transaction, or savepoint, that undoes in the database what was written before a
/// failure; the keys that were given to objects are taken back here.
///
/// # Errors
///
/// Those of the database, and rows that somebody else changed or deleted ([`Error::is_stale`]).
pub fn run(plan: &Plan, objects: &mut dyn Objects, connection: &mut Connection) -> Result<()> {
    let mut keyed = Vec::new();
    let result = plan.steps.iter().try_for_each(|step| step.run(objects, connection, &mut keyed));
    if result.is_err() {
        for object in keyed {
            objects.set_key(object, None);
        }
    }
    result
}

/// Lets generated keys go on behind those that rows of a table were given by hand.
pub(crate) fn follow_keys(table: &'static Table, connection: &mut Connection) -> Result<()> {
    let follow = schema::follow_keys(table, connection.dialect());
    let Some(text) = follow.map_err(|error| Error::usage(error.to_string()))? else { return Ok(()) };
    connection.with_text(&text, |prepared| {
        let mut rows = prepared.query(|_| Ok::<_, Error>(()))?;
        while rows.next_row()?.is_some() {}
        Ok(())
    })
}

impl Step {
    fn run(
        &self,
        objects: &mut dyn Objects,
        connection: &mut Connection,
        keyed: &mut Vec<Object>,
    ) -> Result<()> {
        let written = Written::new(self.table, self.written().collect(), connection)?;
        let result = self.write_all(&written, objects, connection, keyed);
        if result.is_err() {
            // What was refused may be so no more: the columns can have changed since they were asked for.
            connection.forget_precisions();
        }
        result
    }

    fn write_all(
        &self,
        written: &Written,
        objects: &mut dyn Objects,
        connection: &mut Connection,
        keyed: &mut Vec<Object>,
    ) -> Result<()> {
        let ways = self.together(&written.columns, connection)?;
        self.write_by(&ways, &self.objects, written, objects, connection, keyed)?;
        if self.kind == ChangeKind::Insert && !self.generates_key() {
            follow_keys(self.table, connection)?;
        }
        Ok(())
    }

    /// Writes objects by one statement, some at each run; says whether all were found that must be. It ends where one was not.
    pub(super) fn write<'o>(
        &self,
        together: Together,
        chunks: impl Iterator<Item = &'o [Object]>,
        written: &Written,
        objects: &mut dyn Objects,
        connection: &mut Connection,
        keyed: &mut Vec<Object>,
    ) -> Result<bool> {
        let mut chunks = chunks.filter(|chunk| !chunk.is_empty()).peekable();
        if chunks.peek().is_none() {
            return Ok(true);
        }
        let dialect = connection.dialect();
        connection.with(
            &self.shape(together),
            || self.statement(dialect, together),
            |prepared| {
                for chunk in chunks {
                    match (together, self.kind) {
                        (Together::Copied, _) => self.copy(chunk, written, &*objects, prepared)?,
                        (Together::One, _) if !self.generates_key() => {
                            self.execute(chunk, written, objects, prepared)?;
                        }
                        (Together::One, _) => self.insert_each(chunk, written, objects, prepared, keyed)?,
                        (Together::Apart, _) => {
                            self.insert_apart(chunk, written, objects, prepared, keyed)?
                        }
                        (_, ChangeKind::Insert) => {
                            self.insert_together(chunk, written, objects, prepared, keyed)?;
                        }
                        (Together::Arrays | Together::Rows(_), _) => {
                            let found = self.change_several(chunk, written, objects, prepared)?;
                            if found < chunk.len() && self.must_hit() {
                                return Ok(false);
                            }
                        }
                    }
                }
                Ok(true)
            },
        )
    }

    /// Writes new rows whose keys the database generates, one by one.
    fn insert_each(
        &self,
        chunk: &[Object],
        written: &Written,
        objects: &mut dyn Objects,
        prepared: &mut Prepared<'_, '_>,
        keyed: &mut Vec<Object>,
    ) -> Result<()> {
        chunk.iter().try_for_each(|&object| {
            let inserted = self.insert(object, written, objects, prepared);
            inserted.map(|()| keyed.push(object)).map_err(|error| self.at(object, objects, error))
        })
    }

    /// The same of rows that do not need each other's keys: none waits for the one before.
    fn insert_apart(
        &self,
        chunk: &[Object],
        written: &Written,
        objects: &mut dyn Objects,
        prepared: &mut Prepared<'_, '_>,
        keyed: &mut Vec<Object>,
    ) -> Result<()> {
        let mut keys = Vec::with_capacity(chunk.len());
        prepared
            .insert_all(
                chunk.len(),
                |row, to| self.bind(chunk[row], written, &*objects, to),
                |_, key| key.map(|key| keys.push(key)),
            )
            .map_err(|error| self.at(chunk[keys.len()], &*objects, error))?;
        for (&object, key) in chunk.iter().zip(keys) {
            objects.set_key(object, Some(key));
            keyed.push(object);
        }
        Ok(())
    }

    /// Copies new rows into their table.
    fn copy(
        &self,
        chunk: &[Object],
        written: &Written,
        objects: &dyn Objects,
        prepared: &mut Prepared<'_, '_>,
    ) -> Result<()> {
        let types: Vec<Type> = written.columns.iter().map(|&column| self.table.columns[column].ty).collect();
        let mut last = None;
        let copied = prepared.copy(chunk.len(), &types, |row, to| {
            last = Some(chunk[row]);
            self.bind(chunk[row], written, objects, to)?;
            last = None;
            Ok(())
        });
        copied.map_err(|error| self.of_several(chunk, last, objects, error))
    }

    /// Changes rows in one statement; gives how many it has found.
    fn change_several(
        &self,
        chunk: &[Object],
        written: &Written,
        objects: &dyn Objects,
        prepared: &mut Prepared<'_, '_>,
    ) -> Result<usize> {
        let mut last = None;
        let changed = prepared.execute(|to| {
            chunk.iter().try_for_each(|&object| self.bind(*last.insert(object), written, objects, to))?;
            last = None;
            Ok(())
        });
        let found = changed.map_err(|error| self.of_several(chunk, last, objects, error))?;
        Ok(usize::try_from(found).unwrap_or(usize::MAX))
    }

    /// The error of a statement that writes several objects, or of one of them that could not be bound.
    fn of_several(
        &self,
        chunk: &[Object],
        unbound: Option<Object>,
        objects: &dyn Objects,
        error: Error,
    ) -> Error {
        match unbound {
            Some(object) => self.at(object, objects, error),
            None => {
                error.prefixed(format_args!("{} {} rows of {}", self.verb(), chunk.len(), self.table.name))
            }
        }
    }

    /// Writes new rows in one statement.
    fn insert_together(
        &self,
        chunk: &[Object],
        written: &Written,
        objects: &mut dyn Objects,
        prepared: &mut Prepared<'_, '_>,
        keyed: &mut Vec<Object>,
    ) -> Result<()> {
        let mut last = None;
        let inserted = prepared.insert_together(chunk.len(), |row, to| {
            last = Some(chunk[row]);
            self.bind(chunk[row], written, &*objects, to)?;
            last = None;
            Ok(())
        });
        let keys = inserted.map_err(|error: Error| self.of_several(chunk, last, &*objects, error))?;
        if !self.generates_key() {
            return Ok(());
        }
        if keys.len() != chunk.len() {
            let (rows, table) = (chunk.len(), self.table.name);
            return Err(Error::usage(format!(
                "{rows} rows of {table} were inserted, and {} keys given back: a trigger keeps rows out, so that it is not \
                 known which key is whose",
                keys.len()
            )));
        }
        for (&object, key) in chunk.iter().zip(keys) {
            objects.set_key(object, Some(key));
            keyed.push(object);
        }
        Ok(())
    }

    /// Writes a new row whose key the database generates.
    fn insert(
        &self,
        object: Object,
        written: &Written,
        objects: &mut dyn Objects,
        prepared: &mut Prepared<'_, '_>,
    ) -> Result<()> {
        let key = prepared.insert(|to| self.bind(object, written, objects, to))?;
        objects.set_key(object, Some(key));
        Ok(())
    }

    /// Writes rows without an answer but how many they were.
    fn execute(
        &self,
        rows: &[Object],
        written: &Written,
        objects: &dyn Objects,
        prepared: &mut Prepared<'_, '_>,
    ) -> Result<()> {
        prepared.execute_all(
            rows.len(),
            |row, to| self.bind(rows[row], written, objects, to),
            |row, done| match done {
                Ok(0) if self.must_hit() => Err(self.at(rows[row], objects, Error::stale(self.missed()))),
                Ok(_) => Ok(()),
                Err(error) => Err(self.at(rows[row], objects, error)),
            },
        )
    }

    /// The error with what was done to which object.
    fn at(&self, object: Object, objects: &dyn Objects, error: Error) -> Error {
        let (verb, row, rows) = (self.verb(), objects.describe(object), self.objects.len());
        match self.objects.iter().position(|own| *own == object) {
            Some(at) if self.generates_key() && rows > 1 => {
                error.prefixed(format_args!("{verb} {row}, number {} of {rows}", at + 1))
            }
            _ => error.prefixed(format_args!("{verb} {row}")),
        }
    }

    /// Binds what the statement takes: the columns, and for rows that are there the key and the version.
    fn bind(
        &self,
        object: Object,
        written: &Written,
        objects: &dyn Objects,
        to: &mut dyn Bind,
    ) -> Result<()> {
        written.exactly(to, |to| self.bind_columns(object, &written.columns, objects, to))?;
        if self.kind == ChangeKind::Insert {
            return Ok(());
        }
        objects.bind_key(object, to)?;
        match self.table.version {
            Some(version) if self.versioned => objects.bind(object, version, to),
            _ => Ok(()),
        }
    }

    fn bind_columns(
        &self,
        object: Object,
        columns: &[usize],
        objects: &dyn Objects,
        to: &mut dyn Bind,
    ) -> Result<()> {
        let named = |(column, error): (usize, Error)| {
            error.prefixed(format_args!("{}.{}", self.table.name, self.table.columns[column].name))
        };
        if self.nulls.is_empty() {
            return objects.bind_all(object, columns, to).map_err(named);
        }
        for column in columns {
            match self.nulls.contains(*column) {
                true => to.bind(ValueRef::Null)?,
                false => objects.bind_all(object, std::slice::from_ref(column), to).map_err(named)?,
            }
        }
        Ok(())
    }

    pub(super) fn generates_key(&self) -> bool {
        self.kind == ChangeKind::Insert
            && self.table.generated().is_some_and(|column| !self.columns.contains(column))
    }

    /// Whether a row must be there: to be gone already is what a deletion wants, unless versions are checked.
    pub(super) fn must_hit(&self) -> bool {
        match self.kind {
            ChangeKind::Insert => false,
            // A reference that is cleared before its row is deleted may be gone with it.
            ChangeKind::Update => self.versioned || !self.columns.is_empty(),
            ChangeKind::Delete => self.versioned && self.table.version.is_some(),
        }
    }

    fn missed(&self) -> &'static str {
        match self.table.version {
            Some(_) => {
                "somebody else changed or deleted the row since it was loaded; refresh the object and try again"
            }
            None => "the row is not there any more; refresh or detach the object",
        }
    }

    fn verb(&self) -> &'static str {
        match self.kind {
            ChangeKind::Insert => "inserting",
            ChangeKind::Update => "updating",
            ChangeKind::Delete => "deleting",
        }
    }

    /// The columns written, in order; the version counts itself up.
    fn written(&self) -> impl Iterator<Item = usize> + '_ {
        let counted = self.table.version.filter(|_| self.kind == ChangeKind::Update && self.versioned);
        (0..self.table.columns.len()).filter(move |&column| {
            Some(column) != counted && (self.columns.contains(column) || self.nulls.contains(column))
        })
    }

    /// The step's statement as a list of numbers, so that it need not be built to be found.
    fn shape(&self, together: Together) -> Shape {
        let kind = 2 * (self.kind as u32) + u32::from(self.versioned);
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let rows = match together {
            Together::One | Together::Apart => 1,
            Together::Arrays => 0,
            Together::Copied => u32::MAX,
            Together::Rows(rows) => number(rows),
        };
        Shape::own(kind, [self.table.number(), rows].into_iter().chain(self.written().map(number)))
    }

    pub(super) fn statement(&self, dialect: &Dialect, together: Together) -> Statement {
        let columns: Vec<usize> = self.written().collect();
        match self.kind {
            ChangeKind::Insert => {
                let (given, rows) = match together {
                    Together::One | Together::Apart => (dialect.write.returns_keys, Rows::Bound),
                    Together::Arrays => (dialect.write.returns_keys, Rows::Arrays),
                    Together::Copied => (false, Rows::Copied),
                    Together::Rows(rows) => {
                        (dialect.write.returning != Returning::Never, Rows::Several(rows))
                    }
                };
                let key = self.table.generated().filter(|_| self.generates_key() && given);
                let returning = key.map(|key| Expression::column(self.table, key)).into_iter().collect();
                Statement::Insert(Insert { returning, rows, ..Insert::row(self.table, columns) })
            }
            ChangeKind::Update => Statement::Update(match together.bound() {
                Some(rows) => Update::by_keys(self.table, &columns, self.versioned, rows),
                None => Update::by_key(self.table, &columns, self.versioned),
            }),
            ChangeKind::Delete => Statement::Delete(match together.bound() {
                Some(rows) => Delete::by_keys(self.table, self.versioned, rows),
                None => Delete::by_key(self.table, self.versioned),
            }),
        }
    }
}
