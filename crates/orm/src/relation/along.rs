//! Relations to one that are read from the same rows as their owners: the tables are joined.

use std::borrow::Cow;

use onggi_sql::{Join, JoinKind, Select, Selected, Source, Value};

use super::fill::put_one;
use super::{Fetch, Relation, RelationField};
use crate::executor::{Keep as _, Plain};
use crate::reader::Reader;
use crate::{Model, Result, source};

/// A relation to one whose object is in the row of its owner, and what is read behind it.
#[derive(Debug)]
pub struct Along {
    pub(crate) relation: &'static Relation,
    pub(crate) nested: Vec<Along>,
}

/// How a query's objects are read, with what is loaded along.
pub(crate) struct Reading<'q> {
    given: &'q Select,
    /// The select with what is read along, or for few rows.
    changed: Option<Box<Select>>,
    /// What is in the rows.
    pub(crate) along: Vec<Along>,
    /// What other statements load, once all rows are there.
    pub(crate) rest: Cow<'q, [Fetch]>,
}

impl<'q> Reading<'q> {
    /// Of the rows of an occurrence of a table. Rows that are grouped, compared or locked are read without others.
    pub(crate) fn of(select: &'q Select, own: Source, fetches: &'q [Fetch]) -> Reading<'q> {
        let alone = select.distinct || !select.group_by.is_empty() || select.lock.is_some();
        if alone || !fetches.iter().any(Fetch::is_joined) {
            return Reading { given: select, changed: None, along: Vec::new(), rest: Cow::Borrowed(fetches) };
        }
        let mut joined = select.clone();
        let mut columns = match std::mem::replace(&mut joined.columns, Selected::Nothing) {
            Selected::Expressions(columns) => columns,
            Selected::Table | Selected::Nothing => source::columns(own).collect(),
        };
        let along = join(&mut joined, &mut columns, own, fetches);
        joined.columns = Selected::Expressions(columns);
        Reading { given: select, changed: Some(Box::new(joined)), along, rest: Cow::Owned(rest(fetches)) }
    }

    /// What is run.
    #[inline]
    pub(crate) fn select(&self) -> &Select {
        self.changed.as_deref().unwrap_or(self.given)
    }

    /// Gives at most so many rows, unless it is told already how many.
    #[cold]
    pub(crate) fn limit(&mut self, rows: i64) {
        if self.select().limit.is_none() {
            let select = self.changed.get_or_insert_with(|| Box::new(self.given.clone()));
            select.limit = Some(Value::Integer(rows));
        }
    }
}

/// Joins what is read along, each table once, and selects its columns. No row is lost: a reference can lead to nothing.
pub(super) fn join(
    select: &mut Select,
    columns: &mut Vec<onggi_sql::Expression>,
    from: Source,
    fetches: &[Fetch],
) -> Vec<Along> {
    let mut along = Vec::new();
    for fetch in fetches.iter().filter(|fetch| fetch.is_joined()) {
        let to = source::follow(from, fetch.relation);
        if !select.joins.iter().any(|join| join.source.is(to)) {
            let on = Some(fetch.relation.condition(from, to));
            select.joins.push(Join { kind: JoinKind::Left, source: to.into(), on, nested: 0 });
        }
        columns.extend(source::columns(to));
        along.push(Along { relation: fetch.relation, nested: join(select, columns, to, &fetch.nested) });
    }
    along
}

/// What is not read along; of what is, that which is loaded behind it.
pub(crate) fn rest(fetches: &[Fetch]) -> Vec<Fetch> {
    let left = fetches.iter().filter_map(|fetch| {
        if !fetch.is_joined() {
            return Some(fetch.clone());
        }
        let nested = rest(&fetch.nested);
        (!nested.is_empty()).then(|| Fetch { nested, is_read: true, ..fetch.clone() })
    });
    left.collect()
}

/// Reads the object of a relation into its field.
pub(crate) fn read<T: Model>(
    along: &Along,
    field: &mut dyn RelationField,
    reader: &mut Reader<'_>,
) -> Result<()> {
    if reader.is_missing(T::table())? {
        return pass(&along.nested, reader);
    }
    let mut target: T = Plain.entity(reader)?;
    Plain.along(&mut target, &along.nested, reader)?;
    put_one(field, target)
}

/// Passes over what is behind a row that is missing.
pub(crate) fn pass(along: &[Along], reader: &mut Reader<'_>) -> Result<()> {
    along.iter().try_for_each(|along| {
        reader.is_missing(along.relation.target())?;
        pass(&along.nested, reader)
    })
}
