//! New objects that others hold move into the session, and both ends of relations are connected.

use onggi_driver::Capture;

use super::assigned::Assigned;
use super::links::Links;
use super::{Arena, State};
use crate::handle::{Handle, Object};
use crate::relation::Relation;
use crate::unit_of_work::Objects as _;
use crate::{Error, Model, Result, Value};

impl Arena {
    /// Moves everything that touched objects hold in their relations into the session.
    pub(super) fn adopt(&mut self) -> Result<()> {
        loop {
            let holders: Vec<Object> = self.each().flat_map(|store| store.holders()).collect();
            if holders.is_empty() {
                return self.write_references();
            }
            for holder in holders {
                if let Some(adopt) = self.any(holder.store).map(|store| store.adopter()) {
                    adopt(self, holder)?;
                }
            }
        }
    }

    /// Moves a new object in that another holds.
    pub(crate) fn adopt_object<M: Model>(&mut self, object: M) -> Handle<M> {
        self.store_or_new().add(object)
    }

    /// Refuses a handle in a relation whose object is not there.
    pub(crate) fn can_be_member(&self, member: Object, relation: &'static Relation) -> Result<()> {
        match self.phase(member) {
            State::Pending | State::Persistent => Ok(()),
            State::Deleted | State::Detached => Err(Error::usage(format!(
                "{} holds a handle of {} whose object is deleted, or not in this session",
                relation.name,
                relation.target().name
            ))),
        }
    }

    /// Lets an object refer to the owner of the relation that it is in.
    pub(crate) fn connect(
        &mut self,
        relation: &'static Relation,
        owner: Object,
        member: Object,
    ) -> Result<()> {
        let Some(inverse) = relation.inverse_of() else { return Ok(()) };
        self.set_reference(member, inverse, Some(owner))
    }

    /// Lets the columns of a relation refer to an object, or to none.
    pub(super) fn set_reference(
        &mut self,
        from: Object,
        relation: &'static Relation,
        to: Option<Object>,
    ) -> Result<()> {
        let gone = || Error::usage(format!("{}: the object is not in this session", relation.name));
        let columns = relation.columns();
        let Some(to) = to else {
            return self.clear_reference(from, relation);
        };
        let store = self.any_mut(from.store).ok_or_else(gone)?;
        if let [column] = *columns
            && store.attribute_mut(from, column).ok_or_else(gone)?.refer(to)
        {
            return Ok(());
        }
        let key = self.key_of(to)?;
        let store = self.any_mut(from.store).ok_or_else(gone)?;
        columns.iter().zip(&key.values).try_for_each(|(&column, value)| {
            store.attribute_mut(from, column).ok_or_else(gone)?.assign(value.as_ref())
        })
    }

    /// Links two objects by a row of the table between.
    pub(crate) fn link(&mut self, relation: &'static Relation, owner: Object, member: Object) -> Result<()> {
        let (links, swapped) = self.links(relation)?;
        links.link(if swapped { [member, owner] } else { [owner, member] });
        Ok(())
    }

    /// Deletes the row between two objects.
    pub(super) fn unlink(
        &mut self,
        relation: &'static Relation,
        owner: Object,
        member: Object,
    ) -> Result<()> {
        let key = |arena: &Arena, object| match arena.phase(object) {
            // It was never written, so that nothing refers to it.
            State::Pending => Ok(Value::Null),
            _ => arena.key_of(object).map(|mut key| key.values.pop().unwrap_or(Value::Null)),
        };
        let keys = [key(self, owner)?, key(self, member)?];
        let (links, swapped) = self.links(relation)?;
        match (swapped, keys) {
            (false, keys) => links.unlink([owner, member], keys),
            (true, [owner_key, member_key]) => links.unlink([member, owner], [member_key, owner_key]),
        }
        Ok(())
    }

    /// The changes of the relation's link table, and whether its first column is the other side's.
    fn links(&mut self, relation: &'static Relation) -> Result<(&mut Links, bool)> {
        let link = relation.link_table().filter(|link| link.writable).ok_or_else(|| {
            Error::usage(format!(
                "{} is a relation through a model: add or delete objects of that model",
                relation.name
            ))
        })?;
        let number = link.table.number() as usize;
        if self.stores.len() <= number {
            self.stores.resize_with(number + 1, || None);
        }
        let store = self.stores[number].get_or_insert_with(|| Box::new(Links::new(link.table)));
        let links = store.downcast_mut().expect("a table's number belongs to one store");
        Ok((links, link.near == [1]))
    }

    /// The objects that are to be linked with one, or unlinked from it, and which.
    pub(super) fn link_changes(&self, relation: &'static Relation, owner: Object) -> Vec<(Object, bool)> {
        let Some(link) = relation.link_table() else { return Vec::new() };
        let store = self.any(link.table.number()).and_then(|store| store.downcast_ref::<Links>());
        store.map_or_else(Vec::new, |links| links.changes_of(owner, usize::from(link.near == [1])))
    }

    /// The relations of an object whose members are deleted with it.
    pub(super) fn cascades(&self, object: Object) -> Vec<&'static Relation> {
        let relations = self.any(object.store).map_or(&[][..], |store| store.relations());
        relations.iter().filter(|relation| relation.deletes()).collect()
    }

    /// Marks an object for deletion; links of it that are not written go.
    pub(super) fn doom(&mut self, object: Object) {
        for store in self.each_mut() {
            if let Some(links) = store.downcast_mut::<Links>() {
                links.forget(object);
            }
        }
        if let Some(store) = self.any_mut(object.store) {
            store.doom(object);
        }
    }

    /// The key of an object, part by part.
    pub(super) fn key_of(&self, object: Object) -> Result<Capture> {
        let mut key = Capture::default();
        self.bind_key(object, &mut key)?;
        Ok(key)
    }
}

/// Moves in what one object holds.
pub(super) fn adopt_held<M: Model>(arena: &mut Arena, object: Object) -> Result<()> {
    let handle = Handle::<M>::new(object.slot, object.stamp);
    // While the object is out, its slot stays its own.
    let Some(mut held) = arena.store_mut::<M>().and_then(|store| store.lend(handle)) else { return Ok(()) };
    let has_row = arena.phase(object) == State::Persistent;
    let mut members = Vec::new();
    let mut relations = M::RELATIONS.iter().enumerate();
    let checked =
        relations.try_for_each(|(position, relation)| held.relation_mut(position).check(relation, arena));
    if checked.is_ok() {
        for (position, relation) in M::RELATIONS.iter().enumerate() {
            let field = held.relation_mut(position);
            if has_row && field.replaces() && relation.link_table().is_some_and(|link| link.writable) {
                let members = field.adopt(arena);
                arena.assigned.push(Assigned { relation, owner: object, members });
            } else if relation.is_over_fields() {
                // What it refers to is written when all is here.
                field.adopt(arena);
            } else if field.holds_objects() || relation.is_separate() && field.is_assigned() {
                members.extend(field.adopt(arena).into_iter().map(|member| (relation, member)));
            }
        }
    }
    arena.store_or_new::<M>().give_back(handle, held);
    checked?;
    for (relation, member) in members.into_iter().filter(|(relation, _)| relation.is_separate()) {
        if relation.link_table().is_some() {
            arena.link(relation, object, member)?;
        } else {
            arena.connect(relation, object, member)?;
        }
    }
    Ok(())
}
