//! Values without parts, as Python prints them.

use std::borrow::Cow;
use std::fmt::Display;

use super::ShowOptions;
use super::doc::{Piece, Style};
use crate::bigint::BigInt;
use crate::graph::{Graph, Node, NodeId};
use crate::objects::{ArrayItem, Known};
use crate::repr;
use crate::types::{Clock, TimeDelta, Zone};

/// A builtin value.
pub(super) fn scalar(node: &Node<'_>, options: &ShowOptions) -> Piece {
    match *node {
        Node::Bool(true) => (Style::Constant, "True".into()),
        Node::Bool(false) => (Style::Constant, "False".into()),
        Node::Int(value) => number(value),
        Node::BigInt(bytes) => (Style::Number, big(bytes, options).into()),
        Node::Float(value) => number(repr::float(value)),
        Node::Complex(real, imaginary) => number(repr::complex(real, imaginary)),
        Node::Str(text) => (Style::Text, string(text, options).into()),
        Node::Surrogates(bytes) => {
            let shown = shown(bytes.len(), options.text);
            (Style::Text, with_rest(repr::surrogates(whole(&bytes[..shown])), bytes.len() - shown, "bytes"))
        }
        Node::Bytes(bytes) => {
            let shown = shown(bytes.len(), options.text);
            (Style::Text, with_rest(repr::bytes(&bytes[..shown]), bytes.len() - shown, "bytes"))
        }
        _ => (Style::Constant, "None".into()),
    }
}

pub(super) fn bytearray(bytes: &[u8], options: &ShowOptions) -> Piece {
    let shown = shown(bytes.len(), options.text);
    (Style::Text, with_rest(repr::bytearray(&bytes[..shown]), bytes.len() - shown, "bytes"))
}

pub(super) fn array_item(item: ArrayItem) -> Piece {
    match item {
        ArrayItem::Int(value) => number(value),
        ArrayItem::Float(value) => number(repr::float(value)),
        ArrayItem::Char(point) => {
            let text = char::from_u32(point).map_or(format!("'\\u{point:04x}'"), |character| {
                repr::string(character.encode_utf8(&mut [0; 4])).to_string()
            });
            (Style::Text, text.into())
        }
    }
}

fn number(value: impl Display) -> Piece {
    (Style::Number, value.to_string().into())
}

/// How much of a text is shown: a little more than the limit is shown in full.
fn shown(length: usize, limit: usize) -> usize {
    if length > limit.saturating_add(limit / 8) { limit } else { length }
}

fn with_rest(text: impl Display, rest: usize, unit: &str) -> Cow<'static, str> {
    if rest == 0 { text.to_string().into() } else { format!("{text}… {rest} more {unit}").into() }
}

fn string(text: &str, options: &ShowOptions) -> String {
    let Some((end, _)) = text.char_indices().nth(options.text) else { return repr::string(text).to_string() };
    let rest = text[end..].chars().count();
    if rest <= options.text / 8 {
        return repr::string(text).to_string();
    }
    format!("{}… {rest} more characters", repr::string(&text[..end]))
}

/// Without the part of a character at the end.
fn whole(bytes: &[u8]) -> &[u8] {
    let tail = bytes.iter().rev().take_while(|byte| matches!(byte, 0x80..=0xbf)).count();
    let Some(start) = bytes.len().checked_sub(tail + 1) else { return bytes };
    let length = match bytes[start] {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    };
    if tail + 1 < length { &bytes[..start] } else { bytes }
}

/// An int beyond `i64`. The decimal text of a very long one takes long: its size is shown then.
fn big(bytes: &[u8], options: &ShowOptions) -> String {
    if bytes.len() > 1785 {
        return format!("<int of {} bits>", bytes.len().saturating_mul(8));
    }
    let text = BigInt::from_le_bytes(bytes).to_string();
    let shown = shown(text.len(), options.text);
    with_rest(&text[..shown], text.len() - shown, "digits").into_owned()
}

fn big_int(value: &BigInt) -> String {
    big(value.as_le_bytes(), &ShowOptions::default())
}

/// A value of the standard library: its class, and the rest of the call that would make it.
pub(super) fn known(graph: &Graph<'_>, value: &Known<'_>) -> (String, String) {
    let text = |name: &str, text: &str| (name.to_owned(), format!("({})", repr::string(text)));
    match value {
        Known::Ellipsis => ("Ellipsis".to_owned(), String::new()),
        Known::NotImplemented => ("NotImplemented".to_owned(), String::new()),
        Known::Int(value) => (String::new(), big_int(value)),
        Known::Range { start, stop, step } => {
            let parts = [start, stop, step].map(big_int);
            ("range".to_owned(), format!("({})", parts.join(", ")))
        }
        Known::Date(date) => {
            ("datetime.date".to_owned(), format!("({}, {}, {})", date.year(), date.month(), date.day()))
        }
        Known::Time { clock, zone } => (
            "datetime.time".to_owned(),
            format!("({}{})", clock_text(*clock), zone_text(graph, *zone, clock.fold())),
        ),
        Known::DateTime { date, clock, zone } => {
            let zone = zone_text(graph, *zone, clock.fold());
            let (year, month, day) = (date.year(), date.month(), date.day());
            (
                "datetime.datetime".to_owned(),
                format!("({year}, {month}, {day}, {}{zone})", clock_text(*clock)),
            )
        }
        Known::TimeDelta(span) => ("datetime.timedelta".to_owned(), format!("({})", span_text(*span))),
        Known::Zone(zone) => (String::new(), zone_name(zone)),
        Known::Decimal(decimal) => text("decimal.Decimal", decimal.as_str()),
        Known::Fraction(fraction) => {
            let parts = [fraction.numerator(), fraction.denominator()].map(big_int);
            ("fractions.Fraction".to_owned(), format!("({})", parts.join(", ")))
        }
        Known::Uuid(uuid, _) => text("uuid.UUID", &uuid.to_string()),
        Known::SafeUuid(safe) => (format!("uuid.SafeUUID.{}", safe.name()), String::new()),
        Known::Path(path) => text(&format!("pathlib.{}", path.kind().name()), path.as_str()),
        Known::IpAddress(address) => text(&ip("Address", address.address().is_ipv4()), &address.to_string()),
        Known::IpNetwork(network) => {
            text(&ip("Network", network.address().address().is_ipv4()), &network.to_string())
        }
        Known::IpInterface(interface) => {
            text(&ip("Interface", interface.address().address().is_ipv4()), &interface.to_string())
        }
        _ => ("<object>".to_owned(), String::new()), // the rest are shapes of their own
    }
}

fn ip(class: &str, is_v4: bool) -> String {
    format!("ipaddress.{}{class}", if is_v4 { "IPv4" } else { "IPv6" })
}

/// Seconds and microseconds are left out where they are zero, as Python does.
fn clock_text(clock: Clock) -> String {
    let mut text = format!("{}, {}", clock.hour(), clock.minute());
    if clock.second() != 0 || clock.microsecond() != 0 {
        text.push_str(&format!(", {}", clock.second()));
    }
    if clock.microsecond() != 0 {
        text.push_str(&format!(", {}", clock.microsecond()));
    }
    text
}

fn zone_text(graph: &Graph<'_>, zone: Option<NodeId>, fold: bool) -> String {
    let fold = if fold { ", fold=1" } else { "" };
    let Some(id) = zone else { return fold.to_owned() };
    let zone = match graph.zone(id) {
        Ok(Some(zone)) => zone_name(&zone),
        _ => "…".to_owned(),
    };
    format!("{fold}, tzinfo={zone}")
}

fn zone_name(zone: &Zone) -> String {
    match zone {
        Zone::Fixed { offset, name: None } if *offset == TimeDelta::ZERO => {
            "datetime.timezone.utc".to_owned()
        }
        Zone::Fixed { offset, name } => {
            let name = name.as_ref().map_or(String::new(), |name| format!(", {}", repr::string(name)));
            format!("datetime.timezone(datetime.timedelta({}){name})", span_text(*offset))
        }
        Zone::Named(key) => format!("zoneinfo.ZoneInfo({})", repr::string(key)),
        Zone::Pytz { key, .. } => format!("pytz.timezone({})", repr::string(key)),
        Zone::PytzFixed { minutes } => format!("pytz.FixedOffset({minutes})"),
    }
}

/// The parts that are not zero, as Python does.
fn span_text(span: TimeDelta) -> String {
    let mut parts = Vec::new();
    if span.days() != 0 {
        parts.push(format!("days={}", span.days()));
    }
    if span.seconds() != 0 {
        parts.push(format!("seconds={}", span.seconds()));
    }
    if span.microseconds() != 0 {
        parts.push(format!("microseconds={}", span.microseconds()));
    }
    if parts.is_empty() { "0".to_owned() } else { parts.join(", ") }
}
