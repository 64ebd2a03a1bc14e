use super::{Tag, Walk, number};
use crate::{Conflict, ConflictAction, Delete, Expression, Insert, Rows, Update};

impl<'a> Walk<'a, '_> {
    /// The table comes into scope behind its rows, which do not see it.
    pub(super) fn insert(&mut self, insert: &'a Insert) {
        self.shape.push(Tag::Insert);
        self.shape.table(insert.source.table);
        self.shape.columns(&insert.columns);
        match &insert.rows {
            Rows::Bound => self.shape.push(Tag::None),
            Rows::Arrays => self.shape.push(Tag::Again),
            Rows::Copied => self.shape.push(Tag::Raw),
            Rows::Several(rows) => self.shape.numbers([Tag::Parameter as u32, number(*rows)]),
            Rows::Values(rows) => {
                self.shape.numbers([Tag::Some as u32, number(rows.len())]);
                rows.iter().for_each(|row| self.list(row));
            }
            Rows::Select(select) => self.select(select),
        }
        self.scope.add(insert.source);
        match &insert.conflict {
            None => self.shape.push(Tag::None),
            Some(conflict) => self.conflict(conflict),
        }
        self.list(&insert.returning);
    }

    fn conflict(&mut self, conflict: &'a Conflict) {
        self.shape.push(Tag::Some);
        self.shape.columns(&conflict.target);
        self.optional(conflict.condition.as_ref());
        match &conflict.action {
            ConflictAction::Nothing => self.shape.push(Tag::None),
            ConflictAction::Update { assignments, filter } => {
                self.shape.push(Tag::Some);
                self.assignments(assignments);
                self.optional(filter.as_ref());
            }
        }
    }

    fn assignments(&mut self, assignments: &'a [(usize, Expression)]) {
        self.shape.count(assignments.len());
        for (column, expression) in assignments {
            self.shape.count(*column);
            self.expression(expression);
        }
    }

    pub(super) fn update(&mut self, update: &'a Update) {
        self.shape.push(Tag::Update);
        self.source(update.source);
        match &update.from {
            None => self.shape.push(Tag::None),
            Some(from) => {
                self.shape.push(Tag::Some);
                self.relation(from);
            }
        }
        self.join_sources(&update.joins);
        self.assignments(&update.assignments);
        if let Some(from) = &update.from {
            self.derived(from);
        }
        self.joined(&update.joins);
        self.optional(update.filter.as_ref());
        self.list(&update.returning);
    }

    pub(super) fn delete(&mut self, delete: &'a Delete) {
        self.shape.push(Tag::Delete);
        self.source(delete.source);
        match &delete.from {
            None => self.shape.push(Tag::None),
            Some(from) => {
                self.shape.push(Tag::Some);
                self.relation(from);
                self.derived(from);
            }
        }
        self.optional(delete.filter.as_ref());
        self.list(&delete.returning);
    }
}
