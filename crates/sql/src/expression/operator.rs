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
    /// `IS NOT DISTINCT FROM`: equality, in which NULL equals NULL.
    Same,
    /// `IS DISTINCT FROM`: its opposite.
    Different,
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
        use BinaryOperator::{Different, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual, Same};
        matches!(self, Same | Different | Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual)
    }

    /// Whether it asks only whether two values are the same.
    pub(crate) fn is_equality(self) -> bool {
        use BinaryOperator::{Different, Equal, NotEqual, Same};
        matches!(self, Same | Different | Equal | NotEqual)
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
