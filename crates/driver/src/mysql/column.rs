//! The columns of results, and the types of them.

use super::content::{Content, short};
use super::failure::{Answer, Failure};

/// A column of a result, as the server tells it.
pub(super) struct Column {
    /// What is told, as a whole.
    definition: Box<[u8]>,
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) is_unsigned: bool,
    kind: Kind,
    /// How many bytes a value has, where that is always the same.
    length: Option<usize>,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Of as many bytes as a value has.
    Whole,
    Float,
    Double,
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

/// Among what is told of a column: that its numbers have no sign.
const UNSIGNED: u16 = 1 << 5;

/// The server's number of a type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(pub(super) u8);

impl Kind {
    pub(super) const DECIMAL: Kind = Kind(0x00);
    pub(super) const TINY: Kind = Kind(0x01);
    pub(super) const SHORT: Kind = Kind(0x02);
    pub(super) const LONG: Kind = Kind(0x03);
    pub(super) const FLOAT: Kind = Kind(0x04);
    pub(super) const DOUBLE: Kind = Kind(0x05);
    pub(super) const NULL: Kind = Kind(0x06);
    pub(super) const TIMESTAMP: Kind = Kind(0x07);
    pub(super) const LONG_LONG: Kind = Kind(0x08);
    pub(super) const MEDIUM: Kind = Kind(0x09);
    pub(super) const DATE: Kind = Kind(0x0a);
    pub(super) const TIME: Kind = Kind(0x0b);
    pub(super) const DATETIME: Kind = Kind(0x0c);
    pub(super) const YEAR: Kind = Kind(0x0d);
    pub(super) const NEW_DATE: Kind = Kind(0x0e);
    pub(super) const VARCHAR: Kind = Kind(0x0f);
    pub(super) const BIT: Kind = Kind(0x10);
    pub(super) const VECTOR: Kind = Kind(0xf2);
    pub(super) const JSON: Kind = Kind(0xf5);
    pub(super) const NEW_DECIMAL: Kind = Kind(0xf6);
    pub(super) const ENUM: Kind = Kind(0xf7);
    pub(super) const SET: Kind = Kind(0xf8);
    pub(super) const TINY_BLOB: Kind = Kind(0xf9);
    pub(super) const MEDIUM_BLOB: Kind = Kind(0xfa);
    pub(super) const LONG_BLOB: Kind = Kind(0xfb);
    pub(super) const BLOB: Kind = Kind(0xfc);
    pub(super) const VAR_STRING: Kind = Kind(0xfd);
    pub(super) const STRING: Kind = Kind(0xfe);
    pub(super) const GEOMETRY: Kind = Kind(0xff);

    fn form(self, characters: u16) -> Form {
        match self {
            Kind::STRING
            | Kind::VAR_STRING
            | Kind::VARCHAR
            | Kind::BLOB
            | Kind::TINY_BLOB
            | Kind::MEDIUM_BLOB
            | Kind::LONG_BLOB
            | Kind::ENUM
            | Kind::SET => match characters {
                BINARY => Form::Bytes,
                _ => Form::Text,
            },
            Kind::TINY | Kind::SHORT | Kind::MEDIUM | Kind::LONG | Kind::LONG_LONG | Kind::YEAR => {
                Form::Whole
            }
            Kind::FLOAT => Form::Float,
            Kind::DOUBLE => Form::Double,
            Kind::DECIMAL | Kind::NEW_DECIMAL => Form::Decimal,
            Kind::BIT | Kind::VECTOR => Form::Bytes,
            Kind::JSON => Form::Json,
            Kind::DATE | Kind::NEW_DATE => Form::Date,
            Kind::TIME => Form::Time,
            Kind::DATETIME => Form::DateTime,
            Kind::TIMESTAMP => Form::Timestamp,
            _ => Form::Other,
        }
    }

    fn length(self) -> Option<usize> {
        match self {
            Kind::NULL => Some(0),
            Kind::TINY => Some(1),
            Kind::SHORT | Kind::YEAR => Some(2),
            Kind::MEDIUM | Kind::LONG | Kind::FLOAT => Some(4),
            Kind::LONG_LONG | Kind::DOUBLE => Some(8),
            _ => None,
        }
    }
}

impl Column {
    pub(super) fn read(definition: &[u8]) -> Answer<Column> {
        let mut content = Content(definition);
        // The catalog, the database, the table and its own name.
        for _ in 0..4 {
            content.bytes()?;
        }
        let name = content.bytes()?;
        content.bytes()?;
        if content.number()? < 10 {
            return Err(Failure::strange("a column is told without a type"));
        }
        let characters = content.short()?;
        content.long()?;
        let (kind, flags) = (Kind(content.byte()?), content.short()?);
        Ok(Column {
            definition: definition.into(),
            name: String::from_utf8_lossy(name).into_owned(),
            form: kind.form(characters),
            is_unsigned: flags & UNSIGNED != 0,
            kind,
            length: kind.length(),
        })
    }

    /// Whether it is the column that is told so.
    pub(super) fn is(&self, definition: &[u8]) -> bool {
        *self.definition == *definition
    }

    /// Its type, for messages.
    pub(super) fn type_name(&self) -> String {
        let name = match (self.kind, self.form) {
            (Kind::TINY, _) => "TINYINT",
            (Kind::SHORT, _) => "SMALLINT",
            (Kind::MEDIUM, _) => "MEDIUMINT",
            (Kind::LONG, _) => "INT",
            (Kind::LONG_LONG, _) => "BIGINT",
            (Kind::YEAR, _) => "YEAR",
            (Kind::FLOAT, _) => "FLOAT",
            (Kind::DOUBLE, _) => "DOUBLE",
            (Kind::BIT, _) => "BIT",
            (Kind::GEOMETRY, _) => "GEOMETRY",
            (_, Form::Decimal) => "DECIMAL",
            (_, Form::Text) => "text",
            (_, Form::Bytes) => "BLOB",
            (_, Form::Json) => "JSON",
            (_, Form::Date) => "DATE",
            (_, Form::Time) => "TIME",
            (_, Form::DateTime) => "DATETIME",
            (_, Form::Timestamp) => "TIMESTAMP",
            (Kind(number), _) => return format!("with the number {number}"),
        };
        match self.is_unsigned && matches!(self.form, Form::Whole | Form::Float | Form::Double) {
            true => format!("{name} UNSIGNED"),
            false => name.to_owned(),
        }
    }
}

/// A cell of a row: where its bytes are in the row's message, if it has any.
pub(super) type Cell = Option<(usize, usize)>;

/// Finds the cells of a row.
pub(super) fn cells(row: &[u8], columns: &[Column], cells: &mut Vec<Cell>) -> Answer<()> {
    // In front there are a byte, and a bit for each column and two more.
    let mut start = 1 + (columns.len() + 9) / 8;
    let nulls = row.get(1..start).ok_or_else(short)?;
    cells.clear();
    for (place, column) in columns.iter().enumerate() {
        let bit = place + 2;
        if nulls[bit / 8] & (1 << (bit % 8)) != 0 {
            cells.push(None);
            continue;
        }
        let length = match column.length {
            Some(length) => length,
            None => {
                let rest = row.get(start..).ok_or_else(short)?;
                let mut content = Content(rest);
                let length = usize::try_from(content.number()?).map_err(|_| short())?;
                start += rest.len() - content.0.len();
                length
            }
        };
        let end = start.checked_add(length).filter(|end| *end <= row.len()).ok_or_else(short)?;
        cells.push(Some((start, end)));
        start = end;
    }
    match start == row.len() {
        true => Ok(()),
        false => Err(Failure::strange("a row is longer than its columns")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: Kind) -> Column {
        let mut definition = b"\x03def\x00\x00\x00\x04name\x00\x0c\x3f\x00\x00\x00\x00\x00".to_vec();
        definition.extend([kind.0, 0x20, 0, 0, 0, 0]);
        Column::read(&definition).unwrap_or_else(|_| panic!("no column"))
    }

    #[test]
    fn columns_are_told_and_broken_ones_refused() {
        let number = column(Kind::LONG);
        assert_eq!((&*number.name, number.form, number.is_unsigned), ("name", Form::Whole, true));
        assert_eq!(number.type_name(), "INT UNSIGNED");
        assert!(number.is(&number.definition) && !number.is(&column(Kind::TINY).definition));
        for length in 0..number.definition.len() - 3 {
            assert!(Column::read(&number.definition[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn rows_are_taken_apart_and_broken_ones_refused() {
        let columns = [Kind::LONG, Kind::STRING, Kind::NULL, Kind::TINY, Kind::DATE].map(column);
        let row = b"\x00\x10\x01\0\0\0\x02ab\x05\x04\xe8\x07\x01\x02";
        let mut found = Vec::new();
        assert!(cells(row, &columns, &mut found).is_ok());
        assert_eq!(found, [Some((2, 6)), Some((7, 9)), None, Some((9, 10)), Some((11, 15))]);
        for length in 0..row.len() {
            assert!(cells(&row[..length], &columns, &mut found).is_err(), "{length}");
        }
        let longer = [&row[..], b"x"].concat();
        assert!(cells(&longer, &columns, &mut found).is_err());
        let endless = b"\x00\x14\x01\0\0\0\xfe\xff\xff\xff\xff\xff\xff\xff\xff";
        assert!(cells(endless, &columns, &mut found).is_err());
    }
}
