//! Values made of the rows around a row.

use std::marker::PhantomData;

use onggi_sql as sql;
use onggi_sql::{FrameUnit, WindowFunction, Windowed};

use super::{Aggregate, Expression, Order, RefusedRows, Tree};
use crate::field::Field;
use crate::selection::{Columns, Selection};

/// A function of windows, which [`over`](WindowCall::over) makes an expression.
#[derive(Clone, Debug)]
#[must_use = "a function of windows needs `over`"]
pub struct WindowCall<T> {
    function: WindowFunction,
    arguments: Vec<Tree>,
    ty: PhantomData<fn() -> T>,
}

/// Which rows a function of windows sees, and in which order; what [`over`](WindowCall::over) hands to its closure.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Over {
    partition: Vec<Tree>,
    order: Vec<Order>,
    frame: Option<Frame>,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    unit: FrameUnit,
    start: Bound,
    end: Bound,
}

/// An end of the rows around a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The first row of all.
    First,
    /// So many before the row.
    Preceding(u32),
    /// The row.
    Current,
    /// So many behind the row.
    Following(u32),
    /// The last row of all.
    Last,
}

impl Bound {
    fn into_sql(self) -> sql::Bound {
        let distance = |distance: u32| sql::Expression::Literal(i64::from(distance));
        match self {
            Bound::First => sql::Bound::UnboundedPreceding,
            Bound::Preceding(rows) => sql::Bound::Preceding(distance(rows)),
            Bound::Current => sql::Bound::CurrentRow,
            Bound::Following(rows) => sql::Bound::Following(distance(rows)),
            Bound::Last => sql::Bound::UnboundedFollowing,
        }
    }
}

impl Over {
    /// Sees only rows that agree in this: an expression, or a tuple of them.
    pub fn partition_by<K: Selection>(mut self, keys: K) -> Over {
        let () = RefusedRows::<K>::GROUP;
        self.partition.extend(Columns::trees(&keys));
        self
    }

    /// Sees rows in an order; several calls sort by the first, and rows equal in it by the next.
    pub fn order_by(mut self, order: impl Into<Order>) -> Over {
        self.order.push(order.into());
        self
    }

    /// Sees the rows from one to another, counted in rows.
    pub fn rows(self, start: Bound, end: Bound) -> Over {
        Over { frame: Some(Frame { unit: FrameUnit::Rows, start, end }), ..self }
    }

    /// Sees the rows whose value that is sorted by is in a range around the row's.
    pub fn range(self, start: Bound, end: Bound) -> Over {
        Over { frame: Some(Frame { unit: FrameUnit::Range, start, end }), ..self }
    }

    /// Sees the rows from one to another, counted in groups of rows that are equal in the order.
    pub fn groups(self, start: Bound, end: Bound) -> Over {
        Over { frame: Some(Frame { unit: FrameUnit::Groups, start, end }), ..self }
    }

    /// The window, of a function with so many expressions of its own before those of the window.
    fn build<T>(
        self,
        own: Vec<Tree>,
        function: impl FnOnce(Vec<sql::Expression>) -> Windowed,
    ) -> Expression<T> {
        let Over { partition, order, frame } = self;
        let (own_count, partition_count) = (own.len(), partition.len());
        let (order, sorts): (Vec<Tree>, Vec<_>) = order.into_iter().map(Order::into_parts).unzip();
        let trees = own.into_iter().chain(partition).chain(order);
        Expression::tree(Tree::all(trees, |mut parts| {
            let mut rest = parts.split_off(own_count);
            let order = rest.split_off(partition_count);
            let order = order.into_iter().zip(sorts).map(|(expression, sort)| sort(expression)).collect();
            let frame = frame.map(|Frame { unit, start, end }| sql::Frame {
                unit,
                start: start.into_sql(),
                end: end.into_sql(),
                exclude: None,
            });
            let window = sql::Window { function: function(parts), partition: rest, order, frame };
            sql::Expression::Window(Box::new(window))
        }))
    }
}

impl<T> WindowCall<T> {
    fn new(function: WindowFunction, arguments: Vec<Tree>) -> WindowCall<T> {
        WindowCall { function, arguments, ty: PhantomData }
    }

    /// The function's value over a window: `row_number().over(|w| w.partition_by(u.city).order_by(u.age))`.
    pub fn over(self, window: impl FnOnce(Over) -> Over) -> Expression<T> {
        let WindowCall { function, arguments, .. } = self;
        window(Over::default()).build(arguments, |arguments| Windowed::Function(function, arguments))
    }
}

impl<T> Expression<T, Aggregate> {
    /// The aggregate over the rows around each row, which stay rows of their own.
    ///
    /// ```
    /// # use onggi::{Bound, Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct Sale { id: Id<Sale>, shop: String, amount: i64 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Sale])?;
    /// # let mut connection = db.connect()?;
    /// let running: Vec<(i64, Option<i64>)> = Sale::query()
    ///     .select(|s| {
    ///         let total = s.amount.sum().over(|w| {
    ///             w.partition_by(s.shop).order_by(s.id).rows(Bound::First, Bound::Current)
    ///         });
    ///         (s.amount, total)
    ///     })
    ///     .all(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn over(self, window: impl FnOnce(Over) -> Over) -> Expression<T> {
        window(Over::default()).build(vec![self.node.into()], |mut own| match own.pop() {
            Some(sql::Expression::Aggregate(aggregate)) => Windowed::Aggregate(*aggregate),
            // What is nested too deep has become an error, which is told in place of this.
            _ => Windowed::Function(WindowFunction::RowNumber, Vec::new()),
        })
    }
}

/// The row's number in the window, from 1.
///
/// ```
/// # use onggi::{Id, Model, row_number};
/// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String, age: i32 }
/// let places = User::query().select(|u| (u.name, row_number().over(|w| w.order_by(u.age.desc()))));
/// ```
pub fn row_number() -> WindowCall<i64> {
    WindowCall::new(WindowFunction::RowNumber, Vec::new())
}

/// The row's number, that of the first where rows are equal in the order.
pub fn rank() -> WindowCall<i64> {
    WindowCall::new(WindowFunction::Rank, Vec::new())
}

/// As [`rank`], without gaps.
pub fn dense_rank() -> WindowCall<i64> {
    WindowCall::new(WindowFunction::DenseRank, Vec::new())
}

/// The rank from 0 to 1.
pub fn percent_rank() -> WindowCall<f64> {
    WindowCall::new(WindowFunction::PercentRank, Vec::new())
}

/// Which part of the rows is not after the row, up to 1.
pub fn cume_dist() -> WindowCall<f64> {
    WindowCall::new(WindowFunction::CumulativeDistribution, Vec::new())
}

/// Which of so many parts of about the same size the row is in, from 1.
pub fn ntile(parts: u32) -> WindowCall<i64> {
    WindowCall::new(WindowFunction::Tile, vec![sql::Expression::value(i64::from(parts)).into()])
}

/// Values of other rows of a window.
impl<T: Field, N: Into<Tree>> Expression<T, N> {
    /// The value so many rows before; NULL where there is none.
    pub fn lag(self, rows: u32) -> WindowCall<Option<T::Base>> {
        WindowCall::new(WindowFunction::Lag, vec![self.into_tree(), number(rows)])
    }

    /// The value so many rows behind; NULL where there is none.
    pub fn lead(self, rows: u32) -> WindowCall<Option<T::Base>> {
        WindowCall::new(WindowFunction::Lead, vec![self.into_tree(), number(rows)])
    }

    /// The value of the first row.
    pub fn first_value(self) -> WindowCall<Option<T::Base>> {
        WindowCall::new(WindowFunction::First, vec![self.into_tree()])
    }

    /// The value of the last row: of those up to the row, unless the window says which.
    pub fn last_value(self) -> WindowCall<Option<T::Base>> {
        WindowCall::new(WindowFunction::Last, vec![self.into_tree()])
    }

    /// The value of the row of this number, from 1; NULL where there is none.
    pub fn nth_value(self, row: u32) -> WindowCall<Option<T::Base>> {
        WindowCall::new(WindowFunction::Nth, vec![self.into_tree(), number(row)])
    }
}

fn number(number: u32) -> Tree {
    sql::Expression::value(i64::from(number)).into()
}
