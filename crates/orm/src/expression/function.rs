use std::marker::PhantomData;

use onggi_sql as sql;

use super::{Expression, Operands, Tree};

/// A function of SQL that onggi does not know, declared once with the types of its arguments and its result.
///
/// The types of arguments are a tuple, without `Option`. The result is an `Option` where it can be NULL.
///
/// ```
/// # use onggi::{Database, Id, Model, SqlFunction};
/// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
/// static UNICODE: SqlFunction<(String,), Option<i64>> = SqlFunction::new("unicode");
///
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User])?;
/// # let mut connection = db.connect()?;
/// let ascii = User::query().filter(|u| UNICODE.call((u.name,)).lt(128)).all(&mut connection)?;
/// # Ok::<(), onggi::Error>(())
/// ```
#[derive(Debug)]
pub struct SqlFunction<A, R> {
    declared: sql::Declared,
    types: PhantomData<fn(A) -> R>,
}

impl<A, R> SqlFunction<A, R> {
    /// The function of a name, which the database must have.
    pub const fn new(name: &'static str) -> SqlFunction<A, R> {
        SqlFunction { declared: sql::Declared { name, program: false }, types: PhantomData }
    }

    /// The function's result for a tuple of values, columns or expressions.
    pub fn call(&'static self, arguments: impl Operands<A>) -> Expression<R> {
        let call = |arguments| sql::Expression::Call(&self.declared, arguments);
        Expression::tree(Tree::all(arguments.into_trees(), call))
    }
}
