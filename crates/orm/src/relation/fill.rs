//! Relations of plain structs, filled with what they lead to: one statement for each relation.

use std::any::Any;

use onggi_driver::Connection;

use super::along::rest;
use super::fetch::Fetch;
use super::groups::{Groups, IntegerKey};
use super::keys::{Keys, values};
use super::select::{portions, referred, related};
use super::{BelongsTo, HasMany, HasOne, ManyToMany, Relation, RelationField};
use crate::executor::{Keep as _, Plain};
use crate::field::Attribute;
use crate::query::rows;
use crate::{Error, Model, Result};

/// Structs of whatever model whose relations are filled.
pub(crate) trait Owners {
    fn count(&self) -> usize;
    fn attribute(&self, owner: usize, column: usize) -> &dyn Attribute;
    fn primary_key(&self) -> &'static [usize];
    fn relation_mut(&mut self, owner: usize, relation: &'static Relation) -> &mut dyn RelationField;
}

struct Structs<'s, M>(&'s mut [M]);

impl<M: Model> Owners for Structs<'_, M> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn attribute(&self, owner: usize, column: usize) -> &dyn Attribute {
        self.0[owner].attribute(column)
    }

    fn primary_key(&self) -> &'static [usize] {
        M::table().primary_key
    }

    fn relation_mut(&mut self, owner: usize, relation: &'static Relation) -> &mut dyn RelationField {
        let position = M::RELATIONS.iter().position(|own| std::ptr::eq(own, relation));
        self.0[owner].relation_mut(position.unwrap_or(usize::MAX))
    }
}

/// Fills all relations that are to be fetched.
pub(crate) fn fill_all<M: Model>(
    fetches: &[Fetch],
    owners: &mut [M],
    connection: &mut Connection,
) -> Result<()> {
    if owners.is_empty() {
        return Ok(());
    }
    for (position, Fetch { relation, .. }) in fetches.iter().enumerate() {
        if fetches[..position].iter().any(|other| std::ptr::eq(other.relation, *relation)) {
            return Err(Error::usage(format!(
                "{} is loaded along in two ways, and its field holds one: run two queries",
                relation.name
            )));
        }
    }
    fetches.iter().try_for_each(|fetch| (fetch.relation.target.fill)(fetch, &mut Structs(owners), connection))
}

/// Fills the relation of a fetch, which leads to `T`.
pub(crate) fn fill<T: Model>(
    fetch: &Fetch,
    owners: &mut dyn Owners,
    connection: &mut Connection,
) -> Result<()> {
    match fetch.relation.columns() {
        _ if fetch.is_read => fill_behind::<T>(fetch, owners, connection),
        [] => fill_many::<T>(fetch, owners, connection),
        columns => fill_one::<T>(fetch, columns, owners, connection),
    }
}

fn fill_one<T: Model>(
    fetch: &Fetch,
    columns: &[usize],
    owners: &mut dyn Owners,
    connection: &mut Connection,
) -> Result<()> {
    let (keys, of_owner) = distinct(owners, columns)?;
    let mut targets: Vec<T> = Vec::with_capacity(keys.values.len());
    for some in portions(&keys.values) {
        rows(&referred(fetch.relation, some), connection, &mut targets, |reader, targets| {
            reader.enter(T::table());
            targets.push(T::read(reader)?);
            Ok(true)
        })?;
    }
    fill_all(&fetch.nested, &mut targets, connection)?;
    // A key without a row stays a key.
    let mut found: Vec<Option<&T>> = vec![None; keys.values.len()];
    for target in &targets {
        let key = values(T::table().primary_key.iter().map(|&column| target.attribute(column)))?;
        if let Some(number) = key.and_then(|key| keys.number(&key)) {
            found[number] = Some(target);
        }
    }
    for (owner, number) in of_owner.iter().enumerate() {
        if let Some(target) = number.and_then(|number| found[number]) {
            put_one(owners.relation_mut(owner, fetch.relation), target.clone())?;
        }
    }
    Ok(())
}

/// Fills relations of the objects that fields hold already.
fn fill_behind<T: Model>(fetch: &Fetch, owners: &mut dyn Owners, connection: &mut Connection) -> Result<()> {
    let (mut targets, mut holders): (Vec<T>, Vec<usize>) = (Vec::new(), Vec::new());
    for owner in 0..owners.count() {
        if let Some(target) = take_one(owners.relation_mut(owner, fetch.relation))? {
            targets.push(target);
            holders.push(owner);
        }
    }
    let filled = fill_all(&fetch.nested, &mut targets, connection);
    for (owner, target) in holders.into_iter().zip(targets) {
        put_one(owners.relation_mut(owner, fetch.relation), target)?;
    }
    filled
}

fn fill_many<T: Model>(fetch: &Fetch, owners: &mut dyn Owners, connection: &mut Connection) -> Result<()> {
    let (keys, of_owner) = distinct(owners, owners.primary_key())?;
    let mut members: Groups<T> = Groups::new(keys.values.len());
    let unsorted;
    match rest(&fetch.nested).as_slice() {
        [] => {
            unsorted =
                each_related::<T>(fetch, &keys, connection, |number, target| members.push(number, target))?;
        }
        nested => {
            let (mut targets, mut numbers): (Vec<T>, Vec<usize>) = (Vec::new(), Vec::new());
            unsorted = each_related::<T>(fetch, &keys, connection, |number, target| {
                targets.push(target);
                numbers.push(number);
            })?;
            fill_all(nested, &mut targets, connection)?;
            for (target, number) in targets.into_iter().zip(numbers) {
                members.push(number, target);
            }
        }
    }
    let mut members = match unsorted {
        true => members.into_sorted_members(integer_key),
        false => members.into_members(),
    };
    let mut waiting = vec![0_usize; members.len()];
    of_owner.iter().flatten().for_each(|&number| waiting[number] += 1);
    for (owner, number) in of_owner.into_iter().enumerate() {
        let members = number.map_or_else(Vec::new, |number| {
            waiting[number] -= 1;
            // Two structs of one row each get the members.
            if waiting[number] > 0 { members[number].clone() } else { std::mem::take(&mut members[number]) }
        });
        put_many(owners.relation_mut(owner, fetch.relation), members)?;
    }
    Ok(())
}

fn integer_key<T: Model>(object: &T) -> IntegerKey {
    let mut key = T::table().primary_key.iter().map(|&column| object.attribute(column));
    IntegerKey::of(|to| key.try_for_each(|key| key.bind(to)))
}

/// Reads the rows on the other side of a relation to many, each with the number of its owner's key; says whether those of an
/// owner are still to be sorted.
fn each_related<T: Model>(
    fetch: &Fetch,
    keys: &Keys,
    connection: &mut Connection,
    mut each: impl FnMut(usize, T),
) -> Result<bool> {
    let inverse = fetch.relation.inverse_of().map(Relation::columns);
    let mut unsorted = false;
    for some in portions(&keys.values) {
        let dialect = connection.dialect();
        let related = related(fetch.relation, fetch.narrowed.as_deref(), &fetch.nested, some, dialect)?;
        unsorted = related.unsorted;
        rows(&related.select, connection, &mut (), |reader, ()| {
            let lead = reader.next_values(&related.lead)?;
            let mut target: T = Plain.entity(reader)?;
            Plain.along(&mut target, &related.along, reader)?;
            let number = match inverse {
                Some(columns) => keys.number_of(columns.iter().map(|&column| target.attribute(column)))?,
                None => keys.number(&lead),
            };
            if let Some(number) = number {
                each(number, target);
            }
            Ok(true)
        })?;
    }
    Ok(unsorted)
}

/// The different values of some columns, and which each struct has.
fn distinct(owners: &dyn Owners, columns: &[usize]) -> Result<(Keys, Vec<Option<usize>>)> {
    let mut keys = Keys::default();
    let mut numbers = Vec::with_capacity(owners.count());
    for owner in 0..owners.count() {
        let key = values(columns.iter().map(|&column| owners.attribute(owner, column)))?;
        numbers.push(key.map(|key| keys.insert(key)));
    }
    Ok((keys, numbers))
}

/// Puts the object that it refers to into a field.
pub(crate) fn put_one<T: Model>(field: &mut dyn RelationField, target: T) -> Result<()> {
    let field: &mut dyn Any = field;
    if let Some(field) = field.downcast_mut::<BelongsTo<T>>() {
        field.fill(target);
    } else if let Some(Some(field)) = field.downcast_mut::<Option<BelongsTo<T>>>() {
        field.fill(target);
    } else {
        return Err(other_type());
    }
    Ok(())
}

/// Takes the object that it refers to out of a field, where it was read along, to be put there again.
fn take_one<T: Model>(field: &mut dyn RelationField) -> Result<Option<T>> {
    let field: &mut dyn Any = field;
    if let Some(field) = field.downcast_mut::<BelongsTo<T>>() {
        Ok(field.take())
    } else if let Some(field) = field.downcast_mut::<Option<BelongsTo<T>>>() {
        Ok(field.as_mut().and_then(BelongsTo::take))
    } else {
        Err(other_type())
    }
}

/// Puts the objects on its other side into a field.
pub(crate) fn put_many<T: Model>(field: &mut dyn RelationField, targets: Vec<T>) -> Result<()> {
    let field: &mut dyn Any = field;
    if let Some(field) = field.downcast_mut::<HasMany<T>>() {
        field.fill(targets);
    } else if let Some(field) = field.downcast_mut::<ManyToMany<T>>() {
        field.fill(targets);
    } else if let Some(field) = field.downcast_mut::<HasOne<T>>() {
        // As in a session, the first where there are several.
        field.fill(targets.into_iter().next());
    } else {
        return Err(other_type());
    }
    Ok(())
}

#[cold]
fn other_type() -> Error {
    Error::usage("the relation's field is not of the type that its model says")
}
