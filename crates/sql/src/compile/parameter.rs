//! Placeholders without numbers, which stand for values by their places in the text.

use crate::compiled::List;
use crate::{Compiled, Dialect};

/// Stands around the number of a parameter until the text is whole. There is none in names and texts.
const MARK: char = '\0';

/// Stand, marked like numbers, around the rows of a list of whole numbers.
const LIST: [&str; 2] = ["list", "listed"];

/// What stands before and behind the rows of a list of whole numbers.
pub(super) fn around_list() -> [String; 2] {
    LIST.map(|word| format!("{MARK}{word}{MARK}"))
}

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
    let mut lists: Vec<List> = Vec::new();
    for (place, piece) in text.split(MARK).enumerate() {
        match piece.parse::<usize>() {
            Ok(number) if place % 2 == 1 => {
                written.push(dialect.parameter);
                order.push(number.saturating_sub(1));
            }
            _ if place % 2 == 1 && piece == LIST[0] => {
                lists.push(List { placeholder: order.len(), rows: written.len()..written.len() });
            }
            _ if place % 2 == 1 && piece == LIST[1] => {
                lists.last_mut().into_iter().for_each(|list| list.rows.end = written.len());
            }
            _ => written.push_str(piece),
        }
    }
    let list = if lists.len() == 1 { lists.pop() } else { None };
    let plain = order.len() == parameters && order.iter().enumerate().all(|(place, &value)| place == value);
    Compiled::new(written, parameters, (!plain).then_some(order)).with_list(list)
}
