//! The models, and one form for the objects of all of them.

use onggi::{Database, Handle, Id, Model};

#[derive(Clone, Debug, Default, Model)]
pub struct Parent {
    id: Id<Parent>,
    name: String,
}

#[derive(Clone, Debug, Default, Model)]
pub struct Child {
    id: Id<Child>,
    parent: Id<Parent>,
    buddy: Option<Id<Child>>,
    name: String,
}

#[derive(Clone, Debug, Default, Model)]
pub struct Word {
    #[model(primary_key)]
    word: String,
    parent: Option<Id<Parent>>,
    pub meaning: String,
}

#[derive(Clone, Debug, Default, Model)]
pub struct Doc {
    id: Id<Doc>,
    title: String,
    #[model(version)]
    version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Parent,
    Child,
    Word,
    Doc,
}

pub const KINDS: [Kind; 4] = [Kind::Parent, Kind::Child, Kind::Word, Kind::Doc];

/// A handle of any model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Any {
    Parent(Handle<Parent>),
    Child(Handle<Child>),
    Word(Handle<Word>),
    Doc(Handle<Doc>),
}

impl Any {
    pub fn kind(self) -> Kind {
        match self {
            Any::Parent(_) => Kind::Parent,
            Any::Child(_) => Kind::Child,
            Any::Word(_) => Kind::Word,
            Any::Doc(_) => Kind::Doc,
        }
    }
}

/// Evaluates an expression with the handle that is in an [`Any`].
#[macro_export]
macro_rules! with_handle {
    ($any:expr, $handle:ident => $value:expr) => {
        match $any {
            Any::Parent($handle) => $value,
            Any::Child($handle) => $value,
            Any::Word($handle) => $value,
            Any::Doc($handle) => $value,
        }
    };
}

/// Evaluates an expression with a type name that stands for the model of a [`Kind`].
#[macro_export]
macro_rules! with_model {
    ($kind:expr, $model:ident => $value:expr) => {
        match $kind {
            Kind::Parent => {
                type $model = Parent;
                $value
            }
            Kind::Child => {
                type $model = Child;
                $value
            }
            Kind::Word => {
                type $model = Word;
                $value
            }
            Kind::Doc => {
                type $model = Doc;
                $value
            }
        }
    };
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Number(i64),
    Text(String),
}

/// A reference of an object to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ref {
    #[default]
    None,
    Key(i64),
    Handle(Any),
}

/// The values of an object or row of any model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    pub key: Option<Key>,
    pub text: String,
    pub parent: Ref,
    pub buddy: Ref,
    pub version: i64,
}

pub trait Entity: Model {
    fn any(handle: Handle<Self>) -> Any;
    fn of(values: &Values) -> Self;
    fn values(&self) -> Values;
    fn key_of(key: &Key) -> Self::Key;
}

impl Entity for Parent {
    fn any(handle: Handle<Parent>) -> Any {
        Any::Parent(handle)
    }

    fn of(values: &Values) -> Parent {
        Parent { id: id(values), name: values.text.clone() }
    }

    fn values(&self) -> Values {
        Values { key: key(&self.id), text: self.name.clone(), ..Values::default() }
    }

    fn key_of(key: &Key) -> Id<Parent> {
        number(key).into()
    }
}

impl Entity for Child {
    fn any(handle: Handle<Child>) -> Any {
        Any::Child(handle)
    }

    fn of(values: &Values) -> Child {
        Child {
            id: id(values),
            parent: parent(values.parent).unwrap_or_default(),
            buddy: match values.buddy {
                Ref::Key(key) => Some(key.into()),
                Ref::Handle(Any::Child(handle)) => handle.into(),
                _ => None,
            },
            name: values.text.clone(),
        }
    }

    fn values(&self) -> Values {
        Values {
            key: key(&self.id),
            text: self.name.clone(),
            parent: reference(&self.parent),
            buddy: self.buddy.as_ref().map_or(Ref::None, reference),
            ..Values::default()
        }
    }

    fn key_of(key: &Key) -> Id<Child> {
        number(key).into()
    }
}

impl Entity for Word {
    fn any(handle: Handle<Word>) -> Any {
        Any::Word(handle)
    }

    fn of(values: &Values) -> Word {
        let Some(Key::Text(word)) = values.key.clone() else { panic!("a word has its key") };
        Word { word, parent: parent(values.parent), meaning: values.text.clone() }
    }

    fn values(&self) -> Values {
        Values {
            key: Some(Key::Text(self.word.clone())),
            text: self.meaning.clone(),
            parent: self.parent.as_ref().map_or(Ref::None, reference),
            ..Values::default()
        }
    }

    fn key_of(key: &Key) -> String {
        match key {
            Key::Text(word) => word.clone(),
            Key::Number(_) => panic!("a word's key is text"),
        }
    }
}

impl Entity for Doc {
    fn any(handle: Handle<Doc>) -> Any {
        Any::Doc(handle)
    }

    fn of(values: &Values) -> Doc {
        Doc { id: id(values), title: values.text.clone(), version: values.version }
    }

    fn values(&self) -> Values {
        Values { key: key(&self.id), text: self.title.clone(), version: self.version, ..Values::default() }
    }

    fn key_of(key: &Key) -> Id<Doc> {
        number(key).into()
    }
}

fn id<M>(values: &Values) -> Id<M> {
    values.key.as_ref().map(|key| Id::from(number(key))).unwrap_or_default()
}

fn key<M>(id: &Id<M>) -> Option<Key> {
    id.key().map(Key::Number)
}

fn number(key: &Key) -> i64 {
    match key {
        Key::Number(number) => *number,
        Key::Text(_) => panic!("the key is a number"),
    }
}

fn parent(reference: Ref) -> Option<Id<Parent>> {
    match reference {
        Ref::Key(key) => Some(key.into()),
        Ref::Handle(Any::Parent(handle)) => handle.into(),
        _ => None,
    }
}

fn reference<M: Entity>(id: &Id<M>) -> Ref {
    match (id.key(), id.pending()) {
        (Some(key), _) => Ref::Key(key),
        (None, Some(handle)) => Ref::Handle(M::any(handle)),
        (None, None) => Ref::None,
    }
}

pub fn create(db: &Database) -> onggi::Result<()> {
    db.create_tables(onggi::models![Child, Word, Doc, Parent])
}
