//! Names of any kind stay names: what a statement says does not depend on how its tables and columns are called.
//!
//! A statement is compiled with plain names and with hostile ones, on each database. Read by that database's rules of quoting, both
//! texts must be the same but for the names. That values are not in the text at all is tested with the shapes.

mod common;
#[path = "shapes/maker.rs"]
mod maker;
#[path = "shapes/plan.rs"]
mod plan;

use common::POOR;
use maker::Maker;
use onggi_sql::dialect::Dialect;
use onggi_sql::{Column, Index, Table, Type, compile, dialect, schema};
use plan::plan;
use proptest::prelude::*;

/// What ends names, texts, comments and statements somewhere, or stands for a parameter.
const PARTS: [&str; 24] = [
    "\"", "\"\"", "'", "''", "`", "``", "\\", "\\\"", "\\'", "\\`", "--", "-- ", "/*", "*/", "#", ";", "?",
    "?1", "$1", ":a", "]", "\n", " OR 1=1", "é",
];

/// Names that hold a plain one, so that names which differ still do.
fn hostile() -> impl Strategy<Value = (String, String)> {
    let parts =
        || prop::collection::vec(prop::sample::select(&PARTS[..]), 0..3).prop_map(|parts| parts.concat());
    (parts(), parts())
}

/// A table of five columns, as the plans want it, whose names have something before and behind them.
fn table(before: &str, behind: &str) -> &'static Table {
    let name = |plain: &str| -> &'static str { format!("{before}{plain}{behind}").leak() };
    let columns = vec![
        Column::new(name("qid"), Type::BIGINT).generated(),
        Column::new(name("qname"), Type::Text),
        Column::new(name("qage"), Type::Integer { bits: 32, signed: true }),
        Column::new(name("qbalance"), Type::Decimal).with_nullable(true),
        Column::new(name("qversion"), Type::BIGINT),
    ];
    let indexes = vec![Index { name: Some(name("qindex")), columns: &[1, 2], unique: true }];
    let table = Table::new(name("qusers"), columns.leak(), &[0]).with_version(4).with_indexes(indexes.leak());
    Box::leak(Box::new(table))
}

/// What a text is made of, as a database reads it.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    Name(String),
    Text(String),
    Other(String),
}

/// Reads a text by a dialect's rules: a quote within quotes is doubled, and a backslash is a character like others, but for texts of
/// MySQL, in which it takes the next one along. Comments are none of what is ever written.
fn tokens(text: &str, dialect: &Dialect) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if character != dialect.quote && character != '\'' {
            match tokens.last_mut() {
                Some(Token::Other(other)) => other.push(character),
                _ => tokens.push(Token::Other(character.into())),
            }
            continue;
        }
        let mut content = String::new();
        loop {
            match rest.next() {
                Some(next) if next == character && rest.peek() == Some(&character) => {
                    rest.next();
                    content.push(character);
                }
                Some(next) if next == character => break,
                Some('\\') if character == '\'' && dialect.backslash_escapes => content.extend(rest.next()),
                Some(next) => content.push(next),
                None => panic!("a quote is never closed in {text}"),
            }
        }
        tokens.push(if character == '\'' { Token::Text(content) } else { Token::Name(content) });
    }
    tokens
}

/// A plain text's tokens with hostile names in the place of the plain ones.
fn renamed(tokens: Vec<Token>, before: &str, behind: &str, quote: char) -> Vec<Token> {
    let plain = ["qid", "qname", "qage", "qbalance", "qversion", "qindex", "qusers"];
    let rename = |content: String, change: &dyn Fn(&str) -> String| {
        plain.iter().fold(content, |content, name| content.replace(name, &change(name)))
    };
    let hostile = |name: &str| format!("{before}{name}{behind}");
    // A name may be quoted within a text.
    let quoted = |name: &str| hostile(name).replace(quote, &format!("{quote}{quote}"));
    tokens
        .into_iter()
        .map(|token| match token {
            Token::Name(content) => Token::Name(rename(content, &hostile)),
            Token::Text(content) if content.starts_with(quote) => Token::Text(rename(content, &quoted)),
            Token::Text(content) => Token::Text(rename(content, &hostile)),
            Token::Other(other) => Token::Other(other),
        })
        .collect()
}

fn dialects() -> [&'static Dialect; 5] {
    [&dialect::SQLITE, &dialect::POSTGRES, &POOR, &dialect::MARIADB, &dialect::MYSQL]
}

/// Whether both texts say the same but for the names.
fn same(
    plain: &str,
    text: &str,
    (before, behind): &(String, String),
    dialect: &Dialect,
) -> Result<(), TestCaseError> {
    let expected = renamed(tokens(plain, dialect), before, behind, dialect.quote);
    prop_assert_eq!(tokens(text, dialect), expected, "{} on {}", text, dialect.name);
    prop_assert!(!plain.contains("--") && !plain.contains("/*"), "a comment in {}", plain);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn names_do_not_change_what_a_statement_says(plan in plan(), names in hostile()) {
        let (plain, hostile) = (table("", ""), table(&names.0, &names.1));
        for dialect in dialects() {
            let text = |table| {
                let compiled = compile::compile(&Maker::new(table, 0).statement(&plan), dialect);
                compiled.map(|compiled| compiled.text().to_owned()).map_err(|error| error.to_string())
            };
            match (text(plain), text(hostile)) {
                (Ok(plain), Ok(text)) => same(&plain, &text, &names, dialect)?,
                (plain, hostile) => prop_assert_eq!(plain.is_err(), hostile.is_err()),
            }
        }
    }

    #[test]
    fn names_do_not_change_what_creates_and_drops_a_table(names in hostile()) {
        let (plain, hostile) = (table("", ""), table(&names.0, &names.1));
        for dialect in dialects() {
            let texts = |table| {
                let mut texts = schema::create_all(&[table], dialect).expect("a table that can be made");
                texts.extend(schema::drop_all(&[table], dialect).expect("a table that can be dropped"));
                texts.extend(schema::follow_keys(table, dialect).expect("keys that can be followed"));
                texts
            };
            let (plain, hostile) = (texts(plain), texts(hostile));
            prop_assert_eq!(plain.len(), hostile.len());
            for (plain, text) in plain.iter().zip(&hostile) {
                same(plain, text, &names, dialect)?;
            }
        }
    }
}
