//! Placeholders without numbers, which stand for values by their places in the text.

use crate::{Compiled, Dialect};

/// Stands around the number of a parameter until the text is whole. There is none in names and texts.
const MARK: char = '\0';

pub(super) fn push(text: &mut String, number: usize, dialect: &Dialect) {
    let mark = if dialect.numbered { dialect.parameter } else { MARK };
    text.push(mark);
    text.push_str(&number.to_string());
    if !dialect.numbered {
        text.push(MARK);
    }
}

/// The text as the database takes it.
pub(super) fn compiled(text: String, parameters: usize, dialect: &Dialect) -> Compiled {
    if dialect.numbered || !text.contains(MARK) {
        return Compiled::new(text, parameters, None);
    }
    let mut written = String::with_capacity(text.len());
    let mut order = Vec::with_capacity(parameters);
    for (place, piece) in text.split(MARK).enumerate() {
        match piece.parse::<usize>() {
            Ok(number) if place % 2 == 1 => {
                written.push(dialect.parameter);
                order.push(number.saturating_sub(1));
            }
            _ => written.push_str(piece),
        }
    }
    let plain = order.len() == parameters && order.iter().enumerate().all(|(place, &value)| place == value);
    Compiled::new(written, parameters, (!plain).then_some(order))
}
