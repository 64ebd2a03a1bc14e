//! Numbers of different types beside each other.

use onggi_sql as sql;

use super::operand::value;
use super::{Expression, Nullable, Tree};
use crate::field::Field;

/// What an expression of type `T` is compared and computed with: an [`Operand`](super::Operand), or a column or expression of
/// another type of numbers, where a type holds all values of both ([`Mix`]).
///
/// ```
/// # use onggi::{Id, Model};
/// #[derive(Clone, Default, Model)]
/// struct Stock {
///     id: Id<Stock>,
///     pieces: i32,
///     sold: i64,
///     weight: f32,
/// }
///
/// let short = Stock::query().filter(|s| s.pieces.lt(s.sold)); // as `i64`
/// let loads = Stock::query().select(|s| s.pieces * s.weight); // an `f64`, which holds every `i32` and `f32`
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be compared with a column of `{T}`",
    label = "expected `{T}`",
    note = "an `Option` is compared by `is_not_distinct_from`, `is_null()` or its inner value, a handle by its object's key, `session[handle].id`"
)]
pub trait Compatible<T> {
    /// The type of its values: `Option` where it may be NULL.
    type Value: Nullable;

    /// The type that holds all values of both.
    type Common: Field;

    /// As SQL.
    #[doc(hidden)]
    fn into_compatible(self) -> Tree;
}

#[diagnostic::do_not_recommend]
impl<T: Field<Base = T>> Compatible<T> for T {
    type Value = T;
    type Common = T;

    #[inline]
    fn into_compatible(self) -> Tree {
        value(&self)
    }
}

#[diagnostic::do_not_recommend]
impl Compatible<String> for &str {
    type Value = String;
    type Common = String;

    #[inline]
    fn into_compatible(self) -> Tree {
        sql::Expression::value(self).into()
    }
}

#[diagnostic::do_not_recommend]
impl Compatible<String> for &String {
    type Value = String;
    type Common = String;

    #[inline]
    fn into_compatible(self) -> Tree {
        sql::Expression::value(self.as_str()).into()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Field, U: Nullable<Base: Mix<T>>, N: Into<Tree>> Compatible<T> for Expression<U, N> {
    type Value = U;
    type Common = <U::Base as Mix<T>>::Common;

    #[inline]
    fn into_compatible(self) -> Tree {
        self.node.into()
    }
}

/// Types whose values stand beside those of `T` in comparisons and arithmetic: the type itself, and numbers where one type
/// holds all values of both.
///
/// | one | other | both |
/// |---|---|---|
/// | whole numbers | whole numbers | the narrowest that holds both, with a sign where one has one |
/// | `u64` | whole numbers with a sign | `i128`: compared, not computed with |
/// | `f32`, `f64` | each other, whole numbers of up to 32 bits | `f64` |
/// | `Decimal` | whole numbers of up to 64 bits | `Decimal` |
///
/// Others are converted first, which can lose something: `cast`.
#[diagnostic::on_unimplemented(
    message = "no type holds all values of both `{Self}` and `{T}`: `cast` one of them"
)]
pub trait Mix<T> {
    /// The type that holds all values of both.
    type Common: Field;
}

#[diagnostic::do_not_recommend]
impl<T: Field> Mix<T> for T {
    type Common = T;
}

macro_rules! mix {
    ($($one:ty, $other:ty => $common:ty;)+) => {
        $(
            #[diagnostic::do_not_recommend]
            impl Mix<$other> for $one {
                type Common = $common;
            }

            #[diagnostic::do_not_recommend]
            impl Mix<$one> for $other {
                type Common = $common;
            }
        )+
    };
}

/// Types that another holds.
macro_rules! holds {
    ($($common:ty: $($narrow:ty)+;)+) => {
        $(mix! { $($narrow, $common => $common;)+ })+
    };
}

holds! {
    i16: i8 u8;
    i32: i8 i16 u8 u16;
    i64: i8 i16 i32 u8 u16 u32;
    i128: i8 i16 i32 i64 u8 u16 u32 u64;
    u16: u8;
    u32: u8 u16;
    u64: u8 u16 u32;
    u128: u8 u16 u32 u64;
    f64: i8 i16 i32 u8 u16 u32 f32;
}

mix! {
    i8, u8 => i16;
    i8, u16 => i32;
    i8, u32 => i64;
    i8, u64 => i128;
    i16, u16 => i32;
    i16, u32 => i64;
    i16, u64 => i128;
    i32, u32 => i64;
    i32, u64 => i128;
    i64, u64 => i128;
    f32, i8 => f64;
    f32, i16 => f64;
    f32, i32 => f64;
    f32, u8 => f64;
    f32, u16 => f64;
    f32, u32 => f64;
}

#[cfg(feature = "decimal")]
holds! {
    rust_decimal::Decimal: i8 i16 i32 i64 u8 u16 u32 u64;
}
