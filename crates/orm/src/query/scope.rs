//! The default scope of a query's model, and what joins make of it.

use onggi_sql::{self as sql, Source, UnaryOperator};

use super::{Query, Tables};
use crate::Model;
use crate::expression::{Condition, Parts, Paths};

/// The scope among a query's conditions: the first of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scoped {
    conditions: usize,
    /// The table whose rows it is about, which may be missing once more are joined.
    of: Option<Source>,
}

impl<M: Model> Query<M> {
    /// A query of the rows in the model's scope.
    #[inline]
    pub(crate) fn scoped() -> Query<M> {
        let mut query = Query::new();
        if let Some(scope) = M::SCOPE {
            let scope = scope(query.columns());
            let scope = query.take_scope(scope);
            query.put_scope(scope, Some(query.source()));
        }
        query
    }

    /// The same query of all rows, where the scope left some out.
    pub(crate) fn past_scope(&self) -> Option<Query<M>> {
        (self.scope.conditions > 0).then(|| {
            let mut query = self.clone();
            query.without_scope();
            query
        })
    }
}

impl<F: Tables, S> Query<F, S> {
    /// Takes in the scope of a table of the query's own, which needs no join.
    pub(crate) fn take_scope(&mut self, scope: Condition) -> sql::Expression {
        let Parts { expression, error, depth, .. } = scope.into_tree().into_parts();
        self.note(error, Paths::new(), depth);
        expression
    }

    /// Takes the scope out of the conditions.
    pub(super) fn without_scope(&mut self) -> (Option<sql::Expression>, Option<Source>) {
        let Scoped { conditions, of } = std::mem::take(&mut self.scope);
        if conditions == 0 {
            return (None, of);
        }
        let scope = match self.select.filter.take() {
            Some(sql::Expression::And(mut scope)) => {
                let rest = scope.split_off(conditions.min(scope.len()));
                rest.into_iter().for_each(|condition| self.select.and(condition));
                scope.into_iter().reduce(sql::Expression::and)
            }
            only => only,
        };
        (scope, of)
    }

    /// Puts a scope in front of the other conditions.
    pub(super) fn put_scope(&mut self, scope: sql::Expression, of: Option<Source>) {
        let conditions = match &scope {
            sql::Expression::And(all) => all.len(),
            _ => 1,
        };
        self.scope = Scoped { conditions, of };
        self.select.filter = Some(match self.select.filter.take() {
            Some(filter) => scope.and(filter),
            None => scope,
        });
    }
}

/// The condition that a row is in its scope, or missing.
pub(super) fn or_missing(scope: sql::Expression, of: Source) -> sql::Expression {
    let key = sql::Expression::column(of, of.table.primary_key.first().copied().unwrap_or_default());
    sql::Expression::unary(UnaryOperator::IsNull, key).or(scope)
}
