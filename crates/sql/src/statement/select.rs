use super::Order;
use crate::{Cte, Expression, Join, Lock, Relation, SetOperator, Table, Value};

/// `WITH … SELECT … FROM … JOIN … WHERE … GROUP BY … HAVING … UNION … ORDER BY … LIMIT …`
///
/// As a part of an expression it can name the columns of the selects around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    /// Selects that this one, and what it is made of, can read as if they were tables. Later ones can read earlier ones.
    pub with: Vec<Cte>,
    /// What is read first.
    pub source: Relation,
    /// What is joined to it, one after the other.
    pub joins: Vec<Join>,
    /// What each row of the result holds.
    pub columns: Selected,
    /// Whether equal rows of the result are given once.
    pub distinct: bool,
    /// What rows agree in of which the first alone is given, as they are sorted. PostgreSQL alone has it.
    pub distinct_on: Vec<Expression>,
    /// The condition that rows meet.
    pub filter: Option<Expression>,
    /// What rows agree in that become one; none leaves them apart, or makes one of all where there are aggregates.
    pub group_by: Vec<Expression>,
    /// The condition that such a row meets.
    pub having: Option<Expression>,
    /// Selects whose rows are joined with these, from left to right. Order, limit and offset are those of the whole,
    /// sorted by [`Expression::Position`].
    pub compound: Vec<(SetOperator, Select)>,
    /// What the rows are sorted by.
    pub order: Vec<Order>,
    /// The most rows given.
    pub limit: Option<Value>,
    /// How many rows are skipped first.
    pub offset: Option<Value>,
    /// How the rows are locked.
    pub lock: Option<Box<Lock>>,
    /// What is done with the rows of the statement as it stands.
    pub summary: Option<Summary>,
}

impl Select {
    /// These columns of all rows.
    pub fn new(source: impl Into<Relation>, columns: Vec<Expression>) -> Select {
        Select { columns: Selected::Expressions(columns), ..Select::all(source) }
    }

    /// All rows, with every column in order.
    #[inline]
    pub fn all(source: impl Into<Relation>) -> Select {
        Select {
            with: Vec::new(),
            source: source.into(),
            joins: Vec::new(),
            columns: Selected::Table,
            distinct: false,
            distinct_on: Vec::new(),
            filter: None,
            group_by: Vec::new(),
            having: None,
            compound: Vec::new(),
            order: Vec::new(),
            limit: None,
            offset: None,
            lock: None,
            summary: None,
        }
    }

    /// The row whose primary key is bound at run time.
    pub fn by_key(table: &'static Table) -> Select {
        Select { filter: Some(Expression::has_key(table)), ..Select::all(table) }
    }

    /// Adds a condition that rows must meet as well.
    #[inline]
    pub fn and(&mut self, condition: Expression) {
        self.filter = Some(match self.filter.take() {
            Some(filter) => filter.and(condition),
            None => condition,
        });
    }

    /// Whether the one value of its rows is an exact decimal number.
    pub(crate) fn is_decimal(&self) -> bool {
        match (&self.columns, &self.source) {
            _ if self.summary.is_some() => false,
            (Selected::Expressions(expressions), _) => {
                expressions.first().is_some_and(Expression::is_decimal)
            }
            (Selected::Table, Relation::Table(source)) => Expression::column(*source, 0).is_decimal(),
            (Selected::Table, Relation::Select(select, _)) => select.is_decimal(),
            (Selected::Table | Selected::Nothing, _) => false,
        }
    }
}

/// What each row of a result holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Selected {
    /// Every column of the first table, in order.
    Table,
    /// These expressions.
    Expressions(Vec<Expression>),
    /// Nothing, where only the rows' existence or number matters.
    Nothing,
}

/// One value made of all rows of a select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summary {
    /// How many there are.
    Count,
    /// Whether there is one.
    Exists,
}
