//! What is loaded with the objects of a query: a tree of relations, of whatever models.

use onggi_sql::{self as sql, Select, Source, shape};

use super::{Collection, Related, Relation};
use crate::expression::{Column, Condition, Parts};
use crate::field::{Deferred, Field};
use crate::selection::EntityColumns;
use crate::{Model, source};

/// A relation that is loaded with the objects that have it, and what is loaded with what it leads to.
#[derive(Clone, Debug)]
pub struct Fetch {
    pub(crate) relation: &'static Relation,
    /// Which of the related rows, in which order, where not all by their keys.
    pub(crate) narrowed: Option<Box<Narrowed>>,
    pub(crate) nested: Vec<Fetch>,
    pub(crate) by: By,
    /// Whether the objects are there already, and what is behind them alone is to be loaded.
    pub(crate) is_read: bool,
}

/// Which statement reads the objects of a relation to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum By {
    #[default]
    Choice,
    /// That of their owners, which their table is joined to.
    Join,
    /// One of their own, by the keys of all owners.
    Select,
}

/// A part of a relation to many.
#[derive(Clone, Debug)]
pub(crate) struct Narrowed {
    /// The target's table in the select.
    pub(crate) source: Source,
    /// The table between in the select, where it is in there already.
    pub(crate) between: Option<Source>,
    /// The select of the target's rows, without the condition that they are related.
    pub(crate) select: Select,
    /// What is wrong with it.
    pub(crate) error: Option<Box<str>>,
}

impl Fetch {
    /// The rows in scope on the other side of a relation; none where all are.
    pub(crate) fn scoped(relation: &'static Relation) -> Option<Fetch> {
        let narrowed = Some(Narrowed::scoped(relation)?);
        Some(Fetch { narrowed, ..Fetch::new(relation, Vec::new()) })
    }

    pub(crate) fn new(relation: &'static Relation, nested: Vec<Fetch>) -> Fetch {
        Fetch { relation, narrowed: None, nested, by: By::default(), is_read: false }
    }

    /// Whether the statement of a query's own objects reads it.
    pub(crate) fn is_joined(&self) -> bool {
        !self.relation.columns().is_empty() && self.by != By::Select
    }

    /// The same, and what is behind it, by such statements, where nothing else was said of them.
    pub(crate) fn by(mut self, by: By) -> Fetch {
        if self.by == By::Choice {
            self.by = by;
        }
        self.nested = self.nested.into_iter().map(|nested| nested.by(by)).collect();
        self
    }
}

impl Narrowed {
    /// The rows in scope; none where all are.
    pub(crate) fn scoped(relation: &'static Relation) -> Option<Box<Narrowed>> {
        if !relation.is_scoped() {
            return None;
        }
        let source = source::root(relation.target());
        let mut narrowed = Narrowed { source, between: None, select: Select::all(source), error: None };
        if let Some(scope) = relation.scope(source) {
            let scope = narrowed.take(scope);
            narrowed.select.and(scope);
        }
        Some(Box::new(narrowed.scoped_between(relation)))
    }

    /// The same, by rows between that are in scope.
    pub(crate) fn scoped_between(mut self, relation: &'static Relation) -> Narrowed {
        let Some(link) = relation.link_table() else { return self };
        let between = source::root(link.table);
        if let Some(scope) = relation.scope_between(between) {
            let scope = self.take(scope);
            self.select.joins.insert(0, link.join(between, self.source, Some(scope)));
            self.between = Some(between);
        }
        self
    }

    fn take(&mut self, scope: Condition) -> sql::Expression {
        let Parts { expression, error, .. } = scope.into_tree().into_parts();
        self.error = self.error.take().or(error);
        expression
    }

    fn is_same(&self, other: &Narrowed) -> bool {
        let ((shape, values), (other_shape, other_values)) =
            (shape::of_select(&self.select), shape::of_select(&other.select));
        shape == other_shape && values == other_values && self.error == other.error
    }
}

/// What [`Query::with`](crate::Query::with) loads with the objects of a query.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be loaded with a query",
    note = "`with` is told a relation or a deferred column, as in `|post| post.author()` or `|user| user.posts()`"
)]
pub trait Eager {
    /// As relations from the query's own table.
    #[doc(hidden)]
    fn into_fetches(self) -> Option<Fetch>;

    /// The deferred column that it is.
    #[doc(hidden)]
    fn deferred(&self) -> Option<(Source, usize)> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T: Field> Eager for Column<Deferred<T>> {
    fn into_fetches(self) -> Option<Fetch> {
        None
    }

    fn deferred(&self) -> Option<(Source, usize)> {
        Some(self.place())
    }
}

#[diagnostic::do_not_recommend]
impl<C: EntityColumns<Model: Model>> Eager for C {
    fn into_fetches(self) -> Option<Fetch> {
        along(self.source(), None)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> Eager for Collection<M> {
    fn into_fetches(self) -> Option<Fetch> {
        Related::from(self).into_fetches()
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> Eager for Related<M> {
    fn into_fetches(self) -> Option<Fetch> {
        let near = self.near();
        along(near, Some(self.into_fetch()))
    }
}

/// The relations on the way to an occurrence of a table, and what is loaded from there.
fn along(to: Source, last: Option<Fetch>) -> Option<Fetch> {
    let (mut fetch, mut to) = (last, to);
    while let Some(step) = source::step(to) {
        let nested = fetch.into_iter().collect();
        let narrowed = Narrowed::scoped(step.relation);
        fetch = Some(Fetch { narrowed, ..Fetch::new(step.relation, nested) });
        to = step.from;
    }
    fetch
}

/// Adds a fetch; what is on the same way is loaded once.
pub(crate) fn add(fetches: &mut Vec<Fetch>, fetch: Fetch) {
    let same = |known: &&mut Fetch| {
        std::ptr::eq(known.relation, fetch.relation)
            && match (&known.narrowed, &fetch.narrowed) {
                (None, None) => true,
                (Some(one), Some(other)) => one.is_same(other),
                _ => false,
            }
    };
    match fetches.iter_mut().find(same) {
        Some(known) => {
            if fetch.by != By::Choice {
                known.by = fetch.by;
            }
            fetch.nested.into_iter().for_each(|nested| add(&mut known.nested, nested));
        }
        None => fetches.push(fetch),
    }
}
