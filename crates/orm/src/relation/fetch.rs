//! What is loaded with the objects of a query: a tree of relations, of whatever models.

use onggi_sql::{Select, Source};

use super::{Collection, Related, Relation};
use crate::expression::Column;
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
}

/// A part of a relation to many.
#[derive(Clone, Debug)]
pub(crate) struct Narrowed {
    /// The target's table in the select.
    pub(crate) source: Source,
    /// The select of the target's rows, without the condition that they are related.
    pub(crate) select: Select,
    /// What is wrong with it.
    pub(crate) error: Option<Box<str>>,
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
        let fetch = Fetch { relation: self.relation(), narrowed: None, nested: Vec::new() };
        along(self.near(), Some(fetch))
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
        fetch = Some(Fetch { relation: step.relation, narrowed: None, nested });
        to = step.from;
    }
    fetch
}

/// Adds a fetch; what is on the same way is loaded once.
pub(crate) fn add(fetches: &mut Vec<Fetch>, fetch: Fetch) {
    let same = |known: &&mut Fetch| {
        std::ptr::eq(known.relation, fetch.relation) && known.narrowed.is_none() && fetch.narrowed.is_none()
    };
    match fetches.iter_mut().find(same) {
        Some(known) => fetch.nested.into_iter().for_each(|nested| add(&mut known.nested, nested)),
        None => fetches.push(fetch),
    }
}
