//! Addresses and networks of `ipaddress`.

use core::net::{IpAddr, Ipv6Addr};
use std::fmt;

use super::kind::{Kind, Text, through_text};

through_text!(IpAddress IpNetwork IpInterface);

/// An `ipaddress.IPv4Address` or `IPv6Address`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IpAddress {
    pub(crate) address: IpAddr,
    pub(crate) scope: Option<String>,
}

/// An `ipaddress.IPv4Network` or `IPv6Network`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IpNetwork {
    pub(crate) address: IpAddress,
    pub(crate) prefix: u8,
}

/// An `ipaddress.IPv4Interface` or `IPv6Interface`: an address and the network it is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IpInterface {
    pub(crate) address: IpAddress,
    pub(crate) prefix: u8,
}

impl IpAddress {
    /// The address itself.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The scope of an IPv6 address: what follows the `%`.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Reads the text that Python's classes take; `None` for anything else.
    pub(crate) fn parse(text: &str, v6: bool) -> Option<Self> {
        if !v6 {
            return text.parse().ok().map(|address| Self { address: IpAddr::V4(address), scope: None });
        }
        let (address, scope) = match text.split_once('%') {
            Some((_, scope)) if scope.is_empty() || scope.contains(['%', '/']) => return None,
            Some((address, scope)) => (address, Some(scope.to_owned())),
            None => (text, None),
        };
        Some(Self { address: IpAddr::V6(address.parse().ok()?), scope })
    }

    fn bits(&self) -> u128 {
        match self.address {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        }
    }

    fn longest_prefix(&self) -> u8 {
        if self.address.is_ipv4() { 32 } else { 128 }
    }
}

/// Reads `address/prefix`, where the prefix of IPv4 can also be a mask.
fn parse_with_prefix(text: &str, v6: bool) -> Option<(IpAddress, u8)> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address = IpAddress::parse(address, v6)?;
    let prefix = match prefix {
        None => address.longest_prefix(),
        Some(digits) if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            digits.parse().ok().filter(|prefix| *prefix <= address.longest_prefix())?
        }
        Some(mask) if !v6 => prefix_of_mask(mask)?,
        Some(_) => return None,
    };
    Some((address, prefix))
}

/// The prefix of `255.255.255.0`, or of its complement `0.0.0.255`.
fn prefix_of_mask(mask: &str) -> Option<u8> {
    let bits = mask.parse::<core::net::Ipv4Addr>().ok()?.to_bits();
    let ones = |bits: u32| (bits.leading_ones() + bits.trailing_zeros() >= 32).then_some(bits.leading_ones());
    ones(bits).or_else(|| ones(!bits)).and_then(|prefix| u8::try_from(prefix).ok())
}

impl IpNetwork {
    /// The first address.
    pub fn address(&self) -> &IpAddress {
        &self.address
    }

    /// How many bits the network has: at most 32 or 128.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    pub(crate) fn new(address: IpAddress, prefix: u8) -> Option<Self> {
        let host = u128::MAX.checked_shr(prefix.into()).unwrap_or(0);
        (address.bits() & host == 0).then_some(Self { address, prefix })
    }

    pub(crate) fn parse(text: &str, v6: bool) -> Option<Self> {
        let (address, prefix) = parse_with_prefix(text, v6)?;
        Self::new(address, prefix)
    }
}

impl IpInterface {
    /// The address.
    pub fn address(&self) -> &IpAddress {
        &self.address
    }

    /// How many bits its network has: at most 32 or 128.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    pub(crate) fn parse(text: &str, v6: bool) -> Option<Self> {
        parse_with_prefix(text, v6).map(|(address, prefix)| Self { address, prefix })
    }
}

/// As Python's `str`: IPv4-mapped IPv6 addresses in groups of hexadecimal digits, as all releases before 3.13 write them.
impl fmt::Display for IpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            IpAddr::V4(address) => write!(f, "{address}")?,
            IpAddr::V6(address) => compressed(address, f)?,
        }
        match &self.scope {
            Some(scope) => write!(f, "%{scope}"),
            None => Ok(()),
        }
    }
}

/// Groups of hexadecimal digits, the first of the longest runs of two or more zeros left out.
fn compressed(address: Ipv6Addr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let groups = address.segments();
    let (mut start, mut length) = (0, 0);
    for first in 0..groups.len() {
        let zeros = groups[first..].iter().take_while(|group| **group == 0).count();
        if zeros > length {
            (start, length) = (first, zeros);
        }
    }
    let joined =
        |groups: &[u16]| groups.iter().map(|group| format!("{group:x}")).collect::<Vec<_>>().join(":");
    match length {
        0 | 1 => f.write_str(&joined(&groups)),
        _ => write!(f, "{}::{}", joined(&groups[..start]), joined(&groups[start + length..])),
    }
}

impl fmt::Display for IpNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl fmt::Display for IpInterface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl From<IpAddr> for IpAddress {
    fn from(address: IpAddr) -> Self {
        Self { address, scope: None }
    }
}

macro_rules! texts {
    ($($type:ident)*) => {$(
        /// As Python's `str`, through serde too.
        impl Text for $type {
            const KIND: Kind = Kind::$type;

            fn write(&self) -> String {
                self.to_string()
            }

            fn read(text: &str) -> Option<Self> {
                Self::parse(text, text.contains(':'))
            }
        }
    )*};
}

texts!(IpAddress IpNetwork IpInterface);
