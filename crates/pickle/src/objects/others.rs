//! UUIDs and IP addresses.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Known;
use super::call::{Call, Made};
use crate::bigint::{self, Wide};
use crate::error::Result;
use crate::graph::{Effect, Node, NodeId};
use crate::types::{IpAddress, IpInterface, IpNetwork, SafeUuid, Uuid};

/// `UUID(text)`, or an instance that is given the state `{'int': …, 'is_safe': …}`.
pub(super) fn uuid<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    if call.how == Made::Called {
        call.is_immutable()?;
        return match call.arguments {
            [text] => match call.node(*text) {
                Node::Str(text) => {
                    let uuid = Uuid::parse(text).ok_or_else(|| call.refused("a text that is no UUID"))?;
                    Ok(Some(Known::Uuid(uuid, SafeUuid::Unknown)))
                }
                _ => Err(call.refused("the argument is not a str")),
            },
            [] => Err(call.refused("needs a text")),
            _ => Ok(None),
        };
    }
    let mut made = None;
    for effect in call.effects() {
        let Effect::State(state) = effect else { return Err(call.refused("takes no items")) };
        let Node::Dict(pairs) = call.node(*state) else {
            return Err(call.refused("the state is not a dict"));
        };
        made = Some(uuid_state(call, pairs)?);
    }
    match made {
        Some(Some((uuid, safe))) => Ok(Some(Known::Uuid(uuid, safe))),
        _ => Ok(None), // without a number it can be loaded, not used
    }
}

fn uuid_state(call: &Call<'_>, pairs: &[(NodeId, NodeId)]) -> Result<Option<(Uuid, SafeUuid)>> {
    let find = |name: &str| {
        let pair = pairs.iter().find(|pair| matches!(call.node(pair.0), Node::Str(key) if key == name));
        pair.map(|pair| pair.1)
    };
    let int = find("int").ok_or_else(|| call.refused("the state has no 'int'"))?;
    let safe = find("is_safe").map_or(Ok(SafeUuid::Unknown), |safe| safety(call, safe))?;
    Ok(unsigned(call, int).map(|value| (Uuid(value.to_be_bytes()), safe)))
}

fn unsigned(call: &Call<'_>, id: NodeId) -> Option<u128> {
    match call.node(id) {
        Node::Int(value) => u128::try_from(value).ok(),
        Node::BigInt(bytes) => match bigint::widen(bytes)? {
            Wide::Signed(value) => u128::try_from(value).ok(),
            Wide::Unsigned(value) => Some(value),
        },
        _ => None,
    }
}

/// A member of `SafeUUID`, or its value.
fn safety(call: &Call<'_>, id: NodeId) -> Result<SafeUuid> {
    match call.node(id) {
        Node::Int(0) | Node::Bool(false) => Ok(SafeUuid::Safe),
        Node::Int(-1) => Ok(SafeUuid::Unsafe),
        Node::None => Ok(SafeUuid::Unknown),
        Node::Object(_) => match Call::of(call.graph, id)? {
            // One level only: a member of a member would be a recursion as deep as the pickle.
            Some(member) if member.class() == ("uuid", "SafeUUID") => match member.arguments {
                [value] if !matches!(member.node(*value), Node::Object(_)) => safety(&member, *value),
                _ => Err(call.refused("a bad SafeUUID")),
            },
            _ => Err(call.refused("a bad SafeUUID")),
        },
        _ => Err(call.refused("a bad SafeUUID")),
    }
}

pub(super) fn safe_uuid<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    match call.arguments {
        [value] => safety(call, *value).map(|safe| Some(Known::SafeUuid(safe))),
        _ => Err(call.refused("needs a value")),
    }
}

pub(super) fn ip4_address<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    Ok(argument(call)?.map(|argument| address(call, argument, false)).transpose()?.map(Known::IpAddress))
}

pub(super) fn ip6_address<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    Ok(argument(call)?.map(|argument| address(call, argument, true)).transpose()?.map(Known::IpAddress))
}

pub(super) fn ip4_network<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    network(call, false)
}

pub(super) fn ip6_network<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    network(call, true)
}

pub(super) fn ip4_interface<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    interface(call, false)
}

pub(super) fn ip6_interface<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    interface(call, true)
}

/// The one argument; `None` when the object is made without its constructor or is changed afterwards.
fn argument(call: &Call<'_>) -> Result<Option<NodeId>> {
    if call.how != Made::Called || !call.effects().is_empty() {
        return Ok(None);
    }
    match call.arguments {
        [argument] => Ok(Some(*argument)),
        [_, _] if call.class().1.ends_with("Network") => Ok(None),
        _ => Err(call.refused("needs one address")),
    }
}

/// An address from its text, its number or its bytes.
fn address(call: &Call<'_>, id: NodeId, v6: bool) -> Result<IpAddress> {
    let plain = |address| IpAddress { address, scope: None };
    let address = match (call.node(id), v6) {
        (Node::Str(text), _) => IpAddress::parse(text, v6),
        (Node::Bytes(bytes), false) => {
            <[u8; 4]>::try_from(bytes).ok().map(|bytes| plain(IpAddr::from(bytes)))
        }
        (Node::Bytes(bytes), true) => {
            <[u8; 16]>::try_from(bytes).ok().map(|bytes| plain(IpAddr::from(bytes)))
        }
        (_, false) => unsigned(call, id)
            .and_then(|value| u32::try_from(value).ok())
            .map(|value| plain(IpAddr::V4(Ipv4Addr::from_bits(value)))),
        (_, true) => unsigned(call, id).map(|value| plain(IpAddr::V6(Ipv6Addr::from_bits(value)))),
    };
    address.ok_or_else(|| call.refused("not an address"))
}

fn network<'g>(call: &Call<'g>, v6: bool) -> Result<Option<Known<'g>>> {
    let Some(argument) = argument(call)? else { return Ok(None) };
    let network = match call.node(argument) {
        Node::Str(text) => IpNetwork::parse(text, v6),
        Node::Tuple(_) => return Ok(None),
        _ => IpNetwork::new(address(call, argument, v6)?, if v6 { 128 } else { 32 }),
    };
    network.map(|network| Some(Known::IpNetwork(network))).ok_or_else(|| call.refused("not a network"))
}

fn interface<'g>(call: &Call<'g>, v6: bool) -> Result<Option<Known<'g>>> {
    let Some(argument) = argument(call)? else { return Ok(None) };
    let interface = match call.node(argument) {
        Node::Str(text) => IpInterface::parse(text, v6),
        Node::Tuple(_) => return Ok(None),
        _ => Some(IpInterface { address: address(call, argument, v6)?, prefix: if v6 { 128 } else { 32 } }),
    };
    interface
        .map(|interface| Some(Known::IpInterface(interface)))
        .ok_or_else(|| call.refused("not an interface"))
}
