use super::{Tag, Walk, number};
use crate::source::Key;
use crate::{Cte, Join, Lock, Order, Relation, Select, Selected, Source, repeat};

/// Stand where tables have their number, of which there are fewer.
const DERIVED: u32 = u32::MAX;
const CTE: u32 = u32::MAX - 1;

impl<'a> Walk<'a> {
    pub(super) fn select(&mut self, select: &'a Select) {
        let ctes = self.with(&select.with);
        let outer = self.scope.enter();
        let summary = select.summary.map_or(0, |summary| 1 + summary as u32);
        let compound = number(select.compound.len());
        self.shape.numbers([Tag::Select as u32, summary, u32::from(select.distinct), compound]);
        self.relation(&select.source);
        self.join_sources(&select.joins);
        let repeats = self.repeats.enter(repeat::shared(select));
        self.list(&select.distinct_on);
        self.selected(&select.columns);
        self.derived(&select.source);
        self.joined(&select.joins);
        self.optional(select.filter.as_ref());
        self.list(&select.group_by);
        self.optional(select.having.as_ref());
        if select.compound.is_empty() {
            self.order(&select.order);
            self.repeats.leave(repeats);
            self.lock(select.lock.as_deref());
            self.scope.leave(outer);
        } else {
            self.repeats.leave(repeats);
            self.scope.leave(outer);
            self.compound(select);
            self.lock(select.lock.as_deref());
        }
        self.optional_value(select.limit.as_ref());
        self.optional_value(select.offset.as_ref());
        self.scope.without(ctes);
    }

    /// The other parts of a compound select, and its order, see no source of the first.
    fn compound(&mut self, select: &'a Select) {
        for (operator, part) in &select.compound {
            self.shape.number(*operator as u32);
            self.select(part);
        }
        self.order(&select.order);
    }

    fn lock(&mut self, lock: Option<&Lock>) {
        let Some(lock) = lock else { return self.shape.push(Tag::None) };
        let count = number(lock.of.len());
        self.shape.numbers([Tag::Some as u32, lock.strength as u32, lock.wait as u32, count]);
        lock.of.iter().for_each(|&source| self.column(source, 0));
    }

    fn with(&mut self, with: &'a [Cte]) -> usize {
        let outer = self.scope.with();
        for cte in with {
            let materialized = cte.materialized.map_or(0, |kept| 1 + u32::from(kept));
            self.shape.numbers([Tag::Cte as u32, u32::from(cte.recursive), materialized]);
            self.shape.text(&cte.name);
            if cte.recursive {
                self.scope.add_cte(cte.id);
            }
            self.select(&cte.query);
            if !cte.recursive {
                self.scope.add_cte(cte.id);
            }
        }
        outer
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

    /// Selects that are read and conditions of joins, which stand behind what is selected.
    pub(super) fn joined(&mut self, joins: &'a [Join]) {
        for join in joins {
            self.derived(&join.source);
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

    pub(super) fn join_sources(&mut self, joins: &'a [Join]) {
        self.shape.count(joins.len());
        for join in joins {
            self.shape.number(join.kind as u32);
            self.relation(&join.source);
        }
    }

    /// What a select reads from comes into scope.
    pub(super) fn relation(&mut self, relation: &'a Relation) {
        match relation {
            Relation::Table(source) => self.source(*source),
            Relation::Select(_, id) => {
                self.shape.number(DERIVED);
                self.add(Key::derived(*id));
            }
            Relation::Cte { cte, id } => {
                let found = self.scope.find_cte(*cte).map_or(u32::MAX, number);
                self.shape.numbers([CTE, found]);
                self.add(Key::derived(*id));
            }
        }
    }

    pub(super) fn derived(&mut self, relation: &'a Relation) {
        if let Relation::Select(select, _) = relation {
            self.scope.hide(true);
            self.select(select);
            self.scope.hide(false);
        }
    }

    pub(super) fn source(&mut self, source: Source) {
        self.shape.table(source.table);
        self.add(source);
    }

    fn add(&mut self, source: impl Into<Key>) {
        if !self.scope.add(source) {
            self.shape.push(Tag::Again);
        }
    }

    /// A derived column by its source's number in scope.
    pub(super) fn output(&mut self, source: u64, column: usize, decimal: bool) {
        let found = self.scope.find(Key::derived(source)).map_or(u32::MAX, number);
        self.shape.numbers([Tag::Output as u32, found, number(column), u32::from(decimal)]);
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
