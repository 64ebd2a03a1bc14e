//! Who would be called with what, seen through the helpers that pickles go through.

use std::borrow::Cow;

use crate::bigint::{self, BigInt};
use crate::error::{Error, Result, shown};
use crate::graph::{Effect, Graph, How, Node, NodeId, Object};

/// The making of an object of a known name.
pub(crate) struct Call<'g> {
    pub(super) graph: &'g Graph<'g>,
    pub(super) id: NodeId,
    /// Module and name, as in Python 3.
    module: Cow<'g, str>,
    name: Cow<'g, str>,
    pub(crate) how: Made,
    pub(crate) arguments: &'g [NodeId],
}

/// How an object is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// `class(*arguments)`.
    Called,
    /// `class.__new__(class, *arguments)`: no `__init__`.
    New,
    /// `object.__new__(class)`, as protocols 0 and 1 make instances of Python classes.
    Bare,
    /// `base.__new__(class, value)`, likewise of classes that extend a builtin. The arguments are the items of a tuple, or the
    /// value.
    Based,
}

impl<'g> Call<'g> {
    /// How an object is made; `None` when it is made by something that has no name here.
    pub(crate) fn of<'a: 'g>(graph: &'g Graph<'a>, id: NodeId) -> Result<Option<Self>> {
        let Node::Object(Object { how, callable, arguments, keywords }) = graph.node(id) else {
            return Ok(None);
        };
        let Node::Tuple(arguments) = graph.node(arguments) else { return Ok(None) };
        if keywords.is_some_and(|keywords| !matches!(graph.node(keywords), Node::Dict([]))) {
            return Ok(None);
        }
        let how = if how == How::New { Made::New } else { Made::Called };
        let Some(class) = named(graph, callable) else { return Ok(None) };
        let (class, how, arguments) = match how {
            Made::Called if is(&class, "copyreg", "__newobj__") => match arguments {
                [class, rest @ ..] => (named(graph, *class), Made::New, rest),
                [] => return Err(Error::syntax("copyreg.__newobj__ needs a class")),
            },
            Made::Called if is(&class, "copyreg", "_reconstructor") => match arguments {
                [class, base, state] => match (named(graph, *base), graph.node(*state)) {
                    (Some(base), _) if is(&base, "builtins", "object") => {
                        (named(graph, *class), Made::Bare, &[][..])
                    }
                    (Some(base), Node::Tuple(items)) if is(&base, "builtins", "tuple") => {
                        (named(graph, *class), Made::Based, items)
                    }
                    _ => (named(graph, *class), Made::Based, &arguments[2..]),
                },
                _ => return Err(Error::syntax("copyreg._reconstructor needs three arguments")),
            },
            _ => (Some(class), how, arguments),
        };
        Ok(class.map(|(module, name)| Self { graph, id, module, name, how, arguments }))
    }

    /// Module and name of the class, as in Python 3.
    pub(crate) fn class(&self) -> (&str, &str) {
        (&self.module, &self.name)
    }

    pub(crate) fn node(&self, id: NodeId) -> Node<'g> {
        self.graph.node(id)
    }

    pub(crate) fn effects(&self) -> &'g [Effect] {
        self.graph.effects(self.id)
    }

    /// An error that names the class.
    pub(super) fn refused(&self, why: &str) -> Error {
        Error::syntax(format!("{}.{}: {why}", shown(&self.module), shown(&self.name)))
    }

    /// Refuses what a value without attributes and items cannot be told.
    pub(super) fn is_immutable(&self) -> Result<()> {
        self.effects().iter().try_for_each(|effect| self.no_state(effect))
    }

    /// Refuses any effect but the states `None` and `(None, {})`, which do nothing.
    pub(super) fn no_state(&self, effect: &Effect) -> Result<()> {
        match effect {
            Effect::State(state) => match self.node(*state) {
                Node::None => Ok(()),
                Node::Tuple([state, slots])
                    if matches!((self.node(*state), self.node(*slots)), (Node::None, Node::Dict([]))) =>
                {
                    Ok(())
                }
                _ => Err(self.refused("has no state")),
            },
            _ => Err(self.refused("takes no items")),
        }
    }

    /// Accepts a state that is a dict of attributes, which are not kept.
    pub(super) fn attributes(&self, effect: &Effect) -> Result<()> {
        match effect {
            Effect::State(state) => match self.node(*state) {
                Node::None | Node::Dict(_) => Ok(()),
                Node::Tuple([first, second]) => match (self.node(*first), self.node(*second)) {
                    (Node::None | Node::Dict(_), Node::Dict(_)) => Ok(()),
                    _ => Err(self.refused("the state is not a dict")),
                },
                _ => Err(self.refused("the state is not a dict")),
            },
            _ => self.no_state(effect),
        }
    }

    /// An int or bool, of any size.
    pub(super) fn integer(&self, id: NodeId) -> Result<BigInt> {
        match self.node(id) {
            Node::Int(value) => Ok(BigInt::from(value)),
            Node::Bool(value) => Ok(BigInt::from(i64::from(value))),
            Node::BigInt(bytes) => Ok(BigInt::from_le_bytes(bytes)),
            _ => Err(self.refused("an int is needed")),
        }
    }

    /// An int or bool that fits.
    pub(super) fn small(&self, id: NodeId) -> Result<i64> {
        match self.node(id) {
            Node::Int(value) => Ok(value),
            Node::Bool(value) => Ok(value.into()),
            Node::BigInt(bytes) => bigint::small(bytes).ok_or_else(|| self.refused("an int is too large")),
            _ => Err(self.refused("an int is needed")),
        }
    }

    /// An int in a range.
    pub(super) fn within<T: TryFrom<i64>>(&self, id: NodeId, least: i64, most: i64) -> Result<T> {
        let value = self.small(id)?;
        let value = Some(value)
            .filter(|value| (least..=most).contains(value))
            .and_then(|value| value.try_into().ok());
        value.ok_or_else(|| self.refused(&format!("a number is not in {least}..{most}")))
    }

    /// The bytes of a state: those of Python 3, or a str of Python 2 read as Latin-1.
    pub(super) fn state_bytes(&self, id: NodeId) -> Option<Cow<'g, [u8]>> {
        match self.node(id) {
            Node::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
            // The longest state has ten bytes: a longer text need not be looked at.
            Node::Str(text) if text.len() <= 20 => text
                .chars()
                .map(|character| u8::try_from(character).ok())
                .collect::<Option<_>>()
                .map(Cow::Owned),
            _ => None,
        }
    }
}

/// Module and name.
type Name<'g> = (Cow<'g, str>, Cow<'g, str>);

fn is(found: &Name<'_>, module: &str, name: &str) -> bool {
    found.0 == module && found.1 == name
}

/// How many classes a class is looked for in, one inside of the other.
const NESTED: usize = 16;

/// The name of what is called, as in Python 3. `getattr(getattr(module.A, 'B'), 'C')` is `module.A.B.C`, as older protocols
/// name what is inside of a class.
pub(crate) fn named<'g>(graph: &'g Graph<'_>, mut callable: NodeId) -> Option<Name<'g>> {
    let mut attributes = Vec::new();
    loop {
        match graph.node(callable) {
            Node::Global(global) => {
                let (module, name) = renamed(global.module, global.name);
                attributes.push(name);
                attributes.reverse();
                let name = match attributes[..] {
                    [name] => Cow::Borrowed(name),
                    _ => Cow::Owned(attributes.join(".")),
                };
                return Some((Cow::Borrowed(module), name));
            }
            Node::Object(object) if attributes.len() < NESTED => {
                let (class, attribute) = attribute(graph, object)?;
                attributes.push(attribute);
                callable = class;
            }
            _ => return None,
        }
    }
}

/// `getattr(class, 'name')`.
fn attribute<'g>(graph: &'g Graph<'_>, object: Object) -> Option<(NodeId, &'g str)> {
    match (graph.node(object.callable), graph.node(object.arguments)) {
        (Node::Global(global), Node::Tuple([class, name]))
            if renamed(global.module, global.name) == ("builtins", "getattr") =>
        {
            match graph.node(*name) {
                Node::Str(name) => Some((*class, name)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The names that builtins and collections have in Python 3.
pub(crate) fn renamed<'g>(module: &'g str, name: &'g str) -> (&'g str, &'g str) {
    match (module, name) {
        ("__builtin__", "long") => ("builtins", "int"),
        ("__builtin__", "unicode") => ("builtins", "str"),
        ("__builtin__", "xrange") => ("builtins", "range"),
        ("__builtin__", name) => ("builtins", name),
        ("copy_reg", name) => ("copyreg", name),
        ("UserDict", name @ ("OrderedDict" | "Counter" | "defaultdict" | "deque")) => ("collections", name),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::Graph;

    /// Whether an object of the class is one after `BUILD` with a state.
    fn takes(class: &str, state: &[u8]) -> bool {
        let pickle = [b"\x80\x02c", class.as_bytes(), b"\n)R", state, b"b."].concat();
        Graph::from_slice(&pickle).is_ok_and(|graph| graph.known(graph.root()).is_ok())
    }

    #[test]
    fn the_state_of_slots_is_a_dict_as_in_cpython() {
        for (state, with_attributes, without) in [
            (&b"N"[..], true, true),
            (b"N}\x86", true, true),
            (b"}}\x86", true, false),
            (b"}", true, false),
            (b"}N\x86", false, false),
            (b"NN\x86", false, false),
            (b"K\x00", false, false),
            (b"K\x00}\x86", false, false),
        ] {
            assert_eq!(takes("collections\nOrderedDict", state), with_attributes, "{state:?}");
            assert_eq!(takes("datetime\ntimedelta", state), without, "{state:?}");
        }
    }
}
