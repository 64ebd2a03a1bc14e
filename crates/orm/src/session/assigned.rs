//! Collections by links that were assigned to objects with a row: the difference is written.

use hashbrown::HashSet;

use super::collections::Part;
use super::{Session, State};
use crate::Result;
use crate::handle::Object;
use crate::relation::{Fetch, Relation};

/// A collection that is to have these members, and no others.
pub(super) struct Assigned {
    pub(super) relation: &'static Relation,
    pub(super) owner: Object,
    pub(super) members: Vec<Object>,
}

impl Session {
    /// Moves everything that touched objects hold in their relations into the session.
    pub(super) fn adopt(&mut self) -> Result<()> {
        self.arena.adopt()?;
        // What was assigned is kept until it is settled: a flush that fails can be tried again.
        while let Some(relation) = self.arena.assigned.last().map(|assigned| assigned.relation) {
            self.settle_assigned(relation)?;
            self.arena.assigned.retain(|assigned| !std::ptr::eq(assigned.relation, relation));
        }
        Ok(())
    }

    /// Links what was assigned and is not linked, and unlinks the rest, for all owners of a relation. Members that their
    /// model's scope leaves out stay.
    fn settle_assigned(&mut self, relation: &'static Relation) -> Result<()> {
        let of_relation =
            self.arena.assigned.iter().filter(|assigned| std::ptr::eq(assigned.relation, relation));
        let owners: Vec<Object> = of_relation.map(|assigned| assigned.owner).collect();
        let owners: Vec<Object> =
            owners.into_iter().filter(|&owner| self.arena.phase(owner) == State::Persistent).collect();
        self.begin()?;
        self.fetch_members(&owners, relation, None, &[])?;
        let scoped = Fetch::scoped(relation).and_then(|fetch| fetch.narrowed);
        if scoped.is_some() {
            self.fetch_members(&owners, relation, scoped.as_deref(), &[])?;
        }
        let visible = self.arena.collections.part(scoped.as_deref());
        for owner in owners {
            let linked = self.arena.members(relation, owner, Part::ALL)?;
            let leaving = self.arena.members(relation, owner, visible)?;
            // The last that was assigned counts.
            let mut assigned = self.arena.assigned.iter().rev();
            let is_own = |known: &&Assigned| known.owner == owner && std::ptr::eq(known.relation, relation);
            let wanted = assigned.find(is_own).map_or_else(Vec::new, |assigned| assigned.members.clone());
            let (linked, kept): (HashSet<Object>, HashSet<Object>) =
                (linked.into_iter().collect(), wanted.iter().copied().collect());
            for member in
                leaving.into_iter().filter(|member| linked.contains(member) && !kept.contains(member))
            {
                self.arena.unlink(relation, owner, member)?;
            }
            for member in wanted.into_iter().filter(|member| !linked.contains(member)) {
                self.arena.link(relation, owner, member)?;
            }
        }
        Ok(())
    }
}
