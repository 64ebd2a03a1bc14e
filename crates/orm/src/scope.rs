//! Default scopes: the rows of a model that queries see, unless they are told otherwise.

use std::cell::RefCell;

use crate::expression::{Condition, Must, Tree};
use crate::selection::EntityColumns as _;
use crate::{Model, Result, Table};

/// What the function of `#[model(scope(...))]` gives: a condition, or a `Result` of one.
///
/// ```
/// use std::cell::Cell;
///
/// use onggi::{Condition, Database, Error, Id, Model};
///
/// thread_local! {
///     static TENANT: Cell<Option<i64>> = const { Cell::new(None) };
/// }
///
/// #[derive(Clone, Default, Model)]
/// #[model(scope(of_tenant))]
/// struct Note {
///     id: Id<Note>,
///     tenant: i64,
///     text: String,
/// }
///
/// fn of_tenant(note: NoteColumns) -> onggi::Result<Condition> {
///     let tenant = TENANT.get().ok_or_else(|| Error::other("nobody is logged in"))?;
///     Ok(note.tenant.eq(tenant))
/// }
///
/// let db = Database::open("sqlite::memory:")?;
/// db.create_tables(onggi::models![Note])?;
/// let mut connection = db.connect()?;
/// assert!(Note::query().all(&mut connection).is_err());
///
/// TENANT.set(Some(1));
/// connection.insert(&mut Note { tenant: 2, ..Default::default() })?;
/// assert_eq!(Note::query().count(&mut connection)?, 0);
/// assert_eq!(Note::unscoped().count(&mut connection)?, 1);
/// # Ok::<(), onggi::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a scope gives a condition on the model's rows, not `{Self}`",
    note = "write `fn alive(post: PostColumns) -> Condition`, or let it give an `onggi::Result<Condition>`"
)]
pub trait Scope {
    /// As a condition; an error is told when the query runs.
    #[doc(hidden)]
    fn into_condition(self) -> Condition;
}

#[diagnostic::do_not_recommend]
impl<C: Into<Condition>> Scope for C {
    fn into_condition(self) -> Condition {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl<C: Into<Condition>> Scope for Result<C> {
    fn into_condition(self) -> Condition {
        self.map_or_else(|error| Condition(Tree::failed(error.to_string())), Into::into)
    }
}

/// The condition that a scope's function gives for an occurrence of its model's table.
pub fn scope<M: Model, S: Scope>(
    columns: M::Columns<Must>,
    function: impl FnOnce(M::Columns<Must>) -> S,
) -> Condition {
    let Some(_asking) = Asking::begin(M::table()) else {
        return failed(M::table(), "it asks for its own model's rows: ask with `unscoped` there");
    };
    let tree = function(columns).into_condition().into_tree();
    let tree = tree.map_error(|why| format!("the scope of {}: {why}", M::table().name));
    match tree.needs_only(columns.source()) {
        true => Condition(tree),
        false => failed(
            M::table(),
            "it takes its own columns and subqueries, and follows no relation to one: nothing is joined for it",
        ),
    }
}

fn failed(table: &'static Table, why: &str) -> Condition {
    Condition(Tree::failed(format!("the scope of {}: {why}", table.name)))
}

thread_local! {
    /// The tables whose scopes are being asked for: one within itself would never end.
    static ASKED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// That the scope of a table is being asked for.
struct Asking;

impl Asking {
    /// None where it is already.
    fn begin(table: &'static Table) -> Option<Asking> {
        let number = table.number();
        ASKED.with_borrow_mut(|asked| {
            let is_first = !asked.contains(&number);
            is_first.then(|| asked.push(number))
        })?;
        Some(Asking)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        ASKED.with_borrow_mut(Vec::pop);
    }
}
