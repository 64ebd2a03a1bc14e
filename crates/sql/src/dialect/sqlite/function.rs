use crate::dialect::Form::{self, Call, Infix, Template};
use crate::{Conversion, Function, Match, Type};

/// How SQLite says each function.
///
/// Dates and times are texts that its own functions of dates read; it has no months or hours as such.
pub(super) fn form(function: Function, _: usize) -> Option<Form> {
    Some(match function {
        Function::Lower => Call("lower"),
        Function::Upper => Call("upper"),
        Function::Length => Call("length"),
        Function::Trim => Call("trim"),
        Function::TrimStart => Call("ltrim"),
        Function::TrimEnd => Call("rtrim"),
        Function::Replace => Call("replace"),
        Function::Substring => Call("substr"),
        Function::Position => Call("instr"),
        Function::Left => Template("substr({0}, 1, {1})"),
        // So many characters long as well: from the last character but zero on would be the whole text.
        Function::Right => Template("substr({0}, -({1}), {1})"),
        Function::Concat => Infix(" || "),
        Function::Coalesce => Call("coalesce"),
        Function::NullIf => Call("nullif"),
        Function::Absolute => Call("abs"),
        Function::Round => Call("round"),
        Function::Floor => Call("floor"),
        Function::Ceiling => Call("ceil"),
        Function::Sign => Call("sign"),
        Function::Power => Call("power"),
        Function::SquareRoot => Call("sqrt"),
        Function::Greatest => Call("max"),
        Function::Least => Call("min"),
        Function::Year => Template("CAST(strftime('%Y', {0}) AS INTEGER)"),
        Function::Month => Template("CAST(strftime('%m', {0}) AS INTEGER)"),
        Function::Day => Template("CAST(strftime('%d', {0}) AS INTEGER)"),
        Function::DayOfYear => Template("CAST(strftime('%j', {0}) AS INTEGER)"),
        Function::Weekday => Template("CAST(strftime('%w', {0}) AS INTEGER)"),
        Function::Hour => Template("CAST(strftime('%H', {0}) AS INTEGER)"),
        Function::Minute => Template("CAST(strftime('%M', {0}) AS INTEGER)"),
        Function::Second => Template("CAST(strftime('%S', {0}) AS INTEGER)"),
        Function::Date => Call("date"),
        Function::AddDays => Template("date(date({0}), ({1}) || ' days')"),
        Function::DaysBetween => Template("CAST(julianday(date({0})) - julianday(date({1})) AS INTEGER)"),
        Function::CurrentDate => Template("date('now')"),
        Function::CurrentDateTime => Template("strftime('%Y-%m-%d %H:%M:%f', 'now')"),
        Function::CurrentTimestamp => Template("strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"),
        Function::JsonText => Template("CAST(json_extract({0}, {1}) AS TEXT)"),
        Function::JsonInteger => Template("CAST(json_extract({0}, {1}) AS INTEGER)"),
        Function::JsonNumber => Template("CAST(json_extract({0}, {1}) AS REAL)"),
        Function::JsonLength => Call("json_array_length"),
        Function::JsonType => Template(JSON_TYPE),
        Function::JsonValid => Call("json_valid"),
        Function::ArrayLength
        | Function::ArrayHas
        | Function::ArrayHasAll
        | Function::ArrayOverlaps
        | Function::ArrayElement => return None,
    })
}

/// SQLite keeps decimal numbers as text, which the program's functions compute with.
pub(super) fn of_decimal(function: Function, arguments: usize) -> Option<Form> {
    Some(match function {
        Function::Absolute => Call("onggi_decimal_absolute"),
        Function::Sign => Call("onggi_decimal_sign"),
        Function::Round if arguments == 1 => Template("onggi_decimal_round({0}, 0)"),
        Function::Round => Call("onggi_decimal_round"),
        Function::Floor => Call("onggi_decimal_floor"),
        Function::Ceiling => Call("onggi_decimal_ceiling"),
        _ => return None,
    })
}

const JSON_TYPE: &str = "CASE json_type({0}, {1}) WHEN 'null' THEN 'null' WHEN 'true' THEN 'boolean' \
    WHEN 'false' THEN 'boolean' WHEN 'integer' THEN 'number' WHEN 'real' THEN 'number' \
    WHEN 'text' THEN 'string' WHEN 'array' THEN 'array' WHEN 'object' THEN 'object' END";

/// How SQLite says that a text has another in it.
///
/// At the end, the last bytes are compared, as many as the part has: as bytes, since SQLite's functions of texts stop at
/// a NUL. A character behind both keeps them from being empty.
pub(super) fn matches(kind: Match) -> &'static str {
    match kind {
        Match::Contains => "instr({0}, {1}) > 0",
        Match::StartsWith => "instr({0}, {1}) = 1",
        Match::EndsWith => {
            "substr(CAST({0} || '.' AS BLOB), -length(CAST({1} || '.' AS BLOB))) = CAST({1} || '.' AS BLOB)"
        }
    }
}

/// What stands behind the seconds of a moment, from the point to its zone: SQLite's functions leave it out.
macro_rules! fraction {
    () => {
        "CASE WHEN substr({0}, 20, 1) <> '.' THEN '' WHEN substr({0}, -1) = 'Z' THEN substr({0}, 20, length({0}) - 20) \
         WHEN substr({0}, -6, 1) IN ('+', '-') THEN substr({0}, 20, length({0}) - 25) ELSE substr({0}, 20) END"
    };
}

/// How SQLite turns a value into one of a type. A declared type would do too much: as a `DATE`, a text is a number.
pub(super) fn cast(conversion: Conversion) -> Option<&'static str> {
    let moment = matches!(conversion.from, Type::DateTime | Type::Timestamp);
    Some(match conversion.to {
        Type::Boolean => "(CAST({0} AS REAL) <> 0)",
        Type::Integer { .. } => "CAST({0} AS INTEGER)",
        Type::Real | Type::Double => "CAST({0} AS REAL)",
        Type::Text | Type::Uuid | Type::Decimal | Type::Json => "CAST({0} AS TEXT)",
        Type::Blob => "CAST({0} AS BLOB)",
        Type::Date => "date({0})",
        Type::Time if moment => concat!("(time({0}) || ", fraction!(), ")"),
        Type::DateTime if moment => concat!("(datetime({0}) || ", fraction!(), ")"),
        Type::Timestamp if moment => concat!("(datetime({0}) || ", fraction!(), " || '+00:00')"),
        Type::Time => "time({0})",
        Type::DateTime => "datetime({0})",
        Type::Timestamp => "(datetime({0}) || '+00:00')",
        Type::Array(_) => return None,
    })
}
