//! Types of other crates, each behind the feature of its name.

use super::{Field, unexpected};
use crate::{Bind, Result, Type, ValueRef};

#[cfg(feature = "chrono")]
impl Field for chrono::NaiveDate {
    type Base = Self;
    const TYPE: Type = Type::Date;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::Date(*self))?)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::Date(value) => Ok(value),
            other => unexpected("a date", other),
        }
    }
}

#[cfg(feature = "chrono")]
impl Field for chrono::NaiveTime {
    type Base = Self;
    const TYPE: Type = Type::Time;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::Time(*self))?)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::Time(value) => Ok(value),
            other => unexpected("a time", other),
        }
    }
}

#[cfg(feature = "chrono")]
impl Field for chrono::NaiveDateTime {
    type Base = Self;
    const TYPE: Type = Type::DateTime;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::DateTime(*self))?)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::DateTime(value) => Ok(value),
            other => unexpected("a date and time", other),
        }
    }
}

#[cfg(feature = "chrono")]
impl Field for chrono::DateTime<chrono::Utc> {
    type Base = Self;
    const TYPE: Type = Type::Timestamp;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::Timestamp(*self))?)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::Timestamp(value) => Ok(value),
            other => unexpected("a moment", other),
        }
    }
}

#[cfg(feature = "uuid")]
impl Field for uuid::Uuid {
    type Base = Self;
    const TYPE: Type = Type::Uuid;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::Uuid(*self))?)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::Uuid(value) => Ok(value),
            other => unexpected("a UUID", other),
        }
    }
}

#[cfg(feature = "decimal")]
impl Field for rust_decimal::Decimal {
    type Base = Self;
    const TYPE: Type = Type::Decimal;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        Ok(to.bind(ValueRef::Decimal(*self))?)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::Decimal(value) => Ok(value),
            other => unexpected("a decimal number", other),
        }
    }
}
