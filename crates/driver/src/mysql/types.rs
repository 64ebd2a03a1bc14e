//! The types of the server's columns.

use mysql::Column;
use mysql::consts::{ColumnFlags, ColumnType};

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Number,
    Decimal,
    Text,
    Bytes,
    Json,
    Date,
    Time,
    DateTime,
    Timestamp,
    /// Shapes on a map and the like.
    Other,
}

/// The number of the character set whose texts are bytes.
const BINARY: u16 = 63;

impl Form {
    #[inline]
    pub(super) fn of(column: &Column) -> Form {
        use ColumnType::*;
        match column.column_type() {
            MYSQL_TYPE_STRING
            | MYSQL_TYPE_VAR_STRING
            | MYSQL_TYPE_VARCHAR
            | MYSQL_TYPE_BLOB
            | MYSQL_TYPE_TINY_BLOB
            | MYSQL_TYPE_MEDIUM_BLOB
            | MYSQL_TYPE_LONG_BLOB
            | MYSQL_TYPE_ENUM
            | MYSQL_TYPE_SET => match column.character_set() {
                BINARY => Form::Bytes,
                _ => Form::Text,
            },
            MYSQL_TYPE_TINY | MYSQL_TYPE_SHORT | MYSQL_TYPE_INT24 | MYSQL_TYPE_LONG | MYSQL_TYPE_LONGLONG
            | MYSQL_TYPE_YEAR | MYSQL_TYPE_FLOAT | MYSQL_TYPE_DOUBLE => Form::Number,
            MYSQL_TYPE_DECIMAL | MYSQL_TYPE_NEWDECIMAL => Form::Decimal,
            MYSQL_TYPE_BIT | MYSQL_TYPE_VECTOR => Form::Bytes,
            MYSQL_TYPE_JSON => Form::Json,
            MYSQL_TYPE_DATE | MYSQL_TYPE_NEWDATE => Form::Date,
            MYSQL_TYPE_TIME => Form::Time,
            MYSQL_TYPE_DATETIME => Form::DateTime,
            MYSQL_TYPE_TIMESTAMP => Form::Timestamp,
            _ => Form::Other,
        }
    }
}

/// A column's type, for messages.
pub(super) fn name(column: &Column) -> String {
    use ColumnType::*;
    let name = match (column.column_type(), Form::of(column)) {
        (MYSQL_TYPE_TINY, _) => "TINYINT",
        (MYSQL_TYPE_SHORT, _) => "SMALLINT",
        (MYSQL_TYPE_INT24, _) => "MEDIUMINT",
        (MYSQL_TYPE_LONG, _) => "INT",
        (MYSQL_TYPE_LONGLONG, _) => "BIGINT",
        (MYSQL_TYPE_YEAR, _) => "YEAR",
        (MYSQL_TYPE_FLOAT, _) => "FLOAT",
        (MYSQL_TYPE_DOUBLE, _) => "DOUBLE",
        (MYSQL_TYPE_BIT, _) => "BIT",
        (MYSQL_TYPE_GEOMETRY, _) => "GEOMETRY",
        (_, Form::Decimal) => "DECIMAL",
        (_, Form::Text) => "text",
        (_, Form::Bytes) => "BLOB",
        (_, Form::Json) => "JSON",
        (_, Form::Date) => "DATE",
        (_, Form::Time) => "TIME",
        (_, Form::DateTime) => "DATETIME",
        (_, Form::Timestamp) => "TIMESTAMP",
        (other, _) => return format!("{other:?}"),
    };
    match Form::of(column) == Form::Number && column.flags().contains(ColumnFlags::UNSIGNED_FLAG) {
        true => format!("{name} UNSIGNED"),
        false => name.to_owned(),
    }
}
