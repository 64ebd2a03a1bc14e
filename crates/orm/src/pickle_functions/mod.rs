//! SQL functions that look into pickles, for databases that run inside of the program.

mod scalar;

use onggi_driver::{Error, Function, Result};
use onggi_pickle::{Graph, ValuePath};
use onggi_sql::Declared;

use crate::{Value, ValueRef};

/// The part of a pickle that a path leads to.
pub static GET: Declared = Declared { name: "pickle_get", program: true };

/// Whether two pickles hold equal values.
pub(crate) static EQUALS: Declared = Declared { name: "pickle_equals", program: true };

/// The functions that every connection knows.
pub(crate) fn functions() -> [Function; 4] {
    [
        Function::new(GET.name, 2, |arguments| get(arguments[0], arguments[1])),
        Function::new("pickle_json", 1, |arguments| json(arguments[0])),
        Function::new(EQUALS.name, 2, |arguments| equals(arguments[0], arguments[1])),
        Function::new("pickle_valid", 1, |arguments| Ok(valid(arguments[0]))),
    ]
}

/// The part of a pickle that a path leads to.
pub(crate) fn get(pickle: ValueRef<'_>, path: ValueRef<'_>) -> Result<Value> {
    let path: ValuePath = match path {
        ValueRef::Null => return Ok(Value::Null),
        ValueRef::Text(text) => text.parse().map_err(|error| Error::value(format!("{error}")))?,
        other => return Err(Error::value(format!("a path is a text like '$.city', not {}", other.kind()))),
    };
    let Some(mut graph) = graph(pickle)? else { return Ok(Value::Null) };
    match graph.find(&path).map_err(unreadable)? {
        Some(part) => scalar::value(&mut graph, part).map_err(unreadable),
        None => Ok(Value::Null),
    }
}

/// A pickle as a JSON document.
fn json(pickle: ValueRef<'_>) -> Result<Value> {
    let Some(graph) = graph(pickle)? else { return Ok(Value::Null) };
    scalar::json(&graph).map_err(unreadable)
}

/// Whether two pickles hold equal values; NULL where one of them is NULL.
fn equals(one: ValueRef<'_>, other: ValueRef<'_>) -> Result<Value> {
    let (Some(one), Some(other)) = (graph(one)?, graph(other)?) else { return Ok(Value::Null) };
    one.equals(&other).map(Value::Boolean).map_err(unreadable)
}

/// Whether something is a pickle that can be read.
fn valid(value: ValueRef<'_>) -> Value {
    match graph(value) {
        Ok(None) => Value::Null,
        read => Value::Boolean(read.is_ok()),
    }
}

/// A pickle, read; none where it is NULL.
fn graph(pickle: ValueRef<'_>) -> Result<Option<Graph<'_>>> {
    let bytes = match pickle {
        ValueRef::Null => return Ok(None),
        ValueRef::Blob(bytes) => bytes,
        // The oldest protocol is ASCII, and some programs keep it as text.
        ValueRef::Text(text) => text.as_bytes(),
        other => return Err(Error::value(format!("expected a pickle, found {}", other.kind()))),
    };
    Graph::from_slice(bytes).map(Some).map_err(unreadable)
}

fn unreadable(error: onggi_pickle::Error) -> Error {
    Error::value(format!("the pickle cannot be read: {error}"))
}
