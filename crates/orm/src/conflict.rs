//! Inserts that meet a row that is there already.

use onggi_sql::{self as sql, ConflictAction, Source};

use crate::expression::{Assignment, Condition, Must, Parts, Tree};
use crate::projection::complete;
use crate::query::count_version;
use crate::selection::{Columns, Selection};
use crate::{Error, Model, Result, source};

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

    /// The condition of the unique index, where it is one of some rows only. It is written with its values, whole numbers and
    /// texts, as databases look for the index before they know parameters.
    pub fn index_where<C: Into<Condition>>(
        mut self,
        condition: impl FnOnce(M::Columns<Must>) -> C,
    ) -> OnConflict<M> {
        let tree = condition(M::columns(self.source)).into().into_tree();
        let condition = self.take(tree);
        match literal(condition) {
            Ok(condition) => self.condition = Some(condition),
            Err(error) => self.error = self.error.or_else(|| Some(error.to_string().into())),
        }
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

    /// The table that is written.
    pub(crate) fn source(&self) -> Source {
        self.source
    }

    pub(crate) fn to_sql(&self) -> Result<sql::Conflict> {
        if let Some(error) = &self.error {
            return Err(Error::value(&**error));
        }
        if self.filter.is_some() && self.assignments.is_empty() {
            return Err(Error::usage("a conflict with a filter needs `update`"));
        }
        let mut assignments = self.assignments.clone();
        complete(M::table(), &mut assignments)?;
        count_version(self.source, &mut assignments);
        let action = match assignments.is_empty() {
            true => ConflictAction::Nothing,
            false => ConflictAction::Update { assignments, filter: self.filter.clone() },
        };
        Ok(sql::Conflict { target: self.target.clone(), condition: self.condition.clone(), action })
    }
}

/// A condition whose values stand in the text.
fn literal(expression: sql::Expression) -> Result<sql::Expression> {
    use sql::Expression::{And, Binary, Column, Literal, LiteralText, Or, Unary};
    Ok(match expression {
        sql::Expression::Value(sql::Value::Integer(number)) => Literal(number),
        sql::Expression::Value(sql::Value::Text(text)) => LiteralText(text.into()),
        And(parts) => And(parts.into_iter().map(literal).collect::<Result<_>>()?),
        Or(parts) => Or(parts.into_iter().map(literal).collect::<Result<_>>()?),
        Unary(operator, operand) => Unary(operator, Box::new(literal(*operand)?)),
        Binary(operator, operands) => {
            Binary(operator, Box::new((literal(operands.0)?, literal(operands.1)?)))
        }
        Column(..) => expression,
        _ => {
            return Err(Error::usage(
                "the condition of a unique index is one of columns, whole numbers and texts, compared and joined",
            ));
        }
    })
}
