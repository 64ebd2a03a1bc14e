use super::{Tag, Walk, number};
use crate::{Join, Order, Relation, Select, Selected, Source};

impl<'a> Walk<'a> {
    pub(super) fn select(&mut self, select: &'a Select) {
        let outer = self.scope.enter();
        let summary = select.summary.map_or(0, |summary| 1 + summary as u32);
        self.shape.numbers([Tag::Select as u32, summary, u32::from(select.distinct)]);
        self.relation(&select.source);
        self.shape.count(select.joins.len());
        for join in &select.joins {
            self.shape.0.push(join.kind as u32);
            self.relation(&join.source);
        }
        self.selected(&select.columns);
        self.joined(&select.joins);
        self.optional(select.filter.as_ref());
        self.list(&select.group_by);
        self.optional(select.having.as_ref());
        self.order(&select.order);
        self.optional_value(select.limit.as_ref());
        self.optional_value(select.offset.as_ref());
        self.scope.leave(outer);
    }

    fn selected(&mut self, columns: &'a Selected) {
        match columns {
            Selected::Table => self.shape.push(Tag::Some),
            Selected::Nothing => self.shape.push(Tag::None),
            Selected::Expressions(expressions) => {
                self.shape.push(Tag::And);
                self.list(expressions);
            }
        }
    }

    /// Their conditions, which stand behind what is selected.
    fn joined(&mut self, joins: &'a [Join]) {
        for join in joins {
            self.optional(join.on.as_ref());
        }
    }

    pub(super) fn order(&mut self, order: &'a [Order]) {
        self.shape.count(order.len());
        for order in order {
            self.shape.numbers([order.direction as u32, order.nulls as u32]);
            self.expression(&order.expression);
        }
    }

    /// What a select reads from comes into scope.
    fn relation(&mut self, relation: &'a Relation) {
        match relation {
            Relation::Table(source) => self.source(*source),
        }
    }

    pub(super) fn source(&mut self, source: Source) {
        self.shape.table(source.table);
        if !self.scope.add(source) {
            self.shape.push(Tag::Again);
        }
    }

    /// A source's column by the source's number in scope.
    pub(super) fn column(&mut self, source: Source, column: usize) {
        let (tag, source) = match self.scope.find(source) {
            Some(found) => (Tag::Column, number(found)),
            None => (Tag::Unknown, source.table.number()),
        };
        self.shape.numbers([tag as u32, source, number(column)]);
    }
}
