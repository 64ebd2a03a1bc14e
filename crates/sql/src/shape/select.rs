use super::{Tag, Walk, number};
use crate::source::Key;
use crate::{Cte, Expression, Join, Lock, Order, Relation, Select, Selected, Source, repeat};

/// Stand where tables have their number, of which there are fewer.
const DERIVED: u32 = u32::MAX;
const CTE: u32 = u32::MAX - 1;
const BOUND: u32 = u32::MAX - 2;

impl<'a> Walk<'a, '_> {
    pub(super) fn select(&mut self, select: &'a Select) {
        let ctes = self.with(&select.with);
        let outer = self.scope.enter();
        let compound = number(select.compound.len());
        self.shape.numbers([Tag::Select as u32, clauses(select), compound]);
        self.relation(&select.source);
        if !select.joins.is_empty() {
            self.join_sources(&select.joins);
        }
        let repeats = match repeat::shares(select) {
            true => self.repeats.enter(repeat::shared(select)),
            false => self.repeats.enter([]),
        };
        self.clause(&select.distinct_on);
        if let Selected::Expressions(expressions) = &select.columns {
            self.list(expressions);
        }
        self.derived(&select.source);
        self.joined(&select.joins);
        select.filter.iter().for_each(|filter| self.expression(filter));
        self.clause(&select.group_by);
        select.having.iter().for_each(|having| self.expression(having));
        if select.compound.is_empty() {
            self.end(select);
            self.repeats.leave(repeats);
            self.scope.leave(outer);
        } else {
            self.repeats.leave(repeats);
            self.scope.leave(outer);
            self.compound(select);
        }
        if let Some(rows) = &select.limit {
            self.value(rows);
        }
        if let Some(rows) = &select.offset {
            self.value(rows);
        }
        self.scope.without(ctes);
    }

    fn clause(&mut self, expressions: &'a [Expression]) {
        if !expressions.is_empty() {
            self.list(expressions);
        }
    }

    fn end(&mut self, select: &'a Select) {
        if !select.order.is_empty() {
            self.order(&select.order);
        }
        if let Some(lock) = &select.lock {
            self.lock(lock);
        }
    }

    /// The other parts of a compound select, and its order, see no source of the first.
    fn compound(&mut self, select: &'a Select) {
        for (operator, part) in &select.compound {
            self.shape.number(*operator as u32);
            self.select(part);
        }
        self.end(select);
    }

    fn lock(&mut self, lock: &Lock) {
        self.shape.numbers([lock.strength as u32, lock.wait as u32, number(lock.of.len())]);
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

    /// Selects that are read and conditions of joins, which stand behind what is selected.
    pub(super) fn joined(&mut self, joins: &'a [Join]) {
        let mut rest = joins;
        while let Some((join, behind)) = rest.split_first() {
            let (nested, behind) = behind.split_at(join.nested.min(behind.len()));
            self.derived(&join.source);
            self.joined(nested);
            self.optional(join.on.as_ref());
            rest = behind;
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
            self.shape.numbers([join.kind as u32, number(join.nested)]);
            self.relation(&join.source);
        }
    }

    /// What a select reads from comes into scope.
    #[inline]
    pub(super) fn relation(&mut self, relation: &'a Relation) {
        match relation {
            Relation::Table(source) => self.source(*source),
            other => self.made(other),
        }
    }

    /// What is no table.
    fn made(&mut self, relation: &'a Relation) {
        match relation {
            Relation::Table(_) => {}
            Relation::Select(_, id) => {
                self.shape.number(DERIVED);
                self.add(Key::derived(*id));
            }
            Relation::Cte { cte, id } => {
                let found = self.scope.find_cte(*cte).map_or(u32::MAX, number);
                self.shape.numbers([CTE, found]);
                self.add(Key::derived(*id));
            }
            Relation::Bound { types, rows, id } => {
                self.shape.numbers([BOUND, number(*rows), number(types.len())]);
                types.iter().for_each(|&ty| self.ty(ty));
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

    #[inline]
    pub(super) fn source(&mut self, source: Source) {
        self.shape.table(source.table);
        self.add(source);
    }

    #[inline]
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
    #[inline]
    pub(super) fn column(&mut self, source: Source, column: usize) {
        let (tag, source) = match self.scope.find(source) {
            Some(found) => (Tag::Column, number(found)),
            None => (Tag::Unknown, source.table.number()),
        };
        self.shape.numbers([tag as u32, source, number(column)]);
    }
}

/// Which clauses a select has, a bit for each. Those that it lacks are no more in its shape than this.
fn clauses(select: &Select) -> u32 {
    let summary = select.summary.map_or(0, |summary| 1 + summary as u32);
    let has = [
        select.distinct,
        !select.distinct_on.is_empty(),
        !select.joins.is_empty(),
        matches!(select.columns, Selected::Table),
        matches!(select.columns, Selected::Nothing),
        select.filter.is_some(),
        !select.group_by.is_empty(),
        select.having.is_some(),
        !select.order.is_empty(),
        select.lock.is_some(),
        select.limit.is_some(),
        select.offset.is_some(),
    ];
    has.into_iter().fold(summary, |bits, has| bits << 1 | u32::from(has))
}
