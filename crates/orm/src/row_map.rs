//! Rows as maps from names to values, for programs that learn at run time what is selected.

use std::borrow::Cow;
use std::ops::Index;
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::{Error, Result, Type, Value};

/// A row as a map from names to values, in the order in which they are selected: what [`Query::maps`](crate::Query::maps)
/// gives, and [`sql`](crate::sql) where it is asked for.
///
/// It serialises as a map: bytes as bytes, dates and times as ISO 8601 writes them, decimals and UUIDs as texts.
///
/// ```
/// use onggi::{Database, Id, Model, RowMap, Value, sql};
///
/// #[derive(Clone, Default, Model)]
/// struct User { id: Id<User>, name: String, age: i64 }
///
/// # let db = Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![User])?;
/// # let mut connection = db.connect()?;
/// connection.insert(&mut User { name: "Jo".into(), age: 30, ..Default::default() })?;
/// let maps = User::query().select(|u| (u.name, (u.age + 1).label("next"))).maps(&mut connection)?;
/// assert_eq!(maps[0]["next"], Value::Integer(31));
/// assert_eq!(maps[0].iter().map(|(name, _)| name).collect::<Vec<_>>(), ["name", "next"]);
///
/// let rows: Vec<RowMap> = sql("SELECT name, age FROM user").all(&mut connection)?;
/// assert_eq!(rows[0].get("age"), Some(&Value::Integer(30)));
/// # Ok::<(), onggi::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct RowMap {
    names: Names,
    values: Vec<Value>,
}

/// The names of a result's columns, which its rows share.
pub(crate) type Names = Arc<[Box<str>]>;

impl RowMap {
    /// A row of so many values as there are names.
    pub(crate) fn new(names: &Names, values: Vec<Value>) -> RowMap {
        RowMap { names: Arc::clone(names), values }
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.names.iter().map(|name| &**name).zip(&self.values)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values, in order.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }
}

impl Index<&str> for RowMap {
    type Output = Value;

    /// # Panics
    ///
    /// Where there is no such name: [`get`](RowMap::get) gives none.
    fn index(&self, name: &str) -> &Value {
        self.get(name)
            .unwrap_or_else(|| panic!("no value is called `{name}`: there are {}", self.names.join(", ")))
    }
}

impl std::fmt::Debug for RowMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for RowMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, &Written(value))?;
        }
        map.end()
    }
}

/// A value, as it is serialised.
struct Written<'a>(&'a Value);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_none(),
            Value::Boolean(value) => serializer.serialize_bool(*value),
            Value::Integer(value) => serializer.serialize_i64(*value),
            Value::Unsigned(value) => serializer.serialize_u64(*value),
            Value::Real(value) => serializer.serialize_f64(*value),
            Value::Text(value) => serializer.serialize_str(value),
            Value::Blob(value) => serializer.serialize_bytes(value),
            // How chrono shows them is ISO 8601.
            #[cfg(feature = "chrono")]
            Value::Date(value) => serializer.collect_str(&format_args!("{value:?}")),
            #[cfg(feature = "chrono")]
            Value::Time(value) => serializer.collect_str(&format_args!("{value:?}")),
            #[cfg(feature = "chrono")]
            Value::DateTime(value) => serializer.collect_str(&format_args!("{value:?}")),
            #[cfg(feature = "chrono")]
            Value::Timestamp(value) => serializer.collect_str(&format_args!("{value:?}")),
            #[cfg(feature = "uuid")]
            Value::Uuid(value) => serializer.collect_str(value),
            #[cfg(feature = "decimal")]
            Value::Decimal(value) => serializer.collect_str(value),
            Value::List(values) => serializer.collect_seq(values.iter().map(Written)),
            Value::Array(array) => serializer.collect_seq(array.values.iter().map(Written)),
            other => Err(serde::ser::Error::custom(format!("a {} is not serialised", other.as_ref().kind()))),
        }
    }
}

/// What is selected, as maps have it.
#[derive(Debug, Default)]
pub struct MapFields(Vec<MapField>);

/// A column of a result.
#[derive(Debug)]
pub(crate) struct MapField {
    /// None for an expression that was given none.
    pub(crate) name: Option<Cow<'static, str>>,
    /// As which type it is read; none reads it as the database keeps it.
    pub(crate) ty: Option<Type>,
    /// Whether it is left out of an object until it is asked for.
    pub(crate) deferred: bool,
}

impl MapFields {
    pub(crate) fn push(&mut self, name: Option<Cow<'static, str>>, ty: Option<Type>) {
        self.0.push(MapField { name, ty, deferred: false });
    }

    /// All columns of a table.
    pub(crate) fn table(&mut self, table: &crate::Table) {
        let columns = table.columns.iter();
        self.0.extend(columns.map(|column| MapField {
            name: Some(column.name.into()),
            ty: Some(column.ty),
            deferred: column.deferred,
        }));
    }

    /// Gives a name to what `add` adds, where that is one column.
    pub fn named(&mut self, name: &str, add: impl FnOnce(&mut MapFields)) {
        let start = self.0.len();
        add(self);
        if let [only] = &mut self.0[start..] {
            only.name = Some(name.to_owned().into());
        }
    }

    pub(crate) fn into_fields(self) -> Vec<MapField> {
        self.0
    }
}

/// The names of a result's columns, each of which must have one of its own.
pub(crate) fn names<'a>(names: impl IntoIterator<Item = Option<&'a str>>) -> Result<Names> {
    let mut all: Vec<Box<str>> = Vec::new();
    for (position, name) in names.into_iter().enumerate() {
        let Some(name) = name else {
            return Err(Error::usage(format!(
                "what is selected as number {} has no name: give it one, `expression.label(\"name\")`",
                position + 1
            )));
        };
        if all.iter().any(|other| **other == *name) {
            return Err(Error::usage(format!(
                "two columns are called `{name}`: give one another name, with `label` or in SQL with AS"
            )));
        }
        all.push(name.into());
    }
    Ok(all.into())
}
