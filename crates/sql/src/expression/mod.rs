mod aggregate;
mod case;
mod function;
mod json;
mod kind;
mod operator;
mod raw;
mod window;

pub use aggregate::{Aggregate, AggregateFunction};
pub use case::Case;
pub use function::{Declared, Function};
pub use json::{JsonStep, json_path};
pub use operator::{BinaryOperator, Match, UnaryOperator};
pub use raw::Raw;
pub use window::{Bound, Exclude, Frame, FrameUnit, Window, WindowFunction, Windowed};

use std::borrow::Cow;

use crate::{Select, Source, Type, Value};

/// An expression: a column, a value, or an operation on others.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expression {
    /// A column of a source that the statement, or one around it, reads or writes.
    Column(Source, usize),
    /// A column of the new row that an insert could not write, where a [`Conflict`](crate::Conflict) is solved.
    Excluded(Source, usize),
    /// A column of the rows of a select, or of a common table expression, that is read under a number.
    Output {
        /// The number that [`Relation`](crate::Relation) gives it.
        source: u64,
        /// Which of its columns.
        column: usize,
        /// Whether it is an exact decimal number.
        decimal: bool,
    },
    /// A column of the select's own result by its position, to sort it by.
    Position {
        /// Which column.
        column: usize,
        /// Whether it is an exact decimal number.
        decimal: bool,
    },
    /// A value; it becomes a parameter.
    Value(Value),
    /// A whole number that stands in the text of the statement.
    Literal(i64),
    /// A text that stands in the text of the statement, as the argument of a function in an index must.
    LiteralText(Cow<'static, str>),
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
    /// Several expressions that are compared one after the other, with another row or a select of as many columns.
    Row(Vec<Expression>),
    /// The value of the first condition that holds.
    Case(Box<Case>),
    /// The expression as a value of another type.
    Cast(Box<Expression>, Conversion),
    /// A function's result.
    Function(Function, Vec<Expression>),
    /// The result of a function that is not one of [`Function`].
    Call(&'static Declared, Vec<Expression>),
    /// SQL taken as it is.
    Raw(Box<Raw>),
    /// One value made of those of many rows.
    Aggregate(Box<Aggregate>),
    /// A value made of the rows around a row.
    Window(Box<Window>),
    /// Whether a select gives a row.
    Exists(Box<Select>),
    /// The one value of a select's one row; NULL where it gives none.
    Scalar(Box<Select>),
    /// Whether the expression is among the values of a select of one column.
    InSelect(Box<Expression>, Box<Select>),
}

/// From which type to which a value is turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The type that it is of.
    pub from: Type,
    /// The type that it becomes one of.
    pub to: Type,
}

impl Expression {
    /// A column of a table.
    #[inline]
    pub fn column(source: impl Into<Source>, column: usize) -> Expression {
        Expression::Column(source.into(), column)
    }

    /// A value, to be a parameter.
    #[inline]
    pub fn value(value: impl Into<Value>) -> Expression {
        Expression::Value(value.into())
    }

    /// An operation on one expression.
    pub fn unary(operator: UnaryOperator, operand: Expression) -> Expression {
        Expression::Unary(operator, Box::new(operand))
    }

    /// An operation on two.
    #[inline]
    pub fn binary(operator: BinaryOperator, left: Expression, right: Expression) -> Expression {
        Expression::Binary(operator, Box::new((left, right)))
    }

    /// One value made of an expression's values in many rows.
    pub fn aggregate(function: AggregateFunction, argument: Expression) -> Expression {
        Expression::Aggregate(Box::new(Aggregate::new(function, vec![argument])))
    }

    /// How many rows there are.
    pub fn count_rows() -> Expression {
        Expression::Aggregate(Box::new(Aggregate::new(AggregateFunction::CountRows, Vec::new())))
    }

    /// Whether a select gives a row.
    pub fn exists(select: Select) -> Expression {
        Expression::Exists(Box::new(select))
    }

    /// The one value of a select's one row; NULL where it gives none.
    pub fn scalar(select: Select) -> Expression {
        Expression::Scalar(Box::new(select))
    }

    /// Whether an expression is among the values of a select of one column.
    pub fn in_select(operand: Expression, select: Select) -> Expression {
        Expression::InSelect(Box::new(operand), Box::new(select))
    }

    /// The condition that a row of a table has the primary key bound at run time.
    pub fn has_key(source: impl Into<Source>) -> Expression {
        let source = source.into();
        let key = source.table.primary_key.iter();
        let parts = key.map(|&column| Expression::equals_parameter(source, column));
        Expression::And(parts.collect())
    }

    pub(crate) fn equals_parameter(source: Source, column: usize) -> Expression {
        Expression::binary(BinaryOperator::Equal, Expression::column(source, column), Expression::Parameter)
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

    /// Whether it is a column of JSON documents, or an element of an array of such.
    pub(crate) fn is_json(&self) -> bool {
        match self {
            Expression::Column(source, column) | Expression::Excluded(source, column) => {
                source.table.columns.get(*column).is_some_and(|column| column.ty == Type::Json)
            }
            Expression::Function(Function::ArrayElement, _) => self.ty(&|_, _| None) == Some(Type::Json),
            _ => false,
        }
    }

    /// Whether it is a whole number beyond 64 bits with a sign, as far as its parts tell: some databases compute these as
    /// decimals.
    pub(crate) fn is_wide_integer(&self) -> bool {
        const WIDE: Type = Type::Integer { bits: 64, signed: false };
        match self {
            Expression::Column(source, column) | Expression::Excluded(source, column) => {
                source.table.columns.get(*column).is_some_and(|column| column.ty == WIDE)
            }
            Expression::Value(value) => value.ty() == Some(WIDE),
            Expression::Function(Function::ArrayElement, _) => self.ty(&|_, _| None) == Some(WIDE),
            Expression::Unary(UnaryOperator::Negative, operand) => operand.is_wide_integer(),
            Expression::Binary(_, operands) => operands.0.is_wide_integer() || operands.1.is_wide_integer(),
            Expression::Function(
                Function::Absolute
                | Function::Coalesce
                | Function::Greatest
                | Function::Least
                | Function::NullIf,
                arguments,
            ) => arguments.iter().any(Expression::is_wide_integer),
            Expression::Case(case) => case
                .branches
                .iter()
                .map(|(_, value)| value)
                .chain(&case.otherwise)
                .any(Expression::is_wide_integer),
            _ => false,
        }
    }

    /// Whether it is an exact decimal number, as far as its parts tell.
    pub(crate) fn is_decimal(&self) -> bool {
        match self {
            Expression::Column(source, column) | Expression::Excluded(source, column) => {
                source.table.columns.get(*column).is_some_and(|column| column.ty == Type::Decimal)
            }
            Expression::Value(value) => value.is_decimal(),
            Expression::Unary(UnaryOperator::Negative, operand) => operand.is_decimal(),
            Expression::Binary(
                BinaryOperator::Add | BinaryOperator::Subtract | BinaryOperator::Multiply,
                operands,
            ) => operands.0.is_decimal() || operands.1.is_decimal(),
            Expression::Function(function, arguments) => match function {
                Function::Coalesce | Function::Greatest | Function::Least => {
                    arguments.iter().any(Expression::is_decimal)
                }
                Function::NullIf
                | Function::Absolute
                | Function::Round
                | Function::Floor
                | Function::Ceiling => arguments.first().is_some_and(Expression::is_decimal),
                _ => false,
            },
            Expression::Case(case) => case
                .branches
                .iter()
                .map(|(_, value)| value)
                .chain(&case.otherwise)
                .any(Expression::is_decimal),
            Expression::Output { decimal, .. } | Expression::Position { decimal, .. } => *decimal,
            Expression::Cast(_, conversion) => conversion.to == Type::Decimal,
            Expression::Aggregate(aggregate) => aggregate.is_decimal(),
            Expression::Window(window) => window.is_decimal(),
            Expression::Scalar(select) => select.is_decimal(),
            _ => false,
        }
    }
}
