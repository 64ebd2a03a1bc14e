use crate::Expression;

/// One expression of `ORDER BY`.
#[derive(Clone, Debug, PartialEq)]
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
