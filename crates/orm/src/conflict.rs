//! Inserts that meet a row that is there already.

use onggi_driver::Capture;
use onggi_sql::{self as sql, BinaryOperator, ConflictAction, Rows, Source, Statement};

use crate::expression::{Assignment, Condition, Must, Parts, Tree};
use crate::plain::nothing_is_left_out;
use crate::projection::{bind_column, complete};
use crate::query::{returned, run_returning};
use crate::selection::{Columns, Selection};
use crate::unit_of_work::follow_keys;
use crate::{Connection, Error, Model, Result, source};

/// What an insert does where a row has the same values in a unique constraint's columns: made by
/// [`Model::on_conflict`]. Nothing is done, unless it is told to update.
///
/// Closures see the row that is there, and the new one.
///
/// ```
/// # use onggi::{Database, Id, Model};
/// # #[derive(Clone, Default, Model)]
/// # struct Page { id: Id<Page>, #[model(unique)] path: String, visits: i64, title: String }
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![Page])?;
/// # let mut connection = db.connect()?;
/// let count = Page::on_conflict(|p| p.path)
///     .update(|old, new| [old.visits.set(old.visits + new.visits), old.title.set(new.title)])
///     .filter(|old, new| old.visits.lt(1_000) | new.title.ne(""));
/// let visit = Page { path: "/".into(), visits: 1, ..Default::default() };
/// connection.insert_or(&[visit], &count)?;
/// # Ok::<(), onggi::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct OnConflict<M: Model> {
    source: Source,
    target: Vec<usize>,
    condition: Option<sql::Expression>,
    assignments: Vec<(usize, sql::Expression)>,
    filter: Option<sql::Expression>,
    error: Option<Box<str>>,
    model: std::marker::PhantomData<fn() -> M>,
}

impl<M: Model> OnConflict<M> {
    /// A conflict in the unique constraint of these columns; nothing is done, unless it is told to update.
    pub(crate) fn of<S: Selection>(unique: impl FnOnce(M::Columns<Must>) -> S) -> OnConflict<M> {
        let mut conflict = OnConflict::any();
        let selected = Columns::of(&unique(M::columns(conflict.source)));
        for expression in selected.expressions {
            match expression {
                sql::Expression::Column(_, column) => conflict.target.push(column),
                _ => {
                    conflict.error =
                        Some("a conflict is told columns, not expressions, as in `|u| u.email`".into())
                }
            }
        }
        conflict
    }

    /// A conflict in whatever constraint: nothing is done.
    pub fn any() -> OnConflict<M> {
        OnConflict {
            source: source::root(M::table()),
            target: Vec::new(),
            condition: None,
            assignments: Vec::new(),
            filter: None,
            error: None,
            model: std::marker::PhantomData,
        }
    }

    /// The condition of the unique index, where it is one of some rows only.
    pub fn index_where<C: Into<Condition>>(
        mut self,
        condition: impl FnOnce(M::Columns<Must>) -> C,
    ) -> OnConflict<M> {
        let tree = condition(M::columns(self.source)).into().into_tree();
        self.condition = Some(self.take(tree));
        self
    }

    /// Changes columns of the row that is there, of what it holds and of the new row.
    pub fn update<A: IntoIterator<Item = Assignment>>(
        mut self,
        assign: impl FnOnce(M::Columns<Must>, M::Columns<Must>) -> A,
    ) -> OnConflict<M> {
        for assignment in assign(M::columns(self.source), self.proposed()) {
            match assignment.of(self.source) {
                Ok((column, value)) => {
                    let value = self.take(value);
                    self.assignments.push((column, value));
                }
                Err(error) => {
                    self.error.get_or_insert_with(|| error.to_string().into());
                }
            }
        }
        self
    }

    /// Changes only a row that meets a condition.
    pub fn filter<C: Into<Condition>>(
        mut self,
        condition: impl FnOnce(M::Columns<Must>, M::Columns<Must>) -> C,
    ) -> OnConflict<M> {
        let tree = condition(M::columns(self.source), self.proposed()).into().into_tree();
        let condition = self.take(tree);
        self.filter = Some(match self.filter.take() {
            Some(filter) => filter.and(condition),
            None => condition,
        });
        self
    }

    /// The columns of the new row.
    fn proposed(&self) -> M::Columns<Must> {
        M::columns(source::proposed(self.source))
    }

    fn take(&mut self, tree: Tree) -> sql::Expression {
        let Parts { expression, error, paths, .. } = tree.into_parts();
        let walks = (!paths.is_empty()).then(|| "a conflict knows the columns of its two rows only".into());
        self.error = self.error.take().or(error).or(walks);
        expression
    }

    fn to_sql(&self) -> Result<sql::Conflict> {
        if let Some(error) = &self.error {
            return Err(Error::value(&**error));
        }
        if self.filter.is_some() && self.assignments.is_empty() {
            return Err(Error::usage("a conflict with a filter needs `update`"));
        }
        let mut assignments = self.assignments.clone();
        complete(M::table(), &mut assignments)?;
        if let Some(version) = M::table().version
            && !assignments.is_empty()
            && assignments.iter().all(|&(column, _)| column != version)
        {
            let count = sql::Expression::column(self.source, version);
            let next = sql::Expression::binary(BinaryOperator::Add, count, sql::Expression::Literal(1));
            assignments.push((version, next));
        }
        let action = match assignments.is_empty() {
            true => ConflictAction::Nothing,
            false => ConflictAction::Update { assignments, filter: self.filter.clone() },
        };
        Ok(sql::Conflict { target: self.target.clone(), condition: self.condition.clone(), action })
    }
}

impl Connection {
    /// Inserts objects in one statement, or does what is said where rows are there already; says how many rows were
    /// written. Keys are not set in the objects. The database's limit of parameters applies: on SQLite 32,766 values.
    ///
    /// # Errors
    ///
    /// Columns that no unique constraint is on, other violated constraints, and values that a column cannot hold.
    pub fn insert_or<M: Model>(&mut self, objects: &[M], conflict: &OnConflict<M>) -> Result<u64> {
        let Some(insert) = insert(objects, conflict)? else { return Ok(0) };
        let by_hand = has_keys_by_hand(&insert);
        let written = crate::query::execute(&Statement::Insert(insert), self.driver())?;
        if by_hand {
            follow_keys(M::table(), self.driver())?;
        }
        Ok(written)
    }

    /// As [`insert_or`](Connection::insert_or), and gives back a selection of each row that was written.
    ///
    /// # Errors
    ///
    /// Those of [`insert_or`](Connection::insert_or).
    pub fn insert_or_returning<M: Model, S: Selection>(
        &mut self,
        objects: &[M],
        conflict: &OnConflict<M>,
        selection: impl FnOnce(M::Columns<Must>) -> S,
    ) -> Result<Vec<S::Item<crate::Plain>>> {
        let Some(mut insert) = insert(objects, conflict)? else { return Ok(Vec::new()) };
        insert.returning = returned(&selection(M::columns(conflict.source)))?;
        let by_hand = has_keys_by_hand(&insert);
        let rows = run_returning::<S, _>(&Statement::Insert(insert), M::table().number(), self)?;
        if by_hand {
            follow_keys(M::table(), self.driver())?;
        }
        Ok(rows)
    }
}

fn has_keys_by_hand(insert: &sql::Insert) -> bool {
    insert.source.table.generated().is_some_and(|key| insert.columns.contains(&key))
}

/// One statement for all of some objects, whose keys are all given or all made by the database.
fn insert<M: Model>(objects: &[M], conflict: &OnConflict<M>) -> Result<Option<sql::Insert>> {
    let Some(first) = objects.first() else { return Ok(None) };
    let table = M::table();
    let generated = table.generated().filter(|&column| first.attribute(column).is_unset());
    let columns: Vec<usize> = (0..table.columns.len()).filter(|&column| Some(column) != generated).collect();
    let mut rows = Vec::with_capacity(objects.len());
    for object in objects {
        if table.generated().is_some_and(|key| object.attribute(key).is_unset() != generated.is_some()) {
            return Err(Error::usage("some objects have a key and others none: insert them apart"));
        }
        if object.holds_objects() {
            nothing_is_left_out(&mut object.clone())?;
        }
        let mut capture = Capture::default();
        for &column in &columns {
            if bind_column(object, column, &mut capture)?.is_some() {
                return Err(Error::usage(format!(
                    "{} refers to an object of a session that has no key yet: flush the session first",
                    table.columns[column].name
                )));
            }
        }
        rows.push(capture.values.into_iter().map(sql::Expression::Value).collect());
    }
    Ok(Some(sql::Insert {
        rows: Rows::Values(rows),
        conflict: Some(conflict.to_sql()?),
        ..sql::Insert::row(conflict.source, columns)
    }))
}
