use crate::{Table, Type, Value};

/// An expression: a column, a value, or an operation on others.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Expression {
    /// A column of a table that the statement reads or writes.
    Column(&'static Table, usize),
    /// A value; it becomes a parameter.
    Value(Value),
    /// A whole number that stands in the text of the statement.
    Literal(i64),
    /// A parameter whose value is bound when the statement runs.
    Parameter,
    /// An operation on one expression.
    Unary(UnaryOperator, Box<Expression>),
    /// An operation on two.
    Binary(BinaryOperator, Box<(Expression, Expression)>),
    /// Every one of these conditions; none of them means true.
    And(Vec<Expression>),
    /// At least one of these conditions; none of them means false.
    Or(Vec<Expression>),
    /// Whether the expression is among the values of a list.
    In(Box<Expression>, Value),
    /// Whether a text contains another, starts or ends with it; case matters.
    Match(Match, Box<(Expression, Expression)>),
    /// A function's result.
    Function(Function, Vec<Expression>),
}

impl Expression {
    /// A column of a table.
    pub fn column(table: &'static Table, column: usize) -> Expression {
        Expression::Column(table, column)
    }

    /// A value, to be a parameter.
    pub fn value(value: impl Into<Value>) -> Expression {
        Expression::Value(value.into())
    }

    /// An operation on one expression.
    pub fn unary(operator: UnaryOperator, operand: Expression) -> Expression {
        Expression::Unary(operator, Box::new(operand))
    }

    /// An operation on two.
    pub fn binary(operator: BinaryOperator, left: Expression, right: Expression) -> Expression {
        Expression::Binary(operator, Box::new((left, right)))
    }

    /// The condition that a row of a table has the primary key bound at run time.
    pub fn has_key(table: &'static Table) -> Expression {
        let parts = table.primary_key.iter().map(|&column| Expression::equals_parameter(table, column));
        Expression::And(parts.collect())
    }

    pub(crate) fn equals_parameter(table: &'static Table, column: usize) -> Expression {
        Expression::binary(BinaryOperator::Equal, Expression::column(table, column), Expression::Parameter)
    }

    /// This condition and another; chains stay flat, however they are built.
    #[must_use]
    pub fn and(self, other: Expression) -> Expression {
        match (self, other) {
            (Expression::And(mut all), Expression::And(more)) => {
                all.extend(more);
                Expression::And(all)
            }
            (Expression::And(mut all), other) => {
                all.push(other);
                Expression::And(all)
            }
            (first, Expression::And(mut all)) => {
                all.insert(0, first);
                Expression::And(all)
            }
            (first, other) => Expression::And(vec![first, other]),
        }
    }

    /// This condition or another; chains stay flat, however they are built.
    #[must_use]
    pub fn or(self, other: Expression) -> Expression {
        match (self, other) {
            (Expression::Or(mut any), Expression::Or(more)) => {
                any.extend(more);
                Expression::Or(any)
            }
            (Expression::Or(mut any), other) => {
                any.push(other);
                Expression::Or(any)
            }
            (first, Expression::Or(mut any)) => {
                any.insert(0, first);
                Expression::Or(any)
            }
            (first, other) => Expression::Or(vec![first, other]),
        }
    }

    /// Whether it is an exact decimal number, as far as its parts tell.
    pub(crate) fn is_decimal(&self) -> bool {
        match self {
            Expression::Column(table, column) => table.columns[*column].ty == Type::Decimal,
            Expression::Value(value) => value.is_decimal(),
            Expression::Function(Function::Min | Function::Max, arguments) => {
                arguments.iter().any(Expression::is_decimal)
            }
            _ => false,
        }
    }
}

/// An operation on one expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `NOT`.
    Not,
    /// `IS NULL`.
    IsNull,
    /// `IS NOT NULL`.
    IsNotNull,
    /// `-`.
    Negative,
}

/// An operation on two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `=`.
    Equal,
    /// `<>`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `LIKE`, with `\` as the escape character.
    Like,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Remainder,
}

impl BinaryOperator {
    /// Whether it compares by order or equality.
    pub(crate) fn is_comparison(self) -> bool {
        use BinaryOperator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        matches!(self, Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual)
    }
}

/// Where one text stands in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Match {
    /// Anywhere.
    Contains,
    /// At its start.
    StartsWith,
    /// At its end.
    EndsWith,
}

/// A function that every database has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// How many rows.
    CountRows,
    /// How many values that are not NULL.
    Count,
    /// The smallest value.
    Min,
    /// The greatest value.
    Max,
    /// The sum.
    Sum,
    /// The mean.
    Average,
    /// The text in small letters.
    Lower,
    /// The text in capitals.
    Upper,
    /// How many characters.
    Length,
    /// The first argument that is not NULL.
    Coalesce,
}
