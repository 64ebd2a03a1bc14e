use onggi_sql::{Join, JoinKind, Source};

use super::Query;
use crate::expression::need;
use crate::query::Tables;
use crate::source::{self, Step};

impl<F: Tables, S> Query<F, S> {
    /// Joins the tables that relations lead to, each once; those of a query around this one are left to that.
    pub(super) fn join_path(&mut self, path: Source) {
        if !self.sources.iter().any(|own| source::same_query(path, *own)) {
            return need(&mut self.outer, path);
        }
        let Some(step) = source::step(path) else { return };
        if self.select.joins.iter().any(|join| join.source.is(path)) {
            return;
        }
        self.join_path(step.from);
        let join = self.path_join(&step, path);
        self.select.joins.push(join);
    }

    /// The same for the condition of a join, of tables that relations lead to from what is joined: they are joined to that first.
    pub(super) fn nest_path(&mut self, place: usize, path: Source) {
        let Some(step) = source::step(path) else { return };
        if self.select.joins.iter().any(|join| join.source.is(path)) {
            return;
        }
        self.nest_path(place, step.from);
        let join = self.path_join(&step, path);
        let nested = self.select.joins[place].nested;
        self.select.joins.insert(place + 1 + nested, join);
        self.select.joins[place].nested = nested + 1;
    }

    fn path_join(&mut self, step: &Step, path: Source) -> Join {
        let kind = match step.relation.is_optional() || self.may_miss(step.from) {
            true => JoinKind::Left,
            false => JoinKind::Inner,
        };
        let mut on = step.relation.condition(step.from, path);
        if let Some(scope) = step.relation.scope(path) {
            on = on.and(self.take_scope(scope));
        }
        Join { kind, source: path.into(), on: Some(on), nested: 0 }
    }

    /// Whether a row of the result may have no row of this table.
    fn may_miss(&self, source: Source) -> bool {
        if source::may_be_missing(source) {
            return true;
        }
        let place = self.select.joins.iter().position(|join| join.source.is(source));
        let itself = place.map(|place| &self.select.joins[place]);
        let later = &self.select.joins[place.map_or(0, |place| place + 1)..];
        itself.is_some_and(|join| matches!(join.kind, JoinKind::Left | JoinKind::Full))
            || later.iter().any(|join| matches!(join.kind, JoinKind::Right | JoinKind::Full))
    }
}
