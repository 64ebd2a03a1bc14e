//! The fields of an object that was not made.

use std::borrow::Cow;

use super::Step;
use crate::graph::{Global, Graph, Node, NodeId, Object};
use crate::json::sharing::{items, pairs};
use crate::json::text::push_readable;
use crate::objects::renamed;
use crate::shape::Done;

pub(super) struct Field<'g> {
    pub(super) name: Cow<'g, str>,
    pub(super) step: Step,
    pub(super) part: Part<'g>,
}

pub(super) enum Part<'g> {
    /// JSON as it is.
    Text(String),
    Node(NodeId),
    Items(Cow<'g, [NodeId]>),
    Pairs(Cow<'g, [(NodeId, NodeId)]>),
}

/// `module.name` of a global, as in Python 3.
pub(super) fn name(graph: &Graph<'_>, id: NodeId) -> String {
    match graph.node(id) {
        Node::Global(Global { module, name }) => {
            let (module, name) = renamed(module, name);
            format!("{module}.{name}")
        }
        Node::Extension(code) => format!("copyreg extension.{code}"),
        _ => String::new(),
    }
}

/// An object, or a global that was changed: its class, attributes, and what else is known of it.
pub(super) fn fields<'g>(graph: &'g Graph<'_>, id: NodeId) -> Vec<Field<'g>> {
    let mut fields = Vec::new();
    let mut add = |name: &'static str, part| {
        fields.push(Field { name: Cow::Borrowed(name), step: Step::Name(name), part });
    };
    let class = |id| {
        let mut text = String::new();
        push_readable(&mut text, &name(graph, id));
        Part::Text(text)
    };
    match graph.node(id) {
        Node::Object(Object { callable, arguments, keywords, .. }) => {
            match graph.node(callable) {
                Node::Global(_) | Node::Extension(_) if graph.effects(callable).is_empty() => {
                    add("__class__", class(callable));
                }
                _ => add("__class__", Part::Node(callable)),
            }
            let arguments = items(graph, arguments);
            if !arguments.is_empty() {
                add("__args__", Part::Items(arguments.into()));
            }
            let keywords = keywords.map_or(&[][..], |keywords| pairs(graph, keywords));
            if !keywords.is_empty() {
                add("__kwargs__", Part::Pairs(keywords.into()));
            }
        }
        _ => add("__class__", class(id)),
    }
    let done = Done::of(graph, id);
    if !done.appended.is_empty() {
        add("__items__", Part::Items(done.appended));
    }
    if !done.set.is_empty() {
        add("__dictitems__", Part::Pairs(done.set));
    }
    if !done.added.is_empty() {
        add("__setitems__", Part::Items(done.added));
    }
    match done.states[..] {
        [] => {}
        [state] => match attributes(graph, state) {
            Some(attributes) => fields.extend(attributes),
            None => add("__state__", Part::Node(state)),
        },
        _ => add("__state__", Part::Items(done.states.into())),
    }
    fields
}

/// The attributes that a state sets: `__dict__`, or that and the slots.
fn attributes<'g>(graph: &'g Graph<'_>, state: NodeId) -> Option<Vec<Field<'g>>> {
    let (first, second): (&[_], &[_]) = match graph.node(state) {
        Node::Dict(pairs) => (pairs, &[]),
        Node::Tuple([attributes, slots]) => match (graph.node(*attributes), graph.node(*slots)) {
            (Node::None, Node::Dict(slots)) => (&[], slots),
            (Node::Dict(attributes), Node::Dict(slots)) => (attributes, slots),
            _ => return None,
        },
        _ => return None,
    };
    let named = first.iter().chain(second).map(|(key, value)| match graph.node(*key) {
        Node::Str(name) if !name.starts_with("__") => {
            Some(Field { name: Cow::Borrowed(name), step: Step::Key(*key), part: Part::Node(*value) })
        }
        _ => None,
    });
    named.collect()
}
