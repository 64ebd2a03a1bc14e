use std::borrow::Cow;

use super::Expression;
use crate::Type;

/// SQL taken as it is, with expressions in its holes.
///
/// ```
/// use onggi_sql::{Expression, Raw};
///
/// let raw = Raw::new(["glob(", ", ", ")"], vec![Expression::value("J*"), Expression::value("Jane")]);
/// let condition = Expression::Raw(Box::new(raw));
/// ```
///
/// The text must not hold parameters of its own: values go into the holes.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// The text before, between and behind the holes: one more than there are holes.
    pub pieces: Vec<Cow<'static, str>>,
    /// What is in the holes; columns and values are put there as they are, operations in parentheses.
    pub arguments: Vec<Expression>,
    /// The type that it is of, where that is known: on some databases, the operators around it depend on it.
    pub ty: Option<Type>,
}

impl Raw {
    /// Pieces of text and what is between them.
    pub fn new<P: Into<Cow<'static, str>>>(
        pieces: impl IntoIterator<Item = P>,
        arguments: Vec<Expression>,
    ) -> Raw {
        Raw { pieces: pieces.into_iter().map(Into::into).collect(), arguments, ty: None }
    }

    /// The same, of a type.
    #[must_use]
    pub fn with_type(self, ty: Type) -> Raw {
        Raw { ty: Some(ty), ..self }
    }
}
