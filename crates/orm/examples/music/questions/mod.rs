//! What is asked, how onggi answers, in how many statements, and the SQL that one would write by hand.

mod along;
mod objects;
mod paging;
mod reports;
mod sentences;
mod sets;
mod totals;
mod writing;

use onggi::{Connection, Result, Session};

use crate::answer::Answer;

/// A question to the shop.
pub struct Question {
    pub text: &'static str,
    pub by: By,
    /// How many statements the answer takes.
    pub statements: usize,
    /// The same in SQL: the last of these statements gives the rows.
    pub sql: &'static str,
}

/// Who answers, and how.
pub enum By {
    /// Plain structs and values.
    Connection(fn(&mut Connection) -> Result<Answer>),
    /// Tracked objects.
    Session(fn(&mut Session) -> Result<Answer>),
}

/// Questions by theme.
pub const THEMES: [(&str, &[Question]); 8] = [
    ("Along relations", along::QUESTIONS),
    ("Totals", totals::QUESTIONS),
    ("Reports", reports::QUESTIONS),
    ("In a sentence", sentences::QUESTIONS),
    ("Queries of queries", sets::QUESTIONS),
    ("Whole objects", objects::QUESTIONS),
    ("Pages, texts and rows", paging::QUESTIONS),
    ("Writing", writing::QUESTIONS),
];

const fn plain(
    text: &'static str,
    answer: fn(&mut Connection) -> Result<Answer>,
    statements: usize,
    sql: &'static str,
) -> Question {
    Question { text, by: By::Connection(answer), statements, sql }
}

const fn tracked(
    text: &'static str,
    answer: fn(&mut Session) -> Result<Answer>,
    statements: usize,
    sql: &'static str,
) -> Question {
    Question { text, by: By::Session(answer), statements, sql }
}
