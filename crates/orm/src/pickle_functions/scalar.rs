//! A part of a pickle as an SQL value.
//!
//! Texts of dates, times, decimals and UUIDs are those that columns of these types are kept as: they compare with each other.

use onggi_pickle::json::write_plain;
use onggi_pickle::types::{Clock, DateTime, Time, TimeDelta};
use onggi_pickle::{BigInt, Graph, Known, Limits, Node, NodeId, Result};

use crate::Value;

/// The value of a node. What SQL has no value for is a JSON document.
pub(super) fn value(graph: &mut Graph<'_>, id: NodeId) -> Result<Value> {
    let found = match graph.node(id) {
        Node::None => Some(Value::Null),
        Node::Bool(value) => Some(Value::Boolean(value)),
        Node::Int(value) => Some(Value::Integer(value)),
        Node::BigInt(bytes) => Some(integer(&BigInt::from_le_bytes(bytes))?),
        Node::Float(value) => Some(real(value)),
        Node::Str(text) => Some(text.into()),
        Node::Bytes(bytes) | Node::ByteArray(bytes) => Some(Value::Blob(bytes.to_vec())),
        Node::Object(_) => known(graph, id)?,
        _ => None,
    };
    found.map_or_else(
        || {
            graph.set_root(id);
            json(graph)
        },
        Ok,
    )
}

/// The value of an object of the standard library that has one.
fn known(graph: &Graph<'_>, id: NodeId) -> Result<Option<Value>> {
    let Some(known) = graph.known(id)? else { return Ok(None) };
    Ok(Some(match known {
        Known::Bool(value) => Value::Boolean(value),
        Known::Int(value) => integer(&value)?,
        Known::Float(value) => real(value),
        Known::Str(text) => text.into(),
        Known::Date(date) => Value::Text(date.to_string()),
        Known::Time { clock, zone: None } => Value::Text(time(clock)),
        Known::Time { clock, zone: Some(zone) } => match graph.zone(zone)? {
            Some(zone) => Value::Text(Time { clock, zone: Some(zone) }.to_string()),
            None => return Ok(None),
        },
        Known::DateTime { date, clock, zone: None } => Value::Text(format!("{date} {}", time(clock))),
        Known::DateTime { date, clock, zone: Some(zone) } => match graph.zone(zone)? {
            Some(zone) => Value::Text(moment(&DateTime { date, clock, zone: Some(zone) })),
            None => return Ok(None),
        },
        Known::TimeDelta(span) => seconds(span),
        Known::Decimal(decimal) => {
            Value::Text(decimal.to_plain().unwrap_or(decimal.as_str().into()).into_owned())
        }
        Known::Fraction(fraction) => Value::Text(fraction.to_string()),
        Known::Uuid(uuid, _) => Value::Text(uuid.to_string()),
        Known::Path(path) => Value::Text(path.to_string()),
        Known::IpAddress(address) => Value::Text(address.to_string()),
        Known::IpNetwork(network) => Value::Text(network.to_string()),
        Known::IpInterface(interface) => Value::Text(interface.to_string()),
        _ => return Ok(None),
    }))
}

/// The document of a graph's root.
pub(super) fn json(graph: &Graph<'_>) -> Result<Value> {
    let mut text = Vec::new();
    write_plain(graph, &Limits::default(), &mut text)?;
    Ok(Value::Text(String::from_utf8_lossy(&text).into_owned()))
}

/// An integer, or its digits where it has more than 64 bits.
fn integer(value: &BigInt) -> Result<Value> {
    match i64::try_from(value) {
        Ok(value) => Ok(Value::Integer(value)),
        // As long as texts of integers may be when they are read.
        Err(_) if value.as_le_bytes().len() <= LONGEST => Ok(Value::Text(value.to_string())),
        Err(_) => Err(serde::de::Error::custom("an integer of more than 4300 digits")),
    }
}

/// How many bytes an integer has at most whose digits are written: log₁₀ 256 is 2.408….
const LONGEST: usize = 1785;

/// A float. NaN is NULL, as in SQL there is none.
fn real(value: f64) -> Value {
    if value.is_nan() { Value::Null } else { Value::Real(value) }
}

/// `12:34:56`, with three or six digits behind where they are needed.
fn time(clock: Clock) -> String {
    let whole = format!("{:02}:{:02}:{:02}", clock.hour(), clock.minute(), clock.second());
    match clock.microsecond() {
        0 => whole,
        micros if micros % 1000 == 0 => format!("{whole}.{:03}", micros / 1000),
        micros => format!("{whole}.{micros:06}"),
    }
}

/// A moment in UTC; with its own zone where that has no offset in the pickle, or UTC would be in no year.
fn moment(moment: &DateTime) -> String {
    match moment.to_utc() {
        Some(utc) => format!("{} {}+00:00", utc.date, time(utc.clock)),
        None => moment.to_string(),
    }
}

/// Seconds, with a fraction where there is one.
fn seconds(span: TimeDelta) -> Value {
    let whole = i64::from(span.days()) * 86_400 + i64::from(span.seconds());
    match span.microseconds() {
        0 => Value::Integer(whole),
        // At most 2⁴⁷ seconds: no float is further away than a hundredth of a second, and those of some years are exact to the
        // microsecond.
        #[allow(clippy::cast_precision_loss)]
        micros => Value::Real(whole as f64 + f64::from(micros) / 1e6),
    }
}
