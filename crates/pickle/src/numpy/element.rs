//! Rust types that items of arrays are read as.

use std::borrow::Cow;

use super::dtype::{ByteOrder, Kind};

/// A Rust type that items of an array can be read as, exactly.
///
/// | Rust | reads |
/// | --- | --- |
/// | `bool` | bool |
/// | `i8` … `i64`, `u8` … `u64` | integers whose value fits |
/// | `i64` | also datetime64 and timedelta64, as the number of their units |
/// | `f32`, `f64` | floats and integers whose value they hold exactly (any NaN is a NaN) |
/// | `[f32; 2]`, `[f64; 2]` | complex numbers whose parts they hold exactly |
///
/// What does not fit is an error that names the item; no value is ever rounded, wrapped or cut.
pub trait Element: Copy + private::Sealed {}

pub(super) mod private {
    use std::borrow::Cow;

    use super::{ByteOrder, Kind, Number};

    pub trait Sealed: Sized {
        /// What Rust calls it, for messages.
        const NAME: &'static str;

        /// numpy's name of the very type.
        const DTYPE: &'static str;

        /// Whether items of this kind and size are this type bit by bit.
        fn is(kind: Kind, size: usize) -> bool;

        /// An item of the very type; `None` when the length is another.
        fn read(bytes: &[u8], order: ByteOrder) -> Option<Self>;

        /// The number, if it is one of this type.
        fn exact(number: Number) -> Option<Self>;

        /// The bytes as items, where they are aligned for it.
        fn cast(bytes: &[u8]) -> Option<&[Self]>;

        /// Bytes in the order of this machine, copied as items; `None` where they are no items bit by bit.
        fn copied(bytes: &[u8]) -> Option<Vec<Self>>;

        /// Items as their bytes, in the order of this machine.
        fn bytes(items: &[Self]) -> Cow<'_, [u8]>;
    }
}

/// An item as the widest of its kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(f64),
    Complex(f64, f64),
}

impl Number {
    /// Reads an item; `None` when numbers of this kind and size have no Rust type.
    #[inline]
    pub fn read(kind: Kind, order: ByteOrder, bytes: &[u8]) -> Option<Self> {
        use private::Sealed as S;
        Some(match (kind, bytes.len()) {
            (Kind::Bool, 1) => Self::Bool(S::read(bytes, order)?),
            (Kind::Int, 1) => Self::Int(<i8 as S>::read(bytes, order)?.into()),
            (Kind::Int, 2) => Self::Int(<i16 as S>::read(bytes, order)?.into()),
            (Kind::Int, 4) => Self::Int(<i32 as S>::read(bytes, order)?.into()),
            (Kind::Int, 8) => Self::Int(<i64 as S>::read(bytes, order)?),
            (Kind::UInt, 1) => Self::UInt(<u8 as S>::read(bytes, order)?.into()),
            (Kind::UInt, 2) => Self::UInt(<u16 as S>::read(bytes, order)?.into()),
            (Kind::UInt, 4) => Self::UInt(<u32 as S>::read(bytes, order)?.into()),
            (Kind::UInt, 8) => Self::UInt(<u64 as S>::read(bytes, order)?),
            (Kind::Float, 2) => Self::Float(half(<u16 as S>::read(bytes, order)?)),
            (Kind::Float, 4) => Self::Float(<f32 as S>::read(bytes, order)?.into()),
            (Kind::Float, 8) => Self::Float(<f64 as S>::read(bytes, order)?),
            (Kind::Complex, 8) => {
                let [real, imaginary] = <[f32; 2] as S>::read(bytes, order)?;
                Self::Complex(real.into(), imaginary.into())
            }
            (Kind::Complex, 16) => {
                let [real, imaginary] = <[f64; 2] as S>::read(bytes, order)?;
                Self::Complex(real, imaginary)
            }
            _ => return None,
        })
    }
}

/// An IEEE 754 number of 16 bits: a sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match (bits >> 10) & 0x1f {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * 2_f64.powi(i32::from(exponent) - 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

/// An integer as a float, if it has one.
fn float(value: i128) -> Option<f64> {
    let magnitude = value.unsigned_abs();
    let significant = u128::BITS.saturating_sub(magnitude.leading_zeros() + magnitude.trailing_zeros());
    (significant <= f64::MANTISSA_DIGITS).then_some(value as f64)
}

/// A float in half the bits, if it has one.
#[allow(clippy::cast_possible_truncation, reason = "what was cut off is seen by the way back")]
fn narrow(value: f64) -> Option<f32> {
    let narrow = value as f32;
    (f64::from(narrow) == value || value.is_nan()).then_some(narrow)
}

macro_rules! integers {
    ($($type:ident $dtype:literal $kind:pat),* $(,)?) => {$(
        impl Element for $type {}

        impl private::Sealed for $type {
            const NAME: &'static str = stringify!($type);
            const DTYPE: &'static str = $dtype;

            #[inline]
            fn is(kind: Kind, size: usize) -> bool {
                matches!(kind, $kind) && size == size_of::<Self>()
            }

            #[inline]
            fn read(bytes: &[u8], order: ByteOrder) -> Option<Self> {
                let bytes = bytes.try_into().ok()?;
                Some(match order {
                    ByteOrder::Little => Self::from_le_bytes(bytes),
                    ByteOrder::Big => Self::from_be_bytes(bytes),
                })
            }

            #[inline]
            fn exact(number: Number) -> Option<Self> {
                match number {
                    Number::Int(value) => value.try_into().ok(),
                    Number::UInt(value) => value.try_into().ok(),
                    _ => None,
                }
            }

            fn cast(bytes: &[u8]) -> Option<&[Self]> {
                bytemuck::try_cast_slice(bytes).ok()
            }

            fn copied(bytes: &[u8]) -> Option<Vec<Self>> {
                let mut items = vec![bytemuck::Zeroable::zeroed(); bytes.len() / size_of::<Self>()];
                let target: &mut [u8] = bytemuck::cast_slice_mut(&mut items);
                target.copy_from_slice(bytes.get(..target.len())?);
                Some(items)
            }

            fn bytes(items: &[Self]) -> Cow<'_, [u8]> {
                Cow::Borrowed(bytemuck::cast_slice(items))
            }
        }
    )*};
}

integers! {
    i8 "i1" Kind::Int,
    i16 "i2" Kind::Int,
    i32 "i4" Kind::Int,
    i64 "i8" Kind::Int | Kind::DateTime | Kind::TimeDelta,
    u8 "u1" Kind::UInt,
    u16 "u2" Kind::UInt,
    u32 "u4" Kind::UInt,
    u64 "u8" Kind::UInt,
}

macro_rules! floats {
    ($($type:ident $dtype:literal $complex:literal $narrow:expr),*) => {$(
        impl Element for $type {}
        impl Element for [$type; 2] {}

        impl private::Sealed for $type {
            const NAME: &'static str = stringify!($type);
            const DTYPE: &'static str = $dtype;

            #[inline]
            fn is(kind: Kind, size: usize) -> bool {
                kind == Kind::Float && size == size_of::<Self>()
            }

            #[inline]
            fn read(bytes: &[u8], order: ByteOrder) -> Option<Self> {
                let bytes = bytes.try_into().ok()?;
                Some(match order {
                    ByteOrder::Little => Self::from_le_bytes(bytes),
                    ByteOrder::Big => Self::from_be_bytes(bytes),
                })
            }

            #[inline]
            fn exact(number: Number) -> Option<Self> {
                match number {
                    Number::Int(value) => float(value.into()).and_then($narrow),
                    Number::UInt(value) => float(value.into()).and_then($narrow),
                    Number::Float(value) => $narrow(value),
                    _ => None,
                }
            }

            fn cast(bytes: &[u8]) -> Option<&[Self]> {
                bytemuck::try_cast_slice(bytes).ok()
            }

            fn copied(bytes: &[u8]) -> Option<Vec<Self>> {
                let mut items = vec![bytemuck::Zeroable::zeroed(); bytes.len() / size_of::<Self>()];
                let target: &mut [u8] = bytemuck::cast_slice_mut(&mut items);
                target.copy_from_slice(bytes.get(..target.len())?);
                Some(items)
            }

            fn bytes(items: &[Self]) -> Cow<'_, [u8]> {
                Cow::Borrowed(bytemuck::cast_slice(items))
            }
        }

        impl private::Sealed for [$type; 2] {
            const NAME: &'static str = concat!("[", stringify!($type), "; 2]");
            const DTYPE: &'static str = $complex;

            #[inline]
            fn is(kind: Kind, size: usize) -> bool {
                kind == Kind::Complex && size == size_of::<Self>()
            }

            #[inline]
            fn read(bytes: &[u8], order: ByteOrder) -> Option<Self> {
                let (real, imaginary) = bytes.split_at_checked(size_of::<$type>())?;
                Some([private::Sealed::read(real, order)?, private::Sealed::read(imaginary, order)?])
            }

            #[inline]
            fn exact(number: Number) -> Option<Self> {
                match number {
                    Number::Complex(real, imaginary) => Some([$narrow(real)?, $narrow(imaginary)?]),
                    _ => None,
                }
            }

            fn cast(bytes: &[u8]) -> Option<&[Self]> {
                bytemuck::try_cast_slice(bytes).ok()
            }

            fn copied(bytes: &[u8]) -> Option<Vec<Self>> {
                let mut items = vec![bytemuck::Zeroable::zeroed(); bytes.len() / size_of::<Self>()];
                let target: &mut [u8] = bytemuck::cast_slice_mut(&mut items);
                target.copy_from_slice(bytes.get(..target.len())?);
                Some(items)
            }

            fn bytes(items: &[Self]) -> Cow<'_, [u8]> {
                Cow::Borrowed(bytemuck::cast_slice(items))
            }
        }
    )*};
}

floats!(f32 "f4" "c8" narrow, f64 "f8" "c16" Some);

impl Element for bool {}

impl private::Sealed for bool {
    const NAME: &'static str = "bool";
    const DTYPE: &'static str = "b1";

    #[inline]
    fn is(kind: Kind, _size: usize) -> bool {
        kind == Kind::Bool
    }

    #[inline]
    fn read(bytes: &[u8], _order: ByteOrder) -> Option<Self> {
        match bytes {
            [byte] => Some(*byte != 0),
            _ => None,
        }
    }

    #[inline]
    fn exact(number: Number) -> Option<Self> {
        match number {
            Number::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn cast(_bytes: &[u8]) -> Option<&[Self]> {
        None // other bytes than 0 and 1 are true in numpy
    }

    fn copied(_bytes: &[u8]) -> Option<Vec<Self>> {
        None
    }

    fn bytes(items: &[Self]) -> Cow<'_, [u8]> {
        items.iter().copied().map(u8::from).collect()
    }
}

/// The number as the type, if it is one of it.
pub(crate) fn exact<T: Element>(number: Number) -> Option<T> {
    T::exact(number)
}

/// Items of the very type, one after the other.
pub(super) fn read_all<T: Element>(data: &[u8], order: ByteOrder) -> Option<Vec<T>> {
    if order == ByteOrder::NATIVE
        && let Some(items) = T::copied(data)
    {
        return Some(items);
    }
    let mut items = Vec::with_capacity(data.len() / size_of::<T>());
    for item in data.chunks_exact(size_of::<T>()) {
        items.push(T::read(item, order)?);
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_floats_have_their_value() {
        // numpy.array([bits], 'u2').view('f2')
        for (bits, value) in [
            (0x0000, 0.0),
            (0x0001, 5.960464477539063e-8),
            (0x03ff, 6.097555160522461e-5),
            (0x0400, 6.103515625e-5),
            (0x3555, 0.333251953125),
            (0x3c00, 1.0),
            (0x7bff, 65504.0),
            (0xc000, -2.0),
            (0xfc00, f64::NEG_INFINITY),
        ] {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7e00).is_nan() && half(0x8000).is_sign_negative());
    }

    #[test]
    fn integers_become_floats_where_they_are_exact() {
        let wide = |value: u64| <f64 as private::Sealed>::exact(Number::UInt(value));
        assert_eq!(wide(1 << 53), Some(9007199254740992.0));
        assert_eq!(wide((1 << 53) + 1), None);
        assert_eq!(wide(u64::MAX), None);
        assert_eq!(wide(0), Some(0.0));
        assert_eq!(<f32 as private::Sealed>::exact(Number::Int(-(1 << 24))), Some(-16777216.0));
        assert_eq!(<f32 as private::Sealed>::exact(Number::Int((1 << 24) + 1)), None);
        assert_eq!(<f64 as private::Sealed>::exact(Number::Int(i64::MIN)), Some(-9223372036854775808.0));
        assert_eq!(<f32 as private::Sealed>::exact(Number::Float(0.1)), None);
        assert_eq!(<u8 as private::Sealed>::exact(Number::Int(-1)), None);
    }
}
