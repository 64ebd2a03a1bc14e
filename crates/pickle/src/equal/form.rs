//! What makes values equal.

use std::borrow::Cow;

use super::number::{self, Number};
use crate::bigint::BigInt;
use crate::error::Result;
use crate::graph::{Graph, Node, NodeId};
use crate::objects::{Array, ArrayItem, Call, Known, Made, renamed};
use crate::shape::{Done, Shape};
use crate::types::{Clock, DateTime, Zone};

/// A value, with classes for its parts: equal forms are equal values.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Form {
    kind: Kind,
    label: Box<[u8]>,
    /// For each section its length, and the classes of its parts.
    parts: Box<[u32]>,
}

/// Values of different kinds are never equal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    None,
    Integer,
    Float,
    Complex,
    Decimal,
    Fraction,
    Text,
    Bytes,
    List,
    Tuple,
    Dict,
    Set,
    Deque,
    Array,
    Range,
    Slice,
    Date,
    Time,
    ZonedTime,
    DateTime,
    Moment,
    Zoned,
    Offset,
    Zone,
    Span,
    Uuid,
    Path,
    Address,
    Singleton,
    Name,
    Extension,
    Persistent,
    Buffer,
    Called,
    New,
    Other,
}

/// A value, with its parts as they are.
pub(super) struct View<'g> {
    kind: Kind,
    label: Cow<'g, [u8]>,
    sections: Vec<Section<'g>>,
}

enum Section<'g> {
    Ordered(Cow<'g, [NodeId]>),
    Unordered(Cow<'g, [NodeId]>),
    Pairs(Cow<'g, [(NodeId, NodeId)]>),
}

impl Section<'_> {
    fn items(&self) -> &[NodeId] {
        match self {
            Self::Ordered(items) | Self::Unordered(items) => items,
            Self::Pairs(_) => &[],
        }
    }

    fn pairs(&self) -> &[(NodeId, NodeId)] {
        match self {
            Self::Pairs(pairs) => pairs,
            _ => &[],
        }
    }
}

impl<'g> View<'g> {
    /// What a node is; `None` when it equals nothing, not even itself.
    pub(super) fn of(graph: &'g Graph<'_>, id: NodeId) -> Result<Option<Self>> {
        let with = |kind, section| Some(Self { kind, label: Cow::Borrowed(&[]), sections: vec![section] });
        Ok(match Shape::of(graph, id)? {
            Shape::Scalar(node) => Self::scalar(&node),
            Shape::ByteArray(bytes) => Some(Self::plain(Kind::Bytes, bytes)),
            Shape::List(items) => with(Kind::List, Section::Ordered(items)),
            Shape::Tuple(items) => with(Kind::Tuple, Section::Ordered(items)),
            Shape::Deque(items, _) => with(Kind::Deque, Section::Ordered(items)),
            Shape::Set(items) | Shape::FrozenSet(items) => with(Kind::Set, Section::Unordered(items.into())),
            Shape::Dict(_, pairs) => with(Kind::Dict, Section::Pairs(pairs)),
            Shape::Array(array) => array_label(&array).map(|label| Self::plain(Kind::Array, label)),
            Shape::Persistent(part) => with(Kind::Persistent, Section::Ordered(vec![part].into())),
            Shape::Buffer { index, .. } => Some(match graph.buffer(index) {
                Some(bytes) => Self::plain(Kind::Bytes, bytes),
                None => Self::plain(Kind::Buffer, index.to_le_bytes().to_vec()),
            }),
            Shape::Name => Some(Self::name(graph, id)),
            Shape::Object(_) => Some(Self::object(graph, id)?),
            Shape::Value(Known::Slice { start, stop, step }) => {
                with(Kind::Slice, Section::Ordered(vec![start, stop, step].into()))
            }
            Shape::Value(known) => match label(graph, &known)? {
                Label::Is(number) => number.map(|(kind, label)| Self::plain(kind, label.into_vec())),
                Label::Unknown => Some(Self::object(graph, id)?),
            },
        })
    }

    /// All parts, those that come more than once as often.
    pub(super) fn parts(&self) -> impl Iterator<Item = NodeId> {
        let pairs = self.sections.iter().flat_map(Section::pairs).flat_map(|pair| [pair.0, pair.1]);
        self.sections.iter().flat_map(Section::items).copied().chain(pairs)
    }

    /// The same with the classes of its parts.
    pub(super) fn form(self, class: impl Fn(NodeId) -> u32) -> Form {
        let mut parts = Vec::new();
        for section in &self.sections {
            let mut classes: Vec<[u32; 2]> = match section {
                Section::Ordered(items) | Section::Unordered(items) => {
                    items.iter().map(|item| [class(*item), 0]).collect()
                }
                Section::Pairs(pairs) => pairs.iter().map(|pair| [class(pair.0), class(pair.1)]).collect(),
            };
            if !matches!(section, Section::Ordered(_)) {
                classes.sort_unstable();
                classes.dedup();
            }
            parts.push(u32::try_from(classes.len()).unwrap_or(u32::MAX)); // as many as nodes, which are u32
            parts.extend(classes.as_flattened());
        }
        Form { kind: self.kind, label: self.label.into(), parts: parts.into() }
    }

    fn plain(kind: Kind, label: impl Into<Cow<'g, [u8]>>) -> Self {
        Self { kind, label: label.into(), sections: Vec::new() }
    }

    fn scalar(node: &Node<'g>) -> Option<Self> {
        let number = match *node {
            Node::Bool(value) => number::integer(&i64::from(value).into()),
            Node::Int(value) => number::integer(&value.into()),
            Node::BigInt(bytes) => number::integer(&BigInt::from_le_bytes(bytes)),
            Node::Float(value) => number::float(value),
            Node::Complex(real, imaginary) => number::complex(real, imaginary),
            Node::Str(text) => return Some(Self::plain(Kind::Text, text.as_bytes())),
            Node::Surrogates(text) => return Some(Self::plain(Kind::Text, text)),
            Node::Bytes(bytes) => return Some(Self::plain(Kind::Bytes, bytes)),
            _ => return Some(Self::plain(Kind::None, &[][..])),
        };
        number.map(|(kind, label)| Self::plain(kind, label.into_vec()))
    }

    /// A global by its name in Python 3, or an object of the extension registry by its code.
    fn name(graph: &'g Graph<'_>, id: NodeId) -> Self {
        let named = match graph.node(id) {
            Node::Global(global) => Self::plain(Kind::Name, named(renamed(global.module, global.name))),
            Node::Extension(code) => Self::plain(Kind::Extension, code.to_le_bytes().to_vec()),
            _ => Self::plain(Kind::Other, &[][..]),
        };
        Self { sections: done(Done::of(graph, id)).into(), ..named }
    }

    /// An object by how it is made and what is done to it, seen through what older protocols need for that.
    fn object(graph: &'g Graph<'_>, id: NodeId) -> Result<Self> {
        let mut all = Done::of(graph, id);
        let mut call = Call::of(graph, id)?;
        // What it starts with is given by an argument there, and afterwards elsewhere.
        let given = match graph.base(id) {
            Some(Node::Dict(initial)) => all.set.to_mut().splice(..0, initial.iter().copied()).count() == 0,
            Some(Node::List(initial)) => {
                all.appended.to_mut().splice(..0, initial.iter().copied()).count() == 0
            }
            _ => false,
        };
        if given && let Some(call) = &mut call {
            call.arguments = &[];
        }
        let (kind, label, mut sections) = match (call, graph.node(id)) {
            (Some(call), _) => {
                let kind = if call.how == Made::Called { Kind::Called } else { Kind::New };
                (kind, named(call.class()), vec![Section::Ordered(call.arguments.into())])
            }
            (None, Node::Object(object)) => {
                let parts = [object.callable, object.arguments].into_iter().chain(object.keywords).collect();
                (Kind::Other, Vec::new(), vec![Section::Ordered(parts)])
            }
            _ => (Kind::Other, Vec::new(), Vec::new()),
        };
        sections.extend(done(all));
        Ok(Self { kind, label: label.into(), sections })
    }
}

fn done(done: Done<'_>) -> [Section<'_>; 4] {
    [
        Section::Ordered(done.appended),
        Section::Pairs(done.set),
        Section::Unordered(done.added),
        Section::Ordered(done.states.into()),
    ]
}

fn named((module, name): (&str, &str)) -> Vec<u8> {
    [module.as_bytes(), b"\0", name.as_bytes()].concat()
}

enum Label {
    Is(Number),
    /// What only its parts can tell.
    Unknown,
}

/// What a value of the standard library is worth.
fn label(graph: &Graph<'_>, known: &Known<'_>) -> Result<Label> {
    let text = |kind, text: String| Some((kind, text.into_bytes().into()));
    let micros = |kind, micros: i128| Some((kind, micros.to_le_bytes().into()));
    Ok(Label::Is(match known {
        Known::Int(value) => number::integer(value),
        Known::Decimal(value) => number::decimal(value),
        Known::Fraction(value) => number::fraction(value),
        Known::Range { start, stop, step } => range(start, stop, step),
        Known::Date(date) => text(Kind::Date, date.to_string()),
        Known::TimeDelta(span) => micros(Kind::Span, span.total_microseconds()),
        Known::Time { clock, zone: None } => micros(Kind::Time, of_day(*clock)),
        Known::Time { clock, zone: Some(zone) } => match graph.zone(*zone)?.map(|zone| (zone.offset(), zone))
        {
            Some((Some(offset), _)) => micros(Kind::ZonedTime, of_day(*clock) - offset.total_microseconds()),
            _ => return Ok(Label::Unknown),
        },
        Known::DateTime { date, clock, zone: None } => {
            micros(Kind::DateTime, DateTime { date: *date, clock: *clock, zone: None }.local_micros())
        }
        Known::DateTime { date, clock, zone: Some(zone) } => match graph.zone(*zone)? {
            Some(zone) => {
                let moment = DateTime { date: *date, clock: clock.with_fold(false), zone: Some(zone) };
                match moment.timestamp_micros() {
                    Some(utc) => micros(Kind::Moment, utc),
                    None => text(Kind::Zoned, moment.to_string()),
                }
            }
            None => return Ok(Label::Unknown),
        },
        Known::Zone(Zone::Fixed { offset, .. }) => micros(Kind::Offset, offset.total_microseconds()),
        Known::Zone(zone) => text(Kind::Zone, format!("{zone:?}")),
        Known::Uuid(uuid, _) => text(Kind::Uuid, uuid.to_string()),
        Known::Path(path) if path.kind().is_windows() => {
            text(Kind::Path, format!("w{}", path.as_str().to_lowercase()))
        }
        Known::Path(path) => text(Kind::Path, format!("p{}", path.as_str())),
        Known::IpAddress(address) => text(Kind::Address, format!("a{address}")),
        Known::IpNetwork(network) => text(Kind::Address, format!("n{network}")),
        Known::IpInterface(interface) => text(Kind::Address, format!("i{interface}")),
        Known::Ellipsis => text(Kind::Singleton, "Ellipsis".to_owned()),
        Known::NotImplemented => text(Kind::Singleton, "NotImplemented".to_owned()),
        Known::SafeUuid(safe) => text(Kind::Singleton, safe.name().to_owned()),
        _ => return Ok(Label::Unknown),
    }))
}

/// A range by the numbers that are in it, where they fit.
fn range(start: &BigInt, stop: &BigInt, step: &BigInt) -> Number {
    let small = |value| i64::try_from(value).ok().map(i128::from);
    let label = match (small(start), small(stop), small(step)) {
        (Some(start), Some(stop), Some(step)) => {
            let (reach, stride) = ((stop - start) * step.signum(), step.abs());
            let numbers = (reach + stride - 1).div_euclid(stride).max(0);
            let [start, step] = [(numbers > 0, start), (numbers > 1, step)]
                .map(|(counts, value)| if counts { value } else { 0 });
            [numbers, start, step].map(i128::to_le_bytes).concat()
        }
        _ => {
            let numbers = [start, stop, step].map(BigInt::as_le_bytes);
            let mut label = b"far".to_vec();
            numbers.iter().for_each(|bytes| push(&mut label, 0, bytes));
            label
        }
    };
    Some((Kind::Range, label.into()))
}

/// The microseconds since midnight.
fn of_day(clock: Clock) -> i128 {
    let minutes = i128::from(clock.hour()) * 60 + i128::from(clock.minute());
    (minutes * 60 + i128::from(clock.second())) * 1_000_000 + i128::from(clock.microsecond())
}

/// The items of an array, by what they are worth; `None` when there is a NaN.
fn array_label(array: &Array<'_>) -> Option<Vec<u8>> {
    let mut label = Vec::new();
    for item in array.items() {
        match item {
            ArrayItem::Int(value) => push(&mut label, 0, BigInt::from(value).as_le_bytes()),
            ArrayItem::Char(point) => push(&mut label, 1, &point.to_le_bytes()),
            ArrayItem::Float(value) => {
                let (kind, bytes) = number::float(value)?;
                push(&mut label, if kind == Kind::Integer { 0 } else { 2 }, &bytes);
            }
        }
    }
    Some(label)
}

/// Adds bytes with a mark and their length.
fn push(label: &mut Vec<u8>, mark: u8, bytes: &[u8]) {
    label.push(mark);
    label.extend(bytes.len().to_le_bytes());
    label.extend(bytes);
}
