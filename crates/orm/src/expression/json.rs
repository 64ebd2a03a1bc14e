//! Parts of JSON documents.

use onggi_sql as sql;
use onggi_sql::{Function, JsonStep, json_path};

use super::{Condition, Expression, Tree};
use crate::field::{Field, Json};

/// A part of a JSON document: what [`get`](Expression::get) gives.
#[derive(Clone, Debug)]
#[must_use]
pub struct JsonPart {
    document: Tree,
    steps: Vec<JsonKey>,
}

/// A step into a JSON document: an object's key, or an array's place, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonKey {
    /// An object's key.
    Key(String),
    /// An array's place.
    Index(u32),
}

impl From<&str> for JsonKey {
    fn from(key: &str) -> JsonKey {
        JsonKey::Key(key.to_owned())
    }
}

impl From<String> for JsonKey {
    fn from(key: String) -> JsonKey {
        JsonKey::Key(key)
    }
}

impl From<u32> for JsonKey {
    fn from(index: u32) -> JsonKey {
        JsonKey::Index(index)
    }
}

/// What JSON documents can be asked.
impl<V, T: Field<Base = Json<V>>, N: Into<Tree>> Expression<T, N> {
    /// What the document has under a key, or at a place.
    ///
    /// ```
    /// # use onggi::{Id, Json, Model};
    /// # #[derive(Clone, Model)] struct User { id: Id<User>, doc: Json<serde_json::Value> }
    /// let query = User::query().filter(|u| u.doc.get("tags").get(0).text().eq("chef"));
    /// ```
    pub fn get(self, key: impl Into<JsonKey>) -> JsonPart {
        JsonPart { document: self.into_tree(), steps: vec![key.into()] }
    }
}

impl JsonPart {
    /// What this part has under a key, or at a place.
    pub fn get(mut self, key: impl Into<JsonKey>) -> JsonPart {
        self.steps.push(key.into());
        self
    }

    /// As a text: of texts and numbers. NULL where there is nothing.
    pub fn text(self) -> Expression<Option<String>> {
        self.call(Function::JsonText)
    }

    /// As a whole number. NULL where there is nothing.
    pub fn integer(self) -> Expression<Option<i64>> {
        self.call(Function::JsonInteger)
    }

    /// As a floating-point number. NULL where there is nothing.
    pub fn number(self) -> Expression<Option<f64>> {
        self.call(Function::JsonNumber)
    }

    /// How many elements an array has. NULL where there is nothing.
    pub fn length(self) -> Expression<Option<i64>> {
        self.call(Function::JsonLength)
    }

    /// Its type: `null`, `boolean`, `number`, `string`, `array` or `object`. NULL where there is nothing.
    pub fn json_type(self) -> Expression<Option<String>> {
        self.call(Function::JsonType)
    }

    /// Whether there is something, be it JSON's `null`.
    pub fn exists(self) -> Condition {
        self.json_type().is_not_null()
    }

    fn call<R>(self, function: Function) -> Expression<R> {
        let path = json_path(self.steps.iter().map(|step| match step {
            JsonKey::Key(key) => JsonStep::Key(key),
            JsonKey::Index(index) => JsonStep::Index(*index),
        }));
        let path = sql::Expression::value(path.as_str());
        Expression::tree(
            self.document.map(|document| sql::Expression::Function(function, vec![document, path])),
        )
    }
}
