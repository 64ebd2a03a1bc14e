use crate::{Expression, Table, Value};

/// A statement, as data.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Statement {
    /// Reads rows.
    Select(Select),
    /// Writes a new row.
    Insert(Insert),
    /// Changes rows.
    Update(Update),
    /// Removes rows.
    Delete(Delete),
}

/// `SELECT … FROM … WHERE … ORDER BY … LIMIT … OFFSET …`
#[derive(Clone, Debug)]
pub struct Select {
    /// The table read.
    pub table: &'static Table,
    /// What each row of the result holds.
    pub columns: Selected,
    /// Whether equal rows of the result are given once.
    pub distinct: bool,
    /// The condition that rows meet.
    pub filter: Option<Expression>,
    /// What the rows are sorted by.
    pub order: Vec<Order>,
    /// The most rows given.
    pub limit: Option<Value>,
    /// How many rows are skipped first.
    pub offset: Option<Value>,
    /// What is done with the rows of the statement as it stands.
    pub summary: Option<Summary>,
}

impl Select {
    /// All rows of a table.
    pub fn new(table: &'static Table, columns: Vec<Expression>) -> Select {
        Select { columns: Selected::Expressions(columns), ..Select::all(table) }
    }

    /// All rows of a table, with every column in order.
    pub fn all(table: &'static Table) -> Select {
        Select {
            table,
            columns: Selected::Table,
            distinct: false,
            filter: None,
            order: Vec::new(),
            limit: None,
            offset: None,
            summary: None,
        }
    }

    /// The row whose primary key is bound at run time.
    pub fn by_key(table: &'static Table) -> Select {
        Select { filter: Some(Expression::has_key(table)), ..Select::all(table) }
    }

    /// Adds a condition that rows must meet as well.
    pub fn and(&mut self, condition: Expression) {
        self.filter = Some(match self.filter.take() {
            Some(filter) => filter.and(condition),
            None => condition,
        });
    }
}

/// What each row of a result holds.
#[derive(Clone, Debug)]
pub enum Selected {
    /// Every column of the table, in order.
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

/// One expression of `ORDER BY`.
#[derive(Clone, Debug)]
pub struct Order {
    /// What is compared.
    pub expression: Expression,
    /// Which end comes first.
    pub direction: Direction,
    /// Where NULL goes.
    pub nulls: Nulls,
}

/// Which end of an order comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The smallest.
    Ascending,
    /// The greatest.
    Descending,
}

/// Where NULL goes in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// Where the database puts it.
    Default,
    /// Before everything.
    First,
    /// After everything.
    Last,
}

/// `INSERT INTO … VALUES …`: one row, whose values are bound in the order of its columns.
#[derive(Clone, Debug)]
pub struct Insert {
    /// The table written.
    pub table: &'static Table,
    /// Positions of the columns that get a value; the database fills the others.
    pub columns: Vec<usize>,
    /// What to do when a row with the same key is there already; none fails.
    pub conflict: Option<Conflict>,
    /// The column whose value is given back as a row.
    pub returning: Option<usize>,
}

/// What an insert does when a unique constraint is in its way.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Positions of the constraint's columns.
    pub target: Vec<usize>,
    /// Positions of the columns that the existing row takes from the new one; none leaves it alone.
    pub update: Vec<usize>,
}

/// `UPDATE … SET … WHERE …`
#[derive(Clone, Debug)]
pub struct Update {
    /// The table written.
    pub table: &'static Table,
    /// Positions of columns and what they become.
    pub assignments: Vec<(usize, Expression)>,
    /// The condition that rows meet.
    pub filter: Option<Expression>,
}

impl Update {
    /// Some columns of the row whose primary key is bound after their values.
    ///
    /// With `versioned`, the table's version column counts up, and its old value is bound last.
    pub fn by_key(table: &'static Table, columns: &[usize], versioned: bool) -> Update {
        let mut assignments: Vec<_> = columns.iter().map(|&column| (column, Expression::Parameter)).collect();
        if let (true, Some(version)) = (versioned, table.version) {
            assignments.push((version, next_version(table, version)));
        }
        Update { table, assignments, filter: Some(row_condition(table, versioned)) }
    }
}

/// `DELETE FROM … WHERE …`
#[derive(Clone, Debug)]
pub struct Delete {
    /// The table written.
    pub table: &'static Table,
    /// The condition that rows meet.
    pub filter: Option<Expression>,
}

impl Delete {
    /// The row whose primary key is bound at run time, and with `versioned` its version after it.
    pub fn by_key(table: &'static Table, versioned: bool) -> Delete {
        Delete { table, filter: Some(row_condition(table, versioned)) }
    }
}

fn row_condition(table: &'static Table, versioned: bool) -> Expression {
    match table.version {
        Some(version) if versioned => {
            Expression::has_key(table).and(Expression::equals_parameter(table, version))
        }
        _ => Expression::has_key(table),
    }
}

fn next_version(table: &'static Table, version: usize) -> Expression {
    use crate::BinaryOperator::Add;
    Expression::binary(Add, Expression::column(table, version), Expression::Literal(1))
}
