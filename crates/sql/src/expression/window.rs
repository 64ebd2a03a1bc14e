use std::ops::RangeInclusive;

use super::{Aggregate, Expression};
use crate::Order;

/// A value made of the rows around a row, which stay rows of their own: `… OVER (PARTITION BY … ORDER BY … ROWS …)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// What is made of the rows.
    pub function: Windowed,
    /// What rows agree in that are seen together.
    pub partition: Vec<Expression>,
    /// The order in which they are seen.
    pub order: Vec<Order>,
    /// Which rows around the row are seen; none is the database's choice.
    pub frame: Option<Frame>,
}

impl Window {
    /// Over all rows.
    pub fn new(function: Windowed) -> Window {
        Window { function, partition: Vec::new(), order: Vec::new(), frame: None }
    }

    pub(crate) fn is_decimal(&self) -> bool {
        use WindowFunction::{First, Lag, Last, Lead, Nth};
        match &self.function {
            Windowed::Aggregate(aggregate) => aggregate.is_decimal(),
            Windowed::Function(First | Lag | Last | Lead | Nth, arguments) => {
                arguments.first().is_some_and(Expression::is_decimal)
            }
            Windowed::Function(..) => false,
        }
    }
}

/// What is made of a window's rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Windowed {
    /// One value of all, without `distinct` and order of its own.
    Aggregate(Aggregate),
    /// The row's place, or a value of another row.
    Function(WindowFunction, Vec<Expression>),
}

/// A function of windows alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowFunction {
    /// The row's number, from 1.
    RowNumber,
    /// The row's number, that of the first where rows are equal.
    Rank,
    /// As [`Rank`](WindowFunction::Rank), without gaps.
    DenseRank,
    /// The rank from 0 to 1.
    PercentRank,
    /// Which part of the rows is not after the row, up to 1.
    CumulativeDistribution,
    /// Which of so many parts of about the same size the row is in, from 1.
    Tile,
    /// The value of the row before, or so many rows before; the third argument where there is none.
    Lag,
    /// The value of the row behind, or so many rows behind; the third argument where there is none.
    Lead,
    /// The value of the first row.
    First,
    /// The value of the last row.
    Last,
    /// The value of the row of this number, from 1.
    Nth,
}

impl WindowFunction {
    /// Which argument is a count of rows.
    pub(crate) fn counts_at(self) -> Option<usize> {
        match self {
            WindowFunction::Tile => Some(0),
            WindowFunction::Lag | WindowFunction::Lead | WindowFunction::Nth => Some(1),
            _ => None,
        }
    }

    /// Whether the frame of its window matters to it.
    pub(crate) fn sees_frame(self) -> bool {
        matches!(self, WindowFunction::First | WindowFunction::Last | WindowFunction::Nth)
    }

    /// How many arguments it takes.
    pub fn arity(self) -> RangeInclusive<usize> {
        match self {
            WindowFunction::Tile | WindowFunction::First | WindowFunction::Last => 1..=1,
            WindowFunction::Lag | WindowFunction::Lead => 1..=3,
            WindowFunction::Nth => 2..=2,
            _ => 0..=0,
        }
    }
}

/// Which rows around a row are seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// What its bounds count.
    pub unit: FrameUnit,
    /// The first row.
    pub start: Bound,
    /// The last row.
    pub end: Bound,
    /// Rows inside that are left out.
    pub exclude: Option<Exclude>,
}

/// What a frame's bounds count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameUnit {
    /// Rows.
    Rows,
    /// Differences of the value that is sorted by.
    Range,
    /// Groups of rows that are equal in the order.
    Groups,
}

/// An end of a frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// The first row of all.
    UnboundedPreceding,
    /// So far before the row.
    Preceding(Expression),
    /// The row, or those equal to it in the order where rows are not counted.
    CurrentRow,
    /// So far behind the row.
    Following(Expression),
    /// The last row of all.
    UnboundedFollowing,
}

/// Rows that a frame leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exclude {
    /// The row.
    CurrentRow,
    /// The row and those equal to it in the order.
    Group,
    /// Those equal to the row, but not the row.
    Ties,
}
