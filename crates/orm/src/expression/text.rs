use onggi_sql as sql;
use onggi_sql::{BinaryOperator, Function, Match, Value};

use super::nullability::{Either, Like};
use super::{Condition, Expression, Nullable, Operand, Tree};
use crate::field::Field;

/// What texts can be asked.
impl<T: Field<Base = String>, N: Into<Tree>> Expression<T, N> {
    /// Matches a pattern: `%` stands for any characters, `_` for one, `\` takes the meaning from the next.
    ///
    /// SQLite does not tell `a` from `A` here; [`contains`](Expression::contains) and its like do.
    pub fn like(self, pattern: impl Operand<String>) -> Condition {
        self.compare(BinaryOperator::Like, pattern.into_operand())
    }

    /// Starts with this text; case matters, and no character has a special meaning.
    pub fn starts_with(self, part: impl Into<String>) -> Condition {
        self.matches(Match::StartsWith, part.into())
    }

    /// Ends with this text; case matters, and no character has a special meaning.
    pub fn ends_with(self, part: impl Into<String>) -> Condition {
        self.matches(Match::EndsWith, part.into())
    }

    /// In small letters. SQLite changes A to Z only.
    pub fn lower(self) -> Expression<T> {
        self.call(Function::Lower)
    }

    /// In capitals. SQLite changes a to z only.
    pub fn upper(self) -> Expression<T> {
        self.call(Function::Upper)
    }

    /// Without spaces at both ends.
    pub fn trim(self) -> Expression<T> {
        self.call(Function::Trim)
    }

    /// Without spaces at its start.
    pub fn trim_start(self) -> Expression<T> {
        self.call(Function::TrimStart)
    }

    /// Without spaces at its end.
    pub fn trim_end(self) -> Expression<T> {
        self.call(Function::TrimEnd)
    }

    /// With every place of one text replaced by another: `u.name.replace(" ", "_")`.
    pub fn replace(self, from: impl Into<String>, to: impl Into<String>) -> Expression<T> {
        self.call_with(Function::Replace, [text(from.into()), text(to.into())])
    }

    fn matches(self, kind: Match, part: String) -> Condition {
        let join = |text, part| sql::Expression::Match(kind, Box::new((text, part)));
        Condition(self.into_tree().join(text(part), join))
    }
}

/// Parts of texts, counted in characters from 1.
impl<T: Nullable + Field<Base = String>, N: Into<Tree>> Expression<T, N> {
    /// How many characters.
    pub fn length(self) -> Expression<Like<T, i64>> {
        self.call(Function::Length)
    }

    /// So many characters from a place on.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// let initials = User::query().select(|u| u.name.substring(1, 1).upper());
    /// ```
    pub fn substring<V: Operand<i64>>(
        self,
        start: impl Operand<i64>,
        length: V,
    ) -> Expression<Either<T, V::Value, String>> {
        self.call_with(Function::Substring, [start.into_operand(), length.into_operand()])
    }

    /// All from a place on.
    pub fn substring_from<V: Operand<i64>>(self, start: V) -> Expression<Either<T, V::Value, String>> {
        self.call_with(Function::Substring, [start.into_operand()])
    }

    /// So many characters from its start.
    pub fn left<V: Operand<i64>>(self, characters: V) -> Expression<Either<T, V::Value, String>> {
        self.call_with(Function::Left, [characters.into_operand()])
    }

    /// So many characters from its end.
    pub fn right<V: Operand<i64>>(self, characters: V) -> Expression<Either<T, V::Value, String>> {
        self.call_with(Function::Right, [characters.into_operand()])
    }

    /// Where it first contains a text; 0 where it does not.
    pub fn position<V: Operand<String>>(self, part: V) -> Expression<Either<T, V::Value, i64>> {
        self.call_with(Function::Position, [part.into_operand()])
    }

    /// With another text behind it; NULL where one is.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, first: String, last: String }
    /// let names = User::query().select(|u| u.first.concat(" ").concat(u.last));
    /// ```
    pub fn concat<V: Operand<String>>(self, other: V) -> Expression<Either<T, V::Value, String>> {
        self.call_with(Function::Concat, [other.into_operand()])
    }
}

fn text(text: String) -> Tree {
    sql::Expression::Value(Value::Text(text)).into()
}
