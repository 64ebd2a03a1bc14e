//! Where a graph keeps its nodes: a small slot for each, and what has no fixed size in tables that they share.

use std::borrow::Cow;

use super::pool::{Pool, Span, narrow, wide};
use super::{Effect, Global, How, Node, NodeId, Object};
use crate::error::{Error, Result};

/// A node, with the places of what it holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    None,
    Bool(bool),
    Int(i64),
    BigInt(Blob),
    Float(f64),
    /// In the table of complex numbers.
    Complex(u32),
    Str(Text),
    Surrogates(Blob),
    Bytes(Blob),
    ByteArray(Blob),
    List(Span),
    Tuple(Span),
    Dict(Span),
    Set(Span),
    FrozenSet(Span),
    Global(Text, Text, Effects),
    Call(NodeId, NodeId, Effects),
    New(NodeId, NodeId, Effects),
    /// In the table of objects.
    NewWithKeywords(u32, Effects),
    Persistent(NodeId, Effects),
    Extension(i32, Effects),
    Buffer(u32, bool, Effects),
}

const _: () = assert!(size_of::<Slot>() <= 16, "every object of a pickle pays for the largest slot");

/// A text: of the input below [`OWNED`], of the graph from there on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text(u32);

const OWNED: u32 = 1 << 31;

/// For how many texts there is room once there is one.
const FIRST_TEXTS: usize = 4;

/// The number of the next text, which is below [`OWNED`].
#[inline]
fn place_of_text(count: usize) -> Result<u32> {
    narrow(count).and_then(|index| if index < OWNED { Ok(index) } else { Err(too_many_texts()) })
}

#[cold]
fn too_many_texts() -> Error {
    Error::limit("nodes", wide(OWNED))
}

/// Bytes of the input or of the graph.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blob(u32);

/// Which list of effects; 0 is none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Effects(u32);

#[derive(Clone, Debug)]
pub(super) struct Store<'a> {
    pub(super) slots: Vec<Slot>,
    texts: Vec<&'a str>,
    blobs: Vec<Cow<'a, [u8]>>,
    pub(super) items: Pool<NodeId>,
    pub(super) pairs: Pool<(NodeId, NodeId)>,
    rare: Option<Box<Rare>>,
}

/// What most pickles do not have.
#[derive(Clone, Debug, Default)]
struct Rare {
    texts: Vec<Box<str>>,
    complexes: Vec<(f64, f64)>,
    objects: Vec<Object>,
    /// The first is the empty one of all nodes that have none, once there is any.
    effects: Vec<Vec<Effect>>,
    /// Which blobs belong to one bytearray alone, ascending.
    grown: Vec<u32>,
}

impl<'a> Store<'a> {
    #[inline]
    pub(super) fn new(slots: Vec<Slot>) -> Self {
        Self {
            slots,
            texts: Vec::new(),
            blobs: Vec::new(),
            items: Pool::default(),
            pairs: Pool::default(),
            rare: None,
        }
    }

    /// The view of a node.
    #[inline]
    pub(super) fn node(&self, id: NodeId) -> Node<'_> {
        match self.slots[id.index()] {
            Slot::None => Node::None,
            Slot::Bool(value) => Node::Bool(value),
            Slot::Int(value) => Node::Int(value),
            Slot::BigInt(blob) => Node::BigInt(self.blob(blob)),
            Slot::Float(value) => Node::Float(value),
            Slot::Complex(index) => self.complex(index),
            Slot::Str(text) => Node::Str(self.text(text)),
            Slot::Surrogates(blob) => Node::Surrogates(self.blob(blob)),
            Slot::Bytes(blob) => Node::Bytes(self.blob(blob)),
            Slot::ByteArray(blob) => Node::ByteArray(self.blob(blob)),
            Slot::List(span) => Node::List(self.items.get(span)),
            Slot::Tuple(span) => Node::Tuple(self.items.get(span)),
            Slot::Dict(span) => Node::Dict(self.pairs.get(span)),
            Slot::Set(span) => Node::Set(self.items.get(span)),
            Slot::FrozenSet(span) => Node::FrozenSet(self.items.get(span)),
            Slot::Global(module, name, _) => {
                Node::Global(Global { module: self.text(module), name: self.text(name) })
            }
            Slot::Call(callable, arguments, _) => {
                Node::Object(Object { how: How::Call, callable, arguments, keywords: None })
            }
            Slot::New(callable, arguments, _) => {
                Node::Object(Object { how: How::New, callable, arguments, keywords: None })
            }
            Slot::NewWithKeywords(index, _) => self.object(index),
            Slot::Persistent(id, _) => Node::Persistent(id),
            Slot::Extension(code, _) => Node::Extension(code),
            Slot::Buffer(index, readonly, _) => Node::Buffer { index, readonly },
        }
    }

    #[inline]
    pub(super) fn text(&self, text: Text) -> &str {
        match text.0.checked_sub(OWNED) {
            None => self.texts[wide(text.0)],
            Some(index) => self.own_text(index),
        }
    }

    fn own_text(&self, index: u32) -> &str {
        self.rare.as_ref().map_or("", |rare| &rare.texts[wide(index)])
    }

    fn complex(&self, index: u32) -> Node<'_> {
        let (real, imaginary) = self.rare.as_ref().map_or((0.0, 0.0), |rare| rare.complexes[wide(index)]);
        Node::Complex(real, imaginary)
    }

    fn object(&self, index: u32) -> Node<'_> {
        self.rare.as_ref().map_or(Node::None, |rare| Node::Object(rare.objects[wide(index)]))
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    #[inline]
    fn blob(&self, blob: Blob) -> &[u8] {
        &self.blobs[wide(blob.0)]
    }

    /// The text of a str that stands in the input.
    #[inline]
    pub(super) fn borrowed_str(&self, id: NodeId) -> Option<&'a str> {
        match self.slots[id.index()] {
            Slot::Str(text) if text.0 < OWNED => Some(self.texts[wide(text.0)]),
            _ => None,
        }
    }

    /// The bytes of bytes, a bytearray, an int or a str with surrogates, if they stand in the input.
    #[inline]
    pub(super) fn borrowed_bytes(&self, id: NodeId) -> Option<&'a [u8]> {
        match self.slots[id.index()] {
            Slot::Bytes(blob) | Slot::ByteArray(blob) | Slot::BigInt(blob) | Slot::Surrogates(blob) => {
                match self.blobs[wide(blob.0)] {
                    Cow::Borrowed(bytes) => Some(bytes),
                    Cow::Owned(_) => None,
                }
            }
            _ => None,
        }
    }

    #[inline]
    pub(super) fn add_text(&mut self, text: &'a str) -> Result<Text> {
        let index = place_of_text(self.texts.len())?;
        if index == 0 {
            self.texts = Vec::with_capacity(FIRST_TEXTS);
        }
        self.texts.push(text);
        Ok(Text(index))
    }

    #[cold]
    pub(super) fn add_own_text(&mut self, text: String) -> Result<Text> {
        let texts = &mut self.rare().texts;
        let index = place_of_text(texts.len())?;
        texts.push(text.into());
        Ok(Text(OWNED | index))
    }

    pub(super) fn add_blob(&mut self, bytes: Cow<'a, [u8]>) -> Result<Blob> {
        let index = narrow(self.blobs.len())?;
        self.blobs.push(bytes);
        Ok(Blob(index))
    }

    /// The length of a bytearray whose bytes may also be those of another node.
    pub(super) fn shared_length(&self, id: NodeId) -> Option<usize> {
        let Slot::ByteArray(blob) = self.slots[id.index()] else { return None };
        let grown = self.rare.as_ref().is_some_and(|rare| rare.grown.binary_search(&blob.0).is_ok());
        (!grown).then(|| self.blob(blob).len())
    }

    /// The bytes of a bytearray, its own from here on.
    pub(super) fn grown_bytes(&mut self, id: NodeId) -> Result<&mut Vec<u8>> {
        if let (Some(_), Slot::ByteArray(shared)) = (self.shared_length(id), self.slots[id.index()]) {
            let own = self.add_blob(Cow::Owned(self.blob(shared).to_vec()))?;
            self.slots[id.index()] = Slot::ByteArray(own);
            self.rare().grown.push(own.0);
        }
        let Slot::ByteArray(blob) = self.slots[id.index()] else { return Err(Error::syntax("no bytearray")) };
        Ok(self.blobs[wide(blob.0)].to_mut())
    }

    pub(super) fn add_complex(&mut self, real: f64, imaginary: f64) -> Result<Slot> {
        let complexes = &mut self.rare().complexes;
        let index = narrow(complexes.len())?;
        complexes.push((real, imaginary));
        Ok(Slot::Complex(index))
    }

    pub(super) fn add_object(&mut self, object: Object) -> Result<Slot> {
        let (callable, arguments, effects) = (object.callable, object.arguments, Effects::default());
        match (object.how, object.keywords) {
            (How::Call, None) => return Ok(Slot::Call(callable, arguments, effects)),
            (How::New, None) => return Ok(Slot::New(callable, arguments, effects)),
            _ => {}
        }
        let objects = &mut self.rare().objects;
        let index = narrow(objects.len())?;
        objects.push(object);
        Ok(Slot::NewWithKeywords(index, effects))
    }

    /// What happens to an inert node.
    pub(super) fn effects(&self, id: NodeId) -> &[Effect] {
        let effects = match self.slots[id.index()] {
            Slot::Global(_, _, effects)
            | Slot::Call(_, _, effects)
            | Slot::New(_, _, effects)
            | Slot::NewWithKeywords(_, effects)
            | Slot::Persistent(_, effects)
            | Slot::Extension(_, effects)
            | Slot::Buffer(_, _, effects) => effects,
            _ => Effects::default(),
        };
        let list = self.rare.as_ref().and_then(|rare| rare.effects.get(wide(effects.0)));
        list.map_or(&[], Vec::as_slice)
    }

    /// The effects of an inert node, to be added to; `None` for any other.
    pub(super) fn effects_mut(&mut self, id: NodeId) -> Result<Option<&mut Vec<Effect>>> {
        let (Slot::Global(_, _, effects)
        | Slot::Call(_, _, effects)
        | Slot::New(_, _, effects)
        | Slot::NewWithKeywords(_, effects)
        | Slot::Persistent(_, effects)
        | Slot::Extension(_, effects)
        | Slot::Buffer(_, _, effects)) = &mut self.slots[id.index()]
        else {
            return Ok(None);
        };
        let lists = &mut self.rare.get_or_insert_default().effects;
        if effects.0 == 0 {
            if lists.is_empty() {
                lists.push(Vec::new());
            }
            *effects = Effects(narrow(lists.len())?);
            lists.push(Vec::with_capacity(1));
        }
        Ok(lists.get_mut(wide(effects.0)))
    }
}
