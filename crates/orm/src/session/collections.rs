//! Which objects are on the other side of relations to many, as far as the session has read it.

use hashbrown::HashMap;
use onggi_sql::shape::{self, Shape};

use crate::Value;
use crate::handle::Object;
use crate::relation::Relation;
use crate::relation::fetch::Narrowed;
use crate::unit_of_work::{Change, ChangeKind};

/// The members of collections, as their rows have it.
#[derive(Default)]
pub(super) struct Collections {
    members: HashMap<(usize, Object, Part), Members>,
    /// The parts of relations that were loaded; a part is its position, counted from 1.
    parts: Vec<(Shape, Vec<Value>)>,
}

/// Which part of a relation: all of it, or what a narrowed one asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Part(usize);

impl Part {
    pub(super) const ALL: Part = Part(0);
}

struct Members {
    relation: &'static Relation,
    objects: Vec<Object>,
}

impl Collections {
    /// The part that a select asks for.
    pub(super) fn part(&mut self, narrowed: Option<&Narrowed>) -> Part {
        let Some(narrowed) = narrowed else { return Part::ALL };
        let (shape, values) = shape::of_select(&narrowed.select);
        let same =
            |(known, bound): &(Shape, Vec<Value>)| *known == shape && bound.iter().eq(values.iter().copied());
        let known = self.parts.iter().position(same).unwrap_or_else(|| {
            self.parts.push((shape.clone(), values.iter().map(|&value| value.clone()).collect()));
            self.parts.len() - 1
        });
        Part(known + 1)
    }

    pub(super) fn get(&self, relation: &'static Relation, owner: Object, part: Part) -> Option<&[Object]> {
        Some(&self.members.get(&key(relation, owner, part))?.objects)
    }

    pub(super) fn insert(
        &mut self,
        relation: &'static Relation,
        owner: Object,
        part: Part,
        objects: Vec<Object>,
    ) {
        self.members.insert(key(relation, owner, part), Members { relation, objects });
    }

    /// Changes of rows are written: what they may have changed is not known any more.
    pub(super) fn follow(&mut self, changes: &[Change]) {
        if self.members.is_empty() {
            return;
        }
        // A part can depend on any column of any table.
        self.members.retain(|&(_, _, part), members| {
            part == Part::ALL && !changes.iter().any(|change| affects(change, members.relation))
        });
        self.parts.clear();
    }

    pub(super) fn clear(&mut self) {
        self.members.clear();
        self.parts.clear();
    }
}

fn key(relation: &'static Relation, owner: Object, part: Part) -> (usize, Object, Part) {
    (std::ptr::from_ref(relation).addr(), owner, part)
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
