//! Instances of classes: structs, named tuples and members of enumerations.

use std::borrow::Cow;

use serde::de::{self, DeserializeSeed, IntoDeserializer, Unexpected, Visitor, value::StrDeserializer};

use super::super::Deserializer;
use crate::encode::serde::{is_path, split_path};
use crate::error::{Error, Result, Segment, shown};
use crate::graph::{Effect, Node, NodeId};
use crate::objects::{Call, named};

/// What an instance holds.
enum Content<'g> {
    /// Attributes by their names.
    Named(Cow<'g, [(NodeId, NodeId)]>),
    /// A state or arguments in order.
    Ordered(&'g [NodeId]),
}

/// Whether a class has the path; any class has a name that is no path.
fn is_class(class: (&str, &str), path: &str) -> bool {
    !is_path(path) || class == split_path(path)
}

impl<'c, 'g, 'de> Deserializer<'c, 'g, 'de> {
    /// Reads a struct or a tuple struct from an instance: of the class that its name says, or of any.
    pub(in crate::de) fn instance<V: Visitor<'de>>(
        self,
        path: &'static str,
        node: Node<'g>,
        visitor: V,
    ) -> Result<V::Value> {
        let call = self.instance_of(path, node)?;
        match content(&call)? {
            Content::Named(pairs) => self.pairs(&pairs, visitor),
            Content::Ordered(items) => self.items(items, visitor),
        }
    }

    /// The making of an instance of the class.
    fn instance_of(self, path: &str, node: Node<'g>) -> Result<Call<'g>> {
        let call = match node {
            Node::Object(_) => Call::of(self.context.graph, self.id)?,
            _ => None,
        };
        match call {
            Some(call) if is_class(call.class(), path) => Ok(call),
            Some(call) => Err(Error::data(format!(
                "an instance of {}.{}, expected one of {}",
                shown(call.class().0),
                shown(call.class().1),
                path.replace(':', ".")
            ))),
            None if is_path(path) => {
                Err(self.unexpected_as(node, &format!("an instance of {}", path.replace(':', "."))))
            }
            None => Err(self.unexpected_as(node, "an instance of a class")),
        }
    }

    /// Reads a newtype struct of a path: the one argument of an instance.
    pub(in crate::de) fn wrapping_instance<V: Visitor<'de>>(
        self,
        path: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        let call = self.instance_of(path, self.node()?)?;
        match call.arguments {
            [value] => self.nested(|| visitor.visit_newtype_struct(self.at(*value))),
            arguments => Err(de::Error::invalid_length(arguments.len(), &"one argument")),
        }
    }

    /// Reads a unit struct of a path: the global of that name.
    pub(in crate::de) fn named_global<V: Visitor<'de>>(
        self,
        path: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        let node = self.node()?;
        match self.global_path() {
            Some((module, name)) if is_class((&module, &name), path) => visitor.visit_unit(),
            _ => Err(self.unexpected_as(node, &path.replace(':', "."))),
        }
    }

    /// Module and name of a global, also of one inside of a class.
    pub(in crate::de) fn global_path(self) -> Option<(Cow<'g, str>, Cow<'g, str>)> {
        named(self.context.graph, self.id)
    }

    /// Reads a member of an enumeration, or an instance of a class that a variant names; `None` when it is neither.
    pub(in crate::de) fn member<V: Visitor<'de>>(
        self,
        path: &'static str,
        variants: &'static [&'static str],
        node: Node<'g>,
        visitor: V,
    ) -> Result<Result<V::Value, V>> {
        let graph = self.context.graph;
        let found = match node {
            Node::Global(global) => match class_variant((global.module, global.name), variants) {
                Some(variant) => Some((variant.to_owned(), Some(Inside::Unit))),
                None => member_name(path, (global.module, global.name)).map(|name| (name, None)),
            },
            Node::Object(_) => match Call::of(graph, self.id)? {
                Some(call) => match class_variant(call.class(), variants) {
                    Some(variant) => Some((variant.to_owned(), Some(Inside::Instance(variant)))),
                    None => self.member_of(path, &call)?.map(|name| (name, None)),
                },
                None => None,
            },
            _ => None,
        };
        let Some((variant, inside)) = found else { return Ok(Err(visitor)) };
        let access = MemberAccess { from: self, variant, inside };
        self.nested(|| visitor.visit_enum(access)).map(Ok)
    }

    /// `Color(1)`: the text of the value, which an alias of the variant can have; or `getattr(Color, 'RED')`.
    fn member_of(self, path: &str, call: &Call<'g>) -> Result<Option<String>> {
        if call.class() == ("builtins", "getattr") {
            return Ok(self.global_path().and_then(|(module, name)| member_name(path, (&module, &name))));
        }
        match call.arguments {
            [value] if is_class(call.class(), path) && is_path(path) => {
                match self.context.graph.node(*value) {
                    Node::Str(text) => Ok(Some(text.to_owned())),
                    Node::Int(value) => Ok(Some(value.to_string())),
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }
}

/// What an instance was given: attributes, or a state or arguments in order.
fn content<'g>(call: &Call<'g>) -> Result<Content<'g>> {
    let mut named: Cow<'g, [(NodeId, NodeId)]> = Cow::Borrowed(&[]);
    let mut ordered = None;
    let mut add = |state: Node<'g>| match state {
        Node::None => true,
        Node::Dict(pairs) if named.is_empty() => {
            named = Cow::Borrowed(pairs);
            true
        }
        Node::Dict(pairs) => {
            named.to_mut().extend_from_slice(pairs);
            true
        }
        _ => false,
    };
    for effect in call.effects() {
        let Effect::State(state) = effect else { continue }; // items of its own, beside its attributes
        match call.node(*state) {
            // Attributes, and those that have slots.
            Node::Tuple([first, second]) if is_named(call.node(*first)) && is_named(call.node(*second)) => {
                add(call.node(*first));
                add(call.node(*second));
            }
            Node::Tuple(items) | Node::List(items) => ordered = Some(items),
            state if add(state) => {}
            state => {
                return Err(Error::data(format!("the state of an instance is a {}", state.kind())));
            }
        }
    }
    Ok(match ordered {
        Some(items) => Content::Ordered(items),
        None if named.is_empty() && !call.arguments.is_empty() => Content::Ordered(call.arguments),
        None => Content::Named(named),
    })
}

fn is_named(node: Node<'_>) -> bool {
    matches!(node, Node::None | Node::Dict(_))
}

/// The variant that is the path of a class.
fn class_variant(class: (&str, &str), variants: &'static [&'static str]) -> Option<&'static str> {
    variants.iter().copied().find(|variant| is_path(variant) && split_path(variant) == class)
}

/// `RED` of the global `Color.RED`.
fn member_name(path: &str, global: (&str, &str)) -> Option<String> {
    let (class, member) = global.1.rsplit_once('.')?;
    is_class((global.0, class), path).then(|| member.to_owned())
}

/// What a variant that is the path of a class holds.
enum Inside {
    /// The global itself.
    Unit,
    /// An instance.
    Instance(&'static str),
}

/// A variant that is known by a text.
struct MemberAccess<'c, 'g, 'de> {
    from: Deserializer<'c, 'g, 'de>,
    variant: String,
    inside: Option<Inside>,
}

impl<'de> de::EnumAccess<'de> for MemberAccess<'_, '_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let variant: StrDeserializer<'_, Error> = self.variant.as_str().into_deserializer();
        Ok((seed.deserialize(variant)?, self))
    }
}

impl MemberAccess<'_, '_, '_> {
    fn class(&self, expected: &'static str) -> Result<&'static str> {
        match self.inside {
            Some(Inside::Instance(class)) => Ok(class),
            _ => Err(de::Error::invalid_type(Unexpected::UnitVariant, &expected)),
        }
    }

    fn inside(&self, error: Error) -> Error {
        error.inside(Segment::Name(shown(&self.variant).into_owned()))
    }
}

impl<'de> de::VariantAccess<'de> for MemberAccess<'_, '_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        match self.inside {
            Some(Inside::Instance(_)) => {
                Err(de::Error::invalid_type(Unexpected::StructVariant, &"unit variant"))
            }
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        let class = self.class("newtype variant")?;
        let call = self.from.instance_of(class, self.from.node()?)?;
        match call.arguments {
            [value] => seed.deserialize(self.from.at(*value)).map_err(|error| self.inside(error)),
            arguments => Err(de::Error::invalid_length(arguments.len(), &"one argument")),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value> {
        let class = self.class("tuple variant")?;
        let node = self.from.node()?;
        self.from.instance(class, node, visitor).map_err(|error| self.inside(error))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let class = self.class("struct variant")?;
        let node = self.from.node()?;
        self.from.instance(class, node, visitor).map_err(|error| self.inside(error))
    }
}
