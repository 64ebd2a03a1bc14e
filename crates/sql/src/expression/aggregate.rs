use super::Expression;
use crate::{Order, Type};

/// One value made of those of many rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// How it is made.
    pub function: AggregateFunction,
    /// What it is made of.
    pub arguments: Vec<Expression>,
    /// Whether equal values count once.
    pub distinct: bool,
    /// The condition that rows meet to be counted in.
    pub filter: Option<Expression>,
    /// The order of the rows, where it matters.
    pub order: Vec<Order>,
    /// The type that it is given, where databases would choose others for it.
    pub ty: Option<Type>,
}

impl Aggregate {
    /// Of all rows.
    pub fn new(function: AggregateFunction, arguments: Vec<Expression>) -> Aggregate {
        Aggregate { function, arguments, distinct: false, filter: None, order: Vec::new(), ty: None }
    }

    /// Whether it is an exact decimal number.
    pub(crate) fn is_decimal(&self) -> bool {
        use AggregateFunction::{Average, Max, Min, Sum};
        matches!(self.function, Min | Max | Sum | Average)
            && self.arguments.iter().any(Expression::is_decimal)
    }
}

/// How one value is made of many. NULL is left out; of no values all but the counts give NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AggregateFunction {
    /// How many rows; it has no argument.
    CountRows,
    /// How many values.
    Count,
    /// The smallest value.
    Min,
    /// The greatest value.
    Max,
    /// The sum.
    Sum,
    /// The mean.
    Average,
    /// All texts in one, with the second argument between them.
    Join,
}

impl AggregateFunction {
    /// How many arguments it takes.
    pub(crate) fn arity(self) -> usize {
        match self {
            AggregateFunction::CountRows => 0,
            AggregateFunction::Join => 2,
            _ => 1,
        }
    }
}
