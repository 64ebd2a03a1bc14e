use super::Expression;

/// `CASE WHEN … THEN … ELSE … END`: the value of the first condition that holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Conditions and values.
    pub branches: Vec<(Expression, Expression)>,
    /// The value where no condition holds; none is NULL.
    pub otherwise: Option<Expression>,
}
