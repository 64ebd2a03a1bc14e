use crate::dialect::Form::{self, Call, Template};
use crate::{Conversion, Function, Match, Type};

/// The letters A to Z in small letters, as on the other databases. Of the character sets, this one has no other letters with a
/// case: the bytes above 127 stay what they are.
pub(super) const LOWER: &str =
    "CAST(CAST(lower(CONVERT(CAST({0} AS BINARY) USING tis620)) AS BINARY) AS CHAR)";

const UPPER: &str = "CAST(CAST(upper(CONVERT(CAST({0} AS BINARY) USING tis620)) AS BINARY) AS CHAR)";

/// How MariaDB and MySQL say each function.
pub(super) fn form(function: Function, arguments: usize) -> Option<Form> {
    Some(match function {
        Function::Lower => Template(LOWER),
        Function::Upper => Template(UPPER),
        Function::Length => Call("char_length"),
        Function::Trim => Call("trim"),
        Function::TrimStart => Call("ltrim"),
        Function::TrimEnd => Call("rtrim"),
        Function::Replace => Call("replace"),
        // From place 0 on, one character less, as on the other databases.
        Function::Substring if arguments == 2 => Template("substr({0}, CASE {1} WHEN 0 THEN 1 ELSE {1} END)"),
        Function::Substring => {
            Template("substr({0}, CASE {1} WHEN 0 THEN 1 ELSE {1} END, ({2}) - (({1}) = 0))")
        }
        Function::Position => Call("instr"),
        Function::Left => Call("left"),
        Function::Right => Call("right"),
        Function::Concat => Call("concat"),
        Function::Coalesce => Call("coalesce"),
        Function::NullIf => Call("nullif"),
        Function::Absolute => Call("abs"),
        Function::Round if arguments == 1 => Template(ROUND),
        Function::Round => Template(ROUND_TO),
        Function::Floor => Template("CAST(floor({0}) AS DOUBLE)"),
        Function::Ceiling => Template("CAST(ceiling({0}) AS DOUBLE)"),
        Function::Sign => Call("sign"),
        Function::Power => Call("power"),
        Function::SquareRoot => Call("sqrt"),
        Function::Greatest => Call("greatest"),
        Function::Least => Call("least"),
        Function::Year => Call("year"),
        Function::Month => Call("month"),
        Function::Day => Call("dayofmonth"),
        Function::DayOfYear => Call("dayofyear"),
        Function::Weekday => Template("(dayofweek({0}) - 1)"),
        Function::Hour => Call("hour"),
        Function::Minute => Call("minute"),
        Function::Second => Call("second"),
        Function::Date => Call("date"),
        Function::AddDays => Template("date_add(date({0}), INTERVAL ({1}) DAY)"),
        Function::DaysBetween => Call("datediff"),
        Function::CurrentDate => Template("utc_date()"),
        Function::CurrentDateTime | Function::CurrentTimestamp => Template("utc_timestamp(6)"),
        Function::JsonText => Template(JSON_TEXT),
        Function::JsonInteger => Template(JSON_INTEGER),
        Function::JsonNumber => Template(JSON_NUMBER),
        Function::JsonLength if arguments == 1 => Template(
            "CASE WHEN CAST(json_type({0}) AS CHAR) = 'ARRAY' THEN json_length({0}) WHEN ({0}) IS NOT NULL THEN 0 END",
        ),
        Function::JsonLength => Template(JSON_LENGTH),
        Function::JsonType => Template(JSON_TYPE),
        Function::JsonValid => Call("json_valid"),
        Function::ArrayLength
        | Function::ArrayHas
        | Function::ArrayHasAll
        | Function::ArrayOverlaps
        | Function::ArrayElement => return None,
    })
}

/// The same on MySQL, which compares both sides of `nullif` as numbers where a number is made of it and they are placeholders. A
/// placeholder beside a bare NULL would be bytes.
pub(super) fn mysql_form(function: Function, arguments: usize) -> Option<Form> {
    match function {
        Function::NullIf => Some(Template("CASE WHEN (({0}) = ({1})) IS NOT TRUE THEN {0} END")),
        _ => form(function, arguments),
    }
}

/// Halves away from zero; floats are rounded to even. From 2^52 on a float is whole.
const ROUND: &str = "CASE WHEN abs({0}) >= 4503599627370496 THEN CAST({0} AS DOUBLE) \
    ELSE CAST(sign({0}) * floor(abs({0}) + 0.5) AS DOUBLE) END";

const ROUND_TO: &str = "CASE WHEN abs({0}) >= 4503599627370496 THEN CAST({0} AS DOUBLE) \
    ELSE CAST(round(CAST({0} AS DECIMAL(65, 30)), {1}) AS DOUBLE) END";

/// A JSON null is NULL, true is 1, as on SQLite. Texts have the collation of all others.
const JSON_TEXT: &str = "CASE CAST(json_type(json_extract({0}, {1})) AS CHAR) WHEN 'NULL' THEN NULL \
    WHEN 'BOOLEAN' THEN CASE CAST(json_extract({0}, {1}) AS CHAR) WHEN 'true' THEN '1' ELSE '0' END \
    ELSE CAST(json_unquote(json_extract({0}, {1})) AS CHAR) END";

const JSON_INTEGER: &str = "CASE CAST(json_type(json_extract({0}, {1})) AS CHAR) WHEN 'NULL' THEN NULL \
    WHEN 'BOOLEAN' THEN CAST(json_extract({0}, {1}) AS CHAR) = 'true' \
    ELSE CAST(json_unquote(json_extract({0}, {1})) AS DECIMAL(65, 30)) DIV 1 END";

const JSON_NUMBER: &str = "CASE CAST(json_type(json_extract({0}, {1})) AS CHAR) WHEN 'NULL' THEN NULL \
    WHEN 'BOOLEAN' THEN CAST(CAST(json_extract({0}, {1}) AS CHAR) = 'true' AS DOUBLE) \
    ELSE CAST(json_unquote(json_extract({0}, {1})) AS DOUBLE) END";

const JSON_LENGTH: &str = "CASE WHEN CAST(json_type(json_extract({0}, {1})) AS CHAR) = 'ARRAY' THEN json_length({0}, {1}) \
    WHEN json_extract({0}, {1}) IS NOT NULL THEN 0 END";

const JSON_TYPE: &str = "CASE CAST(json_type(json_extract({0}, {1})) AS CHAR) WHEN 'NULL' THEN 'null' WHEN 'BOOLEAN' THEN 'boolean' \
    WHEN 'STRING' THEN 'string' WHEN 'ARRAY' THEN 'array' WHEN 'OBJECT' THEN 'object' \
    ELSE CASE WHEN json_extract({0}, {1}) IS NOT NULL THEN 'number' END END";

/// How they say that a text has another in it.
pub(super) fn matches(kind: Match) -> &'static str {
    match kind {
        Match::Contains => "instr({0}, {1}) > 0",
        Match::StartsWith => "left({0}, char_length({1})) = {1}",
        Match::EndsWith => "right({0}, char_length({1})) = {1}",
    }
}

/// How MariaDB turns a value into one of a type. A division by one leaves out what is behind the point, and fails where the number
/// is too large; conversions would round it, or take the nearest.
pub(super) fn cast(conversion: Conversion) -> Option<&'static str> {
    Some(match (conversion.from, conversion.to) {
        (Type::Real | Type::Double, Type::Integer { .. }) => FLOAT_INTEGER,
        (Type::Decimal, Type::Integer { .. }) => "(({0}) DIV 1)",
        (Type::Integer { .. }, Type::Integer { .. }) => "({0})",
        (Type::Integer { .. } | Type::Real | Type::Double | Type::Decimal, Type::Boolean) => "(({0}) <> 0)",
        // Bytes that are no text would become others.
        (Type::Blob, Type::Text) | (_, Type::Array(_)) => return None,
        (Type::Uuid, Type::Text) => UUID_TEXT,
        (Type::Text, Type::Uuid) => TEXT_UUID,
        (Type::Blob, Type::Uuid) => "CASE WHEN octet_length({0}) = 16 THEN CAST({0} AS BINARY(16)) END",
        (Type::Decimal, Type::Text) => DECIMAL_TEXT,
        (Type::Time, Type::Text) => TIME_TEXT,
        (Type::DateTime | Type::Timestamp, Type::Text) => DATE_TIME_TEXT,
        (Type::Text | Type::Blob | Type::Json, Type::Integer { .. }) => TEXT_INTEGER,
        (Type::Text | Type::Blob | Type::Json, Type::Real | Type::Double) => TEXT_DOUBLE,
        (Type::Text | Type::Blob | Type::Json, Type::Decimal) => TEXT_DECIMAL,
        (Type::Real | Type::Double | Type::Integer { bits: 128, .. }, Type::Decimal) => NUMBER_DECIMAL,
        (_, Type::Boolean) => "(CAST({0} AS DOUBLE) <> 0)",
        (_, Type::Integer { .. }) => "CAST({0} AS SIGNED)",
        (_, Type::Real | Type::Double) => "CAST({0} AS DOUBLE)",
        (_, Type::Text | Type::Json) => "CAST({0} AS CHAR)",
        (_, Type::Blob) => "CAST({0} AS BINARY)",
        (_, Type::Date) => "CAST({0} AS DATE)",
        (_, Type::Time) => "CAST({0} AS TIME(6))",
        (_, Type::DateTime | Type::Timestamp) => "CAST({0} AS DATETIME(6))",
        (_, Type::Uuid) => "CAST({0} AS BINARY(16))",
        (_, Type::Decimal) => "CAST({0} AS DECIMAL(65, 30))",
    })
}

const UUID_TEXT: &str = "lower(concat_ws('-', left(hex({0}), 8), substr(hex({0}), 9, 4), substr(hex({0}), 13, 4), \
    substr(hex({0}), 17, 4), right(hex({0}), 12)))";

/// Of 32 digits, or NULL: others would be filled up or cut off.
const TEXT_UUID: &str = "CASE WHEN char_length(replace({0}, '-', '')) = 32 THEN CAST(unhex(replace({0}, '-', '')) AS BINARY(16)) END";

/// Without the zeros at the end that all of them have.
const DECIMAL_TEXT: &str =
    "trim(TRAILING '.' FROM trim(TRAILING '0' FROM CAST(CAST({0} AS DECIMAL(65, 30)) AS CHAR)))";

const TIME_TEXT: &str = "trim(TRAILING '.' FROM trim(TRAILING '0' FROM CAST(CAST({0} AS TIME(6)) AS CHAR)))";

const DATE_TIME_TEXT: &str =
    "trim(TRAILING '.' FROM trim(TRAILING '0' FROM CAST(CAST({0} AS DATETIME(6)) AS CHAR)))";

/// A number that is too large would become another one; a division of it fails.
const TEXT_INTEGER: &str = "CASE WHEN abs(CAST({0} AS DECIMAL(65, 30))) >= 9223372036854775808 \
    THEN CAST({0} AS DECIMAL(65, 30)) DIV 1 ELSE CAST({0} AS SIGNED) END";

/// `DIV` would take the float's first digits only; where it is no whole number of 64 bits, that is an error.
const FLOAT_INTEGER: &str = "CASE WHEN ({0}) >= -9223372036854775808e0 AND ({0}) < 9223372036854775808e0 \
    THEN CAST(truncate({0}, 0) AS SIGNED) ELSE ({0}) DIV 1 END";

const TEXT_DOUBLE: &str = "CASE WHEN abs(CAST({0} AS DOUBLE)) >= 1.7976931348623157e308 THEN ({0}) DIV 1 ELSE CAST({0} AS DOUBLE) END";

const TEXT_DECIMAL: &str =
    "CASE WHEN abs(CAST({0} AS DOUBLE)) >= 1e35 THEN ({0}) DIV 1 ELSE CAST({0} AS DECIMAL(65, 30)) END";

const NUMBER_DECIMAL: &str =
    "CASE WHEN abs({0}) >= 1e35 THEN ({0}) DIV 1 ELSE CAST({0} AS DECIMAL(65, 30)) END";

/// The same on MySQL, where JSON is no text.
pub(super) fn mysql_cast(conversion: Conversion) -> Option<&'static str> {
    match conversion.to {
        Type::Json => Some("CAST({0} AS JSON)"),
        _ => cast(conversion),
    }
}

/// A mean, which the server computes to four digits more than its parts have, in 27 digits, at most 28 of which stand behind the
/// point: a decimal number has 28, and the logarithm may be a little too small.
pub(super) const DECIMAL_MEAN: &str =
    "round({0}, least(28, 26 - coalesce(floor(log10(nullif(abs({0}), 0))), 0)))";

/// Exact numbers stay exact.
pub(super) fn of_decimal(function: Function, _arguments: usize) -> Option<Form> {
    Some(match function {
        Function::Round => Call("round"),
        Function::Floor => Call("floor"),
        Function::Ceiling => Call("ceiling"),
        _ => return None,
    })
}

/// How a sum or mean becomes what it is said to be: those of whole numbers are exact decimals.
pub(super) fn sum(ty: Type) -> Option<&'static str> {
    match ty {
        Type::Integer { bits: 8..=64, .. } => Some("({0} DIV 1)"),
        Type::Real | Type::Double => Some("CAST({0} AS DOUBLE)"),
        _ => None,
    }
}
