//! Which objects are on the other side of relations to many, as far as the session has read it.

use std::collections::HashMap;

use crate::handle::Object;
use crate::relation::Relation;
use crate::unit_of_work::{Change, ChangeKind};

/// The members of collections, as their rows have it.
#[derive(Default)]
pub(super) struct Collections {
    members: HashMap<(usize, Object), Members>,
}

struct Members {
    relation: &'static Relation,
    objects: Vec<Object>,
}

impl Collections {
    pub(super) fn get(&self, relation: &'static Relation, owner: Object) -> Option<&[Object]> {
        Some(&self.members.get(&key(relation, owner))?.objects)
    }

    pub(super) fn insert(&mut self, relation: &'static Relation, owner: Object, objects: Vec<Object>) {
        self.members.insert(key(relation, owner), Members { relation, objects });
    }

    /// Changes of rows are written: what they may have changed is not known any more.
    pub(super) fn follow(&mut self, changes: &[Change]) {
        if self.members.is_empty() {
            return;
        }
        self.members.retain(|_, members| !changes.iter().any(|change| affects(change, members.relation)));
    }

    pub(super) fn clear(&mut self) {
        self.members.clear();
    }
}

fn key(relation: &'static Relation, owner: Object) -> (usize, Object) {
    (std::ptr::from_ref(relation).addr(), owner)
}

/// Whether a change of a row can change who is in the relation.
fn affects(change: &Change, relation: &Relation) -> bool {
    if let Some(link) = relation.link_table() {
        let deletes = change.kind == ChangeKind::Delete && std::ptr::eq(change.table, relation.target());
        return deletes || std::ptr::eq(change.table, link.table);
    }
    let Some(inverse) = relation.inverse_of() else { return false };
    std::ptr::eq(change.table, relation.target())
        && (change.kind != ChangeKind::Update
            || inverse.columns().iter().any(|&column| change.columns.contains(column)))
}
