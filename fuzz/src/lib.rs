//! What the fuzz targets share: the nodes of a graph, and whether two graphs are the same objects.

use std::collections::{HashMap, HashSet};

use onggi_pickle::{Effect, Graph, How, Node, NodeId, Object};

/// Panics unless both graphs have the same objects with the same sharing, from their roots on.
///
/// `names`: whether globals must have the same names; Python 2 names are translated between protocols 2 and 3.
pub fn assert_same(left: &Graph<'_>, right: &Graph<'_>, names: bool) {
    let mut pairs = Pairs { ids: HashMap::new(), back: HashMap::new(), open: Vec::new() };
    pairs.open.push((left.root(), right.root()));
    while let Some((a, b)) = pairs.open.pop() {
        if !pairs.meet(left, a, b) {
            continue;
        }
        same_node(&mut pairs, (left, a), (right, b), names);
        // Globals of one name are one object in Python, written once: what was done to each of them comes together.
        if !matches!(left.node(a), Node::Global(_)) {
            same_effects(&mut pairs, left.effects(a), right.effects(b));
        }
    }
}

/// The nodes that the root refers to, itself included.
pub fn reachable(graph: &Graph<'_>) -> Vec<NodeId> {
    let (mut seen, mut open, mut all) = (HashSet::new(), vec![graph.root()], Vec::new());
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        all.push(id);
        match graph.node(id) {
            Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items) => {
                open.extend(items)
            }
            Node::Dict(pairs) => open.extend(pairs.iter().flat_map(|pair| [pair.0, pair.1])),
            Node::Object(object) => {
                open.extend([object.callable, object.arguments]);
                open.extend(object.keywords);
            }
            Node::Persistent(id) => open.push(id),
            _ => {}
        }
        for effect in graph.effects(id) {
            match effect {
                Effect::State(state) => open.push(*state),
                Effect::Append(items) | Effect::AddItems(items) => open.extend(items),
                Effect::SetItems(pairs) => open.extend(pairs.iter().flat_map(|pair| [pair.0, pair.1])),
                _ => {}
            }
        }
    }
    all
}

struct Pairs {
    ids: HashMap<NodeId, NodeId>,
    back: HashMap<NodeId, NodeId>,
    open: Vec<(NodeId, NodeId)>,
}

impl Pairs {
    /// Whether the pair is new. Objects that have an identity in Python must always meet the same partner.
    fn meet(&mut self, graph: &Graph<'_>, a: NodeId, b: NodeId) -> bool {
        let known = self.ids.insert(a, b);
        let partner = self.back.insert(b, a);
        if is_container(graph, a) {
            assert!(known.is_none_or(|known| known == b), "sharing was lost: {a:?}");
            assert!(partner.is_none_or(|partner| partner == a), "objects became one: {b:?}");
        }
        known != Some(b)
    }

    fn all(&mut self, left: &[NodeId], right: &[NodeId]) {
        assert_eq!(left.len(), right.len(), "different numbers of items");
        self.open.extend(left.iter().copied().zip(right.iter().copied()));
    }

    fn pairs(&mut self, left: &[(NodeId, NodeId)], right: &[(NodeId, NodeId)]) {
        assert_eq!(left.len(), right.len(), "different numbers of pairs");
        self.open.extend(left.iter().zip(right).map(|(a, b)| (a.0, b.0)));
        self.open.extend(left.iter().zip(right).map(|(a, b)| (a.1, b.1)));
    }
}

fn is_container(graph: &Graph<'_>, id: NodeId) -> bool {
    match graph.node(id) {
        Node::List(_) | Node::Dict(_) | Node::Set(_) | Node::ByteArray(_) | Node::Object(_) => true,
        Node::Tuple(items) | Node::FrozenSet(items) => !items.is_empty(),
        Node::Global(_) => false,
        _ => !graph.effects(id).is_empty(),
    }
}

fn same_node(
    pairs: &mut Pairs,
    (left, a): (&Graph<'_>, NodeId),
    (right, b): (&Graph<'_>, NodeId),
    names: bool,
) {
    match (left.node(a), right.node(b)) {
        (Node::List(a), Node::List(b))
        | (Node::Tuple(a), Node::Tuple(b))
        | (Node::Set(a), Node::Set(b))
        | (Node::FrozenSet(a), Node::FrozenSet(b)) => pairs.all(a, b),
        (Node::Dict(a), Node::Dict(b)) => pairs.pairs(a, b),
        (Node::Object(a), Node::Object(b)) => {
            let (a, b) = (Made::of(left, a), Made::of(right, b));
            assert_eq!((a.how, a.keywords.is_some()), (b.how, b.keywords.is_some()));
            pairs.open.push((a.callable, b.callable));
            pairs.open.extend(a.keywords.zip(b.keywords));
            pairs.all(a.arguments, b.arguments);
        }
        (Node::Persistent(a), Node::Persistent(b)) => pairs.all(&[a], &[b]),
        (Node::Global(_), Node::Global(_)) if !names => {}
        // Before protocol 4 a dotted name is a call of `getattr`.
        (Node::Global(global), Node::Object(_)) if global.name.contains('.') => {}
        (Node::Float(a), Node::Float(b)) => assert!(same_float(a, b), "{a} is not {b}"),
        (Node::Complex(x, y), Node::Complex(v, w)) => assert!(same_float(x, v) && same_float(y, w)),
        (a, b) => assert_eq!(a, b),
    }
}

/// An object, where `copyreg.__newobj__` is as good as the opcodes that older protocols lack.
struct Made<'g> {
    how: How,
    callable: NodeId,
    arguments: &'g [NodeId],
    keywords: Option<NodeId>,
}

impl<'g> Made<'g> {
    fn of(graph: &'g Graph<'_>, object: Object) -> Self {
        let items = |id| match graph.node(id) {
            Node::Tuple(items) => items,
            _ => &[],
        };
        let arguments = items(object.arguments);
        if let (How::Call, Node::Global(global)) = (object.how, graph.node(object.callable))
            && matches!(global.module, "copyreg" | "copy_reg")
        {
            match (global.name, arguments) {
                ("__newobj__", [class, rest @ ..]) => {
                    return Self { how: How::New, callable: *class, arguments: rest, keywords: None };
                }
                ("__newobj_ex__", [class, arguments, keywords]) => {
                    let (callable, arguments) = (*class, items(*arguments));
                    return Self { how: How::New, callable, arguments, keywords: Some(*keywords) };
                }
                _ => {}
            }
        }
        Self { how: object.how, callable: object.callable, arguments, keywords: object.keywords }
    }
}

/// Bit by bit, but for NaN: protocol 0 writes each as `nan`.
fn same_float(left: f64, right: f64) -> bool {
    left.to_bits() == right.to_bits() || left.is_nan() && right.is_nan()
}

fn same_effects(pairs: &mut Pairs, left: &[Effect], right: &[Effect]) {
    assert_eq!(left.len(), right.len(), "different numbers of effects");
    for effects in left.iter().zip(right) {
        match effects {
            (Effect::State(a), Effect::State(b)) => pairs.all(&[*a], &[*b]),
            (Effect::Append(a), Effect::Append(b)) | (Effect::AddItems(a), Effect::AddItems(b)) => {
                pairs.all(a, b)
            }
            (Effect::SetItems(a), Effect::SetItems(b)) => pairs.pairs(a, b),
            (a, b) => panic!("{a:?} became {b:?}"),
        }
    }
}
