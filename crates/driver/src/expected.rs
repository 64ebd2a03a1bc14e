use crate::Type;

/// What a type's values look like, for messages.
pub(crate) fn expected(ty: Type) -> &'static str {
    match ty {
        Type::Boolean => "a boolean (0 or 1)",
        Type::Integer { .. } => "an integer",
        Type::Real | Type::Double => "a real number",
        Type::Blob => "a blob",
        Type::Date => "a date like 2024-01-31",
        Type::Time => "a time like 12:34:56",
        Type::DateTime => "a date and time like 2024-01-31 12:34:56",
        Type::Timestamp => "a moment like 2024-01-31 12:34:56+00:00",
        Type::Uuid => "a UUID",
        Type::Array(_) => "an array",
        Type::Decimal => "a decimal number of at most 28 digits",
        _ => "text",
    }
}
