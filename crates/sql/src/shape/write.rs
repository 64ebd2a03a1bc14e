use super::{Tag, Walk};
use crate::{Delete, Insert, Update};

impl<'a> Walk<'a> {
    pub(super) fn insert(&mut self, insert: &'a Insert) {
        self.shape.push(Tag::Insert);
        self.shape.table(insert.table);
        self.shape.columns(&insert.columns);
        match &insert.conflict {
            None => self.shape.push(Tag::None),
            Some(conflict) => {
                self.shape.push(Tag::Some);
                self.shape.columns(&conflict.target);
                self.shape.columns(&conflict.update);
            }
        }
        match insert.returning {
            None => self.shape.push(Tag::None),
            Some(column) => {
                self.shape.push(Tag::Some);
                self.shape.count(column);
            }
        }
    }

    pub(super) fn update(&mut self, update: &'a Update) {
        self.shape.push(Tag::Update);
        self.source(update.source);
        self.shape.count(update.assignments.len());
        for (column, expression) in &update.assignments {
            self.shape.count(*column);
            self.expression(expression);
        }
        self.optional(update.filter.as_ref());
    }

    pub(super) fn delete(&mut self, delete: &'a Delete) {
        self.shape.push(Tag::Delete);
        self.source(delete.source);
        self.optional(delete.filter.as_ref());
    }
}
