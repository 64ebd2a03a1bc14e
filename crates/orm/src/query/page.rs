//! Parts of long results, and queries that depend on what is asked.

use onggi_driver::Capture;
use onggi_sql::{self as sql, BinaryOperator, Direction, Nulls, Value};

use super::{Query, Tables};
use crate::expression::{Must, RefusedRows};
use crate::model::Key as _;
use crate::selection::{Columns, Selection};
use crate::{Error, Executor, Keep, Model, Result};

impl<F: Tables, S> Query<F, S> {
    /// Applies a clause where there is a value for it.
    ///
    /// ```
    /// # use onggi::{Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, city: String, age: i32 }
    /// fn search(city: Option<&str>, from: Option<i32>) -> onggi::Query<User> {
    ///     User::query()
    ///         .when(city, |query, city| query.filter(|u| u.city.eq(city)))
    ///         .when(from, |query, from| query.filter(|u| u.age.ge(from)))
    /// }
    /// # search(None, None);
    /// ```
    pub fn when<V>(
        self,
        value: Option<V>,
        clause: impl FnOnce(Query<F, S>, V) -> Query<F, S>,
    ) -> Query<F, S> {
        match value {
            Some(value) => clause(self, value),
            None => self,
        }
    }

    /// Applies a function to the query: clauses that several queries share are plain functions.
    ///
    /// ```
    /// # use onggi::{Id, Model, Query};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, age: i32 }
    /// fn adults(query: Query<User>) -> Query<User> {
    ///     query.filter(|u| u.age.ge(18))
    /// }
    ///
    /// let some = User::query().apply(adults).limit(10);
    /// ```
    pub fn apply<R>(self, scope: impl FnOnce(Query<F, S>) -> R) -> R {
        scope(self)
    }

    /// Gives one page of so many rows; the first page is 1. Rows need an order that leaves nothing open, and each page
    /// costs as much as all before it: [`after`](Query::after) does not.
    pub fn page(self, page: u32, size: u32) -> Query<F, S> {
        self.limit(size).skip(u64::from(page.saturating_sub(1)) * u64::from(size))
    }

    fn skip(mut self, rows: u64) -> Query<F, S> {
        self.select.offset = Some(Value::Integer(i64::try_from(rows).unwrap_or(i64::MAX)));
        self
    }
}

impl<M: Model> Query<M> {
    /// Gives the rows behind an object, in the order of the query: the next page of a long result, found by an index.
    ///
    /// The order must be by columns of the model, and by so many that no two rows are equal in all of them: end with
    /// the primary key. Columns that can be NULL say where it goes, with `nulls_first` or `nulls_last`.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, age: i32 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// let oldest = User::query().order_by(|u| u.age.desc()).order_by(|u| u.id);
    /// let mut page = oldest.clone().limit(20).all(&mut connection)?;
    /// while let Some(last) = page.last() {
    ///     page = oldest.clone().after(last).limit(20).all(&mut connection)?;
    /// }
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn after(mut self, object: &M) -> Query<M> {
        match self.behind(object) {
            Ok(condition) => self.select.and(condition),
            Err(error) => self.error = self.error.or_else(|| Some(error.to_string().into())),
        }
        self
    }

    /// The condition that a row comes behind that of an object.
    fn behind(&self, object: &M) -> Result<sql::Expression> {
        if self.select.order.is_empty() {
            return Err(Error::usage("`after` needs the order: call `order_by` before it"));
        }
        let (mut equal, mut any) = (Vec::new(), Vec::new());
        for order in &self.select.order {
            let sql::Expression::Column(source, column) = order.expression else {
                return Err(not_a_column());
            };
            if source != self.source() {
                return Err(not_a_column());
            }
            let mut capture = Capture::default();
            object.attribute(column).bind(&mut capture)?;
            let value = capture.values.pop().ok_or_else(|| Error::value("the field bound no value"))?;
            if M::table().columns[column].nullable && order.nulls == Nulls::Default {
                return Err(Error::usage(
                    "`after` needs to know where NULL is in the order: say `nulls_first()` or `nulls_last()`",
                ));
            }
            let past = past(order, &value);
            any.push(match equal.is_empty() {
                true => past,
                false => sql::Expression::And(equal.iter().cloned().chain([past]).collect()),
            });
            let same = if value == Value::Null { BinaryOperator::Same } else { BinaryOperator::Equal };
            equal.push(sql::Expression::binary(
                same,
                order.expression.clone(),
                sql::Expression::Value(value),
            ));
        }
        Ok(sql::Expression::Or(any))
    }

    /// The objects of primary keys, in one statement. Keys without a row are left out; the order is the query's.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, age: i32 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut session = db.session()?;
    /// let users = User::query().get_many(&mut session, [1, 2, 3])?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`all`](Query::all).
    pub fn get_many<E: Executor, K: Into<M::Key>>(
        mut self,
        executor: &mut E,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<<E::Keep as Keep>::Entity<M>>> {
        let (source, columns) = (self.source(), M::table().primary_key);
        let column = |column: usize| sql::Expression::column(source, column);
        let mut values = Vec::new();
        for key in keys {
            let mut capture = Capture::default();
            key.into().bind(&mut capture)?;
            values.push(capture.values);
        }
        let condition = match columns {
            [only] => {
                let list = values.into_iter().flatten().collect();
                sql::Expression::In(Box::new(column(*only)), Value::List(list))
            }
            _ => sql::Expression::Or(
                values
                    .into_iter()
                    .map(|values| {
                        let parts = columns.iter().zip(values).map(|(&part, value)| {
                            let value = sql::Expression::Value(value);
                            sql::Expression::binary(BinaryOperator::Equal, column(part), value)
                        });
                        sql::Expression::And(parts.collect())
                    })
                    .collect(),
            ),
        };
        self.select.and(condition);
        self.all(executor)
    }

    /// Keeps the row of a key.
    pub(crate) fn of_key(mut self, key: &M::Key) -> Result<Query<M>> {
        let mut capture = Capture::default();
        key.bind(&mut capture)?;
        for (&column, value) in M::table().primary_key.iter().zip(capture.values) {
            let column = sql::Expression::column(self.source(), column);
            let value = sql::Expression::Value(value);
            self.select.and(sql::Expression::binary(BinaryOperator::Equal, column, value));
        }
        Ok(self)
    }

    /// Of the rows that agree in this, an expression or a tuple of them, gives the first as they are sorted.
    ///
    /// PostgreSQL alone has this; elsewhere running the query is an error, and a window with
    /// [`row_number`](crate::row_number) does the same.
    pub fn distinct_on<K: Selection>(mut self, keys: impl FnOnce(M::Columns<Must>) -> K) -> Query<M> {
        let () = RefusedRows::<K>::GROUP;
        let Columns { expressions, error, paths, depth } = Columns::of(&keys(self.columns()));
        self.note(error, paths, depth);
        self.select.distinct_on.extend(expressions);
        self
    }
}

fn not_a_column() -> Error {
    Error::usage("`after` needs an order by columns of the model itself")
}

/// The condition that a row comes behind a value in an order.
fn past(order: &sql::Order, value: &Value) -> sql::Expression {
    let column = || order.expression.clone();
    match (value, order.nulls) {
        (Value::Null, Nulls::First) => sql::Expression::unary(sql::UnaryOperator::IsNotNull, column()),
        (Value::Null, _) => sql::Expression::Or(Vec::new()),
        (value, nulls) => {
            let operator = match order.direction {
                Direction::Ascending => BinaryOperator::Greater,
                Direction::Descending => BinaryOperator::Less,
            };
            let behind = sql::Expression::binary(operator, column(), sql::Expression::Value(value.clone()));
            match nulls {
                Nulls::Last => behind.or(sql::Expression::unary(sql::UnaryOperator::IsNull, column())),
                _ => behind,
            }
        }
    }
}
