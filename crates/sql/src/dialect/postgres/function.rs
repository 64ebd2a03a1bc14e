use crate::dialect::Form::{self, Call, Infix, Template};
use crate::{Conversion, Function, Match, Type};

/// How PostgreSQL says each function. Texts have the letters A to Z only, as on the other databases. Its functions of texts count in `integer`, and it rounds exact numbers only.
pub(super) fn form(function: Function, arguments: usize) -> Option<Form> {
    Some(match function {
        Function::Lower => Template("lower(({0}) COLLATE \"C\")"),
        Function::Upper => Template("upper(({0}) COLLATE \"C\")"),
        Function::Length => Template("CAST(length({0}) AS BIGINT)"),
        Function::Trim => Call("btrim"),
        Function::TrimStart => Call("ltrim"),
        Function::TrimEnd => Call("rtrim"),
        Function::Replace => Call("replace"),
        Function::Substring if arguments == 2 => Template("substr({0}, CAST({1} AS INTEGER))"),
        Function::Substring => Template("substr({0}, CAST({1} AS INTEGER), CAST({2} AS INTEGER))"),
        Function::Position => Template("CAST(strpos({0}, {1}) AS BIGINT)"),
        Function::Left => Template("substr({0}, 1, CAST({1} AS INTEGER))"),
        Function::Right => Template("right({0}, CAST({1} AS INTEGER))"),
        Function::Concat => Infix(" || "),
        Function::Coalesce => Call("coalesce"),
        Function::NullIf => Call("nullif"),
        Function::Absolute => Call("abs"),
        Function::Round if arguments == 1 => Template(ROUND),
        Function::Round => Template(
            "CAST(round(CAST(CAST({0} AS TEXT) AS NUMERIC), CAST({1} AS INTEGER)) AS DOUBLE PRECISION)",
        ),
        Function::Floor => Template("CAST(floor({0}) AS DOUBLE PRECISION)"),
        Function::Ceiling => Template("CAST(ceil({0}) AS DOUBLE PRECISION)"),
        Function::Sign => Template("CAST(sign({0}) AS BIGINT)"),
        Function::Power => Template("power(CAST({0} AS DOUBLE PRECISION), CAST({1} AS DOUBLE PRECISION))"),
        Function::SquareRoot => Template("CASE WHEN ({0}) >= 0 THEN sqrt(CAST({0} AS DOUBLE PRECISION)) END"),
        Function::Greatest => return all_or_null(arguments, "greatest"),
        Function::Least => return all_or_null(arguments, "least"),
        Function::Year => Template("CAST(extract(year FROM {0}) AS BIGINT)"),
        Function::Month => Template("CAST(extract(month FROM {0}) AS BIGINT)"),
        Function::Day => Template("CAST(extract(day FROM {0}) AS BIGINT)"),
        Function::DayOfYear => Template("CAST(extract(doy FROM {0}) AS BIGINT)"),
        Function::Weekday => Template("CAST(extract(dow FROM {0}) AS BIGINT)"),
        Function::Hour => Template("CAST(extract(hour FROM {0}) AS BIGINT)"),
        Function::Minute => Template("CAST(extract(minute FROM {0}) AS BIGINT)"),
        Function::Second => Template("CAST(floor(extract(second FROM {0})) AS BIGINT)"),
        Function::Date => Template("CAST({0} AS DATE)"),
        Function::AddDays => Template("(CAST({0} AS DATE) + CAST({1} AS INTEGER))"),
        Function::DaysBetween => Template("CAST(CAST({0} AS DATE) - CAST({1} AS DATE) AS BIGINT)"),
        Function::CurrentDate => Template("CAST(statement_timestamp() AT TIME ZONE 'UTC' AS DATE)"),
        Function::CurrentDateTime => Template("(statement_timestamp() AT TIME ZONE 'UTC')"),
        Function::CurrentTimestamp => Template("statement_timestamp()"),
        Function::JsonText => Template(
            "(jsonb_path_query_first(CAST({0} AS JSONB), CAST({1} AS JSONPATH)) #>> CAST(ARRAY[] AS TEXT[]))",
        ),
        Function::JsonInteger => Template(
            "CAST(trunc(CAST(jsonb_path_query_first(CAST({0} AS JSONB), CAST({1} AS JSONPATH)) #>> CAST(ARRAY[] AS TEXT[]) AS NUMERIC)) AS BIGINT)",
        ),
        Function::JsonNumber => Template(
            "CAST(jsonb_path_query_first(CAST({0} AS JSONB), CAST({1} AS JSONPATH)) #>> CAST(ARRAY[] AS TEXT[]) AS DOUBLE PRECISION)",
        ),
        Function::JsonLength if arguments == 1 => {
            Template("CAST(jsonb_array_length(CAST({0} AS JSONB)) AS BIGINT)")
        }
        Function::JsonLength => Template(
            "CAST(jsonb_array_length(jsonb_path_query_first(CAST({0} AS JSONB), CAST({1} AS JSONPATH))) AS BIGINT)",
        ),
        Function::JsonType => {
            Template("jsonb_typeof(jsonb_path_query_first(CAST({0} AS JSONB), CAST({1} AS JSONPATH)))")
        }
        Function::JsonValid => return None,
        Function::ArrayLength => Template("CAST(cardinality({0}) AS BIGINT)"),
        Function::ArrayHas => Template("({1} = ANY ({0}))"),
        Function::ArrayHasAll => Infix(" @> "),
        Function::ArrayOverlaps => Infix(" && "),
        Function::ArrayElement => Template("({0})[CAST({1} AS INTEGER)]"),
    })
}

/// Exact numbers stay exact.
pub(super) fn of_decimal(function: Function, arguments: usize) -> Option<Form> {
    Some(match function {
        Function::Round if arguments == 1 => Call("round"),
        Function::Round => Template("round({0}, CAST({1} AS INTEGER))"),
        Function::Floor => Call("floor"),
        Function::Ceiling => Call("ceil"),
        _ => return None,
    })
}

/// Halves away from zero; PostgreSQL rounds floats to even, and exact numbers made of them have 15 digits. From 2^52 on a float is
/// whole.
const ROUND: &str = "CASE WHEN abs({0}) >= 4503599627370496 THEN CAST({0} AS DOUBLE PRECISION) \
    ELSE CAST(sign({0}) * floor(abs({0}) + 0.5) AS DOUBLE PRECISION) END";

/// PostgreSQL's own leave NULL out; here one NULL makes the whole NULL, as on the other databases.
fn all_or_null(arguments: usize, name: &str) -> Option<Form> {
    match (arguments, name) {
        (1, _) => Some(Call("coalesce")),
        (2, "greatest") => {
            Some(Template("CASE WHEN ({0}) IS NOT NULL AND ({1}) IS NOT NULL THEN greatest({0}, {1}) END"))
        }
        (2, _) => {
            Some(Template("CASE WHEN ({0}) IS NOT NULL AND ({1}) IS NOT NULL THEN least({0}, {1}) END"))
        }
        _ => None,
    }
}

/// How PostgreSQL says that a text has another in it.
pub(super) fn matches(kind: Match) -> &'static str {
    match kind {
        Match::Contains => "strpos({0}, {1}) > 0",
        Match::StartsWith => "starts_with({0}, {1})",
        Match::EndsWith => "right({0}, length({1})) = {1}",
    }
}

/// How PostgreSQL turns a value into one of a type. Numbers become whole ones by leaving out what is behind the point, as on the
/// other databases; PostgreSQL's own conversion rounds.
pub(super) fn cast(conversion: Conversion) -> Option<&'static str> {
    Some(match (conversion.from, conversion.to) {
        (Type::Real | Type::Double | Type::Decimal, Type::Integer { .. }) => "CAST(trunc({0}) AS BIGINT)",
        (Type::Boolean, Type::Integer { .. }) => "CAST(CAST({0} AS INTEGER) AS BIGINT)",
        (Type::Boolean, Type::Real | Type::Double) => "CAST(CAST({0} AS INTEGER) AS DOUBLE PRECISION)",
        (Type::Integer { .. } | Type::Real | Type::Double, Type::Boolean) => "(({0}) <> 0)",
        (Type::Text, Type::Blob) => "convert_to({0}, 'UTF8')",
        (Type::Blob, Type::Text) => "convert_from({0}, 'UTF8')",
        (_, Type::Boolean) => "CAST({0} AS BOOLEAN)",
        (_, Type::Integer { .. }) => "CAST({0} AS BIGINT)",
        (_, Type::Real | Type::Double) => "CAST({0} AS DOUBLE PRECISION)",
        (_, Type::Text) => "CAST({0} AS TEXT)",
        (_, Type::Blob) => "CAST({0} AS BYTEA)",
        (_, Type::Date) => "CAST({0} AS DATE)",
        (_, Type::Time) => "CAST({0} AS TIME)",
        (_, Type::DateTime) => "CAST({0} AS TIMESTAMP)",
        (_, Type::Timestamp) => "CAST({0} AS TIMESTAMPTZ)",
        (_, Type::Uuid) => "CAST({0} AS UUID)",
        // A text has all digits that tell the float from others, a number made of it at once 15, or 6.
        (Type::Real | Type::Double, Type::Decimal) => "CAST(CAST({0} AS TEXT) AS NUMERIC)",
        (_, Type::Decimal) => "CAST({0} AS NUMERIC)",
        (_, Type::Json) => "CAST({0} AS JSONB)",
        (_, Type::Array(_)) => return None,
    })
}

/// How PostgreSQL turns a sum or mean into what it is said to be.
pub(super) fn sum(ty: Type) -> Option<&'static str> {
    Some(match ty {
        Type::Integer { bits: 64, signed: false } => "CAST({0} AS NUMERIC(20, 0))",
        Type::Integer { bits: 128, .. } => "CAST({0} AS NUMERIC(39, 0))",
        Type::Integer { .. } => "CAST({0} AS BIGINT)",
        Type::Real => "CAST({0} AS REAL)",
        Type::Double => "CAST({0} AS DOUBLE PRECISION)",
        Type::Decimal => "CAST({0} AS NUMERIC)",
        _ => return None,
    })
}
