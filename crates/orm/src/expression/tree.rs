//! SQL under construction: an expression, how deep it is, and what is wrong with it.

use onggi_sql as sql;
use onggi_sql::{Source, Value};

use crate::source;

/// The SQL of an [`Expression`](crate::Expression) that is more than a column.
#[derive(Clone, Debug)]
pub struct Tree {
    expression: sql::Expression,
    /// How deep operations are nested in it.
    depth: u16,
    /// Most expressions have nothing of this, and all of them are moved often.
    beside: Option<Box<Beside>>,
}

/// What an expression brings along.
#[derive(Clone, Debug, Default)]
struct Beside {
    /// Why it cannot be run; told when the statement runs.
    error: Option<Box<str>>,
    /// The occurrences of tables that relations lead to: whoever takes the expression in must join them.
    paths: Paths,
}

/// Occurrences of tables that an expression needs beside its query's own.
pub(crate) type Paths = Vec<Source>;

/// How deep operations can be nested. Databases set limits of this size, and nothing here need fear for its stack.
pub(crate) const DEPTH: u16 = 500;

impl Tree {
    #[inline]
    pub(crate) fn into_parts(self) -> Parts {
        let Tree { expression, depth, beside } = self;
        let Beside { error, paths } = beside.map_or_else(Beside::default, |beside| *beside);
        Parts { expression, error, paths, depth }
    }

    /// A subquery, with what its query says of it.
    pub(crate) fn around(
        expression: sql::Expression,
        error: Option<Box<str>>,
        paths: Paths,
        depth: u16,
    ) -> Tree {
        Tree { expression, depth, beside: Beside { error, paths }.boxed() }.deeper()
    }

    /// An expression that needs these occurrences.
    pub(crate) fn needing(mut self, paths: impl IntoIterator<Item = Source>) -> Tree {
        let mut beside = self.beside.take().unwrap_or_default();
        paths.into_iter().for_each(|path| need(&mut beside.paths, path));
        Tree { beside: beside.boxed(), ..self }
    }

    /// Whether it needs more than the tables of its query.
    pub(crate) fn walks(&self) -> bool {
        !self.paths().is_empty()
    }

    /// Whether it is a value that was given.
    pub(crate) fn is_value(&self) -> bool {
        matches!(self.expression, sql::Expression::Value(_))
    }

    /// Whether it needs no occurrence that a relation leads to but this one.
    pub(crate) fn needs_only(&self, source: Source) -> bool {
        self.paths().iter().all(|path| *path == source)
    }

    fn paths(&self) -> &[Source] {
        self.beside.as_ref().map_or(&[], |beside| &beside.paths)
    }

    /// What is wrong with it, in other words.
    pub(crate) fn map_error(mut self, map: impl FnOnce(Box<str>) -> String) -> Tree {
        if let Some(beside) = &mut self.beside {
            beside.error = beside.error.take().map(|error| map(error).into());
        }
        self
    }

    pub(crate) fn or_error(self, error: Option<Box<str>>) -> Tree {
        let other = Beside { error, paths: Paths::new() }.boxed();
        Tree { beside: together(self.beside, other), ..self }
    }

    #[inline]
    pub(super) fn join(
        self,
        other: Tree,
        join: impl FnOnce(sql::Expression, sql::Expression) -> sql::Expression,
    ) -> Tree {
        let depth = self.depth.max(other.depth).saturating_add(1);
        if depth > DEPTH {
            return Tree::too_deep();
        }
        let beside = together(self.beside, other.beside);
        Tree { expression: join(self.expression, other.expression), depth, beside }
    }

    /// Joins any number of expressions.
    pub(crate) fn all(
        trees: impl IntoIterator<Item = Tree>,
        build: impl FnOnce(Vec<sql::Expression>) -> sql::Expression,
    ) -> Tree {
        let (mut parts, mut all) = (Vec::new(), Tree::from(sql::Expression::Literal(0)));
        for tree in trees {
            parts.push(tree.expression);
            all.depth = all.depth.max(tree.depth);
            all.beside = together(all.beside, tree.beside);
        }
        all.map(|_| build(parts))
    }

    /// Changes an expression that stays at its depth.
    pub(super) fn amend(self, amend: impl FnOnce(sql::Expression) -> sql::Expression) -> Tree {
        Tree { expression: amend(self.expression), ..self }
    }

    /// Joins two conditions in a chain, which is one level whatever its length.
    pub(super) fn chain(self, other: Tree, operator: Chain) -> Tree {
        // The levels of each part inside the chain; a chain that goes on is not one level more.
        let level = |tree: &Tree| match (&tree.expression, operator) {
            (sql::Expression::And(_), Chain::And) | (sql::Expression::Or(_), Chain::Or) => tree.depth,
            _ => tree.depth.saturating_add(1),
        };
        let depth = level(&self).max(level(&other));
        let beside = together(self.beside, other.beside);
        let expression = match operator {
            Chain::And => self.expression.and(other.expression),
            Chain::Or => self.expression.or(other.expression),
        };
        Tree { expression, depth, beside }.checked()
    }

    pub(crate) fn map(self, map: impl FnOnce(sql::Expression) -> sql::Expression) -> Tree {
        Tree { expression: map(self.expression), ..self }.deeper()
    }

    #[inline]
    fn deeper(self) -> Tree {
        Tree { depth: self.depth.saturating_add(1), ..self }.checked()
    }

    /// What is nested too deep becomes an error before anything has to walk it.
    #[inline]
    fn checked(self) -> Tree {
        match self.depth <= DEPTH {
            true => self,
            false => Tree::too_deep(),
        }
    }

    #[cold]
    fn too_deep() -> Tree {
        Tree::failed(format!("the expression is nested more than {DEPTH} levels deep"))
    }

    pub(crate) fn failed(error: String) -> Tree {
        Tree::from(sql::Expression::Value(Value::Null)).or_error(Some(error.into()))
    }
}

/// How conditions are chained.
#[derive(Clone, Copy)]
pub(super) enum Chain {
    And,
    Or,
}

impl From<sql::Expression> for Tree {
    #[inline]
    fn from(expression: sql::Expression) -> Tree {
        Tree { expression, depth: 0, beside: None }
    }
}

impl Beside {
    fn boxed(self) -> Option<Box<Beside>> {
        (self.error.is_some() || !self.paths.is_empty()).then(|| Box::new(self))
    }

    /// Of two errors, the first is told.
    fn and(mut self: Box<Beside>, other: Beside) -> Box<Beside> {
        self.error = self.error.or(other.error);
        other.paths.into_iter().for_each(|path| need(&mut self.paths, path));
        self
    }
}

/// An expression's parts.
pub(crate) struct Parts {
    pub(crate) expression: sql::Expression,
    pub(crate) error: Option<Box<str>>,
    pub(crate) paths: Paths,
    pub(crate) depth: u16,
}

/// A column of an occurrence. Most are columns of a query's own table, which are made where they are wanted.
#[inline]
pub(super) fn column(source: Source, column: usize) -> Tree {
    match source::is_own_table(source) {
        true => sql::Expression::column(source, column).into(),
        false => other_column(source, column),
    }
}

fn other_column(source: Source, column: usize) -> Tree {
    if let Some(target) = source::of_proposed(source) {
        return sql::Expression::Excluded(target, column).into();
    }
    if source::rows(source).is_some() && source.table.columns[column].deferred {
        return Tree::failed(format!(
            "{}.{} is deferred, and not among the rows of another query: ask for it there, or select it",
            source.table.name, source.table.columns[column].name
        ));
    }
    let tree = Tree::from(source::column(source, column));
    match source::is_root(source) {
        true => tree,
        false => Tree { beside: Beside { error: None, paths: vec![source] }.boxed(), ..tree },
    }
}

/// Adds an occurrence, once.
pub(crate) fn need(paths: &mut Paths, path: Source) {
    if !source::is_root(path) && !paths.iter().any(|known| known.id == path.id) {
        paths.push(path);
    }
}

#[inline]
fn together(one: Option<Box<Beside>>, other: Option<Box<Beside>>) -> Option<Box<Beside>> {
    match (one, other) {
        (None, beside) | (beside, None) => beside,
        (Some(one), Some(other)) => Some(one.and(*other)),
    }
}
