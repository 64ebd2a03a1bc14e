//! Texts of the pickle that are shown without quotes: nothing in them may reach the terminal.

use crate::repr;

/// A dotted name; what does not print is escaped.
pub(super) fn clean(name: &str, most: usize) -> String {
    let mut text = String::with_capacity(name.len().min(most));
    for (count, character) in name.chars().enumerate() {
        if count == most {
            text.push('…');
            break;
        }
        if repr::is_printable(character) {
            text.push(character);
        } else {
            text.extend(character.escape_default());
        }
    }
    text
}

/// Whether a text can be the name of an attribute in a call.
pub(super) fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    let starts = characters.next().is_some_and(|first| first == '_' || first.is_alphabetic());
    starts && characters.all(|character| character == '_' || character.is_alphanumeric()) && text.len() <= 100
}
