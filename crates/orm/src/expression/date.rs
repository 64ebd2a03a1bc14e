//! Dates and times.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use onggi_sql as sql;
use onggi_sql::Function;

use super::nullability::{Either, Like};
use super::{Expression, Nullable, Operand, Tree};
use crate::field::Field;

/// Types that have a calendar day.
#[diagnostic::on_unimplemented(message = "`{Self}` has no calendar day")]
pub trait Dated: Field {}

impl Dated for NaiveDate {}
impl Dated for NaiveDateTime {}
impl Dated for DateTime<Utc> {}

/// Types that have a time of day.
#[diagnostic::on_unimplemented(message = "`{Self}` has no time of day")]
pub trait Timed: Field {}

impl Timed for NaiveTime {}
impl Timed for NaiveDateTime {}
impl Timed for DateTime<Utc> {}

/// What dates can be asked; moments are seen in UTC.
///
/// ```
/// # use onggi::{Id, Model};
/// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, at: chrono::NaiveDateTime }
/// let of_may = Post::query().filter(|p| p.at.year().eq(2024) & p.at.month().eq(5));
/// let recent = Post::query().filter(|p| p.at.date().gt(onggi::current_date().add_days(-7)));
/// ```
impl<T: Nullable, N: Into<Tree>> Expression<T, N>
where
    T::Base: Dated,
{
    /// The year.
    pub fn year(self) -> Expression<Like<T, i64>> {
        self.call(Function::Year)
    }

    /// The month, from 1.
    pub fn month(self) -> Expression<Like<T, i64>> {
        self.call(Function::Month)
    }

    /// The day of the month, from 1.
    pub fn day(self) -> Expression<Like<T, i64>> {
        self.call(Function::Day)
    }

    /// The day of the year, from 1.
    pub fn day_of_year(self) -> Expression<Like<T, i64>> {
        self.call(Function::DayOfYear)
    }

    /// The day of the week, 0 for Sunday.
    pub fn weekday(self) -> Expression<Like<T, i64>> {
        self.call(Function::Weekday)
    }

    /// The day alone.
    pub fn date(self) -> Expression<Like<T, NaiveDate>> {
        self.call(Function::Date)
    }

    /// The day so many days later.
    pub fn add_days<V: Operand<i64>>(self, days: V) -> Expression<Either<T, V::Value, NaiveDate>> {
        self.call_with(Function::AddDays, [days.into_operand()])
    }

    /// How many days it is after another; times of day do not count.
    pub fn days_since<V: Operand<T::Base>>(self, other: V) -> Expression<Either<T, V::Value, i64>> {
        self.call_with(Function::DaysBetween, [other.into_operand()])
    }
}

/// What times can be asked; moments are seen in UTC.
impl<T: Nullable, N: Into<Tree>> Expression<T, N>
where
    T::Base: Timed,
{
    /// The hour.
    pub fn hour(self) -> Expression<Like<T, i64>> {
        self.call(Function::Hour)
    }

    /// The minute.
    pub fn minute(self) -> Expression<Like<T, i64>> {
        self.call(Function::Minute)
    }

    /// The whole seconds.
    pub fn second(self) -> Expression<Like<T, i64>> {
        self.call(Function::Second)
    }
}

/// Today, in UTC, by the database's clock.
pub fn current_date() -> Expression<NaiveDate> {
    Expression::tree(sql::Expression::Function(Function::CurrentDate, Vec::new()).into())
}

/// Now, in UTC, as a date and time without a zone, by the database's clock.
pub fn current_date_time() -> Expression<NaiveDateTime> {
    Expression::tree(sql::Expression::Function(Function::CurrentDateTime, Vec::new()).into())
}

/// Now, as a moment, by the database's clock.
pub fn now() -> Expression<DateTime<Utc>> {
    Expression::tree(sql::Expression::Function(Function::CurrentTimestamp, Vec::new()).into())
}
