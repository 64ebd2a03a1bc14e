//! Objects of the standard library and instances of classes as serde values.

mod instance;
mod part;

use std::borrow::Cow;

use serde::de::{self, Visitor};

use self::part::{Part, PartDeserializer};
use super::Deserializer;
use crate::bigint::{self, BigInt};
use crate::encode::serde::names;
use crate::error::{Error, Result};
use crate::graph::{Node, NodeId};
use crate::objects::Known;
use crate::types::kind::{Kind, Text};
use crate::types::{ARRAY, Callable, Date, DateTime, Time, Zone};

impl<'c, 'g, 'de> Deserializer<'c, 'g, 'de> {
    /// Reads what a newtype struct of a reserved name stands for.
    pub(super) fn reserved<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        let node = self.node()?;
        match (name, node) {
            (names::SET, Node::Set(_))
            | (names::FROZEN_SET, Node::FrozenSet(_))
            | (names::BYTE_ARRAY, Node::ByteArray(_)) => visitor.visit_newtype_struct(self),
            (names::COMPLEX, Node::Complex(real, imaginary)) => {
                self.part(Part::Seq(vec![Part::Float(real), Part::Float(imaginary)]), visitor)
            }
            (names::SET | names::FROZEN_SET | names::BYTE_ARRAY | names::COMPLEX, _) => {
                Err(self.unexpected_as(node, &name["$onggi_pickle::".len()..]))
            }
            _ => match Kind::named(name) {
                Some(kind) => self.text_object(kind, node, visitor),
                None => self.container(name, node, visitor),
            },
        }
    }

    fn part<V: Visitor<'de>>(self, part: Part<'_>, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(PartDeserializer { from: self, part })
    }

    /// A type of [`crate::types`] that travels as text.
    fn text_object<V: Visitor<'de>>(self, kind: Kind, node: Node<'g>, visitor: V) -> Result<V::Value> {
        let text = match node {
            // A text that says such a value is taken as one; the type decides.
            Node::Str(text) => return visitor.visit_str(text),
            Node::Int(value) if matches!(kind, Kind::Decimal | Kind::Fraction) => value.to_string(),
            Node::BigInt(bytes) if matches!(kind, Kind::Decimal | Kind::Fraction) => {
                let value = BigInt::from_le_bytes(bytes);
                if !value.is_printable() {
                    return Err(self.unexpected(node, &visitor));
                }
                value.to_string()
            }
            Node::Global(_) | Node::Object(_) if kind == Kind::Global => match self.global_path() {
                Some((module, name)) => Callable { module: module.into(), name: name.into() }.write(),
                None => return Err(self.unexpected(node, &visitor)),
            },
            Node::Object(_) => match self.context.graph.known(self.id)? {
                Some(known) => match self.known_text(kind, known)? {
                    Some(text) => text,
                    None => return Err(self.unexpected(node, &visitor)),
                },
                None => return Err(self.unexpected(node, &visitor)),
            },
            node => return Err(self.unexpected(node, &visitor)),
        };
        self.spend(text.len() / super::TEXT_UNIT)?;
        visitor.visit_string(text)
    }

    /// The text of what is known, when it is of the kind.
    fn known_text(self, kind: Kind, known: Known<'_>) -> Result<Option<String>> {
        Ok(Some(match (kind, known) {
            (Kind::Date, Known::Date(date)) => checked(date)?.write(),
            (Kind::Time, Known::Time { clock, zone }) if clock.is_valid() => {
                Time { clock, zone: self.zone_of(zone)? }.write()
            }
            (Kind::DateTime, Known::DateTime { date, clock, zone }) if clock.is_valid() => {
                DateTime { date: checked(date)?, clock, zone: self.zone_of(zone)? }.write()
            }
            (Kind::Time | Kind::DateTime, Known::Time { .. } | Known::DateTime { .. }) => {
                return Err(Error::data("a time that no clock has"));
            }
            (Kind::TimeDelta, Known::TimeDelta(delta)) => delta.write(),
            (Kind::Zone, Known::Zone(zone)) => zone.write(),
            (Kind::Decimal, Known::Decimal(value)) => value.write(),
            (Kind::Fraction, Known::Fraction(value)) => value.write(),
            (Kind::Uuid, Known::Uuid(value, _)) => value.write(),
            (Kind::IpAddress, Known::IpAddress(value)) => value.write(),
            (Kind::IpNetwork, Known::IpNetwork(value)) => value.write(),
            (Kind::IpInterface, Known::IpInterface(value)) => value.write(),
            (kind, Known::Path(path)) if path.kind().name() == kind.title() => path.as_str().to_owned(),
            _ => return Ok(None),
        }))
    }

    /// Reads an object for a type that takes anything, as serde does to keep what it looks at twice (`flatten`, `untagged`): the
    /// text of a date, a decimal and so on as a newtype struct, which the types of [`crate::types`] know again.
    #[cold]
    pub(super) fn any_object<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Some(known) = self.context.graph.known(self.id)? else { return self.plain(visitor) };
        let kind = match &known {
            Known::Date(_) => Kind::Date,
            Known::Time { .. } => Kind::Time,
            Known::DateTime { .. } => Kind::DateTime,
            Known::TimeDelta(_) => Kind::TimeDelta,
            Known::Zone(_) => Kind::Zone,
            Known::Decimal(_) => Kind::Decimal,
            Known::Fraction(_) => Kind::Fraction,
            Known::Uuid(..) => Kind::Uuid,
            Known::IpAddress(_) => Kind::IpAddress,
            Known::IpNetwork(_) => Kind::IpNetwork,
            Known::IpInterface(_) => Kind::IpInterface,
            Known::Path(path) => match Kind::named(&format!("$onggi_pickle::{}", path.kind().name())) {
                Some(kind) => kind,
                None => return self.plain(visitor),
            },
            _ => return self.plain(visitor),
        };
        match self.known_text(kind, known)? {
            Some(text) => {
                self.spend(1 + text.len() / super::TEXT_UNIT)?;
                self.part(Part::Text(text), visitor)
            }
            None => self.plain(visitor),
        }
    }

    fn zone_of(self, zone: Option<NodeId>) -> Result<Option<Zone>> {
        let Some(id) = zone else { return Ok(None) };
        let graph = self.context.graph;
        match graph.zone(id)? {
            Some(zone) => Ok(Some(zone)),
            None => Err(self.unexpected_as(graph.node(id), "a time zone of datetime, zoneinfo or pytz")),
        }
    }

    /// A collection of the standard library, under its reserved name.
    fn container<V: Visitor<'de>>(self, name: &'static str, node: Node<'g>, visitor: V) -> Result<V::Value> {
        let known = match node {
            Node::Object(_) => self.context.graph.known(self.id)?,
            _ => None,
        };
        let part = match (name, known) {
            (names::ORDERED_DICT, Some(Known::OrderedDict(pairs)))
            | (names::COUNTER, Some(Known::Counter(pairs))) => Part::Pairs(pairs),
            (names::DEFAULT_DICT, Some(Known::DefaultDict { factory, pairs })) => {
                let factory = factory.map_or(Ok(Part::None), |id| self.callable(id))?;
                Part::Fields(vec![("factory", factory), ("items", Part::Pairs(pairs))])
            }
            (names::DEQUE, Some(Known::Deque { items, maxlen })) => {
                let maxlen = maxlen.map_or(Part::None, |maxlen| Part::Int(maxlen.into()));
                Part::Fields(vec![("maxlen", maxlen), ("items", Part::Nodes(items))])
            }
            (names::RANGE, Some(Known::Range { start, stop, step })) => {
                let numbers = [start, stop, step];
                let numbers = numbers.map(|number| i128::try_from(&number).map(Part::Int));
                let numbers = numbers.into_iter().collect::<Result<_, _>>();
                Part::Seq(numbers.map_err(|_| Error::data("a range of numbers beyond 64 bits"))?)
            }
            (name, Some(Known::Array(array))) if name.starts_with(ARRAY) => {
                self.spread(array.items().count())?;
                Part::Numbers(array)
            }
            _ => {
                let expected = name["$onggi_pickle::".len()..].split(':').next().unwrap_or_default();
                return Err(self.unexpected_as(node, expected));
            }
        };
        self.part(part, visitor)
    }

    fn callable(self, id: NodeId) -> Result<Part<'static>> {
        match self.at(id).global_path() {
            Some((module, name)) => {
                Ok(Part::Text(Callable { module: module.into(), name: name.into() }.write()))
            }
            None => {
                Err(self.unexpected_as(self.context.graph.node(id), "a class or function as the factory"))
            }
        }
    }

    /// Reads what types of Rust's own can hold: a map for a dict of another kind, a sequence for a deque or an array, the
    /// values that calls of builtins make.
    pub(super) fn known_object<V: Visitor<'de>>(self, node: Node<'g>, visitor: V) -> Result<V::Value> {
        let known = match node {
            Node::Object(_) => self.context.graph.known(self.id)?,
            _ => None,
        };
        let part = match known {
            Some(Known::OrderedDict(pairs) | Known::Counter(pairs) | Known::Dict(pairs)) => {
                Part::Pairs(pairs)
            }
            Some(Known::DefaultDict { pairs, .. }) => Part::Pairs(pairs),
            Some(Known::Deque { items, .. } | Known::List(items)) => Part::Nodes(items),
            Some(Known::Tuple(items)) => Part::Nodes(Cow::Borrowed(items)),
            Some(Known::Array(array)) => {
                self.spread(array.items().count())?;
                Part::Numbers(array)
            }
            Some(Known::Int(value)) => match bigint::widen(value.as_le_bytes()) {
                Some(bigint::Wide::Signed(value)) => Part::Int(value),
                _ => return Err(self.unexpected(node, &visitor)),
            },
            Some(Known::Float(value)) => Part::Float(value),
            Some(Known::Bool(value)) => Part::Bool(value),
            Some(Known::Str(text)) => Part::Text(text.to_owned()),
            _ => return Err(self.unexpected(node, &visitor)),
        };
        de::Deserializer::deserialize_any(PartDeserializer { from: self, part }, visitor)
    }

    /// A node that is not what a type of its own name expects.
    #[cold]
    pub(super) fn unexpected_as(self, node: Node<'_>, expected: &str) -> Error {
        struct Expected<'e>(&'e str);

        impl Visitor<'_> for Expected<'_> {
            type Value = ();

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.0)
            }
        }

        self.unexpected(node, &Expected(expected))
    }
}

/// A day, if the calendar has it: CPython does not check that of a pickle.
fn checked(date: Date) -> Result<Date> {
    if date.is_valid() { Ok(date) } else { Err(Error::data(format!("{date} is no day of the calendar"))) }
}
