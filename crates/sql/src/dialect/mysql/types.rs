use crate::Type;

/// MariaDB's types of columns.
pub(super) fn mariadb(ty: Type) -> &'static str {
    match ty {
        Type::Text => "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
        // A text that is checked.
        Type::Json => "JSON COLLATE utf8mb4_nopad_bin",
        other => column(other),
    }
}

/// MySQL's types of columns.
pub(super) fn mysql(ty: Type) -> &'static str {
    match ty {
        Type::Text => "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin",
        other => column(other),
    }
}

/// Those that they share. Whole numbers without a sign have the next wider type with one, as on PostgreSQL: what is computed with
/// them may be below zero.
fn column(ty: Type) -> &'static str {
    match ty {
        Type::Boolean => "BOOLEAN",
        Type::Integer { bits: 128, .. } => "DECIMAL(39, 0)",
        Type::Integer { bits: 64, signed: false } => "BIGINT UNSIGNED",
        Type::Integer { bits: 64, .. } | Type::Integer { bits: 32, signed: false } => "BIGINT",
        Type::Integer { bits: 32, .. } | Type::Integer { bits: 16, signed: false } => "INT",
        Type::Integer { bits: 16, .. } | Type::Integer { bits: 8, signed: false } => "SMALLINT",
        Type::Integer { .. } => "TINYINT",
        Type::Real => "FLOAT",
        Type::Double => "DOUBLE",
        Type::Text => "LONGTEXT",
        Type::Blob => "LONGBLOB",
        Type::Date => "DATE",
        Type::Time => "TIME(6)",
        Type::DateTime | Type::Timestamp => "DATETIME(6)",
        Type::Uuid => "BINARY(16)",
        Type::Decimal => "DECIMAL(65, 30)",
        // No column is an array.
        Type::Json | Type::Array(_) => "JSON",
    }
}

/// The type of a text or bytes in a key, which cannot be as long as others.
pub(super) fn mariadb_key(ty: Type, length: u32) -> Option<String> {
    key(ty, length, "utf8mb4_nopad_bin")
}

/// The same on MySQL.
pub(super) fn mysql_key(ty: Type, length: u32) -> Option<String> {
    key(ty, length, "utf8mb4_0900_bin")
}

fn key(ty: Type, length: u32, collation: &str) -> Option<String> {
    let length = length.max(255);
    match ty {
        Type::Text => Some(format!("VARCHAR({length}) CHARACTER SET utf8mb4 COLLATE {collation}")),
        Type::Blob => Some(format!("VARBINARY({length})")),
        _ => None,
    }
}

/// What a value is converted to: bytes would be taken for texts, and exact numbers for floating-point ones.
pub(super) fn value_type(ty: Type) -> Option<&'static str> {
    match ty {
        Type::Blob => Some("BINARY"),
        Type::Uuid => Some("BINARY(16)"),
        Type::Decimal => Some("DECIMAL(65, 30)"),
        _ => None,
    }
}

/// The same on MySQL, where JSON is no text.
pub(super) fn mysql_value_type(ty: Type) -> Option<&'static str> {
    match ty {
        Type::Json => Some("JSON"),
        other => value_type(other),
    }
}

/// What MySQL has to be told of whole numbers: where it sees placeholders alone, it computes with floating-point numbers.
pub(super) fn mysql_computed_type(ty: Type) -> Option<&'static str> {
    match ty {
        Type::Integer { bits: 64, signed: false } => Some("UNSIGNED"),
        Type::Integer { .. } => Some("SIGNED"),
        _ => None,
    }
}

/// The type of the values of a list on MariaDB: the widest of its kind. Bytes are written in hexadecimal digits.
pub(super) fn element_type(ty: Type) -> &'static str {
    match ty {
        Type::Blob | Type::Uuid => "LONGTEXT",
        // Numbers of both signs.
        Type::Integer { bits: 64, signed: false } => "DECIMAL(20, 0)",
        Type::Boolean | Type::Integer { bits: 8..=64, .. } => "BIGINT",
        Type::Real => "DOUBLE",
        Type::Json => mariadb(Type::Text),
        other => mariadb(other),
    }
}

/// The same on MySQL.
pub(super) fn mysql_element_type(ty: Type) -> &'static str {
    match ty {
        Type::Text | Type::Json => mysql(Type::Text),
        other => element_type(other),
    }
}

/// What makes a column of a recursive select wide enough for what follows.
pub(super) fn recursive(ty: Type) -> Option<&'static str> {
    match ty {
        Type::Integer { bits: 8..=32, .. } | Type::Integer { bits: 64, signed: true } => {
            Some("CAST({0} AS SIGNED)")
        }
        Type::Real | Type::Double => Some("CAST({0} AS DOUBLE)"),
        // As long as a packet can be. A cast that is run would be NULL where packets are shorter, and fail in what writes.
        Type::Text => {
            Some("coalesce(CAST({0} AS CHAR), CASE WHEN FALSE THEN CAST('' AS CHAR(268435455)) END)")
        }
        Type::Blob => {
            Some("coalesce({0}, CASE WHEN FALSE THEN CAST('' AS CHAR(1073741824) CHARACTER SET binary) END)")
        }
        Type::Decimal => Some("CAST({0} AS DECIMAL(65, 30))"),
        _ => None,
    }
}
