//! What is shown of a node: texts around parts.

use std::borrow::Cow;

use super::ShowOptions;
use super::names::{clean, is_identifier};
use super::value::{array_item, known, scalar};
use crate::graph::{Global, Graph, Node, NodeId, Object};
use crate::objects::{Known, renamed};
use crate::shape::{Done, Mapping, Shape};

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Text,
    Number,
    Constant,
    Name,
    Mark,
    Note,
}

pub(super) type Piece = (Style, Cow<'static, str>);

/// A node, as groups one after another: `name(`…`)` `.extend([`…`])`.
pub(super) struct Doc {
    pub(super) groups: Vec<Group>,
    /// Whether Python's identity of it shows.
    pub(super) tracked: bool,
}

pub(super) struct Group {
    pub(super) open: Vec<Piece>,
    pub(super) entries: Vec<Entry>,
    pub(super) close: &'static str,
}

pub(super) enum Entry {
    Item(NodeId),
    Named(String, NodeId),
    Pair(NodeId, NodeId),
    Piece(Piece),
}

impl Doc {
    fn leaf(piece: Piece) -> Self {
        let group = Group { open: vec![piece], entries: Vec::new(), close: "" };
        Self { groups: vec![group], tracked: false }
    }

    fn group(tracked: bool, open: Vec<Piece>, entries: Vec<Entry>, close: &'static str) -> Self {
        Self { groups: vec![Group { open, entries, close }], tracked }
    }
}

/// Makes the documents of nodes.
pub(super) struct Maker<'g, 'a> {
    pub(super) graph: &'g Graph<'a>,
    pub(super) options: ShowOptions,
}

impl<'g> Maker<'g, '_> {
    /// What is understood of a node. What CPython would refuse is shown as it stands there.
    pub(super) fn shape(&self, id: NodeId) -> Shape<'g> {
        Shape::of(self.graph, id).unwrap_or_else(|_| match self.graph.node(id) {
            Node::Object(object) => Shape::Object(object),
            _ => Shape::Name,
        })
    }

    /// The document of a node, with at most so many entries in each group.
    pub(super) fn doc(&self, id: NodeId, most: usize) -> Doc {
        let shape = self.shape(id);
        let tracked = shape.has_identity(self.graph, id);
        let most = most.min(self.options.items);
        let plain = |text: &'static str| vec![(Style::Plain, Cow::Borrowed(text))];
        let class = |name: &'static str, text: &'static str| {
            vec![(Style::Name, Cow::Borrowed(name)), (Style::Plain, Cow::Borrowed(text))]
        };
        match shape {
            Shape::Scalar(node) => Doc::leaf(scalar(&node, &self.options)),
            Shape::ByteArray(bytes) => {
                let mut doc = Doc::leaf(super::value::bytearray(bytes, &self.options));
                doc.tracked = true;
                doc
            }
            Shape::List(items) => Doc::group(tracked, plain("["), self.items(&items, most), "]"),
            Shape::Tuple(items) => {
                let close = if items.len() == 1 { ",)" } else { ")" };
                Doc::group(tracked, plain("("), self.items(&items, most), close)
            }
            Shape::Set([]) => Doc::group(tracked, class("set", "("), Vec::new(), ")"),
            Shape::Set(items) => Doc::group(tracked, plain("{"), self.items(items, most), "}"),
            Shape::FrozenSet([]) => Doc::group(tracked, class("frozenset", "("), Vec::new(), ")"),
            Shape::FrozenSet(items) => {
                Doc::group(tracked, class("frozenset", "({"), self.items(items, most), "})")
            }
            Shape::Dict(mapping, pairs) => self.mapping(mapping, &pairs, most),
            Shape::Deque(items, maxlen) => {
                let mut doc =
                    Doc::group(tracked, class("collections.deque", "(["), self.items(&items, most), "])");
                if let (Some(maxlen), [group]) = (maxlen, &mut doc.groups[..]) {
                    group.close = "]";
                    let end = vec![(Style::Plain, format!(", maxlen={maxlen})").into())];
                    doc.groups.push(Group { open: end, entries: Vec::new(), close: "" });
                }
                doc
            }
            Shape::Array(array) => {
                let items = array.items().take(most.saturating_add(1)).map(array_item).map(Entry::Piece);
                let mut entries: Vec<_> = items.collect();
                self.cut(&mut entries, || array.items().count(), most);
                let mut open = class("array.array", "(");
                open.push((Style::Text, format!("'{}'", array.typecode()).into()));
                open.push((Style::Plain, ", [".into()));
                Doc::group(tracked, open, entries, "])")
            }
            Shape::Value(known_value) => self.value(&known_value),
            Shape::Name => self.changed(id, most),
            Shape::Persistent(part) => {
                let open = class("persistent_load", "(");
                Doc::group(false, open, vec![Entry::Item(part)], ")")
            }
            Shape::Buffer { index, readonly } => {
                let readonly = if readonly { ", readonly" } else { "" };
                Doc::leaf((Style::Name, format!("<buffer {index}{readonly}>").into()))
            }
            Shape::Object(object) => self.object(id, object, most),
        }
    }

    fn items(&self, items: &[NodeId], most: usize) -> Vec<Entry> {
        let mut entries: Vec<_> =
            items.iter().take(most.saturating_add(1)).map(|id| Entry::Item(*id)).collect();
        self.cut(&mut entries, || items.len(), most);
        entries
    }

    fn pairs(&self, pairs: &[(NodeId, NodeId)], most: usize) -> Vec<Entry> {
        let shown = pairs.iter().take(most.saturating_add(1));
        let mut entries: Vec<_> = shown.map(|(key, value)| Entry::Pair(*key, *value)).collect();
        self.cut(&mut entries, || pairs.len(), most);
        entries
    }

    /// Leaves out what is beyond the limit, and says how much that is.
    fn cut(&self, entries: &mut Vec<Entry>, count: impl FnOnce() -> usize, most: usize) {
        if entries.len() > most {
            entries.truncate(most);
            let left = count() - most;
            entries.push(Entry::Piece((Style::Note, format!("… {left} more").into())));
        }
    }

    fn mapping(&self, mapping: Mapping, pairs: &[(NodeId, NodeId)], most: usize) -> Doc {
        let mut open = Vec::new();
        match mapping {
            Mapping::Dict => {}
            Mapping::Default(factory) => {
                open.push((Style::Name, "collections.defaultdict".into()));
                open.push((Style::Plain, "(".into()));
                open.push((Style::Name, factory.map_or("None".into(), |factory| self.name(factory)).into()));
                open.push((Style::Plain, ", ".into()));
            }
            _ => {
                open.push((Style::Name, format!("collections.{}", mapping.name()).into()));
                open.push((Style::Plain, "(".into()));
            }
        }
        let close = if open.is_empty() { "}" } else { "})" };
        open.push((Style::Plain, "{".into()));
        Doc::group(true, open, self.pairs(pairs, most), close)
    }

    fn value(&self, value: &Known<'_>) -> Doc {
        match value {
            Known::Slice { start, stop, step } => {
                let open = vec![(Style::Name, "slice".into()), (Style::Plain, "(".into())];
                let parts = [start, stop, step].map(|part| Entry::Item(*part));
                Doc::group(false, open, Vec::from(parts), ")")
            }
            other => {
                let (name, rest) = known(self.graph, other);
                let open = vec![(Style::Name, name.into()), (Style::Plain, self.shortened(&rest).into())];
                Doc { groups: vec![Group { open, entries: Vec::new(), close: "" }], tracked: false }
            }
        }
    }

    /// A text of the value, such as the digits of a decimal number.
    fn shortened(&self, text: &str) -> String {
        clean(text, self.options.text.saturating_add(40))
    }

    /// The name of a global; anything else as a short word.
    fn name(&self, id: NodeId) -> String {
        match self.graph.node(id) {
            Node::Global(Global { module, name }) => {
                let (module, name) =
                    if self.graph.is_inert() { (module, name) } else { renamed(module, name) };
                let name = clean(name, self.options.text);
                if module == "builtins" {
                    name
                } else {
                    format!("{}.{name}", clean(module, self.options.text))
                }
            }
            Node::Extension(code) => format!("<extension {code}>"),
            node => format!("<{}>", node.kind()),
        }
    }

    /// A global, with what is done to it.
    fn changed(&self, id: NodeId, most: usize) -> Doc {
        let open = vec![(Style::Name, Cow::Owned(self.name(id)))];
        let mut groups = vec![Group { open, entries: Vec::new(), close: "" }];
        self.effects(id, None, most, &mut groups);
        Doc { tracked: groups.len() > 1, groups }
    }

    fn object(&self, id: NodeId, object: Object, most: usize) -> Doc {
        let arguments = match self.graph.node(object.arguments) {
            Node::Tuple(items) => items,
            _ => &[],
        };
        let keywords = match object.keywords.map(|keywords| self.graph.node(keywords)) {
            Some(Node::Dict(pairs)) => pairs,
            _ => &[],
        };
        let mut groups = Vec::new();
        let mut open = Vec::new();
        match self.graph.node(object.callable) {
            Node::Global(_) | Node::Extension(_) if self.graph.effects(object.callable).is_empty() => {
                open.push((Style::Name, self.name(object.callable).into()));
            }
            _ => {
                let callable = vec![Entry::Item(object.callable)];
                groups.push(Group { open: vec![(Style::Plain, "(".into())], entries: callable, close: ")" });
            }
        }
        open.push((Style::Plain, "(".into()));
        let mut entries = self.items(arguments, most);
        entries.extend(self.named(keywords, most).unwrap_or_else(|| self.pairs(keywords, most)));
        groups.push(Group { open, entries, close: ")" });
        let bare = arguments.is_empty() && keywords.is_empty();
        let instance = groups.len() - 1;
        self.effects(id, bare.then_some(instance), most, &mut groups);
        Doc { groups, tracked: true }
    }

    /// The pairs of a dict as `name=value`, when all its keys are names.
    fn named(&self, pairs: &[(NodeId, NodeId)], most: usize) -> Option<Vec<Entry>> {
        let shown = pairs.iter().take(most.saturating_add(1));
        let named = shown.map(|(key, value)| match self.graph.node(*key) {
            Node::Str(name) if is_identifier(name) => Some(Entry::Named(name.to_owned(), *value)),
            _ => None,
        });
        let mut entries = named.collect::<Option<Vec<_>>>()?;
        self.cut(&mut entries, || pairs.len(), most);
        Some(entries)
    }

    /// The attributes of a state, when that is all it has: `__dict__`, or that and the slots.
    fn attributes(&self, state: NodeId, most: usize) -> Option<Vec<Entry>> {
        match self.graph.node(state) {
            Node::Dict(pairs) => self.named(pairs, most),
            Node::Tuple([attributes, slots]) => {
                let (Node::None | Node::Dict(_), Node::Dict(slots)) =
                    (self.graph.node(*attributes), self.graph.node(*slots))
                else {
                    return None;
                };
                let mut entries = match self.graph.node(*attributes) {
                    Node::Dict(pairs) => self.named(pairs, most)?,
                    _ => Vec::new(),
                };
                entries.extend(self.named(slots, most)?);
                Some(entries)
            }
            _ => None,
        }
    }

    /// What is done to an object, as calls of methods; the attributes of an instance without arguments stand in its call.
    fn effects(&self, id: NodeId, mut instance: Option<usize>, most: usize, groups: &mut Vec<Group>) {
        let done = Done::of(self.graph, id);
        let mut call = |open: &'static str, entries: Vec<Entry>, close: &'static str| {
            groups.push(Group { open: vec![(Style::Plain, open.into())], entries, close });
        };
        if !done.appended.is_empty() {
            call(".extend([", self.items(&done.appended, most), "])");
        }
        if !done.set.is_empty() {
            call(".update({", self.pairs(&done.set, most), "})");
        }
        if !done.added.is_empty() {
            call(".update([", self.items(&done.added, most), "])");
        }
        for state in done.states {
            match (instance.take(), self.attributes(state, most)) {
                (Some(instance), Some(attributes)) => groups[instance].entries = attributes,
                _ => groups.push(Group {
                    open: vec![(Style::Plain, ".__setstate__(".into())],
                    entries: vec![Entry::Item(state)],
                    close: ")",
                }),
            }
        }
    }
}
