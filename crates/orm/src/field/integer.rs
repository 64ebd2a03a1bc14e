//! Whole numbers. What a type cannot hold is an error, in both directions.

use super::{Field, unexpected};
use crate::{Bind, Error, Result, Type, ValueRef};

/// Binds a number that fits into 64 bits, with or without sign.
fn bind(value: impl TryInto<i64> + TryInto<u64> + Copy + std::fmt::Display, to: &mut dyn Bind) -> Result<()> {
    let signed: std::result::Result<i64, _> = value.try_into();
    let unsigned: std::result::Result<u64, _> = value.try_into();
    match (signed, unsigned) {
        (Ok(value), _) => Ok(to.bind(ValueRef::Integer(value))?),
        (_, Ok(value)) => Ok(to.bind(ValueRef::Unsigned(value))?),
        _ => Err(Error::value(format!("{value} is out of the range of 64-bit integers"))),
    }
}

/// Reads a number into a type that holds it.
#[inline]
fn read<T: TryFrom<i64> + TryFrom<u64>>(value: ValueRef<'_>) -> Result<T> {
    match value {
        ValueRef::Integer(value) => T::try_from(value).map_err(|_| out_of_range::<T>(&value)),
        ValueRef::Unsigned(value) => T::try_from(value).map_err(|_| out_of_range::<T>(&value)),
        other => unexpected("an integer", other),
    }
}

#[cold]
fn out_of_range<T>(value: &dyn std::fmt::Display) -> Error {
    Error::value(format!("{value} is out of the range of {}", std::any::type_name::<T>()))
}

impl Field for i8 {
    type Base = i8;
    const TYPE: Type = Type::Integer { bits: 8, signed: true };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<i8> {
        read(value)
    }
}

impl Field for i16 {
    type Base = i16;
    const TYPE: Type = Type::Integer { bits: 16, signed: true };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<i16> {
        read(value)
    }
}

impl Field for i32 {
    type Base = i32;
    const TYPE: Type = Type::Integer { bits: 32, signed: true };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<i32> {
        read(value)
    }
}

impl Field for i64 {
    type Base = i64;
    const TYPE: Type = Type::Integer { bits: 64, signed: true };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<i64> {
        read(value)
    }
}

impl Field for i128 {
    type Base = i128;
    const TYPE: Type = Type::Integer { bits: 128, signed: true };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<i128> {
        read(value)
    }
}

impl Field for isize {
    type Base = isize;
    const TYPE: Type = Type::Integer { bits: 64, signed: true };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<isize> {
        read(value)
    }
}

impl Field for u8 {
    type Base = u8;
    const TYPE: Type = Type::Integer { bits: 8, signed: false };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<u8> {
        read(value)
    }
}

impl Field for u16 {
    type Base = u16;
    const TYPE: Type = Type::Integer { bits: 16, signed: false };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<u16> {
        read(value)
    }
}

impl Field for u32 {
    type Base = u32;
    const TYPE: Type = Type::Integer { bits: 32, signed: false };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<u32> {
        read(value)
    }
}

impl Field for u64 {
    type Base = u64;
    const TYPE: Type = Type::Integer { bits: 64, signed: false };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<u64> {
        read(value)
    }
}

impl Field for u128 {
    type Base = u128;
    const TYPE: Type = Type::Integer { bits: 128, signed: false };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<u128> {
        read(value)
    }
}

impl Field for usize {
    type Base = usize;
    const TYPE: Type = Type::Integer { bits: 64, signed: false };

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        bind(*self, to)
    }

    #[inline]
    fn read(value: ValueRef<'_>) -> Result<usize> {
        read(value)
    }
}
