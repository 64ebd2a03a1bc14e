//! Occurrences of tables, compared with keys.

use onggi_driver::Capture;
use onggi_sql as sql;
use onggi_sql::{BinaryOperator, Source, UnaryOperator};

use super::operand::binary;
use super::tree::{Chain, column};
use super::{Condition, Tree};
use crate::model::Key;
use crate::source;

/// Whether the row of an occurrence of a table is that of a key. What a foreign key holds is compared without the row that it
/// refers to.
pub fn is_row<K: Key>(row: Source, key: &K) -> Condition {
    let mut capture = Capture::default();
    if let Err(error) = key.bind(&mut capture) {
        return Condition(Tree::failed(error.to_string()));
    }
    let (at, columns) = key_columns(row);
    let parts = columns.iter().zip(capture.values).map(|(&position, value)| {
        column(at, position).join(sql::Expression::Value(value).into(), binary(BinaryOperator::Equal))
    });
    match parts.reduce(|all, part| all.chain(part, Chain::And)) {
        Some(all) => Condition(all),
        None => Condition::always(),
    }
}

/// Whether there is no row of an occurrence of a table: a foreign key that leads to it holds NULL, in any of its columns.
pub fn is_no_row(row: Source) -> Condition {
    let (at, columns) = key_columns(row);
    let is_null = |expression| sql::Expression::unary(UnaryOperator::IsNull, expression);
    let parts = columns.iter().map(|&position| column(at, position).map(is_null));
    let any = parts.reduce(|any, part| any.chain(part, Chain::Or));
    any.map_or_else(Condition::always, Condition)
}

/// The columns that hold the key of a row: those of the foreign key that leads to it, or its own.
fn key_columns(row: Source) -> (Source, &'static [usize]) {
    match source::step(row) {
        Some(step) if !step.relation.columns().is_empty() => (step.from, step.relation.columns()),
        _ => (row, row.table.primary_key),
    }
}

/// What is the same for every model, but for its names: its objects are read from rows of raw SQL, and its columns compared with
/// keys.
#[doc(hidden)]
#[macro_export]
macro_rules! __rows {
    ($model:ident, $columns:ident, $key:ty) => {
        $crate::__from_row!($model);

        impl<N: $crate::Nullability> $columns<N> {
            /// Whether the row is that of a key.
            pub fn eq(self, key: impl ::core::convert::Into<$key>) -> $crate::Condition {
                $crate::__private::is_row::<$key>(self.__source, &key.into())
            }

            /// Whether the row is not that of a key.
            pub fn ne(self, key: impl ::core::convert::Into<$key>) -> $crate::Condition {
                !self.eq(key)
            }
        }

        impl $columns<$crate::Maybe> {
            /// Whether there is no such row: the reference is `None`.
            pub fn is_null(self) -> $crate::Condition {
                $crate::__private::is_no_row(self.__source)
            }

            /// Whether there is such a row.
            pub fn is_not_null(self) -> $crate::Condition {
                !self.is_null()
            }
        }
    };
}
