//! SQL under construction: an expression, how deep it is, and what is wrong with it.

use onggi_sql as sql;
use onggi_sql::Value;

/// The SQL of an [`Expression`](crate::Expression) that is more than a column.
#[derive(Clone, Debug)]
pub struct Tree {
    expression: sql::Expression,
    /// How deep operations are nested in it.
    depth: u16,
    /// Why it cannot be run; told when the statement runs.
    error: Option<Box<str>>,
}

/// How deep operations can be nested. Databases set limits of this size, and nothing here need fear for its stack.
const DEPTH: u16 = 500;

impl Tree {
    pub(crate) fn into_parts(self) -> (sql::Expression, Option<Box<str>>) {
        (self.expression, self.error)
    }

    pub(super) fn or_error(self, error: Option<Box<str>>) -> Tree {
        Tree { error: self.error.or(error), ..self }
    }

    pub(super) fn join(
        self,
        other: Tree,
        join: impl FnOnce(sql::Expression, sql::Expression) -> sql::Expression,
    ) -> Tree {
        let depth = self.depth.max(other.depth);
        let error = self.error.or(other.error);
        Tree { expression: join(self.expression, other.expression), depth, error }.deeper()
    }

    /// Joins two conditions in a chain, which is one level whatever its length.
    pub(super) fn chain(self, other: Tree, operator: Chain) -> Tree {
        // The levels of each part inside the chain; a chain that goes on is not one level more.
        let level = |tree: &Tree| match (&tree.expression, operator) {
            (sql::Expression::And(_), Chain::And) | (sql::Expression::Or(_), Chain::Or) => tree.depth,
            _ => tree.depth.saturating_add(1),
        };
        let depth = level(&self).max(level(&other));
        let error = self.error.or(other.error);
        let expression = match operator {
            Chain::And => self.expression.and(other.expression),
            Chain::Or => self.expression.or(other.expression),
        };
        Tree { expression, depth, error }.checked()
    }

    pub(super) fn map(self, map: impl FnOnce(sql::Expression) -> sql::Expression) -> Tree {
        Tree { expression: map(self.expression), ..self }.deeper()
    }

    fn deeper(self) -> Tree {
        Tree { depth: self.depth.saturating_add(1), ..self }.checked()
    }

    /// What is nested too deep becomes an error before anything has to walk it.
    fn checked(self) -> Tree {
        match self.depth <= DEPTH {
            true => self,
            false => Tree::failed(format!("the expression is nested more than {DEPTH} levels deep")),
        }
    }

    pub(super) fn failed(error: String) -> Tree {
        Tree { error: Some(error.into()), ..sql::Expression::Value(Value::Null).into() }
    }
}

/// How conditions are chained.
#[derive(Clone, Copy)]
pub(super) enum Chain {
    And,
    Or,
}

impl From<sql::Expression> for Tree {
    fn from(expression: sql::Expression) -> Tree {
        Tree { expression, depth: 0, error: None }
    }
}
