//! What relations lead to, as far as the session knows.

use hashbrown::HashSet;
use onggi_driver::Capture;
use onggi_sql::Value;
use smallvec::SmallVec;

use super::collections::Part;
use super::{Arena, State};
use crate::Result;
use crate::field::Attribute;
use crate::handle::Object;
use crate::relation::keys::{KeyValues, integer, values as key_values};
use crate::relation::{Keys, Relation};

/// For how many objects a relation is loaded at once.
const PEERS: usize = 1000;

/// What a reference leads to, as far as the session knows.
pub(super) enum Referred {
    Object(Object),
    Nothing,
    Unknown,
}

impl Arena {
    pub(super) fn is_deferred(&self, object: Object, column: usize) -> bool {
        let attribute = self.any(object.store).and_then(|store| store.attribute(object, column));
        attribute.is_some_and(Attribute::is_deferred)
    }

    pub(super) fn peers(&self, object: Object) -> Vec<Object> {
        self.any(object.store).map_or_else(Vec::new, |store| store.peers(object, PEERS))
    }

    /// The values of some columns of an object; none where one is NULL or not known yet.
    pub(super) fn values(&self, object: Object, columns: &[usize]) -> Option<KeyValues> {
        let store = self.any(object.store)?;
        let mut fields = SmallVec::<[&dyn Attribute; 1]>::new();
        for &column in columns {
            fields.push(store.attribute(object, column)?);
        }
        key_values(fields.into_iter()).ok()?
    }

    /// The value of a column of an object, where it is an integer and the only one asked for.
    fn integer(&self, object: Object, columns: &[usize]) -> Option<i64> {
        let &[column] = columns else { return None };
        integer(self.any(object.store)?.attribute(object, column)?)
    }

    /// The number of the owner that a row on the other side belongs to: by what it holds, or by what was read in front of it.
    pub(super) fn owner_number(
        &mut self,
        inverse: Option<&Relation>,
        keys: &Keys,
        owners: &[Object],
        lead: &[Value],
        member: Object,
    ) -> Result<Option<usize>> {
        let Some(inverse) = inverse else { return self.number_of(keys, lead, owners) };
        if let Some(key) = self.integer(member, inverse.columns()) {
            return Ok(keys.number_of_integer(key));
        }
        match self.values(member, inverse.columns()) {
            Some(key) => self.number_of(keys, &key, owners),
            None => Ok(None),
        }
    }

    /// The number of the owner that a key leads to, which can be equal though it is written in another way.
    fn number_of(&mut self, keys: &Keys, key: &[Value], owners: &[Object]) -> Result<Option<usize>> {
        if let Some(number) = keys.number(key) {
            return Ok(Some(number));
        }
        let Some(store) = owners.first().and_then(|owner| self.any_mut(owner.store)) else { return Ok(None) };
        let found = store.find(&Capture { values: key.to_vec() })?;
        Ok(found.and_then(|(found, _)| owners.iter().position(|&owner| owner == found)))
    }

    pub(super) fn referred(&mut self, from: Object, relation: &'static Relation) -> Result<Referred> {
        if let [column] = *relation.columns() {
            let attribute = self.any(from.store).and_then(|store| store.attribute(from, column));
            if let Some(object) = attribute.and_then(Attribute::referred) {
                return Ok(Referred::Object(object));
            }
        }
        let Some(values) = self.values(from, relation.columns()) else { return Ok(Referred::Nothing) };
        let Some(store) = self.any_mut(relation.target().number()) else { return Ok(Referred::Unknown) };
        let found = store.find(&Capture { values: values.into_vec() })?;
        Ok(match found {
            Some((object, true)) if self.phase(object) == State::Persistent => Referred::Object(object),
            Some((_, true)) => Referred::Nothing,
            Some((_, false)) | None => Referred::Unknown,
        })
    }

    /// The members of a collection that has been loaded: what its rows say, and what was changed in memory since.
    pub(super) fn members(
        &self,
        relation: &'static Relation,
        owner: Object,
        part: Part,
    ) -> Result<Vec<Object>> {
        let loaded = self.collections.get(relation, owner, part).unwrap_or_default();
        if part != Part::ALL {
            // What the database said: a flush, which every other load of it begins with, forgets it.
            let alive = |object: &&Object| self.phase(**object) == State::Persistent;
            return Ok(loaded.iter().filter(alive).copied().collect());
        }
        let Some(inverse) = relation.inverse_of() else {
            return Ok(self.linked(relation, owner, loaded));
        };
        let Some(store) = self.any(relation.target().number()) else { return Ok(Vec::new()) };
        let touched = store.touched();
        if touched.is_empty() {
            return Ok(loaded.to_vec());
        }
        let key = self.key_of(owner)?.values;
        let belongs = |&object: &Object| {
            let here = matches!(self.phase(object), State::Pending | State::Persistent);
            let refers = match *inverse.columns() {
                [column] => store.attribute(object, column).and_then(Attribute::referred),
                _ => None,
            };
            here && (refers == Some(owner)
                || self.values(object, inverse.columns()).is_some_and(|values| *values == *key))
        };
        let known: HashSet<&Object> = loaded.iter().collect();
        let added = touched.iter().filter(|object| !known.contains(object));
        Ok(loaded.iter().chain(added).copied().filter(belongs).collect())
    }

    fn linked(&self, relation: &'static Relation, owner: Object, loaded: &[Object]) -> Vec<Object> {
        let alive = |object: &Object| matches!(self.phase(*object), State::Pending | State::Persistent);
        let changes = self.link_changes(relation, owner);
        let known: HashSet<&Object> = loaded.iter().collect();
        let removed: HashSet<&Object> =
            changes.iter().filter(|(_, adds)| !adds).map(|(object, _)| object).collect();
        let kept = loaded.iter().filter(|object| !removed.contains(object));
        let added = changes
            .iter()
            .filter(|(object, adds)| *adds && !known.contains(object))
            .map(|(object, _)| object);
        kept.chain(added).copied().filter(alive).collect()
    }
}
