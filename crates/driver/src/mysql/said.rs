//! What the server says, without the values that it quotes.

use std::fmt;

use super::failure::Refusal;
use crate::Error;

/// The number, the SQLSTATE and the words of an error.
#[derive(Debug)]
pub(super) struct Said {
    code: u16,
    state: String,
    words: String,
}

impl Said {
    pub(super) fn of(said: &Refusal) -> Said {
        Said { code: said.code, state: said.state.clone(), words: words(said) }
    }

    /// The number of the server's error that is behind one of ours.
    pub(super) fn code_of(error: &Error) -> Option<u16> {
        std::error::Error::source(error)?.downcast_ref::<Said>().map(|said| said.code)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}, SQLSTATE {}: {}", self.code, self.state, self.words)
    }
}

impl std::error::Error for Said {}

/// The message, as far as it can hold no value of a row: what the server says of values, and what programs of the
/// database say themselves, is put into words here, with the column where it is named.
pub(super) fn words(said: &Refusal) -> String {
    let words = match said.code {
        1366 if said.message.starts_with("Incorrect string value") => {
            let column = column(&said.message)
                .map_or("a text column".into(), |name| format!("the text column {name}"));
            return format!(
                "bytes that are no UTF-8 cannot be kept in {column}: give it a type for bytes (Vec<u8>, Pickle<T>)"
            );
        }
        1062 | 1586 => "a row with the same values exists",
        1264 | 1690 => "a number is out of range for its type",
        1365 => "division by zero",
        1406 => "a value is too long for its column",
        1265 => "a value does not fit into its column",
        1292 | 1366 | 1411 | 1525 => "a value is not of the type wanted",
        1300 => "bytes are no text of the character set wanted",
        3140 | 3141 | 4037 | 4038 => "a text is no JSON",
        1526 => "no partition is there for a value",
        1644 | 1645 => "a trigger or procedure of the database raised an error",
        _ if said.state.starts_with("22") => "a value is not one that is wanted",
        _ if said.state.starts_with("45") => "a trigger or procedure of the database raised an error",
        _ => return said.message.clone(),
    };
    match column(&said.message) {
        Some(column) => format!("{words}: the column {column} (error {})", said.code),
        None => format!("{words} (error {})", said.code),
    }
}

/// Whether an error is about a value, where its SQLSTATE does not say so.
pub(super) fn is_about_a_value(code: u16) -> bool {
    matches!(
        code,
        1264 | 1265
            | 1292
            | 1300
            | 1365
            | 1366
            | 1406
            | 1411
            | 1525
            | 1526
            | 1690
            | 3140
            | 3141
            | 4037
            | 4038
    )
}

/// The column of a message that ends with `column 'a' at row 1`, or with the table and its database before it. What
/// stands before may be a value.
fn column(message: &str) -> Option<&str> {
    let (before, row) = message.rsplit_once(" at row ")?;
    row.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    let quote = before.chars().next_back().filter(|quote| matches!(quote, '\'' | '`' | '"'))?;
    let (before, name) = before.strip_suffix(quote)?.rsplit_once(quote)?;
    let qualified = quote != '\'' && before.ends_with('.');
    (before.ends_with("column ") || qualified).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: u16, state: &str, message: &str) -> String {
        words(&Refusal { state: state.to_owned(), message: message.to_owned(), code })
    }

    #[test]
    fn values_are_left_out_and_columns_are_told() {
        for (code, state, message, wanted) in [
            (
                1406,
                "22001",
                "Data too long for column 'label' at row 1",
                "too long for its column: the column label",
            ),
            (
                1366,
                "22007",
                "Incorrect string value: '\\xFFs3cret' for column `test`.`jars`.`label` at row 1",
                "the text column label",
            ),
            (1292, "22007", "Truncated incorrect DOUBLE value: 's3cret'", "(error 1292)"),
            (
                1292,
                "22007",
                "Truncated incorrect DOUBLE value: 'column 's3cret' at row 1'",
                "type wanted (error 1292)",
            ),
            (1690, "22003", "BIGINT value is out of range in '(s3cret + 1)'", "out of range"),
            (1300, "HY000", "Invalid utf8mb4 character string: 's3cret'", "are no text"),
            (1644, "45000", "s3cret", "raised an error"),
            (1064, "42000", "You have an error in your SQL syntax", "SQL syntax"),
        ] {
            let said = of(code, state, message);
            assert!(said.contains(wanted) && !said.contains("s3cret"), "{said}");
        }
    }
}
