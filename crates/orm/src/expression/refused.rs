//! What pickles and arrays are refused for, as compile errors where a method is used. Of pickles it is what the database would do
//! with their bytes: equal values can have different ones, as their `dict`s may be in another order, or their protocols differ.

use std::marker::PhantomData;

use onggi_sql as sql;

use super::{Among, Operands};
use crate::field::Field;
use crate::selection::Selection;

/// What columns of some types are refused for.
pub(crate) struct Refused<T>(PhantomData<T>);

impl<T: Field> Refused<T> {
    pub(crate) const ORDER: () = if T::Base::EQUALITY.is_some() {
        panic!("a pickle has no order: compare or sort by a part of it, as in `column.at(\"key\").asc()`")
    };
    pub(crate) const PART: () = if T::Base::EQUALITY.is_some() {
        panic!("a part of a pickle is no pickle: compare it with a text, a number, a date or another part")
    };
}

/// What columns of some types are not looked up in: pickles in nothing, arrays in lists, which would be arrays of arrays.
pub(crate) struct RefusedAmong<T, A>(PhantomData<(T, A)>);

impl<T: Field, A: Among<T::Base>> RefusedAmong<T, A> {
    pub(crate) const LIST: () = if T::Base::EQUALITY.is_some() {
        panic!("pickles are not looked up in lists: write `column.eq(a) | column.eq(b)`")
    } else if A::IS_LIST && matches!(T::TYPE, sql::Type::Array(_)) {
        panic!("arrays are not looked up in lists: write `column.eq(a) | column.eq(b)`")
    };
}

/// What rows of some selections are refused for.
pub(crate) struct RefusedRows<S>(PhantomData<S>);

impl<S: Selection> RefusedRows<S> {
    pub(crate) const GROUP: () = if S::PICKLED {
        panic!("equal pickles can differ in bytes: group by a part, `column.at(\"key\")`, or its own column")
    };
    pub(crate) const SET: () = if S::PICKLED {
        panic!("equal pickles can differ in bytes: select a part, `column.at(\"key\")`, or use `union_all`")
    };
}

/// What rows of values of a tuple `A` are refused for.
pub(crate) struct RefusedTuple<A, P>(PhantomData<(A, P)>);

impl<A, P: Operands<A>> RefusedTuple<A, P> {
    pub(crate) const COMPARISON: () = if P::PICKLED {
        panic!("pickles are not compared in rows: write `column.eq(value) & ...`")
    };
}

/// Why the rows of a query with a pickle in them are not made distinct, which its clauses say in any order.
pub(crate) const DISTINCT: &str = "equal pickles can have different bytes, so rows with a pickle are not made distinct: \
    select a part of it, `column.at(\"key\")`, or a column that repeats a part";
