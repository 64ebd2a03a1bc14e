use crate::{Array, ElementType};

/// The type of a column or expression, independent of any database.
///
/// What a database stores for each is said by its [`Dialect`](crate::Dialect) and driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Type {
    /// True or false.
    Boolean,
    /// A whole number of this many bits.
    Integer {
        /// 8, 16, 32, 64 or 128.
        bits: u8,
        /// Whether negative numbers belong to it.
        signed: bool,
    },
    /// An IEEE 754 number of 32 bits.
    Real,
    /// An IEEE 754 number of 64 bits.
    Double,
    /// Characters.
    Text,
    /// Bytes.
    Blob,
    /// A calendar day.
    Date,
    /// A time of day.
    Time,
    /// A day and a time of day, in no particular time zone.
    DateTime,
    /// A moment, kept in UTC.
    Timestamp,
    /// A UUID.
    Uuid,
    /// An exact decimal number.
    Decimal,
    /// A JSON document.
    Json,
    /// An array of one dimension, whose elements are all of a type, or NULL.
    Array(ElementType),
}

impl Type {
    /// A signed whole number of 64 bits.
    pub const BIGINT: Type = Type::Integer { bits: 64, signed: true };

    /// The type of arrays of elements of this type.
    ///
    /// # Panics
    ///
    /// Of an array, as there are no arrays of arrays; and of whole numbers of other widths than [`Type::Integer`] has.
    pub const fn array(self) -> Type {
        Type::Array(ElementType::of(self))
    }
}

/// A value lent to a statement or by a row.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValueRef<'a> {
    /// SQL's NULL.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A whole number above what [`Integer`](ValueRef::Integer) holds.
    Unsigned(u64),
    /// A floating-point number.
    Real(f64),
    /// Characters.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
    /// A calendar day.
    #[cfg(feature = "chrono")]
    Date(chrono::NaiveDate),
    /// A time of day.
    #[cfg(feature = "chrono")]
    Time(chrono::NaiveTime),
    /// A day and a time of day, in no particular time zone.
    #[cfg(feature = "chrono")]
    DateTime(chrono::NaiveDateTime),
    /// A moment.
    #[cfg(feature = "chrono")]
    Timestamp(chrono::DateTime<chrono::Utc>),
    /// A UUID.
    #[cfg(feature = "uuid")]
    Uuid(uuid::Uuid),
    /// An exact decimal number.
    #[cfg(feature = "decimal")]
    Decimal(rust_decimal::Decimal),
    /// The values of an `IN` list: one parameter, however many they are.
    List(&'a [Value]),
    /// An array.
    Array(&'a Array),
}

impl ValueRef<'_> {
    /// What it is, in a word, for messages.
    pub fn kind(self) -> &'static str {
        match self {
            ValueRef::Null => "NULL",
            ValueRef::Boolean(_) => "boolean",
            ValueRef::Integer(_) | ValueRef::Unsigned(_) => "integer",
            ValueRef::Real(_) => "real",
            ValueRef::Text(_) => "text",
            ValueRef::Blob(_) => "blob",
            #[cfg(feature = "chrono")]
            ValueRef::Date(_) => "date",
            #[cfg(feature = "chrono")]
            ValueRef::Time(_) => "time",
            #[cfg(feature = "chrono")]
            ValueRef::DateTime(_) => "date-time",
            #[cfg(feature = "chrono")]
            ValueRef::Timestamp(_) => "timestamp",
            #[cfg(feature = "uuid")]
            ValueRef::Uuid(_) => "UUID",
            #[cfg(feature = "decimal")]
            ValueRef::Decimal(_) => "decimal",
            ValueRef::List(_) => "list",
            ValueRef::Array(_) => "array",
        }
    }

    /// A copy that owns its text and bytes.
    pub fn to_owned(self) -> Value {
        match self {
            ValueRef::Null => Value::Null,
            ValueRef::Boolean(value) => Value::Boolean(value),
            ValueRef::Integer(value) => Value::Integer(value),
            ValueRef::Unsigned(value) => Value::Unsigned(value),
            ValueRef::Real(value) => Value::Real(value),
            ValueRef::Text(value) => Value::Text(value.to_owned()),
            ValueRef::Blob(value) => Value::Blob(value.to_owned()),
            #[cfg(feature = "chrono")]
            ValueRef::Date(value) => Value::Date(value),
            #[cfg(feature = "chrono")]
            ValueRef::Time(value) => Value::Time(value),
            #[cfg(feature = "chrono")]
            ValueRef::DateTime(value) => Value::DateTime(value),
            #[cfg(feature = "chrono")]
            ValueRef::Timestamp(value) => Value::Timestamp(value),
            #[cfg(feature = "uuid")]
            ValueRef::Uuid(value) => Value::Uuid(value),
            #[cfg(feature = "decimal")]
            ValueRef::Decimal(value) => Value::Decimal(value),
            ValueRef::List(values) => Value::List(values.to_vec()),
            ValueRef::Array(array) => Value::Array(Box::new(array.clone())),
        }
    }
}

/// A value that owns what it holds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A whole number above what [`Integer`](Value::Integer) holds.
    Unsigned(u64),
    /// A floating-point number.
    Real(f64),
    /// Characters.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// A calendar day.
    #[cfg(feature = "chrono")]
    Date(chrono::NaiveDate),
    /// A time of day.
    #[cfg(feature = "chrono")]
    Time(chrono::NaiveTime),
    /// A day and a time of day, in no particular time zone.
    #[cfg(feature = "chrono")]
    DateTime(chrono::NaiveDateTime),
    /// A moment.
    #[cfg(feature = "chrono")]
    Timestamp(chrono::DateTime<chrono::Utc>),
    /// A UUID.
    #[cfg(feature = "uuid")]
    Uuid(uuid::Uuid),
    /// An exact decimal number.
    #[cfg(feature = "decimal")]
    Decimal(rust_decimal::Decimal),
    /// The values of an `IN` list.
    List(Vec<Value>),
    /// An array.
    Array(Box<Array>),
}

impl Value {
    /// The same value, lent.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Value::Null => ValueRef::Null,
            Value::Boolean(value) => ValueRef::Boolean(*value),
            Value::Integer(value) => ValueRef::Integer(*value),
            Value::Unsigned(value) => ValueRef::Unsigned(*value),
            Value::Real(value) => ValueRef::Real(*value),
            Value::Text(value) => ValueRef::Text(value),
            Value::Blob(value) => ValueRef::Blob(value),
            #[cfg(feature = "chrono")]
            Value::Date(value) => ValueRef::Date(*value),
            #[cfg(feature = "chrono")]
            Value::Time(value) => ValueRef::Time(*value),
            #[cfg(feature = "chrono")]
            Value::DateTime(value) => ValueRef::DateTime(*value),
            #[cfg(feature = "chrono")]
            Value::Timestamp(value) => ValueRef::Timestamp(*value),
            #[cfg(feature = "uuid")]
            Value::Uuid(value) => ValueRef::Uuid(*value),
            #[cfg(feature = "decimal")]
            Value::Decimal(value) => ValueRef::Decimal(*value),
            Value::List(values) => ValueRef::List(values),
            Value::Array(array) => ValueRef::Array(array),
        }
    }

    /// The type that it is of by itself, or its elements are where it is a list; NULL is of none.
    #[inline]
    pub fn ty(&self) -> Option<Type> {
        Some(match self {
            Value::Null => return None,
            Value::Boolean(_) => Type::Boolean,
            Value::Integer(_) => Type::BIGINT,
            Value::Unsigned(_) => Type::Integer { bits: 64, signed: false },
            Value::Real(_) => Type::Double,
            Value::Text(_) => Type::Text,
            Value::Blob(_) => Type::Blob,
            #[cfg(feature = "chrono")]
            Value::Date(_) => Type::Date,
            #[cfg(feature = "chrono")]
            Value::Time(_) => Type::Time,
            #[cfg(feature = "chrono")]
            Value::DateTime(_) => Type::DateTime,
            #[cfg(feature = "chrono")]
            Value::Timestamp(_) => Type::Timestamp,
            #[cfg(feature = "uuid")]
            Value::Uuid(_) => Type::Uuid,
            #[cfg(feature = "decimal")]
            Value::Decimal(_) => Type::Decimal,
            Value::List(values) => return of_elements(values),
            Value::Array(array) => Type::Array(array.element),
        })
    }

    /// Whether it is an exact decimal number, which some databases compare by rules of their own.
    pub(crate) fn is_decimal(&self) -> bool {
        self.ty() == Some(Type::Decimal)
    }
}

/// The type of the values of a list: of whole numbers the widest.
fn of_elements(values: &[Value]) -> Option<Type> {
    match values.iter().any(|value| matches!(value, Value::Unsigned(_))) {
        true => Some(Type::Integer { bits: 64, signed: false }),
        false => values.iter().find_map(Value::ty),
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Integer(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(value.to_owned())
    }
}
