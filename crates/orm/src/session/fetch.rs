//! The statements that load relations, each for many objects at once.

use hashbrown::HashSet;
use onggi_driver::Capture;
use onggi_sql::{Type, Value};

use super::known::Referred;
use super::{Arena, Session};
use crate::executor::Keep as _;
use crate::executor::sealed::Split as _;
use crate::handle::Object;
use crate::query::rows;
use crate::relation::fetch::Narrowed;
use crate::relation::groups::{Groups, IntegerKey};
use crate::relation::select::{RelatedRows, portions, referred, related, with_keys};
use crate::relation::{Fetch, Keys, Relation};
use crate::unit_of_work::Objects as _;
use crate::{Error, Result};

impl Session {
    /// Loads relations of objects, and of those that they lead to.
    pub(super) fn fetch_all(&mut self, owners: &[Object], fetches: &[Fetch]) -> Result<()> {
        for fetch in fetches {
            let narrowed = fetch.narrowed.as_deref();
            match fetch.relation.columns() {
                [] => self.fetch_members(owners, fetch.relation, narrowed, &fetch.nested)?,
                _ => self.fetch_referred(owners, fetch.relation)?,
            }
            if fetch.nested.is_empty() {
                continue;
            }
            let mut targets = Vec::new();
            match fetch.relation.columns() {
                [] => {
                    let part = self.arena.collections.part(narrowed);
                    for &owner in owners {
                        targets.extend(self.arena.members(fetch.relation, owner, part)?);
                    }
                }
                _ => {
                    for &owner in owners {
                        if let Referred::Object(target) = self.arena.referred(owner, fetch.relation)? {
                            targets.push(target);
                        }
                    }
                }
            }
            let mut seen = HashSet::new();
            targets.retain(|&target| seen.insert(target));
            self.fetch_all(&targets, &fetch.nested)?;
        }
        Ok(())
    }

    /// Loads what objects refer to.
    pub(super) fn fetch_referred(&mut self, from: &[Object], relation: &'static Relation) -> Result<()> {
        let mut keys = Keys::default();
        for &object in from {
            if let (Referred::Unknown, Some(key)) =
                (self.arena.referred(object, relation)?, self.arena.values(object, relation.columns()))
            {
                keys.insert(key);
            }
        }
        for some in portions(&keys.values) {
            let select = referred(relation, some);
            let rows = RelatedRows { select, lead: Vec::new(), along: Vec::new(), unsorted: false };
            self.fetch_rows(&rows, relation, |_, _, _| Ok(()))?;
        }
        Ok(())
    }

    /// Loads the members of collections, or of a part of them, where they are not known, with what is joined to them.
    pub(super) fn fetch_members(
        &mut self,
        owners: &[Object],
        relation: &'static Relation,
        narrowed: Option<&Narrowed>,
        nested: &[Fetch],
    ) -> Result<()> {
        let part = self.arena.collections.part(narrowed);
        // Each owner once, at the place that its key's number says.
        let (mut keys, mut unknown) = (Keys::default(), Vec::new());
        for &owner in owners {
            let is_known = self.arena.collections.get(relation, owner, part).is_some();
            if !is_known && keys.insert(self.arena.key_of(owner)?.values.into()) == unknown.len() {
                unknown.push(owner);
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let inverse = relation.inverse_of();
        let mut members: Groups<Object> = Groups::new(unknown.len());
        let mut unsorted = false;
        for some in portions(&keys.values) {
            let rows = related(relation, narrowed, nested, some, self.connection.dialect())?;
            unsorted = rows.unsorted;
            self.fetch_rows(&rows, relation, |arena, lead, member| {
                if let Some(number) = arena.owner_number(inverse, &keys, &unknown, lead, member)? {
                    members.push(number, member);
                }
                Ok(())
            })?;
        }
        let members = match unsorted {
            true => {
                members.into_sorted_members(|&object| IntegerKey::of(|to| self.arena.bind_key(object, to)))
            }
            false => members.into_members(),
        };
        for (owner, objects) in unknown.into_iter().zip(members) {
            self.arena.collections.insert(relation, owner, part, objects);
        }
        Ok(())
    }

    /// Keeps the objects of rows of the relation's target, and those that are joined to them.
    fn fetch_rows(
        &mut self,
        RelatedRows { select, lead, along, .. }: &RelatedRows,
        relation: &'static Relation,
        mut each: impl FnMut(&mut Arena, &[Value], Object) -> Result<()>,
    ) -> Result<()> {
        let target = relation.target;
        (target.begin)(&mut self.arena, lead.is_empty() && select.joins.is_empty());
        self.arena.begin_along(along);
        let (connection, arena) = self.split();
        let result = rows(select, connection, arena, |reader, arena| {
            let values = reader.next_values(lead)?;
            let object = (target.keep)(arena, reader)?;
            arena.keep_along(along, reader)?;
            each(arena, &values, object)?;
            Ok(true)
        });
        self.arena.finish();
        result.inspect_err(|_| self.after_error())
    }

    /// Reads a deferred column, for all objects that came together.
    pub(super) fn load_column(&mut self, from: Object, column: usize) -> Result<()> {
        if !self.arena.is_deferred(from, column) {
            return Ok(());
        }
        if self.strict {
            return Err(Error::usage(
                "a deferred column is not read, and the session is strict: read it `with` the query",
            ));
        }
        self.before_read()?;
        let mut keys = Vec::new();
        for object in self.arena.peers(from) {
            if self.arena.is_deferred(object, column) {
                keys.push(self.arena.key_of(object)?.values);
            }
        }
        let Some(table) = self.arena.any(from.store).map(|store| store.table()) else { return Ok(()) };
        let types: Vec<Type> = table.primary_key.iter().map(|&key| table.columns[key].ty).collect();
        for some in portions(&keys) {
            let select = with_keys(table, column, some);
            let (connection, arena) = self.split();
            let result = rows(&select, connection, arena, |reader, arena| {
                let values = reader.next_values(&types)?;
                let value = reader.next_value(table.columns[column].ty)?;
                let Some(store) = arena.any_mut(from.store) else { return Ok(false) };
                if let Some((object, _)) = store.find(&Capture { values })? {
                    store.fill(object, column, value.as_ref())?;
                }
                Ok(true)
            });
            result.inspect_err(|_| self.after_error())?;
        }
        Ok(())
    }
}
