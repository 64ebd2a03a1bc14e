//! PostgreSQL's types, by their numbers, which are the same on every server.

use onggi_sql::dialect::POSTGRES_TYPE;
use postgres_types::{Kind, Oid, Type};

use super::failure::{Answer, Failure};
use super::wire::Wire;

pub(super) const BOOL: Oid = 16;
pub(super) const BYTEA: Oid = 17;
pub(super) const NAME: Oid = 19;
pub(super) const INT8: Oid = 20;
pub(super) const INT2: Oid = 21;
pub(super) const INT4: Oid = 23;
pub(super) const TEXT: Oid = 25;
pub(super) const OID: Oid = 26;
pub(super) const JSON: Oid = 114;
pub(super) const FLOAT4: Oid = 700;
pub(super) const FLOAT8: Oid = 701;
pub(super) const UNKNOWN: Oid = 705;
pub(super) const BPCHAR: Oid = 1042;
pub(super) const VARCHAR: Oid = 1043;
pub(super) const DATE: Oid = 1082;
pub(super) const TIME: Oid = 1083;
pub(super) const TIMESTAMP: Oid = 1114;
pub(super) const TIMESTAMPTZ: Oid = 1184;
pub(super) const NUMERIC: Oid = 1700;
pub(super) const VOID: Oid = 2278;
pub(super) const UUID: Oid = 2950;
pub(super) const JSONB: Oid = 3802;

/// A type as far as values are written and read by it.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// The number of the type whose form its values have: enums and the like are texts.
    pub(super) oid: Oid,
    /// What its elements are, where it is an array.
    pub(super) element: Option<Element>,
    /// The name in SQL, for messages.
    pub(super) name: String,
}

/// The type of an array's elements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    /// The number of the type whose form they have.
    pub(super) oid: Oid,
    /// The number of their own type.
    pub(super) own: Oid,
}

impl Form {
    pub(super) fn of(ty: &Type) -> Form {
        Form { oid: form(ty), element: element(ty), name: name(ty) }
    }

    /// That of its elements, where it is an array.
    pub(super) fn of_elements(&self) -> Option<Form> {
        let name = || self.name.trim_end_matches("[]").to_owned();
        self.element.map(|element| Form { oid: element.oid, element: None, name: name() })
    }
}

/// What a type is called in SQL, where the server calls it otherwise.
fn name(ty: &Type) -> String {
    match (ty.kind(), ty.oid()) {
        (Kind::Array(element), _) => name(element) + "[]",
        (_, BOOL) => "boolean".to_owned(),
        (_, INT2) => "smallint".to_owned(),
        (_, INT4) => "integer".to_owned(),
        (_, INT8) => "bigint".to_owned(),
        (_, FLOAT4) => "real".to_owned(),
        (_, FLOAT8) => "double precision".to_owned(),
        _ => ty.name().to_owned(),
    }
}

fn element(ty: &Type) -> Option<Element> {
    match ty.kind() {
        Kind::Array(element) => Some(Element { oid: form(element), own: element.oid() }),
        Kind::Domain(inner) => element(inner),
        _ => None,
    }
}

/// The type of a number. One that only this database has is asked for, and kept.
pub(super) fn look_up(oid: Oid, wire: &mut Wire) -> Answer<Type> {
    made_of(oid, wire, DEPTH)
}

/// How often a type can be made of another: domains of domains and arrays of them. A server that says nonsense says no more.
const DEPTH: usize = 32;

fn made_of(oid: Oid, wire: &mut Wire, depth: usize) -> Answer<Type> {
    if let Some(known) = Type::from_oid(oid).or_else(|| wire.types.get(&oid).cloned()) {
        return Ok(known);
    }
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Failure::strange("a type is made of too many others"));
    };
    let rows = wire.texts(&format!("{POSTGRES_TYPE}{oid}"))?;
    let [Some(name), Some(schema), Some(letter), Some(base), Some(element)] =
        rows.first().map_or(&[][..], Vec::as_slice)
    else {
        return Err(Failure::strange("a type is gone"));
    };
    let number = |text: &str| text.parse::<Oid>().ok().filter(|oid| *oid != 0);
    let kind = match (letter.as_str(), number(base), number(element)) {
        ("e", ..) => Kind::Enum(Vec::new()),
        ("p", ..) => Kind::Pseudo,
        (_, Some(base), _) => Kind::Domain(made_of(base, wire, depth)?),
        (_, _, Some(element)) => Kind::Array(made_of(element, wire, depth)?),
        _ => Kind::Simple,
    };
    let found = Type::new(name.clone(), oid, kind, schema.clone());
    wire.types.insert(oid, found.clone());
    Ok(found)
}

/// The type that a column of a program's type has.
pub(super) fn of_column(ty: crate::Type) -> Type {
    use crate::Type as Wanted;
    match ty {
        Wanted::Boolean => Type::BOOL,
        Wanted::Integer { bits: 8, .. } | Wanted::Integer { bits: 16, signed: true } => Type::INT2,
        Wanted::Integer { bits: 16, .. } | Wanted::Integer { bits: 32, signed: true } => Type::INT4,
        Wanted::Integer { bits: 32, .. } | Wanted::Integer { bits: 64, signed: true } => Type::INT8,
        Wanted::Integer { .. } | Wanted::Decimal => Type::NUMERIC,
        Wanted::Real => Type::FLOAT4,
        Wanted::Double => Type::FLOAT8,
        Wanted::Text => Type::TEXT,
        Wanted::Blob => Type::BYTEA,
        Wanted::Date => Type::DATE,
        Wanted::Time => Type::TIME,
        Wanted::DateTime => Type::TIMESTAMP,
        Wanted::Timestamp => Type::TIMESTAMPTZ,
        Wanted::Uuid => Type::UUID,
        Wanted::Json => Type::JSONB,
        Wanted::Array(element) => of_array(&of_column(element.ty())),
        _ => Type::UNKNOWN,
    }
}

/// The type of arrays of elements of such a type.
fn of_array(element: &Type) -> Type {
    match *element {
        Type::BOOL => Type::BOOL_ARRAY,
        Type::INT2 => Type::INT2_ARRAY,
        Type::INT4 => Type::INT4_ARRAY,
        Type::INT8 => Type::INT8_ARRAY,
        Type::NUMERIC => Type::NUMERIC_ARRAY,
        Type::FLOAT4 => Type::FLOAT4_ARRAY,
        Type::FLOAT8 => Type::FLOAT8_ARRAY,
        Type::TEXT => Type::TEXT_ARRAY,
        Type::BYTEA => Type::BYTEA_ARRAY,
        Type::DATE => Type::DATE_ARRAY,
        Type::TIME => Type::TIME_ARRAY,
        Type::TIMESTAMP => Type::TIMESTAMP_ARRAY,
        Type::TIMESTAMPTZ => Type::TIMESTAMPTZ_ARRAY,
        Type::UUID => Type::UUID_ARRAY,
        Type::JSONB => Type::JSONB_ARRAY,
        _ => Type::UNKNOWN,
    }
}

fn form(ty: &Type) -> Oid {
    match ty.kind() {
        Kind::Enum(_) => TEXT,
        Kind::Domain(inner) => form(inner),
        _ if ty.name() == "citext" => TEXT,
        _ => ty.oid(),
    }
}

/// Whether values are characters.
pub(super) fn is_text(oid: Oid) -> bool {
    matches!(oid, TEXT | VARCHAR | BPCHAR | NAME | UNKNOWN)
}

/// The moment that PostgreSQL counts from.
#[cfg(feature = "chrono")]
pub(super) const EPOCH: chrono::NaiveDateTime =
    chrono::NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date").and_time(chrono::NaiveTime::MIN);
