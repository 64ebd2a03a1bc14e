//! Values without parts in canonical form.

use std::fmt::{self, Write};

use super::text::{push_hex, push_string};
use crate::bigint::BigInt;
use crate::error::Result;
use crate::graph::{Graph, Node, NodeId};
use crate::objects::{ArrayItem, Known};
use crate::repr;
use crate::types::TimeDelta;

/// Appends a builtin value.
pub(super) fn push_scalar(out: &mut String, node: &Node<'_>) {
    match *node {
        Node::Bool(value) => push(out, format_args!("{value}")),
        Node::Int(value) => push_int(out, value),
        Node::BigInt(bytes) => push_big(out, &BigInt::from_le_bytes(bytes)),
        Node::Float(value) => push_float(out, value),
        Node::Complex(real, imaginary) => {
            out.push_str("{\"complex\":[");
            push_float(out, real);
            out.push(',');
            push_float(out, imaginary);
            out.push_str("]}");
        }
        Node::Str(text) => push_string(out, text),
        Node::Surrogates(bytes) => push_bytes(out, "str", bytes),
        Node::Bytes(bytes) => push_bytes(out, "bytes", bytes),
        _ => out.push_str("null"),
    }
}

/// Appends a value of the standard library that is no collection.
pub(super) fn push_known(out: &mut String, graph: &Graph<'_>, known: &Known<'_>) -> Result<()> {
    match known {
        Known::Ellipsis => push_word(out, "singleton", "Ellipsis"),
        Known::NotImplemented => push_word(out, "singleton", "NotImplemented"),
        Known::Int(value) => match i64::try_from(value) {
            Ok(value) => push_int(out, value),
            Err(_) => push_big(out, value),
        },
        Known::Range { start, stop, step } => {
            out.push_str("{\"range\":");
            for (before, value) in [("[", start), (",", stop), (",", step)] {
                out.push_str(before);
                push_known(out, graph, &Known::Int(value.clone()))?;
            }
            out.push_str("]}");
        }
        Known::Date(date) => push_word(out, "date", date),
        Known::Time { clock, zone } => {
            push(out, format_args!("{{\"fold\":{},\"time\":\"{clock}", u8::from(clock.fold())));
            push(out, format_args!("{}\"}}", offset(graph, *zone)?));
        }
        Known::DateTime { date, clock, zone } => {
            push(out, format_args!("{{\"datetime\":\"{date}T{clock}{}\"", offset(graph, *zone)?));
            push(out, format_args!(",\"fold\":{}}}", u8::from(clock.fold())));
        }
        Known::TimeDelta(span) => push(out, format_args!("{{\"timedelta\":{}}}", parts(*span))),
        Known::Zone(zone) => {
            out.push_str("{\"name\":");
            push_string(out, &zone.name().unwrap_or_default());
            let offset = zone.offset().unwrap_or_default();
            push(out, format_args!(",\"timezone\":{}}}", parts(offset)));
        }
        Known::Decimal(decimal) => push_word(out, "Decimal", decimal),
        Known::Fraction(fraction) => {
            let (numerator, denominator) = (fraction.numerator(), fraction.denominator());
            push(out, format_args!("{{\"Fraction\":[\"{numerator}\",\"{denominator}\"]}}"));
        }
        Known::Uuid(uuid, _) => push_word(out, "UUID", uuid),
        Known::SafeUuid(safe) => push_word(out, "SafeUUID", safe.name()),
        Known::Path(path) => push_word(out, path.kind().name(), path.as_str()),
        Known::IpAddress(address) => {
            push_word(out, if address.address().is_ipv4() { "IPv4Address" } else { "IPv6Address" }, address);
        }
        Known::IpNetwork(network) => {
            let is_v4 = network.address().address().is_ipv4();
            push_word(out, if is_v4 { "IPv4Network" } else { "IPv6Network" }, network);
        }
        _ => out.push_str("null"), // shapes of their own
    }
    Ok(())
}

/// Appends an item of an array.
pub(super) fn push_item(out: &mut String, item: ArrayItem) {
    match item {
        ArrayItem::Int(value) => match i64::try_from(value) {
            Ok(value) => push_int(out, value),
            Err(_) => push_big(out, &BigInt::from(value)),
        },
        ArrayItem::Float(value) => push_float(out, value),
        ArrayItem::Char(point) => match char::from_u32(point) {
            Some(character) => push_string(out, character.encode_utf8(&mut [0; 4])),
            None => {
                let byte = |shift: u32, mask: u32, mark: u8| {
                    mark | u8::try_from((point >> shift) & mask).unwrap_or(0)
                };
                push_bytes(out, "str", &[byte(12, 0xf, 0xe0), byte(6, 0x3f, 0x80), byte(0, 0x3f, 0x80)]);
            }
        },
    }
}

/// What `isoformat` appends for a zone whose offset is known.
fn offset(graph: &Graph<'_>, zone: Option<NodeId>) -> Result<String> {
    let Some(zone) = zone else { return Ok(String::new()) };
    let offset = graph.zone(zone)?.and_then(|zone| zone.offset());
    Ok(offset.map(TimeDelta::as_offset).unwrap_or_default())
}

fn parts(span: TimeDelta) -> String {
    format!("[{},{},{}]", span.days(), span.seconds(), span.microseconds())
}

fn push_int(out: &mut String, value: i64) {
    if value.unsigned_abs() < 1 << 53 {
        push(out, format_args!("{value}"));
    } else {
        push_word(out, "int", value);
    }
}

fn push_big(out: &mut String, value: &BigInt) {
    push_word(out, "int", value);
}

fn push_float(out: &mut String, value: f64) {
    let bits = value.to_bits();
    push(out, format_args!("{{\"float\":\"{bits:016x}\",\"repr\":\"{}\"}}", repr::float(value)));
}

fn push_bytes(out: &mut String, name: &str, bytes: &[u8]) {
    push(out, format_args!("{{\"{name}\":"));
    push_hex(out, bytes);
    out.push('}');
}

/// `{"name":"text"}`.
fn push_word(out: &mut String, name: &str, text: impl fmt::Display) {
    push(out, format_args!("{{\"{name}\":"));
    push_string(out, &text.to_string());
    out.push('}');
}

/// Writing to a string cannot fail.
pub(super) fn push(out: &mut String, text: fmt::Arguments<'_>) {
    out.write_fmt(text).unwrap_or_default();
}
