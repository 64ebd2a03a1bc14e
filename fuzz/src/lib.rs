//! What the fuzz targets share: whether two graphs are the same objects.

use std::collections::HashMap;

use onggi_pickle::{Effect, Graph, Node, NodeId};

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
            assert_eq!(a.how, b.how);
            pairs.open.extend([(a.callable, b.callable), (a.arguments, b.arguments)]);
            assert_eq!(a.keywords.is_some(), b.keywords.is_some());
            pairs.open.extend(a.keywords.zip(b.keywords));
        }
        (Node::Persistent(a), Node::Persistent(b)) => pairs.all(&[a], &[b]),
        (Node::Global(_), Node::Global(_)) if !names => {}
        (Node::Float(a), Node::Float(b)) => assert_eq!(a.to_bits(), b.to_bits()),
        (Node::Complex(x, y), Node::Complex(v, w)) => {
            assert_eq!((x.to_bits(), y.to_bits()), (v.to_bits(), w.to_bits()));
        }
        (a, b) => assert_eq!(a, b),
    }
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
