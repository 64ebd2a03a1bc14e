//! Instances of any class: what it is called, and its attributes.

use crate::graph::{Effect, Global, Graph, How, Node, NodeId, Object};

/// An object of a class that is not known here: a model of Django or scikit-learn, an object of an application.
///
/// The class is the one that Python would make an instance of, also where protocols 0 and 1 go through
/// `copyreg._reconstructor` or a class without `__reduce__` goes through `copyreg.__newobj__`. A function that is called to
/// make an object cannot be told from a class: its name is then what [`Instance::class`] gives.
///
/// # Examples
///
/// A scikit-learn model, read without Python:
///
/// ```
/// use onggi_pickle::{Graph, numpy};
///
/// // pickle.dumps(sklearn.linear_model.LinearRegression().fit(X, y))
/// # let pickle = include_bytes!("../tests/data/pandas/linear_regression.p4.pkl");
/// let graph = Graph::from_slice(pickle)?;
/// let model = graph.instance(graph.root()).expect("an instance");
/// assert_eq!(model.class().name, "LinearRegression");
///
/// let coefficients = model.attribute("coef_").expect("a fitted model");
/// let coefficients = numpy::Array::from_node(&graph, coefficients)?.expect("an array");
/// assert_eq!(coefficients.to_vec::<f64>()?, [2.0, -1.0]);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Instance<'g> {
    graph: &'g Graph<'g>,
    id: NodeId,
    class: Global<'g>,
    how: How,
    arguments: &'g [NodeId],
}

impl Graph<'_> {
    /// The instance that a node stands for; `None` when it is no object, or made by something that has no name.
    pub fn instance(&self, id: NodeId) -> Option<Instance<'_>> {
        let Node::Object(Object { how, callable, arguments, .. }) = self.node(id) else { return None };
        let (Node::Global(class), Node::Tuple(arguments)) = (self.node(callable), self.node(arguments))
        else {
            return None;
        };
        let made = |class, how, arguments| Some(Instance { graph: self, id, class, how, arguments });
        match (class.module, class.name, arguments) {
            ("copyreg" | "copy_reg", "_reconstructor", [class, ..]) => match self.node(*class) {
                Node::Global(class) => made(class, How::New, &[]),
                _ => None,
            },
            ("copyreg" | "copy_reg", "__newobj__", [class, arguments @ ..]) => match self.node(*class) {
                Node::Global(class) => made(class, How::New, arguments),
                _ => None,
            },
            _ => made(class, how, arguments),
        }
    }
}

impl<'g> Instance<'g> {
    /// The node.
    pub fn id(&self) -> NodeId {
        self.id
    }

    pub(crate) fn graph(&self) -> &'g Graph<'g> {
        self.graph
    }

    /// The class, as written in the pickle.
    pub fn class(&self) -> Global<'g> {
        self.class
    }

    /// Whether the class is called or only `__new__` is.
    pub fn how(&self) -> How {
        self.how
    }

    /// The arguments of the call or of `__new__`.
    pub fn arguments(&self) -> &'g [NodeId] {
        self.arguments
    }

    /// The last state that the pickle gives to the instance, in the form that its class wants.
    pub fn state(&self) -> Option<NodeId> {
        self.states().next_back()
    }

    fn states(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<'g> {
        self.graph.effects(self.id).iter().filter_map(|effect| match effect {
            Effect::State(state) => Some(*state),
            _ => None,
        })
    }

    /// The attributes in the order in which the pickle sets them, those of `__slots__` included.
    ///
    /// They are read from states that are dicts, or pairs of a dict and a dict of slots. A class with its own `__setstate__`
    /// may make something else of these.
    pub fn attributes(&self) -> impl Iterator<Item = (&'g str, NodeId)> + use<'g> {
        let graph = self.graph;
        let parts = self.states().flat_map(|state| match graph.node(state) {
            Node::Tuple([attributes, slots]) => [Some(*attributes), Some(*slots)],
            _ => [Some(state), None],
        });
        let pairs = parts.flatten().flat_map(|part| match graph.node(part) {
            Node::Dict(pairs) => pairs,
            _ => &[],
        });
        pairs.filter_map(|(name, value)| Some((name_of(graph, *name)?, *value)))
    }

    /// An attribute, as the pickle sets it last.
    pub fn attribute(&self, name: &str) -> Option<NodeId> {
        self.attributes().filter(|attribute| attribute.0 == name).last().map(|attribute| attribute.1)
    }
}

/// A name, also where a Python 2 string became bytes.
fn name_of<'g>(graph: &'g Graph<'g>, id: NodeId) -> Option<&'g str> {
    match graph.node(id) {
        Node::Str(name) => Some(name),
        Node::Bytes(name) => std::str::from_utf8(name).ok(),
        _ => None,
    }
}

impl std::fmt::Debug for Instance<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance").field("id", &self.id).field("class", &self.class).finish_non_exhaustive()
    }
}
