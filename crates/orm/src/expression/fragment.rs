use std::marker::PhantomData;

use onggi_sql as sql;

use super::{Expression, Operand, Tree};
use crate::field::Field;

/// SQL taken as it is, as an expression of a type that the caller knows: each `?` outside of quotes is a place for a value,
/// a column or an expression, which are bound from left to right.
///
/// The text must be the program's own: values belong into [`bind`](Expression::bind).
///
/// ```
/// # use onggi::{Database, Id, Model, raw};
/// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User])?;
/// # let mut connection = db.connect()?;
/// let js = User::query().filter(|u| raw::<bool>("? GLOB ?").bind(u.name).bind("J*")).all(&mut connection)?;
/// # Ok::<(), onggi::Error>(())
/// ```
pub fn raw<T: Field>(text: &str) -> Expression<T, Fragment> {
    Expression {
        node: Fragment { pieces: pieces(text), arguments: Vec::new(), ty: T::TYPE },
        ty: PhantomData,
    }
}

/// What [`raw`] holds.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// What is between the holes.
    pieces: Vec<String>,
    arguments: Vec<Tree>,
    ty: sql::Type,
}

impl<T> Expression<T, Fragment> {
    /// Puts a value, a column or an expression in the place of the next `?`.
    pub fn bind<V: Field>(mut self, value: impl Operand<V>) -> Expression<T, Fragment> {
        self.node.arguments.push(value.into_operand());
        self
    }
}

impl From<Fragment> for Tree {
    fn from(fragment: Fragment) -> Tree {
        let Fragment { pieces, arguments, ty } = fragment;
        let (places, bound) = (pieces.len() - 1, arguments.len());
        let tree = Tree::all(arguments, |arguments| {
            sql::Expression::Raw(Box::new(sql::Raw::new(pieces, arguments).with_type(ty)))
        });
        match places == bound {
            true => tree,
            false => Tree::failed(format!("raw SQL has {places} places for values, {bound} are bound")),
        }
    }
}

/// The text before, between and behind the holes.
fn pieces(text: &str) -> Vec<String> {
    let (mut pieces, mut quote) = (vec![String::new()], None);
    for character in text.chars() {
        match (quote, character) {
            (None, '?') => {
                pieces.push(String::new());
                continue;
            }
            (None, '\'' | '"' | '`') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(character);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn question_marks_in_quotes_are_no_places() {
        assert_eq!(pieces("f(?, 'it''s ?', \"?\") = ?"), ["f(", ", 'it''s ?', \"?\") = ", ""]);
        assert_eq!(pieces(""), [""]);
    }
}
