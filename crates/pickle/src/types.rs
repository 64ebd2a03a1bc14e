//! Rust counterparts of standard-library objects.

mod decimal;
mod fraction;
mod network;
mod path;
mod time;
mod uuid;
mod zone;

pub use self::decimal::Decimal;
pub use self::fraction::Fraction;
pub use self::network::{IpAddress, IpInterface, IpNetwork};
pub use self::path::{Path, PathKind};
pub use self::time::{Clock, Date, TimeDelta};
pub use self::uuid::{SafeUuid, Uuid};
pub use self::zone::Zone;
