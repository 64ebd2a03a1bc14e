//! Types of the standard library and of other crates as the Python types that they stand for.
//!
//! On their own such types are written as their own `Serialize` says: a `chrono::DateTime` as a str, a `uuid::Uuid` as bytes, a
//! `Duration` as a dict. With this module as the field's `with` they are a `datetime`, a `UUID`, a `timedelta`, both ways.
//!
//! | Rust | Python | exact, or an error |
//! | --- | --- | --- |
//! | `std::time::Duration` | `timedelta` | whole microseconds, not negative |
//! | `std::time::SystemTime` | aware `datetime`, written in UTC | whole microseconds |
//! | `std::net::IpAddr`, `Ipv4Addr`, `Ipv6Addr` | `ipaddress.IPv4Address`, `IPv6Address` | no scope |
//! | `std::path::PathBuf` | `pathlib.PurePosixPath` | UTF-8 |
//! | `chrono::NaiveDate` | `date` | the years 1 to 9999 |
//! | `chrono::NaiveTime`, `NaiveDateTime` | naive `time`, `datetime` | whole microseconds, no leap second, no fold |
//! | `chrono::DateTime<Utc>` | aware `datetime`, written in UTC | a known offset |
//! | `chrono::DateTime<FixedOffset>` | aware `datetime` with that offset | whole seconds of offset |
//! | `chrono::TimeDelta` | `timedelta` | whole microseconds |
//! | `uuid::Uuid` | `uuid.UUID` | always |
//! | `rust_decimal::Decimal` | `decimal.Decimal` | 28 digits behind the point, 96 bits |
//!
//! Also `Option` and `Vec` of these. The types of other crates need the features `chrono`, `uuid` and `decimal`.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//!
//! use onggi_pickle::{from_slice, to_vec};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Job {
//!     #[serde(with = "onggi_pickle::types::as_python")]
//!     timeout: Option<Duration>,
//! }
//!
//! let job = Job { timeout: Some(Duration::from_millis(1500)) };
//! let pickle = to_vec(&job)?; // {'timeout': datetime.timedelta(seconds=1, microseconds=500000)}
//! assert_eq!(from_slice::<Job>(&pickle)?, job);
//! assert!(to_vec(&Job { timeout: Some(Duration::from_nanos(1)) }).is_err());
//! # Ok::<(), onggi_pickle::Error>(())
//! ```

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{self, Serialize, Serializer};

use super::{DateTime, IpAddress, PurePosixPath, TimeDelta};
use crate::error::{Error, Result};

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "decimal")]
mod decimal;
#[cfg(feature = "uuid")]
mod uuid;

/// A type that stands for a Python type: those of the table in [the module](self).
pub trait AsPython: Sized + sealed::Sealed {}

mod sealed {
    use serde::{Deserializer, Serializer};

    /// How it is written and read.
    pub trait Sealed: Sized {
        fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
        fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
    }
}

/// Writes a field as the Python type that it stands for.
///
/// # Errors
///
/// When the Python type cannot hold it exactly.
pub fn serialize<T: AsPython, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.write(serializer)
}

/// Reads a field from the Python type that it stands for.
///
/// # Errors
///
/// When there is something else, or it does not fit exactly.
pub fn deserialize<'de, T: AsPython, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// A value as serde sees it with this module.
struct With<T>(T);

impl<T: AsPython> Serialize for With<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

impl<'de, T: AsPython> Deserialize<'de> for With<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

impl<T: AsPython> AsPython for Option<T> {}

impl<T: AsPython> sealed::Sealed for Option<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().map(With).serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<With<T>>::deserialize(deserializer).map(|value| value.map(|value| value.0))
    }
}

impl<T: AsPython> AsPython for Vec<T> {}

impl<T: AsPython> sealed::Sealed for Vec<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(With))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<With<T>>::deserialize(deserializer).map(|items| items.into_iter().map(|item| item.0).collect())
    }
}

/// A type and its counterpart in [`crate::types`], with the ways there and back.
macro_rules! as_python {
    ($($type:ty => $python:ty, $there:expr, $back:expr;)*) => {$(
        impl $crate::types::as_python::AsPython for $type {}

        impl $crate::types::as_python::sealed::Sealed for $type {
            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::types::as_python::write(self, $there, serializer)
            }

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::types::as_python::read(deserializer, $back)
            }
        }
    )*};
}
#[cfg(any(feature = "chrono", feature = "decimal", feature = "uuid"))]
use as_python;

fn write<T, P: Serialize, S: Serializer>(
    value: &T,
    there: impl FnOnce(&T) -> Result<P>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    there(value).map_err(ser::Error::custom)?.serialize(serializer)
}

fn read<'de, T, P: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
    back: impl FnOnce(P) -> Result<T>,
) -> Result<T, D::Error> {
    back(P::deserialize(deserializer)?).map_err(de::Error::custom)
}

as_python! {
    Duration => TimeDelta, |value: &Self| TimeDelta::try_from(*value), |delta: TimeDelta| Self::try_from(delta);
    SystemTime => DateTime, |value: &Self| DateTime::try_from(*value), |moment: DateTime| Self::try_from(&moment);
    IpAddr => IpAddress, |value: &Self| Ok(IpAddress::from(*value)), address;
    Ipv4Addr => IpAddress, |value: &Self| Ok(IpAddress::from(IpAddr::V4(*value))), |ip: IpAddress| match address(ip)? {
        IpAddr::V4(address) => Ok(address),
        IpAddr::V6(_) => Err(Error::data("an IPv6 address, expected an IPv4 address")),
    };
    Ipv6Addr => IpAddress, |value: &Self| Ok(IpAddress::from(IpAddr::V6(*value))), |ip: IpAddress| match address(ip)? {
        IpAddr::V6(address) => Ok(address),
        IpAddr::V4(_) => Err(Error::data("an IPv4 address, expected an IPv6 address")),
    };
    PathBuf => PurePosixPath, |value: &Self| PurePosixPath::try_from(value.as_path()), |path: PurePosixPath| Ok(path.into());
}

fn address(ip: IpAddress) -> Result<IpAddr> {
    match ip.scope() {
        Some(_) => Err(Error::data("an IP address with a scope")),
        None => Ok(ip.address()),
    }
}
