//! Steps to statements.

use onggi_driver::{Connection, Prepared};
use onggi_sql::shape::Shape;
use onggi_sql::{Delete, Dialect, Expression, Insert, Statement, Update};

use super::{ChangeKind, Object, Objects, Plan, Step};
use crate::{Bind, Error, Result, ValueRef};

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

impl Step {
    fn run(
        &self,
        objects: &mut dyn Objects,
        connection: &mut Connection,
        keyed: &mut Vec<Object>,
    ) -> Result<()> {
        let columns: Vec<usize> = self.written().collect();
        let dialect = connection.dialect();
        let generates_key = self.generates_key();
        connection.with(
            &self.shape(),
            || self.statement(dialect),
            |prepared| {
                self.objects.iter().try_for_each(|&object| {
                    let written = match generates_key {
                        true => self.insert(object, &columns, objects, prepared).map(|()| keyed.push(object)),
                        false => self.execute(object, &columns, objects, prepared),
                    };
                    let doing = |error: Error| {
                        error.prefixed(format_args!("{} {}", self.verb(), objects.describe(object)))
                    };
                    written.map_err(doing)
                })
            },
        )
    }

    /// Writes a new row whose key the database generates.
    fn insert(
        &self,
        object: Object,
        columns: &[usize],
        objects: &mut dyn Objects,
        prepared: &mut Prepared<'_, '_>,
    ) -> Result<()> {
        let key = prepared.insert(|to| self.bind(object, columns, objects, to))?;
        objects.set_key(object, Some(key));
        Ok(())
    }

    fn execute(
        &self,
        object: Object,
        columns: &[usize],
        objects: &dyn Objects,
        prepared: &mut Prepared<'_, '_>,
    ) -> Result<()> {
        let rows = prepared.execute(|to| self.bind(object, columns, objects, to))?;
        if rows == 0 && self.must_hit() {
            return Err(Error::stale(self.missed()));
        }
        Ok(())
    }

    /// Binds what the statement takes: the columns, and for rows that are there the key and the version.
    fn bind(
        &self,
        object: Object,
        columns: &[usize],
        objects: &dyn Objects,
        to: &mut dyn Bind,
    ) -> Result<()> {
        for &column in columns {
            if self.nulls.contains(column) {
                to.bind(ValueRef::Null)?;
            } else {
                objects.bind(object, column, to).map_err(|error| {
                    error.prefixed(format_args!("{}.{}", self.table.name, self.table.columns[column].name))
                })?;
            }
        }
        if self.kind == ChangeKind::Insert {
            return Ok(());
        }
        objects.bind_key(object, to)?;
        match self.table.version {
            Some(version) if self.versioned => objects.bind(object, version, to),
            _ => Ok(()),
        }
    }

    fn generates_key(&self) -> bool {
        self.kind == ChangeKind::Insert
            && self.table.generated().is_some_and(|column| !self.columns.contains(column))
    }

    /// Whether a row must be there: to be gone already is what a deletion wants, unless versions are checked.
    fn must_hit(&self) -> bool {
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
    fn shape(&self) -> Shape {
        let kind = 2 * (self.kind as u32) + u32::from(self.versioned);
        let mut shape = Shape::own(kind, &[self.table.number()]);
        shape.0.extend(self.written().map(|column| u32::try_from(column).unwrap_or(u32::MAX)));
        shape
    }

    fn statement(&self, dialect: &Dialect) -> Statement {
        let columns: Vec<usize> = self.written().collect();
        match self.kind {
            ChangeKind::Insert => {
                let key = self.table.generated().filter(|_| self.generates_key() && dialect.returns_keys);
                let returning = key.map(|key| Expression::column(self.table, key)).into_iter().collect();
                Statement::Insert(Insert { returning, ..Insert::row(self.table, columns) })
            }
            ChangeKind::Update => Statement::Update(Update::by_key(self.table, &columns, self.versioned)),
            ChangeKind::Delete => Statement::Delete(Delete::by_key(self.table, self.versioned)),
        }
    }
}
