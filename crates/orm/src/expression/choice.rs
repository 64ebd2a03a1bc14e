//! Values that are chosen, or turned into others.

use std::marker::PhantomData;

use onggi_sql as sql;
use onggi_sql::Function;

use super::equality::{not_same, null_if, same};
use super::nullability::{Either, Like};
use super::{Comparand, Compatible, Condition, Expression, Nullable, Operand, Refused, Tree};
use crate::field::Field;

/// A value as an expression, for what takes expressions only.
///
/// ```
/// # use onggi::{Id, Model, value};
/// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
/// let query = User::query().select(|u| (u.name, value("a constant")));
/// ```
pub fn value<T: Field, V: Operand<T>>(value: V) -> Expression<V::Value> {
    Expression::tree(value.into_operand())
}

/// Starts a `CASE`: the value of the first condition that holds.
///
/// ```
/// # use onggi::{Database, Id, Model, case};
/// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, age: i32 }
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User])?;
/// # let mut connection = db.connect()?;
/// let stages: Vec<String> = User::query()
///     .select(|u| case().when(u.age.lt(13), "child").when(u.age.lt(20), "teenager").otherwise("adult"))
///     .all(&mut connection)?;
/// # Ok::<(), onggi::Error>(())
/// ```
pub fn case() -> NoBranch {
    NoBranch(())
}

/// A [`case`] without a branch yet.
#[derive(Debug)]
#[must_use]
pub struct NoBranch(());

/// A [`case`] whose values are of type `T`: an `Option` once one of them can be NULL.
#[derive(Debug)]
#[must_use]
pub struct Case<T> {
    /// Conditions and values by turns.
    branches: Vec<Tree>,
    ty: PhantomData<fn() -> T>,
}

impl NoBranch {
    /// The value where a condition holds.
    pub fn when<T: Field, V: Operand<T>>(self, condition: impl Into<Condition>, value: V) -> Case<V::Value> {
        Case { branches: vec![condition.into().into_tree(), value.into_operand()], ty: PhantomData }
    }
}

impl<T: Nullable> Case<T> {
    /// The value where a condition holds, and none before it did.
    pub fn when<V: Operand<T::Base>>(
        mut self,
        condition: impl Into<Condition>,
        value: V,
    ) -> Case<Either<T, V::Value, T::Base>> {
        self.branches.extend([condition.into().into_tree(), value.into_operand()]);
        Case { branches: self.branches, ty: PhantomData }
    }

    /// The value where no condition holds.
    pub fn otherwise<V: Operand<T::Base>>(self, value: V) -> Expression<Either<T, V::Value, T::Base>> {
        let mut trees = self.branches;
        trees.push(value.into_operand());
        Expression::tree(Tree::all(trees, |mut parts| {
            let otherwise = parts.pop();
            of_parts(parts, otherwise)
        }))
    }

    /// NULL where no condition holds.
    pub fn or_null(self) -> Expression<Option<T::Base>> {
        Expression::tree(Tree::all(self.branches, |parts| of_parts(parts, None)))
    }
}

fn of_parts(parts: Vec<sql::Expression>, otherwise: Option<sql::Expression>) -> sql::Expression {
    let (mut branches, mut parts) = (Vec::new(), parts.into_iter());
    while let (Some(condition), Some(value)) = (parts.next(), parts.next()) {
        branches.push((condition, value));
    }
    sql::Expression::Case(Box::new(sql::Case { branches, otherwise }))
}

/// NULL, and other types.
impl<T: Nullable, N: Into<Tree>> Expression<T, N> {
    /// The value, or another where it is NULL: `u.city.coalesce("nowhere")`.
    ///
    /// The result is an `Option` where the other is one.
    pub fn coalesce<V: Compatible<T::Base>>(self, other: V) -> Expression<Like<V::Value, V::Common>> {
        self.call_with(Function::Coalesce, [other.into_compatible()])
    }

    /// The value, or NULL where it equals another: `u.name.null_if("")`.
    pub fn null_if(self, other: impl Operand<T::Base>) -> Expression<Option<T::Base>> {
        Expression::tree(self.into_tree().join(other.into_operand(), null_if::<T>))
    }

    /// The value as another type, as the database converts it: `u.age.cast::<String>()`.
    ///
    /// What cannot be converted is an error on most databases. On SQLite a text that is no number is 0, one that is no
    /// date NULL: write `cast::<Option<NaiveDate>>()` where that may be.
    pub fn cast<U: Nullable>(self) -> Expression<Either<T, U, U::Base>> {
        let conversion = sql::Conversion { from: T::TYPE, to: U::TYPE };
        let cast = |expression| sql::Expression::Cast(Box::new(expression), conversion);
        Expression::tree(self.into_tree().map(cast))
    }

    /// Equal to a value, or both NULL: the other can be an `Option`.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, city: Option<String> }
    /// let city: Option<&str> = None;
    /// let query = User::query().filter(|u| u.city.is_not_distinct_from(city));
    /// ```
    pub fn is_not_distinct_from(self, other: impl Comparand<T::Base>) -> Condition {
        Condition(self.into_tree().join(other.into_comparand(), same::<T>))
    }

    /// Different from a value, with NULL different from everything but NULL.
    pub fn is_distinct_from(self, other: impl Comparand<T::Base>) -> Condition {
        Condition(self.into_tree().join(other.into_comparand(), not_same::<T>))
    }

    /// The smaller of two values; NULL where one is.
    pub fn least<V: Compatible<T::Base>>(self, other: V) -> Expression<Either<T, V::Value, V::Common>> {
        let () = Refused::<T>::ORDER;
        self.call_with(Function::Least, [other.into_compatible()])
    }

    /// The greater of two values; NULL where one is.
    pub fn greatest<V: Compatible<T::Base>>(self, other: V) -> Expression<Either<T, V::Value, V::Common>> {
        let () = Refused::<T>::ORDER;
        self.call_with(Function::Greatest, [other.into_compatible()])
    }
}
