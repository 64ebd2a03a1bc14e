//! References whose columns are fields of their own: what they were set to is written to these, unless it is refused.

use onggi_driver::Capture;
use onggi_sql::Table;

use super::{Arena, State};
use crate::column_set::ColumnSet;
use crate::field::Attribute;
use crate::handle::Object;
use crate::relation::{Reference, Relation};
use crate::unit_of_work::Objects as _;
use crate::{Error, Result, Value, ValueRef};

/// What a column is to hold.
#[derive(Clone, PartialEq)]
enum Part {
    Value(Value),
    /// The key that an object will have.
    Object(Object),
}

/// A reference that was set, and what its columns are to hold for that.
struct Set {
    relation: &'static Relation,
    parts: Vec<(usize, Part)>,
}

impl Arena {
    /// Writes what references of touched objects were set to.
    pub(super) fn write_references(&mut self) -> Result<()> {
        let over_fields = |relations: &[Relation]| relations.iter().any(Relation::is_over_fields);
        let stores = self.each().filter(|store| over_fields(store.relations()));
        let touched: Vec<Object> = stores.flat_map(|store| store.touched()).collect();
        touched.into_iter().try_for_each(|object| {
            self.write_references_of(object)
                .map_err(|error| error.prefixed(self.describe(object)).prefixed("flush"))
        })
    }

    fn write_references_of(&mut self, object: Object) -> Result<()> {
        let phase = self.phase(object);
        let Some(store) =
            self.any(object.store).filter(|_| matches!(phase, State::Pending | State::Persistent))
        else {
            return Ok(());
        };
        let (references, relations, table) =
            (store.set_references(object.slot), store.relations(), store.table());
        if references.is_empty() {
            return Ok(());
        }
        let given = match phase {
            State::Pending => self.given(object, &references),
            _ => store.modified(object.slot),
        };
        let mut sets = Vec::new();
        for (relation, reference) in references {
            if let Some(parts) = self.parts(object, relation, reference, relations, table)? {
                sets.push(Set { relation, parts });
            }
        }
        agree(&sets, table)?;
        let mut writes = Vec::new();
        for Set { relation, parts } in &sets {
            for (column, part) in parts {
                if self.part(object, *column)?.as_ref() == Some(part) {
                    continue;
                }
                if given.contains(*column) {
                    return Err(disagrees(relation, table));
                }
                if phase == State::Persistent {
                    self.check_shared(object, relation, *column, &sets, &given)?;
                }
                writes.push((*column, part.clone()));
            }
        }
        writes.into_iter().try_for_each(|(column, part)| self.put(object, column, part))
    }

    /// What the columns of a relation are to hold; none where that is nothing new.
    fn parts(
        &self,
        object: Object,
        relation: &'static Relation,
        reference: Reference,
        relations: &'static [Relation],
        table: &'static Table,
    ) -> Result<Option<Vec<(usize, Part)>>> {
        let columns = relation.columns().iter().copied();
        Ok(match reference {
            Reference::Unset if self.values(object, relation.columns()).is_none() => None,
            Reference::Unset => {
                let columns = cleared(relation, relations, table)?;
                Some(columns.into_iter().map(|column| (column, Part::Value(Value::Null))).collect())
            }
            Reference::Held(key) | Reference::Key(key) => {
                Some(columns.zip(key.into_iter().map(Part::Value)).collect())
            }
            Reference::Object(to) => Some(columns.zip(self.key_parts(to)?).collect()),
        })
    }

    /// The parts of an object's key.
    fn key_parts(&self, object: Object) -> Result<Vec<Part>> {
        if self.phase(object) == State::Persistent {
            return Ok(self.key_of(object)?.values.into_iter().map(Part::Value).collect());
        }
        let store = self.any(object.store).ok_or_else(gone)?;
        match store.table().primary_key {
            [_] => Ok(vec![Part::Object(object)]),
            key => key.iter().map(|&column| self.part(object, column)?.ok_or_else(gone)).collect(),
        }
    }

    /// What a column holds; none where its value cannot be.
    fn part(&self, object: Object, column: usize) -> Result<Option<Part>> {
        let attribute = self.any(object.store).and_then(|store| store.attribute(object, column));
        let attribute = attribute.ok_or_else(gone)?;
        if attribute.is_unset() {
            return Ok(None);
        }
        let mut value = Capture::default();
        match attribute.bind_or_refer(&mut value)? {
            Some(referred) if self.phase(referred) == State::Persistent => {
                Ok(self.key_of(referred)?.values.pop().map(Part::Value))
            }
            Some(referred) => Ok(Some(Part::Object(referred))),
            None => Ok(value.values.pop().map(Part::Value)),
        }
    }

    /// The columns of a new object's references that it was given values for, as far as that can be seen.
    fn given(&self, object: Object, references: &[(&'static Relation, Reference)]) -> ColumnSet {
        let columns = references.iter().flat_map(|(relation, _)| relation.columns().iter().copied());
        let attribute = |column| self.any(object.store).and_then(|store| store.attribute(object, column));
        columns.filter(|&column| attribute(column).is_some_and(|attribute| !is_blank(attribute))).collect()
    }

    /// Refuses to change a column for one relation, where another is left with a row that it did not refer to.
    fn check_shared(
        &self,
        object: Object,
        relation: &'static Relation,
        column: usize,
        sets: &[Set],
        given: &ColumnSet,
    ) -> Result<()> {
        let relations = self.any(object.store).map_or(&[][..], |store| store.relations());
        let others = sharing(relation, relations, column)
            .filter(|other| !sets.iter().any(|set| std::ptr::eq(set.relation, *other)));
        for other in others {
            let is_changed = other.columns().iter().any(|&column| given.contains(column));
            if !is_changed && self.values(object, other.columns()).is_some() {
                let store = self.any(object.store).ok_or_else(gone)?;
                return Err(Error::usage(format!(
                    "{} would change {}, which {} shares: set that too",
                    relation.name,
                    store.table().columns[column].name,
                    other.name
                )));
            }
        }
        Ok(())
    }

    fn put(&mut self, object: Object, column: usize, part: Part) -> Result<()> {
        let store = self.any_mut(object.store).ok_or_else(gone)?;
        let name = store.table().columns[column].name;
        let attribute = store.attribute_mut(object, column).ok_or_else(gone)?;
        match part {
            Part::Value(value) => attribute.assign(value.as_ref()).map_err(|error| error.prefixed(name)),
            Part::Object(to) if attribute.refer(to) => Ok(()),
            Part::Object(_) => Err(Error::usage(format!(
                "{name} cannot hold the key of a new object before it is written: flush that first"
            ))),
        }
    }

    /// Clears the columns of a reference to nothing.
    pub(super) fn clear_reference(&mut self, from: Object, relation: &'static Relation) -> Result<()> {
        let store = self.any_mut(from.store).ok_or_else(gone)?;
        for column in cleared(relation, store.relations(), store.table())? {
            store.attribute_mut(from, column).ok_or_else(gone)?.assign(ValueRef::Null)?;
        }
        Ok(())
    }
}

/// The columns that are NULL where a relation leads to nothing: those that can be, and no other relation has.
pub(super) fn cleared(
    relation: &'static Relation,
    relations: &'static [Relation],
    table: &'static Table,
) -> Result<Vec<usize>> {
    let is_own = |column| !relation.is_over_fields() || sharing(relation, relations, column).next().is_none();
    let columns = relation.columns().iter().copied();
    let cleared: Vec<usize> =
        columns.filter(|&column| table.columns[column].nullable && is_own(column)).collect();
    match cleared.is_empty() {
        false => Ok(cleared),
        true => Err(Error::usage(format!(
            "{} cannot be None, as none of its columns {} can be NULL for it alone: set them by hand, or let it refer to another row",
            relation.name,
            names(relation, table)
        ))),
    }
}

/// The other references that a column belongs to.
fn sharing<'r>(
    relation: &'r Relation,
    relations: &'r [Relation],
    column: usize,
) -> impl Iterator<Item = &'r Relation> {
    let others = relations.iter().filter(move |other| !std::ptr::eq(*other, relation));
    others.filter(move |other| other.columns().contains(&column))
}

/// Refuses references that were set to rows which a shared column cannot refer to at once.
fn agree(sets: &[Set], table: &'static Table) -> Result<()> {
    for (at, Set { relation, parts }) in sets.iter().enumerate() {
        for other in &sets[..at] {
            let differs = |(column, part): &&(usize, Part)| {
                other.parts.iter().any(|(shared, theirs)| shared == column && theirs != part)
            };
            if let Some((column, _)) = parts.iter().find(differs) {
                return Err(Error::usage(format!(
                    "{} and {} were set to rows that differ in {}, a column which both share",
                    other.relation.name, relation.name, table.columns[*column].name
                )));
            }
        }
    }
    Ok(())
}

#[cold]
fn disagrees(relation: &Relation, table: &Table) -> Error {
    Error::usage(format!(
        "{} refers to another row than {} hold, and both were set: set one of them",
        relation.name,
        names(relation, table)
    ))
}

fn names(relation: &Relation, table: &Table) -> String {
    let names = relation.columns().iter().map(|&column| table.columns[column].name);
    names.collect::<Vec<_>>().join(", ")
}

/// Whether a field holds what one does that was given nothing.
pub(super) fn is_blank(attribute: &dyn Attribute) -> bool {
    let mut value = Capture::default();
    let is_value = !attribute.is_unset() && matches!(attribute.bind_or_refer(&mut value), Ok(None));
    match value.values.pop().filter(|_| is_value) {
        Some(Value::Text(text)) => text.is_empty(),
        Some(Value::Blob(bytes)) => bytes.is_empty(),
        Some(value) => matches!(value, Value::Null | Value::Integer(0)),
        None => attribute.is_unset(),
    }
}

#[cold]
fn gone() -> Error {
    Error::usage("the object is not in this session")
}
